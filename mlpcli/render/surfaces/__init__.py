"""Maps of surfaces in a terminal: colours or characters, axes, legend, rows as marks."""
