"""Pictures of results, drawn by matplotlib, which is imported only when one is drawn."""
