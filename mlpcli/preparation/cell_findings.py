"""Findings about the cells of columns: strays, spellings, levels that do not recur, two readings."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.cells import Texts
from mlpcli.data.columns.frame import Frame
from mlpcli.data.columns.strays import PLURALS, Strays, shown
from mlpcli.data.counts import CellCounts
from mlpcli.data.encoders import Encoder
from mlpcli.data.encoders.categories import CategoryEncoder
from mlpcli.data.schema import CATEGORY, CHOSEN, Column
from mlpcli.data.spelling import case_differences
from mlpcli.errors import Sentence, count
from mlpcli.preparation.finding import CASE, DATES, FALLBACK, GAPS, LEVELS, LISTS, POOLED, WORDS, Finding
from mlpcli.text_width import shell_word

SHOWN_WORDS = 3
MOST_FINDINGS, SHOWN_COLUMNS = 5, 5
"""Of a kind, and names of the others."""
FEWEST_CELLS = 20
"""Of a category, before its levels are expected to recur."""
POOLED_SHARE = 0.2
"""Of the cells of a category, the share of values that are not kept from which on it is named."""
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
        text = f"the same holds for {count(len(names), 'more column')}: {several}"
        advice = Sentence("{dry_run} shows the reason for each")
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
    advice = Sentence("{kind} {} keeps them as text", shell_word(f"{column.name}=category"))
    if column.reason == CHOSEN:
        advice = Sentence("because of {kind}; without it the column may be read as text")
    return Finding(
        WORDS, f"{said} {were} read as missing because the column holds {PLURALS[strays.kind]}", advice
    )


def target_words(name: str, strays: Strays, *, few: bool) -> Finding:
    """Rows that are left out as their target is none of the values that most are; `few` of those differ."""
    column = Column(name, strays.kind, "")
    found = taken_as_missing(column, strays)
    advice: str = "fix the cells that have a value"
    if few:
        advice = Sentence("{task} multiclass reads all cells of {!r} as classes", name)
    return Finding(WORDS, f"{found.text}; these rows are excluded", advice, columns=(name,))


def lost_rows(name: str, words: Mapping[str, int], rows: int, *, classes: bool) -> list[Finding]:
    """Rows that are left out as their target is a word that means missing: the most frequent one.

    Empty cells are named only where they may be a class.
    """
    word = max(words, key=lambda each: words[each], default="")
    if not words or (word == "" and not classes):
        return []
    lost = f"{words[word]:,} of {count(rows, 'row')} are excluded because their target {name!r} is"
    if word == "":
        advice = Sentence("{empty} CLASS makes empty cells a class")
        return [Finding(GAPS, f"{lost} empty", advice, columns=(name,))]
    kept = Sentence("{keep_words} {} makes it a value", shell_word(f"{name}={word}"))
    return [Finding(GAPS, f"{lost} {shown(word)}, which is read as missing", kept, columns=(name,))]


def _nearly(name: str, strays: Strays, frame: Frame) -> Finding:
    word, _ = next(iter(strays.words.items()))
    others = len(strays.words) - 1
    more = f" and {count(others, 'other text')}" if others else ""
    kind = PLURALS[strays.kind]
    return Finding(
        FALLBACK,
        f"{frame.place(strays.row)}: column {name!r} is read as text because of {shown(word)}{more}, "
        f"although {strays.share:.0%} of its cells are {kind}",
        Sentence("{kind} {} reads the others as missing", shell_word(f"{name}={strays.kind}")),
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
    said = f"the target {name!r} looks like lists of labels, such as {example}, but each list is one class"
    advice = Sentence("{label_separator} {} splits the lists", shell_word(separator))
    return Finding(LISTS, said, advice, columns=(name,))


def _case(role: str, name: str, cells: Texts) -> list[Finding]:
    present = cells[~cells.missing()]
    alike = case_differences(present.used().tolist())
    if not alike:
        return []
    several = " and ".join(shown(level) for level in alike[0][:SHOWN_WORDS])
    more = f" (and {count(len(alike) - 1, 'more group')})" if len(alike) > 1 else ""
    text = f"{role} {name!r}: {several} differ only in case{more} but count as different values"
    return [Finding(CASE, text, "use one spelling if they mean the same", columns=(name,))]


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
            said = f"has {distinct:,} distinct values in {count(present, 'row')}"
        elif len(held):
            there = held[~absent[held]]
            unseen = int((~np.isin(cells.codes[there], np.unique(cells.codes[known]))).sum())
            if len(there) >= FEWEST_CELLS and unseen > RECURRING_SHARE * len(there):
                said = f"{unseen:,} of {len(there):,} held-out cells do not occur in the training rows"
        if said:
            text = f"column {column.name!r} is read as categories, but {said}, so it is of little use"
            advice = Sentence("{drop} {}, or choose another {kind}", shell_word(column.name))
            findings.append((column.name, Finding(LEVELS, text, advice)))
    return limited(findings)


def pooled_findings(encoders: Sequence[Encoder], frame: Frame, most: int) -> list[Finding]:
    """Categories of more than `most` distinct values, if many cells hold one that is not kept.

    Those of which also the others are told by the target are none.
    """
    found = []
    for each in encoders:
        if not isinstance(each, CategoryEncoder) or len(each.levels) < most or each.told is not None:
            continue
        codes, _ = each.read(frame[each.name])
        present = codes[~np.isnan(codes)]
        pooled = float(np.mean(present < 0)) if len(present) else 0.0
        if pooled > POOLED_SHARE:
            distinct = len(np.unique(present[present >= 0])) + _distinct_pooled(frame, each.name, codes)
            text = (
                f"column {each.name!r}: only its {most:,} most frequent values are kept of {distinct:,}; "
                f'{pooled:.0%} of its cells become "other"'.replace("%", " %")
            )
            advice = Sentence("{max_categories} {} keeps all", distinct)
            found.append((each.name, Finding(POOLED, text, advice)))
    return limited(found)


def _distinct_pooled(frame: Frame, name: str, codes: Array) -> int:
    """Distinct values of the cells that are no level."""
    texts = frame[name].texts()
    return texts[codes < 0].distinct()


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
            said, what = f"{unseen:,} of {counts.rows - missing:,} cells", "do not occur in training"
        elif unreadable > RECURRING_SHARE * (counts.rows - missing):
            said, what = f"{unreadable:,} of {counts.rows - missing:,} cells", "cannot be read"
        if said:
            text = f"{said} of {name!r} in the {part} file {what}"
            advice = Sentence("check that it is the right file, or {drop} {}", shell_word(name))
            found.append((name, Finding(LEVELS, text, advice, part)))
    return limited(found)


def uncertain_dates(columns: Sequence[Column], still_open: Collection[str]) -> list[Finding]:
    """Dates and durations that can be read in two ways, or dates that are written in several."""
    findings = []
    for column in columns:
        two_clocks = column.form.clock and "also possible" in column.reason
        if column.reason != CHOSEN and (
            two_clocks or len(column.form.formats) > 1 or column.name in still_open
        ):
            text = f"column {column.name!r} holds {column.reason}"
            advice = Sentence("if that is wrong, write dates as 2019-12-31 and durations as 1:30:00")
            findings.append((column.name, Finding(DATES, text, advice)))
    return limited(findings)
