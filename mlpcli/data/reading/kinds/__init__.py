"""Kinds of files: how each is recognised, and the readers of those that are no plain text."""
