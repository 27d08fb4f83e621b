"""Drift: new rows beside those of training, column by column."""
