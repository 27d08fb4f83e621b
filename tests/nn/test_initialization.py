"""Starting values: how far weights spread, where biases are, and what is drawn from the data."""

import math

import numpy as np
import pytest

from mlpcli.nn.activations import ACTIVATIONS
from mlpcli.nn.architecture import NetworkSettings, build_network
from mlpcli.nn.embeddings import NUMBER_EMBEDDINGS
from mlpcli.nn.initialization import INITIALIZATIONS
from mlpcli.nn.layers import Dense
from mlpcli.nn.network import Network
from mlpcli.nn.scratch import FloatArray
from tests.nn.examples import everything, mixed_rows

N_IN, N_OUT, GAIN = 300, 200, 1.7
VARIANCES = {
    "auto": GAIN**2 / N_IN,
    "he-normal": 2 / N_IN,
    "he-uniform": 2 / N_IN,
    "glorot-normal": 2 / (N_IN + N_OUT),
    "glorot-uniform": 2 / (N_IN + N_OUT),
    "lecun-normal": 1 / N_IN,
    "lecun-uniform": 1 / N_IN,
    "orthogonal": GAIN**2 / N_IN,
    "uniform": 1 / 12,
}
"""From N_IN to N_OUT; that of "data" depends on the data."""
UNIFORM = [name for name in VARIANCES if name.endswith("uniform")]
NORMAL = [name for name in VARIANCES if name not in UNIFORM]
AWAY = ("uniform", "data")
"""Those whose biases do not start at zero."""


def sample(columns: int, rows: int = 400) -> FloatArray:
    """Columns of unlike spreads and means, and one that is constant."""
    x: FloatArray = np.random.default_rng(5).standard_normal((rows, columns))
    x *= np.geomspace(0.1, 10.0, columns)
    x += np.linspace(-3.0, 3.0, columns)
    x[:, columns // 2] = 2.0
    return x


def drawn(name: str, n_in: int = N_IN, n_out: int = N_OUT, seed: int = 0) -> Dense:
    layer = Dense(n_in, n_out)
    Network([layer], np.float64).parameters.values[:] = np.nan
    INITIALIZATIONS[name](layer, GAIN, np.random.default_rng(seed), sample(n_in))
    return layer


def test_every_initialization_is_tested() -> None:
    assert {*VARIANCES, "data"} == set(INITIALIZATIONS)


@pytest.mark.parametrize("name", VARIANCES)
def test_variance(name: str) -> None:
    layer = drawn(name)
    mean = 0.5 if name == "uniform" else 0.0
    spread = math.sqrt(VARIANCES[name])
    error = spread / math.sqrt(layer.weight.size)
    assert float(layer.weight.mean()) == pytest.approx(mean, abs=4 * error)
    assert float(layer.weight.std()) == pytest.approx(spread, abs=4 * error)


@pytest.mark.parametrize("name", UNIFORM)
def test_uniform_ones_fill_their_range(name: str) -> None:
    """±√(3 variance), or 0 to 1 for the lessons' start."""
    limit = math.sqrt(3 * VARIANCES[name])
    low, high = (0.0, 1.0) if name == "uniform" else (-limit, limit)
    weight = drawn(name).weight
    assert low <= weight.min() < low + 0.001 * (high - low)
    assert high >= weight.max() > high - 0.001 * (high - low)
    counts, _ = np.histogram(weight, 10, (low, high))
    np.testing.assert_allclose(counts / weight.size, 0.1, atol=4 * 0.3 / math.sqrt(weight.size))


@pytest.mark.parametrize("name", NORMAL)
def test_normal_ones_have_the_tails_of_a_normal_distribution(name: str) -> None:
    weight = drawn(name).weight
    for limit, share in ((1.0, 0.3173), (2.0, 0.0455), (3.0, 0.0027)):
        found = float(np.mean(np.abs(weight) > limit * math.sqrt(VARIANCES[name])))
        assert found == pytest.approx(share, abs=4 * math.sqrt(share / weight.size))


@pytest.mark.parametrize("name", INITIALIZATIONS)
def test_biases(name: str) -> None:
    bias = drawn(name).bias
    assert np.isfinite(bias).all()
    assert bool(np.any(bias)) is (name in AWAY)
    if name == "uniform":
        assert 0.0 <= bias.min() < 0.05
        assert 1.0 >= bias.max() > 0.95


@pytest.mark.parametrize(("n_in", "n_out"), [(30, 20), (20, 30), (20, 20), (5, 1)])
def test_orthogonal(n_in: int, n_out: int) -> None:
    """Whichever are fewer, rows or columns: at right angles to each other, all of the length of the gain."""
    weight = drawn("orthogonal", n_in, n_out).weight
    products = weight.T @ weight if n_in >= n_out else weight @ weight.T
    np.testing.assert_allclose(products, GAIN**2 * np.eye(min(n_in, n_out)), atol=1e-12)


def test_orthogonal_favours_no_direction() -> None:
    """Without the signs of QR's diagonal the first entry would always be negative."""
    firsts = [float(drawn("orthogonal", 3, 3, seed).weight[0, 0]) for seed in range(200)]
    assert 60 < sum(first > 0 for first in firsts) < 140


@pytest.mark.parametrize("n_in", [20, 1])
def test_data_gives_every_unit_a_spread_of_one_and_its_zero_among_the_rows(n_in: int) -> None:
    layer = drawn("data", n_in, 50)
    x = sample(n_in) if n_in > 1 else sample(n_in) + np.arange(400.0)[:, np.newaxis]
    INITIALIZATIONS["data"](layer, GAIN, np.random.default_rng(1), x)
    values = x @ layer.weight + layer.bias
    np.testing.assert_allclose(values.std(axis=0), 1.0, rtol=1e-12)
    assert (values.min(axis=0) < 0).all()
    assert (values.max(axis=0) > 0).all()


def test_data_of_inputs_that_do_not_vary() -> None:
    """No spread to divide by: still numbers, and units whose zero is where the rows are."""
    layer = drawn("data", 4, 9)
    x = np.full((30, 4), 3.0)
    INITIALIZATIONS["data"](layer, GAIN, np.random.default_rng(1), x)
    np.testing.assert_allclose(x @ layer.weight + layer.bias, 0.0, atol=1e-12)


def test_data_reaches_every_layer() -> None:
    """Each hears what the layers before it, as they start, make of the sample."""
    network = build_network(NetworkSettings(hidden=(30, 20), activation="gelu"), 10, 3, dtype=np.float64)
    x = sample(10)
    network.initialize(np.random.default_rng(0), "data", x)
    signal = x
    for layer in network.layers:
        out = np.empty((len(signal), layer.n_out))
        layer.forward(signal, out, False)
        if isinstance(layer, Dense):
            np.testing.assert_allclose(out.std(axis=0), 1.0, rtol=1e-12)
        signal = out


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_gain_is_that_of_the_activation_that_follows(activation: str) -> None:
    hidden = NetworkSettings(hidden=(300, 200), activation=activation)
    network = build_network(hidden, 100, 150)
    network.initialize(np.random.default_rng(0))
    dense = [layer for layer in network.layers if isinstance(layer, Dense)]
    gains = [ACTIVATIONS[activation].gain] * 2 + [1.0]
    for layer, gain in zip(dense, gains, strict=True):
        spread = gain / math.sqrt(layer.n_in)
        error = spread / math.sqrt(layer.weight.size)
        assert float(layer.weight.std()) == pytest.approx(spread, abs=4 * error)
        assert float(layer.weight.mean()) == pytest.approx(0.0, abs=4 * error)
        assert not np.any(layer.bias)


@pytest.mark.parametrize(
    ("number_embedding", "name"),
    [
        *((each, "data") for each in NUMBER_EMBEDDINGS if each != "ple"),
        *(("ple", each) for each in INITIALIZATIONS),
    ],
)
def test_starting_again_forgets_everything(number_embedding: str, name: str) -> None:
    rows = mixed_rows(100, np.random.default_rng(4))
    fresh, used = everything(number_embedding), everything(number_embedding)
    used.parameters.values[:] = 5.0
    used.parameters.constants[:] = 5.0
    for network in (fresh, used):
        network.initialize(np.random.default_rng(0), name, rows)
    np.testing.assert_array_equal(used.parameters.values, fresh.parameters.values)
    np.testing.assert_array_equal(used.parameters.constants, fresh.parameters.constants)


@pytest.mark.parametrize("name", INITIALIZATIONS)
def test_the_generator_decides(name: str) -> None:
    values = []
    for seed in (1, 1, 2):
        network = Network([Dense(2, 3)])
        network.initialize(np.random.default_rng(seed), name, sample(2).astype(np.float32))
        values.append(network.parameters.values.tobytes())
    assert values[0] == values[1] != values[2]


def test_a_sample_changes_only_what_starts_from_data() -> None:
    values = []
    for rows in (None, mixed_rows(100, np.random.default_rng(4))):
        network = everything("pbld")
        network.initialize(np.random.default_rng(0), "auto", rows)
        values.append(network.parameters.values.tobytes())
    assert values[0] == values[1]
