"""Dates, times and durations in text: their formats, words and orders."""
