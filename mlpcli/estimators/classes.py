"""Classes of a caller, of any type, and the texts by which a model knows them."""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.readings import MISSING_WORDS
from mlpcli.data.spelling import cleaned, keys, matching_of
from mlpcli.errors import DataError


def texts_of(classes: Array, missing: Collection[str] = ()) -> list[str]:
    """A text for each class by which a model tells it from the others and from a missing value.

    It is the class itself as text, unless two would be read as one, or one as missing.
    """
    texts = [str(each) for each in classes.tolist()]
    clean = [cleaned(text) for text in texts]
    silent = any(text in MISSING_WORDS or text in missing or not text for text in clean)
    if silent or clean != texts or len(set(keys(texts, matching_of(texts)))) < len(texts):
        return [f"class {number}: {text}" if text else f"class {number}" for number, text in enumerate(clean)]
    return texts


def distinct(values: Array) -> Array:
    """The sorted classes; raises ValueError for classes that have no order, such as 1 and "a"."""
    try:
        return np.unique(values)
    except TypeError:
        kinds = sorted({type(each).__name__ for each in values.tolist()})
        said = f"y has classes that cannot be sorted, as their types differ: {', '.join(kinds)}"
        raise DataError(said, "Make all of them texts.") from None


def places_of(values: Array, classes: Array) -> Array:
    """The place of each value among the sorted classes; raises ValueError for one that is not there."""
    try:
        places = np.searchsorted(classes, values)
    except TypeError:  # of another type, so none is there
        places = np.zeros(len(values), np.intp)
    places = np.minimum(places, len(classes) - 1)
    unknown = classes[places] != values
    if unknown.any():
        new = distinct(values[unknown])[:5].tolist()
        known = classes[:20].tolist()
        raise ValueError(f"y contains classes that were not there before: {new}. Known are {known}")
    return np.asarray(places)


def weights_by_text(given: Any, classes: Array, texts: Sequence[str]) -> Any:
    """Class weights by the caller's classes as those by text; None is none, and words stay as they are."""
    if given is None:
        return "none"
    if not isinstance(given, dict):
        return given
    text_of = dict(zip(classes.tolist(), texts, strict=True))
    return tuple((text_of.get(each, str(each)), float(weight)) for each, weight in given.items())
