"""Losses of labels and classes: smoothing, focus, margins, mistakes; scikit-learn's metrics beside them."""

import math
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import hinge_loss, log_loss

from mlpcli.errors import SettingsError
from mlpcli.nn.losses import LOSSES, LossSettings
from mlpcli.nn.losses.classes import MulticlassHinge, MulticlassPerceptron, SoftmaxCrossEntropy, SoftmaxFocal
from mlpcli.nn.losses.labels import BinaryHinge, BinaryPerceptron, SigmoidCrossEntropy, SigmoidFocal
from mlpcli.nn.scratch import FloatArray
from tests.nn.examples import row_weights
from tests.nn.test_losses import focal, log_softmax, sigmoid_focal, softplus

GENERATOR_SEED = 3


def scores_and_classes(classes: int = 4) -> tuple[FloatArray, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    generator = np.random.default_rng(GENERATOR_SEED)
    return generator.normal(0, 2, (30, classes)), np.arange(30) % classes


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.7])
def test_smoothing_of_softmax_cross_entropy(smoothing: float, dtype: type) -> None:
    """The cross-entropy from shares (1 - ε) onehot + ε / classes (Szegedy et al. 2016, section 7)."""
    scores, classes = scores_and_classes()
    weights = row_weights(30, np.random.default_rng(1))
    expected = 0.0
    for row, number, weight in zip(scores.tolist(), classes.tolist(), weights[:, 0].tolist(), strict=True):
        shares = [(1 - smoothing) * (index == number) + smoothing / 4 for index in range(4)]
        products = zip(shares, log_softmax(row), strict=True)
        expected -= weight * math.fsum(share * logarithm for share, logarithm in products) / 30
    loss = SoftmaxCrossEntropy(LossSettings(label_smoothing=smoothing))
    value = loss.value(scores.astype(dtype), classes, weights.astype(dtype))
    assert value == pytest.approx(expected, rel=1e-12 if dtype is np.float64 else 1e-5)


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.7])
def test_smoothing_of_sigmoid_cross_entropy(smoothing: float) -> None:
    """A target t is worth t (1 - ε) + ε / 2."""
    generator = np.random.default_rng(GENERATOR_SEED)
    scores, labels = generator.normal(0, 2, (9, 3)), generator.uniform(0, 1, (9, 3))
    weights = generator.uniform(0, 2, (9, 3))
    smooth = (1 - smoothing) * labels + smoothing / 2
    elements = [
        weight * (t * softplus(-z) + (1 - t) * softplus(z))
        for z, t, weight in zip(scores.flat, smooth.flat, weights.flat, strict=True)
    ]
    loss = SigmoidCrossEntropy(LossSettings(label_smoothing=smoothing))
    assert loss.value(scores, labels, weights) == pytest.approx(math.fsum(elements) / 27, rel=1e-12)


def test_smoothing_has_its_minimum_at_the_smoothed_shares() -> None:
    smoothing = 0.3
    gradient = np.full((1, 3), np.nan)
    shares = np.array([[0.1, 0.8, 0.1]])
    loss = SoftmaxCrossEntropy(LossSettings(label_smoothing=smoothing))
    loss.gradient(np.log(shares), np.array([1]), None, gradient)
    np.testing.assert_allclose(gradient, 0.0, atol=1e-15)


def test_smoothing_leaves_extreme_outputs_finite() -> None:
    loss = SoftmaxCrossEntropy(LossSettings(label_smoothing=0.5))
    scores = np.array([[1e4, -1e4, 0.0]], np.float32)
    # Half of the target is on the class, a sixth on each: 1/2 · 2e4 + 1/6 · (0 + 2e4 + 1e4).
    assert loss.value(scores, np.array([1]), None) == pytest.approx(15_000, rel=1e-5)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("size", [1.0, 55.0, 100.0, 150.0])
def test_all_ways_to_cross_entropy_lead_to_the_same(
    size: float, smoothing: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As products, with the loss or all of it from (classes, rows) copies: by how far out scores are."""
    scores = np.array([[size, 0.0, -size], [-size, size, 0.0], [0.0, 0.0, 0.0]], np.float32)
    classes, weights = np.array([2, 0, 1]), np.array([[0.5], [1.5], [1.0]], np.float32)
    settings = LossSettings(label_smoothing=smoothing)
    gradients = [np.empty_like(scores) for _ in range(3)]
    loss = SoftmaxCrossEntropy(settings)
    value = loss.gradient(scores, classes, weights, gradients[0])
    loss.gradient(scores, classes, weights, gradients[1], with_loss=False)
    monkeypatch.setattr("mlpcli.nn.losses.classes.FEW_CLASSES", 0)
    expected = SoftmaxCrossEntropy(settings).gradient(scores, classes, weights, gradients[2])
    assert value == pytest.approx(expected, rel=1e-6)
    np.testing.assert_array_equal(gradients[0], gradients[1])
    np.testing.assert_allclose(gradients[0], gradients[2], rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0, 5.0])
def test_focal_gamma(gamma: float) -> None:
    scores, classes = scores_and_classes()
    settings = LossSettings(focal_gamma=gamma)
    expected = [
        focal(row, number, gamma) for row, number in zip(scores.tolist(), classes.tolist(), strict=True)
    ]
    assert SoftmaxFocal(settings).value(scores, classes, None) == pytest.approx(np.mean(expected), rel=1e-11)
    labels = (classes % 2)[:, np.newaxis].astype(float)
    elements = [
        sigmoid_focal(z, t, gamma) for z, t in zip(scores[:, 0].tolist(), labels[:, 0].tolist(), strict=True)
    ]
    value = SigmoidFocal(settings).value(scores[:, :1].copy(), labels, None)
    assert value == pytest.approx(np.mean(elements), rel=1e-11)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
def test_focal_of_a_row_that_is_certain(gamma: float, dtype: type) -> None:
    """Neither loss nor gradient, whatever the power of zero."""
    settings = LossSettings(focal_gamma=gamma)
    scores: FloatArray = np.array([[1e3, -1e3]], dtype)
    gradient = np.full_like(scores, np.nan)
    assert SoftmaxFocal(settings).gradient(scores, np.array([0]), None, gradient) == 0.0
    np.testing.assert_allclose(gradient, 0.0, atol=1e-30)
    gradient[:] = np.nan
    assert SigmoidFocal(settings).gradient(scores, np.array([[1, 0]], dtype), None, gradient) == 0.0
    np.testing.assert_allclose(gradient, 0.0, atol=1e-30)


def test_focal_without_focus_is_cross_entropy() -> None:
    scores, classes = scores_and_classes()
    settings = LossSettings(focal_gamma=0.0)
    focal_gradient, gradient = np.empty_like(scores), np.empty_like(scores)
    value = SoftmaxFocal(settings).gradient(scores, classes, None, focal_gradient)
    assert value == pytest.approx(SoftmaxCrossEntropy().gradient(scores, classes, None, gradient), rel=1e-12)
    np.testing.assert_allclose(focal_gradient, gradient, rtol=1e-10, atol=1e-16)


@pytest.mark.parametrize(
    ("scores", "number", "value", "gradient"),
    [
        ([2.0, 0.5, 0.0], 0, 0.0, [0.0, 0.0, 0.0]),
        ([2.0, 1.5, 0.0], 0, 0.5, [-1.0, 1.0, 0.0]),
        ([0.0, 0.0, 0.0], 1, 1.0, [0.5, -1.0, 0.5]),
        ([0.0, 3.0, 5.0], 0, 6.0, [-1.0, 0.0, 1.0]),
        ([1.0, 0.0, 0.0], 0, 0.0, [0.0, 0.0, 0.0]),
    ],
)
def test_hinge_by_hand(scores: list[float], number: int, value: float, gradient: list[float]) -> None:
    """Rivals with the same score share the slope; a margin that is just kept is no loss."""
    written = np.full((1, 3), np.nan)
    assert MulticlassHinge().gradient(np.array([scores]), np.array([number]), None, written) == value
    np.testing.assert_array_equal(written[0], gradient)


@pytest.mark.parametrize(
    ("scores", "number", "value", "gradient"),
    [
        ([2.0, 1.5, 0.0], 0, 0.0, [0.0, 0.0, 0.0]),
        ([2.0, 1.5, 0.0], 1, 0.5, [1.0, -1.0, 0.0]),
        ([0.0, 0.0, 0.0], 1, 0.0, [0.5, -1.0, 0.5]),
        ([4.0, 4.0, 0.0], 0, 0.0, [-1.0, 1.0, 0.0]),
    ],
)
def test_perceptron_by_hand(scores: list[float], number: int, value: float, gradient: list[float]) -> None:
    """A tie counts as a mistake: with all weights zero the first step would else be none."""
    written = np.full((1, 3), np.nan)
    assert MulticlassPerceptron().gradient(np.array([scores]), np.array([number]), None, written) == value
    np.testing.assert_array_equal(written[0], gradient)


def test_binary_hinge_and_perceptron_by_hand() -> None:
    scores = np.array([[2.0], [1.0], [0.5], [0.0], [-0.5], [-1.0], [-2.0]])
    hinge, perceptron = np.full_like(scores, np.nan), np.full_like(scores, np.nan)
    ones = np.ones_like(scores)
    assert BinaryHinge().gradient(scores, ones, None, hinge) == pytest.approx((0.5 + 1 + 1.5 + 2 + 3) / 7)
    np.testing.assert_array_equal(7 * hinge[:, 0], [0, 0, -1, -1, -1, -1, -1])
    assert BinaryPerceptron().gradient(scores, ones, None, perceptron) == pytest.approx((0.5 + 1 + 2) / 7)
    np.testing.assert_allclose(7 * perceptron[:, 0], [0, 0, 0, -1, -1, -1, -1], rtol=1e-15)
    BinaryHinge().gradient(-scores, 1 - ones, None, hinge)
    BinaryPerceptron().gradient(-scores, 1 - ones, None, perceptron)
    np.testing.assert_array_equal(7 * hinge[:, 0], [0, 0, 1, 1, 1, 1, 1])
    np.testing.assert_allclose(7 * perceptron[:, 0], [0, 0, 0, 1, 1, 1, 1], rtol=1e-15)


@pytest.mark.parametrize("name", ["cross-entropy", "sigmoid-cross-entropy", "hinge", "binary-hinge"])
def test_scikit_learn_agrees(name: str) -> None:
    binary = name in ("sigmoid-cross-entropy", "binary-hinge")
    scores, classes = scores_and_classes(2 if binary else 4)
    weights = row_weights(30, np.random.default_rng(2))
    loss = LOSSES[name](LossSettings())
    if binary:
        scores = scores[:, :1].copy()
        value = loss.value(scores, classes[:, np.newaxis].astype(float), weights)
    else:
        value = loss.value(scores, classes, weights)
    if "hinge" in name:
        given = scores[:, 0] if binary else scores
        expected = hinge_loss(classes, given, sample_weight=weights[:, 0])
    else:
        predictions = loss.link(scores)
        expected = log_loss(
            classes, predictions[:, 0] if binary else predictions, sample_weight=weights[:, 0]
        )
    assert value == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    "changes", [{"label_smoothing": 1.0}, {"label_smoothing": -0.1}, {"focal_gamma": -1.0}], ids=str
)
def test_settings_are_checked(changes: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        LossSettings(**changes)
