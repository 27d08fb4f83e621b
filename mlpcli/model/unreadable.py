"""Refuse new rows of which a column is written so differently that almost nothing can be read."""

import unicodedata

import numpy as np

from mlpcli.data.counts import CellCounts
from mlpcli.data.encoders import CategoryEncoder, DateEncoder, Encoder, NumberEncoder
from mlpcli.data.features import FeatureEncoder
from mlpcli.data.form import PLAIN
from mlpcli.data.schema import BOOLEAN, Schema
from mlpcli.data.spelling import BY_TRUTH
from mlpcli.errors import DataError, Sentence, count

FEWEST_CELLS = 50
"""Non-missing cells of a column, before anything is said about it."""
UNREADABLE_SHARE = 0.9
"""Of them, from which on almost none is read."""
TRUTH_SHARE = 0.25
"""The same of a column of true and false, of which only one of the two may be written otherwise."""
ALIKE_SHARE = 0.5
"""Of the unseen examples, as many that are known levels in another spelling."""


def refuse_unreadable(encoder: FeatureEncoder, schema: Schema, counts: CellCounts, table: str) -> None:
    """Raise DataError for a column of which almost no cell of the rows counted so far can be read.

    Levels that are really new are no reason. Models of older formats take everything, as they did.
    """
    if schema.exact:
        return
    kinds = {column.name: column.kind for column in schema.columns}
    for each in encoder.encoders:
        present = counts.rows - counts.missing.get(each.name, 0)
        unreadable = counts.unreadable.get(each.name, 0)
        unseen = counts.unseen.get(each.name, 0)
        if present < FEWEST_CELLS:
            continue
        examples = counts.examples.get(each.name, [])
        if isinstance(each, CategoryEncoder):
            if unseen < present or not (why := _same_in_other_words(each, examples)):
                continue
            said = f"none of {count(present, 'cell')} occurs in training, {why}"
        elif unreadable >= (TRUTH_SHARE if kinds[each.name] == BOOLEAN else UNREADABLE_SHARE) * present:
            said = f"{unreadable:,} of {count(present, 'cell')} cannot be read as a {kinds[each.name]}"
        else:
            continue
        known = _trained_with(each, schema, examples[0])
        raise DataError(
            f"{table}: column {each.name!r}: {said} (here {examples[0]!r}, in training {known})",
            Sentence("Write the column as in training, or give {allow_unreadable} to go on without it."),
        )


def _same_in_other_words(encoder: CategoryEncoder, examples: list[str]) -> str:
    """Why no cell is a level, if that is for spelling or type; "" where they are new levels."""
    if not examples or not encoder.levels:
        return ""
    levels = {_loose(level) for level in encoder.levels}
    if sum(_loose(each) in levels for each in examples) >= ALIKE_SHARE * len(examples):
        return "although they differ only in spelling"
    numbers, known = list(map(_is_number, examples)), list(map(_is_number, encoder.levels))
    if all(numbers) and not any(known):
        return "as they are numbers here and were words there"
    if all(known) and not any(numbers):
        return "as they are words here and were numbers there"
    if encoder.matching == BY_TRUTH:
        return "which had true/false values"
    return ""


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).lstrip("-").isdecimal()


def _loose(text: str) -> str:
    """Letters, digits and signs alone, without case and accents; numbers without zeros at their ends."""
    if _is_number(text):
        return (text.rstrip("0").rstrip(".") if "." in text else text).lstrip("0")
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in plain if each.isalnum() or each in "+#-*/")


def _trained_with(encoder: Encoder, schema: Schema, example: str) -> str:
    """Cells as training had them, in words; of a category the one that differs from `example` in spelling."""
    if isinstance(encoder, CategoryEncoder):
        alike = [level for level in encoder.levels if _loose(level) == _loose(example)]
        return f"{[*alike, *encoder.levels][0][:40]!r}"
    if isinstance(encoder, DateEncoder):
        first, last = (np.datetime64(int(days), "D") for days in (encoder.days.lowest, encoder.days.highest))
        return f"dates from {first} to {last}"
    assert isinstance(encoder, NumberEncoder)
    if encoder.kind == BOOLEAN:
        return "true and false"
    form = schema.forms.get(encoder.name, PLAIN)
    what = "durations in seconds" if form.clock else "numbers"
    unit = f" in {form.unit}" if form.unit else ""
    return f"{what} from {encoder.lowest:g} to {encoder.highest:g}{unit}"
