"""Tables that are larger than memory: their cells, and what they become, in files without a name."""
