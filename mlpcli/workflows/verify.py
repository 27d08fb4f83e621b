"""`mlpcli inspect --verify`: train a model again by its receipt, and say whether the same one comes of it."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mlpcli.data.reading.source import ReadingSettings
from mlpcli.errors import DivergenceError, count
from mlpcli.model.encoded_rows import Data
from mlpcli.model.model import Model, ModelLike, load
from mlpcli.model.weights import digest_of_weights, largest_difference
from mlpcli.nn.fitting import EpochRecord
from mlpcli.number_text import same_precision
from mlpcli.progress import OnProgress, unwatched
from mlpcli.result_text import ResultTable, ResultText, Shown
from mlpcli.settings import build
from mlpcli.training.ensemble import Callbacks
from mlpcli.training.planning import TrainingPlan, start
from mlpcli.workflows.keyword_settings import takes
from mlpcli.workflows.train import TrainingRun, run_ready
from mlpcli.workflows.verification.conditions import (
    Condition,
    column_differences,
    conditions,
    differing_contents,
    refuse_missing,
)
from mlpcli.workflows.verification.repetition import (
    StopAsBefore,
    refuse_large_racers,
    repetition_of,
    stopped_by,
    why_not_repeatable,
)
from mlpcli.workflows.verification.rescoring import RescoredPart, holds_same_rows, rescored_parts

SHORT = 12
"""Characters of a digest that tell it from any other."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Verification(Shown):
    """Result of `verify`."""

    conditions: list[Condition]
    columns: list[str]
    """Sentences on columns that are others."""
    other_order: bool
    """Whether the table has the rows of then, with rows or columns in another order."""
    weights: str
    """Digest of the weights in the file."""
    of_receipt: str | None
    """The digest that its receipt names, if any."""
    again: str | None
    """Digest of the weights of the same training again; None if it cannot be repeated."""
    largest_difference: float | None
    """Of two weights at the same place; None where the networks are others, or there is no training."""
    contents: list[str]
    """What else in the file differs, though its weights are equal."""
    parts: list[RescoredPart]
    why_not: str
    """Why the training cannot be repeated, if so."""
    repeated: str
    """What was repeated of a training that was stopped or had a time limit, if it had."""
    notes: list[str]
    run: TrainingRun | None
    """The training again."""

    @property
    def altered(self) -> bool:
        """Whether the file contradicts itself: somebody has altered it."""
        return self.of_receipt is not None and self.of_receipt != self.weights

    @property
    def same_rows(self) -> bool:
        """Whether the table has the rows of then, in their order."""
        return all(each.same for each in self.conditions if each.name == "digest of the rows")

    @property
    def other_split(self) -> bool:
        """Whether other rows are held out now, or nothing is known of that."""
        return not all(each.same for each in self.conditions if each.name == "digest of the split")

    @property
    def forged(self) -> list[str]:
        """Parts whose scores in the file are not those of its weights."""
        return [each.part for each in self.parts if self.same_rows and each.forged]

    @property
    def same_weights(self) -> bool:
        """Whether the training again has the same bytes of weights."""
        return self.again == self.weights

    @property
    def same(self) -> bool:
        """Whether the model is what its receipt says: weights, contents and scores."""
        return self.same_weights and not (self.altered or self.contents or self.forged)

    @property
    def different(self) -> list[Condition]:
        """The conditions that have changed."""
        return [each for each in self.conditions if each.same is False]

    def _shown(self) -> ResultText:
        said = "the same model" if self.same else "another model" if self.again else "not repeated"
        first = self.parts[0] if self.parts else None
        table = None
        if first is not None:
            columns = [each or {} for each in (first.in_file, first.model, first.again)]
            names = list(next((each for each in columns if each), {}))
            rows = [[name, *same_precision(each.get(name) for each in columns)] for name in names]
            table = ResultTable([first.part, "in the file", "model", "again"], rows)
        return ResultText(
            f"Verification: {said}",
            [
                ("differ", ", ".join(each.name for each in self.different)),
                ("columns", "; ".join(self.columns)),
                ("altered", ", ".join([*self.contents, *(f"{part} scores" for part in self.forged)])),
                ("weights", self.weights[:SHORT]),
                ("again", self.why_not if self.again is None else self.again[:SHORT]),
            ],
            table,
            ["same", "conditions", "columns", "parts", "run"],
        )


@takes(ReadingSettings)
def verify(
    model: ModelLike,
    data: Data,
    *,
    validation: "str | Path | None" = None,
    test: "str | Path | None" = None,
    from_model: "str | Path | None" = None,
    on_start: Callable[[TrainingPlan], None] | None = None,
    on_epoch: Callable[[EpochRecord], None] | None = None,
    on_batch: Callable[[int, int], None] | None = None,
    on_progress: OnProgress | None = None,
    **settings: Any,
) -> Verification:
    """Train a model again by its receipt on the `data` it was trained with, and compare the weights.

        mlpcli.verify("penguins.joblib", "penguins.csv").same

    Seed, threads, engine and all settings are those of the model; its command is never run, and files that it
    names are never opened: `validation`, `test` and `from_model` name those that it was trained with. The
    other arguments are for programs that show the training. Nothing is written. Raises MlpcliError with a
    hint, as for a table that lacks a column.
    """
    loaded = load(model)
    reading = {name: value for name, value in settings.items() if value is not None}
    named = {
        name: None if path is None else os.fspath(path)
        for name, path in (("validation", validation), ("test", test), ("from_model", from_model))
    }
    repetition = repetition_of(loaded, named, reading)
    ready = start(data, racing=repetition.racing, on_progress=on_progress or unwatched, **repetition.settings)
    as_read = build(ReadingSettings, loaded.options.values() | reading)
    stored, schema = loaded.artifact, ready.prepared.schema
    refuse_missing(stored.schema, [each.name for each in schema.columns])
    refuse_large_racers(ready.prepared)
    why_not, run = why_not_repeatable(loaded, ready.prepared), None
    if not why_not:
        if on_start is not None:  # what there is to know of the table was said at the first training
            on_start(replace(ready.plan, notes=[], findings=[]))
        try:
            run = run_ready(ready, data, _callbacks(loaded, on_epoch, on_batch))
        except DivergenceError as error:
            why_not = str(error)
    weights, again = digest_of_weights(stored), None if run is None else digest_of_weights(run.artifact)
    equal = again == weights
    return Verification(
        conditions=conditions(stored, ready),
        columns=list(column_differences(stored.schema, schema)),
        other_order=(
            stored.receipt["digest"] != ready.prepared.digest and holds_same_rows(loaded, data, as_read)
        ),
        weights=weights,
        of_receipt=stored.receipt.get("weights"),
        again=again,
        largest_difference=None if run is None else largest_difference(stored, run.artifact),
        contents=differing_contents(stored, run.artifact) if run is not None and equal else [],
        parts=list(
            rescored_parts(
                loaded,
                None if run is None else run.scores,
                ready.prepared,
                [] if run is None else run.members,
                data,
                as_read,
                equal=equal,
            )
        ),
        why_not=why_not,
        repeated="" if run is None else _repeated(loaded),
        notes=repetition.notes,
        run=run,
    )


def _callbacks(
    model: Model,
    on_epoch: Callable[[EpochRecord], None] | None,
    on_batch: Callable[[int, int], None] | None,
) -> Callbacks:
    watch = on_epoch or (lambda record: None)
    if (reason := stopped_by(model)) is None:
        return Callbacks(watch, on_batch=on_batch)
    stop = StopAsBefore(model.artifact.receipt["members"][0]["epochs"], reason, watch)
    return Callbacks(stop.on_epoch, stop.should_stop, on_batch)


def _repeated(model: Model) -> str:
    epochs = model.artifact.receipt["members"][0]["epochs"]
    if stopped_by(model) is not None:
        return f"the training was stopped after {count(epochs, 'whole epoch')}, and so was this one"
    if model.options.run.time_limit is not None:
        return "the epochs and networks are those that the time limit allowed for the first time"
    return ""
