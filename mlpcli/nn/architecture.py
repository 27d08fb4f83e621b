"""Build the layers of a network from its settings."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import NoneType

import numpy as np
import numpy.typing as npt

from mlpcli.errors import Sentence, SettingsError, count
from mlpcli.nn.activations import ACTIVATIONS, OUTPUT_ACTIVATIONS, THRESHOLD_UNITS, Parametric
from mlpcli.nn.embeddings import NUMBER_EMBEDDINGS, InputLayer, Inputs, input_layer
from mlpcli.nn.initialization import INITIALIZATIONS
from mlpcli.nn.kernels import NUMPY, Engine
from mlpcli.nn.layers import Dense, Dropout, Layer, Scale
from mlpcli.nn.network import Network
from mlpcli.nn.scratch import IndexArray
from mlpcli.nn.shortcut import Shortcut
from mlpcli.settings import AUTO, NONE, Settings, setting

MOST_LAYERS = 1000
TOO_MANY = f"more than {MOST_LAYERS:,} layers are given", "Give fewer layers."

ALL = "all"


def parse_hidden(text: str) -> tuple[int, ...]:
    """Sizes of the hidden layers: `128,64`, `3x256`, a funnel `256..32`, a mix of these, or `none`."""
    if text.strip().lower() == NONE:
        return ()
    sizes: list[int] = []
    for part in text.split(","):
        repeats, times, size = part.strip().lower().rpartition("x")
        first, dots, last = size.partition("..")
        try:
            units, number = int(first), int(repeats) if times else 1
            funnel = _funnel(units, int(last)) if dots else [units]
        except ValueError:
            number = 0
        if number < 1:
            wrong = f"{text!r} is not a list of layer sizes"
            raise _refusal("hidden", wrong, "Write 128,64 or 3x256 or 256..32, or none.")
        if len(sizes) + number > MOST_LAYERS:
            raise _refusal("hidden", *TOO_MANY)
        sizes += funnel * number
    return tuple(sizes)


def _funnel(first: int, last: int) -> list[int]:
    """Sizes halved from `first` until `last` is reached."""
    if not 1 <= last < first:
        raise ValueError
    sizes = []
    while first > last:
        sizes.append(first)
        first = (first + 1) // 2
    return [*sizes, last]


def parse_dropout(text: str) -> tuple[float, ...]:
    """One rate for all hidden layers, or one for each."""
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise _refusal("dropout", f"{text!r} is not a number", "Write 0.2, or 0.2,0.1 by layer.") from None


def parse_wide(text: str) -> tuple[str, ...] | str:
    """`all`, `none`, or column names, which are split when the columns are known."""
    return text if text in (ALL, NONE) else (text,)


def _refusal(name: str, message: str, hint: str) -> SettingsError:
    return SettingsError(message, hint, setting=name)


@dataclass(frozen=True)
class NetworkSettings(Settings):
    """The architecture. A field that is None is off, unless a preset fills it."""

    hidden: tuple[int, ...] | None = setting(
        None,
        "Sizes of the hidden layers, such as 128,64. Also 3x256, 256..32 for halving sizes, or none "
        "for a linear model.",
        group="Network",
        metavar="SIZES",
        parse=parse_hidden,
        common=True,
        of_model=True,
    )
    activation: str | None = setting(
        None,
        "Function of hidden layers. Use step or sign for the output of a perceptron, which has none.",
        group="Network",
        needs="an activation",
        choices=(*ACTIVATIONS, *THRESHOLD_UNITS),
        common=True,
        of_model=True,
    )
    parametric: bool | None = setting(
        None,
        "Let each unit learn how much of the activation it uses.",
        group="Network",
        needs="hidden layers",
        of_model=True,
        off=False,
    )
    output_activation: str = setting(
        AUTO,
        "Function of the output layer of a regression. Targets are scaled into its range.",
        group="Network",
        choices=(AUTO, *OUTPUT_ACTIVATIONS),
        of_model=True,
        of_target=True,
    )
    dropout: tuple[float, ...] | float | None = setting(
        None,
        "Share of hidden outputs to drop. This is done only while training; give several shares, "
        "one for each layer, such as 0.3,0.1.",
        group="Regularization",
        metavar="RATE,...",
        parse=parse_dropout,
        common=True,
        of_steps=True,
        needs="hidden layers",
    )
    input_dropout: float | None = setting(
        None,
        "Share of the inputs to drop while training.",
        group="Regularization",
        metavar="RATE",
        at_least=0,
        below=1,
        of_steps=True,
    )
    init: str | None = setting(
        None,
        "How to choose the starting weights. By default (auto) normally distributed, scaled for "
        "the activation.",
        group="Network",
        choices=tuple(INITIALIZATIONS),
    )
    wide: tuple[str, ...] | str = setting(
        NONE,
        "Inputs that also connect directly to the output (Wide & Deep).",
        group="Network",
        metavar="all|none|A,B",
        parse=parse_wide,
        of_model=True,
        needs="hidden layers",
    )
    number_embedding: str | None = setting(
        None,
        "How to turn each number into several learned inputs.",
        group="Network",
        choices=(NONE, *NUMBER_EMBEDDINGS),
        of_model=True,
        off=NONE,
    )
    frequency_spread: float | None = setting(
        None,
        "Standard deviation of the first frequencies of pbld and plr. If the preset sets none, it is 0.1 "
        "and 0.01.",
        group="Network",
        above=0,
        at_most=1e6,
        of_model=True,
        needs="waves",
    )
    input_scale: bool | None = setting(
        None,
        "Learn a factor for each input.",
        group="Network",
        of_model=True,
        off=False,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.hidden, (tuple, NoneType)):
            raise _refusal("hidden", f"{self.hidden!r:.40} is not a list of sizes", "Write (128, 64).")
        wide = self.wide if isinstance(self.wide, tuple) else (self.wide,)
        if not all(isinstance(name, str) for name in wide):
            raise _refusal("wide", f"{self.wide!r:.40} does not name columns", "Give all, none or A,B.")
        sizes = self.hidden or ()
        if len(sizes) > MOST_LAYERS:
            raise _refusal("hidden", *TOO_MANY)
        if not all(type(size) is int for size in sizes):
            raise _refusal("hidden", "a size is not a whole number", "Write 128,64 or 3x256, or none.")
        if any(size < 1 for size in sizes):
            raise _refusal("hidden", "a layer needs at least one unit", "Write none for no hidden layer.")
        if sizes and self.activation in THRESHOLD_UNITS:
            wrong = f"{self.activation} has slope 0, so no gradient would pass through a hidden layer"
            hint = Sentence("Choose another, or give {hidden} none and {loss} perceptron.")
            raise _refusal("activation", wrong, hint)
        rates = self.dropout_rates()
        if any(type(rate) not in (int, float) or not 0 <= rate < 1 for rate in rates):
            wrong = f"{', '.join(map(str, rates)):.40} is out of range"
            raise _refusal("dropout", wrong, "Give numbers from 0 to below 1.")
        if self.hidden is not None and len(rates) not in (0, 1, len(sizes)):
            wrong = f"{len(rates)} dropout rates do not fit {count(len(sizes), 'hidden layer')}"
            raise _refusal("dropout", wrong, "Give one rate, or one for each hidden layer.")
        if self.wide != NONE and self.hidden == ():
            wrong = "without hidden layers, all inputs already reach the output"
            raise _refusal("wide", wrong, "Leave it out.")

    @property
    def threshold_unit(self) -> str:
        """The activation if it is that of a perceptron's output, else ""."""
        return self.activation if self.activation in THRESHOLD_UNITS else ""

    def dropout_rates(self) -> tuple[float, ...]:
        """The rates as a tuple: empty, one for all hidden layers, or one for each."""
        if self.dropout is None:
            return ()
        return self.dropout if isinstance(self.dropout, tuple) else (self.dropout,)


def build_layers(
    settings: NetworkSettings,
    inputs: Inputs,
    n_out: int,
    dropout: np.random.Generator,
    output_activation: str = "identity",
    engine: Engine = NUMPY,
) -> list[Layer]:
    """Embeddings and scale; dense, activation and dropout for each hidden size; the dense output layer.

    Layers hold no numbers before a `Network` binds them, so that they can be counted first.
    """
    assert settings.hidden is not None
    layers: list[Layer] = []
    width = inputs.width
    embedded = input_layer(inputs, settings.number_embedding or NONE, settings.frequency_spread, engine)
    if embedded is not None:
        layers.append(embedded)
        width = embedded.n_out
    if settings.input_scale:
        layers.append(Scale(width))
    if settings.input_dropout:
        layers.append(Dropout(width, settings.input_dropout, dropout))
    rates = settings.dropout_rates() or (0.0,)
    rates = rates if len(rates) > 1 else rates * len(settings.hidden)
    for size, rate in zip(settings.hidden, rates, strict=True):
        assert settings.activation is not None
        activation = ACTIVATIONS[settings.activation](size)
        layers += [Dense(width, size), Parametric(activation) if settings.parametric else activation]
        if rate:
            layers.append(Dropout(size, rate, dropout))
        width = size
    layers.append(Dense(width, n_out))
    if output_activation != "identity":
        layers.append(ACTIVATIONS[output_activation](n_out))
    return layers


def build_shortcut(layers: Sequence[Layer], inputs: Inputs, wide: IndexArray) -> Shortcut:
    """The shortcut from what the first layer makes of the matrix columns `wide` to the output."""
    first = layers[0]
    origin = first.column_of_output() if isinstance(first, InputLayer) else np.arange(inputs.width)
    return Shortcut(np.flatnonzero(np.isin(origin, wide)), layers[-1].n_out)


def build_network(
    settings: NetworkSettings,
    inputs: Inputs | int,
    n_out: int,
    dropout: np.random.Generator | None = None,
    dtype: npt.DTypeLike = np.float32,
    *,
    wide: IndexArray | None = None,
    output_activation: str = "identity",
    engine: Engine = NUMPY,
) -> Network:
    """A network of these settings, all weights zero; `wide` are the matrix columns of a shortcut."""
    described = Inputs(inputs) if isinstance(inputs, int) else inputs
    generator = dropout or np.random.default_rng(0)
    layers = build_layers(settings, described, n_out, generator, output_activation, engine)
    shortcut = None if wide is None else build_shortcut(layers, described, wide)
    return Network(layers, dtype, shortcut=shortcut, engine=engine)
