"""What `training.py` times: data sets with the networks that are trained on them."""

import itertools
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]


class Case(NamedTuple):
    """A data set, a network, and whether all else is as in the recipe `default` or as plain as can be.

    Plain: classes, softmax cross-entropy, ReLU, Adam with rate 1e-3. `default`: a number, squared error,
    see `training_own`.
    """

    rows: int
    inputs: int
    hidden: tuple[int, ...]
    outputs: int
    batch: int
    default: bool = False

    @property
    def widths(self) -> list[int]:
        """Of all layers, from the inputs to the outputs."""
        return [self.inputs, *self.hidden, self.outputs]

    @property
    def parameters(self) -> int:
        """Weights and biases."""
        return sum((before + 1) * after for before, after in itertools.pairwise(self.widths))

    def __str__(self) -> str:
        if self.default:
            return f"default, {self.rows:,} rows x {self.inputs}, b{self.batch}"
        return f"{self.rows:,} rows, {'-'.join(map(str, self.widths))}, b{self.batch}"


CASES = (
    Case(20_000, 20, (100,), 2, 200),
    Case(20_000, 20, (64, 64), 2, 32),
    Case(20_000, 50, (128, 128), 5, 128),
    Case(20_000, 50, (256, 256, 256), 5, 256),
    Case(60_000, 784, (100,), 10, 128),
    Case(20_000, 100, (512, 512), 10, 1024),
    Case(10_000, 20, (128, 128, 128), 1, 128, default=True),
)

GROWTH = {
    "rows": [Case(2_500 << doubling, 50, (128, 128), 5, 128) for doubling in range(6)],
    "columns": [Case(20_000, 25 << doubling, (128, 128), 5, 128) for doubling in range(6)],
    "width": [Case(10_000, 50, (size, size), 5, 256) for size in (64, 128, 256, 512, 1024)],
    "classes": [Case(20_000, 50, (128,), classes, 128) for classes in (2, 8, 32, 128, 512)],
}


def class_examples(case: Case) -> tuple[Floats, Labels]:
    """Normal features, and classes that a linear model with noise chose."""
    generator = np.random.default_rng(0)
    features = generator.standard_normal((case.rows, case.inputs), dtype=np.float32)
    scores = features @ generator.standard_normal((case.inputs, case.outputs), dtype=np.float32)
    scores += generator.standard_normal(scores.shape, dtype=np.float32)
    return features, scores.argmax(axis=1)


def number_examples(case: Case) -> tuple[Floats, Floats]:
    """Normal features, and the product of the first two (rows, 1)."""
    features = np.random.default_rng(0).standard_normal((case.rows, case.inputs), dtype=np.float32)
    return features, features[:, :1] * features[:, 1:2]
