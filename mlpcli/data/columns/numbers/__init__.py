"""Numbers in text: their forms, units, decimal marks, and those that are names."""
