"""Tell free text from names, titles, codes and categories."""

import re
from collections import Counter

import numpy as np

from mlpcli.data.columns.cells import Texts
from mlpcli.data.words import is_alone, words_of

FEWEST_ROWS = 20
"""Below this many cells, nothing is said about how words repeat."""
FEWEST_TEXTS = 200
"""The same, below which a column is no text by itself: 138 remarks beside 384 salaries left the error of
test rows as it was and raised that of validation rows by 4 % (four seeds)."""
DISTINCT = 0.5
"""Of the cells, those with different words from which on a column is no category."""
SHORT, LONG = 3, 8
"""Words of the cell in the middle: from `SHORT` on a column may be text, from `LONG` on it need not look like
prose."""
COMMON_ROWS, COMMON = 5, 0.5
"""A word is common if it is in so many different cells; such a share of all words must be common."""
FEW_WORDS, LOWER = 0.5, 0.5
"""Short texts have at most so many different words for each different cell (reviews' titles 0.35, titles of
films, cars and firms 0.9 and more), and such a share of those behind the first begin in lower case (0.99 and,
of titles of films and jobs and of firms, 0.36 and less)."""
LOOKED_AT, CHARACTERS, CHARACTERS_IN_ALL = 10_000, 1_000, 1_000_000
"""Cells, and characters of each and of all."""
_WRITTEN = re.compile(r"[^\W\d_]+")


def is_mostly_distinct(present: Texts) -> bool:
    """Whether more than half of the cells are different."""
    return present.distinct() > DISTINCT * len(present) and len(present) >= FEWEST_ROWS


def free_text(present: Texts) -> str:
    """Why a column without missing cells is text to learn from; "" if it is none."""
    if len(present) < FEWEST_TEXTS or not is_mostly_distinct(present):
        return ""
    levels = _some(present)
    cells = [[word for word in words_of(level) if not word.isdecimal()] for level in levels]
    sizes = [len(cell) - _alone(cell, level) / 2 for cell, level in zip(cells, levels, strict=True)]
    middle = float(np.median(sizes))
    if middle < SHORT or len(set(map(tuple, cells))) <= DISTINCT * len(cells):
        return ""
    rows = Counter(word for cell in cells for word in set(cell))
    words = sum(map(len, cells))
    common = sum(rows[word] >= COMMON_ROWS for cell in cells for word in cell)
    if common < COMMON * words:
        return ""
    if middle < LONG and (len(rows) > FEW_WORDS * len(cells) or _lower(levels) < LOWER):
        return ""
    return f"text of about {middle:.0f} words a cell, most of which other rows have, too"


def _some(present: Texts) -> list[str]:
    """The beginnings of cells from all over the column."""
    levels = [level[:CHARACTERS] for level in present.levels.tolist()]
    most = min(LOOKED_AT, CHARACTERS_IN_ALL * len(levels) // max(sum(map(len, levels)), 1) + 1)
    return levels[:: -(-len(levels) // most)]


def _alone(cell: list[str], text: str) -> int:
    """How many words of a cell are single characters of a script without blanks."""
    return 0 if text.isascii() else sum(map(is_alone, cell))


def _lower(levels: list[str]) -> float:
    """The share of the words behind the first of a cell that begin in lower case."""
    later = [word for level in levels for word in _WRITTEN.findall(level)[1:]]
    return float(np.mean([word[0].islower() for word in later])) if later else 0.0
