"""The meaning of cells and columns: numbers, dates, kinds."""
