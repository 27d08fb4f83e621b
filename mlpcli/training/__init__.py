"""From prepared rows to trained networks."""
