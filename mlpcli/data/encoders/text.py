"""Free text as weighted counts of words, which the network turns into a learned vector."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.counts import CellCounts
from mlpcli.data.encoders.base import Description, Encoder
from mlpcli.data.schema import TEXT, Column, DataSettings
from mlpcli.data.words import KEY_BITS, MOST_CHARACTERS, ReadTexts, WordReader

if TYPE_CHECKING:
    from mlpcli.data.columns.cells import Cells, Texts

MOST_TERMS = 1792
"""Words and pairs of words that have a matrix column of their own, with an eighth as many for pieces of all
others. Logistic regression on 19,000 reviews, a fifth held out: AUC 0.947, with half as many columns
0.945; 2,048 columns into which all words, pairs and pieces are hashed: 0.944, in five times the time."""
TERMS_PER_PIECE = 8
MOST_CELLS = 40_000_000
"""Of the matrix (160 MB) for one text; of many rows there are fewer columns."""
FEWEST_TERMS = 64
OCCURRENCES = 50
"""Words in all texts together for each matrix column: short texts and few rows have fewer columns."""
LEAST_ROWS = 3
"""In which a term must occur."""
LOOKED_AT, LOOKED_AT_CHARACTERS = 30_000, 30_000_000
"""Texts, and characters of them, by which terms are chosen."""
AT_ONCE = 1_000
"""Rows."""


class _TextDescription(Description):
    had_gaps: bool
    pieces: int


@dataclass(frozen=True, kw_only=True)
class TextEncoder(Encoder):
    """Columns of the terms that most rows have, words and pairs of words; then of pieces of all other words.

    A term is known by a number that is computed from it; no word is stored. Pieces share columns by such a
    number, half of them with a minus (Weinberger et al. 2009, arXiv 0902.2206). Values are log(1 + count),
    those of terms times log((1 + rows) / (1 + rows with it)) + 1, and each row has length 1; a cell without
    words is 0. One more column is 1 at gaps, if training had any.
    """

    STORED: ClassVar[type] = _TextDescription

    name: str
    had_gaps: bool
    terms: Array
    """(terms,) uint64 in order."""
    factors: Array
    """(terms,)"""
    pieces: int

    @classmethod
    def fit(
        cls,
        column: Column,
        cells: "Cells",
        settings: DataSettings,
        weights: Array | None = None,
        *,
        scalings: Sequence[str] = (),
    ) -> "TextEncoder":
        """The terms of the most rows; rows count by their weights."""
        texts = cells.texts()
        gaps = texts.missing()
        there = np.flatnonzero(~gaps)
        few = there[np.linspace(0, len(there) - 1, min(len(there), LOOKED_AT)).astype(np.intp)]
        few = few[: int(np.searchsorted(np.cumsum(_lengths(texts[few])), LOOKED_AT_CHARACTERS)) + 1]
        of_rows = np.ones(len(few)) if weights is None else weights[few]
        terms, rows, words = _counted(texts[few], of_rows)
        most = min(MOST_TERMS, max(MOST_CELLS // max(len(texts), 1), FEWEST_TERMS), int(words / OCCURRENCES))
        order = np.argsort(-rows, kind="stable")[:most]
        kept = np.sort(order[rows[order] >= LEAST_ROWS])
        return cls(
            name=column.name,
            had_gaps=bool(gaps.any()),
            terms=terms[kept],
            factors=np.log((1.0 + of_rows.sum()) / (1.0 + rows[kept])) + 1.0,
            pieces=len(kept) // TERMS_PER_PIECE + 1,
        )

    @property
    def width(self) -> int:
        return len(self.terms) + self.pieces + self.had_gaps

    @property
    def bags(self) -> tuple[tuple[int, int], ...]:
        return ((0, len(self.terms) + self.pieces),)

    def read(self, cells: "Cells") -> tuple[Array, Array]:
        """The number of words of each cell, NaN where it is missing."""
        texts = cells.texts()
        reader, by_level = WordReader(), np.zeros(len(texts.levels))
        used = np.flatnonzero(texts.counts())
        for start in range(0, len(used), AT_ONCE):
            some = used[start : start + AT_ONCE]
            by_level[some] = reader.read(texts.levels[some].tolist()).counts
        counts = texts.spread(by_level, np.nan)
        counts[texts.missing()] = np.nan
        return counts, np.zeros(len(counts), np.bool_)

    def write(self, cells: "Cells", out: Array, counts: CellCounts) -> None:
        texts = cells.texts()
        gaps = texts.missing()
        counts.add("missing", self.name, gaps)
        width = len(self.terms) + self.pieces
        codes = np.where(gaps, -1, texts.codes)
        for start in range(0, len(codes), AT_ONCE):
            some = codes[start : start + AT_ONCE].tolist()
            named = ["" if code < 0 else texts.levels[code] for code in some]
            self._write(self._reader.read(named), out[start : start + AT_ONCE, :width])
        if self.had_gaps:
            out[:, width] = gaps

    def write_values(self, values: Array, out: Array) -> None:
        """As texts without a word that is known, as the words themselves are not read."""
        out[:] = 0.0
        if self.had_gaps:
            out[:, -1] = np.isnan(values)

    @cached_property
    def _reader(self) -> WordReader:
        return WordReader()

    def _write(self, read: ReadTexts, out: Array) -> None:
        """Write the values of some texts into `out` (texts, terms and pieces)."""
        rows, n_terms = len(out), len(self.terms)
        words, (of_pairs, pairs) = read.words(), read.pairs()
        columns, known = self._columns(words.keys)
        pair_columns, pairs_known = self._columns(pairs)
        of_pieces, pieces = read.pieces(~known)
        found = np.concatenate([words.texts * n_terms + columns, of_pairs * n_terms + pair_columns])
        places, counts = np.unique(found[np.concatenate([known, pairs_known])], return_counts=True)
        of_terms, at = np.divmod(places, max(n_terms, 1))
        values = np.log1p(counts) * self.factors[at]
        signs = np.where(pieces >> np.uint64(KEY_BITS - 1), -1.0, 1.0)
        shared = of_pieces * self.pieces + (pieces % np.uint64(self.pieces)).astype(np.int64)
        sums = np.bincount(shared, signs, minlength=rows * self.pieces).reshape(rows, self.pieces)
        sums = np.copysign(np.log1p(np.abs(sums)), sums)
        squares = np.bincount(of_terms, values**2, minlength=rows) + (sums**2).sum(axis=1)
        lengths = np.sqrt(np.where(squares > 0, squares, 1.0))
        out[:, :n_terms] = 0.0
        out[of_terms, at] = values / lengths[of_terms]
        out[:, n_terms:] = sums / lengths[:, None]

    def _columns(self, keys: Array) -> tuple[Array, Array]:
        """The columns of the terms of these keys, and a mask of those that are one."""
        if not len(self.terms):
            return np.zeros(len(keys), np.int64), np.zeros(len(keys), np.bool_)
        columns = np.minimum(np.searchsorted(self.terms, keys), len(self.terms) - 1)
        return columns, self.terms[columns] == keys

    def described(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "kind": TEXT,
            "width": self.width,
            "had_gaps": self.had_gaps,
            "pieces": self.pieces,
        }

    def arrays(self) -> dict[str, Array]:
        """`terms` (terms, 2): the number of each, and its factor."""
        return {"terms": np.stack([self.terms.astype(np.float64), self.factors], axis=1)}

    @classmethod
    def shapes(cls, stored: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
        return {"terms": (max(stored["width"] - stored["pieces"] - stored["had_gaps"], 0), 2)}

    @classmethod
    def from_description(cls, stored: Mapping[str, Any], arrays: Mapping[str, Array]) -> "TextEncoder":
        numbers, factors = arrays["terms"].T
        if stored["pieces"] < 1:
            raise ValueError("a text has no column for pieces of words")
        if (numbers != np.floor(numbers)).any() or (numbers < 0).any() or (numbers >= 2.0**KEY_BITS).any():
            raise ValueError("a term has an impossible number")
        if (np.diff(numbers) < 0).any():
            raise ValueError("its terms are not sorted")
        return cls(
            name=stored["name"],
            had_gaps=stored["had_gaps"],
            terms=numbers.astype(np.uint64),
            factors=factors,
            pieces=stored["pieces"],
        )


def _lengths(texts: "Texts") -> Array:
    by_level = np.array([min(len(level), MOST_CHARACTERS) for level in texts.levels], np.int64)
    return texts.spread(by_level, 0)


def _counted(texts: "Texts", weights: Array) -> tuple[Array, Array, float]:
    """All terms in order, the weight of the rows that have each, and the number of words in all."""
    by_level = np.bincount(texts.codes, weights, minlength=len(texts.levels))
    used = np.flatnonzero(texts.counts())
    reader, words = WordReader(), 0.0
    keys: list[Array] = [np.zeros(0, np.uint64)]
    of_texts: list[Array] = [np.zeros(0)]
    for start in range(0, len(used), AT_ONCE):
        some = used[start : start + AT_ONCE]
        read = reader.read(texts.levels[some].tolist())
        words += float(read.counts @ by_level[some])
        for places, terms in (read.words(), read.pairs()):
            order = np.lexsort((terms, places))
            places, terms = places[order], terms[order]
            first = np.ones(len(terms), np.bool_)
            first[1:] = (places[1:] != places[:-1]) | (terms[1:] != terms[:-1])
            keys.append(terms[first])
            of_texts.append(by_level[some][places[first]])
    found, number = np.unique(np.concatenate(keys), return_inverse=True)
    return found, np.bincount(number, np.concatenate(of_texts), minlength=len(found)), words
