"""Inputs: their types, what their cells must be in words, and cells of text as what they are."""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.dates.durations import read_durations
from mlpcli.data.columns.dates.formats import parse_dates
from mlpcli.data.columns.numbers.numerals import read_numerals
from mlpcli.data.spelling import BY_TRUTH, key
from mlpcli.workflows.exporting import description as told
from mlpcli.workflows.exporting.onnx_graph import levels

DOUBLE, STRING = "double", "string"
NO_LEVEL = 1.0
"""Behind the largest level that is a number: a number that is none."""


def kind_of(each: told.AnyInput) -> str:
    """The type of the input of a column."""
    if isinstance(each, told.CategoryInput):
        return DOUBLE if levels.is_number(each) else STRING
    return STRING if isinstance(each, told.NumberInput) and each.is_boolean else DOUBLE


def said_of(each: told.AnyInput) -> str:
    """What a cell of the column must be."""
    return " ".join(_said(each))


def _said(each: told.AnyInput) -> Iterator[str]:
    gap = "NaN where it is missing"
    if isinstance(each, told.DateInput):
        yield f"A date as seconds since 1970-01-01 00:00 UTC, a time of day as seconds since midnight; {gap}."
    elif isinstance(each, told.CategoryInput) and kind_of(each) == DOUBLE:
        yield f"A level, which is a number; {gap}."
    elif isinstance(each, told.CategoryInput):
        yield 'A level, without spaces at its ends; "" where it is missing.'
    elif isinstance(each, told.NumberInput) and each.is_boolean:
        yield 'A word for true or false, such as yes or 0; "" where it is missing.'
    elif isinstance(each, told.NumberInput) and each.form.clock:
        yield f"A duration in seconds; {gap}."
    elif isinstance(each, told.NumberInput) and each.form.hundredths:
        yield f"A number, of which 12 % is 0.12; {gap}."
    elif isinstance(each, told.NumberInput):
        unit = each.form.unit.partition(" ")[0]
        yield f"A number in {unit}; {gap}." if unit else f"A number; {gap}."
        if each.may_be_boolean:
            yield "True is 1, false is 0."
    if kind_of(each) == DOUBLE and not isinstance(each, told.DateInput):
        numbers = ", ".join(f"{number:g}" for number in levels.missing_numbers(each))
        if numbers:
            yield f"Missing are also: {numbers}."


def typed(each: told.AnyInput, cells: Sequence[str]) -> list[float | str]:
    """Cells of text as the input takes them."""
    missing = {*each.missing}
    if kind_of(each) == STRING:
        return list(cells)
    if isinstance(each, told.CategoryInput):
        return [math.nan if cell in missing else _number_of_level(each, cell) for cell in cells]
    values = _read(each, np.array(cells, dtype=object))
    return [
        math.nan if cell in missing else value for cell, value in zip(cells, values.tolist(), strict=True)
    ]


def _read(each: told.AnyInput, cells: Array) -> Array:
    if isinstance(each, told.DateInput):
        return parse_dates(cells, each.formats)
    assert isinstance(each, told.NumberInput)
    if each.form.clock:
        return read_durations(cells, each.form.clock)
    values = read_numerals(cells, each.decimal, each.form)
    if each.may_be_boolean:
        truths = [float(own) if (own := key(cell, BY_TRUTH)) in ("0", "1") else math.nan for cell in cells]
        values = np.where(np.isnan(values), truths, values)
    return values


def _number_of_level(each: told.CategoryInput, cell: str) -> float:
    """A number that is no level for a cell that is none."""
    number = levels.number_in(key(cell, each.matching, each.decimal))
    if not math.isnan(number):
        return number
    known = [levels.number_in(own) for own in levels.keys_of(each)]
    known += [] if each.means is None else map(levels.number_in, each.means.texts)
    return max(known, default=0.0) + NO_LEVEL
