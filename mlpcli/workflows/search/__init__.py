"""Trainings of many kinds or on many parts of a table, to choose with confidence."""
