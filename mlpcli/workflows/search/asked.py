"""All that a search is asked for, without contradictions or what would make scores meaningless."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlpcli.errors import Sentence, SettingsError
from mlpcli.options.options import Options
from mlpcli.options.run import ClusterSettings
from mlpcli.options.search_space import Domain, domain_of
from mlpcli.settings import AUTO, build, described_fields
from mlpcli.workflows.search.settings import TuneSettings

OWN = frozenset({*described_fields(TuneSettings), *described_fields(ClusterSettings)})
SECONDS = 60.0
"""Of a search that has neither a time limit nor a number of trials."""
LONG_LIMIT, MANY_TRIALS = 60.0, 100
"""Seconds of a time limit from which a search is taken for one of so many trials; a shorter one is not worth
compiling for."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The settings of a search, and those of its trainings."""

    own: TuneSettings
    dask: str | None
    of_training: Mapping[str, Any]
    """As they were given."""
    given: Options
    """The same."""
    domains: Mapping[str, Domain]
    """Values from which those of some settings are drawn."""
    only: bool
    """Whether no others vary."""

    @classmethod
    def of(
        cls, settings: Mapping[str, Any], space: Mapping[str, Any], *, only: bool, writes: bool
    ) -> "Asked":
        """From settings by name; `writes` if there is to be a model. Raises SettingsError."""
        own = build(TuneSettings, {name: value for name, value in settings.items() if name in OWN})
        dask = build(ClusterSettings, {"dask": settings.get("dask")}).dask
        of_training = {name: value for name, value in settings.items() if name not in OWN}
        given = Options.from_values(of_training)
        _check(own, given, dask, writes=writes)
        domains = {name: domain_of(name, values) for name, values in space.items()}
        _check_space(domains, of_training)
        return cls(own=own, dask=dask, of_training=of_training, given=given, domains=domains, only=only)

    @property
    def seconds(self) -> float:
        """The time limit, which counts if no number of trials is given."""
        return self.own.time_limit or SECONDS

    @property
    def about_trials(self) -> int:
        """About how many trials there will be, as far as it matters to the engine."""
        return self.own.trials or (MANY_TRIALS if self.seconds >= LONG_LIMIT else 0)

    @property
    def epochs_are_given(self) -> bool:
        """Whether the user has said how many epochs there are, or from which to choose."""
        return "epochs" in self.domains or self.given.training.epochs is not None


def _check(own: TuneSettings, options: Options, dask: str | None, *, writes: bool) -> None:
    """Raise SettingsError for settings that contradict one another, or make scores meaningless."""
    if own.trials is not None and own.time_limit is not None:
        said = Sentence("{trials} and {time_limit} cannot be combined")
        raise SettingsError(said, "Leave one of them out.", setting="trials")
    if own.keep > 1 and not writes:
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


def _check_space(space: Mapping[str, Any], of_training: Mapping[str, Any]) -> None:
    """Refuse values for a setting that has one."""
    for name in space:
        if of_training.get(name) is not None:
            said = Sentence(f"{{{name}}} is given, and is to vary as well")
            raise SettingsError(said, "Leave one of them out.", setting=name)
