"""Dropout: in training a share of the values is dropped and the others grow; predictions see none of it."""

import numpy as np
import pytest

from mlpcli.nn.architecture import NetworkSettings, build_network
from mlpcli.nn.layers import Dropout

ROWS, WIDTH = 1000, 100


def dropped(rate: float, training: bool = True) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    x = np.full((ROWS, WIDTH), 2.0, np.float32)
    out = np.full_like(x, np.nan)
    Dropout(WIDTH, rate, np.random.default_rng(1)).forward(x, out, training)
    return out


@pytest.mark.parametrize("rate", [0.125, 0.25, 0.5, 0.875])
def test_rate_and_mean(rate: float) -> None:
    out = dropped(rate)
    spread = (rate * (1 - rate) / out.size) ** 0.5
    assert np.mean(out == 0) == pytest.approx(rate, abs=4 * spread)
    np.testing.assert_allclose(out[out != 0], 2.0 / (1 - rate), rtol=1e-6)
    assert out.mean(dtype=np.float64) == pytest.approx(2.0, abs=4 * 2.0 * spread / (1 - rate))


def test_a_rate_is_rounded_and_what_is_kept_makes_up_for_it() -> None:
    out = dropped(0.1)
    np.testing.assert_allclose(out[out != 0], 2.0 * 256 / (256 - 26), rtol=1e-6)
    np.testing.assert_array_equal(dropped(0.0001), 2.0)
    assert np.isfinite(dropped(0.9999)).all()


def test_rows_and_columns_are_dropped_one_by_one() -> None:
    kept = dropped(0.5) != 0
    for axis in (0, 1):
        shares = kept.mean(axis=axis)
        assert 0.2 < shares.min() < shares.max() < 0.8


def test_rate_zero_keeps_everything() -> None:
    np.testing.assert_array_equal(dropped(0.0), 2.0)


def test_off_at_prediction() -> None:
    np.testing.assert_array_equal(dropped(0.5, training=False), 2.0)
    settings = NetworkSettings(hidden=(6,), activation="tanh", dropout=0.5)
    generator = np.random.default_rng(3)
    network = build_network(settings, 3, 1, generator)
    network.initialize(np.random.default_rng(0))
    before = generator.bit_generator.state
    features = np.random.default_rng(1).standard_normal((5, 3), dtype=np.float32)
    np.testing.assert_array_equal(network.predict(features), network.predict(features))
    assert generator.bit_generator.state == before


def test_inputs_are_dropped_behind_their_scale() -> None:
    settings = NetworkSettings(
        hidden=(6,), activation="tanh", dropout=0.5, input_dropout=0.25, input_scale=True
    )
    network = build_network(settings, 3, 1, np.random.default_rng(3))
    rates = [(type(layer).__name__, getattr(layer, "rate", None)) for layer in network.layers]
    assert rates[:2] == [("Scale", None), ("Dropout", 0.25)]
    network.set_dropout(0.5)
    assert [layer.rate for layer in network.layers if isinstance(layer, Dropout)] == [0.125, 0.25]


def test_every_forward_pass_draws_anew() -> None:
    layer = Dropout(WIDTH, 0.5, np.random.default_rng(1))
    x, first, second = np.ones((2, WIDTH)), np.empty((2, WIDTH)), np.empty((2, WIDTH))
    layer.forward(x, first, True)
    layer.forward(x, second, True)
    assert np.any(first != second)


def test_the_gradient_passes_where_the_signal_did() -> None:
    layer = Dropout(WIDTH, 0.3, np.random.default_rng(1))
    x, out, d_x = np.ones((9, WIDTH)), np.empty((9, WIDTH)), np.empty((9, WIDTH))
    layer.forward(x, out, True)
    layer.backward(x, out, np.ones_like(out), d_x)
    np.testing.assert_array_equal(d_x, out)
