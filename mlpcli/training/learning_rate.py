"""The learning-rate search on a prepared table: sweeps, the rate they suggest, and whether to trust it."""

import math
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np

from mlpcli.errors import DivergenceError, Sentence, SettingsError, count
from mlpcli.model.compatibility import is_minimized
from mlpcli.nn.range_test import SweepSettings, sweep, sweep_together
from mlpcli.nn.scratch import FloatArray
from mlpcli.nn.suggestions import SUGGESTIONS, floor_of, pool, smooth, start_points
from mlpcli.number_text import short
from mlpcli.options.run import generators
from mlpcli.options.threads import choose_threads, limited_threads
from mlpcli.preparation.finding import Finding
from mlpcli.preparation.prepare import Prepared
from mlpcli.progress import OnProgress, unwatched
from mlpcli.result_text import ResultTable, ResultText, Shown, listed
from mlpcli.settings import AUTO
from mlpcli.training.networks import batch_rows, build_trainer, initial_network

STABLE_WITHIN = 3.0
"""By this factor a stable suggestion may differ from that of another seed. Single sweeps may differ by more:
the logarithm of what n of them suggest together varies by a root of n less."""
LEAST_RATES = 8.0
"""Per decade. With fewer the loss has no time to fall at rates at which a training learns."""
LEAST_FALL = 4.0
"""Times the noise of a point: so deep is the fall of a curve that is no chance."""
SHARE = 0.1
"""Of the steps of a training: so many may be spent on looking for its rate."""
LEAST_STEPS = 57
"""LEAST_RATES over the seven decades of the usual grid."""
LEAST_SWEEPS = 2
"""One sweep does not tell how far chance moves its suggestion."""
LEAST_TRAINING_STEPS = round(LEAST_SWEEPS * LEAST_STEPS / SHARE)
"""Epochs times batches from which on there is a grid."""
FURTHEST = 10.0
"""Times the preset's rate, or its inverse: further away a suggestion is not taken. Where textbook takes 0.001
the best of nine rates was 0.0032 or 0.01 on eight of eleven tables, 0.0001 to 0.1 on the others."""


RATE_DIGITS = 2
"""Significant digits of a rate."""


@dataclass(frozen=True)
class RangeTestPoint:
    """One rate; losses are means over the sweeps, in encoded units, `loss` None where one blew up.

    In the smoothed loss a blow-up counts for no more than half the fall above the start.
    """

    learning_rate: float
    loss: float | None
    smoothed: float | None


@dataclass(frozen=True, repr=False)
class LearningRateFinding(Shown):
    """Result of a learning-rate search."""

    suggestion: float
    rule: str
    interval: tuple[float, float]
    """The lowest and highest suggestion of the single sweeps, and of all together."""
    stable: bool
    reason: str
    """Why it is stable, or not, in plain words."""
    advice: str
    """What to do about it where it is not stable, else nothing."""
    rules: dict[str, float]
    spreads: dict[str, tuple[float, float]]
    """The interval of every rule."""
    points: list[RangeTestPoint]
    target: tuple[str, ...]
    sweeps: int
    batch_size: int
    optimizer: str
    notes: list[str]
    findings: list[Finding]

    def _shown(self) -> ResultText:
        trust = "stable" if self.stable else "not stable"
        rate = short(self.suggestion, RATE_DIGITS)
        return ResultText(
            f"Learning rate for {listed(self.target)}: {rate} (rule {self.rule})",
            [
                (trust, str(self.reason)),
                ("advice", str(self.advice)),
                (
                    "network",
                    f"{self.optimizer}, batches of {self.batch_size:,}, {count(self.sweeps, 'sweep')}",
                ),
            ],
            ResultTable(
                ["rule", "rate", "lowest", "highest"],
                [
                    [name, *(short(each, RATE_DIGITS) for each in (found, *self.spreads[name]))]
                    for name, found in self.rules.items()
                ],
            ),
            ["suggestion", "rules", "interval", "points"],
        )


@dataclass(frozen=True)
class Trust:
    """Trust in a suggestion: whether, why, and what helps if it cannot be trusted."""

    stable: bool
    reason: str
    advice: str = ""


def grid_for(total_steps: int) -> SweepSettings | None:
    """The grid for a training of so many steps, epochs times batches of one network: at most SHARE of them.

    None below LEAST_TRAINING_STEPS: so short a search tells nothing that can be trusted.
    """
    usual = SweepSettings()
    for sweeps in range(usual.sweeps, LEAST_SWEEPS - 1, -1):
        steps = min(math.floor(round(SHARE * total_steps, 9)) // sweeps, usual.steps)
        if steps >= LEAST_STEPS:
            return SweepSettings(steps=steps, sweeps=sweeps)
    return None


def find_rate(
    prepared: Prepared, grid: SweepSettings, on_progress: OnProgress = unwatched
) -> LearningRateFinding:
    """Sweeps with the network, optimizer and batches of the training, and what the rules read off them.

    Raises SettingsError for an optimizer that chooses its own step sizes, DivergenceError where the first
    rates are too high already.
    """
    options = prepared.options
    optimizer, batch_size = options.optimizer.optimizer, options.training.batch_size
    assert optimizer is not None
    assert batch_size is not None
    if is_minimized(options):
        message = f"{optimizer} chooses its own step sizes"
        raise SettingsError(message, "Choose another optimizer.", setting="optimizer")
    rates, losses = grid.rates(), _losses(prepared, grid, on_progress)
    if len(losses) < 3:
        lower = Sentence("Try {start} {:g}.", grid.start / 1e3)
        raise DivergenceError(f"the loss diverges at the first learning rates, from {grid.start:g}", lower)
    swept = rates[: len(losses)]
    pooled = pool(losses)
    smoothed = smooth(swept, pooled)
    curves = [smoothed, *(smooth(swept, pool(losses[:, [number]])) for number in range(grid.sweeps))]
    found = {name: [_significant(rule(swept, each)) for each in curves] for name, rule in SUGGESTIONS.items()}
    spreads = {name: (min(each), max(each)) for name, each in found.items()}
    suggested = {name: each[0] for name, each in found.items()}
    verdict = judge(rates, pooled, smoothed, spreads[grid.rule], grid.sweeps)
    return LearningRateFinding(
        suggestion=suggested[grid.rule],
        rule=grid.rule,
        interval=spreads[grid.rule],
        stable=verdict.stable,
        reason=verdict.reason,
        advice=verdict.advice,
        rules=suggested,
        spreads=spreads,
        points=[
            RangeTestPoint(float(rate), _finite(loss), _finite(mean))
            for rate, loss, mean in zip_longest(rates, losses.mean(axis=1), smoothed, fillvalue=math.nan)
        ],
        target=prepared.schema.target,
        sweeps=grid.sweeps,
        batch_size=min(batch_size, len(prepared.member_parts(0)[0])),
        optimizer=optimizer,
        notes=prepared.notes,
        findings=prepared.findings,
    )


def judge(
    rates: FloatArray, pooled: FloatArray, smoothed: FloatArray, interval: tuple[float, float], sweeps: int
) -> Trust:
    """Whether to trust what was read off the curve (rates,) of so many sweeps over the grid `rates`.

    `pooled` and `smoothed` are as long as the sweeps went.
    """
    decades = float(np.log10(rates[-1] / rates[0]))
    density = (len(rates) - 1) / decades
    floor = floor_of(smoothed)
    noise = float(np.median(np.abs(np.diff(pooled)))) / 0.954  # of normal numbers that is their deviation
    low, high = interval
    enough = math.ceil((LEAST_RATES * decades + 1) / 10) * 10
    problems = (
        (
            density < LEAST_RATES,
            f"{density:.2g} learning rates per decade are too few to learn anything",
            Sentence("Give {steps} {} or more.", enough),
        ),
        (
            floor.fall <= LEAST_FALL * noise,
            "the loss never falls clearly further than it varies from batch to batch",
            Sentence("Give more {steps} and {sweeps}, or a larger {batch_size}."),
        ),
        (
            floor.first < start_points(len(smoothed)),
            "the loss is already lowest at the first learning rates",
            Sentence("Give a lower {start}, such as {:.1g}.", rates[0] / 1e3),
        ),
        (
            floor.last == len(rates) - 1,
            "the loss does not rise again, even at the highest learning rates",
            Sentence("Give a higher {end}, such as {:.1g}.", rates[-1] * 1e3),
        ),
        (
            sweeps == 1,
            "a single sweep does not show how much the suggestion varies",
            Sentence("Give {sweeps} 3 or more."),
        ),
        (
            high > STABLE_WITHIN ** math.sqrt(sweeps) * low,
            f"single sweeps differ by a factor of {high / low:.2g}",
            Sentence("Give more {sweeps}, more {steps} or a larger {batch_size}."),
        ),
    )
    for found, reason, advice in problems:
        if found:
            return Trust(False, reason, advice)
    return Trust(True, f"the loss falls and rises again clearly, and {sweeps} sweeps agree")


def _losses(prepared: Prepared, grid: SweepSettings, on_progress: OnProgress) -> FloatArray:
    """Losses (rates, sweeps) of sweeps with the starting weights and batches of the run's networks."""
    run, batch_size = prepared.options.run, prepared.options.training.batch_size
    assert batch_size is not None
    part, _ = prepared.member_parts(0)
    examples = prepared.examples(part)
    sweeps = []
    for number in range(grid.sweeps):
        randomness = generators(run.seed, number)
        network = initial_network(prepared, randomness, part, number)
        trainer = build_trainer(prepared, network)
        sweeps.append(sweep(trainer, examples, grid.rates(), batch_size, randomness["shuffle"]))
    with limited_threads(choose_threads(run.threads, prepared.blueprint.largest_product * batch_size)):
        return sweep_together(sweeps, grid.steps, on_progress)


def _significant(rate: float) -> float:
    """Two digits: a range test tells no more."""
    return float(f"{rate:.2g}")


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def with_found_rate(prepared: Prepared) -> tuple[Prepared, list[str]]:
    """With a rate instead of `auto`, and a sentence on how it was found; as it is if a rate was given."""
    if prepared.options.training.learning_rate != AUTO:
        return prepared, []
    rate, said = _found(prepared)
    note = Sentence("{learning_rate} auto: {}", said)
    return prepared.changed(learning_rate=rate), [note]


def _found(prepared: Prepared) -> tuple[float, str]:
    usual = prepared.default_learning_rate
    if is_minimized(prepared.options):
        return usual, f"{prepared.options.optimizer.optimizer} chooses its own step sizes"
    epochs = prepared.options.training.epochs
    assert epochs is not None
    steps = epochs * -(-len(prepared.member_parts(0)[0]) // batch_rows(prepared))
    if (grid := grid_for(steps)) is None:
        return usual, (
            f"{usual:.2g}, the preset's: training has only {count(steps, 'step')}, and a search needs "
            f"{LEAST_TRAINING_STEPS:,}"
        )
    try:
        finding = find_rate(prepared, grid)
    except DivergenceError as error:
        return usual, f"{usual:.2g}, the preset's: {error.message}"
    if not finding.stable:
        return usual, f"{usual:.2g}, the preset's, because the search is unreliable: {finding.reason}"
    rate = min(max(finding.suggestion, usual / FURTHEST), usual * FURTHEST)
    if rate != finding.suggestion:
        return rate, (
            f"{rate:.2g}; lr-find suggests {finding.suggestion:.2g}, limited to a factor of {FURTHEST:g} "
            f"from the preset's {usual:.2g}"
        )
    low, high = finding.interval
    return rate, f"{rate:.2g}, by lr-find ({finding.rule}; single sweeps {low:.2g} to {high:.2g})"
