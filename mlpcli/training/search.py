"""A search for settings: brackets of trials, drawn at random and near the best so far, until it is to end."""

import dataclasses
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlpcli.artifact.checkpoint import Checkpoint, Progress, StoredTrial
from mlpcli.errors import SettingsError
from mlpcli.model.compatibility import refuse_impossible
from mlpcli.options.options import SETTINGS_CLASSES, Configuration, Options
from mlpcli.options.run import generators
from mlpcli.options.search_space import CHOOSABLE, Space
from mlpcli.preparation.prepare import Prepared
from mlpcli.settings import described_fields
from mlpcli.training.brackets import ENDED, Trial, full_trainings, numbers_of, train_bracket
from mlpcli.training.budget import seconds_per_epoch
from mlpcli.training.checkpointing import altered_checkpoint, refuse_altered_checkpoint
from mlpcli.training.engine import load_code
from mlpcli.training.ensemble import Trainers
from mlpcli.training.members import ShouldStop
from mlpcli.training.race import DOUBT, standard_error

BRACKET, LEAST_BRACKET = 12, 3
"""Trials that begin together, at most and at least."""
FIRST_SHARE = 0.5
"""Of a time limit that the first bracket may take."""
DEARER = 2.0
"""Times as long as a usual training one of the winner's settings may take, roughly."""
BEST_FEW, CANDIDATES = 3, 12
"""Trials near to which others are drawn, and those of which some may be combined in a model."""
MOST_DRAWS = 200
"""In vain, one after the other: then there is nothing left to try."""


OFF = {name: described.off for each in SETTINGS_CLASSES for name, described in described_fields(each).items()}
"""What None means, by setting."""


@dataclass(frozen=True)
class Limit:
    """When a search ends: after so many trials, or at a time of `time.perf_counter`."""

    trials: int | None
    until: float
    trainings: int = 0
    """Trainings to the end that still are to come, within the time."""


class Search:
    """The trials of a search so far. `run` makes them.

    They depend on the seed and on how many there are; a time limit decides that, and nothing else.
    """

    def __init__(
        self,
        prepared: Prepared,
        space: Space,
        first: Sequence[Mapping[str, Any]],
        *,
        team: Trainers,
        workers: int,
        should_stop: ShouldStop,
        on_trials: "Callable[[Search], None]" = lambda search: None,
    ) -> None:
        """`first` are changes of settings that are tried before others, first of all no change; so many
        `workers` of the team train side by side."""
        self.prepared, self.space, self._team, self._workers = prepared, space, team, workers
        self._should_stop, self._on_trials = should_stop, on_trials
        self.first = prepared.options
        """Those of the first trial, from which the others differ."""
        self._waiting = list(first)
        self._seen = set[str]()
        self.trials: list[Trial] = []
        self._seconds: float | None = None
        """Of a training to the end, as measured."""

    def settle(self, epochs: int) -> None:
        """Have all trials train for so many epochs, which then do not vary."""
        domains = dict(self.space.domains)
        domains.pop("epochs", None)
        self.space, self.prepared = Space(domains), self.prepared.changed(epochs=epochs)
        self.first = self.prepared.options
        self._waiting = [{name: each[name] for name in each if name != "epochs"} for each in self._waiting]

    def fit_to(self, seconds: float) -> bool:
        """Have fewer epochs if not even the smallest bracket ends in time; returns whether that is so."""
        usual = self.first.training.epochs
        assert usual is not None
        self._seconds = self._expected_seconds()
        smallest = full_trainings(LEAST_BRACKET, self.prepared.repetitions) * self._seconds
        share = FIRST_SHARE * seconds / smallest if smallest > 0 else 1.0
        if share >= 1.0:
            return False
        self.settle(max(int(share * usual), 1))
        self._seconds *= share
        return True

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go on after the trials of an earlier run; ArtifactError for an altered checkpoint."""
        for place, stored in enumerate(checkpoint.trials):
            configuration = self._configuration(typed_changes(stored["changes"]), place)
            if configuration is None or not 0 <= stored["bracket"] <= place:
                raise altered_checkpoint()
            trial = Trial(place, stored["bracket"], configuration, stored["epochs"], stored["loss"])
            trial.finished, trial.scores = stored["finished"], stored["scores"]
            self.trials.append(trial)
        if not self.trials:
            return
        self._add([])
        refuse_altered_checkpoint(checkpoint, self.prepared)
        if not all(each.state.stop_reason in ENDED for each in checkpoint.members.values()):
            raise altered_checkpoint()
        for trial in self.trials:
            numbers = numbers_of(self.prepared, trial.place)
            known = {number: checkpoint.members[number] for number in numbers if number in checkpoint.members}
            if known and (not trial.finished or len(known) < len(numbers)):
                raise altered_checkpoint()
            if known:
                trial.finish(self.prepared, known)
        wanted = [*self.finished[:CANDIDATES], *([] if self.usual is None else [self.usual])]
        if any(each.progress is None for each in wanted):
            raise altered_checkpoint()

    def stored(self) -> tuple[list[StoredTrial], dict[int, Progress]]:
        """The trials, and the networks of the best, for a checkpoint."""
        trials: list[StoredTrial] = [
            {
                "bracket": each.bracket,
                "changes": dict(each.configuration.changes),
                "epochs": each.epochs,
                "loss": each.loss,
                "finished": each.finished,
                "scores": dict(each.scores),
            }
            for each in self.trials
        ]
        members = {number: each for trial in self.trials for number, each in (trial.progress or {}).items()}
        return trials, members

    @property
    def brackets(self) -> int:
        """How many there are."""
        return 1 + self.trials[-1].bracket if self.trials else 0

    def run(self, limit: Limit) -> None:
        """Try brackets until the limit, or until there is nothing left to try."""
        while self._should_stop() is None:
            begun = time.perf_counter()
            configurations = list(self._drawn(self._size(limit, limit.until - begun)))
            if not configurations:
                return
            self._train(configurations)
            work = full_trainings(len(configurations), self.prepared.repetitions)
            self._seconds = (time.perf_counter() - begun) / work

    @property
    def finished(self) -> list[Trial]:
        """Those that have trained to the end, the best first."""
        return sorted((each for each in self.trials if each.finished), key=lambda each: each.loss_or_infinite)

    @property
    def usual(self) -> Trial | None:
        """The trial of the preset's settings, if it came to its end."""
        return self.trials[0] if self.trials and self.trials[0].finished else None

    @property
    def winner(self) -> Trial:
        """The best, if it is ahead of the usual one by more than chance; else that one."""
        best, usual = self.finished[0], self.usual
        if usual is None or best is usual:
            return best
        assert best.losses is not None
        assert usual.losses is not None
        ahead = usual.losses - best.losses
        return best if float(ahead.mean()) > DOUBT * standard_error(ahead) else usual

    def _size(self, limit: Limit, seconds: float) -> int:
        """Trials of the next bracket; 0 if the search is to end."""
        if limit.trials is not None:
            return max(min(BRACKET, limit.trials - len(self.trials)), 0)
        if self._seconds is None:
            self._seconds = self._expected_seconds()
        seconds -= DEARER * limit.trainings * self._seconds
        if not self.trials:
            seconds *= FIRST_SHARE
        sizes = range(BRACKET, LEAST_BRACKET - 1, -1)
        work = {size: full_trainings(size, self.prepared.repetitions) for size in sizes}
        affordable = (size for size in sizes if work[size] * self._seconds <= seconds)
        return next(affordable, 0 if self.trials else LEAST_BRACKET)

    def _expected_seconds(self) -> float:
        """Of a training to the end, from some steps that are thrown away."""
        load_code(dataclasses.replace(self.prepared, configurations=self.prepared.configurations[:1]))
        epochs = self.first.training.epochs
        assert epochs is not None
        return seconds_per_epoch(self.prepared) * epochs * self.prepared.repetitions / self._workers

    def _train(self, configurations: Sequence[Configuration]) -> None:
        first = len(self.trials)
        self._add(configurations)
        places = range(first, first + len(configurations))
        self.trials += train_bracket(
            self.prepared, places, self.brackets, self._team, self._should_stop, always=[0]
        )
        for each in self.finished[CANDIDATES:]:
            if each is not self.usual:
                each.forget()
        self._on_trials(self)

    def _add(self, configurations: Sequence[Configuration]) -> None:
        known = [each.configuration for each in self.trials]
        self.prepared = dataclasses.replace(self.prepared, configurations=(*known, *configurations))

    def _drawn(self, count: int) -> Iterator[Configuration]:
        """As many configurations that have not been tried, fewer if there are no more."""
        generator = generators(self.first.run.seed, self.brackets)["search"]
        place, best = len(self.trials), self.finished[:BEST_FEW]
        for number in range(count):
            near = best[number // 2 % len(best)] if best and number % 2 else None
            for _ in range(MOST_DRAWS):
                changes = self._waiting.pop(0) if self._waiting else self._changes(near, generator)
                if (configuration := self._configuration(changes, place)) is not None:
                    yield configuration
                    place += 1
                    break

    def _changes(self, near: Trial | None, generator: np.random.Generator) -> Mapping[str, Any]:
        if near is None:
            return self.space.draw(generator)
        values = near.configuration.options.values()
        return self.space.near({name: values[name] for name in self.space.domains}, generator)

    def _configuration(self, values: Mapping[str, Any], place: int) -> Configuration | None:
        """Settings with these values; None if they were tried, or do not go together."""
        usual = self.first.values()
        changes = {
            name: value
            for name, value in values.items()
            if value != (OFF[name] if usual[name] is None else usual[name])
        }
        if (known := json.dumps(changes, sort_keys=True)) in self._seen:
            return None
        self._seen.add(known)
        try:
            options = self.first.changed(**changes)
            refuse_impossible(options, type(self.prepared.task))
        except SettingsError:
            return None
        return Configuration(str(place + 1), "", changes, options)


def typed_changes(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Changes of settings from JSON; ArtifactError if they are none."""
    if not set(stored) <= CHOOSABLE:
        raise altered_checkpoint()
    try:
        values = Options.from_values(stored).values()
    except SettingsError:
        raise altered_checkpoint() from None
    return {name: values[name] for name in stored}
