"""A warm training step allocates nothing of batch or weight size, and reads only what it has written."""

import tracemalloc
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from mlpcli.nn.activations import ACTIVATIONS
from mlpcli.nn.architecture import NetworkSettings, build_network
from mlpcli.nn.batches import Batches, Examples
from mlpcli.nn.embeddings import NUMBER_EMBEDDINGS, Inputs
from mlpcli.nn.kernels import NUMPY, Engine, of_engine
from mlpcli.nn.losses import LOSSES, LossSettings
from mlpcli.nn.optimizers import OPTIMIZERS, UpdateRule
from mlpcli.nn.regularization import Regularization, RegularizationSettings
from mlpcli.nn.scratch import AnyArray, FloatArray
from mlpcli.nn.trainer import Trainer
from tests.nn.examples import UPDATE_RULES, row_weights, targets_for

BATCH, SHORT = 3200, 3100
LIMIT = 12_000
"""Bytes: above views, slices and floats, below one float32 for each row."""


@pytest.fixture
def small_buffers() -> Iterator[None]:
    """NumPy casts and broadcasts through buffers of 8192 elements, whatever the arrays; make them tiny."""
    before = np.setbufsize(16)
    yield
    np.setbufsize(before)


COLUMNS = 50
INPUTS = Inputs(COLUMNS, numbers=(0, 1, 2), categories=((4, 5), (5, 9)))
HELD = RegularizationSettings(l2=1e-3)
ALL_HELD = RegularizationSettings(
    l1=1e-4, l2=1e-3, weight_decay=0.1, clip_norm=0.01, decay_factors=(("bias", 0.5), ("embedding", 2.0))
)


def trainer_and_examples(
    optimizer: str,
    loss: str,
    rows: int,
    activation: str = "relu",
    regularization: RegularizationSettings = HELD,
    wide: bool = False,
    loss_settings: LossSettings | None = None,
    engine: Engine = NUMPY,
    **changes: Any,
) -> tuple[Trainer, Examples]:
    """A net 50-64-64-12 with all that costs memory: dropout, penalty, row weights."""
    usual: dict[str, Any] = {"hidden": (64, 64), "activation": activation, "dropout": 0.2}
    settings = NetworkSettings(**usual | changes)
    columns = np.array([0, 4, 7, 9]) if wide else None
    inputs = INPUTS if settings.number_embedding else COLUMNS
    network = build_network(settings, inputs, 12, np.random.default_rng(1), wide=columns, engine=engine)
    generator = np.random.default_rng(3)
    features = generator.standard_normal((rows, COLUMNS), dtype=np.float32)
    for column, levels in INPUTS.categories:
        features[:, column] = generator.integers(0, levels + 1, rows)
    network.initialize(np.random.default_rng(2), "auto", features)
    targets = targets_for(loss, rows, 12, generator)
    examples = Examples(
        features,
        targets if targets.ndim == 1 else targets.astype(np.float32),
        row_weights(rows, generator).astype(np.float32),
    )
    rule = of_engine(OPTIMIZERS[optimizer], engine)
    assert issubclass(rule, UpdateRule)
    updates = rule(network.parameters, l1=regularization.l1 or 0.0)
    held = Regularization(network.parameters, regularization)
    measured = of_engine(LOSSES[loss], engine)(loss_settings or LossSettings())
    return Trainer(network, measured, updates, held), examples


ROWS = 2 * BATCH + SHORT


@pytest.mark.usefixtures("small_buffers")
@pytest.mark.parametrize("optimizer", UPDATE_RULES)
def test_a_warm_step_of_each_optimizer_allocates_nothing(optimizer: str) -> None:
    assert_no_growth(*trainer_and_examples(optimizer, "mse", ROWS))


@pytest.mark.usefixtures("small_buffers")
@pytest.mark.parametrize(
    ("loss", "smoothing"),
    [*((loss, 0.0) for loss in LOSSES), ("cross-entropy", 0.1), ("sigmoid-cross-entropy", 0.1)],
)
def test_a_warm_step_of_each_loss_allocates_nothing(loss: str, smoothing: float) -> None:
    settings = LossSettings(label_smoothing=smoothing)
    assert_no_growth(*trainer_and_examples("adam", loss, ROWS, loss_settings=settings))


@pytest.mark.usefixtures("small_buffers")
@pytest.mark.parametrize("parametric", [False, True], ids=["plain", "parametric"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_warm_step_of_each_activation_allocates_nothing(activation: str, parametric: bool) -> None:
    assert_no_growth(*trainer_and_examples("sgd", "mse", ROWS, activation, parametric=parametric))


@pytest.mark.usefixtures("small_buffers")
@pytest.mark.parametrize("number_embedding", ["none", *NUMBER_EMBEDDINGS])
def test_a_warm_step_of_each_embedding_allocates_nothing(number_embedding: str) -> None:
    assert_no_growth(*trainer_and_examples("sgd", "mse", ROWS, number_embedding=number_embedding))


@pytest.mark.usefixtures("small_buffers")
def test_a_warm_step_of_scale_and_shortcut_allocates_nothing() -> None:
    assert_no_growth(*trainer_and_examples("sgd", "mse", ROWS, input_scale=True))
    assert_no_growth(*trainer_and_examples("sgd", "mse", ROWS, wide=True))
    # Beside the scale the shortcut has an input gradient too.
    assert_no_growth(*trainer_and_examples("sgd", "mse", ROWS, input_scale=True, wide=True))


@pytest.mark.usefixtures("small_buffers")
@pytest.mark.parametrize(
    "settings",
    [
        RegularizationSettings(l1=1e-4),
        RegularizationSettings(l2=1e-3),
        RegularizationSettings(weight_decay=0.1),
        RegularizationSettings(clip_norm=1e-3),
        ALL_HELD,
    ],
    ids=["l1", "l2", "weight decay", "clip_norm", "all"],
)
def test_a_warm_step_of_each_regularization_allocates_nothing(settings: RegularizationSettings) -> None:
    assert_no_growth(*trainer_and_examples("sgd", "mse", ROWS, regularization=settings))


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


def noisy_empty_like(array: FloatArray, dtype: npt.DTypeLike | None = None) -> AnyArray:
    return noisy_empty(array.shape, np.dtype(dtype or array.dtype))


def assert_noise_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, optimizer: str, loss: str, **changes: Any
) -> None:
    """Two passes of batches, the last of them short, and a prediction."""
    results = []
    for noisy in (False, True):
        with monkeypatch.context() as patch:
            if noisy:
                patch.setattr(np, "empty", noisy_empty)
                patch.setattr(np, "empty_like", noisy_empty_like)
            trainer, examples = trainer_and_examples(optimizer, loss, 20, **{"hidden": (6, 5)} | changes)
            losses = [
                trainer.step(batch, 0.001)
                for _ in range(2)
                for batch in Batches(examples, 8).in_order(np.arange(20))
            ]
            predicted = trainer.network.predict(examples.features)
        assert np.isfinite(predicted).all()
        results.append((losses, trainer.network.parameters.values.tobytes(), predicted.tobytes()))
    assert results[0] == results[1]


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("optimizer", UPDATE_RULES)
def test_noise_in_new_memory_changes_nothing(
    optimizer: str, loss: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_noise_changes_nothing(monkeypatch, optimizer, loss)


@pytest.mark.parametrize("parametric", [False, True], ids=["plain", "parametric"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_noise_in_the_memory_of_activations_changes_nothing(
    activation: str, parametric: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_noise_changes_nothing(monkeypatch, "sgd", "mse", activation=activation, parametric=parametric)


@pytest.mark.parametrize("number_embedding", ["none", *NUMBER_EMBEDDINGS])
def test_noise_in_the_memory_of_all_else_changes_nothing(
    number_embedding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = {"number_embedding": number_embedding, "input_scale": True, "wide": True}
    settings = LossSettings(label_smoothing=0.1)
    for loss in ("cross-entropy", "sigmoid-cross-entropy"):
        assert_noise_changes_nothing(
            monkeypatch, "adam", loss, regularization=ALL_HELD, loss_settings=settings, **parts
        )
