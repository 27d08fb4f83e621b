"""Explanations of predictions: effects of the columns, in single rows and in all."""
