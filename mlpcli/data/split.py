"""Which rows train and which are held out: seeded, and stratified where there are classes."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from mlpcli.errors import SettingsError
from mlpcli.settings import Settings, setting

Rows: TypeAlias = npt.NDArray[np.intp]


def _parse_part(flag: str) -> Any:
    def parse(text: str) -> float | str:
        if text.strip().lower() == "none":
            return 0.0
        try:
            fraction = float(text)
        except ValueError:
            return text
        if not 0 <= fraction < 1:
            raise SettingsError(
                f"{flag}: {text} is not a fraction", "Give a number from 0 to below 1, a file, or none."
            )
        return fraction

    return parse


@dataclass(frozen=True)
class SplitSettings(Settings):
    """Rows that are not trained on."""

    validation: float | str | None = setting(
        None,
        "Rows that choose the best epoch: a fraction, a file, or none.",
        group="Course",
        metavar="FRACTION|FILE|none",
        parse=_parse_part("--validation"),
        at_least=0,
        below=1,
        common=True,
    )
    test: float | str | None = setting(
        None,
        "Rows kept apart for a final, unbiased score: a fraction or a file.",
        group="Course",
        metavar="FRACTION|FILE",
        parse=_parse_part("--test"),
        at_least=0,
        below=1,
        common=True,
    )


def split_rows(
    rows: Rows, fraction: float, generator: np.random.Generator, classes: npt.NDArray[Any] | None
) -> tuple[Rows, Rows]:
    """(kept, held out), both in the order of `rows`; about `fraction` is held out.

    With `classes` (one per row) each class gives its share, and at least one row of each stays kept.
    """
    if fraction == 0 or len(rows) < 2:
        return rows, rows[:0]
    if classes is None:
        count = min(max(round(fraction * len(rows)), 1), len(rows) - 1)
        held = generator.permutation(len(rows))[:count]
    else:
        held = _stratified(fraction, generator, classes)
    mask = np.zeros(len(rows), dtype=bool)
    mask[held] = True
    return rows[~mask], rows[mask]


def _stratified(fraction: float, generator: np.random.Generator, classes: npt.NDArray[Any]) -> Rows:
    """Largest remainders: every class gives the floor of its share, the largest remainders one more."""
    _, numbers, counts = np.unique(classes, return_inverse=True, return_counts=True)
    shares = counts * fraction
    take = np.floor(shares).astype(np.intp)
    left = round(fraction * len(classes)) - int(take.sum())
    take[np.argsort(take - shares, kind="stable")[: max(left, 0)]] += 1
    take = np.minimum(take, counts - 1)
    order = generator.permutation(len(classes))
    held = [order[numbers[order] == number][:count] for number, count in enumerate(take)]
    return np.concatenate(held)
