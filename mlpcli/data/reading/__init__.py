"""From bytes to cells: sources, decoding, rows, tables."""
