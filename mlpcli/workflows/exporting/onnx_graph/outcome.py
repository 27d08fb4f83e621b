"""Outcomes: from raw outputs to the predictions, in double precision."""

from collections.abc import Sequence

import numpy as np

from mlpcli.workflows.exporting import description as told
from mlpcli.workflows.exporting.onnx_graph.graph import Graph

LARGEST_LOG = 700.0
PREDICTION, PROBABILITIES = "prediction", "probabilities"


class Outcome:
    """The outputs of a graph by name, and the names of columns of those that have several."""

    def __init__(self, graph: Graph, steps: told.ModelSteps) -> None:
        self._graph, self._steps = graph, steps
        self.names: list[str] = []
        """Of the outputs, in their order."""
        self.columns: dict[str, tuple[str, ...]] = {}
        """By what they are."""

    def predictions(self, raw: Sequence[str]) -> str:
        """(rows, outputs) The mean over networks of what their raw outputs (rows, outputs) say."""
        graph, steps = self._graph, self._steps
        divisors = graph.constant(np.array([steps.temperatures]), "temperatures")
        biases = graph.constant(np.array([steps.biases]), "biases of the calibration")
        total = ""
        for number, (value, network) in enumerate(zip(raw, steps.networks, strict=True), 1):
            name = f"network {number}"
            value = graph.cast(value, "double", f"{name}: outputs")
            value = graph.run("Div", value, divisors, name=f"{name}: by temperature")
            value = graph.run("Add", value, biases, name=f"{name}: calibrated")
            value = self._linked(value, name)
            value = graph.run("Mul", value, graph.double(network.share), name=f"{name}: its share")
            total = graph.run("Add", total, value, name=f"networks 1 to {number}") if total else value
        return total

    def _linked(self, value: str, name: str) -> str:
        graph, link = self._graph, self._steps.link
        if link == told.SIGMOID:
            half = graph.run("Mul", value, graph.double(0.5), name=f"{name}: half")
            bent = graph.run("Tanh", half, name=f"{name}: tanh")
            bent = graph.run("Add", bent, graph.double(1.0), name=f"{name}: above 0")
            return graph.run("Mul", bent, graph.double(0.5), name=f"{name}: sigmoid")
        if link == told.SOFTMAX:
            return graph.run("Softmax", value, name=f"{name}: softmax", axis=1)
        if link == told.EXPONENTIAL:
            low = graph.run("Min", value, graph.double(LARGEST_LOG), name=f"{name}: at most {LARGEST_LOG:g}")
            return graph.run("Exp", low, name=f"{name}: exponential")
        if link == told.STEP:
            reached = graph.run("GreaterOrEqual", value, graph.double(0.0), name=f"{name}: is it 0 or more")
            return graph.cast(reached, "double", f"{name}: step")
        if link == told.IN_ORDER:
            return self._in_order(value, name)
        assert link == told.IDENTITY
        return value

    def _in_order(self, value: str, name: str) -> str:
        """The quantiles of each target, ascending."""
        graph, outcome = self._graph, self._steps.outcome
        assert isinstance(outcome, told.NumberOutcome)
        levels, targets = len(outcome.levels), len(outcome.names)
        shape = graph.indices([-1, targets, levels], "targets, quantiles")
        value = graph.run("Reshape", value, shape, name=f"{name}: by target")
        sorted_values, _ = graph.run_several(
            "TopK",
            value,
            graph.indices([levels], "all quantiles"),
            names=[f"{name}: in order", f"{name}: places"],
            axis=2,
            largest=0,
            sorted=1,
        )
        flat = graph.indices([-1, targets * levels], "all outputs")
        return graph.run("Reshape", sorted_values, flat, name=f"{name}: quantiles")

    def write(self, predictions: str) -> None:
        """The outputs."""
        outcome = self._steps.outcome
        if isinstance(outcome, told.NumberOutcome):
            self._numbers(outcome, predictions)
        elif isinstance(outcome, told.ClassOutcome):
            self._classes(outcome, predictions)
        else:
            self._labels(outcome, predictions)

    def _tell(self, name: str, value: str, kind: str, columns: int | None, said: str) -> None:
        self.names.append(self._graph.output(name, value, kind, columns, said))

    def _numbers(self, outcome: told.NumberOutcome, predictions: str) -> None:
        graph, levels = self._graph, len(outcome.levels)
        nearest = min(range(levels), key=lambda place: abs(outcome.levels[place] - 0.5)) if levels else 0
        several = len(outcome.names) > 1
        self.columns["targets"] = outcome.names
        times = levels or 1
        value = self._decoded(outcome, predictions, times)
        ends = [f"_{name}" if several else "" for name in outcome.names]
        many = times * len(ends)

        def tell(name: str, place: int, said: str) -> None:
            column = graph.columns_of(value, [place], many, f"{name}: column")
            self._tell(name, graph.flat(column, f"{name}: flat"), "double", None, said)

        for place, (end, target) in enumerate(zip(ends, outcome.names, strict=True)):
            tell(f"{PREDICTION}{end}", place * times + nearest, f"The predicted {target!r}.")
        for number, level in enumerate(outcome.levels):
            for place, (end, target) in enumerate(zip(ends, outcome.names, strict=True)):
                said = f"The quantile {level} of {target!r}."
                tell(f"quantile_{level}{end}", place * times + number, said)

    def _decoded(self, outcome: told.NumberOutcome, predictions: str, times: int) -> str:
        """In units of the targets, each of which has so many columns."""
        graph = self._graph

        def each(values: Sequence[float], name: str) -> str:
            return graph.constant(np.repeat(np.array(values, np.float64), times)[None], name)

        value = graph.run(
            "Mul", predictions, each(outcome.spreads, "spreads"), name="targets: with their spread"
        )
        value = graph.run("Add", value, each(outcome.means, "means"), name="targets: with their mean")
        if outcome.is_log:
            value = graph.run("Min", value, graph.double(LARGEST_LOG), name="targets: logarithm")
            power = graph.run("Exp", value, name="targets: power")
            value = graph.run("Sub", power, graph.double(1.0), name="targets: no logarithm")
        if outcome.limits:
            low, high = zip(*outcome.limits, strict=True)
            value = graph.run("Max", value, each(low, "lowest targets"), name="targets: not below")
            value = graph.run("Min", value, each(high, "highest targets"), name="targets: in their range")
        return value

    def _classes(self, outcome: told.ClassOutcome, predictions: str) -> None:
        graph, classes = self._graph, outcome.classes
        self.columns["classes"] = classes
        thresholds = graph.constant(np.array([outcome.thresholds]), "thresholds")
        if len(outcome.thresholds) == 1:
            rest = graph.run("Sub", graph.double(1.0), predictions, name="probability of the first class")
            probabilities = graph.side_by_side([rest, predictions], "probabilities of both classes")
            reached = graph.run("GreaterOrEqual", predictions, thresholds, name="is it the second class")
            place = graph.flat(graph.cast(reached, "int64", "place of the class"), "places of classes")
        else:
            probabilities = predictions
            shares = graph.run("Div", predictions, thresholds, name="probabilities by threshold")
            place = graph.run("ArgMax", shares, name="places of classes", axis=1, keepdims=0)
        names = graph.constant(tuple(classes), "classes")
        label = graph.run("Gather", names, place, name="class")
        self._tell(PREDICTION, label, "string", None, "The predicted class.")
        said = "The probability of each class, in the order of `classes` in the metadata."
        self._tell(PROBABILITIES, probabilities, "double", len(classes), said)

    def _labels(self, outcome: told.LabelOutcome, predictions: str) -> None:
        graph, many = self._graph, len(outcome.labels)
        self.columns["labels"] = outcome.labels
        thresholds = graph.constant(np.array([outcome.thresholds]), "thresholds")
        reached = graph.run("GreaterOrEqual", predictions, thresholds, name="has it the label")
        ones = graph.cast(reached, "int64", "1 for each label")
        in_order = "in the order of `labels` in the metadata."
        self._tell(PREDICTION, ones, "int64", many, f"1 for each label that a row has, {in_order}")
        self._tell(PROBABILITIES, predictions, "double", many, f"The probability of each label, {in_order}")
