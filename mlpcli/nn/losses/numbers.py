"""Losses of regression: z is the output, t the target, r = z - t."""

import math
from typing import ClassVar

import numpy as np

from mlpcli.nn.losses.base import ElementwiseLoss, TargetKind
from mlpcli.nn.scratch import AnyArray, FloatArray


class NumberLoss(ElementwiseLoss):
    """Base: the link is the identity unless a loss has its own."""

    target: ClassVar[TargetKind] = "numbers"


class MeanSquaredError(NumberLoss):
    """r²."""

    def _write(self, outputs: FloatArray, targets: AnyArray, losses: FloatArray, slopes: FloatArray) -> None:
        np.subtract(outputs, targets, out=slopes)
        np.multiply(slopes, slopes, out=losses)
        slopes *= 2.0


class MeanAbsoluteError(NumberLoss):
    """|r|: for targets with many outliers. Its slope at zero is taken as zero."""

    def _write(self, outputs: FloatArray, targets: AnyArray, losses: FloatArray, slopes: FloatArray) -> None:
        np.subtract(outputs, targets, out=slopes)
        np.abs(slopes, out=losses)
        np.sign(slopes, out=slopes)


class Huber(NumberLoss):
    """r² / 2 for |r| ≤ δ, else δ (|r| - δ / 2) (Huber 1964).

    Both branches at once: with c = clip(r, -δ, δ) the loss is c (r - c / 2) and its slope is c.
    """

    def _write(self, outputs: FloatArray, targets: AnyArray, losses: FloatArray, slopes: FloatArray) -> None:
        delta = self._settings.huber_delta
        np.subtract(outputs, targets, out=losses)
        np.clip(losses, -delta, delta, out=slopes)
        losses -= np.multiply(slopes, 0.5, out=self._temporary("half", slopes))
        losses *= slopes


class LogCosh(NumberLoss):
    """log cosh r = |r| + log(1 + e^-2|r|) - log 2: squared near zero, absolute far off; slope tanh r."""

    def _write(self, outputs: FloatArray, targets: AnyArray, losses: FloatArray, slopes: FloatArray) -> None:
        np.subtract(outputs, targets, out=slopes)
        size = np.abs(slopes, out=self._temporary("size", slopes))
        np.multiply(size, -2.0, out=losses)
        np.exp(losses, out=losses)
        np.log1p(losses, out=losses)
        losses += size
        losses -= math.log(2.0)
        np.tanh(slopes, out=slopes)


class Quantile(NumberLoss):
    """max(-q r, (1 - q) r): the pinball loss of each level q (Koenker & Bassett 1978).

    A target's outputs are its levels, side by side: (rows, targets · levels) for targets (rows, targets).
    """

    def _write(self, outputs: FloatArray, targets: AnyArray, losses: FloatArray, slopes: FloatArray) -> None:
        by_level = (*outputs.shape[:-1], targets.shape[-1], len(self._settings.quantiles))
        levels = self._levels(outputs)
        np.subtract(outputs.reshape(by_level), targets[..., None], out=slopes.reshape(by_level))
        np.multiply(slopes, 1.0 - levels, out=losses)
        below = np.multiply(slopes, -levels, out=self._temporary("below", slopes))
        np.maximum(losses, below, out=losses)
        np.sign(slopes, out=slopes)
        slopes *= 0.5
        slopes += 0.5 - levels

    def link(self, outputs: FloatArray) -> FloatArray:
        """The levels of each target in order: crossing ones are sorted (Chernozhukov et al. 2010)."""
        by_level = (*outputs.shape[:-1], -1, len(self._settings.quantiles))
        return np.sort(outputs.reshape(by_level), axis=-1).reshape(outputs.shape)

    def point_prediction(self, predictions: FloatArray) -> FloatArray:
        """The level nearest to the median."""
        levels = self._settings.quantiles
        nearest = min(range(len(levels)), key=lambda number: abs(levels[number] - 0.5))
        return predictions[..., nearest :: len(levels)]

    def _levels(self, outputs: FloatArray) -> FloatArray:
        """The level of each output, as a row."""
        levels = self._settings.quantiles
        return np.tile(np.array(levels, outputs.dtype), outputs.shape[-1] // len(levels))


class Poisson(NumberLoss):
    """e^z - t z + t log t - t: half the deviance of a count t with mean e^z (McCullagh & Nelder 1989)."""

    owns_link: ClassVar[bool] = True

    def _write(self, outputs: FloatArray, targets: AnyArray, losses: FloatArray, slopes: FloatArray) -> None:
        np.exp(outputs, out=slopes)
        # t (log t - z - 1), with 0 log 0 = 0
        np.maximum(targets, np.finfo(outputs.dtype).tiny, out=losses)
        np.log(losses, out=losses)
        # An e^z that is infinite decides alone: t z may be so too.
        infinite = math.log(np.finfo(outputs.dtype).max) + 1.0
        losses -= np.minimum(outputs, infinite, out=self._temporary("outputs", outputs))
        losses -= 1.0
        losses *= targets
        losses += slopes
        slopes -= targets

    def link(self, outputs: FloatArray) -> FloatArray:
        """The mean."""
        return np.asarray(np.exp(outputs))
