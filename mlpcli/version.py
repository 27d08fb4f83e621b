"""The version of mlpcli."""

__version__ = "0.1.0"
