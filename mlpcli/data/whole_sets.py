"""Sets of equal rows, each of which a split keeps on one side."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from numpy.random import Generator

Rows: TypeAlias = npt.NDArray[np.intp]
Mask: TypeAlias = npt.NDArray[np.bool_]
Labels: TypeAlias = npt.NDArray[Any]
"""One class or one group per row: anything that can be sorted."""

MOST_MOVED = 0.05
"""Of the rows, so that sizes and classes of folds stay about as even as they were."""


def unparted(mask: Mask, generator: Generator, alike: Labels, classes: Labels | None) -> Mask:
    """Rows held by the mask, but of rows `alike` all or none; the mask itself where that would hold nothing.

    Of the sets that the mask parts, some drawn at random are held, so that of each class about as many rows
    are held as before.
    """
    _, first, set_of, sizes = np.unique(alike, return_index=True, return_inverse=True, return_counts=True)
    held = np.bincount(set_of[mask], minlength=len(sizes))
    parted = generator.permutation(np.flatnonzero((held > 0) & (held < sizes)))
    if not len(parted):
        return mask
    _, class_of = np.unique(np.zeros(len(mask)) if classes is None else classes, return_inverse=True)
    of_sets = class_of[first[parted]]
    whole = held == sizes
    parted = parted[np.argsort(of_sets, kind="stable")]
    for sets in np.split(parted, np.cumsum(np.bincount(of_sets))[:-1]):
        whole[sets[nearest_sum(sizes[sets], int(held[sets].sum()))]] = True
    unparted = whole[set_of]
    # Each class keeps a row at least.
    unparted &= np.bincount(class_of[~unparted], minlength=class_of.max() + 1)[class_of] > 0
    return unparted if unparted.any() else mask


def reunited(fold_of: Rows, number: int, generator: Generator, alike: Labels, classes: Labels | None) -> Rows:
    """The fold of each row, rows `alike` in that of the first of them.

    Where that would move more than MOST_MOVED of the rows the sets are dealt in turn instead, class by class,
    the largest first; where there are fewer sets than folds all stays as it was.
    """
    _, first, set_of, sizes = np.unique(alike, return_index=True, return_inverse=True, return_counts=True)
    if len(sizes) < number:
        return fold_of
    together = fold_of[first][set_of]
    if (together != fold_of).sum() <= MOST_MOVED * len(alike):
        return np.asarray(together)
    order = generator.permutation(len(sizes))
    of_class = np.zeros(len(sizes)) if classes is None else classes[first[order]]
    order = order[np.lexsort((-sizes[order], of_class))]
    of_set = np.empty(len(sizes), dtype=np.intp)
    of_set[order] = np.arange(len(sizes)) % number
    return np.asarray(of_set[set_of])


def nearest_sum(sizes: Rows, wanted: int) -> Mask:
    """Each group in turn is held if that brings the rows held nearer to `wanted`."""
    held = np.zeros(len(sizes), dtype=bool)
    for group, size in enumerate(sizes.tolist()):
        if size < 2 * wanted:
            held[group] = True
            wanted -= size
    return held
