"""The parts of `mlpcli evaluate`."""
