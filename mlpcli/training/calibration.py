"""Calibration on held-out rows: probabilities σ(z / T + b), with a temperature T and a bias b for each class.

Temperature scaling (Guo et al. 2017, arXiv 1706.04599) corrects how sure a network is, but not shares that
are wrong on the whole, as after class weights. A bias does (bias-corrected temperature scaling, Alexandari et
al. 2020, arXiv 1901.06852); it starts from what class weights w are known to do: the logits of class k are
learned log w_k too high (King & Zeng 2001).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from mlpcli.arrays import Array
from mlpcli.model.model import Model
from mlpcli.model.tasks import Task
from mlpcli.training.held_out import HeldOut

LOWEST, HIGHEST = 0.05, 20.0
"""Temperatures."""
MOST_ROWS = 20_000
SURENESS = 1.0
"""Weight of the belief that the temperature is 1, (log T)² / 2, beside the sum of the rows' losses: of few
rows that are all right the best temperature would be 0."""
BIAS_SURENESS = 25.0
"""The same for the biases. Log loss over that without biases, mean of 17 tables and two seeds: 0.979 (3,000
rows or fewer), 0.985 (400), never above 1.018. With 4 the same, but up to 1.09; without the shares of all
rows 0.982 and 0.992."""
SHIFT_SURENESS = 4.0
"""The same after class weights, whose shift is known only roughly: 0.995 without shares, with 25 0.997."""
GOLDEN = (5**0.5 - 1) / 2
STEPS = 24
"""Of golden section search: from a factor of 400 to one of 1.0001."""
ROUNDS = 2
"""Of fitting the temperatures and then the biases."""
MOST_NEWTON_STEPS = 30
TOLERANCE = 1e-6
"""Of a mean probability."""
MOST_COPIES = 100
"""Of a row: whole weights up to that repeat rows; of others, as in surveys, the unit says nothing."""
SMALLEST = 1e-12


@dataclass(frozen=True)
class Shares:
    """Shares of the outputs' classes or labels among more rows than were held out."""

    of: Array
    """(outputs,)"""
    held_out: float
    """The part of these rows, by their weight, that was held out."""


def calibrated(
    model: Model, held: HeldOut, class_weights: Array | None, shares: Shares | None = None
) -> tuple[Array, Array]:
    """Temperatures (1,), or (labels,) of several labels, and biases (outputs,) of a model without them.

    They minimise Σ -log p(truth) over the held-out rows, each plus a weak belief in its starting value.
    `class_weights` are those of `Task.weights_of_classes`. `shares`, if held-out rows are a sample like all
    others, make biases surer than their few rows could.
    """
    bias = learned_bias(model.task, class_weights)
    labels = model.task.name != "multiclass"
    temperature = np.ones(model.task.outputs if labels else 1)
    some = held.some(MOST_ROWS)
    weights = np.ones(len(some.part)) if some.part.weights is None else some.part.weights
    if not weights.sum() > 0:
        return temperature, bias
    repeats = (weights % 1 == 0).all() and weights.max() <= MOST_COPIES
    weights = (weights if repeats else weights / weights.mean())[:, None]
    truth = some.part.truth.reshape(len(weights), -1)
    if not labels:
        truth = truth == np.arange(model.task.outputs)

    def predicted(temperature: Array, bias: Array) -> Array:
        return some.predicted(replace(model, temperature=temperature, bias=bias).predictions)

    sureness = BIAS_SURENESS if class_weights is None else SHIFT_SURENESS
    believed, raw = bias, some.predicted(lambda outputs: outputs.astype(np.float64))
    for _ in range(ROUNDS):
        # Turned around the outputs of the undecided rows, a temperature hardly asks for another bias.
        probabilities = predicted(temperature, bias)
        undecided = probabilities * (1.0 - probabilities) * weights + SMALLEST
        centre = np.sum(undecided * raw, axis=0) / undecided.sum(axis=0)
        centred = bias + centre / temperature

        def turned(temperature: Array, centred: Array = centred, centre: Array = centre) -> Array:
            return predicted(temperature, centred - centre / temperature)

        temperature = _temperature(turned, truth, weights, labels=labels)
        bias = centred - centre / temperature
        at = partial(predicted, temperature)
        bias = _bias(at, bias, believed, sureness, truth, weights, shares, labels=labels)
    return temperature, bias


def learned_bias(task: Task, class_weights: Array | None) -> Array:
    """What to add to logits (outputs,) that were learned with class weights, so that they are of the shares.

    A class of weight 0 was not learned: nothing is known of it.
    """
    if class_weights is None:
        return np.zeros(task.outputs)
    weights = np.asarray(class_weights, np.float64)
    logarithms = np.log(np.where(weights > 0, weights, 1.0))
    if task.name == "multiclass":
        return np.asarray(logarithms.mean() - logarithms)
    by_label = logarithms.reshape(-1, 2)
    return np.asarray(by_label[:, 0] - by_label[:, 1])


def _temperature(predicted: Callable[[Array], Array], truth: Array, weights: Array, *, labels: bool) -> Array:
    """The best temperature of each label, or of all classes together, by golden section (Kiefer 1953)."""
    yes = truth.astype(bool)

    def loss(logarithm: Array) -> Array:
        probabilities = predicted(np.exp(logarithm))
        right = np.where(yes, probabilities, 1.0 - probabilities if labels else 1.0)
        losses = -np.sum(np.log(np.maximum(right, SMALLEST)) * weights, axis=0)
        return np.asarray((losses if labels else losses.sum()) + SURENESS / 2 * logarithm**2)

    columns = truth.shape[1] if labels else 1
    low, high = np.full(columns, np.log(LOWEST)), np.full(columns, np.log(HIGHEST))
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_left, at_right = loss(left), loss(right)
    for _ in range(STEPS):
        below = at_left < at_right
        low, high = np.where(below, low, left), np.where(below, right, high)
        inner = np.where(below, high - GOLDEN * (high - low), low + GOLDEN * (high - low))
        at_inner = loss(inner)
        left, right = np.where(below, inner, right), np.where(below, left, inner)
        at_left, at_right = np.where(below, at_inner, at_right), np.where(below, at_left, at_inner)
    return np.asarray(np.exp((low + high) / 2))


def _bias(
    predicted: Callable[[Array], Array],
    bias: Array,
    believed: Array,
    sureness: float,
    truth: Array,
    weights: Array,
    shares: Shares | None,
    *,
    labels: bool,
) -> Array:
    """Biases b with Σ (P - y) + c (b - believed) = 0: mean probabilities are the shares, but for the belief.

    With the shares s of all rows there are two measures of what the mean probability is off by: the mean of
    P - y, which varies as P (1 - P) does, and the mean of P less s, which varies as P does. Both count by the
    inverse of their variances; where a network can hardly tell rows apart the second is by far the surer.

    By Newton's method; of several networks the Jacobian is that of the mean, an upper bound, so that no step
    is too long.
    """
    rows = weights.sum()
    for _ in range(MOST_NEWTON_STEPS):
        probabilities = predicted(bias)
        mean = np.sum(probabilities * weights, axis=0) / rows
        inside = np.sum(probabilities * (1.0 - probabilities) * weights, axis=0) / rows
        slope = np.sum((probabilities - truth) * weights, axis=0)
        surer = np.zeros_like(mean)
        if shares is not None:
            between = np.sum((probabilities - mean) ** 2 * weights, axis=0) / rows
            surer = inside / (between + shares.held_out * shares.of * (1.0 - shares.of) + SMALLEST)
            slope = slope + surer * rows * (mean - shares.of)
        slope = slope + sureness * (bias - believed)
        if np.abs(slope).max() <= TOLERANCE * rows:
            break
        if labels:
            step = slope / (inside * rows * (1.0 + surer) + sureness)
        else:
            jacobian = np.diag(mean * rows) - (probabilities * weights).T @ probabilities
            step = np.linalg.solve((1.0 + surer)[:, None] * jacobian + sureness * np.eye(len(bias)), slope)
        bias = bias - np.clip(step, -1.0, 1.0)
    return bias
