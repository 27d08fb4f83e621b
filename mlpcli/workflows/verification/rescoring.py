"""Scores of a model and of the one trained again on the same held-out rows, beside those in the file."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlpcli.data.counts import CellCounts
from mlpcli.data.reading.source import ReadingSettings
from mlpcli.data.reading.stream import RowStream
from mlpcli.errors import DataError
from mlpcli.model.encoded_rows import Data, EncodedRows, digest_of, encode_part, paths_of
from mlpcli.model.model import Model, reading_for
from mlpcli.model.scores import Scores, score
from mlpcli.preparation.prepare import Prepared
from mlpcli.training.held_out import HeldOut, score_parts
from mlpcli.training.members import Member
from mlpcli.workflows.search.some_of import some_of

TOLERANCE = 1e-9
"""Relative difference of scores that a version of NumPy, which adds in another order, may make."""


@dataclass(frozen=True)
class RescoredPart:
    """A part of the rows: its metrics as the file has them, and of both models on the rows of now."""

    part: str
    in_file: Mapping[str, float | None]
    """Empty if the file has no scores of this part."""
    model: Mapping[str, float | None] | None
    """None where the model cannot be scored on these rows alone."""
    again: Mapping[str, float | None] | None
    """None if there is no training again."""
    rows: int
    why_not: str = ""
    """Why the model is not scored."""

    @property
    def forged(self) -> bool:
        """Whether the file has other scores than the model, whose rows are those of then.

        A metric that the file lacks, or cannot have, says nothing.
        """
        ours = self.model or {}
        pairs = [(value, ours.get(name)) for name, value in self.in_file.items()]
        return any(not same_score(*pair) for pair in pairs if None not in pair)


def same_score(ours: float | None, theirs: float | None) -> bool:
    """Whether two scores are equal but for rounding."""
    if ours is None or theirs is None:
        return ours is theirs
    return math.isclose(ours, theirs, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def rescored_parts(
    model: Model,
    again: Mapping[str, Scores] | None,
    prepared: Prepared,
    members: Sequence[Member],
    data: Data,
    reading: ReadingSettings,
    *,
    equal: bool,
) -> Iterator[RescoredPart]:
    """The parts that the training again has scored, else those that the file has scores of.

    `equal`: the weights are, so that one scoring is enough.
    """
    stored = model.artifact.scores
    of_folds = {} if equal or again is None else _of_folds(model, prepared, members)
    for part in stored if again is None else again:
        theirs = None if again is None else again[part]
        in_file: Mapping[str, float | None] = stored[part]["metrics"] if part in stored else {}
        ours, why_not = theirs if equal else of_folds.get(part), ""
        if ours is None:
            try:
                rows = _rows_of(part, model, prepared, data, reading)
                ours = None if rows is None else score(model, rows)
                why_not = "each network held out other rows" if rows is None else ""
            except DataError as error:
                why_not = str(error)
        scored = theirs or ours
        yield RescoredPart(
            part=part,
            in_file=in_file,
            model=None if ours is None else ours.metrics,
            again=None if theirs is None else theirs.metrics,
            rows=stored[part]["rows"] if scored is None else scored.rows,
            why_not=why_not,
        )


def holds_same_rows(model: Model, data: Data, reading: ReadingSettings) -> bool:
    """Whether a table has the rows of the training in some order, as the model itself encodes them."""
    try:
        rows = _encoded(model, data, reading)
    except DataError:  # such as a class that the model does not know
        return False
    return bool(digest_of(rows.hashes()) == model.artifact.receipt["digest"])


def _of_folds(model: Model, prepared: Prepared, members: Sequence[Member]) -> dict[str, Scores]:
    """Scores on out-of-fold rows, if the model's networks held out the same ones, and are not of a refit."""
    places = [(each["configuration"], each["fold"]) for each in model.artifact.receipt["members"]]
    folds = [prepared.fold_of(each.number) for each in members]
    if not prepared.folds or [fold for _, fold in places] != folds or not _encode_alike(model, prepared):
        return {}
    held = HeldOut.of(prepared, members, model.networks, model.shares)
    return score_parts(model, prepared, held)


def _encode_alike(model: Model, prepared: Prepared) -> bool:
    """Whether the model encodes the rows as those of the training again are encoded."""
    return bool(model.artifact.receipt["digest"] == prepared.digest)


def _rows_of(
    part: str, model: Model, prepared: Prepared, data: Data, reading: ReadingSettings
) -> EncodedRows | None:
    """The rows of a part as the model encodes them; None of those that networks held out in turn."""
    if part == "validation" and prepared.folds:
        return None
    if _encode_alike(model, prepared):
        return prepared.parts[part]
    own: Any = getattr(prepared.options.split, part, None)
    if isinstance(own, str):
        rows: Data = own
    elif part in prepared.held_numbers:
        rows = some_of(data, prepared.held_numbers[part])
    else:
        rows = data
    return _encoded(model, rows, reading)


def _encoded(model: Model, rows: Data, reading: ReadingSettings) -> EncodedRows:
    """All rows with a target as the model encodes them."""
    schema = model.artifact.schema
    with RowStream(paths_of(rows), reading_for(model, reading), known=model.known, only_data=True) as stream:
        return encode_part(stream, schema, model.encoder, model.task, CellCounts())
