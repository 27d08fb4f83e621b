"""Formulas of crosses as nodes."""

from collections.abc import Mapping

from mlpcli.data import formulas
from mlpcli.workflows.exporting.onnx_graph.graph import Graph

SIGNS = {"+": "Add", "-": "Sub", "*": "Mul", "/": "Div"}
FUNCTIONS = {
    "sin": "Sin",
    "tanh": "Tanh",
    "exp": "Exp",
    "log": "Log",
    "sqrt": "Sqrt",
    "abs": "Abs",
}


def formula_value(graph: Graph, formula: formulas.Formula, sources: Mapping[str, str], name: str) -> str:
    """The value of a formula of columns (rows, 1), not finite where there is none."""

    def of(part: formulas.Formula) -> str:
        if isinstance(part, formulas.Number):
            return graph.double(part.value)
        if isinstance(part, formulas.Name):
            return sources[part.name]
        said = f"{name}: {formulas.text_of(part)}"
        if isinstance(part, formulas.Negative):
            return graph.run("Neg", of(part.inner), name=said)
        if isinstance(part, formulas.Power):
            return graph.run("Pow", of(part.base), of(part.exponent), name=said)
        if isinstance(part, formulas.Call) and part.function == "cos":
            return graph.cosine(of(part.inner), said)
        if isinstance(part, formulas.Call):
            return graph.run(FUNCTIONS[part.function], of(part.inner), name=said)
        value = of(part.first)
        for sign, each in part.rest:
            value = graph.run(SIGNS[sign], value, of(each), name=said)
        return value

    return of(formula)
