"""Columns of a table to the inputs of the networks."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mlpcli.data.form import Form
from mlpcli.data.spelling import BY_NUMBER, BY_TRUTH, TRUTH, key
from mlpcli.errors import DataError, Sentence, count
from mlpcli.workflows.exporting import description as told
from mlpcli.workflows.exporting.scorer.cells import plain_number
from mlpcli.workflows.exporting.scorer.columns import FIRST_LEVEL, GAP, LARGEST, LARGEST_FLOAT, UNKNOWN
from mlpcli.workflows.exporting.sql.dialects import DUCKDB, SPACES, checked, identifier, one_line
from mlpcli.workflows.exporting.sql.formulas import formula_text
from mlpcli.workflows.exporting.sql.query import ROW, Names, Query, batches, noted

MOST_JOINS = 50
"""Of one table inside the query; SQLite takes 64."""
FURTHEST_ROBUST = 1e100
"""The square of a number further out may be infinite; the robust scaling is level long before."""
EXACT_INTEGERS = 2**53
CELLS = "What the cells say: numbers, and texts without spaces at their ends."
KNOWN = "The same, with NULL for gaps: for infinite numbers, and for what stands for a missing value."
SCALED = "Numbers less their centre, by their scale; gaps are the median of the training rows."
LOOKED_UP = "What is known of the levels of each row."
INPUTS = "The inputs of the networks."


@dataclass
class _Number:
    """A column of numbers that are NULL at gaps."""

    settings: told.NumberInput
    name: str
    raw: str
    """The column before the check of its numbers,"""
    value: str
    """and after it."""
    had_gaps: bool
    scaled: Sequence[str] = ()


@dataclass
class _Category:
    """A column of levels that is NULL at gaps."""

    settings: told.CategoryInput
    name: str
    raw: str
    level: str
    number: str = ""
    """The column of the number that a cell is, where levels are numbers."""


class ColumnWriter:
    """The tables of a query that stand before the networks."""

    def __init__(self, query: Query, steps: told.ModelSteps) -> None:
        self._query, self._steps, self._dialect = query, steps, query.dialect
        self._names = Names()
        self._missing: dict[tuple[str, ...], str] = {}
        self._columns: list[_Number | _Category] = []
        self._joins: list[str] = []
        self._needs_spaces = self._needs_truth = False

    def write(self, table: str) -> list[str]:
        """Add all tables; returns the columns of the last one, `inputs`, in quotes."""
        check_columns(self._steps)
        query = self._query
        cells = [*self._cells()]
        checks = [*map(self._checked, self._columns)]
        self._constants()
        numbering = f"    SELECT row_number() OVER () AS {ROW}, {table}.*\n    FROM {table}"
        query.add("numbered", numbering, "The rows with their numbers.")
        query.select(
            "cells", [ROW, *cells], "numbered CROSS JOIN spaces" if self._needs_spaces else "numbered", CELLS
        )
        crosses = [*self._crosses()]
        numbers = [each for each in self._columns if isinstance(each, _Number)]
        source = query.select("known", ["cells.*", *checks], "cells", KNOWN)
        if crosses:
            formulas = [f"{text} AS {cross.raw}" for cross, text in crosses]
            query.select("crosses", [f"{source}.*", *formulas], source, "Numbers made of others by formulas.")
            checks = [self._checked(cross) for cross, _ in crosses]
            source = query.select("known_crosses", ["crosses.*", *checks], "crosses", KNOWN)
        scaled = [text for each in numbers for text in self._scaled(each)]
        source = query.select("scaled", [f"{source}.*", *scaled], source, SCALED)
        found = [pair for each in self._columns for pair in self._inputs(each)]
        for number, joins in enumerate(batches(self._joins, MOST_JOINS), 1):
            joined = "\n    ".join([source, *joins])
            query.add(f"looked_up_{number}", f"    SELECT *\n    FROM {joined}", LOOKED_UP)
            source = f"looked_up_{number}"
        names = [self._names.of(said) for said, _ in found]
        inputs = [f"{text} AS {name}" for name, (_, text) in zip(names, found, strict=True)]
        query.select("inputs", [ROW, *inputs], source, INPUTS)
        return names

    def _constants(self) -> None:
        query, dialect = self._query, self._dialect
        codes = [str(ord(each)) for each in SPACES]
        call = dialect.character
        if self._needs_spaces:
            each = [f"{call}({code})" for code in codes]
            signs = " || ".join(each) if dialect is DUCKDB else f"{call}({', '.join(codes)})"
            query.add(
                "spaces", f"    SELECT {signs} AS signs", "Characters that are taken off the ends of texts."
            )
        for words, name in self._missing.items():
            rows = [(dialect.literal(form),) for word in words for form in dialect.spellings(word)]
            query.values(name, ["word"], rows, "Words for a missing value.")
        if not self._needs_truth:
            return
        pairs = [
            (dialect.literal(form), f"{value:g}")
            for word, value in sorted(TRUTH.items())
            for form in dict.fromkeys(_case_forms(word))
            for form in dialect.spellings(form)
        ]
        query.values("truth_words", ["word", "truth"], pairs, "Words for true and false, in small letters.")

    # Cells

    def _cells(self) -> Iterator[str]:
        for each in self._steps.table_inputs:
            cell = f"numbered.{identifier(each.name)}"
            raw, value = self._names.of(f"{each.name} as it is"), self._names.of(each.name)
            if isinstance(each, told.CategoryInput):
                column = _Category(each, each.name, raw, value)
                self._columns.append(column)
                yield noted(f"one of {count(len(each.levels), 'level')}", f"{self._text(cell)} AS {raw}")
                if each.matching == BY_NUMBER:
                    column.number = self._names.of(f"{each.name} as a number")
                    is_code, number = self._dialect.has_leading_zero(cell), self._dialect.number_of(cell)
                    yield f"CASE WHEN NOT {is_code} THEN {number} END AS {column.number}"
                continue
            assert isinstance(each, told.NumberInput)
            self._columns.append(_Number(each, each.name, raw, value, each.had_gaps))
            yield noted(_meaning(each), f"{self._number_cell(each, cell)} AS {raw}")

    def _text(self, cell: str) -> str:
        self._needs_spaces = True
        return self._dialect.text_of(cell)

    def _number_cell(self, each: told.NumberInput, cell: str) -> str:
        if each.is_boolean:
            return self._text(cell)
        number = self._dialect.number_of(cell)
        return f"coalesce({number}, {self._truth(self._text(cell))})" if each.may_be_boolean else number

    def _truth(self, text: str) -> str:
        self._needs_truth = True
        return f"(SELECT truth FROM truth_words WHERE word = lower({text}))"

    def _checked(self, column: "_Number | _Category") -> str:
        """The value of a cell, NULL at gaps."""
        each, raw = column.settings, column.raw
        if isinstance(column, _Category):
            return f"CASE WHEN {self._is_known(column)} THEN {self._level(column)} END AS {column.level}"
        if column.settings.is_boolean:
            return f"CASE WHEN {self._is_known(column)} THEN {self._truth(raw)} END AS {column.value}"
        gaps = _missing_numbers(each)
        among = f" AND {raw} NOT IN ({', '.join(gaps)})" if gaps else ""
        return f"CASE WHEN abs({raw}) <= {LARGEST_FLOAT!r}{among} THEN {raw} END AS {column.value}"

    def _level(self, column: _Category) -> str:
        # What is no such value must not be NULL, as it is no gap.
        if column.settings.matching == BY_TRUTH:
            return f"coalesce({self._truth(column.raw)}, -1)"
        return f"coalesce({column.number}, 9e999)" if column.number else column.raw

    def _is_known(self, column: "_Number | _Category") -> str:
        """Whether a text is none of the words for a missing value; NULL if it is itself NULL."""
        each, raw = column.settings, column.raw
        if not each.missing:
            return f"{raw} IS NOT NULL"
        name = self._missing.setdefault(each.missing, f"missing_words_{len(self._missing) + 1}")
        text = f"{raw} NOT IN (SELECT word FROM {name})"
        if isinstance(column, _Category) and column.number and (gaps := _missing_numbers(each)):
            text += f" AND coalesce({column.number} NOT IN ({', '.join(gaps)}), TRUE)"
        return text

    def _crosses(self) -> Iterator[tuple[_Number, str]]:
        """Columns in the order of the inputs are kept: a cross stands where the networks see it."""
        values = {each.name: each.value for each in self._columns if isinstance(each, _Number)}
        in_order = {each.name: each for each in self._columns}
        self._columns = []
        for each in self._steps.inputs:
            if not isinstance(each, told.CrossInput):
                self._columns.append(in_order[each.name])
                continue
            raw, value = self._names.of(f"{each.name} as it is"), self._names.of(each.name)
            column = _Number(each.number, each.name, raw, value, each.had_gaps)
            self._columns.append(column)
            text = formula_text(each.formula, values, self._dialect)
            # A gap in a source is a gap, even where it would not matter, as in x^0.
            known = " AND ".join(f"{values[name]} IS NOT NULL" for name in each.sources)
            yield column, f"CASE WHEN {known} THEN {text} END"

    def _scaled(self, column: _Number) -> Iterator[str]:
        settings, names = column.settings, []
        for scaling in settings.scalings:
            name = self._names.of(f"{column.name} less its centre")
            names.append(name)
            filled = f"coalesce({column.value}, {settings.fill!r})"
            yield f"({filled} - {_signed(scaling.centre)}) / {scaling.scale!r} AS {name}"
        column.scaled = names

    def _bent(self, name: str, scaling: told.ScalingSteps) -> str:
        if scaling.knots:
            return self._curve(name, scaling.knots)
        if scaling.is_robust:
            far = self._clipped(name, FURTHEST_ROBUST)
            return f"{far} / sqrt(1 + {far} / 3 * {far} / 3)"
        return self._clipped(name, LARGEST)

    def _clipped(self, name: str, most: float) -> str:
        return self._dialect.largest([self._dialect.smallest([name, repr(most)]), repr(-most)])

    def _curve(self, name: str, knots: Sequence[told.Knot]) -> str:
        """A curve of straight lines, of which the table has for each knot the line to its right."""
        rows = []
        for knot, following in zip(knots, [*knots[1:], None], strict=True):
            slope, end = 0.0, "9e999"
            if following is not None:
                end = exact(following.at)
                # Halves do not overflow.
                width = following.at / 2 - knot.at / 2
                slope = (following.end - knot.start) / 2 / width if width else 0.0
            rows.append([exact(knot.at), exact(knot.height), exact(knot.start), exact(slope), end])
        if self._dialect is DUCKDB:
            # Eighty queries inside of one took DuckDB 17 s to plan.
            lists = ", ".join(f"[{', '.join(row[:4])}]" for row in rows)
            last = f"list_filter('[{lists}]'::DOUBLE[][], lambda k: k[1] <= {name})[-1]"
            line = f"CASE WHEN {name} = k[1] THEN k[2] ELSE k[3] + ({name} - k[1]) * k[4] END"
            inside = f"list_transform([{last}], lambda k: {line})[1]"
        else:
            table = f"curve_{sum(each.startswith('curve_') for each in self._query.names) + 1}"
            said = f"The curve through which {name} goes: its knots, and the lines to their right."
            heads = ["knot", "height", "start", "slope", "next_knot"]
            self._query.values(table, heads, rows, one_line(said, 200))
            line = f"CASE WHEN {name} = knot THEN height ELSE start + ({name} - knot) * slope END"
            inside = f"(SELECT {line} FROM {table} WHERE knot <= {name} AND {name} < next_knot)"
        return (
            f"CASE WHEN {name} < {exact(knots[0].at)} THEN {exact(knots[0].end)} "
            f"WHEN {name} > {exact(knots[-1].at)} THEN {exact(knots[-1].start)} ELSE {inside} END"
        )

    # Inputs

    def _inputs(self, column: _Number | _Category) -> Iterator[tuple[str, str]]:
        """What each input is, and its expression."""
        if isinstance(column, _Category):
            yield from self._category_inputs(column)
            return
        settings, name = column.settings, column.name
        for scaled, scaling in zip(column.scaled, settings.scalings, strict=True):
            yield f"{name} scaled", self._bent(scaled, scaling)
        if column.had_gaps:
            yield f"{name} is a gap", f"CASE WHEN {column.value} IS NULL THEN 1.0 ELSE 0.0 END"
        means = settings.means
        known = dict.fromkeys([*settings.spikes, *(means.numbers if means else ())])
        if not known:
            return
        places = {value: place for place, value in enumerate(settings.spikes, 1)}
        rows = {value: row for row, value in enumerate(means.numbers if means else (), FIRST_LEVEL)}
        table = [(exact(value), places.get(value, 0), rows.get(value, UNKNOWN)) for value in known]
        place, joined = self._levels(name, table, means, column.value)
        if settings.spikes:
            yield f"{name} is a frequent number", f"coalesce({place}, 0)"
        yield from self._means(name, means, joined, f"{column.value} IS NULL")

    def _category_inputs(self, column: _Category) -> Iterator[tuple[str, str]]:
        each, name, gap = column.settings, column.name, f"{column.level} IS NULL"
        keys = [key(level, each.matching) for level in each.levels]
        means = each.means
        place, joined = "", list[str]()
        if each.is_embedded or means is not None:
            places = {level: place for place, level in enumerate(keys, 1)}
            rows = {level: row for row, level in enumerate(means.texts if means else (), FIRST_LEVEL)}
            table = [
                (form, places.get(level, 0), rows.get(level, UNKNOWN))
                for level in dict.fromkeys([*places, *rows])
                for form in self._level_forms(each, level)
            ]
            place, joined = self._levels(name, table, means, column.level)
        if each.is_embedded:
            of_gap = len(keys) + 1 if each.had_gaps else 0
            yield (
                f"{name}: number of its level",
                f"CASE WHEN {gap} THEN {of_gap} ELSE coalesce({place}, 0) END",
            )
        else:
            for level, shown in zip(keys, each.levels, strict=True):
                forms = self._level_forms(each, level)
                is_it = f"= {forms[0]}" if len(forms) == 1 else f"IN ({', '.join(forms)})"
                text = f"CASE WHEN {column.level} {is_it} THEN 1.0 ELSE 0.0 END"
                yield f"{name} = {shown}", text
            if each.had_gaps:
                yield f"{name} is a gap", f"CASE WHEN {gap} THEN 1.0 ELSE 0.0 END"
        yield from self._means(name, means, joined, gap)

    def _level_forms(self, each: told.CategoryInput, level: str) -> Sequence[str]:
        if each.matching in (BY_NUMBER, BY_TRUTH):
            return [exact(float(level))]
        return [self._dialect.literal(form) for form in self._dialect.spellings(level)]

    def _levels(
        self, name: str, rows: Sequence[tuple[str, int, int]], means: told.Means | None, column: str
    ) -> tuple[str, list[str]]:
        """Add a table of levels with their places and rows of means; returns the columns of both."""
        number = len(self._joins) + 1
        table, level, place = f"levels_{number}", f"level_{number}", f"place_{number}"
        width = 0 if means is None else means.rows.shape[1]
        joined = [f"mean_{number}_{one}" for one in range(1, width + 1)]
        listed = [
            (form, str(at), *(short(value) for value in (means.rows[row].tolist() if means else ())))
            for form, at, row in rows
        ]
        said = "with means of the target" if means is not None else "by their numbers"
        self._query.values(
            table, [level, place, *joined], listed, one_line(f"The levels of {name!r}, {said}.", 200)
        )
        self._joins.append(f"LEFT JOIN {table} ON {level} = {column}")
        return place, joined

    def _means(
        self, name: str, means: told.Means | None, joined: Sequence[str], gap: str
    ) -> Iterator[tuple[str, str]]:
        for place, column in enumerate(joined):
            assert means is not None
            of_gap, unknown = short(means.rows[GAP, place]), short(means.rows[UNKNOWN, place])
            yield (
                f"{name}: mean of the target {place + 1}",
                f"CASE WHEN {gap} THEN {of_gap} ELSE coalesce({column}, {unknown}) END",
            )


def check_columns(steps: told.ModelSteps) -> None:
    """DataError for columns that SQL cannot tell exactly."""
    seen: dict[str, str] = {}
    for each in steps.table_inputs:
        other = seen.setdefault(each.name.casefold(), each.name)
        if other != each.name:
            raise _refusal(f"columns {other!r} and {each.name!r} differ in case only, which SQL ignores")
        if not each.name or (each.name.casefold() == ROW):
            raise _refusal(f"a column cannot be called {each.name!r} in SQL")
        checked(each.name)
        if isinstance(each, told.DateInput):
            raise _refusal(f"column {each.name!r} has dates, which SQL reads otherwise")
        if isinstance(each, told.CategoryInput):
            _check_levels(each)


def _check_levels(each: told.CategoryInput) -> None:
    levels = [*each.levels, *(each.means.texts if each.means else ())]
    if each.matching == BY_NUMBER:
        numbers = [plain_number(key(level, BY_NUMBER)) for level in levels]
        if not all(abs(number) <= EXACT_INTEGERS for number in numbers):
            raise _refusal(f"column {each.name!r} has levels of more than 15 digits")
    elif each.matching == BY_TRUTH and not {key(level, BY_TRUTH) for level in levels} <= {"0", "1"}:
        raise _refusal(f"column {each.name!r} has levels that are neither true nor false")
    for level in levels:
        checked(level)


def _refusal(said: str) -> DataError:
    hint = Sentence("Export it as .py, or train without the column: {drop}.")
    return DataError(f"the model cannot be exported as SQL: {said}", hint)


def _meaning(each: told.NumberInput) -> str:
    """What the typed column must hold."""
    form: Form = each.form
    if each.is_boolean:
        return "true or false"
    if form.clock:
        return "a number of seconds"
    if form.hundredths:
        return "a number; 45 % is 0.45"
    if form.unit == "%":
        return "a number of per cent; 45 % is 45"
    if form.unit:
        return f"a number of {form.unit}"
    return "a number"


def _case_forms(word: str) -> Iterator[str]:
    """The word, and as it is where only letters of English are made small."""
    yield word
    yield "".join(each.lower() if each.isascii() else each for each in word.upper())


def _missing_numbers(each: told.Input) -> list[str]:
    numbers = {plain_number(word) for word in each.missing}
    return [exact(number) for number in sorted(each for each in numbers if math.isfinite(each))]


def _signed(number: float) -> str:
    return f"({number!r})" if number < 0 else repr(number)


def exact(number: float) -> str:
    """A number of double precision in either dialect, where 0.1 alone may be a decimal number."""
    text = repr(float(number))
    return text if "e" in text else f"{text}e0"


def short(number: float) -> str:
    """The shortest decimal of a float32."""
    return str(np.float32(number))
