"""The version of mlpcli."""

__version__ = "0.5.0"
