"""Split rows into parts and folds: seeded, stratified by class, by whole groups, or by time."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
from numpy.random import Generator

from mlpcli.data.whole_sets import Labels, Mask, Rows, nearest_sum, reunited, unparted
from mlpcli.errors import DataError, Sentence, SettingsError
from mlpcli.settings import Settings, setting

PART_HINT = "Give a number from 0 to below 1, a file, or none."
ONE_ONLY_HINT = Sentence("Choose a column with several values, or give {validation} none and no {test}.")


def _parse_part(name: str, text: str) -> float | str:
    if text.strip().lower() == "none":
        return 0.0
    number, percent, _ = text.strip().partition("%")
    try:
        fraction = float(number) / (100 if percent else 1)
    except ValueError:
        return text
    if not 0 <= fraction < 1:
        hint = (
            f"Write {fraction / 100:g} for {fraction:g} % of the rows." if 1 < fraction < 100 else PART_HINT
        )
        raise SettingsError(f"{text} is not a fraction", hint, setting=name)
    return fraction


_setting = partial(setting, encodes_rows=True)
_part = partial(_setting, None, group="Training", at_least=0, below=1, common=True)


@dataclass(frozen=True)
class SplitSettings(Settings):
    """Settings of the rows that are held out."""

    validation: float | str | None = _part(
        "Rows that choose the best epoch. Give a fraction such as 0.2 (or 20%), a file, or none. "
        "[by preset: 0.1, 0.2, 5 folds or none]",
        metavar="FRACTION|FILE|none",
        parse=partial(_parse_part, "validation"),
    )
    test: float | str | None = _part(
        "Rows kept apart for a final, unbiased score. Give a fraction such as 0.2 (or 20%), or a file.",
        metavar="FRACTION|FILE",
        parse=partial(_parse_part, "test"),
    )
    group: str | None = _setting(
        None,
        "Keep rows with the same value of this column on one side of every split.",
        group="Data",
        metavar="COLUMN",
    )
    time: str | None = _setting(
        None,
        "Take the latest rows by this column as validation and test rows.",
        group="Data",
        metavar="COLUMN",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, part in (("validation", self.validation), ("test", self.test)):
            if isinstance(part, str) and not part.strip():
                said = f"{part!r:.40} is neither a fraction nor a file"
                raise SettingsError(said, PART_HINT, setting=name)
        if self.group is not None and self.time is not None:
            raise SettingsError(
                Sentence("{time} and {group} cannot be combined"), "Leave one of them out.", setting="time"
            )


def split_rows(
    rows: Rows,
    fraction: float,
    generator: Generator,
    classes: Labels | None = None,
    groups: Labels | None = None,
    times: npt.NDArray[np.floating] | None = None,
    alike: Labels | None = None,
) -> tuple[Rows, Rows]:
    """(kept, held out), both in the order of `rows`; about `fraction` is held out.

    The other arrays have one entry for each of `rows`. With `classes` each class gives its share, and one
    row of each stays kept at least. With `groups` a group is held as a whole or not at all, and each side
    gets one at least; `classes` are then balanced as well as a greedy search can. `times`, none of which may
    be NaN, decide alone: the latest rows are held, nothing is random, and rows of one time are never parted.
    With neither groups nor times, rows `alike` are not parted, if there are enough of different ones; each
    class gives its share as nearly as that can be. Nothing is held of fewer than two rows; DataError when
    there is but one group or time.
    """
    if fraction == 0 or len(rows) < 2:
        return rows, rows[:0]
    count = min(max(round(fraction * len(rows)), 1), len(rows) - 1)
    mask = np.zeros(len(rows), dtype=bool)
    if times is not None:
        mask = _latest(count, times)
    elif groups is not None:
        mask = _whole_groups(count, generator, groups, classes)
    elif classes is not None:
        mask[_stratified(fraction, generator, classes)] = True
    else:
        mask[generator.permutation(len(rows))[:count]] = True
    if alike is not None and times is None and groups is None:
        mask = unparted(mask, generator, alike, classes)
    return rows[~mask], rows[mask]


def folds(
    rows: Rows,
    number: int,
    generator: Generator,
    classes: Labels | None = None,
    groups: Labels | None = None,
    alike: Labels | None = None,
) -> Iterator[tuple[Rows, Rows]]:
    """(kept, held out) `number` times, in the order of `rows`; each row is held exactly once.

    Fold sizes differ by one row at most, and so do the counts of each class over the folds. With `groups`
    a group is held as a whole, every fold holds one at least, and sizes and classes are balanced as well as a
    greedy search can. Without groups, rows `alike` are in one fold, if there are as many different ones as
    folds; the other rows are where they would be without. A class of fewer rows than folds is missing from
    some.
    What is wrong is raised at once, not with the first fold.
    """
    if number < 2:
        raise SettingsError(f"{number} is out of range", "It must be at least 2.", setting="folds")
    what, count = ("rows", len(rows)) if groups is None else ("groups", len(np.unique(groups)))
    if number > count:
        said = f"{number} folds need at least {number} {what}, but there are {count:,}"
        raise DataError(said, f"Give fewer folds, or more {what}.", setting="folds")
    if groups is None:
        order = generator.permutation(len(rows))
        if classes is not None:
            order = order[np.argsort(classes[order], kind="stable")]
        # Dealt in turn: a class is one run of the order, so no fold gets two more of it than another.
        fold_of = np.empty(len(rows), dtype=np.intp)
        fold_of[order] = np.arange(len(rows)) % number
        if alike is not None:
            fold_of = reunited(fold_of, number, generator, alike, classes)
    else:
        codes, counts = _shuffled_groups(generator, groups, classes)
        fold_of = _dealt(counts, np.ones(number, dtype=np.intp))[codes]
    return ((rows[fold_of != fold], rows[fold_of == fold]) for fold in range(number))


def growing_windows(rows: Rows, number: int, times: npt.NDArray[np.floating]) -> list[tuple[Rows, Rows]]:
    """(earlier rows, the rows to score) `number` times, in the order of `rows`.

    The times are cut into `number` + 1 parts of about as many rows, and rows of one time are never parted;
    each part but the first is scored after all before it. DataError if there are too few different times.
    """
    ordered = np.sort(times)
    borders = 1 + np.flatnonzero(ordered[1:] > ordered[:-1])
    if len(borders) < number:
        raise DataError(
            f"{number} folds need at least {number + 1} different times, but there are {len(borders) + 1:,}",
            "Give fewer folds.",
            setting="folds",
        )
    chosen: list[int] = []
    first = 0
    for part in range(1, number + 1):
        left = borders[first : len(borders) - (number - part)]  # some are left for the parts to come
        nearest = int(np.argmin(np.abs(left - part * len(rows) / (number + 1))))
        chosen.append(int(left[nearest]))
        first += nearest + 1
    part_of = np.searchsorted(ordered[chosen], times, side="right")
    return [(rows[part_of < part], rows[part_of == part]) for part in range(1, number + 1)]


def digest_of_rows(parts: Mapping[str, Rows]) -> str:
    """SHA-256 of which rows are in which part, and in what order; the same on every platform.

    Hashed is of each part, sorted by name: a line `NAME LENGTH`, the row numbers as int64, little-endian.
    """
    digest = hashlib.sha256()
    for name in sorted(parts):
        digest.update(f"{name} {len(parts[name])}\n".encode())
        digest.update(parts[name].astype("<i8").tobytes())
    return digest.hexdigest()


def _latest(count: int, times: npt.NDArray[np.floating]) -> Mask:
    """The `count` latest, or as near as can be without parting rows of one time; rather more than fewer."""
    ordered = np.sort(times)
    borders = 1 + np.flatnonzero(ordered[1:] > ordered[:-1])
    if len(borders) == 0:
        raise DataError("all rows to split have the same value", ONE_ONLY_HINT, setting="time")
    border = borders[np.argmin(np.abs(borders - (len(times) - count)))]
    return np.asarray(times >= ordered[border])


def _stratified(fraction: float, generator: Generator, classes: Labels) -> Rows:
    """Largest remainders: every class gives the floor of its share, the largest remainders one more."""
    _, numbers, counts = np.unique(classes, return_inverse=True, return_counts=True)
    shares = counts * fraction
    take = np.floor(shares).astype(np.intp)
    left = round(fraction * len(classes)) - int(take.sum())
    take[np.argsort(take - shares, kind="stable")[: max(left, 0)]] += 1
    take = np.minimum(take, counts - 1)
    order = generator.permutation(len(classes))
    return np.concatenate([order[numbers[order] == number][:count] for number, count in enumerate(take)])


def _whole_groups(count: int, generator: Generator, groups: Labels, classes: Labels | None) -> Mask:
    """About `count` rows, and on each side one group at least."""
    codes, counts = _shuffled_groups(generator, groups, classes)
    if len(counts) < 2:
        raise DataError("all rows to split belong to one group", ONE_ONLY_HINT, setting="group")
    if classes is None:
        held = nearest_sum(counts[:, 0], count)
    else:
        held = _dealt(counts, np.array([len(groups) - count, count])) == 1
    if held.all() or not held.any():
        held[np.argmin(counts[:, 0])] ^= True
    return np.asarray(held[codes])


def _shuffled_groups(generator: Generator, groups: Labels, classes: Labels | None) -> tuple[Rows, Rows]:
    """Each row's group, numbered from 0 at random; for each group the count of its rows and by class."""
    names, codes = np.unique(groups, return_inverse=True)
    codes = generator.permutation(len(names))[codes]
    counts = np.bincount(codes)[:, None]
    if classes is not None:
        kinds, kind_of = np.unique(classes, return_inverse=True)
        cells = np.bincount(codes * len(kinds) + kind_of, minlength=len(names) * len(kinds))
        counts = np.hstack([counts, cells.reshape(len(names), len(kinds))])
    return codes, counts


def _dealt(counts: Rows, shares: Rows) -> Rows:
    """The side of each group: every side comes near to its part of the `shares`, in all and of each class.

    Greedy as scikit-learn's StratifiedGroupKFold, which is after
    https://www.kaggle.com/jakubwasikowski/stratified-group-k-fold-cross-validation: groups that are hard to
    place come first, and each goes where the counts then deviate least. Random is only the order of groups
    that are equally hard. The deviation is Pearson's chi-squared, (count - share × total)² / (share × total)
    summed, which allows for unequal shares; what it grows by depends on the side as (2 count + added) × added
    / (share × total) does. Equal sides are all filled, as an empty one is the cheapest; and without classes
    the largest group left goes to the smallest, as in GroupKFold.
    """
    totals = counts.sum(axis=0)
    filled = np.zeros((counts.shape[1], len(shares)))
    side_of = np.empty(len(counts), dtype=np.intp)
    # Large sums of squares: groups that are large, or of few classes.
    for group in np.argsort(-np.square(counts, dtype=np.float64).sum(axis=1), kind="stable"):
        added = counts[group][:, None]
        # Not a product of matrices: its rounding, and so the rows of a seed, would depend on the machine.
        cost = ((2 * filled + added) * (added / totals[:, None])).sum(axis=0) / shares
        side_of[group] = side = np.argmin(cost)
        filled[:, side] += added[:, 0]
    return side_of
