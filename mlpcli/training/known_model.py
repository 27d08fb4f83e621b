"""The model of an earlier training: replaced unasked by one of the same table with the same settings."""

import json
import os
from dataclasses import dataclass
from typing import Any

from mlpcli.artifact import Artifact
from mlpcli.artifact import load as load_model
from mlpcli.errors import ArtifactError, Sentence
from mlpcli.files import exists_already
from mlpcli.model.encoded_rows import Data
from mlpcli.options.options import settings_with
from mlpcli.preparation.prepare import Prepared


@dataclass(frozen=True)
class KnownModel:
    """The header of a model file that is there already."""

    path: str
    artifact: Artifact

    @classmethod
    def at(cls, path: str) -> "KnownModel | None":
        """The model at a path, None if nothing is there; ExistsError if it is no model, or no plain file."""
        if not os.path.exists(path):
            return None
        if not os.path.isfile(path):
            raise exists_already(path, ", and is not a file")
        try:
            return cls(path, load_model(path, header_only=True))
        except ArtifactError:
            raise exists_already(path, ", and is not a model") from None

    def is_of_run(self, run: str) -> bool:
        """Whether a run with a checkpoint made it."""
        return self.artifact.receipt.get("run") == run

    def replaced_by(self, prepared: Prepared, data: Data) -> str:
        """The note that it is replaced; ExistsError if it is of another table or has other settings."""
        if other := self._difference(prepared, data):
            raise exists_already(self.path, Sentence.joined([", a model ", other]))
        return f"{self.path} is replaced: it is a model of the same table with the same settings"

    def _difference(self, prepared: Prepared, data: Data) -> str:
        receipt = self.artifact.receipt
        files = data if isinstance(data, list) else "DataFrame"
        if not _are_same(receipt["data"], files):
            known = receipt["data"] if isinstance(receipt["data"], str) else ", ".join(receipt["data"])
            return f"of {known:.200}"
        old, new = self.artifact.settings, _plain(prepared.options.values())
        # Those that a time limit sets differ from run to run.
        timed = settings_with(lambda each: each.set_by_time) if new["time_limit"] is not None else []
        other = [name for name in new if name not in timed and old.get(name) != new[name]]
        if not other:
            return "" if receipt["digest"] == prepared.digest else "of other rows"
        return Sentence("with another {" + other[0] + "}") if len(other) == 1 else "with other settings"


def _are_same(known: Any, files: Any) -> bool:
    """Whether these are the same files, perhaps by other names."""
    if not (isinstance(known, list) and isinstance(files, list)):
        return bool(known == files)
    return [*map(os.path.realpath, known)] == [*map(os.path.realpath, files)]


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """The values as a model file holds them."""
    plain: dict[str, Any] = json.loads(json.dumps(values))
    return plain
