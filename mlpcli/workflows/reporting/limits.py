"""Limits on rows, resamples and columns, so that a report is there in seconds."""

from mlpcli.data.schema import BOOLEAN, CATEGORY, NUMBER
from mlpcli.data.sketch_sets import Sketches
from mlpcli.model.model import Model
from mlpcli.workflows.explain import SHUFFLINGS
from mlpcli.workflows.explanation.result import Explanation

WORK = 3e10
"""Multiply-adds of all predictions with a column shuffled: some seconds."""
EXPLAINED_ROWS = (300, 2_000)
"""The fewest and the most rows that an explanation draws."""
DRAWS = 10_000_000
"""Rows of all resamples."""
RESAMPLES = (100, 500)
"""The fewest and the most."""
SLICED, SLICES = 4, 12
"""Columns by whose values scores are shown, and their values at most."""
FEWEST_SLICED = 2
"""Columns, with those whose numbers are cut into quarters."""


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
    """Inputs with few values, the most important first, then the most important numbers, which are cut into
    quarters. What has few values is known from training, without a look at the rows."""
    if sketches is None:
        return ()
    crosses, found, numbers = model.artifact.schema.cross, list[str](), list[str]()
    for column, sketch in zip(model.artifact.schema.inputs, sketches.columns, strict=True):
        values = len(sketch.points)
        exact = column.kind in (CATEGORY, BOOLEAN) or (
            column.kind == NUMBER and not column.form.clock and not sketch.counts[::2].any()
        )
        if column.name in crosses or values < 2:
            continue
        if exact and values <= SLICES:
            found.append(column.name)
        elif column.kind == NUMBER and not column.form.clock:
            numbers.append(column.name)
    if explanation is not None:
        order = {each.name: place for place, each in enumerate(explanation.columns)}
        for names in (found, numbers):
            names.sort(key=lambda name: order.get(name, len(order)))
    return (*found[:SLICED], *numbers[: max(FEWEST_SLICED - len(found), 0)])
