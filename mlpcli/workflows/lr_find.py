"""`mlpcli lr-find`: sweep the learning rate, and suggest one."""

from dataclasses import replace
from typing import Any

from mlpcli.model.encoded_rows import Data
from mlpcli.nn.range_test import SweepSettings
from mlpcli.options.options import SETTINGS_CLASSES
from mlpcli.preparation.prepare import prepared_for
from mlpcli.progress import OnProgress, unwatched
from mlpcli.settings import build, described_fields
from mlpcli.training.engine import with_engine
from mlpcli.training.learning_rate import LearningRateFinding, find_rate
from mlpcli.workflows.keyword_settings import takes


@takes(SweepSettings, *SETTINGS_CLASSES)
def lr_find(
    data: Data,
    target: "str | tuple[str, ...] | list[str] | None" = None,
    *,
    on_progress: OnProgress | None = None,
    **settings: Any,
) -> LearningRateFinding:
    """A range test with the network, optimizer and batches that `train` would use for the same settings.

    The suggestion, and how far it can be trusted. Raises MlpcliError with a hint.
    """
    if target is not None:
        settings["target"] = (target,) if isinstance(target, str) else tuple(target)
    grid = build(SweepSettings, settings)
    others = {name: value for name, value in settings.items() if name not in described_fields(SweepSettings)}
    watch = on_progress or unwatched
    # Under `auto` so little work needs no compiler.
    prepared, of_engine = with_engine(prepared_for(data, others, watch), 0.0)
    return find_rate(replace(prepared, notes=[*prepared.notes, *of_engine]), grid, watch)
