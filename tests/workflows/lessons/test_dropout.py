"""The network under masks: masks of the rate, thinned as the layer does it, and means that come near."""

import numpy as np
import pytest

from mlpcli.nn.activations.simple import Tanh
from mlpcli.nn.layers import Dense, Dropout
from mlpcli.nn.network import Network
from mlpcli.workflows.lessons.dropout import MASKS, UNITS, draw_masks, dropout, thinned_outputs

LESSON = dropout()


def test_the_network_has_learned() -> None:
    predicted = np.interp(LESSON.rows[0], LESSON.inputs, LESSON.whole)
    left = np.var(np.array(LESSON.rows[1]) - predicted)
    assert left < 0.3 * np.var(LESSON.rows[1])


def test_each_mask_gives_another_curve() -> None:
    assert len(LESSON.thinned) == MASKS
    assert len({tuple(each.outputs) for each in LESSON.thinned}) == MASKS
    for each in LESSON.thinned:
        assert [len(kept) for kept in each.kept] == [UNITS, UNITS]
        difference = np.array(each.outputs) - LESSON.whole
        assert each.distance == pytest.approx(np.sqrt(np.mean(difference**2)))


@pytest.mark.parametrize("rate", [0.1, 0.25, 0.5])
def test_masks_drop_at_the_rate(rate: float) -> None:
    masks = draw_masks(rate, 2000, np.random.default_rng(0))
    assert np.mean(masks == 0) == pytest.approx(rate, abs=0.01)
    assert masks.mean() == pytest.approx(1.0, abs=0.02)
    assert len(np.unique(masks)) == 2


class GivenMask(Dropout):
    """A dropout layer with one mask for all rows."""

    given: "np.ndarray[tuple[int], np.dtype[np.float64]]"

    def forward(self, x: object, out: object, training: bool) -> None:
        np.multiply(x, self.given, out=out)  # type: ignore[call-overload]


def test_a_thinned_network_is_the_layer_with_that_mask() -> None:
    generator = np.random.default_rng(1)
    drops = [GivenMask(UNITS, 0.5, generator) for _ in range(2)]
    layers = [
        Dense(1, UNITS),
        Tanh(UNITS),
        drops[0],
        Dense(UNITS, UNITS),
        Tanh(UNITS),
        drops[1],
        Dense(UNITS, 1),
    ]
    network = Network(layers, np.float64)
    network.initialize(generator)
    inputs = np.linspace(-1, 1, 9).reshape(-1, 1)
    (mask,) = draw_masks(0.5, 1, generator)
    for drop, given in zip(drops, mask, strict=True):
        drop.given = given
    wanted = network.predict(inputs)[:, 0]
    for drop in drops:
        drop.given = np.ones(UNITS)
    before = network.parameters.values.copy()
    assert thinned_outputs(network, mask, inputs) == pytest.approx(wanted, abs=1e-12)
    assert (network.parameters.values == before).all()


def test_means_come_near_the_network_without_dropout() -> None:
    distances = list(LESSON.distances.values())
    assert distances == sorted(distances, reverse=True)
    assert LESSON.distances[1000] < 0.25 * LESSON.distances[1]
    difference = np.array(LESSON.mean) - LESSON.whole
    assert LESSON.distances[1000] == pytest.approx(np.sqrt(np.mean(difference**2)))


def test_more_dropout_leaves_the_curves_further_apart() -> None:
    assert dropout(0.5).distances[1] > dropout(0.05).distances[1]


def test_the_seed_decides() -> None:
    assert dropout(seed=0) == LESSON
    assert dropout(seed=1).whole != LESSON.whole
