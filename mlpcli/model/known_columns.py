"""The columns of a model, by which new tables are read."""

from mlpcli.data.encoders import NumberEncoder
from mlpcli.data.features import FeatureEncoder
from mlpcli.data.form import PLAIN
from mlpcli.data.reading.new_rows import Known
from mlpcli.data.reading.source import ReadingSettings
from mlpcli.data.schema import NUMBER, DataSettings, Schema
from mlpcli.data.target import STANDARD, NumberTarget
from mlpcli.model.tasks import Task


def known_columns(
    schema: Schema,
    encoder: FeatureEncoder,
    task: Task,
    reading: ReadingSettings,
    settings: DataSettings,
) -> Known:
    """All columns of a model with what tells how cells are written; `reading` is that of training."""
    forms = schema.forms
    ranges = {
        each.name: (each.lowest, each.highest)
        for each in encoder.encoders
        if isinstance(each, NumberEncoder)
        and each.name not in schema.cross
        and each.kind == NUMBER
        and not forms.get(each.name, PLAIN).clock
        and each.lowest <= each.highest
    }
    target = task.target
    if isinstance(target, NumberTarget) and target.scaling == STANDARD:
        about = zip(target.names, target.mean.tolist(), target.spread.tolist(), strict=True)
        ranges |= {name: (mean - spread, mean + spread) for name, mean, spread in about}
    names = [*(column.name for column in schema.table_inputs), *schema.target]
    return Known(
        [*names, *([schema.weight] if schema.weight is not None else [])],
        decimal=reading.decimal or ".",
        forms=forms,
        ranges=ranges,
        empties={} if settings.empty is None else {schema.target[0]: settings.empty},
        exact=schema.exact,
    )
