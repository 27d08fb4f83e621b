"""The training of the settings that a search has found, alone or together."""

from collections.abc import Mapping
from typing import Any

from mlpcli.model.encoded_rows import Data
from mlpcli.options.options import Configuration, Options
from mlpcli.options.presets import TableShape
from mlpcli.workflows.train import TrainingRun, train


def train_kept(
    data: Data, shared: Mapping[str, Any], kept: Mapping[str, Mapping[str, Any]], **called: Any
) -> TrainingRun:
    """A model of settings that all share, and of those in which the `kept` ones differ, by their names.

    `called` are arguments of `train`. All that are kept train to the end, unless one is hopeless.
    """
    every = list(kept.values())
    if len(every) == 1:
        return train(data, **{**shared, **every[0], "race": 1}, **called)

    def racing(options: Options, table: TableShape) -> list[Configuration]:
        usual = options.resolved(table)
        found = {name: usual.changed(**changes) for name, changes in kept.items()}
        first = next(iter(found.values())).values()
        return [
            Configuration(
                name,
                "found by tune",
                {setting: value for setting, value in each.values().items() if value != first[setting]},
                each,
            )
            for name, each in found.items()
        ]

    count = len(every)
    return train(data, **{**shared, "race": count, "finalists": count}, **called, racing=racing)
