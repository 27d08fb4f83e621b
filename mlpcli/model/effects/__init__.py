"""Effects of the input columns on single predictions."""
