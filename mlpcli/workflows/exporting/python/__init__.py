"""Exports as a program in Python."""
