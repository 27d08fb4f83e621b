"""From the raw outputs of networks to what is predicted."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from mlpcli.data.spelling import cleaned
from mlpcli.workflows.exporting.scorer.columns import Column, CrossColumn
from mlpcli.workflows.exporting.scorer.layers import Network, single

DIGITS = 9
"""Of probabilities that are told."""
TOLD = 1e-8
"""Share of the target's spread to which predicted numbers are told."""
LARGEST_LOG = 700.0
EXACT_POWERS = 22
"""10**22 is the largest power of ten that is a float."""
CHUNK = 1024
"""Rows that are scored at once with NumPy; with 4,096 it takes a tenth longer."""


def unchanged(outputs: list[float]) -> list[float]:
    """The outputs are the predictions."""
    return outputs


def fast_unchanged(outputs: Any) -> Any:
    """The same for a NumPy matrix of rows."""
    return outputs


def probability(outputs: list[float]) -> list[float]:
    """The sigmoid of each output."""
    return [0.5 * (1 + math.tanh(0.5 * each)) for each in outputs]


def fast_probability(outputs: Any) -> Any:
    """The same for a NumPy matrix of rows."""
    return 0.5 * (1 + np.tanh(0.5 * outputs))


def softmax(outputs: list[float]) -> list[float]:
    """Probabilities that sum to one."""
    highest = max(outputs)
    powers = [math.exp(each - highest) for each in outputs]
    total = sum(powers)
    return [each / total for each in powers]


def fast_softmax(outputs: Any) -> Any:
    """The same for a NumPy matrix of rows."""
    powers = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def step(outputs: list[float]) -> list[float]:
    """1 for outputs from 0 on, else 0."""
    return [1.0 if each >= 0 else 0.0 for each in outputs]


def fast_step(outputs: Any) -> Any:
    """The same for a NumPy matrix of rows."""
    return (outputs >= 0) * 1.0


def exponential(outputs: list[float]) -> list[float]:
    """The mean of a count is the exponential of the output."""
    return [math.exp(each) if each < LARGEST_LOG else math.inf for each in outputs]


def fast_exponential(outputs: Any) -> Any:
    """The same for a NumPy matrix of rows."""
    return np.where(outputs < LARGEST_LOG, np.exp(np.minimum(outputs, LARGEST_LOG)), np.inf)


class InOrder:
    """The levels of each target in ascending order."""

    def __init__(self, levels: int) -> None:
        self.levels = levels

    def row(self, outputs: list[float]) -> list[float]:
        """For one row."""
        starts = range(0, len(outputs), self.levels)
        return [each for start in starts for each in sorted(outputs[start : start + self.levels])]

    def rows(self, outputs: Any) -> Any:
        """For a NumPy matrix of rows."""
        return np.sort(outputs.reshape(len(outputs), -1, self.levels), axis=2).reshape(outputs.shape)


def rounded(value: float, unit: float) -> float:
    """A number rounded to a multiple of the power of ten at or below a unit."""
    decimals = -math.floor(math.log10(unit))
    return value if abs(value) / unit >= 2.0**53 else round(value, decimals) + 0.0


def rounded_probability(value: float) -> float:
    """A probability with nine digits of the smaller of p and 1 - p."""
    smaller = min(value, 1 - value)
    return (
        rounded(value, max(10.0 ** (math.floor(math.log10(smaller)) + 1 - DIGITS), 1e-300))
        if smaller > 0
        else value
    )


def fast_rounded_probabilities(values: Any) -> Any:
    """The same for a NumPy matrix of rows."""
    smaller = np.minimum(values, 1 - values)
    there = smaller > 0
    places = DIGITS - 1 - np.floor(np.log10(np.where(there, smaller, 1.0)))
    scale = 10.0 ** np.minimum(places, EXACT_POWERS)
    found = np.where(there, np.rint(values * scale) / scale, values)
    for place in zip(*np.nonzero(there & (places > EXACT_POWERS)), strict=True):
        found[place] = rounded_probability(float(values[place]))
    return found


class Numbers:
    """Predicted numbers, one for each target, and of each its quantiles if such were learned."""

    def __init__(
        self,
        names: Sequence[str],
        means: Sequence[float],
        spreads: Sequence[float],
        *,
        is_log: bool = False,
        limits: Sequence[tuple[float, float]] = (),
        levels: Sequence[float] = (),
    ) -> None:
        self.means, self.spreads, self.is_log, self.limits = means, spreads, is_log, limits
        self.levels, self.units = levels, [max(TOLD * spread, 1e-300) for spread in spreads]
        self.places = [-math.floor(math.log10(unit)) for unit in self.units]
        self.most = [2.0**53 * unit for unit in self.units]
        self.columns = list(names) if len(names) > 1 else [""]
        ends = ["_" + name if name else "" for name in self.columns]
        self.columns = ["prediction" + end for end in ends]
        self.more_columns = ["quantile_" + str(level) + end for level in levels for end in ends]
        self.probabilities: list[str] = []
        nearest = min(range(len(levels)), key=lambda place: abs(levels[place] - 0.5)) if levels else 0
        self.points = slice(nearest, None, len(levels) or 1)

    def values(self, predictions: Sequence[float]) -> list[float]:
        """Predictions of the targets in their own units."""
        each = zip(predictions, self.means, self.spreads, strict=True)
        found = [encoded * spread + mean for encoded, mean, spread in each]
        if self.is_log:
            found = [math.expm1(min(value, LARGEST_LOG)) for value in found]
            units = [unit * max(1 + value, 1e-300) for value, unit in zip(found, self.units, strict=True)]
            found = [rounded(value, unit) for value, unit in zip(found, units, strict=True)]
        else:
            found = [
                round(value, places) + 0.0 if -most < value < most else value
                for value, places, most in zip(found, self.places, self.most, strict=True)
            ]
        if not self.limits:
            return found
        return [min(max(value, low), high) for value, (low, high) in zip(found, self.limits, strict=True)]

    def numbers(self, predictions: Sequence[float]) -> list[float]:
        """All that is told of a row, as numbers: the targets, then their quantiles."""
        levels = len(self.levels)
        if not levels:
            return self.values(predictions)
        found = self.values(predictions[self.points])
        return found + [each for level in range(levels) for each in self.values(predictions[level::levels])]

    def cells(self, predictions: Sequence[float]) -> list[Any]:
        """The cells of the columns."""
        return [*self.numbers(predictions)]


class Classes:
    """One class out of several: that whose probability is the largest multiple of its threshold."""

    def __init__(self, classes: Sequence[str], thresholds: Sequence[float]) -> None:
        self.classes, self.thresholds = classes, thresholds
        self.columns, self.more_columns = ["prediction"], list[str]()
        self.probabilities = ["probability_" + name for name in classes]

    def numbers(self, predictions: Sequence[float]) -> list[float]:
        """The probabilities of all classes."""
        return list(predictions)

    def cells(self, predictions: Sequence[float]) -> list[Any]:
        """The class."""
        shares = [each / threshold for each, threshold in zip(predictions, self.thresholds, strict=True)]
        return [self.classes[shares.index(max(shares))]]


class TwoClasses(Classes):
    """One class out of two: the second from a threshold of its probability on."""

    def numbers(self, predictions: Sequence[float]) -> list[float]:
        return [1 - predictions[0], predictions[0]]

    def cells(self, predictions: Sequence[float]) -> list[Any]:
        return [self.classes[int(predictions[0] >= self.thresholds[0])]]


class Labels:
    """Labels, of each 1 or 0; with a separator one cell that lists those that a row has."""

    def __init__(self, labels: Sequence[str], thresholds: Sequence[float], separator: str = "") -> None:
        self.labels, self.thresholds, self.separator = labels, thresholds, separator
        self.columns = ["prediction"] if separator else ["prediction_" + name for name in labels]
        self.more_columns = list[str]()
        self.probabilities = ["probability_" + name for name in labels]

    def numbers(self, predictions: Sequence[float]) -> list[float]:
        """The probabilities of all labels."""
        return list(predictions)

    def cells(self, predictions: Sequence[float]) -> list[Any]:
        """The labels."""
        has = [int(each >= threshold) for each, threshold in zip(predictions, self.thresholds, strict=True)]
        if not self.separator:
            return list(has)
        return [
            self.separator.join(label for label, is_there in zip(self.labels, has, strict=True) if is_there)
        ]


class Scorer:
    """A model: columns, networks, and what their outputs mean."""

    def __init__(
        self,
        columns: Sequence[Column | CrossColumn],
        networks: Sequence[Network],
        link: tuple[Callable[[list[float]], list[float]], Callable[[Any], Any]],
        outcome: Numbers | Classes | Labels,
        *,
        temperatures: Sequence[float],
        biases: Sequence[float],
    ) -> None:
        self.columns, self.networks, self.link, self.outcome = columns, networks, link, outcome
        self.temperatures, self.biases = temperatures, biases
        self.table_columns = [each for each in columns if isinstance(each, Column)]

    def predict(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Predictions for one row, given as cells by the names of the columns.

        The columns that are added, among them probabilities. A cell is text, a number, true, false or None.
        """
        place_of = {cleaned(str(name)): value for name, value in row.items()}
        cells: dict[str, list[str]] = {}
        for column in self.table_columns:
            if column.name not in row and cleaned(column.name) not in place_of:
                raise KeyError("the row has no column " + repr(column.name))
            cell = row[column.name] if column.name in row else place_of[cleaned(column.name)]
            if cell is None or (isinstance(cell, float) and math.isnan(cell)):
                cell = next(iter(column.missing), "")
            cells[column.name] = [str(cell)]
        (told,) = self.cells(self.predictions(cells), proba=True)
        return dict(zip(self.names(proba=True), told, strict=True))

    def names(self, proba: bool) -> list[str]:
        """The names of the columns that are added."""
        outcome = self.outcome
        return outcome.columns + outcome.more_columns + (outcome.probabilities if proba else [])

    def cells(self, predictions: Sequence[Sequence[float]], proba: bool) -> list[list[Any]]:
        """The cells of the columns that are added to each row."""
        cells = [self.outcome.cells(row) for row in predictions]
        if not proba or not self.outcome.probabilities:
            return cells
        told = [self.outcome.numbers(row) for row in predictions]
        if np is None:
            told = [[rounded_probability(each) for each in row] for row in told]
        else:
            told = fast_rounded_probabilities(np.array(told)).tolist()
        return [row + more for row, more in zip(cells, told, strict=True)]

    def predictions(self, cells: Mapping[str, Sequence[str]], first: int = 0) -> list[list[float]]:
        """What the networks predict for rows, given as cells by column: encoded numbers or probabilities.

        `first`: the number of the first row, for messages.
        """
        if np is None:
            rows = [self.of_row(row) for row in self.encoded_rows(cells)]
        else:
            matrix = self.of_matrix(self.matrix_of(cells))
            rows = list(matrix.tolist())
            if np.isfinite(matrix).all():
                return rows
        for place, row in enumerate(rows, first):
            if not all(map(math.isfinite, row)):
                raise ValueError("row " + str(place) + ": the prediction is not a finite number")
        return rows

    def of_row(self, numbers: list[float]) -> list[float]:
        """For a row the mean over the networks by their shares, each with its link after calibration."""
        sums = [0.0] * len(self.biases)
        for network in self.networks:
            raw = zip(network.row(numbers), self.temperatures, self.biases, strict=True)
            linked = self.link[0]([value / temperature + bias for value, temperature, bias in raw])
            sums = [total + network.share * each for total, each in zip(sums, linked, strict=True)]
        return sums

    def of_matrix(self, matrix: Any) -> Any:
        """The same for a NumPy matrix of rows."""
        sums = np.zeros((len(matrix), len(self.biases)))
        for network in self.networks:
            raw = network.rows(matrix).astype(float) / np.array(self.temperatures) + np.array(self.biases)
            sums += network.share * self.link[1](raw)
        return sums

    def encoded_rows(self, cells: Mapping[str, Sequence[str]]) -> Iterator[list[float]]:
        """Each row as the numbers that the networks see."""
        names = [each.name for each in self.table_columns]
        for row in zip(*(cells[name] for name in names), strict=True):
            by_name = dict(zip(names, row, strict=True))
            numbers: list[float] = []
            for column in self.columns:
                if isinstance(column, CrossColumn):
                    numbers += column.column.encoded_value(column.value_of(by_name))
                else:
                    numbers += column.numbers_of(by_name[column.name])
            yield single(numbers)

    def matrix_of(self, cells: Mapping[str, Sequence[str]]) -> Any:
        """All rows as a NumPy matrix."""
        blocks = []
        for column in self.columns:
            if isinstance(column, CrossColumn):
                names = [each.name for each in column.sources]
                rows = zip(*(cells[name] for name in names), strict=True)
                values = [column.value_of(dict(zip(names, row, strict=True))) for row in rows]
                blocks.append(column.column.matrix_of_values(np.array(values)))
            else:
                blocks.append(column.matrix_of(cells[column.name]))
        return np.concatenate(blocks, axis=1).astype(np.float32)
