"""Write a description as one file of ONNX, for onnxruntime and other programs that run such files."""

import json
import math
from typing import Any

from mlpcli.errors import DataError
from mlpcli.version import __version__
from mlpcli.workflows.exporting import description as told
from mlpcli.workflows.exporting.golden import GoldenRows
from mlpcli.workflows.exporting.onnx_graph.columns import Columns
from mlpcli.workflows.exporting.onnx_graph.graph import Graph
from mlpcli.workflows.exporting.onnx_graph.input_texts import said_of, typed
from mlpcli.workflows.exporting.onnx_graph.networks import NetworkGraph
from mlpcli.workflows.exporting.onnx_graph.outcome import Outcome
from mlpcli.workflows.exporting.settings import ExportWishes

SAID = """Predicts {predicts}. Each input is a column of the table, by its name: (rows, 1).
Text is matched as it is, without spaces at its ends. A number that is missing is NaN.
The metadata say what the columns hold, and have golden rows: cells with what mlpcli predicts for them."""


def onnx_scorer(steps: told.ModelSteps, golden: GoldenRows, _wishes: ExportWishes) -> bytes:
    """The bytes of the file; DataError where ONNX cannot hold the model."""
    _check_names(steps)
    graph = Graph()
    columns = Columns(graph, steps.inputs)
    matrix = columns.matrix()
    networks = NetworkGraph(graph, matrix, columns.width)
    raw = [
        networks.raw_outputs(network, f"network {number}") for number, network in enumerate(steps.networks, 1)
    ]
    outcome = Outcome(graph, steps)
    outcome.write(outcome.predictions(raw))
    facts = dict(steps.facts) | {
        "columns": _json({each.name: said_of(each) for each in steps.table_inputs}),
        **{name: _json(names) for name, names in outcome.columns.items()},
        "golden_rows": _json(_golden(steps, golden, outcome.names)),
    }
    predicts = steps.facts.get("predicts", "")
    return graph.file(
        title=f"mlpcli: {predicts}", said=SAID.format(predicts=predicts), facts=facts, version=__version__
    )


def _check_names(steps: told.ModelSteps) -> None:
    for each in steps.table_inputs:
        if not each.name or "\0" in each.name:
            said = f"ONNX has no input of the name {each.name!r}"
            raise DataError(f"the model cannot be exported: {said}", "Rename the column and train again.")


def _golden(steps: told.ModelSteps, golden: GoldenRows, outputs: list[str]) -> dict[str, Any]:
    """Cells by input, null for gaps of numbers, and predictions by output, null where rounding may decide."""
    cells = zip(steps.table_inputs, zip(*golden.cells, strict=True), strict=True)
    inputs = {
        each.name: [
            None if isinstance(cell, float) and math.isnan(cell) else cell for cell in typed(each, column)
        ]
        for each, column in cells
    }
    if isinstance(steps.outcome, told.NumberOutcome):
        return {
            "inputs": inputs,
            "outputs": dict(zip(outputs, zip(*golden.numbers, strict=True), strict=True)),
        }
    predictions: list[Any] = [None if row is None else _decided(steps, row) for row in golden.decided]
    return {"inputs": inputs, "outputs": dict(zip(outputs, (predictions, golden.numbers), strict=True))}


def _decided(steps: told.ModelSteps, row: tuple[str, ...]) -> str | list[int]:
    """A class, or 1 for each label."""
    outcome = steps.outcome
    if not isinstance(outcome, told.LabelOutcome):
        return row[0]
    if not outcome.separator:
        return [int(cell) for cell in row]
    has = {*row[0].split(outcome.separator)}
    return [int(label in has) for label in outcome.labels]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
