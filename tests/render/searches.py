"""Searches for settings that the tests draw, made up; SEARCHES of all."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from mlpcli.options.options import Configuration, Options
from mlpcli.options.search_space import Choice, Domain, Range, Space, published
from mlpcli.render.plots.search import search_figure
from mlpcli.training.brackets import Trial

USUAL: dict[str, Any] = {
    "hidden": (128, 128, 128),
    "activation": "silu",
    "dropout": 0.25,
    "scaling": "standard",
    "number_embedding": "pbld",
    "frequency_spread": 0.2,
    "weight_decay": 0.1,
    "learning_rate": 0.04,
    "label_smoothing": 0.1,
    "batch_size": 64,
    "epochs": 60,
}
PUBLISHED = published(USUAL, 4)
LISTS: dict[str, Domain] = {
    "hidden": Choice(tuple((512, 256 + each, 128) for each in range(30))),
    "learning_rate": Choice(tuple(float(each) for each in np.geomspace(1e-4, 1, 20))),
    "dropout": Choice((0.1, 0.123456)),
    "momentum": Range(0.5, 0.9),
}


def trial(place: int, loss: float | None, *, whole: bool = True, **changes: Any) -> Trial:
    """One of five networks, if it is whole."""
    options = Options.from_values(USUAL | changes)
    progress: Any = dict.fromkeys(range(5)) if whole else None  # of which only the count is drawn
    configuration = Configuration(str(place + 1), "", changes, options)
    return Trial(place, place // 12, configuration, 9, loss, finished=whole, progress=progress)


def trials(count: int, domains: Mapping[str, Domain] = PUBLISHED, worst: float = 3.0) -> list[Trial]:
    """The first is the usual one; every fourth is whole, and others have losses up to `worst`."""
    generator, space = np.random.default_rng(count), Space(domains)
    found = [trial(0, 0.5)]
    for place in range(1, count):
        whole = place % 4 == 1
        loss = generator.uniform(0.3, 0.6) if whole else generator.uniform(0.4, worst)
        found.append(trial(place, float(loss), whole=whole, **space.draw(generator)))
    return found


def best(found: list[Trial]) -> Trial:
    return min((each for each in found if each.finished), key=lambda each: each.loss_or_infinite)


def figure(found: list[Trial], domains: Mapping[str, Domain] = PUBLISHED, title: str = "") -> Any:
    return search_figure(found, best(found), domains, title)


def many_settings() -> list[Trial]:
    """Trials of 20 settings, of which the last 10 or so have no panel."""
    more: dict[str, Any] = {
        "momentum": 0.8,
        "clip_norm": 2.0,
        "input_dropout": 0.2,
        "l1": 1e-4,
        "l2": 1e-4,
        "warmup": 0.3,
        "patience": 7,
        "min_delta": 0.1,
    }
    changed = [trial(place + 30, 0.7, **{name: value}) for place, (name, value) in enumerate(more.items())]
    return [*trials(30), *changed]


SEARCHES: dict[str, Callable[[], Any]] = {
    "8 trials": lambda: figure(trials(8), title="a title"),
    "24 trials": lambda: figure(trials(24)),
    "150 trials": lambda: figure(trials(150, worst=1e5), title="t" * 200),
    "1,500 trials": lambda: figure(trials(1500)),
    "one trial": lambda: figure([trial(0, 0.5)]),
    "one setting": lambda: figure([trial(0, 0.5), trial(1, 0.4, dropout=0.0)]),
    "two choices": lambda: figure(
        [trial(0, 0.5), trial(1, 0.4, dropout=0.0), trial(2, 0.9, whole=False, hidden=(64,))]
    ),
    "long lists": lambda: figure(trials(60, LISTS), LISTS),
    "many settings": lambda: figure(many_settings()),
    "nearly no loss": lambda: figure([*trials(24), trial(24, 1e-12, dropout=0.0)]),
    "no loss": lambda: figure([*trials(24), trial(24, 0.0, dropout=0.0)]),
    "below zero": lambda: figure([trial(each, 0.5 - each, dropout=each / 20) for each in range(9)]),
    "preset without loss": lambda: figure([trial(0, None, whole=False), *trials(9)[1:]]),
}
