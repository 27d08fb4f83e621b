"""From a table to encoded parts: roles, kinds, split, findings."""
