"""Pictures of the lessons in a terminal, with the few words that they need. One module a lesson."""
