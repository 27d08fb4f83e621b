"""A warm step of the compiled engine allocates nothing of batch size, within kernels either."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numba.core.runtime import _nrt_python

from mlpcli.nn.activations import ACTIVATIONS
from mlpcli.nn.embeddings import NUMBER_EMBEDDINGS
from mlpcli.nn.kernels import NUMBA
from mlpcli.nn.kernels.compiling import compiled
from mlpcli.nn.kernels.table import KERNELS, KINDS
from mlpcli.nn.losses import LOSSES
from mlpcli.nn.optimizers import OPTIMIZERS
from mlpcli.nn.scratch import FloatArray
from tests.nn.test_memory import BATCH, ROWS, SHORT, assert_no_growth, trainer_and_examples


@pytest.fixture(autouse=True, scope="module")
def _allocations_are_seen() -> Iterator[None]:
    """Arrays made in compiled code come from Python's allocator, which tracemalloc watches.

    There is no way back, but arrays of either allocator are freed alike.
    """
    _nrt_python.memsys_use_cpython_allocator()
    before = np.setbufsize(16)  # NumPy casts through buffers of 8192 elements, whatever the arrays
    yield
    np.setbufsize(before)


@pytest.mark.parametrize("optimizer", [name for name, kind in OPTIMIZERS.items() if kind in KERNELS])
def test_a_warm_step_of_each_optimizer(optimizer: str) -> None:
    assert_no_growth(*trainer_and_examples(optimizer, "mse", ROWS, engine=NUMBA))


@pytest.mark.parametrize("loss", [name for name, kind in LOSSES.items() if kind in KERNELS])
def test_a_warm_step_of_each_loss(loss: str) -> None:
    assert_no_growth(*trainer_and_examples("adam", loss, ROWS, engine=NUMBA))


@pytest.mark.parametrize("dropout", [0.0, 0.2])
@pytest.mark.parametrize("parametric", [False, True], ids=["plain", "parametric"])
@pytest.mark.parametrize("activation", [name for name, kind in ACTIVATIONS.items() if kind in KINDS])
def test_a_warm_step_of_each_activation(activation: str, parametric: bool, dropout: float) -> None:
    changes: dict[str, Any] = {"parametric": parametric, "dropout": dropout}
    assert_no_growth(*trainer_and_examples("sgd", "mse", ROWS, activation, engine=NUMBA, **changes))


@pytest.mark.parametrize("number_embedding", ["none", *NUMBER_EMBEDDINGS])
def test_a_warm_step_of_each_embedding(number_embedding: str) -> None:
    changes: dict[str, Any] = {"number_embedding": number_embedding, "input_scale": True, "wide": True}
    assert_no_growth(*trainer_and_examples("adam", "mse", ROWS, engine=NUMBA, **changes))


def test_an_array_made_in_a_kernel_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The measure itself: one float32 for each row, in a step of the loss."""
    trainer, examples = trainer_and_examples("sgd", "mse", ROWS, engine=NUMBA)
    plain = trainer.loss.gradient

    def wasteful(outputs: FloatArray, *rest: Any, **options: Any) -> float:
        column_sum(outputs)
        return plain(outputs, *rest, **options)

    monkeypatch.setattr(trainer.loss, "gradient", wasteful)
    with pytest.raises(AssertionError, match=rf"{BATCH}: .*{SHORT}: "):
        assert_no_growth(trainer, examples)


@compiled
def column_sum(outputs: FloatArray) -> float:
    column = np.empty(len(outputs), outputs.dtype)
    for row in range(len(outputs)):
        column[row] = outputs[row, 0]
    return float(column.sum())
