"""Report and JSON of `mlpcli evaluate`."""
