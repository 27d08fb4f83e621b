"""Curves in a terminal: lines of braille dots between two short axes."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import itemgetter

import numpy as np

from mlpcli.arrays import Array
from mlpcli.number_text import short

BRAILLE = "\u28ff"
"""A character of the block that curves are drawn with, which not every encoding has."""
NO_DOT = 0x2800
DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], np.uint8)
"""Bits of the four rows and two columns of dots of a character."""
ROWS_OF_DOTS, COLUMNS_OF_DOTS = DOTS.shape
LARGEST = 1e300
"""Larger values are not drawn, as differences would overflow."""
LOGARITHMIC_FROM = 10.0
"""Ratio of the largest to the smallest value from which an axis that may be logarithmic is."""
LABEL_WIDTH = 8
"""At least."""
DIGITS = 3
"""Significant ones of a label."""
ROWS_BETWEEN = 1
"""At least, without a label, between two labels."""
LOGARITHMIC_STEPS = (((1, 2, 5), 1), ((1, 3), 1), ((1,), 1), ((1,), 2), ((1,), 4))
"""First digits of the labels inside of a logarithmic axis, and in how many decades there is one."""
LINEAR_STEPS = (0.1, 0.2, 0.5, 1, 2, 5)
"""Steps between the labels of a linear axis, times a power of ten."""
MARK_STEP = 3
"""Each so many rows of dots a vertical line has one."""
LETTER_GAP, LEAST_LETTER_STEP = 4, 16
"""Characters between the letters of two curves, and between two letters of one, at least."""
COLOURS = {"red": 31, "green": 32, "yellow": 33, "blue": 34, "magenta": 35, "cyan": 36, "dim": 2}
"""SGR parameters of colours."""


@dataclass(frozen=True)
class Curve:
    """Points from left to right; None leaves one out."""

    xs: Sequence[float]
    ys: Sequence[float | None]
    colour: str | None = None
    dotted: bool = False
    letter: str = ""
    """Written on the curve now and then, which tells it from others without colours."""


@dataclass(frozen=True)
class Mark:
    """A dotted vertical line at `x`."""

    x: float
    colour: str | None = None


def draw(
    curves: Sequence[Curve],
    width: int,
    height: int,
    *,
    x_label: str,
    ends: tuple[str, str],
    marks: Sequence[Mark] = (),
    logarithmic: bool = False,
) -> list[str]:
    """Rows of text, `width` columns wide, `height` rows for the curves and two below for the axis.

    `ends` are the texts at the ends of the horizontal axis, which spans the curves; later curves are drawn
    over earlier ones. With `logarithmic` the vertical axis is, if all values are positive and span an order
    of magnitude.
    """
    points = [_points(curve) for curve in curves]
    there = np.concatenate([*points, np.empty((0, 2))])
    if not len(there):
        return []
    low, high = float(there[:, 1].min()), float(there[:, 1].max())
    axis = Axis(low, high, height, logarithmic=logarithmic and low > 0 and high > LOGARITHMIC_FROM * low)
    labels = axis.labels()
    label_width = max(LABEL_WIDTH, *map(len, labels.values()))
    inner = max(width - label_width - 2, 4)
    canvas = Canvas(inner, height)
    left, right = _apart(float(there[:, 0].min()), float(there[:, 0].max()))

    def columns(xs: Array) -> Array:
        return _whole((xs - left) / (right - left) * (COLUMNS_OF_DOTS * inner - 1))

    for mark in marks:
        rows = np.arange(0, ROWS_OF_DOTS * height, MARK_STEP)
        canvas.dots(np.repeat(columns(np.array([mark.x])), len(rows)), rows, mark.colour)
    for curve, each in zip(curves, points, strict=True):
        if curve.dotted:
            each = _thinned(each, inner)
        if len(each):
            draws = canvas.dots if curve.dotted else canvas.line
            draws(columns(each[:, 0]), axis.rows(each[:, 1]), curve.colour)
    lettered = [
        (curve, columns(each[:, 0]), axis.rows(each[:, 1]))
        for curve, each in zip(curves, points, strict=True)
        if curve.letter and len(each)
    ]
    for place, (curve, across, down) in enumerate(lettered):
        canvas.letters(across, down, curve, place, len(lettered))
    drawn = [
        f"{labels.get(number, ''):>{label_width}} {'┤' if number in labels else '│'}{row}"
        for number, row in enumerate(canvas.lines())
    ]
    first, last = ends
    room = inner - len(first) - len(last)
    middle = f"{x_label if len(x_label) + 2 <= room else '':^{max(room, 1)}}"
    return [
        *drawn,
        f"{'':>{label_width}} └{'─' * inner}",
        f"{'':>{label_width}}  {first}{middle}{last}".rstrip(),
    ]


class Axis:
    """The vertical axis from `low` to `high`: rows of dots from the top, and labels of rows of characters."""

    def __init__(self, low: float, high: float, height: int, *, logarithmic: bool) -> None:
        self._low, self._high, self._height, self._logarithmic = low, high, height, logarithmic
        ends = (math.log10(low), math.log10(high)) if logarithmic else (low, high)
        self._bottom, self._top = _apart(*ends)

    def rows(self, values: Array) -> Array:
        """The row of dots of each value."""
        shares = (self._top - (np.log10(values) if self._logarithmic else values)) / (
            self._top - self._bottom
        )
        return _whole(shares * (ROWS_OF_DOTS * self._height - 1))

    def labels(self) -> dict[int, str]:
        """Texts by row: both ends, and as many round values between as have room."""
        labels = {0: short(self._high, DIGITS), self._height - 1: short(self._low, DIGITS)}
        for values in self._round_values():
            rows = (self.rows(np.array(values)) // ROWS_OF_DOTS).tolist()
            inside = {
                row: short(value, DIGITS)
                for row, value in zip(rows, values, strict=True)
                if ROWS_BETWEEN < row < self._height - 1 - ROWS_BETWEEN
            }
            places = sorted(inside)
            if inside and all(after - before > ROWS_BETWEEN for before, after in pairwise(places)):
                return labels | inside
        return labels

    def _round_values(self) -> Iterator[list[float]]:
        """Round values within the axis, the most first."""
        if self._logarithmic:
            for digits, every in LOGARITHMIC_STEPS:
                decades = range(math.floor(self._bottom), math.ceil(self._top) + 1)
                values = [
                    digit * 10.0**decade for decade in decades if decade % every == 0 for digit in digits
                ]
                yield [value for value in values if self._low <= value <= self._high]
        else:
            size = 10.0 ** math.floor(math.log10(self._top - self._bottom))
            for step in (size * each for each in LINEAR_STEPS):
                first, last = math.ceil(self._bottom / step), math.floor(self._top / step)
                yield [step * number for number in range(first, last + 1)]


class Canvas:
    """Dots in characters of braille; a character has the colour of what was drawn on it last.

    plotille, which drew the curves before, colours by whether stdout is a terminal, also what is drawn on
    stderr; and it takes 11 to 15 ms for a curve that fills the screen, where this takes 2 ms.
    """

    def __init__(self, width: int, height: int) -> None:
        self._bits = np.zeros((height, width), np.uint8)
        self._colours = np.zeros((height, width), np.uint8)
        self._letters: dict[tuple[int, int], str] = {}

    def dots(self, columns: Array, rows: Array, colour: str | None) -> None:
        """Draw dots, by columns and rows of dots."""
        places = rows // ROWS_OF_DOTS, columns // COLUMNS_OF_DOTS
        np.bitwise_or.at(self._bits, places, DOTS[rows % ROWS_OF_DOTS, columns % COLUMNS_OF_DOTS])
        self._colours[places] = COLOURS[colour] if colour else 0

    def line(self, columns: Array, rows: Array, colour: str | None) -> None:
        """Draw dots joined by lines."""
        across, down = np.diff(columns), np.diff(rows)
        steps = np.maximum(np.maximum(abs(across), abs(down)), 1)
        part = np.repeat(np.arange(len(steps)), steps)
        share = (np.arange(len(part)) - np.repeat(np.cumsum(steps) - steps, steps)) / steps[part]
        for_each = ((columns, across), (rows, down))
        x, y = (np.append(_whole(each[part] + share * way[part]), each[-1]) for each, way in for_each)
        self.dots(x, y, colour)

    def clear(self, columns: Array, rows: Array) -> None:
        """Leave nothing of the characters that have these dots."""
        self._bits[rows // ROWS_OF_DOTS, columns // COLUMNS_OF_DOTS] = 0

    def write(self, row: int, column: int, text: str, colour: str | None = None) -> None:
        """Write a character in place of the dots of a row and column of characters."""
        self._letters[row, column] = text
        self._colours[row, column] = COLOURS[colour] if colour else 0

    def is_written(self, row: int, column: int) -> bool:
        """Whether there is a character in place of dots."""
        return (row, column) in self._letters

    def letters(self, columns: Array, rows: Array, curve: Curve, place: int, curves: int) -> None:
        """Write the letter of the curve at `place` of so many, each at columns of its own.

        Every curve has its letter once, if there is a free character on it.
        """
        step = max(LETTER_GAP * curves, LEAST_LETTER_STEP)
        first, last = (int(each) // COLUMNS_OF_DOTS for each in (columns[0], columns[-1]))
        wanted = list(range(first + (place * step) // curves, last + 1, step))
        written = False
        for column in [*wanted, *range(last, first - 1, -1)]:
            if written and column not in wanted:
                break
            row = round(float(np.interp((column + 0.5) * COLUMNS_OF_DOTS, columns, rows))) // ROWS_OF_DOTS
            if (row, column) not in self._letters:
                self._letters[row, column] = curve.letter
                self._colours[row, column] = COLOURS[curve.colour] if curve.colour else 0
                written = True

    def lines(self) -> list[str]:
        """The rows of text."""
        rows = []
        for row, (bits, colours) in enumerate(zip(self._bits.tolist(), self._colours.tolist(), strict=True)):
            cells = [
                self._letters.get((row, column), chr(NO_DOT + bit) if bit else " ")
                for column, bit in enumerate(bits)
            ]
            rows.append("".join(coloured(text, colour) for colour, text in _runs(cells, colours)).rstrip())
        return rows


def coloured(text: str, colour: int) -> str:
    """The text in a colour of `COLOURS`; as it is for 0."""
    return f"\x1b[{colour}m{text}\x1b[0m" if colour else text


def _runs(cells: list[str], colours: list[int]) -> Iterator[tuple[int, str]]:
    """Neighbours of one colour, blanks by themselves."""
    pairs = [(cell, -1 if cell == " " else colour) for cell, colour in zip(cells, colours, strict=True)]
    for colour, run in groupby(pairs, itemgetter(1)):
        yield max(colour, 0), "".join(cell for cell, _ in run)


def _points(curve: Curve) -> Array:
    """The points (points, 2) that can be drawn."""
    there = [(x, y) for x, y in zip(curve.xs, curve.ys, strict=True) if y is not None and abs(y) < LARGEST]
    return np.array(there, np.float64).reshape(-1, 2)


def _whole(values: Array) -> Array:
    """The nearest whole numbers."""
    return np.asarray(np.rint(values), np.intp)


def _thinned(points: Array, most: int) -> Array:
    """Evenly chosen points, about `most`, and the last."""
    step = max(len(points) // most, 1)
    return np.concatenate([points[:-1:step], points[-1:]])


def _apart(low: float, high: float) -> tuple[float, float]:
    """The limits, moved apart if they are too close for an axis."""
    least = max(abs(low), abs(high), 1e-12) * 1e-6
    return (low, high) if high - low > least else (low - least, low + least)
