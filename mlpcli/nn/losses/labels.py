"""Losses of yes-or-no targets, one output each: z is the output, t is 0 or 1, s is -1 or 1."""

from typing import ClassVar

import numpy as np

from mlpcli.nn.losses.base import ElementwiseLoss, TargetKind, sigmoid
from mlpcli.nn.scratch import AnyArray, FloatArray


class LabelLoss(ElementwiseLoss):
    """Base: the link is the sigmoid, so that a label is predicted where its score is above zero."""

    target: ClassVar[TargetKind] = "labels"

    def link(self, outputs: FloatArray) -> FloatArray:
        """Probability of each output being 1."""
        return sigmoid(outputs, np.empty_like(outputs))


class SigmoidCrossEntropy(LabelLoss):
    """-t log σ(z) - (1 - t) log(1 - σ(z)); with smoothing ε, t (1 - ε) + ε / 2 takes the place of t.

    From the raw output, so that nothing overflows: max(z, 0) - z t + log(1 + e^-|z|); slope σ(z) - t.
    """

    given_name: ClassVar[str] = "cross-entropy"

    def _write(self, outputs: FloatArray, targets: AnyArray, losses: FloatArray, slopes: FloatArray) -> None:
        term = self._temporary("term", outputs)
        if smoothing := self._settings.label_smoothing:
            targets = np.multiply(targets, 1.0 - smoothing, out=self._temporary("targets", outputs))
            targets += smoothing / 2.0
        _log_one_plus_exp(outputs, losses, term)
        losses -= np.multiply(outputs, targets, out=term)
        sigmoid(outputs, slopes)
        slopes -= targets


class SigmoidFocal(LabelLoss):
    """-t (1 - p)^γ log p - (1 - t) p^γ log(1 - p), p = σ(z) (Lin et al. 2017, arXiv 1708.02002, eq. 4).

    Slope of the first term, for t = 1: (1 - p)^γ (γ p log p - 1 + p); the second is its mirror image.
    """

    given_name: ClassVar[str] = "focal"

    def _write(self, outputs: FloatArray, targets: AnyArray, losses: FloatArray, slopes: FloatArray) -> None:
        term = self._temporary("term", outputs)
        negative = np.negative(outputs, out=self._temporary("negative", outputs))
        losses.fill(0.0)
        slopes.fill(0.0)
        for z, sign in ((outputs, 1.0), (negative, -1.0)):
            share = np.subtract(targets, 0.5, out=self._temporary("share", outputs))
            share *= sign
            share += 0.5
            probability = sigmoid(z, self._temporary("probability", outputs))
            away = np.subtract(1.0, probability, out=self._temporary("away", outputs))
            # log p = z - log(1 + e^z)
            logarithm = self._temporary("logarithm", outputs)
            _log_one_plus_exp(z, logarithm, term)
            np.subtract(z, logarithm, out=logarithm)
            np.power(away, self._settings.focal_gamma, out=term)
            term *= share
            losses -= np.multiply(term, logarithm, out=self._temporary("product", outputs))
            logarithm *= probability
            logarithm *= self._settings.focal_gamma
            logarithm -= away
            logarithm *= term
            logarithm *= sign
            slopes += logarithm


class BinaryHinge(LabelLoss):
    """max(0, 1 - s z): a margin of one is required (the loss of support vector machines)."""

    given_name: ClassVar[str] = "hinge"
    margin: ClassVar[float] = 1.0

    def _write(self, outputs: FloatArray, targets: AnyArray, losses: FloatArray, slopes: FloatArray) -> None:
        signs = np.multiply(targets, 2.0, out=self._temporary("signs", targets))
        signs -= 1.0
        np.multiply(signs, outputs, out=losses)
        np.subtract(self.margin, losses, out=losses)
        (np.greater if self.margin else np.greater_equal)(losses, 0.0, out=slopes)
        slopes *= signs
        np.negative(slopes, out=slopes)
        np.maximum(losses, 0.0, out=losses)


class BinaryPerceptron(BinaryHinge):
    """max(0, -s z): only mistakes, including undecided rows, count (Rosenblatt 1958)."""

    given_name: ClassVar[str] = "perceptron"
    margin = 0.0


class StepPerceptron(BinaryPerceptron):
    """The same with an output that is a step: the prediction is 0 or 1, at a score of 0 it is 1."""

    def link(self, outputs: FloatArray) -> FloatArray:
        return np.greater_equal(outputs, 0.0).astype(outputs.dtype)


def _log_one_plus_exp(z: FloatArray, out: FloatArray, term: FloatArray) -> None:
    """max(z, 0) + log(1 + e^-|z|); `term` is overwritten."""
    np.abs(z, out=out)
    np.negative(out, out=out)
    np.exp(out, out=out)
    np.log1p(out, out=out)
    out += np.maximum(z, 0.0, out=term)
