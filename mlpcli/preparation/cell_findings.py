"""Findings about the cells of columns: strays, spellings, levels that do not recur, two readings."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from shlex import quote

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.cells import Texts
from mlpcli.data.columns.frame import Frame
from mlpcli.data.columns.strays import PLURALS, Strays, shown
from mlpcli.data.counts import CellCounts
from mlpcli.data.encoders import Encoder
from mlpcli.data.schema import CATEGORY, CHOSEN, Column
from mlpcli.data.spelling import case_differences
from mlpcli.errors import Sentence, count
from mlpcli.preparation.finding import CASE, DATES, FALLBACK, GAPS, LEVELS, LISTS, WORDS, Finding

SHOWN_WORDS = 3
MOST_FINDINGS, SHOWN_COLUMNS = 5, 5
"""Of a kind, and names of the others."""
FEWEST_CELLS = 20
"""Of a category, before its levels are expected to recur."""
RECURRING_SHARE = 0.5
"""Of the cells, the share of levels or of unseen cells above which a category is named."""


def limited(found: Sequence[tuple[str, Finding]]) -> list[Finding]:
    """The findings about columns, of many of one kind the first and one that names the other columns."""
    findings = [
        replace(finding, columns=finding.columns or (name,)) for name, finding in found[:MOST_FINDINGS]
    ]
    if names := [name for name, _ in found[MOST_FINDINGS:]]:
        several = ", ".join(map(repr, names[:SHOWN_COLUMNS])) + ", ..." * (len(names) > SHOWN_COLUMNS)
        kind = findings[-1].kind
        text = f"so it is with {count(len(names), 'more column')}: {several}"
        advice = Sentence("{dry_run} says of each why")
        findings.append(Finding(kind, text, advice, columns=tuple(names)))
    return findings


def stray_findings(columns: Sequence[Column], strays: Mapping[str, Strays], frame: Frame) -> list[Finding]:
    """A finding for each column of which some cells are not of the kind of most."""
    missing, text = list[tuple[str, Finding]](), list[tuple[str, Finding]]()
    for column in columns:
        if column.name in strays:
            found = strays[column.name]
            if column.kind == CATEGORY:
                text.append((column.name, _nearly(column.name, found, frame)))
            else:
                missing.append((column.name, taken_as_missing(column, found)))
    return limited(missing) + limited(text)


def taken_as_missing(column: Column, strays: Strays) -> Finding:
    """Words of a column of numbers, dates or booleans."""
    words = list(strays.words.items())
    said = " and ".join(
        f"{shown(word)} in {count(cells, 'row')}" + f" of {column.name!r}" * (number == 0)
        for number, (word, cells) in enumerate(words[:SHOWN_WORDS])
    )
    more = len(words) - SHOWN_WORDS
    if more > 0:
        said += f" and {count(more, 'other text')} in {count(sum(n for _, n in words[SHOWN_WORDS:]), 'row')}"
    were = "was" if len(words) == 1 else "were"
    advice = Sentence("{kind} {} keeps such cells as text", quote(f"{column.name}=category"))
    if column.reason == CHOSEN:
        advice = Sentence("as {kind} says; without it the words may be levels")
    return Finding(
        WORDS, f"{said} {were} taken as missing, as the column holds {PLURALS[strays.kind]}", advice
    )


def target_words(name: str, strays: Strays, *, few: bool) -> Finding:
    """Rows that are left out as their target is none of the values that most are; `few` of those differ."""
    column = Column(name, strays.kind, "")
    found = taken_as_missing(column, strays)
    advice: str = "mend the cells that have a value"
    if few:
        advice = Sentence("{task} multiclass takes all cells of {!r} as classes", name)
    return Finding(WORDS, f"{found.text}: these rows are left out", advice, columns=(name,))


def lost_rows(name: str, words: Mapping[str, int], rows: int, *, classes: bool) -> list[Finding]:
    """Rows that are left out as their target is a word that means missing: the most frequent one.

    Empty cells are named only where they may be a class.
    """
    word = max(words, key=lambda each: words[each], default="")
    if not words or (word == "" and not classes):
        return []
    lost = f"{words[word]:,} of {count(rows, 'row')} are left out, as their target {name!r} is"
    if word == "":
        advice = Sentence("{empty} CLASS makes the empty cells a class")
        return [Finding(GAPS, f"{lost} empty", advice, columns=(name,))]
    kept = Sentence("{keep_words} {} makes it a value", quote(f"{name}={word}"))
    return [Finding(GAPS, f"{lost} {shown(word)}, a word that means missing", kept, columns=(name,))]


def _nearly(name: str, strays: Strays, frame: Frame) -> Finding:
    word, _ = next(iter(strays.words.items()))
    others = len(strays.words) - 1
    more = f" and {count(others, 'other text')}" if others else ""
    kind = PLURALS[strays.kind]
    return Finding(
        FALLBACK,
        f"{frame.place(strays.row)}: {strays.share:.0%} of column {name!r} are {kind}, but it is taken as "
        f"text because of {shown(word)}{more}",
        Sentence("{kind} {} takes those as missing", quote(f"{name}={strays.kind}")),
    )


def spelling_findings(columns: Sequence[Column], frame: Frame) -> list[Finding]:
    """Levels that differ in case only."""
    found = []
    for column in columns:
        cells = frame[column.name] if column.kind == CATEGORY else None
        if isinstance(cells, Texts):
            found += [(column.name, each) for each in _case("column", column.name, cells)]
    return limited(found)


def target_spellings(name: str, cells: Texts) -> list[Finding]:
    """Classes that differ in case only."""
    return _case("target", name, cells)


def listed_labels(name: str, example: str, separator: str) -> Finding:
    """A target whose cells look like lists of labels, but are learned as one class each."""
    said = f"cells of the target {name!r} look like lists of labels, such as {example}; each is a class"
    advice = Sentence("{label_separator} {} takes the labels apart", quote(separator))
    return Finding(LISTS, said, advice, columns=(name,))


def _case(role: str, name: str, cells: Texts) -> list[Finding]:
    present = cells[~cells.missing()]
    alike = case_differences(present.used().tolist())
    if not alike:
        return []
    several = " and ".join(shown(level) for level in alike[0][:SHOWN_WORDS])
    more = f", as do {count(len(alike) - 1, 'other level')}" if len(alike) > 1 else ""
    text = f"{role} {name!r}: {several} differ in upper and lower case only{more}; each is a level of its own"
    return [Finding(CASE, text, "spell them alike in the file if they mean the same", columns=(name,))]


def level_findings(columns: Sequence[Column], frame: Frame, known: Array, held: Array) -> list[Finding]:
    """Categories whose levels hardly recur, in all rows or in the `held` ones beside the `known` ones."""
    findings = []
    for column in columns:
        cells = frame[column.name] if column.kind == CATEGORY else None
        if not isinstance(cells, Texts):
            continue
        absent = cells.missing()
        present, distinct = int((~absent).sum()), cells[~absent].distinct()
        said = ""
        if present >= FEWEST_CELLS and distinct > RECURRING_SHARE * present:
            said = f"has {distinct:,} different texts in {count(present, 'row')}"
        elif len(held):
            there = held[~absent[held]]
            unseen = int((~np.isin(cells.codes[there], np.unique(cells.codes[known]))).sum())
            if len(there) >= FEWEST_CELLS and unseen > RECURRING_SHARE * len(there):
                said = f"has {unseen:,} of {len(there):,} held-out cells that training rows do not have"
        if said:
            text = f"column {column.name!r} is taken as categories and {said}: little can be learned from it"
            advice = Sentence("{drop} {}, or another {kind}", quote(column.name))
            findings.append((column.name, Finding(LEVELS, text, advice)))
    return limited(findings)


def part_findings(encoders: Sequence[Encoder], counts: CellCounts, part: str) -> list[Finding]:
    """Columns of which most cells in a held-out file are no level, cannot be read, or are not there."""
    found = []
    for each in encoders:
        name = each.name
        missing, unseen = counts.missing.get(name, 0), counts.unseen.get(name, 0)
        unreadable, said = counts.unreadable.get(name, 0), ""
        if counts.rows < FEWEST_CELLS:
            continue
        if missing == counts.rows:
            said = "all cells"
            what = "are missing"
        elif unseen > RECURRING_SHARE * (counts.rows - missing):
            said, what = f"{unseen:,} of {counts.rows - missing:,} cells", "are no level of training"
        elif unreadable > RECURRING_SHARE * (counts.rows - missing):
            said, what = f"{unreadable:,} of {counts.rows - missing:,} cells", "cannot be read"
        if said:
            text = f"{said} of {name!r} in the {part} file {what}"
            advice = Sentence("look whether it is the right file, or {drop} {}", quote(name))
            found.append((name, Finding(LEVELS, text, advice, part)))
    return limited(found)


def uncertain_dates(columns: Sequence[Column], still_open: Collection[str]) -> list[Finding]:
    """Dates and durations that can be read in two ways, or dates that are written in several."""
    findings = []
    for column in columns:
        two_clocks = column.form.clock and "possible too" in column.reason
        if column.reason != CHOSEN and (
            two_clocks or len(column.form.formats) > 1 or column.name in still_open
        ):
            text = f"column {column.name!r} holds {column.reason}"
            advice = Sentence("if that is wrong: dates as 2019-12-31 and durations as 1:30:00 leave no doubt")
            findings.append((column.name, Finding(DATES, text, advice)))
    return limited(findings)
