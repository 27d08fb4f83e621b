"""A description as a graph of ONNX: from cells, one input a column, to predictions."""
