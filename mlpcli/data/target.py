"""Targets: cells to class numbers, labels or scaled values, and predictions back. TARGETS by task."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, NotRequired, TypeAlias, TypedDict

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.decimals import rounded_to
from mlpcli.data.label_lists import all_labels, labels_in_cell
from mlpcli.data.schema import BOOLEAN, NUMBER, TARGET_SCALINGS
from mlpcli.data.spelling import BY_NUMBER, BY_TRUTH, MATCHINGS, TEXT, cleaned, key, keys, matching_of
from mlpcli.data.statistics import mean_and_deviation
from mlpcli.errors import DataError, did_you_mean

if TYPE_CHECKING:
    from mlpcli.data.columns.cells import Texts
    from mlpcli.data.columns.frame import Frame

ANY_NUMBER, POSITIVE, ZERO_TO_ONE, MINUS_ONE_TO_ONE = "any", "positive", "0..1", "-1..1"
"""Ranges into which targets are scaled."""

MOST_OUTPUTS = 20_000
"""Classes, labels, or targets times quantiles: every row is scored into as many numbers."""

STANDARD, LOG = TARGET_SCALINGS
LARGEST_LOG = 700.0
RESOLUTION = 1e-8
FAR = 1e6
"""Spreads that a mean is away from 0, from which on rounding takes digits from the spread."""
NOISE = 4 * float(np.finfo(np.float64).eps)
"""A spread below this share of the values is rounding."""
LIMITS = ("target.lowest", "target.highest")
"""Names of the arrays of the limits."""


class _ClassDescription(TypedDict):
    name: str
    classes: list[str]
    matching: Annotated[str, MATCHINGS]
    decimal: NotRequired[Annotated[str, (".", ",")]]


class _NumberDescription(TypedDict):
    names: list[str]
    scaling: Annotated[str, TARGET_SCALINGS]


class _LabelDescription(TypedDict):
    labels: list[str]
    column: NotRequired[str]
    separator: NotRequired[str]


class _Stored(ABC):
    """A target that is stored as JSON values and, some, arrays."""

    STORED: ClassVar[type]

    @abstractmethod
    def described(self) -> dict[str, Any]:
        """JSON values with the fields of `STORED`."""

    def arrays(self) -> dict[str, Array]:
        """Arrays of float64 that are stored with `described`."""
        return {}

    @classmethod
    def shapes(cls, stored: Mapping[str, Any], there: Collection[str]) -> dict[str, tuple[int, ...]]:
        """The shapes of `arrays`, from a description and the names of those that `there` are."""
        return {}

    @classmethod
    @abstractmethod
    def from_description(cls, stored: Mapping[str, Any], arrays: Mapping[str, Array]) -> "_Stored":
        """The inverse of `described` and `arrays`; raises ValueError if they make no target."""


@dataclass(frozen=True)
class ClassTarget(_Stored):
    """One column of classes, spelled as first in the table; of two, the second is the positive one.

    Cells are classes by `matching`, whatever their spelling; `decimal` is the mark of those that are numbers.
    """

    STORED: ClassVar[type] = _ClassDescription

    name: str
    classes: tuple[str, ...]
    matching: str = TEXT
    decimal: str = "."

    @classmethod
    def fit(cls, name: str, cells: "Texts", positive: str | None) -> "ClassTarget":
        """The classes in order: by value where all are numbers, else by text."""
        decimal = cells.reading.decimal
        classes, matching = sorted_classes(cells), matching_of(cells.used(), decimal)
        if len(classes) > MOST_OUTPUTS:
            message = f"target {name!r} has {len(classes):,} classes; at most {MOST_OUTPUTS:,} are allowed"
            raise DataError(message, "It looks like an identifier. Choose another column.")
        if positive is not None:
            by_key = dict(zip(keys(classes, matching, decimal), classes, strict=True))
            positive = by_key.get(key(cleaned(positive), matching, decimal), positive)
            if positive not in classes:
                hint = did_you_mean(positive, classes)
                raise DataError(f"{positive!r} is not a class of {name!r}", hint, setting="positive")
            classes = [each for each in classes if each != positive] + [positive]
        return cls(name, tuple(classes), matching, decimal if matching == BY_NUMBER else ".")

    def encode(self, frame: "Frame") -> Array:
        """Class numbers (rows,) of the target column; DataError for an unknown class."""
        cells = frame[self.name].texts()
        own = keys(self.classes, self.matching, self.decimal)
        number_of = {each: number for number, each in enumerate(own)}
        known = keys(cells.levels, self.matching, cells.reading.decimal)
        by_level = np.array([number_of.get(each, -1) for each in known], dtype=np.intp)
        numbers = cells.spread(by_level, -1)
        if (numbers < 0).any():
            row = int(np.argmax(numbers < 0))
            said = f"{frame.place(row)}: target {self.name!r}: the class {cells.text(row)!r}"
            hint = "Training had the classes " + ", ".join(self.classes[:20]) + "."
            raise DataError(f"{said} did not occur in training", hint)
        return numbers

    def is_absent(self, cells: "Texts") -> Array:
        """(rows,) True where a cell is missing or, beside classes that are no words, says so and is none."""
        words, unreadable = cells.words(NUMBER if self.matching == BY_NUMBER else BOOLEAN)
        silent = words & ~unreadable if self.matching in (BY_NUMBER, BY_TRUTH) else np.zeros_like(words)
        classes = set(self.classes)
        silent &= [level not in classes for level in cells.levels]
        return np.asarray(cells.missing() | cells.spread(silent, False))

    def decode(self, numbers: Array) -> list[str]:
        return [self.classes[number] for number in numbers.tolist()]

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name,)

    def described(self) -> dict[str, Any]:
        mark = {} if self.decimal == "." else {"decimal": self.decimal}
        return {"name": self.name, "classes": list(self.classes), "matching": self.matching} | mark

    @classmethod
    def from_description(cls, stored: Mapping[str, Any], arrays: Mapping[str, Array]) -> "ClassTarget":
        classes = tuple(stored["classes"])
        if len(classes) < 2 or len(set(classes)) < len(classes):
            raise ValueError("its classes do not match its task")
        return cls(stored["name"], classes, stored["matching"], stored.get("decimal", "."))


@dataclass(frozen=True)
class NumberTarget(_Stored):
    """One or several columns of numbers: (value - mean) / spread, of the training rows or into a range."""

    STORED: ClassVar[type] = _NumberDescription

    names: tuple[str, ...]
    mean: Array
    spread: Array
    scaling: str = STANDARD
    """log: the logarithm of 1 + value takes the value's place."""
    limits: tuple[Array, Array] | None = None
    """Lowest and highest value (targets,) that is predicted, if predictions are clipped."""

    @classmethod
    def fit(
        cls,
        names: Sequence[str],
        values: Array,
        into: str = ANY_NUMBER,
        scaling: str = STANDARD,
        *,
        clip: bool = False,
        weights: Array | None = None,
    ) -> "NumberTarget":
        """From (rows, targets) float64 values: mean and standard deviation (ddof 0), or by a range `into`.

        Positive numbers are only divided by the standard deviation; for 0 to 1 and -1 to 1 the smallest and
        largest value become the ends. A spread of 0 becomes the value's size, or 1. With `clip` the range of
        the values is that of all predictions. Row `weights` (rows,) are above 0.
        """
        limits = (values.min(axis=0), values.max(axis=0)) if clip else None
        if scaling == LOG:
            values = np.log1p(values)
        largest = np.abs(values).max(axis=0)
        # Sums and squares of the largest floats overflow, those of the smallest are 0; a power of two changes
        # no digit.
        unit = np.where(
            largest < 1e150, np.where((largest > 1e-150) | (largest == 0), 1.0, 2.0**-1000), 2.0**1000
        )
        values = values / unit
        lowest, highest = values.min(axis=0), values.max(axis=0)
        mean, spread = mean_and_deviation(values, weights)
        if (far := np.abs(mean) > FAR * spread).any():
            # Less one of them, what is left is exact.
            rest, deviation = mean_and_deviation(values - values[0], weights)
            mean, spread = np.where(far, values[0] + rest, mean), np.where(far, deviation, spread)
        if into == POSITIVE:
            mean = np.zeros_like(mean)
        elif into == ZERO_TO_ONE:
            mean, spread = lowest, highest - lowest
        elif into == MINUS_ONE_TO_ONE:
            mean, spread = lowest / 2 + highest / 2, highest / 2 - lowest / 2
        mean, spread = mean * unit, spread * unit
        # A spread that is rounding noise of the values must not be blown up to one.
        constant = np.where(largest > 0, largest, 1.0)
        return cls(tuple(names), mean, np.where(spread > NOISE * largest, spread, constant), scaling, limits)

    def encode(self, values: Array) -> Array:
        """(value - mean) / spread as float32 (rows, targets)."""
        if self.scaling == LOG:
            values = np.log1p(values)
        return np.asarray((values - self.mean) / self.spread, dtype=np.float32)

    def decode(self, encoded: Array) -> Array:
        """Values in the target's units, float64, rounded to about a hundred-millionth of the spread.

        A float32 network can tell no more. It is done here so that what is measured is what is written.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            values, told = encoded.astype(np.float64) * self.spread + self.mean, RESOLUTION * self.spread
        # What a wild output stands for is still a number.
        if self.scaling == LOG:
            values = np.expm1(np.minimum(values, LARGEST_LOG))
            told = told * np.maximum(1.0 + values, np.finfo(np.float64).tiny)
        values = rounded_to(values, np.maximum(told, np.finfo(np.float64).tiny))
        return np.asarray(values if self.limits is None else np.clip(values, *self.limits))

    def described(self) -> dict[str, Any]:
        return {"names": list(self.names), "scaling": self.scaling}

    def arrays(self) -> dict[str, Array]:
        """Mean, spread and limits, if there are any, (targets,) each."""
        arrays = {"target.mean": self.mean, "target.spread": self.spread}
        return arrays | ({} if self.limits is None else dict(zip(LIMITS, self.limits, strict=True)))

    @classmethod
    def shapes(cls, stored: Mapping[str, Any], there: Collection[str]) -> dict[str, tuple[int, ...]]:
        limits = LIMITS if any(name in there for name in LIMITS) else ()
        return dict.fromkeys(("target.mean", "target.spread", *limits), (len(stored["names"]),))

    @classmethod
    def from_description(cls, stored: Mapping[str, Any], arrays: Mapping[str, Array]) -> "NumberTarget":
        lowest, highest = (arrays.get(name) for name in LIMITS)
        mean, spread = arrays["target.mean"], arrays["target.spread"]
        if (spread <= 0).any():
            raise ValueError("a scale is not positive")
        limits = None if lowest is None or highest is None else (lowest, highest)
        return cls(tuple(stored["names"]), mean, spread, stored["scaling"], limits)


def refuse_negative(names: Sequence[str], values: Array, hint: str) -> None:
    """Raise DataError if any of the (rows, targets) values is below 0."""
    for name, value in zip(names, values.min(axis=0).tolist(), strict=True):
        if value < 0:
            said = f"target {name!r} has negative values (down to {value:g})"
            raise DataError(f"{said}, but these outputs are never negative", hint)


@dataclass(frozen=True)
class LabelTarget(_Stored):
    """Labels that a row has or has not: a column of 0 and 1 for each, or one column whose cells list them."""

    STORED: ClassVar[type] = _LabelDescription

    labels: tuple[str, ...]
    column: str = ""
    """That lists the labels; empty where each label is a column."""
    separator: str = ""
    """Between the labels of a cell."""

    @classmethod
    def of_lists(cls, column: str, cells: "Texts", separator: str) -> "LabelTarget":
        """The labels of a column that lists them; DataError if there are none, or too many."""
        labels = all_labels(cells.used().tolist(), separator)
        if not labels:
            said = f"target {column!r} holds only separators ({separator!r}) and no labels"
            raise DataError(said, "Check the column and the separator.", setting="label_separator")
        if len(labels) > MOST_OUTPUTS:
            said = f"target {column!r} has {len(labels):,} labels; at most {MOST_OUTPUTS:,} are allowed"
            raise DataError(said, "Check the separator.", setting="label_separator")
        return cls(tuple(labels), column, separator)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns of the table."""
        return (self.column,) if self.separator else self.labels

    def encode(self, frame: "Frame") -> Array:
        """(rows, labels) with 1 for each label that the cell of a row lists; DataError for an unknown one."""
        cells = frame[self.column].texts()
        number_of = {label: number for number, label in enumerate(self.labels)}
        by_level = np.zeros((len(cells.levels), len(self.labels)), dtype=np.int8)
        used = cells.counts() > 0
        for level in np.flatnonzero(used & ~cells.level_missing()).tolist():
            for label in labels_in_cell(str(cells.levels[level]), self.separator):
                if label not in number_of:
                    row = int(np.argmax(cells.codes == level))
                    said = f"{frame.place(row)}: target {self.column!r}: the label {label!r}"
                    hint = did_you_mean(label, self.labels)
                    raise DataError(f"{said} did not occur in training", hint)
                by_level[level, number_of[label]] = 1
        return by_level[cells.codes].astype(np.intp)

    def knows(self, frame: "Frame", separator: str | None) -> bool:
        """Whether a frame, read with a separator, has the same columns and no other labels."""
        if (separator or "") != self.separator:
            return False
        found = all_labels(frame[self.column].texts().used().tolist(), separator) if separator else ()
        return set(found) <= set(self.labels)

    def listed(self, decided: Array) -> list[str]:
        """The labels of each of the (rows, labels) decisions, as the column lists them."""
        return [
            self.separator.join(label for label, has in zip(self.labels, row, strict=True) if has)
            for row in decided.tolist()
        ]

    def described(self) -> dict[str, Any]:
        stored: dict[str, Any] = {"labels": list(self.labels)}
        return stored | ({"column": self.column, "separator": self.separator} if self.separator else {})

    @classmethod
    def from_description(cls, stored: Mapping[str, Any], arrays: Mapping[str, Array]) -> "LabelTarget":
        column, separator = stored.get("column", ""), stored.get("separator", "")
        if bool(column) != bool(separator) or len(set(stored["labels"])) < len(stored["labels"]):
            raise ValueError("its labels do not match its task")
        return cls(tuple(stored["labels"]), column, separator)


Target: TypeAlias = ClassTarget | NumberTarget | LabelTarget


def sorted_classes(cells: "Texts") -> list[str]:
    """Distinct cells, by value where all are numbers (2 before 10), else by text."""
    classes = sorted(cells.used().tolist())
    try:
        return sorted(classes, key=float)
    except ValueError:
        return classes


TARGETS: dict[str, type[ClassTarget] | type[NumberTarget] | type[LabelTarget]] = {
    "regression": NumberTarget,
    "binary": ClassTarget,
    "multiclass": ClassTarget,
    "multilabel": LabelTarget,
}
