"""The learning-rate search: every loss with every optimizer, what is called stable, and its size."""

import functools
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.errors import DivergenceError
from mlpcli.model.tasks import TASKS
from mlpcli.nn.losses import LOSSES
from mlpcli.nn.range_test import SweepSettings
from mlpcli.nn.scratch import FloatArray
from mlpcli.nn.suggestions import SUGGESTIONS, smooth
from mlpcli.options.options import Options
from mlpcli.options.presets import PRESETS
from mlpcli.preparation.prepare import Prepared, prepare
from mlpcli.training.learning_rate import (
    LEAST_STEPS,
    LEAST_TRAINING_STEPS,
    LearningRateFinding,
    Trust,
    find_rate,
    grid_for,
    judge,
)
from mlpcli.training.members import train_member
from tests.cli.commands import sample
from tests.nn.examples import UPDATE_RULES
from tests.options.test_choices import INPUTS, TARGETS, table

TASK_LOSSES = [(task, loss) for task in TASKS for loss in TASKS[task].losses]
USUAL = SweepSettings()


def test_every_loss_is_there() -> None:
    assert {TASKS[task].loss_name(loss) for task, loss in TASK_LOSSES} == set(LOSSES)


@functools.cache
def prepared(task: str, loss: str) -> Prepared:
    """Four hundred and eighty rows; a perceptron has no hidden layer."""
    frame = pd.concat([table(seed) for seed in range(8)], ignore_index=True)
    values: dict[str, Any] = {"target": TARGETS[task], "features": INPUTS, "task": task, "loss": loss}
    values |= {"hidden": () if loss == "perceptron" else (8,), "batch_size": 16, "preset": "textbook"}
    return prepare(frame, Options.from_values(values))


PAIRS = [
    *((each, "adam") for each in TASK_LOSSES),
    *((TASK_LOSSES[place % len(TASK_LOSSES)], optimizer) for place, optimizer in enumerate(UPDATE_RULES)),
    *(
        (TASK_LOSSES[-1 - place % len(TASK_LOSSES)], optimizer)
        for place, optimizer in enumerate(UPDATE_RULES)
    ),
]
"""Every loss with the usual optimizer, and every optimizer with two losses."""


@pytest.mark.parametrize(
    ("task", "loss", "optimizer"), [(*each, optimizer) for each, optimizer in dict.fromkeys(PAIRS)]
)
def test_a_loss_with_an_optimizer(task: str, loss: str, optimizer: str) -> None:
    """A training at the rate that is found learns, by the loss of the first weights."""
    usual = prepared(task, loss)
    ready = usual.changed(optimizer=optimizer)
    finding = find_rate(ready, SweepSettings(steps=80, sweeps=2))
    assert set(finding.rules) == set(SUGGESTIONS)
    assert USUAL.start < finding.suggestion < USUAL.end
    assert finding.interval[0] <= finding.suggestion <= finding.interval[1]
    assert finding.reason
    first = finding.points[0].loss
    assert first is not None
    short = ready.changed(learning_rate=finding.suggestion, epochs=4)
    history = train_member(short, 0, lambda record: None, lambda: None).history
    assert len(history) == 4
    assert history[-1].train_loss < first


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset(preset: str) -> None:
    finding = mlpcli.lr_find(sample("penguins.csv"), "species", preset=preset)
    assert finding.stable, finding.reason
    assert finding.optimizer == "adam"
    assert 1e-3 < finding.suggestion < 1e-1


def sampled(seed: int, **settings: Any) -> LearningRateFinding:
    return mlpcli.lr_find(sample("seattle_weather.csv"), "weather", preset="textbook", seed=seed, **settings)


def test_the_seed_moves_little() -> None:
    findings = [sampled(seed) for seed in range(3)]
    suggestions = [finding.suggestion for finding in findings]
    assert max(suggestions) <= 3 * min(suggestions)
    assert len({finding.points[0].loss for finding in findings}) == 3


@pytest.mark.parametrize("steps", [10, 20, 40])
def test_few_steps_are_not_called_stable(steps: int) -> None:
    finding = sampled(0, steps=steps)
    assert not finding.stable
    assert "too few" in finding.reason
    assert finding.advice == "Give steps 60 or more."


def test_the_same_search_again_and_after_it_nothing_is_changed() -> None:
    ready = prepared("binary", "cross-entropy")
    before = ready.options, ready.parts["train"].features.tobytes()
    findings = [find_rate(ready, SweepSettings(steps=60)) for _ in range(2)]
    assert findings[0] == findings[1]
    assert (ready.options, ready.parts["train"].features.tobytes()) == before


@pytest.mark.parametrize("rule", SUGGESTIONS)
def test_a_rule_can_be_chosen(rule: str) -> None:
    finding = find_rate(prepared("regression", "mse"), SweepSettings(steps=60, rule=rule))
    assert finding.rule == rule
    assert finding.suggestion == finding.rules[rule]
    assert finding.interval == finding.spreads[rule]


def test_points_are_means_until_the_blow_up() -> None:
    grid = SweepSettings(steps=100, end=1e8)
    finding = find_rate(prepared("regression", "mse"), grid)
    assert [point.learning_rate for point in finding.points] == list(grid.rates())
    known = [point.smoothed is not None for point in finding.points]
    ended = known.index(False)
    assert 40 < ended < 100
    assert not any(known[ended:])
    assert all(point.loss is None for point in finding.points[ended:])
    assert all(point.loss is not None for point in finding.points[: ended - 1])


def test_a_start_that_blows_up_at_once() -> None:
    with pytest.raises(DivergenceError, match="at the first learning rates, from 1e\\+30"):
        find_rate(prepared("regression", "mse"), SweepSettings(start=1e30, end=1e36))


@pytest.mark.parametrize("total", [0, 100, LEAST_TRAINING_STEPS - 1])
def test_there_is_no_grid_for_a_short_training(total: int) -> None:
    assert grid_for(total) is None


@pytest.mark.parametrize(
    ("total", "steps", "sweeps"),
    [
        (LEAST_TRAINING_STEPS, LEAST_STEPS, 2),
        (1_700, 85, 2),
        (1_710, LEAST_STEPS, 3),
        (3_000, 100, 3),
        (4_500, 150, 3),
        (10**6, 150, 3),
    ],
)
def test_a_grid_takes_a_tenth_of_the_steps(total: int, steps: int, sweeps: int) -> None:
    grid = grid_for(total)
    assert grid is not None
    assert (grid.steps, grid.sweeps) == (steps, sweeps)
    assert grid.steps * grid.sweeps <= total / 10


RATES = USUAL.rates()
DECADES = np.log10(RATES)


def curve(noise: float, *, falls_at: float = -4.0, rises_at: float = -1.0) -> FloatArray:
    """From 1 down to 0 within two decades from `falls_at` on, up again from `rises_at` on."""
    falling = 1.0 - np.clip((DECADES - falls_at) / 2, 0.0, 1.0)
    rising = np.clip(DECADES - rises_at, 0.0, 1.5)
    return np.asarray(falling + rising + noise * np.random.default_rng(0).standard_normal(len(RATES)))


def verdict_on(losses: FloatArray, factor: float = 2.0, sweeps: int = 3, every: int = 1) -> Trust:
    rates, losses = RATES[::every], losses[::every]
    return judge(rates, losses, smooth(rates, losses), (1e-3, factor * 1e-3), sweeps)


@pytest.mark.parametrize("level", [0.0, -10.0, 10.0])
@pytest.mark.parametrize("noise", [0.0, 0.05])
def test_a_clear_curve_is_stable(noise: float, level: float) -> None:
    verdict = verdict_on(level + curve(noise))
    assert verdict == Trust(True, "the loss falls and rises again clearly, and 3 sweeps agree")


def test_sweeps_may_differ_by_more_the_more_there_are() -> None:
    """3 to the power of the root of their number: 6.7 for three, 9 for four."""
    assert verdict_on(curve(0.0), factor=6.7).stable
    assert not verdict_on(curve(0.0), factor=8.9).stable
    assert verdict_on(curve(0.0), factor=8.9, sweeps=4).stable


UNSTABLE: dict[str, tuple[Trust, str, str]] = {
    "few rates": (verdict_on(curve(0.0), every=5), "4.3 learning rates per decade are too few", "steps 60"),
    "noise": (verdict_on(curve(0.4)), "the loss never falls clearly", "batch_size"),
    "only noise": (verdict_on(curve(1.0) - curve(0.0)), "the loss never falls clearly", "batch_size"),
    "nothing but the same": (verdict_on(np.ones(len(RATES))), "the loss never falls clearly", "steps"),
    "too high a start": (verdict_on(curve(0.0, falls_at=-8.0)), "", "start"),
    "too low an end": (verdict_on(curve(0.0, rises_at=2.0)), "does not rise again", "end, such as 1e+04"),
    "one sweep": (verdict_on(curve(0.0), sweeps=1), "a single sweep", "sweeps 3"),
    "disagreement": (verdict_on(curve(0.0), factor=6.8), "differ by a factor of 6.8", "sweeps"),
}


@pytest.mark.parametrize("name", UNSTABLE)
def test_what_is_not_stable_has_a_reason(name: str) -> None:
    verdict, reason, advice = UNSTABLE[name]
    assert not verdict.stable
    assert reason in verdict.reason
    assert advice in verdict.advice
