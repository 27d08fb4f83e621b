"""Parts of the workflow that describes a table: statistics of a column, its relation to the target."""
