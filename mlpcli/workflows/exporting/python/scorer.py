"""Write a description as one file of Python that needs nothing else."""

import re
from collections.abc import Iterator

from mlpcli.data.columns.readings import MISSING_WORDS
from mlpcli.workflows.exporting import description as told
from mlpcli.workflows.exporting.copying import copied
from mlpcli.workflows.exporting.golden import GoldenRows
from mlpcli.workflows.exporting.python.columns import ColumnCode
from mlpcli.workflows.exporting.python.literals import WIDTH, one_line, safe_name, text_literal, wrapped
from mlpcli.workflows.exporting.python.networks import NetworkCode
from mlpcli.workflows.exporting.python.pieces import Pieces
from mlpcli.workflows.exporting.scorer.frame import END, HEAD, NUMPY
from mlpcli.workflows.exporting.settings import ExportWishes
from mlpcli.workflows.exporting.tolerances import tolerances

LINKS = {
    told.IDENTITY: "unchanged",
    told.SIGMOID: "probability",
    told.SOFTMAX: "softmax",
    told.EXPONENTIAL: "exponential",
    told.STEP: "step",
}


class PythonWriter:
    """One export in Python."""

    def __init__(self, steps: told.ModelSteps) -> None:
        self._steps, self._pieces = steps, Pieces()

    def text(self, golden: GoldenRows, name: str) -> str:
        """The whole file, which will be called so."""
        module = re.sub(r"\W", "_", name.removesuffix(".py"), flags=re.ASCII)
        model = "\n".join(self._model())
        code = copied(sorted(self._pieces.wanted))
        sections = [f"\n\n# {title}\n# {'-' * (WIDTH - 3)}\n{text}" for title, text in code.sections]
        facts = "\n# ".join(f"{what}: {one_line(said)}" for what, said in self._steps.facts.items())
        parts = [
            HEAD.format(name=safe_name(name), module=module, facts=facts),
            "\n".join([*code.imports]),
            f"\n{NUMPY}",
            f"\n\n# The model\n# {'-' * (WIDTH - 3)}\n\n",
            model,
            *sections,
            f"\n\n# The weights\n# {'-' * (WIDTH - 3)}\n\n",
            *self._pieces.table_lines(),
            f"\n\n# Golden rows\n# {'-' * (WIDTH - 3)}\n\n",
            *self._golden_lines(golden),
            self._end(),
        ]
        return re.sub(r"\n{4,}", "\n\n\n", "".join(parts))

    def _model(self) -> Iterator[str]:
        steps = self._steps
        columns = [*ColumnCode(steps, self._pieces).lines()]
        networks = [*NetworkCode(steps, self._pieces).lines()]
        yield from self._pieces.formulas
        yield f"MISSING = {wrapped(sorted(MISSING_WORDS), 0)}"
        yield "\n\ndef columns():"
        yield '    """The columns, in the order in which the networks see them."""'
        yield from columns
        yield "\n\ndef networks():"
        yield '    """The networks, each with its share in the predictions."""'
        yield "    return ["
        yield from networks
        yield "    ]"
        yield "\n\ndef scorer():"
        yield '    """The columns, the networks, and what the outputs mean."""'
        yield "    return Scorer("
        yield "        columns(),"
        yield "        networks(),"
        yield f"        {self._link()},"
        yield from self._outcome()
        yield "        # Outputs are divided by these, and then"
        yield f"        temperatures={wrapped(steps.temperatures, 8)},"
        yield "        # these are added (calibration)."
        yield f"        biases={wrapped(steps.biases, 8)},"
        yield "    )"

    def _link(self) -> str:
        outcome = self._steps.outcome
        if self._steps.link == told.IN_ORDER:
            assert isinstance(outcome, told.NumberOutcome)
            in_order = f"{self._pieces.use('outputs', 'InOrder')}({len(outcome.levels)})"
            return f"({in_order}.row, {in_order}.rows)"
        name = LINKS[self._steps.link]
        return f"({self._pieces.use('outputs', name)}, {self._pieces.use('outputs', f'fast_{name}')})"

    def _outcome(self) -> Iterator[str]:
        outcome = self._steps.outcome
        if isinstance(outcome, told.NumberOutcome):
            yield f"        {self._pieces.use('outputs', 'Numbers')}("
            yield f"            {wrapped(outcome.names, 12)},"
            yield f"            means={wrapped(outcome.means, 12)},"
            yield f"            spreads={wrapped(outcome.spreads, 12)},"
            if outcome.is_log:
                yield "            is_log=True,"
            if outcome.limits:
                yield f"            limits={wrapped(outcome.limits, 12)},"
            if outcome.levels:
                yield f"            levels={wrapped(outcome.levels, 12)},"
        elif isinstance(outcome, told.ClassOutcome):
            kind = "TwoClasses" if len(outcome.thresholds) == 1 else "Classes"
            yield f"        {self._pieces.use('outputs', kind)}("
            yield f"            {wrapped(outcome.classes, 12)},"
            yield f"            thresholds={wrapped(outcome.thresholds, 12)},"
        else:
            yield f"        {self._pieces.use('outputs', 'Labels')}("
            yield f"            {wrapped(outcome.labels, 12)},"
            yield f"            thresholds={wrapped(outcome.thresholds, 12)},"
            yield f"            separator={text_literal(outcome.separator)},"
        yield "        ),"

    def _golden_lines(self, golden: GoldenRows) -> Iterator[str]:
        yield "# Cells in the order of the columns, drawn at random: none is a training row.\nGOLDEN = [\n"
        for row in golden.cells:
            yield f"    {wrapped(row, 4)},\n"
        yield "]\n# What mlpcli predicts for them, and the classes where these are not close.\nEXPECTED = [\n"
        for numbers, decided in zip(golden.numbers, golden.decided, strict=True):
            said = "None" if decided is None else wrapped(decided, 4)
            yield f"    ({wrapped(numbers, 4)}, {said}),\n"
        yield f"]\nTOLERANCES = {wrapped(tolerances(self._steps), 0)}\n"

    def _end(self) -> str:
        return END.format(delimiter=text_literal(self._steps.delimiter))


def python_scorer(steps: told.ModelSteps, golden: GoldenRows, wishes: ExportWishes) -> bytes:
    """The text of the file."""
    return PythonWriter(steps).text(golden, wishes.file).encode()
