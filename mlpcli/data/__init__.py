"""Tables to float32 matrices and encoded targets, and rows back to text; no networks, losses or metrics."""
