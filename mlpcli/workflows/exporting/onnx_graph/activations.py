"""Activations as nodes of single precision."""

from collections.abc import Callable

from mlpcli.workflows.exporting.onnx_graph.graph import Graph

GELU_FACTOR, GELU_CUBIC = 0.7978845608028654, 0.044715
FROM_HERE_X = 20.0
"""Of mish, beyond which it is x to the last bit."""


def _operator(operator: str, **attributes: float) -> Callable[[Graph, str, str], str]:
    def activation(graph: Graph, x: str, name: str) -> str:
        return graph.run(operator, x, name=name, domain="", **attributes)

    return activation


def _gelu(graph: Graph, x: str, name: str) -> str:
    square = graph.run("Mul", x, x, name=f"{name}: square")
    bent = graph.run("Mul", square, graph.single(GELU_CUBIC), name=f"{name}: of the square")
    factor = graph.run("Add", bent, graph.single(1.0), name=f"{name}: and 1")
    scaled = graph.run("Mul", x, graph.single(GELU_FACTOR), name=f"{name}: scaled")
    inner = graph.run("Mul", scaled, factor, name=f"{name}: inner")
    share = graph.run("Add", _tanh(graph, inner, name), graph.single(1.0), name=f"{name}: share")
    half = graph.run("Mul", x, graph.single(0.5), name=f"{name}: half")
    return graph.run("Mul", half, share, name=name)


def _tanh(graph: Graph, x: str, name: str) -> str:
    return graph.run("Tanh", x, name=f"{name}: tanh")


def _silu(graph: Graph, x: str, name: str) -> str:
    share = graph.run("Sigmoid", x, name=f"{name}: sigmoid")
    return graph.run("Mul", x, share, name=name)


def _mish(graph: Graph, x: str, name: str) -> str:
    low = graph.run("Min", x, graph.single(FROM_HERE_X), name=f"{name}: at most {FROM_HERE_X:g}")
    power = graph.run("Exp", low, name=f"{name}: power")
    more = graph.run("Add", power, graph.single(2.0), name=f"{name}: power and 2")
    share = graph.run("Mul", power, more, name=f"{name}: above")
    below = graph.run("Add", share, graph.single(2.0), name=f"{name}: below")
    ratio = graph.run("Div", share, below, name=f"{name}: share")
    return graph.run("Mul", x, ratio, name=name)


ACTIVATIONS: dict[str, Callable[[Graph, str, str], str]] = {
    "relu": _operator("Relu"),
    "leaky-relu": _operator("LeakyRelu", alpha=0.01),
    "elu": _operator("Elu"),
    "selu": _operator("Selu", alpha=1.6732632423543772, gamma=1.0507009873554805),
    "gelu": _gelu,
    "silu": _silu,
    "mish": _mish,
    "softplus": _operator("Softplus"),
    "softsign": _operator("Softsign"),
    "hard-sigmoid": _operator("HardSigmoid", alpha=1 / 6, beta=0.5),
    "tanh": _operator("Tanh"),
    "sigmoid": _operator("Sigmoid"),
    "identity": lambda graph, x, name: x,
}
"""By the names of mlpcli.nn.activations.ACTIVATIONS."""
