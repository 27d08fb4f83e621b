"""How many rows, resamples and columns a report takes, so that it is there in seconds."""

from mlpcli.data.schema import BOOLEAN, CATEGORY, NUMBER
from mlpcli.data.sketch_sets import Sketches
from mlpcli.model.model import Model
from mlpcli.workflows.explain import SHUFFLINGS
from mlpcli.workflows.explanation.result import Explanation

WORK = 3e10
"""Multiply-adds of all predictions with a column shuffled: some seconds."""
EXPLAINED_ROWS = (300, 3_000)
"""The fewest and the most rows that an explanation draws."""
DRAWS = 20_000_000
"""Rows of all resamples."""
RESAMPLES = (100, 1_000)
"""The fewest and the most."""
SLICED, SLICES = 4, 12
"""Columns by whose values scores are shown, and their values at most."""


def explained_rows(model: Model) -> int:
    """Rows that an explanation of the model draws at most."""
    inputs = max(len(model.artifact.schema.table_inputs), 1)
    wanted = WORK / (SHUFFLINGS * inputs * max(model.total_parameters, 1))
    return _within(wanted, EXPLAINED_ROWS)


def resamples(rows: int) -> int:
    """Resamples of so many rows for confidence intervals."""
    return _within(DRAWS / max(rows, 1), RESAMPLES)


def _within(wanted: float, limits: tuple[int, int]) -> int:
    return int(min(max(wanted, limits[0]), limits[1]))


def sliced_columns(
    model: Model, sketches: Sketches | None, explanation: Explanation | None
) -> tuple[str, ...]:
    """Inputs with few values, the most important first; of training, so without a look at new rows."""
    if sketches is None:
        return ()
    crosses, found = model.artifact.schema.cross, []
    for column, sketch in zip(model.artifact.schema.inputs, sketches.columns, strict=True):
        values = len(sketch.points)
        exact = column.kind in (CATEGORY, BOOLEAN) or (
            column.kind == NUMBER and not column.form.clock and not sketch.counts[::2].any()
        )
        if column.name not in crosses and exact and 1 < values <= SLICES:
            found.append(column.name)
    if explanation is not None:
        order = {each.name: place for place, each in enumerate(explanation.columns)}
        found.sort(key=lambda name: order.get(name, len(order)))
    return tuple(found[:SLICED])
