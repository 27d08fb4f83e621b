"""Write a description as one file of Python that needs nothing else."""

import base64
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data import formulas
from mlpcli.data.columns.readings import MISSING_WORDS
from mlpcli.workflows.exporting import description as told
from mlpcli.workflows.exporting.copying import copied
from mlpcli.workflows.exporting.golden import GoldenRows
from mlpcli.workflows.exporting.scorer.frame import END, HEAD, NUMPY
from mlpcli.workflows.exporting.settings import SPREADS, TOLERANCE, ExportWishes

WIDTH = 110
ROOM = "mlpcli.workflows.exporting.scorer"
LINKS = {
    told.IDENTITY: "unchanged",
    told.SIGMOID: "probability",
    told.SOFTMAX: "softmax",
    told.EXPONENTIAL: "exponential",
    told.STEP: "step",
}
OPERATIONS = {"exp", "log", "sqrt", "sin", "cos"}


class PythonWriter:
    """One export in Python."""

    def __init__(self, steps: told.ModelSteps) -> None:
        self._steps = steps
        self._wanted = {
            (f"{ROOM}.outputs", "Scorer"),
            (f"{ROOM}.program", "run"),
            (f"{ROOM}.layers", "TABLES"),
        }
        self._tables: dict[str, Array] = {}
        self._formulas: list[str] = []

    def text(self, golden: GoldenRows, name: str) -> str:
        """The whole file, which will be called so."""
        module = re.sub(r"\W", "_", name.removesuffix(".py"), flags=re.ASCII)
        model = "\n".join(self._model())
        code = copied(sorted(self._wanted))
        sections = [f"\n\n# {title}\n# {'-' * (WIDTH - 3)}\n{text}" for title, text in code.sections]
        facts = "\n# ".join(f"{what}: {_one_line(said)}" for what, said in self._steps.facts.items())
        parts = [
            HEAD.format(name=_safe_name(name), module=module, facts=facts),
            "\n".join([*code.imports]),
            f"\n{NUMPY}",
            f"\n\n# The model\n# {'-' * (WIDTH - 3)}\n\n",
            model,
            *sections,
            f"\n\n# The weights\n# {'-' * (WIDTH - 3)}\n\n",
            *self._table_lines(),
            f"\n\n# Golden rows\n# {'-' * (WIDTH - 3)}\n\n",
            *self._golden_lines(golden),
            self._end(),
        ]
        return re.sub(r"\n{4,}", "\n\n\n", "".join(parts))

    def _use(self, module: str, name: str) -> str:
        self._wanted.add((f"{ROOM}.{module}", name))
        return name

    # The model

    def _model(self) -> Iterator[str]:
        steps = self._steps
        columns = [*self._columns()]
        networks = [*self._networks()]
        yield from self._formulas
        yield f"MISSING = {_wrapped(sorted(MISSING_WORDS), 0)}"
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
        yield f"        temperatures={_wrapped(steps.temperatures, 8)},"
        yield "        # these are added (calibration)."
        yield f"        biases={_wrapped(steps.biases, 8)},"
        yield "    )"

    def _columns(self) -> Iterator[str]:
        yield "    found = []"
        names: dict[str, str] = {}
        for place, each in enumerate(self._steps.inputs):
            if not isinstance(each, told.CrossInput):
                names[each.name] = f"found[{place}]"
        for place, each in enumerate(self._steps.inputs):
            if isinstance(each, told.CrossInput):
                yield from self._cross(each, place, names)
            else:
                yield "    found.append("
                yield from self._column(each)
                yield "    )"
        yield "    return found"

    def _column(self, each: told.AnyInput) -> Iterator[str]:
        if isinstance(each, told.CategoryInput):
            kind, settings = "CategoryColumn", self._category(each)
        elif isinstance(each, told.DateInput):
            kind, settings = "DateColumn", self._date(each)
        else:
            assert isinstance(each, told.NumberInput)
            kind, settings = _kind_of(each), self._number(each)
        yield f"        {self._use('columns', kind)}("
        yield f"            {_text(each.name)},"
        yield f"            missing={self._missing(each)},"
        for name, value in settings.items():
            yield f"            {name}={value},"
        if each.had_gaps:
            yield "            had_gaps=True,"
        yield "        )"

    def _missing(self, each: told.Input) -> str:
        usual = sorted(MISSING_WORDS)
        if [*each.missing] == usual:
            return "MISSING"
        more = sorted({*each.missing} - MISSING_WORDS)
        less = MISSING_WORDS - {*each.missing}
        start = "MISSING"
        if less:
            start = f"[word for word in MISSING if word not in {_wrapped(sorted(less), 12)}]"
        return f"{start} + {_wrapped(more, 12)}" if more else start

    def _number(self, each: told.NumberInput) -> dict[str, str]:
        settings = {"fill": _value(each.fill), "scalings": self._scalings(each.scalings)}
        if each.is_boolean:
            return settings
        form = each.form
        if each.decimal != ".":
            settings["decimal"] = _text(each.decimal)
        if form.unit:
            settings["unit"] = _text(form.unit)
        if form.hundredths:
            settings["hundredths"] = "True"
        if form.clock:
            settings["clock"] = _text(form.clock)
        if each.may_be_boolean:
            settings["truth"] = "True"
        if each.spikes:
            settings["spikes"] = _wrapped(each.spikes, 12)
        if each.means is not None:
            settings["values"] = _wrapped(each.means.numbers, 12)
            settings["means"] = self._means(each.means)
        return settings

    def _category(self, each: told.CategoryInput) -> dict[str, str]:
        settings = {"levels": _wrapped(each.levels, 12)}
        if each.matching != "text":
            settings["matching"] = _text(each.matching)
        if each.decimal != ".":
            settings["decimal"] = _text(each.decimal)
        if each.is_embedded:
            settings["embedded"] = "True"
        if each.means is not None:
            settings["mean_levels"] = _wrapped(each.means.texts, 12)
            settings["means"] = self._means(each.means)
        return settings

    def _date(self, each: told.DateInput) -> dict[str, str]:
        return {
            "formats": _wrapped(each.formats, 12),
            "parts": _wrapped(each.parts, 12),
            "days": self._scalings(each.days.scalings),
            "year": self._scalings(each.year.scalings),
            "fill_days": _value(each.days.fill),
            "fill_year": _value(each.year.fill),
        }

    def _means(self, means: told.Means) -> str:
        rows = means.rows.astype(np.float32).tolist()
        return _wrapped_rows([[_short(number) for number in row] for row in rows], 12)

    def _scalings(self, scalings: Sequence[told.ScalingSteps]) -> str:
        return "[" + ", ".join(map(self._scaling, scalings)) + "]"

    def _scaling(self, scaling: told.ScalingSteps) -> str:
        linear = f"{_value(scaling.centre)}, {_value(scaling.scale)}"
        if scaling.knots:
            knots = [[each.at, each.end, each.height, each.start] for each in scaling.knots]
            rows = [[repr(number) for number in knot] for knot in knots]
            return f"{self._use('columns', 'CurveScaling')}({linear}, {_wrapped_rows(rows, 12, '()')})"
        return f"{self._use('columns', 'RobustScaling' if scaling.is_robust else 'Scaling')}({linear})"

    def _cross(self, each: told.CrossInput, place: int, names: dict[str, str]) -> Iterator[str]:
        function = f"formula_{place}"
        self._formulas += [
            f"def {function}(numbers):",
            f'    """Returns the formula of an input that is made of others."""  # {_one_line(each.name)}',
            f"    return {self._formula(each.formula)}",
            "\n",
        ]
        sources = ", ".join(names[name] for name in each.sources)
        yield "    found.append("
        yield f"        {self._use('columns', 'CrossColumn')}("
        yield f"            {self._use('columns', 'NumberColumn')}("
        yield f"                {_text(each.name)},"
        yield "                missing=[],"
        for name, value in self._number(each.number).items():
            yield f"                {name}={value},"
        yield f"                had_gaps={each.had_gaps},"
        yield "            ),"
        yield f"            [{sources}],"
        yield f"            {function},"
        yield "        )"
        yield "    )"

    def _formula(self, formula: formulas.Formula) -> str:
        if isinstance(formula, formulas.Number):
            return repr(formula.value)
        if isinstance(formula, formulas.Name):
            return f"numbers[{_text(formula.name)}]"
        if isinstance(formula, formulas.Negative):
            return f"-({self._formula(formula.inner)})"
        if isinstance(formula, formulas.Power):
            powered = self._use("formulas", "powered")
            return f"{powered}({self._formula(formula.base)}, {self._formula(formula.exponent)})"
        if isinstance(formula, formulas.Call):
            name = formula.function
            if name in OPERATIONS:
                name = self._use("formulas", name)
            elif name == "tanh":
                name = self._use("activations", name)
            return f"{name}({self._formula(formula.inner)})"
        text = self._inner(formula.first)
        for sign, part in formula.rest:
            if sign == "/":
                text = f"{self._use('formulas', 'divided')}({text}, {self._formula(part)})"
            else:
                text = f"{text} {sign} {self._inner(part)}"
        return text

    def _inner(self, formula: formulas.Formula) -> str:
        text = self._formula(formula)
        return f"({text})" if isinstance(formula, formulas.Chain) else text

    # The networks

    def _networks(self) -> Iterator[str]:
        for number, network in enumerate(self._steps.networks):
            yield f"        {self._use('layers', 'Network')}("
            yield f"            {_value(network.share)},"
            yield "            ["
            for place, step in enumerate(network.steps):
                comment, text = self._step(step, f"{number}.{place}")
                yield f"                # {comment}"
                yield f"                {text},"
            yield "            ],"
            if network.wide:
                assert network.wide_weight is not None
                yield "            # These inputs also reach the outputs straight."
                yield f"            wide={_wrapped(network.wide, 12)},"
                yield f"            weights={self._table(f'{number}.wide', network.wide_weight)},"
            yield "        ),"

    def _step(self, step: told.Step, name: str) -> tuple[str, str]:
        """A comment, and the layer."""
        if isinstance(step, told.DenseStep):
            n_in, n_out = step.weight.shape
            tables = (
                f"{self._table(name + '.weights', step.weight)}, {self._table(name + '.biases', step.bias)}"
            )
            said = f"{n_in:,} inputs, {n_out:,} {'unit' if n_out == 1 else 'units'}"
            return said, f"{self._use('layers', 'Dense')}({tables}, {n_out})"
        if isinstance(step, told.FactorStep):
            return (
                "each input times a factor",
                f"{self._use('layers', 'Factors')}({self._table(name, step.factors)})",
            )
        if isinstance(step, told.ActivationStep):
            function = step.name.replace("-", "_")
            functions = (
                f"{self._use('activations', function)}, {self._use('activations', 'fast_' + function)}"
            )
            activation, said = self._use("layers", "Activation"), f"the {step.name} of each unit"
            if step.slopes is None:
                return said, f"{activation}({functions})"
            said += ", as much as each unit has learned"
            return said, f"{activation}({functions}, {self._table(name, step.slopes)})"
        parts = ", ".join(self._part(part, f"{name}.{place}") for place, part in enumerate(step.parts))
        return "what becomes of the columns: embeddings", f"{self._use('layers', 'Side')}({parts})"

    def _part(self, part: Any, name: str) -> str:
        if isinstance(part, told.UnchangedPart):
            return f"{self._use('layers', 'Unchanged')}({_wrapped(part.columns, 16)})"
        if isinstance(part, told.VectorPart):
            table = self._table(name, part.table)
            return f"{self._use('layers', 'Vectors')}({part.column}, {table}, {part.table.shape[1]})"
        columns = _wrapped(part.columns, 16)
        if isinstance(part, told.BinPart):
            constants = ("start", "steepness", "lowest", "highest")
            tables = ", ".join(self._table(f"{name}.{each}", getattr(part, each)) for each in constants)
            return f"{self._use('layers', 'Bins')}({columns}, {tables}, {part.start.shape[1]})"
        assert isinstance(part, told.WavePart)
        arrays = {"frequencies": part.frequency, "weights": part.weight, "biases": part.bias}
        tables = ", ".join(self._table(f"{name}.{each}", array) for each, array in arrays.items())
        sizes = f"{part.frequency.shape[1]}, {part.bias.shape[1]}"
        phases = "" if part.phase is None else f", {self._table(f'{name}.phases', part.phase)}"
        return f"{self._use('layers', 'Waves')}({columns}, {tables}, {sizes}{phases})"

    def _table(self, name: str, array: Array) -> str:
        self._tables[name] = array
        return _text(name)

    def _table_lines(self) -> Iterator[str]:
        for name, array in self._tables.items():
            text = base64.b64encode(np.ascontiguousarray(array, dtype="<f4").tobytes()).decode()
            shape = " x ".join(f"{size:,}" for size in array.shape)
            lines = [text[start : start + WIDTH - 4] for start in range(0, len(text), WIDTH - 4)]
            if len(lines) == 1:
                yield f"TABLES[{_text(name)}] = {_text(text)}  # {shape}\n"
            else:
                body = "\n".join(lines)
                yield f'TABLES[{_text(name)}] = """  \n{body}\n"""  # {shape}\n'.replace('"""  \n', '"""\n')

    # What the outputs mean

    def _link(self) -> str:
        outcome = self._steps.outcome
        if self._steps.link == told.IN_ORDER:
            assert isinstance(outcome, told.NumberOutcome)
            in_order = f"{self._use('outputs', 'InOrder')}({len(outcome.levels)})"
            return f"({in_order}.row, {in_order}.rows)"
        name = LINKS[self._steps.link]
        return f"({self._use('outputs', name)}, {self._use('outputs', f'fast_{name}')})"

    def _outcome(self) -> Iterator[str]:
        outcome = self._steps.outcome
        if isinstance(outcome, told.NumberOutcome):
            yield f"        {self._use('outputs', 'Numbers')}("
            yield f"            {_wrapped(outcome.names, 12)},"
            yield f"            means={_wrapped(outcome.means, 12)},"
            yield f"            spreads={_wrapped(outcome.spreads, 12)},"
            if outcome.is_log:
                yield "            is_log=True,"
            if outcome.limits:
                yield f"            limits={_wrapped(outcome.limits, 12)},"
            if outcome.levels:
                yield f"            levels={_wrapped(outcome.levels, 12)},"
        elif isinstance(outcome, told.ClassOutcome):
            kind = "TwoClasses" if len(outcome.thresholds) == 1 else "Classes"
            yield f"        {self._use('outputs', kind)}("
            yield f"            {_wrapped(outcome.classes, 12)},"
            yield f"            thresholds={_wrapped(outcome.thresholds, 12)},"
        else:
            yield f"        {self._use('outputs', 'Labels')}("
            yield f"            {_wrapped(outcome.labels, 12)},"
            yield f"            thresholds={_wrapped(outcome.thresholds, 12)},"
            yield f"            separator={_text(outcome.separator)},"
        yield "        ),"

    def _tolerances(self) -> list[float]:
        outcome = self._steps.outcome
        if isinstance(outcome, told.NumberOutcome):
            once = [TOLERANCE * SPREADS * spread for spread in outcome.spreads]
            return once * (1 + len(outcome.levels))
        labels = outcome.classes if isinstance(outcome, told.ClassOutcome) else outcome.labels
        return [TOLERANCE] * len(labels)

    def _golden_lines(self, golden: GoldenRows) -> Iterator[str]:
        yield "# Cells in the order of the columns, drawn at random: none is a training row.\nGOLDEN = [\n"
        for row in golden.cells:
            yield f"    {_wrapped(row, 4)},\n"
        yield "]\n# What mlpcli predicts for them, and the classes where these are not close.\nEXPECTED = [\n"
        for numbers, decided in zip(golden.numbers, golden.decided, strict=True):
            said = "None" if decided is None else _wrapped(decided, 4)
            yield f"    ({_wrapped(numbers, 4)}, {said}),\n"
        yield f"]\nTOLERANCES = {_wrapped(self._tolerances(), 0)}\n"

    def _end(self) -> str:
        return END.format(delimiter=_text(self._steps.delimiter))


def python_scorer(steps: told.ModelSteps, golden: GoldenRows, wishes: ExportWishes) -> bytes:
    """The text of the file."""
    return PythonWriter(steps).text(golden, wishes.file).encode()


def _kind_of(each: told.NumberInput) -> str:
    return "BooleanColumn" if each.is_boolean else "DurationColumn" if each.form.clock else "NumberColumn"


def _text(text: str) -> str:
    """A literal in double quotes where that needs no escape."""
    literal = repr(text)
    return (
        f'"{literal[1:-1]}"' if literal[0] == "'" and '"' not in literal and "\\'" not in literal else literal
    )


def _value(value: Any) -> str:
    return _text(value) if isinstance(value, str) else repr(value)


def _short(number: float) -> str:
    """The shortest decimal of a float32."""
    return str(np.float32(number))


def _one_line(text: str) -> str:
    """For comments: no line break, and no sign that cannot be seen."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def _safe_name(name: str) -> str:
    return re.sub(r'[^\w.\- ]|"', "_", name)


def _wrapped(values: Iterable[Any], indent: int) -> str:
    """A list, over several lines where it is long."""
    texts = [_value(each) for each in values]
    whole = f"[{', '.join(texts)}]"
    if len(whole) + indent < WIDTH - 20:
        return whole
    blank = " " * (indent + 4)
    lines, line = [], blank
    for text in texts:
        if len(line) + len(text) + 2 > WIDTH and line.strip():
            lines.append(line.rstrip())
            line = blank
        line += f"{text}, "
    lines.append(line.rstrip())
    body = "\n".join(lines)
    return f"[\n{body}\n{' ' * indent}]"


def _wrapped_rows(rows: Sequence[Sequence[str]], indent: int, marks: str = "[]") -> str:
    blank = " " * (indent + 4)
    body = "".join(f"{blank}{marks[0]}{', '.join(row)}{marks[1]},\n" for row in rows)
    return f"[\n{body}{' ' * indent}]"
