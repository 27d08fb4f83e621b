"""The range test: `sweep` trains a batch per rate and leaves no trace."""

import itertools
from collections.abc import Generator
from typing import Any

import numpy as np
import pytest

from mlpcli.errors import SettingsError
from mlpcli.nn.batches import Batches, Examples
from mlpcli.nn.range_test import BLOW_UP, FIRST, RECENT, SweepSettings, blown_up, sweep, sweep_together
from mlpcli.nn.scratch import FloatArray
from tests.nn.examples import UPDATE_RULES
from tests.nn.runs import TRAINING, Run, settings


def shuffle() -> np.random.Generator:
    return np.random.default_rng(11)


def state_of(run: Run) -> tuple[bytes, dict[str, bytes], int]:
    optimizer = run.trainer.optimizer
    moments = {name: moment.tobytes() for name, moment in optimizer.moments().items()}
    return run.values.tobytes(), moments, optimizer.steps


def trained(optimizer: str, dropout: float = 0.0) -> Run:
    """After two epochs, so that there is optimizer state to lose."""
    return Run(settings(optimizer=optimizer, epochs=2), dropout=dropout).fit()


def test_the_grid_is_geometric() -> None:
    rates = SweepSettings(start=1e-5, end=10.0, steps=61).rates()
    assert len(rates) == 61
    assert rates[0] == pytest.approx(1e-5, rel=1e-12)
    assert rates[-1] == pytest.approx(10.0, rel=1e-12)
    np.testing.assert_allclose(rates[1:] / rates[:-1], 10**0.1, rtol=1e-10)


@pytest.mark.parametrize(
    "changes", [{"start": 0.0}, {"end": -1.0}, {"steps": 9}, {"sweeps": 0}, {"rule": "eye"}]
)
def test_settings_are_checked(changes: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        SweepSettings(**changes)


@pytest.mark.parametrize("optimizer", UPDATE_RULES)
def test_a_point_is_the_loss_before_the_update_at_its_rate(optimizer: str) -> None:
    """As stepping by hand through one shuffled pass after another."""
    rates = np.geomspace(1e-5, 1e-2, 11)
    swept, by_hand = trained(optimizer), trained(optimizer)
    losses = list(sweep(swept.trainer, TRAINING, rates, 20, shuffle()))
    generator = shuffle()
    passes = (Batches(TRAINING, 20).in_order(generator.permutation(40)) for _ in itertools.count())
    batches = itertools.chain.from_iterable(passes)
    expected = [by_hand.trainer.step(next(batches), float(rate)) for rate in rates]
    assert losses == expected
    assert len(set(losses)) == 11


@pytest.mark.parametrize("optimizer", UPDATE_RULES)
@pytest.mark.parametrize("points", [0, 1, 5, None], ids=["unstarted", "one", "five", "all"])
def test_nothing_is_left_of_it(optimizer: str, points: int | None) -> None:
    """Neither at the end nor when it is closed early."""
    run = trained(optimizer)
    before = state_of(run)
    points_of_sweep = sweep(run.trainer, TRAINING, np.geomspace(1e-3, 1e-1, 20), 20, shuffle())
    assert len(list(itertools.islice(points_of_sweep, points))) == (20 if points is None else points)
    assert (state_of(run) == before) is (points in (0, None))
    points_of_sweep.close()
    assert state_of(run) == before


@pytest.mark.parametrize("optimizer", UPDATE_RULES)
def test_nothing_is_left_of_a_blow_up(optimizer: str) -> None:
    run = trained(optimizer)
    before = state_of(run)
    with np.errstate(all="ignore"):
        losses = list(sweep(run.trainer, TRAINING, np.geomspace(1e-3, 1e60, 100), 40, shuffle()))
    assert len(losses) < 100
    assert not np.isfinite(losses[-1])
    assert np.isfinite(losses[:-1]).all()
    assert state_of(run) == before


@pytest.mark.parametrize("batch_size", [2, 4, 16])
@pytest.mark.parametrize("spread", [0.0, 0.5], ids=["even", "outliers"])
@pytest.mark.parametrize("sweeps", [1, 3])
def test_noise_is_no_blow_up(spread: float, batch_size: int, sweeps: int) -> None:
    """At rates that change nothing the losses differ only by the rows in the batches, a few each."""
    generator = np.random.default_rng(5)
    features = generator.standard_normal((500, 3), dtype=np.float32)
    targets = np.exp(spread * features[:, :1]) * generator.standard_normal((500, 1), dtype=np.float32)
    rates = np.geomspace(1e-12, 1e-9, 150)
    running = [
        sweep(trained("sgd").trainer, Examples(features, targets), rates, batch_size, each)
        for each in np.random.default_rng(3).spawn(sweeps)
    ]
    assert sweep_together(running).shape == (150, sweeps)


def swept_alone_and_together(end: float) -> tuple[list[list[float]], FloatArray]:
    rates = np.geomspace(1e-5, end, 60)
    alone, running = [], []
    for seed in range(3):
        settled = settings(optimizer="adam", epochs=1)
        runs = [Run(settled, seed, dropout=0.2) for _ in range(2)]
        one, other = (sweep(run.trainer, TRAINING, rates, 20, np.random.default_rng(seed)) for run in runs)
        with np.errstate(all="ignore"):
            alone.append(list(one))
        running.append(other)
    with np.errstate(all="ignore"):
        return alone, sweep_together(running)


def test_sweeps_in_lockstep_are_those_alone() -> None:
    """To the last bit; each has weights, batches and masks of its own."""
    alone, together = swept_alone_and_together(1e-2)
    np.testing.assert_array_equal(together, np.array(alone).T)
    assert len(set(together[0])) == 3


def test_sweeps_in_lockstep_stop_together() -> None:
    alone, together = swept_alone_and_together(1e9)
    assert FIRST + RECENT <= len(together) < min(map(len, alone))
    np.testing.assert_array_equal(together, np.array([each[: len(together)] for each in alone]).T)


def test_the_first_loss_that_is_not_finite_ends_all_sweeps() -> None:
    def losses(*values: float) -> Generator[float]:
        yield from values

    together = sweep_together([losses(3.0, 2.0, 1.0, 1.0), losses(3.0, 2.0, np.nan)])
    np.testing.assert_array_equal(together, [[3.0, 3.0], [2.0, 2.0], [1.0, np.nan]])


def flat_then(*last: float, level: float = 2.0) -> FloatArray:
    """Losses of one sweep: at the level for FIRST rates, then those given."""
    return np.array([[level]] * FIRST + [[each] for each in last])


@pytest.mark.parametrize("level", [2.0, 0.0, -5.0])
def test_a_blow_up_by_hand(level: float) -> None:
    """A fall by 1: far is above the level by more than BLOW_UP, whatever the level is."""
    fallen = [level - 1.0] * RECENT
    for above, expected in ((BLOW_UP - 0.1, False), (BLOW_UP + 0.1, True)):
        losses = flat_then(*fallen, *[level + above] * RECENT, level=level)
        assert blown_up(losses) is expected


def test_a_single_odd_batch_is_no_blow_up() -> None:
    assert not blown_up(flat_then(*[1.0] * RECENT, 1e9))
    assert not blown_up(flat_then(*[1.0] * RECENT, 1e9, 1e9))


def test_one_sweep_of_three_does_not_decide() -> None:
    wild = flat_then(*[1.0] * RECENT, *[1e9] * RECENT)
    calm = flat_then(*[1.0] * 2 * RECENT)
    assert blown_up(wild)
    assert not blown_up(np.hstack([wild, calm, calm]))
    assert blown_up(np.hstack([wild, wild, calm]))


def test_equal_losses_are_no_blow_up() -> None:
    assert not blown_up(flat_then(*[0.0] * 30, level=0.0))
    assert not blown_up(flat_then(*[2.0 + 1e-9] * 30))


def test_training_after_a_sweep_is_as_without_it() -> None:
    plain, swept = (Run(settings(), dropout=0.0) for _ in range(2))
    list(sweep(swept.trainer, TRAINING, np.geomspace(1e-5, 1e-1, 30), 20, shuffle()))
    assert swept.fit().values.tobytes() == plain.fit().values.tobytes()
