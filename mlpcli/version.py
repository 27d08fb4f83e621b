"""The version of mlpcli."""

__version__ = "0.4.0"
