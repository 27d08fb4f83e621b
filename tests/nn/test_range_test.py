"""The range test: `sweep` trains a batch per rate and leaves no trace."""

import itertools

import numpy as np
import pytest

from mlpcli.errors import SettingsError
from mlpcli.nn.arrays import FloatArray
from mlpcli.nn.batches import Batches, Examples
from mlpcli.nn.range_test import BLOW_UP, SweepSettings, smooth, sweep
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


@pytest.mark.parametrize("changes", [{"start": 0.0}, {"end": -1.0}, {"steps": 9}, {"sweeps": 0}])
def test_settings_are_checked(changes: dict[str, float]) -> None:
    with pytest.raises(SettingsError):
        SweepSettings(**changes)  # type: ignore[arg-type]


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
    points_of_sweep.close()  # type: ignore[attr-defined]
    assert state_of(run) == before


@pytest.mark.parametrize("optimizer", UPDATE_RULES)
def test_nothing_is_left_of_a_blow_up(optimizer: str) -> None:
    run = trained(optimizer)
    before = state_of(run)
    with np.errstate(all="ignore"):
        losses = list(sweep(run.trainer, TRAINING, np.geomspace(1e-3, 1e30, 100), 40, shuffle()))
    assert len(losses) < 100
    assert not losses[-1] <= BLOW_UP * np.median(losses[:10])
    assert state_of(run) == before


@pytest.mark.parametrize("batch_size", [2, 4, 16])
@pytest.mark.parametrize("spread", [0.0, 0.5], ids=["even", "outliers"])
def test_noise_is_no_blow_up(spread: float, batch_size: int) -> None:
    """At rates that change nothing the losses differ only by the rows in the batches, a few each."""
    generator = np.random.default_rng(5)
    features = generator.standard_normal((500, 3), dtype=np.float32)
    targets = np.exp(spread * features[:, :1]) * generator.standard_normal((500, 1), dtype=np.float32)
    run = trained("sgd")
    losses = list(
        sweep(run.trainer, Examples(features, targets), np.geomspace(1e-12, 1e-9, 150), batch_size, shuffle())
    )
    assert len(losses) == 150


def test_training_after_a_sweep_is_as_without_it() -> None:
    plain, swept = (Run(settings(), dropout=0.0) for _ in range(2))
    list(sweep(swept.trainer, TRAINING, np.geomspace(1e-5, 1e-1, 30), 20, shuffle()))
    assert swept.fit().values.tobytes() == plain.fit().values.tobytes()


def test_smoothing_is_centred_on_a_step() -> None:
    step: FloatArray = np.repeat([1.0, 0.0], 30)
    smoothed = smooth(step)
    np.testing.assert_allclose(smoothed + smoothed[::-1], 1.0, atol=1e-12)
    assert smoothed[29] > 0.5 > smoothed[30]
    assert all(before >= after for before, after in itertools.pairwise(smoothed))


def test_smoothing_by_hand() -> None:
    """Memory 1/2 on (4, 1, 0): forward 4, 2, 6/7; backward 18/7, 2/3, 0."""
    smoothed = smooth(np.array([4.0, 1.0, 0.0]), 0.5)
    np.testing.assert_allclose(smoothed, [(4 + 18 / 7) / 2, (2 + 2 / 3) / 2, 3 / 7], rtol=1e-12)


def test_smoothing_leaves_a_final_blow_up_alone() -> None:
    for last in (np.inf, np.nan):
        losses = np.array([2.0, 2.0, 2.0, last])
        np.testing.assert_allclose(smooth(losses), losses)
        assert losses[:3].tolist() == [2.0, 2.0, 2.0]


def test_smoothing_calms() -> None:
    noise = np.random.default_rng(0).standard_normal(200)
    kept = noise.copy()
    assert np.abs(np.diff(smooth(noise))).mean() < 0.3 * np.abs(np.diff(noise)).mean()
    np.testing.assert_array_equal(noise, kept)
