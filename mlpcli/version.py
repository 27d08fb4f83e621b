"""The version of mlpcli."""

__version__ = "0.2.0"
