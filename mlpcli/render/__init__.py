"""Results to text: for a terminal, for a pipe, as JSON. Computes no metric, decides nothing."""
