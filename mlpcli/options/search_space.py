"""The space of a search: the values that settings may take. `published`, `domain_of`."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numpy.random import Generator

from mlpcli.data.schema import QUANTILE, ROBUST
from mlpcli.errors import Sentence, SettingsError, did_you_mean
from mlpcli.nn.architecture import NetworkSettings
from mlpcli.nn.optimizers import OptimizerSettings
from mlpcli.nn.regularization import RegularizationSettings
from mlpcli.nn.training_settings import TrainingSettings
from mlpcli.options.options import Options
from mlpcli.settings import NONE, described_fields, is_number

MOST_CHANGED = 3
"""Settings in which a neighbour differs, at most."""
REACH = 0.2
"""Standard deviation of a step to a neighbour, of the width of a range."""
DIGITS = 2
"""Significant digits of drawn numbers, so that a command line can be read."""
MOST_EMBEDDED = 100
"""Columns of numbers up to which each may be turned into several inputs."""
CHOOSABLE = (
    {"scaling", "label_smoothing"}
    | {
        name
        for each in (NetworkSettings, OptimizerSettings, TrainingSettings, RegularizationSettings)
        for name in described_fields(each)
    }
) - {"monitor", "wide"}
"""Settings that may vary: their trials learn from the same encoded rows, and are judged by the same loss."""
LOW, HIGH, LOGARITHMIC = "low", "high", "log"
RANGE = (LOW, HIGH, LOGARITHMIC)


class Domain(ABC):
    """The values that a setting may take."""

    @abstractmethod
    def draw(self, generator: Generator) -> Any:
        """One of them at random."""

    @abstractmethod
    def near(self, value: Any, generator: Generator) -> Any:
        """One near to another."""

    @abstractmethod
    def nearest(self, value: Any) -> Any:
        """The value itself if it is one of them, else one that stands for it."""


@dataclass(frozen=True)
class Choice(Domain):
    """One of some values."""

    of: tuple[Any, ...]

    def draw(self, generator: Generator) -> Any:
        return self.of[generator.integers(len(self.of))]

    def near(self, value: Any, generator: Generator) -> Any:
        others = [each for each in self.of if each != value]
        return others[generator.integers(len(others))] if others else value

    def nearest(self, value: Any) -> Any:
        return value if value in self.of else self.of[0]


@dataclass(frozen=True)
class Range(Domain):
    """Any number between two others, both included."""

    low: float
    high: float
    logarithmic: bool = False
    whole: bool = False

    def draw(self, generator: Generator) -> Any:
        return self._value(generator.random())

    def near(self, value: Any, generator: Generator) -> Any:
        place = self._place(value) + REACH * generator.standard_normal()
        return self._value(min(max(place, 0.0), 1.0))

    def nearest(self, value: Any) -> Any:
        return min(max(value, self.low), self.high) if is_number(value) else self.low

    def _value(self, place: float) -> Any:
        if self.logarithmic:
            value = math.exp((1.0 - place) * math.log(self.low) + place * math.log(self.high))
        else:
            value = self.low + (self.high - self.low) * place
        if self.whole:
            return round(value)
        digits = DIGITS - 1 - math.floor(math.log10(abs(value))) if value else 0
        return min(max(round(value, digits), self.low), self.high)

    def _place(self, value: float) -> float:
        value = min(max(value, self.low), self.high)
        if self.logarithmic:
            low, high = math.log(self.low), math.log(self.high)
            return (math.log(value) - low) / (high - low)
        return (value - self.low) / (self.high - self.low)


@dataclass(frozen=True)
class Space:
    """Settings that vary, by name."""

    domains: Mapping[str, Domain]

    def draw(self, generator: Generator) -> dict[str, Any]:
        """A value for each."""
        return {name: domain.draw(generator) for name, domain in self.domains.items()}

    def near(self, values: Mapping[str, Any], generator: Generator) -> dict[str, Any]:
        """The values with some changed a little."""
        names = list(self.domains)
        count = 1 + int(generator.integers(min(MOST_CHANGED, len(names))))
        changed = generator.choice(len(names), count, replace=False)
        return dict(values) | {
            names[each]: self.domains[names[each]].near(values[names[each]], generator) for each in changed
        }


def published(usual: Mapping[str, Any], numbers: int) -> dict[str, Domain]:
    """Domains around the values of a preset, after TabArena's for networks (RealMLP), for short trainings.

    Only settings among the `usual` values vary, and no regularization that they leave out. `numbers` is the
    count of columns of numbers in the table.
    """
    hidden = ((64, 64), (128, 128), (128, 128, 128), (128,) * 4, (256, 256), (256, 256, 256))
    found: dict[str, Domain] = {
        "hidden": _with(hidden, usual.get("hidden")),
        "activation": _with(("mish", "selu", "gelu", "relu"), usual.get("activation")),
        "dropout": _with((0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5), usual.get("dropout")),
        "scaling": _with((ROBUST, QUANTILE), usual.get("scaling")),
    }
    if 0 < numbers <= MOST_EMBEDDED:
        found["number_embedding"] = _with((NONE, "pbld", "ple"), usual.get("number_embedding"))
        found["frequency_spread"] = _with((0.03, 0.1, 0.3, 1.0, 3.0), usual.get("frequency_spread"))
    for name, low, high in (("weight_decay", 0.003, 0.3), ("l2", 1e-6, 1e-2)):
        if usual.get(name):
            found[name] = Range(low, high, logarithmic=True)
    if usual.get("learning_rate"):
        rate = usual["learning_rate"]
        found["learning_rate"] = Range(0.3 * rate, 3.0 * rate, logarithmic=True)
    if usual.get("label_smoothing"):
        found["label_smoothing"] = _with((0.0, 0.05, 0.1), usual["label_smoothing"])
    if usual.get("batch_size") is not None:
        batch = usual["batch_size"]
        found["batch_size"] = Choice((max(batch // 2, 1), batch, 2 * batch))
    if usual.get("epochs") is not None:
        found["epochs"] = Choice((usual["epochs"], 2 * usual["epochs"]))
    return {name: domain for name, domain in found.items() if usual.get(name) is not None}


def _with(values: tuple[Any, ...], usual: Any) -> Choice:
    return Choice(values if usual in values else (usual, *values))


def domain_of(name: str, given: Any) -> Domain:
    """The domain that is written as a list of values, one value, or {low, high, log}.

    Raises SettingsError for a name that is no setting or cannot vary, and for values that it cannot take.
    """
    if name not in CHOOSABLE:
        known = set(Options.from_values({}).values())
        if name in known:
            said = Sentence(f"{{{name}}} cannot vary in a search")
            hint = Sentence("Scores could not be compared; mlpcli cv {vs} compares two values.")
            raise SettingsError(said, hint, setting=name)
        raise SettingsError(f"there is no setting {name!r:.80}", did_you_mean(name, sorted(CHOOSABLE)))
    if isinstance(given, Mapping):
        return _range(name, given)
    values = given if isinstance(given, (list, tuple)) else [given]
    if not len(values):
        raise SettingsError("the list is empty", "Give at least one value.", setting=name)
    return Choice(tuple(dict.fromkeys(_value(name, each) for each in values)))


def _range(name: str, given: Mapping[str, Any]) -> Range:
    hint = "Write {low = 0.01, high = 0.1, log = true}."
    unknown = [each for each in given if each not in RANGE]
    if unknown:
        raise SettingsError(f"a range has low, high and log, not {unknown[0]!r:.40}", hint, setting=name)
    if not all(is_number(given.get(each)) for each in (LOW, HIGH)):
        raise SettingsError("a range needs the numbers low and high", hint, setting=name)
    low, high, logarithmic = given[LOW], given[HIGH], given.get(LOGARITHMIC, False)
    if not isinstance(logarithmic, bool):
        raise SettingsError("log is true or false", hint, setting=name)
    if not low < high:
        raise SettingsError(f"low is {low} and high is {high}", "Give low below high.", setting=name)
    if logarithmic and low <= 0:
        raise SettingsError(f"low is {low}, which has no logarithm", "Give low above 0.", setting=name)
    ends = [_value(name, each) for each in (low, high)]
    if not all(map(is_number, ends)):
        raise SettingsError("only numbers have a range", "Give a list.", setting=name)
    first, last = ends
    return Range(
        first, last, logarithmic, whole=all(isinstance(each, int) for each in ends) and _is_whole(name)
    )


def _is_whole(name: str) -> bool:
    """Whether only whole numbers are taken."""
    try:
        Options.from_values({name: 1.5})
    except SettingsError:
        return True
    return False


def _value(name: str, given: Any) -> Any:
    """A value as the setting has it; SettingsError for one that it cannot take."""
    if isinstance(given, list):
        given = tuple(given)
    if isinstance(given, int) and not isinstance(given, bool) and name == "hidden":
        given = (given,)
    value = Options.from_values({name: given}).values()[name]
    if value is None or value == "auto":
        raise SettingsError(f"{given!r:.40} cannot be tried", "Give others.", setting=name)
    return value
