"""`mlpcli lr-find`: sweep the learning rate, and suggest one."""

from typing import Any

from mlpcli.model.encoded_rows import Data
from mlpcli.nn.range_test import SweepSettings
from mlpcli.preparation.prepare import prepared_for
from mlpcli.settings import build, described_fields
from mlpcli.training.learning_rate import LearningRateFinding, find_rate


def lr_find(
    data: Data, target: "str | tuple[str, ...] | list[str] | None" = None, **settings: Any
) -> LearningRateFinding:
    """A range test with the network, optimizer and batches that `train` would use for the same settings.

    `settings` are those of `mlpcli lr-find --help-all`. Raises MlpcliError with a hint.
    """
    if target is not None:
        settings["target"] = (target,) if isinstance(target, str) else tuple(target)
    grid = build(SweepSettings, settings)
    prepared = prepared_for(
        data, {name: value for name, value in settings.items() if name not in described_fields(SweepSettings)}
    )
    return find_rate(prepared, grid)
