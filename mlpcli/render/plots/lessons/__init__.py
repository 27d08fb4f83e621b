"""Pictures of the lessons, drawn by matplotlib. One module a lesson."""
