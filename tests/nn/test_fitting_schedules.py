"""Schedules of rate, decay and dropout in `fit`, minimizers, and when it looks inside."""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest

from mlpcli.errors import SettingsError
from mlpcli.nn.batches import Examples
from mlpcli.nn.layers import Dense, Dropout
from mlpcli.nn.losses import Loss
from mlpcli.nn.losses.numbers import MeanAbsoluteError
from mlpcli.nn.schedules import SCHEDULES
from mlpcli.nn.scratch import FloatArray
from tests.nn.examples import UPDATE_RULES
from tests.nn.runs import BATCHES, TRAINING, VALIDATION, Run, settings

EPOCHS = 4
STEPS = EPOCHS * BATCHES


class Steps:
    """What each step of a run was given: learning rate, factor of the decay, rate of the dropout."""

    def __init__(self, run: Run) -> None:
        self.rates: list[float] = []
        self.decays: list[float] = []
        self.dropouts: list[float] = []
        self._step = run.trainer.step
        self._layers = [layer for layer in run.network.layers if isinstance(layer, Dropout)]
        vars(run.trainer)["step"] = self  # in place of the method, which it calls

    def __call__(
        self, batch: Examples, learning_rate: float, decay_factor: float = 1.0, *, with_loss: bool = True
    ) -> float:
        self.rates.append(learning_rate)
        self.decays.append(decay_factor)
        self.dropouts += [layer.rate for layer in self._layers]
        return self._step(batch, learning_rate, decay_factor, with_loss=with_loss)


def by_schedule(name: str, scale: float) -> list[float]:
    return [scale * SCHEDULES[name](step / STEPS) for step in range(STEPS)]


def test_warm_up_rises_to_the_rate_and_then_follows_the_schedule() -> None:
    run = Run(settings(warmup=0.25, schedule="cosine", epochs=EPOCHS))
    seen = Steps(run)
    run.fit()
    rising, falling = seen.rates[:BATCHES], seen.rates[BATCHES:]
    np.testing.assert_allclose(rising, 0.01 * np.arange(BATCHES) / BATCHES, rtol=1e-12)
    left = 3 * BATCHES
    expected = [0.01 * (1 + math.cos(math.pi * step / left)) / 2 for step in range(left)]
    np.testing.assert_allclose(falling, expected, rtol=1e-12)
    assert seen.decays == [1.0] * STEPS
    assert seen.dropouts == [0.2] * STEPS


@pytest.mark.parametrize("name", SCHEDULES)
def test_the_dropout_schedule_sets_the_rates_of_the_layers(name: str) -> None:
    run = Run(settings(dropout_schedule=name, epochs=EPOCHS))
    seen = Steps(run)
    run.fit()
    np.testing.assert_allclose(seen.dropouts, by_schedule(name, 0.2), rtol=1e-12)
    assert seen.rates == [0.01] * STEPS


@pytest.mark.parametrize("name", SCHEDULES)
def test_the_decay_schedule_reaches_the_step(name: str) -> None:
    run = Run(settings(decay_schedule=name, weight_decay=0.5, epochs=EPOCHS))
    seen = Steps(run)
    run.fit()
    np.testing.assert_allclose(seen.decays, by_schedule(name, 1.0), rtol=1e-12)
    assert seen.rates == [0.01] * STEPS


def test_a_decayed_decay_decays_less() -> None:
    changes = {"weight_decay": 5.0, "l2": 0.0, "epochs": 30}
    runs = [Run(settings(decay_schedule=name, **changes)).fit() for name in ("constant", "cosine")]
    weights = runs[0].network.parameters.groups["weight"]
    always, fading = (float(np.linalg.norm(run.values[weights])) for run in runs)
    assert always < 0.9 * fading


def scripted_loss(values: list[float]) -> Callable[[FloatArray, object, object], float]:
    remaining = iter(values)
    return lambda outputs, targets, weights: next(remaining)


def test_plateau_lowers_the_rate_when_the_validation_loss_stops_falling() -> None:
    """After five epochs without progress to a fifth, from the next epoch on."""
    run = Run(settings(schedule="plateau", epochs=14))
    run.trainer.validation_loss = MeanAbsoluteError()
    losses = [5.0, 4.0, *[4.0] * 5, 3.0, *[3.5] * 5, 1.0]
    vars(run.trainer.validation_loss)["value"] = scripted_loss(losses)  # in place of the method
    run.fit(validation=VALIDATION)
    rates = [record.learning_rate for record in run.records]
    np.testing.assert_allclose(rates, [0.01] * 7 + [0.002] * 6 + [0.0004], rtol=1e-12)


def test_plateau_needs_held_out_rows() -> None:
    with pytest.raises(SettingsError, match="schedule: plateau"):
        Run(settings(schedule="plateau")).fit()


def test_held_out_rows_may_be_measured_by_another_loss() -> None:
    run = Run(settings(epochs=2))
    run.trainer.validation_loss = other = MeanAbsoluteError()
    assert isinstance(other, Loss)
    run.fit(validation=VALIDATION)
    outputs = run.network.predict(VALIDATION.features)
    best = min(record.validation_loss or 0.0 for record in run.records)
    assert best == pytest.approx(float(np.mean(np.abs(outputs - VALIDATION.targets))), rel=1e-5)


def test_l_bfgs_makes_a_record_of_each_iteration_on_all_rows() -> None:
    run = Run(settings(optimizer="l-bfgs", learning_rate=1.0, epochs=15), dropout=0.0)
    seen = Steps(run)
    before = run.loss_of(TRAINING)
    run.fit(validation=VALIDATION)
    assert [(record.epoch, record.step) for record in run.records] == [(n, n) for n in range(1, 16)]
    assert len(seen.rates) == 15
    assert run.state.stop_reason == "epochs"
    losses = [record.train_loss for record in run.records]
    assert losses[0] == pytest.approx(before + run_penalty(Run(run.settings, dropout=0.0)), rel=1e-6)
    assert all(after < earlier for earlier, after in itertools.pairwise(losses))


def run_penalty(run: Run) -> float:
    """l2 / 2 · Σ w² at the start."""
    weights = run.values[run.network.parameters.groups["weight"]].astype(float)
    return 1e-3 / 2 * float(np.sum(weights**2))


def test_l_bfgs_draws_no_order() -> None:
    run = Run(settings(optimizer="l-bfgs", learning_rate=1.0, epochs=3), dropout=0.0)
    before = run.generators["shuffle"].bit_generator.state
    run.fit()
    assert run.generators["shuffle"].bit_generator.state == before


def test_l_bfgs_ends_when_it_has_converged() -> None:
    """A few rows, a penalty, a smooth net: it is at the bottom long before the epochs are over."""
    few = Examples(TRAINING.features[:5], TRAINING.targets[:5])
    run = Run(settings(optimizer="l-bfgs", learning_rate=1.0, epochs=5000, l2=0.5), dropout=0.0)
    run.fit(few)
    assert run.state.stop_reason == "converged"
    assert len(run.records) < 2000
    values = run.values.copy()
    run.trainer.step(few, 1.0)
    np.testing.assert_array_equal(run.values, values)


@pytest.mark.parametrize("optimizer", [*UPDATE_RULES, "l-bfgs"])
def test_looking_inside_changes_nothing(optimizer: str) -> None:
    changes = {"optimizer": optimizer, "epochs": 3}
    dropout = 0.0 if optimizer == "l-bfgs" else 0.2
    plain, watched = (
        Run(settings(**changes), dropout=dropout).fit(validation=VALIDATION, diagnosing=diagnosing)
        for diagnosing in (False, True)
    )
    assert watched.values.tobytes() == plain.values.tobytes()
    assert (
        watched.generators["dropout"].bit_generator.state == plain.generators["dropout"].bit_generator.state
    )
    assert [record.train_loss for record in watched.records] == [
        record.train_loss for record in plain.records
    ]
    assert all(record.layers == () for record in plain.records)
    assert [len(record.layers) for record in watched.records] == [2, 2, 2]


def test_what_is_seen_inside() -> None:
    """Norms of the last step's gradient and change, by layer; units of the hidden layer only."""
    run = Run(settings(optimizer="sgd", epochs=1, batch_size=40, l2=0.0), dropout=0.0)
    start = run.values.copy()
    run.fit(diagnosing=True)
    hidden, output = run.records[0].layers
    assert (hidden.layer, hidden.name, output.layer, output.name) == (1, "Dense", 2, "Dense")
    gradients, change = run.network.parameters.gradients, run.values - start
    for seen, places in zip(
        (hidden, output), (run.network.parameters.slices[n] for n in (0, 2)), strict=True
    ):
        of_layer = np.concatenate([np.arange(place.start, place.stop) for place in places.values()])
        assert seen.gradient_norm == pytest.approx(float(np.linalg.norm(gradients[of_layer])), rel=1e-5)
        ratio = np.linalg.norm(change[of_layer]) / np.linalg.norm(start[of_layer])
        assert seen.update_ratio == pytest.approx(float(ratio), rel=1e-4)
    assert hidden.dead is not None
    assert 0.0 <= hidden.dead <= 1.0
    assert hidden.saturated is None
    assert (output.dead, output.saturated, output.mean, output.spread) == (None, None, None, None)


def test_dead_units_are_counted() -> None:
    run = Run(settings(optimizer="sgd", learning_rate=1e-6, epochs=1), dropout=0.0)
    first = run.network.layers[0]
    assert isinstance(first, Dense)
    first.bias[:3] = -1e3
    run.fit(diagnosing=True)
    assert run.records[0].layers[0].dead == 3 / 8
