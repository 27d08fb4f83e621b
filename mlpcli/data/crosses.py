"""Crosses: further inputs that are made of number columns by a formula, such as `x1*x2`.

Needs no NumPy before values are asked for.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from mlpcli.data.formulas import Formula, Name, names_in, parse_formulas, renamed, text_of, value_of
from mlpcli.errors import SettingsError

if TYPE_CHECKING:
    from mlpcli.arrays import Array

MOST_CROSSES = 64
"""Of a model."""
MOST_TEXT = 100_000
"""Characters of all of them."""


@dataclass(frozen=True)
class Cross:
    """An input that is made of others. It is called by its formula."""

    formula: Formula

    @cached_property
    def name(self) -> str:
        """The formula without blanks and needless parentheses."""
        return text_of(self.formula)

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """The number columns that it is made of, each once."""
        return names_in(self.formula)

    def of(self, names: Mapping[str, str]) -> "Cross":
        """The same of columns of other names."""
        return Cross(renamed(self.formula, names))

    def values(self, by_name: "Mapping[str, Array]") -> "Array":
        """Values (rows,) float64 of those of the sources, which may be NaN.

        NaN where a source is, and where the result is no finite number: 1/0, the root of -1, an overflow.
        """
        import numpy as np

        sources = {name: np.asarray(by_name[name], np.float64) for name in self.sources}
        gaps = np.logical_or.reduce([np.isnan(each) for each in sources.values()])
        with np.errstate(all="ignore"):
            values = np.array(np.broadcast_to(value_of(self.formula, sources), gaps.shape), np.float64)
        values[gaps | ~np.isfinite(values)] = np.nan
        return values


def parse_crosses(text: str) -> tuple[Cross, ...]:
    """The crosses of a text, separated by commas; raises SettingsError that says where it is wrong."""
    if len(text) > MOST_TEXT:
        raise _refusal(f"{len(text):,} characters are given", f"Give {MOST_TEXT:,} at most.")
    return tuple(map(Cross, parse_formulas(text)))


def parse_names(text: str) -> tuple[str, ...]:
    """The crosses of a text as they are stored."""
    return tuple(cross.name for cross in parse_crosses(text))


def checked_crosses(texts: Sequence[str]) -> tuple[Cross, ...]:
    """The crosses of all texts; raises SettingsError for too many, one that is there twice, or no cross."""
    crosses = tuple(cross for text in texts for cross in parse_crosses(text))
    if len(crosses) > MOST_CROSSES:
        raise _refusal(f"{len(crosses):,} crosses are given", f"Give {MOST_CROSSES} at most.")
    refuse_twice(crosses)
    for cross in crosses:
        if not cross.sources:
            raise _refusal(f"{cross.name!r:.60} names no column", "Write for example x1*x2.")
        if isinstance(cross.formula, Name):
            raise _refusal(
                f"{cross.name!r:.60} is a name and no formula", "Write for example x1*x2 or sin(x1)."
            )
    return crosses


def refuse_twice(crosses: Iterable[Cross]) -> None:
    """Raise SettingsError if two crosses have one name."""
    seen = set[str]()
    for cross in crosses:
        if cross.name in seen:
            raise _refusal(f"{cross.name!r:.60} is given twice", "Leave one of them out.")
        seen.add(cross.name)


def _refusal(said: str, hint: str) -> SettingsError:
    return SettingsError(said, hint, setting="cross")
