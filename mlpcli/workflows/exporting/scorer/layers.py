"""Layers of networks, for a row as a list of numbers and for many rows as a NumPy matrix."""

import base64
import math
import sys
from array import array
from collections.abc import Callable, Sequence
from operator import itemgetter, mul
from typing import Any

import numpy as np

TABLES: dict[str, str] = {}
"""The weights by their names, as base64 of float32 numbers, the lowest byte first."""
FURTHEST = 1e30
"""Waves of larger numbers are those of this."""


def floats(name: str) -> "array[float]":
    """The numbers of one of the tables of weights."""
    found = array("f")
    found.frombytes(base64.b64decode("".join(TABLES[name].split())))
    if sys.byteorder == "big":
        found.byteswap()
    return found


def single(numbers: Sequence[float]) -> list[float]:
    """Numbers rounded to float32, as the networks have them: far out, waves depend on it."""
    return array("f", numbers).tolist()


TURN = single([2 * math.pi])[0]


def matrix(name: str, columns: int) -> list[list[float]]:
    """The same as rows of so many columns."""
    numbers = floats(name).tolist()
    return [numbers[start : start + columns] for start in range(0, len(numbers), columns)]


class Layer:
    """Numbers in, numbers out."""

    def row(self, x: list[float]) -> list[float]:
        """The outputs of one row."""
        raise NotImplementedError

    def rows(self, x: Any) -> Any:
        """The outputs of a matrix of rows."""
        raise NotImplementedError


class Dense(Layer):
    """For each unit the sum of inputs times weights, and its bias."""

    def __init__(self, weights: str, biases: str, n_out: int) -> None:
        self.units: list[tuple[float, ...]] = []
        self.biases: list[float] = []
        if np is None:
            self.units = list(zip(*matrix(weights, n_out), strict=True))
            self.biases = floats(biases).tolist()
        else:
            self.weights = np.array(floats(weights)).reshape(-1, n_out)
            self.bias = np.array(floats(biases))

    def row(self, x: list[float]) -> list[float]:
        there = [place for place, value in enumerate(x) if value]
        if not there or 4 * len(there) > 3 * len(x) or len(there) < 2:
            return [sum(map(mul, x, unit), bias) for unit, bias in zip(self.units, self.biases, strict=True)]
        # Many inputs are 0: those that are not are picked first.
        pick = itemgetter(*there)
        x = pick(x)
        return [
            sum(map(mul, x, pick(unit)), bias) for unit, bias in zip(self.units, self.biases, strict=True)
        ]

    def rows(self, x: Any) -> Any:
        return x @ self.weights + self.bias


class Factors(Layer):
    """Each input times a learned factor."""

    def __init__(self, factors: str) -> None:
        self.factors = floats(factors).tolist()

    def row(self, x: list[float]) -> list[float]:
        return list(map(mul, x, self.factors))

    def rows(self, x: Any) -> Any:
        return x * np.array(self.factors, np.float32)


class Activation(Layer):
    """A function of each number by itself; with `slopes` x + slope (f(x) - x), one slope for each unit."""

    def __init__(self, plain: Callable[[float], float], fast: Callable[[Any], Any], slopes: str = "") -> None:
        self.plain, self.fast = plain, fast
        self.slopes = floats(slopes).tolist() if slopes else None

    def row(self, x: list[float]) -> list[float]:
        bent = map(self.plain, x)
        if self.slopes is None:
            return list(bent)
        return [
            value + slope * (other - value) for value, slope, other in zip(x, self.slopes, bent, strict=True)
        ]

    def rows(self, x: Any) -> Any:
        bent = self.fast(x)
        return bent if self.slopes is None else x + np.array(self.slopes, np.float32) * (bent - x)


class Side(Layer):
    """Parts side by side, each of some of the inputs."""

    def __init__(self, *parts: Layer) -> None:
        self.parts = parts

    def row(self, x: list[float]) -> list[float]:
        return [number for part in self.parts for number in part.row(x)]

    def rows(self, x: Any) -> Any:
        return np.concatenate([part.rows(x) for part in self.parts], axis=1)


class Unchanged(Layer):
    """Some of the inputs as they are."""

    def __init__(self, columns: Sequence[int]) -> None:
        self.columns = columns

    def row(self, x: list[float]) -> list[float]:
        return [x[column] for column in self.columns]

    def rows(self, x: Any) -> Any:
        return x[:, self.columns]


class Vectors(Layer):
    """A learned vector for each level of a column, by its place; the first is for no level."""

    def __init__(self, column: int, table: str, width: int) -> None:
        self.column, self.table = column, matrix(table, width)

    def row(self, x: list[float]) -> list[float]:
        return self.table[int(x[self.column])]

    def rows(self, x: Any) -> Any:
        return np.array(self.table, np.float32)[x[:, self.column].astype(int)]


class Waves(Layer):
    """For each column waves of learned frequencies, and a small dense layer of its own.

    With `phases` cosines of 2 pi frequency x + phase (PBLD), and the columns themselves behind all outputs;
    without cosines, then sines, and outputs below 0 become 0 (PLR).
    """

    def __init__(
        self,
        columns: Sequence[int],
        frequencies: str,
        weights: str,
        biases: str,
        n_waves: int,
        n_out: int,
        phases: str = "",
    ) -> None:
        count = len(columns)
        self.columns, self.has_phases = columns, bool(phases)
        self.turns = [single([TURN * each for each in row]) for row in matrix(frequencies, n_waves)]
        self.phases = matrix(phases, n_waves) if phases else [[0.0] * n_waves] * count
        flat, waves = matrix(weights, n_out), n_waves if phases else 2 * n_waves
        self.weights = [flat[place * waves : (place + 1) * waves] for place in range(count)]
        self.units = [list(zip(*each, strict=True)) for each in self.weights]
        self.biases = matrix(biases, n_out)

    def row(self, x: list[float]) -> list[float]:
        out: list[float] = []
        for place, column in enumerate(self.columns):
            value = min(max(x[column], -FURTHEST), FURTHEST)
            angles = [
                turn * value + at for turn, at in zip(self.turns[place], self.phases[place], strict=True)
            ]
            angles = single(angles)
            waves = [math.cos(angle) for angle in angles]
            if not self.has_phases:
                waves += [math.sin(angle) for angle in angles]
            biases = self.biases[place]
            sums = [
                sum(map(mul, waves, unit), at) for unit, at in zip(self.units[place], biases, strict=True)
            ]
            out += sums if self.has_phases else [max(each, 0.0) for each in sums]
        return out + [x[column] for column in self.columns] if self.has_phases else out

    def rows(self, x: Any) -> Any:
        numbers = np.clip(x[:, self.columns], -FURTHEST, FURTHEST).T[:, :, None]
        angles = (
            numbers * np.array(self.turns, np.float32)[:, None] + np.array(self.phases, np.float32)[:, None]
        )
        waves = np.cos(angles)
        if not self.has_phases:
            waves = np.concatenate([waves, np.sin(angles)], axis=2)
        sums = waves @ np.array(self.weights, np.float32) + np.array(self.biases, np.float32)[:, None]
        out = (sums if self.has_phases else np.maximum(sums, 0)).transpose(1, 0, 2).reshape(len(x), -1)
        return np.concatenate([out, x[:, self.columns]], axis=1) if self.has_phases else out


class Bins(Layer):
    """The place of each column in its bins: 0 before one, 1 behind, linear within (PLE)."""

    def __init__(
        self, columns: Sequence[int], starts: str, steepness: str, lowest: str, highest: str, bins: int
    ) -> None:
        self.columns = columns
        self.bins = [matrix(each, bins) for each in (starts, steepness, lowest, highest)]

    def row(self, x: list[float]) -> list[float]:
        out: list[float] = []
        for column, *bins in zip(self.columns, *self.bins, strict=True):
            for start, steepness, lowest, highest in zip(*bins, strict=True):
                out.append(min(max((x[column] - start) * steepness, lowest), highest))
        return out

    def rows(self, x: Any) -> Any:
        start, steepness, lowest, highest = (np.array(each, np.float32) for each in self.bins)
        return np.clip((x[:, self.columns, None] - start) * steepness, lowest, highest).reshape(len(x), -1)


class Network:
    """Layers one behind the other; `wide` are inputs of the first dense layer that also reach the outputs."""

    def __init__(
        self, share: float, layers: Sequence[Layer], wide: Sequence[int] = (), weights: str = ""
    ) -> None:
        self.share, self.layers, self.wide = share, layers, wide
        dense = [place for place, layer in enumerate(layers) if isinstance(layer, Dense)]
        self.first, self.last = dense[0], dense[-1]
        self.shortcut = matrix(weights, len(floats(weights)) // len(wide)) if wide else []

    def row(self, x: list[float]) -> list[float]:
        """The raw outputs of one row."""
        straight: list[float] = []
        for place, layer in enumerate(self.layers):
            if place == self.first:
                straight = [x[each] for each in self.wide]
            x = layer.row(x)
            if place == self.last and self.wide:
                units = zip(*self.shortcut, strict=True)
                x = [sum(map(mul, straight, unit), value) for value, unit in zip(x, units, strict=True)]
        return x

    def rows(self, x: Any) -> Any:
        """The raw outputs of a matrix of rows."""
        for place, layer in enumerate(self.layers):
            if place == self.first:
                straight = x[:, list(self.wide)]
            x = layer.rows(x)
            if place == self.last and self.wide:
                x = x + straight @ np.array(self.shortcut, np.float32)
        return x
