"""Code of the columns: their cells become numbers."""

from collections.abc import Iterator, Sequence

import numpy as np

from mlpcli.data import formulas
from mlpcli.data.columns.readings import MISSING_WORDS
from mlpcli.workflows.exporting import description as told
from mlpcli.workflows.exporting.python.literals import (
    one_line,
    short,
    text_literal,
    value_literal,
    wrapped,
    wrapped_rows,
)
from mlpcli.workflows.exporting.python.pieces import Pieces

OPERATIONS = {"exp", "log", "sqrt", "sin", "cos"}


class ColumnCode:
    """The lines of the columns."""

    def __init__(self, steps: told.ModelSteps, pieces: Pieces) -> None:
        self._steps, self._pieces = steps, pieces

    def lines(self) -> Iterator[str]:
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
        yield f"        {self._pieces.use('columns', kind)}("
        yield f"            {text_literal(each.name)},"
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
            start = f"[word for word in MISSING if word not in {wrapped(sorted(less), 12)}]"
        return f"{start} + {wrapped(more, 12)}" if more else start

    def _number(self, each: told.NumberInput) -> dict[str, str]:
        settings = {"fill": value_literal(each.fill), "scalings": self._scalings(each.scalings)}
        if each.is_boolean:
            return settings
        form = each.form
        if each.decimal != ".":
            settings["decimal"] = text_literal(each.decimal)
        if form.unit:
            settings["unit"] = text_literal(form.unit)
        if form.hundredths:
            settings["hundredths"] = "True"
        if form.clock:
            settings["clock"] = text_literal(form.clock)
        if each.may_be_boolean:
            settings["truth"] = "True"
        if each.spikes:
            settings["spikes"] = wrapped(each.spikes, 12)
        if each.means is not None:
            settings["values"] = wrapped(each.means.numbers, 12)
            settings["means"] = self._means(each.means)
        return settings

    def _category(self, each: told.CategoryInput) -> dict[str, str]:
        settings = {"levels": wrapped(each.levels, 12)}
        if each.matching != "text":
            settings["matching"] = text_literal(each.matching)
        if each.decimal != ".":
            settings["decimal"] = text_literal(each.decimal)
        if each.is_embedded:
            settings["embedded"] = "True"
        if each.means is not None:
            settings["mean_levels"] = wrapped(each.means.texts, 12)
            settings["means"] = self._means(each.means)
        return settings

    def _date(self, each: told.DateInput) -> dict[str, str]:
        return {
            "formats": wrapped(each.formats, 12),
            "parts": wrapped(each.parts, 12),
            "days": self._scalings(each.days.scalings),
            "year": self._scalings(each.year.scalings),
            "fill_days": value_literal(each.days.fill),
            "fill_year": value_literal(each.year.fill),
        }

    def _means(self, means: told.Means) -> str:
        rows = means.rows.astype(np.float32).tolist()
        return wrapped_rows([[short(number) for number in row] for row in rows], 12)

    def _scalings(self, scalings: Sequence[told.ScalingSteps]) -> str:
        return "[" + ", ".join(map(self._scaling, scalings)) + "]"

    def _scaling(self, scaling: told.ScalingSteps) -> str:
        linear = f"{value_literal(scaling.centre)}, {value_literal(scaling.scale)}"
        if scaling.knots:
            knots = [[each.at, each.end, each.height, each.start] for each in scaling.knots]
            rows = [[repr(number) for number in knot] for knot in knots]
            return f"{self._pieces.use('columns', 'CurveScaling')}({linear}, {wrapped_rows(rows, 12, '()')})"
        return f"{self._pieces.use('columns', 'RobustScaling' if scaling.is_robust else 'Scaling')}({linear})"

    def _cross(self, each: told.CrossInput, place: int, names: dict[str, str]) -> Iterator[str]:
        function = f"formula_{place}"
        self._pieces.formulas += [
            f"def {function}(numbers):",
            f'    """Returns the formula of an input that is made of others."""  # {one_line(each.name)}',
            f"    return {self._formula(each.formula)}",
            "\n",
        ]
        sources = ", ".join(names[name] for name in each.sources)
        yield "    found.append("
        yield f"        {self._pieces.use('columns', 'CrossColumn')}("
        yield f"            {self._pieces.use('columns', 'NumberColumn')}("
        yield f"                {text_literal(each.name)},"
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
            return f"numbers[{text_literal(formula.name)}]"
        if isinstance(formula, formulas.Negative):
            return f"-({self._formula(formula.inner)})"
        if isinstance(formula, formulas.Power):
            powered = self._pieces.use("formulas", "powered")
            return f"{powered}({self._formula(formula.base)}, {self._formula(formula.exponent)})"
        if isinstance(formula, formulas.Call):
            name = formula.function
            if name in OPERATIONS:
                name = self._pieces.use("formulas", name)
            elif name == "tanh":
                name = self._pieces.use("activations", name)
            return f"{name}({self._formula(formula.inner)})"
        text = self._inner(formula.first)
        for sign, part in formula.rest:
            if sign == "/":
                text = f"{self._pieces.use('formulas', 'divided')}({text}, {self._formula(part)})"
            else:
                text = f"{text} {sign} {self._inner(part)}"
        return text

    def _inner(self, formula: formulas.Formula) -> str:
        text = self._formula(formula)
        return f"({text})" if isinstance(formula, formulas.Chain) else text


def _kind_of(each: told.NumberInput) -> str:
    return "BooleanColumn" if each.is_boolean else "DurationColumn" if each.form.clock else "NumberColumn"
