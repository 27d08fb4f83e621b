"""Functions of units in SQL."""

from mlpcli.workflows.exporting.scorer.activations import GELU_CUBIC, GELU_FACTOR, SELU_ALPHA, SELU_SCALE
from mlpcli.workflows.exporting.sql.dialects import Dialect

SIGMOID = "0.5 * (1 + tanh(0.5 * {0}))"
SHARE = "(exp({lowest}({0}, 20.0)) * (exp({lowest}({0}, 20.0)) + 2))"
FUNCTIONS = {
    "relu": "{highest}({0}, 0.0)",
    "leaky-relu": "{highest}({0}, 0.01 * {0})",
    "elu": "CASE WHEN {0} > 0 THEN {0} ELSE exp({0}) - 1 END",
    "selu": f"{SELU_SCALE!r} * CASE WHEN {{0}} > 0 THEN {{0}} ELSE {SELU_ALPHA!r} * (exp({{0}}) - 1) END",
    "gelu": f"0.5 * {{0}} * (1 + tanh({GELU_FACTOR!r} * ({{0}} + {GELU_CUBIC!r} * {{0}} * {{0}} * {{0}})))",
    "silu": f"{{0}} * {SIGMOID}",
    "mish": f"{{0}} * {SHARE} / ({SHARE} + 2)",
    "softplus": "{highest}({0}, 0.0) + ln(1 + exp(-abs({0})))",
    "softsign": "{0} / (1 + abs({0}))",
    "hard-sigmoid": "{highest}({lowest}({0} / 6 + 0.5, 1.0), 0.0)",
    "tanh": "tanh({0})",
    "sigmoid": SIGMOID,
    "identity": "{0}",
}
"""By the names of `nn.activations.ACTIVATIONS`."""


def activated(name: str, value: str, dialect: Dialect, slope: str = "") -> str:
    """The function of a column; with a slope, as much of it as the slope says."""
    text = FUNCTIONS[name].format(value, highest=dialect.highest, lowest=dialect.lowest)
    return f"{value} + {slope} * (({text}) - {value})" if slope else text
