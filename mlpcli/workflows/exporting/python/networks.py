"""Code of the networks, layer by layer."""

from collections.abc import Iterator
from typing import Any

from mlpcli.workflows.exporting import description as told
from mlpcli.workflows.exporting.python.literals import value_literal, wrapped
from mlpcli.workflows.exporting.python.pieces import Pieces


class NetworkCode:
    """The lines of the networks."""

    def __init__(self, steps: told.ModelSteps, pieces: Pieces) -> None:
        self._steps, self._pieces = steps, pieces

    def lines(self) -> Iterator[str]:
        for number, network in enumerate(self._steps.networks):
            yield f"        {self._pieces.use('layers', 'Network')}("
            yield f"            {value_literal(network.share)},"
            yield "            ["
            for place, step in enumerate(network.steps):
                comment, text = self._step(step, f"{number}.{place}")
                yield f"                # {comment}"
                yield f"                {text},"
            yield "            ],"
            if network.wide:
                assert network.wide_weight is not None
                yield "            # These inputs also reach the outputs straight."
                yield f"            wide={wrapped(network.wide, 12)},"
                yield f"            weights={self._pieces.table(f'{number}.wide', network.wide_weight)},"
            yield "        ),"

    def _step(self, step: told.Step, name: str) -> tuple[str, str]:
        """A comment, and the layer."""
        if isinstance(step, told.DenseStep):
            n_in, n_out = step.weight.shape
            arrays = {"weights": step.weight, "biases": step.bias}
            tables = ", ".join(self._pieces.table(f"{name}.{each}", array) for each, array in arrays.items())
            said = f"{n_in:,} inputs, {n_out:,} {'unit' if n_out == 1 else 'units'}"
            return said, f"{self._pieces.use('layers', 'Dense')}({tables}, {n_out})"
        if isinstance(step, told.FactorStep):
            return (
                "each input times a factor",
                f"{self._pieces.use('layers', 'Factors')}({self._pieces.table(name, step.factors)})",
            )
        if isinstance(step, told.ActivationStep):
            function = step.name.replace("-", "_")
            both = (function, f"fast_{function}")
            functions = ", ".join(self._pieces.use("activations", each) for each in both)
            activation, said = self._pieces.use("layers", "Activation"), f"the {step.name} of each unit"
            if step.slopes is None:
                return said, f"{activation}({functions})"
            said += ", as much as each unit has learned"
            return said, f"{activation}({functions}, {self._pieces.table(name, step.slopes)})"
        parts = ", ".join(self._part(part, f"{name}.{place}") for place, part in enumerate(step.parts))
        return "what becomes of the columns: embeddings", f"{self._pieces.use('layers', 'Side')}({parts})"

    def _part(self, part: Any, name: str) -> str:
        if isinstance(part, told.UnchangedPart):
            return f"{self._pieces.use('layers', 'Unchanged')}({wrapped(part.columns, 16)})"
        if isinstance(part, told.VectorPart):
            table = self._pieces.table(name, part.table)
            return f"{self._pieces.use('layers', 'Vectors')}({part.column}, {table}, {part.table.shape[1]})"
        columns = wrapped(part.columns, 16)
        if isinstance(part, told.BinPart):
            constants = ("start", "steepness", "lowest", "highest")
            tables = ", ".join(
                self._pieces.table(f"{name}.{each}", getattr(part, each)) for each in constants
            )
            return f"{self._pieces.use('layers', 'Bins')}({columns}, {tables}, {part.start.shape[1]})"
        assert isinstance(part, told.WavePart)
        arrays = {"frequencies": part.frequency, "weights": part.weight, "biases": part.bias}
        tables = ", ".join(self._pieces.table(f"{name}.{each}", array) for each, array in arrays.items())
        sizes = f"{part.frequency.shape[1]}, {part.bias.shape[1]}"
        phases = "" if part.phase is None else f", {self._pieces.table(f'{name}.phases', part.phase)}"
        return f"{self._pieces.use('layers', 'Waves')}({columns}, {tables}, {sizes}{phases})"
