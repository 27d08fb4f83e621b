"""Explanations for people, as pictures, and as the fields of JSON objects."""
