"""Files of trained models and checkpoints: arrays and JSON text; reading them never runs code."""

from mlpcli.artifact.model_file import FORMAT, Artifact, from_bytes, load, save, to_bytes

__all__ = ["FORMAT", "Artifact", "from_bytes", "load", "save", "to_bytes"]
