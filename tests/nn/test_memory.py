"""A warm training step allocates nothing of batch or weight size, and reads only what it has written."""

import tracemalloc
from collections.abc import Iterator

import numpy as np
import pytest

from mlpcli.nn.activations import ACTIVATIONS
from mlpcli.nn.arrays import AnyArray, FloatArray
from mlpcli.nn.batches import Batches, Examples
from mlpcli.nn.losses import LOSSES, LossSettings
from mlpcli.nn.network import NetworkSettings, build_network
from mlpcli.nn.optimizers import OPTIMIZERS
from mlpcli.nn.trainer import Trainer
from tests.nn.examples import row_weights, targets_for

BATCH, SHORT = 2048, 2000
LIMIT = 6000
"""Bytes: above views, slices and floats, below one float32 for each row."""


@pytest.fixture
def small_buffers() -> Iterator[None]:
    """NumPy casts and broadcasts through buffers of 8192 elements, whatever the arrays; make them tiny."""
    before = np.setbufsize(16)
    yield
    np.setbufsize(before)


def trainer_and_examples(
    optimizer: str, loss: str, rows: int, activation: str = "relu", hidden: tuple[int, ...] = (64, 64)
) -> tuple[Trainer, Examples]:
    """A net 50-64-64-10 with all that costs memory: dropout, penalty, row weights."""
    settings = NetworkSettings(hidden=hidden, activation=activation, dropout=0.2)
    network = build_network(settings, 50, 10, np.random.default_rng(1))
    network.initialize(np.random.default_rng(2))
    generator = np.random.default_rng(3)
    targets = targets_for(loss, rows, 10, generator)
    examples = Examples(
        generator.standard_normal((rows, 50), dtype=np.float32),
        targets if targets.ndim == 1 else targets.astype(np.float32),
        row_weights(rows, generator).astype(np.float32),
    )
    updates = OPTIMIZERS[optimizer](network.parameters, 0.9)
    return Trainer(network, LOSSES[loss](LossSettings()), updates, l2=1e-3), examples


@pytest.mark.usefixtures("small_buffers")
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_warm_step_allocates_nothing(optimizer: str, loss: str) -> None:
    assert_no_growth(*trainer_and_examples(optimizer, loss, 2 * BATCH + SHORT))


@pytest.mark.usefixtures("small_buffers")
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_warm_step_of_each_activation_allocates_nothing(activation: str) -> None:
    assert_no_growth(*trainer_and_examples("sgd", "mse", 2 * BATCH + SHORT, activation))


def assert_no_growth(trainer: Trainer, examples: Examples) -> None:
    """Neither in a full batch nor in a short one, from gathering the rows to the update."""
    batches = Batches(examples, BATCH)
    order = np.random.default_rng(4).permutation(len(examples))
    for batch in batches.in_order(order):
        trainer.step(batch, 1e-3)
    growth = {}
    tracemalloc.start()
    try:
        epoch = batches.in_order(order)
        trainer.step(next(epoch), 1e-3)
        for rows in (BATCH, SHORT):
            before = tracemalloc.get_traced_memory()[0]
            tracemalloc.reset_peak()
            batch = next(epoch)
            assert len(batch) == rows
            trainer.step(batch, 1e-3)
            growth[rows] = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert max(growth.values()) < LIMIT, growth


@pytest.mark.usefixtures("small_buffers")
def test_the_limit_would_show_one_column() -> None:
    """The measure itself: one float32 per row of the short batch is above the limit."""
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        np.empty((SHORT, 1), np.float32)
        assert tracemalloc.get_traced_memory()[1] - before > LIMIT
    finally:
        tracemalloc.stop()


def noisy_empty(shape: int | tuple[int, ...], dtype: np.dtype[np.generic] | type = float) -> AnyArray:
    """np.empty with the worst that may be in it."""
    array: AnyArray = np.zeros(shape, dtype)
    array.fill(np.nan if array.dtype.kind == "f" else 1)
    return array


def noisy_empty_like(array: FloatArray) -> AnyArray:
    return noisy_empty(array.shape, array.dtype)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_noise_in_new_memory_changes_nothing(
    optimizer: str, loss: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for activation in ACTIVATIONS:
        results = []
        for noisy in (False, True):
            with monkeypatch.context() as patch:
                if noisy:
                    patch.setattr(np, "empty", noisy_empty)
                    patch.setattr(np, "empty_like", noisy_empty_like)
                trainer, examples = trainer_and_examples(optimizer, loss, 20, activation, hidden=(6, 5))
                losses = [
                    trainer.step(batch, 0.01)
                    for _ in range(2)
                    for batch in Batches(examples, 8).in_order(np.arange(20))
                ]
                predicted = trainer.network.predict(examples.features)
            assert np.isfinite(predicted).all()
            results.append((losses, trainer.network.parameters.values.tobytes(), predicted.tobytes()))
        assert results[0] == results[1]
