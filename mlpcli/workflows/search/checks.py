"""Checks of a search: settings that contradict one another, or make scores meaningless."""

from collections.abc import Mapping
from typing import Any

from mlpcli.errors import Sentence, SettingsError
from mlpcli.options.options import Options
from mlpcli.settings import AUTO
from mlpcli.workflows.search.settings import TuneSettings


def check_search(own: TuneSettings, options: Options, output: str | None, dask: str | None) -> None:
    """Raise SettingsError for settings that contradict one another, or make scores meaningless."""
    if own.trials is not None and own.time_limit is not None:
        said = Sentence("{trials} and {time_limit} cannot be combined")
        raise SettingsError(said, "Leave one of them out.", setting="trials")
    if own.keep > 1 and output is None:
        said = Sentence("{keep} is for a model, and none is to be written")
        raise SettingsError(said, Sentence("Also give {model} FILE."), setting="keep")
    if own.workers is not None and dask is not None:
        said = Sentence("{workers} and {dask} cannot be combined")
        raise SettingsError(said, "Leave one of them out.", setting="dask")
    for name in ("validation", "test"):
        if isinstance(getattr(options.split, name), str):
            said = Sentence(f"{{{name}}} cannot be a file: its rows may be among those that no trial sees")
            raise SettingsError(said, "Give a fraction, or leave it out.", setting=name)
    if options.transfer.from_model is not None or options.transfer.freeze:
        said = Sentence("{from_model} has no meaning here: the model may have seen the outer rows")
        raise SettingsError(said, "Leave it out.", setting="from_model")
    for name in ("race", "finalists"):
        if getattr(options.ensemble, name) is not None:
            said = Sentence(f"{{{name}}} has no meaning here: each trial is one configuration")
            raise SettingsError(said, "Leave it out.", setting=name)
    if options.ensemble.refit:
        said = Sentence("{refit} has no meaning here: trials are judged by rows that they hold out")
        raise SettingsError(said, "Give it to train, with the settings found here.", setting="refit")
    if options.training.learning_rate == AUTO:
        said = Sentence("{learning_rate} auto has no meaning here: the search chooses it")
        raise SettingsError(said, "Leave it out.", setting="learning_rate")


def check_space(space: Mapping[str, Any], of_training: Mapping[str, Any]) -> None:
    """Refuse values for a setting that has one."""
    for name in space:
        if of_training.get(name) is not None:
            said = Sentence(f"{{{name}}} is given, and is to vary as well")
            raise SettingsError(said, "Leave one of them out.", setting=name)
