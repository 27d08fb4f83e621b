"""Sections of a report, as the template takes them: texts, tables and pictures."""
