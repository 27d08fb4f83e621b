"""The training loop: its records, its determinism, what it tells its callers."""

import numpy as np
import pytest

from mlpcli.errors import SettingsError
from mlpcli.nn.batches import Examples
from mlpcli.nn.optimizers import OPTIMIZERS
from mlpcli.nn.schedules import SCHEDULES
from mlpcli.nn.scratch import FloatArray
from tests.nn.runs import BATCHES, TRAINING, VALIDATION, Run, rows_of, settings


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_same_seed_same_bytes(optimizer: str) -> None:
    first, second = (
        Run(settings(optimizer=optimizer, epochs=4), seed=5).fit(validation=VALIDATION) for _ in range(2)
    )
    assert first.values.tobytes() == second.values.tobytes()
    assert first.history() == second.history()
    other = Run(settings(optimizer=optimizer, epochs=4), seed=6).fit(validation=VALIDATION)
    assert other.values.tobytes() != first.values.tobytes()


def test_nothing_global_is_drawn_from() -> None:
    before = repr(np.random.get_state())
    Run(settings()).fit()
    assert repr(np.random.get_state()) == before


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_loss_falls(optimizer: str) -> None:
    rate = {"lion": 0.01, "l-bfgs": 1.0, "adagrad": 0.1}.get(optimizer, 0.03)
    run = Run(settings(optimizer=optimizer, learning_rate=rate, momentum=0.5, epochs=60), dropout=0.0)
    start = run.loss_of(TRAINING)
    run.fit()
    assert run.loss_of(TRAINING) < 0.5 * start
    assert run.records[-1].train_loss < 0.5 * run.records[0].train_loss


def test_records() -> None:
    run = Run(settings(epochs=3))
    outputs_seen: list[FloatArray] = []

    def measure(outputs: FloatArray) -> dict[str, float]:
        outputs_seen.append(outputs.copy())
        return {"rows": float(len(outputs)), "spread": float(np.ptp(outputs))}

    run.fit(validation=VALIDATION, measure=measure)
    assert [record.epoch for record in run.records] == [1, 2, 3]
    assert [record.step for record in run.records] == [BATCHES, 2 * BATCHES, 3 * BATCHES]
    assert [record.learning_rate for record in run.records] == [0.01] * 3
    for record, outputs in zip(run.records, outputs_seen, strict=True):
        assert record.metrics == {"rows": 30.0, "spread": float(np.ptp(outputs))}
        assert record.validation_loss == pytest.approx(
            float(np.mean((outputs - VALIDATION.targets) ** 2)), rel=1e-6
        )
    times = [record.seconds for record in run.records]
    assert times == sorted(times)
    assert 0 < times[-1] < 60
    best = min(run.records, key=lambda record: record.validation_loss or 0.0)
    assert [record for record in run.records if record.is_best][-1] is best
    assert run.state.stop_reason == "epochs"
    assert (run.state.epoch, run.state.step, run.state.best_epoch) == (3, 3 * BATCHES, best.epoch)


def test_records_without_validation() -> None:
    run = Run(settings(epochs=2)).fit()
    for record in run.records:
        assert record.validation_loss is None
        assert record.metrics == {}
        assert not record.is_best
    assert run.state.values is not None
    assert run.values.tobytes() == run.state.values.tobytes()


def test_the_train_loss_counts_every_row_once() -> None:
    """Of the unchanged net, with a short last batch; weights of rows included."""
    weights = np.linspace(0.0, 2.0, 40, dtype=np.float32)[:, np.newaxis]
    for examples in (TRAINING, Examples(TRAINING.features, TRAINING.targets, weights)):
        run = Run(settings(optimizer="sgd", learning_rate=1e-30, epochs=1), dropout=0.0)
        expected = run.loss_of(examples)
        run.fit(examples)
        assert run.records[0].train_loss == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(("rows", "every"), [(99, 1), (125, 2), (151, 3)])
def test_of_many_batches_some_losses_are_taken(rows: int, every: int) -> None:
    """A batch of one row each: at least fifty losses, evenly spread, the last one among them."""
    run = Run(settings(optimizer="sgd", learning_rate=1e-30, batch_size=1, epochs=1), dropout=0.0)
    step, taken = run.trainer.step, []

    def watched(
        batch: Examples, learning_rate: float, decay_factor: float = 1.0, *, with_loss: bool = True
    ) -> float:
        taken.append(step(batch, learning_rate, decay_factor, with_loss=with_loss))
        assert bool(np.isnan(taken[-1])) is not with_loss
        return taken[-1]

    vars(run.trainer)["step"] = watched  # in place of the method, which it calls
    run.fit(rows_of(3, rows))
    losses = [loss for number, loss in enumerate(taken, start=1) if number % every == 0 or number == rows]
    assert np.flatnonzero(np.isfinite(taken)).size == len(losses) >= 50
    assert run.records[0].train_loss == pytest.approx(float(np.mean(losses)), rel=1e-6)


@pytest.mark.parametrize("name", SCHEDULES)
def test_the_schedule_spans_all_steps(name: str) -> None:
    run = Run(settings(schedule=name, epochs=4)).fit()
    total = 4 * BATCHES
    for record in run.records:
        assert record.learning_rate == 0.01 * SCHEDULES[name]((record.step - 1) / total)


def test_the_schedule_is_applied() -> None:
    values = {name: Run(settings(schedule=name, epochs=2)).fit().values.tobytes() for name in SCHEDULES}
    assert len(set(values.values())) == len(SCHEDULES)


def test_every_epoch_has_its_own_order() -> None:
    """A net that sees each row alone, at a rate that changes nothing, shows the order by its losses."""
    orders = []
    run = Run(settings(optimizer="sgd", learning_rate=1e-30, batch_size=1, epochs=2), dropout=0.0)
    step = run.trainer.step

    def watched(
        batch: Examples, learning_rate: float, decay_factor: float = 1.0, *, with_loss: bool = True
    ) -> float:
        orders.append(float(batch.features[0, 0]))
        return step(batch, learning_rate, decay_factor, with_loss=with_loss)

    vars(run.trainer)["step"] = watched  # in place of the method, which it calls
    run.fit()
    first, second = orders[:40], orders[40:]
    assert first != second
    assert sorted(first) == sorted(second) == sorted(TRAINING.features[:, 0].tolist())


def test_on_batch() -> None:
    calls: list[tuple[int, int]] = []
    run = Run(settings(epochs=2)).fit(on_batch=lambda done, total: calls.append((done, total)))
    assert calls == [(done, BATCHES) for done in range(1, BATCHES + 1)] * 2
    assert len(run.records) == 2


def test_batches_larger_than_the_table() -> None:
    run = Run(settings(batch_size=1000, epochs=2)).fit()
    assert [record.step for record in run.records] == [1, 2]


def test_the_penalty_shrinks_the_weights_only() -> None:
    free, held = (Run(settings(l2=l2, epochs=30), dropout=0.0).fit() for l2 in (0.0, 1.0))
    weights = free.network.parameters.groups["weight"]
    assert np.linalg.norm(held.values[weights]) < 0.5 * np.linalg.norm(free.values[weights])
    assert held.records[-1].train_loss > free.records[-1].train_loss


WRONG: list[dict[str, object]] = [
    {"learning_rate": 0.0},
    {"momentum": 1.0},
    {"epochs": 0},
    {"batch_size": 0},
    {"patience": 0},
    {"optimizer": "addam"},
    {"schedule": "cosin"},
    {"l2": -1.0},
    {"warmup": 1.0},
    {"dropout_schedule": "plateau"},
    {"decay_schedule": "cosin"},
    {"clip_norm": 0.0},
    {"decay_factors": (("weights", 1.0),)},
    {"rate_factors": (("bias", -1.0),)},
]


@pytest.mark.parametrize("changes", WRONG, ids=[name for each in WRONG for name in each])
def test_settings_are_checked(changes: dict[str, object]) -> None:
    with pytest.raises(SettingsError):
        settings(**changes)
