"""Losses with their links and slopes in one pass: the twins of `mlpcli.nn.losses`."""

import math
from typing import Any, ClassVar

import numpy as np

from mlpcli.nn.kernels.compiling import compiled
from mlpcli.nn.kernels.elementary import ONE, TWO, ZERO, exponential
from mlpcli.nn.losses.base import ElementwiseLoss
from mlpcli.nn.losses.classes import SoftmaxCrossEntropy
from mlpcli.nn.losses.labels import SigmoidCrossEntropy
from mlpcli.nn.losses.numbers import Huber, MeanAbsoluteError, MeanSquaredError
from mlpcli.nn.scratch import AnyArray, FloatArray, IndexArray


class CompiledSoftmaxCrossEntropy(SoftmaxCrossEntropy):
    """Row by row."""

    def gradient(
        self,
        outputs: FloatArray,
        targets: AnyArray,
        weights: FloatArray | None,
        d_outputs: FloatArray,
        *,
        with_loss: bool = True,
    ) -> float:
        rows, classes = outputs.shape
        smoothing = self._settings.label_smoothing or 0.0
        of_class, even, share = 1.0 - smoothing, smoothing / classes, 1.0 / rows
        given = outputs[:0] if weights is None else weights
        total = softmax_cross_entropy(
            outputs, targets, given, of_class, even, share, d_outputs, with_loss
        )  # fmt: skip
        return total / rows if with_loss else math.nan


@compiled
def softmax_cross_entropy(
    outputs: FloatArray,
    targets: IndexArray,
    weights: FloatArray,
    of_class: Any,
    even: Any,
    share: Any,
    d_outputs: FloatArray,
    with_loss: bool,
) -> float:
    """The summed loss; the gradient of its mean over rows is written."""
    rows, classes = outputs.shape
    number = outputs.dtype.type  # of another type they would make all that they touch a float64
    of_class, even, share = number(of_class), number(even), number(share)
    total = 0.0
    for row in range(rows):
        weight = weights[row, 0] if len(weights) else ONE
        highest = outputs[row, 0]
        for place in range(1, classes):
            highest = max(highest, outputs[row, place])
        added = scores = ZERO * highest
        for place in range(classes):
            score = outputs[row, place] - highest
            power = exponential(score)
            scores += score
            added += power
            d_outputs[row, place] = power
        own = targets[row]
        if with_loss:
            target = of_class * (outputs[row, own] - highest)
            if even:  # without it a score of minus infinity must not count
                target += even * scores
            total += np.float64(weight) * (math.log(np.float64(added)) - np.float64(target))
        weight = weight * share
        for place in range(classes):
            d_outputs[row, place] = (d_outputs[row, place] / added - even) * weight
        d_outputs[row, own] -= of_class * weight
    return total


SQUARED, ABSOLUTE, HUBER, SIGMOID = range(4)


class CompiledElementwiseLoss(ElementwiseLoss):
    """Losses that are also a mean over outputs."""

    kind: ClassVar[int]

    def gradient(
        self,
        outputs: FloatArray,
        targets: AnyArray,
        weights: FloatArray | None,
        d_outputs: FloatArray,
        *,
        with_loss: bool = True,
    ) -> float:
        elements, settings = outputs.size, self._settings
        parameter = settings.huber_delta if self.kind == HUBER else settings.label_smoothing or 0.0
        given = outputs[:0] if weights is None else weights
        total = of_elements(self.kind, outputs, targets, given, parameter, 1.0 / elements, d_outputs)
        return total / elements if with_loss else math.nan


class CompiledMeanSquaredError(CompiledElementwiseLoss, MeanSquaredError):
    """As its twin."""

    kind = SQUARED


class CompiledMeanAbsoluteError(CompiledElementwiseLoss, MeanAbsoluteError):
    """As its twin."""

    kind = ABSOLUTE


class CompiledHuber(CompiledElementwiseLoss, Huber):
    """As its twin."""

    kind = HUBER


class CompiledSigmoidCrossEntropy(CompiledElementwiseLoss, SigmoidCrossEntropy):
    """As its twin."""

    kind = SIGMOID


@compiled
def of_elements(
    kind: int,
    outputs: FloatArray,
    targets: FloatArray,
    weights: FloatArray,
    parameter: Any,
    share: Any,
    d_outputs: FloatArray,
) -> float:
    """The summed loss; the gradient of its mean over elements is written."""
    rows, columns = outputs.shape
    parameter, share = outputs.dtype.type(parameter), outputs.dtype.type(share)
    by_element = len(weights) > 0 and weights.shape[1] > 1
    total = 0.0
    for row in range(rows):
        weight = weights[row, 0] if len(weights) else ONE
        for column in range(columns):
            if by_element:
                weight = weights[row, column]
            output, target = outputs[row, column], targets[row, column]
            error = output - target
            if kind == SQUARED:
                loss, slope = error * error, TWO * error
            elif kind == ABSOLUTE:
                loss, slope = abs(error), np.sign(error)
            elif kind == HUBER:
                slope = parameter if error > parameter else -parameter if error < -parameter else error
                loss = slope * (error - slope / TWO)
            else:
                smoothed = target * (ONE - parameter) + parameter / TWO
                fading = exponential(-abs(output))
                loss = max(output, ZERO) - output * smoothed + np.log1p(fading)
                slope = (ONE if output >= ZERO else fading) / (ONE + fading) - smoothed
            total += np.float64(loss) * np.float64(weight)
            d_outputs[row, column] = slope * (weight * share)
    return total
