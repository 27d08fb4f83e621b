"""Views of work that goes on: of a training its losses, of all else a bar; on a terminal, gone at the end."""
