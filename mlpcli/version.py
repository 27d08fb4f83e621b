"""The version of mlpcli."""

__version__ = "0.3.0"
