"""`mlpcli lr-find`: sweep the learning rate, and suggest one."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from mlpcli.errors import DivergenceError, SettingsError
from mlpcli.nn.range_test import SUGGESTIONS, SweepSettings, smooth, sweep
from mlpcli.settings import build, described_fields
from mlpcli.workflows.building import build_trainer, initial_network
from mlpcli.workflows.doctor import Finding
from mlpcli.workflows.options import Options
from mlpcli.workflows.pairs import is_minimized
from mlpcli.workflows.parts import Data
from mlpcli.workflows.preparation import prepare
from mlpcli.workflows.run import choose_threads, generators, limited_threads

RULE = "half_max"
STABLE_WITHIN = 3.0
"""Suggestions of single sweeps that lie within this factor are called stable."""


@dataclass(frozen=True)
class RangeTestPoint:
    """One rate; losses are means over the sweeps, in encoded units, None where one blew up."""

    learning_rate: float
    loss: float | None
    smoothed: float | None


@dataclass(frozen=True)
class LearningRateFinding:
    """What `lr_find` returns. `interval` is the lowest and highest suggestion of the single sweeps."""

    suggestion: float
    rule: str
    interval: tuple[float, float]
    stable: bool
    rules: dict[str, float]
    points: list[RangeTestPoint]
    sweeps: int
    batch_size: int
    optimizer: str
    notes: list[str]
    findings: list[Finding]


def lr_find(
    data: Data, target: "str | tuple[str, ...] | list[str] | None" = None, **settings: Any
) -> LearningRateFinding:
    """A range test with the network, optimizer and batches that `train` would use for the same settings.

    `settings` are those of `mlpcli lr-find --help-all`. Raises MlpcliError with a hint.
    """
    if target is not None:
        settings["target"] = (target,) if isinstance(target, str) else tuple(target)
    grid = build(SweepSettings, settings)
    options = Options.from_values(
        {name: value for name, value in settings.items() if name not in described_fields(SweepSettings)}
    )
    prepared = prepare(data, options, generators(options.run.seed)["split"])
    training = prepared.options.training
    optimizer = prepared.options.optimizer.optimizer
    assert training.batch_size is not None
    assert optimizer is not None
    if is_minimized(prepared.options):
        raise SettingsError(f"--optimizer {optimizer} finds its own step lengths", "Take another optimizer.")
    rates = grid.rates()
    part, _ = prepared.member_parts(0)
    examples = prepared.examples(part)
    curves: list[Any] = []
    for number in range(grid.sweeps):
        randomness = generators(options.run.seed, number)
        network = initial_network(prepared, randomness, part.features)
        trainer = build_trainer(prepared, network)
        threads = choose_threads(options.run.threads, network.largest_product * training.batch_size)
        with limited_threads(threads):
            losses = list(sweep(trainer, examples, rates, training.batch_size, randomness["shuffle"]))
        curves.append(np.pad(losses, (0, len(rates) - len(losses)), constant_values=np.nan))
    curve = np.mean(curves, axis=0)
    if not np.isfinite(curve[:2]).all():
        raise DivergenceError(
            f"the loss blows up at the very first rates, from {grid.start:g}",
            f"Try --start {grid.start / 1e3:g}.",
        )
    smoothed = smooth(curve)
    single = [_suggest(rates, losses) for losses in curves]
    interval = (min(single), max(single))
    return LearningRateFinding(
        suggestion=_significant(_suggest(rates, curve)),
        rule=RULE,
        interval=(_significant(interval[0]), _significant(interval[1])),
        stable=interval[1] <= STABLE_WITHIN * interval[0],
        rules={name: _significant(rule(rates, curve, smoothed)) for name, rule in SUGGESTIONS.items()},
        points=[
            RangeTestPoint(float(rate), _finite(loss), _finite(mean))
            for rate, loss, mean in zip(rates, curve, smoothed, strict=True)
        ],
        sweeps=grid.sweeps,
        batch_size=min(training.batch_size, len(examples)),
        optimizer=optimizer,
        notes=prepared.notes,
        findings=prepared.findings,
    )


def _suggest(rates: Any, losses: Any) -> float:
    return SUGGESTIONS[RULE](rates, losses, smooth(losses))


def _significant(rate: float) -> float:
    """Two digits: a range test tells no more."""
    return float(f"{rate:.2g}")


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
