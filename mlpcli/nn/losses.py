"""Losses on raw outputs: value, gradient, and the link from raw outputs to predictions. LOSSES names them.

Every value is the mean over rows (and over outputs, where there are several) of weight · loss. Row weights
are expected to have mean one over the training rows; a class weight is a row weight of that class's rows.
Targets are (rows, outputs) floats, for the softmax (rows,) class numbers. Weights are (rows, 1), for
elementwise losses also (rows, outputs), or None.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from mlpcli.nn.arrays import AnyArray, FloatArray, Scratch
from mlpcli.settings import Settings, setting


@dataclass(frozen=True)
class LossSettings(Settings):
    """What training minimises."""

    huber_delta: float = setting(
        1.0,
        "Where Huber's loss turns from squared to absolute, in standard deviations of the target.",
        group="Loss",
        above=0,
    )


class Loss(Protocol):
    """A scalar function of raw outputs (rows, n_out) and targets."""

    def value(self, outputs: FloatArray, targets: AnyArray, weights: FloatArray | None) -> float:
        """The weighted mean loss."""

    def gradient(
        self, outputs: FloatArray, targets: AnyArray, weights: FloatArray | None, d_outputs: FloatArray
    ) -> None:
        """Write the gradient of `value` by the outputs into `d_outputs`."""

    def link(self, outputs: FloatArray) -> FloatArray:
        """Predictions in encoded units: values, or probabilities."""


class ElementwiseLoss:
    """Base of losses that are a sum over outputs; a subclass gives the loss and its slope per element."""

    def __init__(self, settings: LossSettings | None = None) -> None:
        self._scratch = Scratch()
        self._settings = settings or LossSettings()

    def value(self, outputs: FloatArray, targets: AnyArray, weights: FloatArray | None) -> float:
        """The weighted mean over all elements."""
        losses = self._scratch("losses", outputs.shape, outputs.dtype)
        self._losses(outputs, targets, losses)
        return _weighted_mean(losses, weights)

    def gradient(
        self, outputs: FloatArray, targets: AnyArray, weights: FloatArray | None, d_outputs: FloatArray
    ) -> None:
        """Slope · weight / number of elements."""
        self._slopes(outputs, targets, d_outputs)
        if weights is not None:
            d_outputs *= weights
        d_outputs *= 1.0 / outputs.size

    def link(self, outputs: FloatArray) -> FloatArray:
        """The outputs themselves."""
        return outputs

    def _losses(self, outputs: FloatArray, targets: AnyArray, losses: FloatArray) -> None:
        raise NotImplementedError

    def _slopes(self, outputs: FloatArray, targets: AnyArray, slopes: FloatArray) -> None:
        raise NotImplementedError


class MeanSquaredError(ElementwiseLoss):
    """(z - t)²."""

    def _losses(self, outputs: FloatArray, targets: AnyArray, losses: FloatArray) -> None:
        np.subtract(outputs, targets, out=losses)
        losses *= losses

    def _slopes(self, outputs: FloatArray, targets: AnyArray, slopes: FloatArray) -> None:
        np.subtract(outputs, targets, out=slopes)
        slopes *= 2.0


class MeanAbsoluteError(ElementwiseLoss):
    """|z - t|: for targets with many outliers. Its slope at zero is taken as zero."""

    def _losses(self, outputs: FloatArray, targets: AnyArray, losses: FloatArray) -> None:
        np.subtract(outputs, targets, out=losses)
        np.abs(losses, out=losses)

    def _slopes(self, outputs: FloatArray, targets: AnyArray, slopes: FloatArray) -> None:
        np.subtract(outputs, targets, out=slopes)
        np.sign(slopes, out=slopes)


class Huber(ElementwiseLoss):
    """r² / 2 for |r| ≤ δ, else δ (|r| - δ / 2), with r = z - t (Huber 1964).

    Both branches at once: with c = clip(r, -δ, δ) the loss is c (r - c / 2) and its slope is c.
    """

    def _losses(self, outputs: FloatArray, targets: AnyArray, losses: FloatArray) -> None:
        delta = self._settings.huber_delta
        np.subtract(outputs, targets, out=losses)
        clipped = np.clip(losses, -delta, delta, out=self._scratch("clipped", losses.shape, losses.dtype))
        losses *= clipped
        clipped *= clipped
        clipped *= 0.5
        losses -= clipped

    def _slopes(self, outputs: FloatArray, targets: AnyArray, slopes: FloatArray) -> None:
        delta = self._settings.huber_delta
        np.subtract(outputs, targets, out=slopes)
        np.clip(slopes, -delta, delta, out=slopes)


class SigmoidCrossEntropy(ElementwiseLoss):
    """-t log σ(z) - (1 - t) log(1 - σ(z)) for each output by itself: binary and multilabel.

    From the raw output z, so that nothing overflows: max(z, 0) - z t + log(1 + e^-|z|); slope σ(z) - t.
    """

    def _losses(self, outputs: FloatArray, targets: AnyArray, losses: FloatArray) -> None:
        np.abs(outputs, out=losses)
        np.negative(losses, out=losses)
        np.exp(losses, out=losses)
        np.log1p(losses, out=losses)
        term = self._scratch("term", outputs.shape, outputs.dtype)
        losses += np.maximum(outputs, 0, out=term)
        losses -= np.multiply(outputs, targets, out=term)

    def _slopes(self, outputs: FloatArray, targets: AnyArray, slopes: FloatArray) -> None:
        _sigmoid(outputs, slopes)
        slopes -= targets

    def link(self, outputs: FloatArray) -> FloatArray:
        """Probability of each output being 1."""
        return _sigmoid(outputs, np.empty_like(outputs))


class SoftmaxCrossEntropy:
    """-log softmax(z)[class], for one class out of several; gradient softmax(z) - onehot."""

    def __init__(self, settings: LossSettings | None = None) -> None:
        self._scratch = Scratch()
        self._row_numbers: AnyArray = np.arange(0)

    def value(self, outputs: FloatArray, targets: AnyArray, weights: FloatArray | None) -> float:
        """Weighted mean of log Σ exp(z) - z[class]."""
        shifted = self._scratch("shifted", outputs.shape, outputs.dtype)
        self._shift(outputs, shifted)
        of_class = self._of_class(shifted, targets)
        np.exp(shifted, out=shifted)
        losses = self._scratch("losses", (len(outputs), 1), outputs.dtype)
        np.sum(shifted, axis=1, keepdims=True, out=losses)
        np.log(losses, out=losses)
        losses -= of_class
        return _weighted_mean(losses, weights)

    def gradient(
        self, outputs: FloatArray, targets: AnyArray, weights: FloatArray | None, d_outputs: FloatArray
    ) -> None:
        """(softmax - onehot) · weight / rows."""
        self._softmax(outputs, d_outputs)
        of_class = self._of_class(d_outputs, targets)
        of_class -= 1.0
        np.put(d_outputs, self._flat, of_class)
        if weights is not None:
            d_outputs *= weights
        d_outputs *= 1.0 / len(outputs)

    def link(self, outputs: FloatArray) -> FloatArray:
        """Probabilities (rows, classes) that sum to one."""
        probabilities = np.empty_like(outputs)
        self._softmax(outputs, probabilities)
        return probabilities

    def _shift(self, outputs: FloatArray, shifted: FloatArray) -> None:
        """Subtract the largest output of each row; below e^-80 a float32 exponential is denormal and slow."""
        largest = self._scratch("largest", (len(outputs), 1), outputs.dtype)
        np.max(outputs, axis=1, keepdims=True, out=largest)
        np.subtract(outputs, largest, out=shifted)

    def _softmax(self, outputs: FloatArray, probabilities: FloatArray) -> None:
        self._shift(outputs, probabilities)
        np.maximum(probabilities, -80.0, out=probabilities)
        np.exp(probabilities, out=probabilities)
        total = self._scratch("largest", (len(outputs), 1), outputs.dtype)
        np.sum(probabilities, axis=1, keepdims=True, out=total)
        probabilities /= total

    def _of_class(self, array: FloatArray, targets: AnyArray) -> FloatArray:
        """Each row's element of its class, (rows, 1); leaves the flat positions in `_flat`."""
        rows, classes = array.shape
        if len(self._row_numbers) < rows:
            self._row_numbers = np.arange(rows)
        self._flat = self._scratch("flat", (rows,), np.intp)
        np.multiply(self._row_numbers[:rows], classes, out=self._flat)
        self._flat += targets
        of_class = self._scratch("of_class", (rows, 1), array.dtype)
        np.take(array.reshape(-1), self._flat, out=of_class[:, 0], mode="clip")
        return of_class


def _weighted_mean(losses: FloatArray, weights: FloatArray | None) -> float:
    """The mean of losses · weights, in float64; overwrites `losses`."""
    if weights is not None:
        losses *= weights
    # Less than half the time of losses.mean(dtype=...), 4 % of a small step.
    return float(np.add.reduce(losses, axis=None, dtype=np.float64)) / losses.size


def _sigmoid(outputs: FloatArray, out: FloatArray) -> FloatArray:
    """(1 + tanh(z / 2)) / 2: σ(z) without overflow."""
    np.multiply(outputs, 0.5, out=out)
    np.tanh(out, out=out)
    out += 1.0
    out *= 0.5
    return out


LOSSES: dict[str, Callable[[LossSettings], Loss]] = {
    "mse": MeanSquaredError,
    "mae": MeanAbsoluteError,
    "huber": Huber,
    "cross-entropy": SoftmaxCrossEntropy,
    "sigmoid-cross-entropy": SigmoidCrossEntropy,
}
"""Names are stored in model files: add, never rename."""
