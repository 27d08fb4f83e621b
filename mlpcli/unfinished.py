"""Names of temporary files that are being written, for a signal that ends the process."""

UNFINISHED: set[str] = set()
"""Paths, each for as long as its file must not be left behind."""
