"""A model as SQL: one SELECT from cells to predictions, and one that compares golden rows."""
