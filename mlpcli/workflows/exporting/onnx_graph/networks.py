"""Networks: from the matrix to raw outputs, in single precision as `predict` computes them."""

import numpy as np

from mlpcli.nn.embeddings.periodic import FURTHEST
from mlpcli.workflows.exporting import description as told
from mlpcli.workflows.exporting.onnx_graph.activations import ACTIVATIONS
from mlpcli.workflows.exporting.onnx_graph.graph import Graph


class NetworkGraph:
    """Layers of networks, all of which read one matrix."""

    def __init__(self, graph: Graph, matrix: str, width: int) -> None:
        self._graph, self._matrix, self._width = graph, matrix, width
        self._picked: dict[tuple[int, ...], str] = {}
        self._codes: dict[int, str] = {}

    def raw_outputs(self, network: told.NetworkSteps, title: str) -> str:
        """(rows, outputs)."""
        graph = self._graph
        dense = [place for place, step in enumerate(network.steps) if isinstance(step, told.DenseStep)]
        value, straight = self._matrix, ""
        for place, step in enumerate(network.steps):
            name = f"{title}, layer {sum(each < place for each in dense) + 1}"
            if network.wide and place == dense[0]:
                straight = graph.run(
                    "Gather",
                    value,
                    graph.indices(network.wide, f"{name}: wide inputs"),
                    name=f"{name}: straight to the outputs",
                    axis=1,
                )
            value = self._step(step, value, name)
            if network.wide and place == dense[-1]:
                assert network.wide_weight is not None
                weight = graph.constant(network.wide_weight, f"{title}: weights of wide inputs")
                wide = graph.run("MatMul", straight, weight, name=f"{title}: of wide inputs")
                value = graph.run("Add", value, wide, name=f"{title}: with wide inputs")
        return value

    def _step(self, step: told.Step, value: str, name: str) -> str:
        graph = self._graph
        if isinstance(step, told.DenseStep):
            weight = graph.constant(step.weight, f"{name}: weights")
            bias = graph.constant(step.bias, f"{name}: biases")
            return graph.run("Gemm", value, weight, bias, name=f"{name}: dense")
        if isinstance(step, told.FactorStep):
            return graph.run(
                "Mul", value, graph.constant(step.factors, f"{name}: factors"), name=f"{name}: scaled"
            )
        if isinstance(step, told.ActivationStep):
            bent = ACTIVATIONS[step.name](graph, value, f"{name}: {step.name}")
            if step.slopes is None:
                return bent
            slopes = graph.constant(step.slopes, f"{name}: slopes")
            difference = graph.run("Sub", bent, value, name=f"{name}: bend")
            difference = graph.run("Mul", difference, slopes, name=f"{name}: learned bend")
            return graph.run("Add", value, difference, name=f"{name}: learned {step.name}")
        # Only the first step has parts.
        parts = [self._part(part, f"{name}: part {place}") for place, part in enumerate(step.parts, 1)]
        return graph.side_by_side(parts, f"{name}: columns and embeddings")

    def _columns(self, columns: tuple[int, ...]) -> str:
        if columns not in self._picked:
            name = f"matrix column {columns[0]}" if len(columns) == 1 else f"{len(columns)} matrix columns"
            self._picked[columns] = self._graph.columns_of(self._matrix, columns, self._width, name)
        return self._picked[columns]

    def _part(
        self, part: told.UnchangedPart | told.VectorPart | told.WavePart | told.BinPart, name: str
    ) -> str:
        graph = self._graph
        if isinstance(part, told.UnchangedPart):
            return self._columns(part.columns)
        if isinstance(part, told.VectorPart):
            table = graph.constant(part.table, f"{name}: vectors of levels")
            return graph.run("Gather", table, self._code(part.column), name=f"{name}: vector of the level")
        return self._waves(part, name) if isinstance(part, told.WavePart) else self._bins(part, name)

    def _code(self, column: int) -> str:
        if column not in self._codes:
            graph = self._graph
            whole = graph.cast(self._columns((column,)), "int64", f"matrix column {column}: place of a level")
            self._codes[column] = graph.flat(whole, f"matrix column {column}: places of levels")
        return self._codes[column]

    def _each(self, columns: tuple[int, ...], name: str) -> str:
        """(rows, columns, 1)."""
        axis = self._graph.indices([2], "for each column")
        return self._graph.run("Unsqueeze", self._columns(columns), axis, name=name)

    def _together(self, value: str, numbers: int, name: str) -> str:
        """(rows, columns, numbers) as (rows, all numbers)."""
        return self._graph.run(
            "Reshape", value, self._graph.indices([-1, numbers], f"{name}: shape"), name=name
        )

    def _waves(self, part: told.WavePart, name: str) -> str:
        graph = self._graph
        furthest = [
            graph.constant(np.array(sign * FURTHEST, np.float32), f"{sign * FURTHEST:g}") for sign in (-1, 1)
        ]
        near = graph.run(
            "Clip", self._each(part.columns, f"{name}: numbers"), *furthest, name=f"{name}: not too far out"
        )
        turns = (np.float32(2 * np.pi) * part.frequency).astype(np.float32)
        angle = graph.run("Mul", near, graph.constant(turns, f"{name}: frequencies"), name=f"{name}: angles")
        if part.phase is not None:
            angle = graph.run(
                "Add", angle, graph.constant(part.phase, f"{name}: phases"), name=f"{name}: shifted angles"
            )
        waves = graph.run("Cos", angle, name=f"{name}: cosines")
        if part.phase is None:
            sines = graph.run("Sin", angle, name=f"{name}: sines")
            waves = graph.run("Concat", waves, sines, name=f"{name}: waves", axis=2)
        by_column = graph.run("Transpose", waves, name=f"{name}: by column", perm=[1, 0, 2])
        found = graph.run(
            "MatMul", by_column, graph.constant(part.weight, f"{name}: weights"), name=f"{name}: dense"
        )
        bias = graph.constant(part.bias[:, None], f"{name}: biases")
        found = graph.run("Add", found, bias, name=f"{name}: with biases")
        if part.phase is None:
            found = graph.run("Relu", found, name=f"{name}: relu")
        by_row = graph.run("Transpose", found, name=f"{name}: by row", perm=[1, 0, 2])
        flat = self._together(by_row, part.bias.size, f"{name}: embedded")
        if part.phase is None:
            return flat
        return graph.side_by_side([flat, self._columns(part.columns)], f"{name}: embedded, and numbers")

    def _bins(self, part: told.BinPart, name: str) -> str:
        graph = self._graph

        def constant(what: str) -> str:
            return graph.constant(getattr(part, what), f"{name}: {what}")

        value = graph.run(
            "Sub",
            self._each(part.columns, f"{name}: numbers"),
            constant("start"),
            name=f"{name}: from the start",
        )
        value = graph.run("Mul", value, constant("steepness"), name=f"{name}: risen")
        value = graph.run("Max", value, constant("lowest"), name=f"{name}: not below")
        value = graph.run("Min", value, constant("highest"), name=f"{name}: in bins")
        return self._together(value, part.start.size, f"{name}: all bins")
