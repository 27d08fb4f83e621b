"""Surfaces: predictions over two columns, with the rows of a table on them."""
