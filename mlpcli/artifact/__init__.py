"""What a trained model is on disk: one file of arrays and JSON text, which never runs code when read."""

from mlpcli.artifact.model_file import FORMAT, Artifact, load, save, to_bytes

__all__ = ["FORMAT", "Artifact", "load", "save", "to_bytes"]
