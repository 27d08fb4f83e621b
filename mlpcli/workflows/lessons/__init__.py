"""Lessons: small experiments whose pictures show what no table does."""
