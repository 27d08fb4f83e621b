"""Parts of a report: what is gathered from a model and from rows."""
