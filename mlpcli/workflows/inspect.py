"""`mlpcli inspect`: what is in a model file; reads its header alone."""

from mlpcli import artifact as artifact_room
from mlpcli.artifact import Artifact


def inspect(path: str) -> Artifact:
    """The artifact without its arrays; raises ArtifactError if the file is no model."""
    return artifact_room.load(str(path), header_only=True)
