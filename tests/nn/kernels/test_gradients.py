"""Whole networks of the compiled engine in float64 against central differences."""

import numpy as np
import pytest

from mlpcli.nn.activations import ACTIVATIONS, OUTPUT_ACTIVATIONS, Parametric
from mlpcli.nn.batches import Examples
from mlpcli.nn.embeddings import NUMBER_EMBEDDINGS
from mlpcli.nn.kernels import NUMBA, of_engine
from mlpcli.nn.kernels.table import KERNELS, KINDS
from mlpcli.nn.layers import Dense, Dropout, Layer
from mlpcli.nn.losses import LOSSES, LossSettings
from mlpcli.nn.network import Network
from tests.nn.examples import Replay, everything, mixed_rows, row_weights, targets_for
from tests.nn.gradients import assert_gradient
from tests.nn.kinks import clear_of_kinks

ROWS, OUTPUTS, A_FEW = 6, 3, 15
COMPILED = [name for name, kind in ACTIVATIONS.items() if kind in KINDS]
COMPILED_LOSSES = [name for name, kind in LOSSES.items() if kind in KERNELS]


def assert_gradient_of(
    network: Network,
    loss: str,
    *,
    mixed: bool = False,
    settings: LossSettings | None = None,
    replay: Replay | None = None,
    spread: float = 0.8,
) -> None:
    """The gradient of the mean loss by all parameters, through the kernels of layers and loss."""
    assert network.engine == NUMBA
    measured = of_engine(LOSSES[loss], NUMBA)(settings or LossSettings())
    again = replay or Replay()

    def batch_of(seed: int) -> Examples:
        generator = np.random.default_rng(seed)
        features = mixed_rows(ROWS, generator) if mixed else generator.standard_normal((ROWS, network.n_in))
        targets = targets_for(loss, ROWS, network.n_out, generator)
        return Examples(features, targets, row_weights(ROWS, generator))

    batch = clear_of_kinks(network, loss, again, batch_of, spread)
    parameters = network.parameters

    def objective() -> float:
        again()
        return measured.value(network.forward(batch.features), batch.targets, batch.weights)

    parameters.gradients[:] = np.nan
    again()
    outputs = network.forward(batch.features)
    measured.gradient(outputs, batch.targets, batch.weights, network.d_outputs)
    network.backward()
    assert_gradient(objective, parameters.values, parameters.gradients, np.random.default_rng(1), A_FEW)


def small_net(activation: str, replay: Replay, *, parametric: bool = False, dropout: float = 0.0) -> Network:
    """3-5-4-3 in float64."""
    layers: list[Layer] = []
    for n_in, n_out in ((3, 5), (5, 4)):
        function = ACTIVATIONS[activation](n_out)
        layers += [Dense(n_in, n_out), Parametric(function) if parametric else function]
        if dropout:
            layers.append(Dropout(n_out, dropout, replay.generator))
    return Network([*layers, Dense(4, OUTPUTS)], np.float64, engine=NUMBA)


@pytest.mark.parametrize("dropout", [0.0, 0.4], ids=["", "dropout"])
@pytest.mark.parametrize("parametric", [False, True], ids=["plain", "parametric"])
@pytest.mark.parametrize("activation", COMPILED)
def test_every_activation(activation: str, parametric: bool, dropout: float) -> None:
    """Dropout draws the same masks for every difference."""
    replay = Replay()
    network = small_net(activation, replay, parametric=parametric, dropout=dropout)
    assert_gradient_of(network, "mse", replay=replay)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("loss", COMPILED_LOSSES)
def test_every_loss(loss: str, smoothing: float) -> None:
    settings = LossSettings(label_smoothing=smoothing)
    assert_gradient_of(small_net("mish", Replay()), loss, settings=settings)


@pytest.mark.parametrize("loss", ["mse", "cross-entropy"])
@pytest.mark.parametrize("number_embedding", [*NUMBER_EMBEDDINGS, "none"])
def test_embeddings_categories_scale_slopes_and_shortcut(number_embedding: str, loss: str) -> None:
    network = everything(number_embedding, engine=NUMBA)
    if network.parameters.constants.size:
        network.initialize(np.random.default_rng(0), "auto", mixed_rows(50, np.random.default_rng(1)))
    assert_gradient_of(network, loss, mixed=True, spread=0.4)


@pytest.mark.parametrize("output_activation", OUTPUT_ACTIVATIONS)
def test_an_activation_after_the_output(output_activation: str) -> None:
    layers = [Dense(3, 4), ACTIVATIONS["mish"](4), Dense(4, OUTPUTS), ACTIVATIONS[output_activation](OUTPUTS)]
    assert_gradient_of(Network(layers, np.float64, engine=NUMBA), "mse")


def test_a_wrong_slope_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check itself: one number is wrong by a ten-thousandth."""
    network = small_net("mish", Replay())
    backward = network.backward

    def wrong() -> None:
        backward()
        network.parameters.gradients[0] *= 1.0001

    monkeypatch.setattr(network, "backward", wrong)
    with pytest.raises(AssertionError, match="differences"):
        assert_gradient_of(network, "mse")
