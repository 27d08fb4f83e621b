"""Cells that list labels, such as `fast;cheap`."""

from collections.abc import Collection, Mapping, Sequence

from mlpcli.data.spelling import cleaned
from mlpcli.errors import SettingsError

NAMED = {"tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}
SEPARATORS = (";", "|", ",")
"""Those that are looked for where none is given; the ones that names hold most seldom come first."""
LONGEST_SEPARATOR = 10
LONGEST_LABEL = 40
"""Characters of a label, before a cell is taken for a sentence."""
FEWEST_LISTS = 2
"""Different cells with a separator, before a column is taken for lists."""
LISTED_SHARE = 0.2
"""Of the rows, the share that hold a separator, at least."""
RECURRING_SHARE = 0.5
"""Of the labels, the share that stand in two different cells or more, at least."""
_BRACKETS = {"[": "]", "(": ")", "{": "}"}
_QUOTES = "\"'"


def parse_separator(text: str) -> str:
    """A separator from an option's text; raises SettingsError for what cannot be one."""
    separator = NAMED.get(text, text)
    if not 1 <= len(separator) <= LONGEST_SEPARATOR or any(each in separator for each in "\r\n\0"):
        hint = "Use ';' or a name: comma, semicolon, pipe, tab, space."
        raise SettingsError(f"{text!r:.40} cannot be a label separator", hint, setting="label_separator")
    return separator


def labels_in_cell(cell: str, separator: str) -> list[str]:
    """The labels of a cell in their order, each once, without blanks at their ends.

    The whole list may stand in brackets and its labels in quotes, as in JSON and Python.
    """
    text = cell.strip()
    in_brackets = len(text) > 1 and _BRACKETS.get(text[0]) == text[-1]
    if in_brackets:
        text = text[1:-1]
    parts = [part.strip() for part in text.split(separator)]
    if in_brackets:
        parts = [part[1:-1] if _is_quoted(part) else part for part in parts]
    return list(dict.fromkeys(label for part in parts if (label := cleaned(part))))


def separator_of(levels: Mapping[str, int]) -> str:
    """The separator of a column that looks like lists of labels; "" if it does not.

    `levels` are its different cells and how often each occurs. Lists are told by labels that recur: most of
    them stand in several different cells, and there are fewer labels than different cells.
    """
    rows = sum(levels.values())
    for separator in SEPARATORS:
        listed = [level for level in levels if separator in level]
        if len(listed) < FEWEST_LISTS or sum(levels[level] for level in listed) < LISTED_SHARE * rows:
            continue
        often = _cells_of_labels(levels, separator)
        recurring = sum(cells > 1 for cells in often.values())
        short = max(map(len, often), default=0) <= LONGEST_LABEL
        if short and len(often) < len(levels) and recurring >= RECURRING_SHARE * len(often):
            return separator
    return ""


def _cells_of_labels(levels: Collection[str], separator: str) -> dict[str, int]:
    """In how many different cells each label stands."""
    often: dict[str, int] = {}
    for level in levels:
        for label in labels_in_cell(level, separator):
            often[label] = often.get(label, 0) + 1
    return often


def all_labels(levels: Sequence[str], separator: str) -> list[str]:
    """The different labels of all cells, sorted."""
    return sorted(_cells_of_labels(levels, separator))


def _is_quoted(text: str) -> bool:
    return len(text) > 1 and text[0] in _QUOTES and text[0] == text[-1]
