"""How `fit` ends: the best weights in the net, and a reason."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from mlpcli.nn.batches import Examples
from mlpcli.nn.fit_state import StopReason
from mlpcli.nn.scratch import FloatArray
from tests.nn.runs import BATCHES, TRAINING, VALIDATION, Run, StopAfter, rows_of, settings


def scripted(scores: Sequence[float]) -> Callable[[FloatArray], dict[str, float]]:
    """A measure that gives these scores, epoch by epoch."""
    remaining = iter(scores)
    return lambda outputs: {"score": next(remaining)}


def test_early_stopping_restores_the_best_weights() -> None:
    run = Run(settings(learning_rate=0.05, l2=0.0, epochs=400, patience=10), dropout=0.0)
    run.fit(validation=VALIDATION)
    losses = [record.validation_loss or 0.0 for record in run.records]
    best = int(np.argmin(losses))
    assert run.state.stop_reason == "patience"
    assert len(losses) == best + 1 + 10
    assert run.loss_of(VALIDATION) == losses[best] == run.state.best_score
    assert run.state.best_epoch == run.records[best].epoch
    assert losses[-1] > losses[best]


def test_the_best_weights_win_after_the_last_epoch_too() -> None:
    run = Run(settings(monitor="score"))
    run.fit(validation=VALIDATION, measure=scripted([5, 4, 1, 2, 3, 2, 2, 2]))
    assert run.state.stop_reason == "epochs"
    assert [record.is_best for record in run.records] == [True, True, True] + [False] * 5
    assert run.loss_of(VALIDATION) == run.records[2].validation_loss
    assert run.state.values is not None
    assert run.values.tobytes() != run.state.values.tobytes()


@pytest.mark.parametrize(
    ("scores", "patience", "min_delta", "higher", "epochs", "best"),
    [
        ([5, 4, 4, 4, 0], 2, 0.0, False, 4, 2),
        ([5, 4, 4.5, 3, 3.5, 3.5, 0], 2, 0.0, False, 6, 4),
        ([5, 6, 0], 1, 0.0, False, 2, 1),
        ([5, 4.9, 4.8, 4.7, 0], 3, 0.5, False, 4, 1),
        ([5, 4.9, 4.8, 4.4, 4.3, 4.2, 4.1, 0], 3, 0.5, False, 7, 4),
        ([0.1, 0.5, 0.4, 0.5, 0.9], 2, 0.0, True, 4, 2),
        ([0.1, 0.5, 0.55, 0.59, 0.9], 2, 0.1, True, 4, 2),
    ],
)
def test_patience(
    scores: list[float], patience: int, min_delta: float, higher: bool, epochs: int, best: int
) -> None:
    run = Run(settings(monitor="score", patience=patience, min_delta=min_delta, epochs=len(scores)))
    run.fit(validation=VALIDATION, measure=scripted(scores), higher_is_better=higher)
    assert run.state.stop_reason == "patience"
    assert len(run.records) == epochs
    assert run.state.best_epoch == best
    assert run.loss_of(VALIDATION) == run.records[best - 1].validation_loss


@pytest.mark.parametrize("reason", ["time", "interrupted", "terminated"])
@pytest.mark.parametrize("batch", [1, 3 * BATCHES - 1, 3 * BATCHES, 3 * BATCHES + 2])
def test_should_stop(batch: int, reason: StopReason) -> None:
    """In the middle of an epoch there is no record of it; at its end there is."""
    run = Run(settings())
    run.fit(validation=VALIDATION, should_stop=StopAfter(batch, reason))
    assert run.state.stop_reason == reason
    assert len(run.records) == run.state.epoch == batch // BATCHES
    if run.records:
        assert run.loss_of(VALIDATION) == min(record.validation_loss or 0.0 for record in run.records)


def test_should_stop_is_asked_after_each_batch() -> None:
    asked: list[int] = []
    seen: list[int] = []

    def should_stop() -> None:
        asked.append(len(seen))

    run = Run(settings(epochs=2))
    run.fit(should_stop=should_stop, on_batch=lambda done, total: seen.append(done))
    assert asked == list(range(1, 2 * BATCHES + 1))


def test_without_validation_a_stop_keeps_the_last_weights() -> None:
    run = Run(settings()).fit(should_stop=StopAfter(BATCHES + 2))
    other = Run(settings()).fit(should_stop=StopAfter(BATCHES + 3))
    assert run.state.values is not None
    assert run.values.tobytes() != run.state.values.tobytes()
    assert run.values.tobytes() != other.values.tobytes()


def diverging(**changes: object) -> Run:
    """Full-batch descent far above the largest usable rate: losses grow a thousandfold and more."""
    return Run(
        settings(optimizer="sgd", learning_rate=100.0, batch_size=40, epochs=100, **changes), dropout=0.0
    )


def test_divergence_keeps_the_best_weights() -> None:
    run = diverging()
    with np.errstate(all="ignore"):
        run.fit(validation=VALIDATION)
    assert run.state.stop_reason == "diverged"
    assert 2 <= len(run.records) < 50
    assert all(np.isfinite(record.train_loss) for record in run.records)
    losses = [record.validation_loss or 0.0 for record in run.records]
    assert run.state.best_epoch == 1
    assert run.loss_of(VALIDATION) == losses[0] == min(losses)
    assert np.isfinite(run.values).all()


def test_divergence_prints_no_warnings() -> None:
    """It is told by the stop reason; NumPy's warnings would come on top (they are errors here)."""
    run = diverging().fit(validation=VALIDATION)
    assert run.state.stop_reason == "diverged"


def test_divergence_of_the_validation_loss() -> None:
    far_away = Examples(np.full((3, 3), 1e38, np.float32), np.zeros((3, 1), np.float32))
    run = Run(settings())
    with np.errstate(all="ignore"):
        run.fit(validation=far_away)
    assert run.state.stop_reason == "diverged"
    assert run.records == []  # a lost epoch is no record


def test_divergence_in_the_last_step() -> None:
    """The losses are finite, the weights after the only step are not."""
    large = Examples(TRAINING.features * np.float32(1e6), TRAINING.targets)
    run = Run(settings(optimizer="sgd", learning_rate=1e37, batch_size=40, epochs=1), dropout=0.0)
    with np.errstate(all="ignore"):
        run.fit(large)
    assert not np.isfinite(run.values).all()
    assert run.state.stop_reason == "diverged"


@pytest.mark.parametrize("score", [np.nan, np.inf])
def test_a_score_that_is_no_number_is_never_preferred(score: float) -> None:
    run = Run(settings(monitor="score", epochs=4))
    run.fit(validation=VALIDATION, measure=scripted([score, 2.0, score, 3.0]))
    assert run.state.best_epoch == 2
    assert run.loss_of(VALIDATION) == run.records[1].validation_loss


def test_a_stop_after_a_blow_up_that_no_loss_has_told_yet() -> None:
    """Of 125 batches every second loss is taken; after the first step the weights are no numbers any more."""
    run = Run(settings(optimizer="sgd", learning_rate=1e38, batch_size=1), dropout=0.0)
    run.fit(rows_of(3, 125), should_stop=StopAfter(1, "time"))
    assert run.state.stop_reason == "diverged"
    assert run.records == []
