"""`mlpcli report`: gather what a model is and does, for one page that others can read."""

import os
from collections.abc import Callable
from typing import Any, TypeVar

from mlpcli.data.reading.source import COPY, ReadingSettings
from mlpcli.data.reading.stream import RowStream
from mlpcli.errors import MlpcliError
from mlpcli.model.encoded_rows import Data, paths_of
from mlpcli.model.model import Model, ModelLike, load, reading_for
from mlpcli.model.predicted_values import sketches_of
from mlpcli.progress import OnProgress, unwatched
from mlpcli.settings import build
from mlpcli.workflows.drift import drift
from mlpcli.workflows.evaluate import evaluate
from mlpcli.workflows.explain import explain
from mlpcli.workflows.reporting.limits import explained_rows, resamples, sliced_columns
from mlpcli.workflows.reporting.parts import NO_DATA, Absent, ReportParts
from mlpcli.workflows.reporting.settings import ReportSettings

TOP = 8
"""Columns whose curves are gathered."""
NO_SKETCHES = (
    "The model holds no counts of its training rows, as it was trained without them or by an older version."
)

Part = TypeVar("Part")


def gather(
    model: ModelLike, data: "Data | None" = None, *, on_progress: OnProgress | None = None, **settings: Any
) -> ReportParts:
    """The parts of a report on a model, with `data` (paths, or a DataFrame) also those that need rows.

    `settings` are `title`, `seed` and those of reading. What only one part needs makes that part absent, with
    the reason; raises MlpcliError for a model or a table that cannot be read, or that lacks a column.
    """
    chosen = build(ReportSettings, settings)
    reading = build(ReadingSettings, settings)
    loaded = load(model)
    schema = loaded.artifact.schema
    watch = on_progress or unwatched
    sketches = sketches_of(loaded)
    evaluation: Any = Absent(NO_DATA)
    explanation: Any = Absent(NO_DATA)
    drifted: Any = Absent(NO_DATA)
    sliced: tuple[str, ...] = ()
    notes: list[str] = []
    if data is not None:
        lacking = _lacking(loaded, data, reading)
        read = {name: value for name, value in settings.items() if name not in ("title", "seed")}
        explanation = _part(
            lambda: explain(
                loaded,
                data,
                top=TOP,
                seed=chosen.seed,
                most_rows=explained_rows(loaded),
                on_progress=watch,
                **read,
            )
        )
        explained = None if isinstance(explanation, Absent) else explanation
        drifted = _part(lambda: drift(loaded, data, on_progress=watch, **read))
        rows = explained.rows if explained else 0 if isinstance(drifted, Absent) else drifted.rows
        if lacking:
            names = ", ".join(repr(name) for name in lacking)
            evaluation = Absent(f"The rows have no column {names}, so nothing is known of right and wrong.")
        else:
            sliced = sliced_columns(loaded, sketches, explained)
            evaluation = _part(
                lambda: evaluate(
                    loaded,
                    data,
                    curves=True,
                    by=sliced,
                    bootstrap=resamples(rows),
                    seed=chosen.seed,
                    on_progress=watch,
                    **read,
                )
            )
        for each in (evaluation, explanation, drifted):
            notes += [] if isinstance(each, Absent) else [str(note) for note in each.notes]
    return ReportParts(
        model=loaded,
        file="" if isinstance(model, Model) else os.fspath(model),
        title=chosen.title or f"A model of {', '.join(schema.target)}",
        data=_names(data),
        has_data=data is not None,
        sketches=Absent(NO_SKETCHES) if sketches is None else sketches,
        evaluation=evaluation,
        explanation=explanation,
        drift=drifted,
        sliced=() if isinstance(evaluation, Absent) else sliced,
        notes=tuple(dict.fromkeys(notes)),
    )


def _part(made: Callable[[], Part]) -> Part | Absent:
    """What is made, or why it cannot be."""
    try:
        return made()
    except MlpcliError as error:
        message = str(error.message)
        said = f"{message}{'' if message.endswith('.') else '.'} {error.hint}".strip()
        return Absent(said[:1].upper() + said[1:])


def _lacking(model: Model, data: Data, reading: ReadingSettings) -> list[str]:
    """Target columns that the rows have not; raises DataError where an input is missing."""
    schema = model.artifact.schema
    with RowStream(paths_of(data), reading_for(model, reading), 1, model.known, only_data=True) as stream:
        schema.require(stream.header, stream.name, target=False)
        return [name for name in schema.target if name not in stream.header]


def _names(data: "Data | None") -> tuple[str, ...]:
    """Names of files without their folders; none of a DataFrame."""
    if data is None:
        return ()
    paths = paths_of(data)
    if not isinstance(paths, list):
        return ()
    return tuple("stdin" if COPY.fullmatch(each) else os.path.basename(each) for each in paths)
