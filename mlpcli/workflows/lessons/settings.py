"""Settings of the lessons, and which lesson takes which."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlpcli.errors import Sentence, SettingsError
from mlpcli.settings import Settings, described_fields, is_number, setting

OPTIMIZERS, DESCENT, ACTIVATIONS, DROPOUT = "optimizers", "descent", "activations", "dropout"
LESSONS = {
    OPTIMIZERS: "the ways of five optimizers on a surface with two wells",
    DESCENT: "gradient descent at rates that are too small, right and too large",
    ACTIVATIONS: "each activation and its slope, and what is left of a gradient",
    DROPOUT: "a network under five dropout masks, and the mean of many",
}
"""The lessons, each with what it shows."""
TAKES = {
    OPTIMIZERS: ("learning_rate", "steps"),
    DESCENT: ("learning_rate", "steps"),
    ACTIVATIONS: (),
    DROPOUT: ("dropout", "seed"),
}
"""The settings that each lesson takes."""
MOST_RATES = 6
"""Learning rates that are shown side by side."""


def parse_rates(text: str) -> tuple[float, ...]:
    """Numbers between commas."""
    try:
        rates = tuple(float(part) for part in text.split(","))
    except ValueError:
        rates = (math.nan,)
    if not all(map(math.isfinite, rates)):
        said = f"{text!r:.80} is not a number"
        raise SettingsError(said, "Write 0.1, or 0.1,0.5.", setting="learning_rate")
    return rates


@dataclass(frozen=True)
class LessonSettings(Settings):
    """Settings of the lessons; None is each lesson's own value."""

    learning_rate: tuple[float, ...] | float | None = setting(
        None,
        "Learning rate, for descent and optimizers. Give descent several, such as 0.1,0.5. [default: 0.03, "
        "of descent 0.02,0.2,0.9,1.05]",
        group="Lesson",
        flag="lr",
        metavar="RATE,...",
        parse=parse_rates,
        common=True,
    )
    steps: int | None = setting(
        None,
        "Number of steps, for descent and optimizers. [default: 10 or 100]",
        group="Lesson",
        at_least=1,
        at_most=1000,
        common=True,
    )
    dropout: float | None = setting(
        None,
        "Share of hidden outputs to drop, for dropout. [default: 0.2]",
        group="Lesson",
        metavar="RATE",
        above=0,
        at_most=0.9,
        common=True,
    )
    seed: int | None = setting(
        None,
        "Seed of weights and masks, for dropout. [default: 0]",
        group="Lesson",
        at_least=0,
        common=True,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        rates = self.rates
        if self.learning_rate == ():
            raise SettingsError("no learning rate is given", "Write 0.1.", setting="learning_rate")
        for rate in rates:
            if not is_number(rate) or rate <= 0:
                wrong = f"{rate!r:.40} is out of range"
                raise SettingsError(wrong, "A learning rate is above 0.", setting="learning_rate")
        if len(rates) > MOST_RATES:
            wrong = f"{len(rates)} learning rates are too many"
            raise SettingsError(wrong, f"Give at most {MOST_RATES}.", setting="learning_rate")

    @property
    def rates(self) -> tuple[float, ...]:
        """The learning rates as a tuple; empty if none is given."""
        if self.learning_rate is None:
            return ()
        return self.learning_rate if isinstance(self.learning_rate, tuple) else (self.learning_rate,)


def refuse_others(lesson: str, given: Mapping[str, Any]) -> None:
    """Raise SettingsError if a setting is given that the lesson does not take, or several rates of one."""
    for name in described_fields(LessonSettings):
        if name in given and name not in TAKES[lesson]:
            taken = " and ".join(f"{{{each}}}" for each in TAKES[lesson])
            takes = Sentence(f"It takes {taken or 'no settings'}.")
            raise SettingsError(f"the lesson {lesson} does not use it", takes, setting=name)
    rates = given.get("learning_rate")
    if lesson == OPTIMIZERS and isinstance(rates, tuple) and len(rates) > 1:
        hint = "Give one: all five optimizers take it."
        raise SettingsError("the lesson optimizers takes one learning rate", hint, setting="learning_rate")
