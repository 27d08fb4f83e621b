"""Categories as one matrix column per level, or as codes for vectors that the network learns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, NotRequired

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.counts import CellCounts
from mlpcli.data.encoders.base import Description, Encoder
from mlpcli.data.encoders.level_means import MISSING, UNSEEN, LevelMeans, LevelMeansDescription
from mlpcli.data.schema import CATEGORY, Column, DataSettings
from mlpcli.data.spelling import BY_NUMBER, MATCHINGS, TEXT, keys, matching_of

if TYPE_CHECKING:
    from mlpcli.data.columns.cells import Cells


class _CategoryDescription(Description):
    levels: list[str]
    had_gaps: bool
    embedded: bool
    matching: Annotated[str, MATCHINGS]
    decimal: NotRequired[Annotated[str, (".", ",")]]
    told: NotRequired[LevelMeansDescription]


@dataclass(frozen=True)
class CategoryEncoder(Encoder):
    """One column of 0 and 1 per level; all zero for a level that training did not keep.

    `embedded`, as the network learns a vector for each level: one column of codes, 0 for such a level, else
    its number, counted from 1. Cells are levels by `matching`, whatever their spelling; `decimal` is the mark
    of levels that are numbers. `told`: means of the target for more levels than are kept, in further columns.
    """

    STORED: ClassVar[type] = _CategoryDescription

    name: str
    levels: tuple[str, ...]
    had_gaps: bool
    embedded: bool = False
    matching: str = TEXT
    decimal: str = "."
    told: LevelMeans | None = None

    @classmethod
    def fit(
        cls,
        column: Column,
        cells: "Cells",
        settings: DataSettings,
        weights: Array | None = None,
        *,
        scalings: Sequence[str] = (),
    ) -> "CategoryEncoder":
        """The levels in order of the text, the most frequent where there are too many."""
        texts = cells.texts()
        absent = texts.missing()
        present = None if weights is None else weights[~absent]
        counts = np.bincount(texts.codes[~absent], present, minlength=len(texts.levels))
        counted = zip(texts.levels, counts.tolist(), strict=True)
        by_count = sorted((each for each in counted if each[1]), key=lambda each: (-each[1], each[0]))
        levels = sorted(level for level, _ in by_count[: settings.max_categories])
        embedded = settings.embed_above is not None and len(levels) > settings.embed_above
        matching = matching_of(levels, cells.reading.decimal)
        return cls(
            name=column.name,
            levels=tuple(levels),
            had_gaps=bool(absent.any()),
            embedded=embedded,
            matching=matching,
            decimal=cells.reading.decimal if matching == BY_NUMBER else ".",
        )

    @property
    def codes(self) -> int:
        """Levels, and one for missing if training had gaps."""
        return len(self.levels) + self.had_gaps

    @property
    def own_width(self) -> int:
        """The number of matrix columns without means of the target."""
        return 1 if self.embedded else self.codes

    @property
    def width(self) -> int:
        return self.own_width + (0 if self.told is None else self.told.width)

    @property
    def categories(self) -> tuple[tuple[int, int], ...]:
        return ((0, self.codes),) if self.embedded else ()

    @property
    def keys(self) -> list[str]:
        """Of each level what is the same in all its spellings."""
        return keys(self.levels, self.matching, self.decimal)

    def read(self, cells: "Cells") -> tuple[Array, Array]:
        codes, absent = self._levels(cells)
        return np.where(absent, np.nan, codes), np.zeros(len(codes), dtype=np.bool_)

    def _levels(self, cells: "Cells") -> tuple[Array, Array]:
        """Numbers of levels (rows,), -1 for any other cell, and a mask of the missing."""
        texts = cells.texts()
        number_of = {key: number for number, key in enumerate(self.keys)}
        known = keys(texts.levels, self.matching, texts.reading.decimal)
        by_level = np.array([number_of.get(key, -1) for key in known], dtype=np.intp)
        return texts.spread(by_level, -1), texts.missing()

    def write(self, cells: "Cells", out: Array, counts: CellCounts) -> None:
        codes, absent = self._levels(cells)
        unseen = (codes < 0) & ~absent
        self._write_codes(codes, absent, out)
        if self.told is not None:
            told = self.told_rows(cells, self.told)
            self.told.write(told, out[:, self.own_width :])
            unseen &= told == UNSEEN
        counts.add("missing", self.name, absent)
        counts.add("unseen", self.name, unseen, cells)

    def write_values(self, values: Array, out: Array) -> None:
        """Numbers of levels: any that is no level of the encoder counts as unseen."""
        absent = np.isnan(values)
        codes = np.where(absent, -1.0, values).astype(np.intp)
        self._write_codes(codes, absent, out)
        if self.told is not None:
            rows = np.append(self.told.rows_of_texts(self.keys), UNSEEN)[codes]
            self.told.write(np.where(absent, MISSING, rows), out[:, self.own_width :])

    def _write_codes(self, codes: Array, absent: Array, out: Array) -> None:
        codes = np.where(absent, len(self.levels) if self.had_gaps else -1, codes)
        if self.embedded:
            out[:, 0] = codes + 1
        else:
            out[:] = 0.0
            rows = np.flatnonzero(codes >= 0)
            out[rows, codes[rows]] = 1.0

    def told_rows(self, cells: "Cells", told: LevelMeans) -> Array:
        """For each cell the row of a table of means."""
        texts = cells.texts()
        by_level = told.rows_of_texts(keys(texts.levels, self.matching, texts.reading.decimal))
        by_level[texts.level_missing()] = MISSING
        return texts.spread(by_level, MISSING)

    def described(self) -> dict[str, Any]:
        coded: dict[str, Any] = {
            "levels": list(self.levels),
            "had_gaps": self.had_gaps,
            "embedded": self.embedded,
        }
        # Older files name no mark: their networks never saw a level such as 1,5, and so go on without it.
        coded |= {} if self.decimal == "." else {"decimal": self.decimal}
        coded |= {} if self.told is None else {"told": self.told.described()}
        return {"name": self.name, "kind": CATEGORY, "width": self.width, "matching": self.matching} | coded

    def arrays(self) -> dict[str, Array]:
        """Those of the means of the target, if there are any."""
        return {} if self.told is None else self.told.arrays()

    @classmethod
    def shapes(cls, stored: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
        return LevelMeans.shapes(stored["told"]) if "told" in stored else {}

    @classmethod
    def from_description(cls, stored: Mapping[str, Any], arrays: Mapping[str, Array]) -> "CategoryEncoder":
        levels = tuple(stored["levels"])
        if len(set(levels)) < len(levels):
            raise ValueError("a category column lists a level twice")
        facts = {name: stored[name] for name in ("name", "had_gaps", "embedded", "matching")}
        told = LevelMeans.from_description(stored["told"], arrays) if "told" in stored else None
        return cls(**facts, levels=levels, decimal=stored.get("decimal", "."), told=told)
