"""Errors on held-out rows in a model's file, which intervals and sets of predictions come from."""

import dataclasses
import math

from mlpcli.arrays import Array
from mlpcli.errors import ArtifactError, Sentence
from mlpcli.model.model import Model


def stored_arrays(model: Model, prefix: str, kind: type) -> dict[str, Array]:
    """The arrays of a dataclass by the names of its fields; raises ArtifactError if the file has none."""
    arrays = model.artifact.arrays
    names = [field.name for field in dataclasses.fields(kind)]
    if not all(prefix + name in arrays for name in names):
        raise ArtifactError(
            "the model holds no errors of held-out rows",
            Sentence("Train it again, with {validation} above 0."),
            setting="interval",
        )
    return {name: arrays[prefix + name] for name in names}


def refuse_above(highest: float, level: float) -> None:
    """Raise ArtifactError for a level above the highest that the held-out rows allow."""
    if level > highest:
        # Rounded down: what is said must be allowed. Of a number of three digits the product may be less.
        said = math.floor(highest * 1000 + 1e-9) / 1000
        raise ArtifactError(
            f"{level:g}: training held out too few rows for a level above {said:.3f}",
            "Give a lower level, or train with more validation rows.",
            setting="interval",
        )
