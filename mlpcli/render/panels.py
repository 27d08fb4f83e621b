"""Small pictures side by side in a terminal: braille dots, or plain characters where there are none."""

import re
from collections.abc import Sequence

import numpy as np

from mlpcli.arrays import Array
from mlpcli.number_text import short
from mlpcli.render.console import Screen, use_colour
from mlpcli.render.terminal_curve import BRAILLE, COLUMNS_OF_DOTS, ROWS_OF_DOTS, Canvas, coloured
from mlpcli.text_width import cut, padded, width_of

GAP = 2
"""Blanks between two panels."""
NARROWEST, WIDEST = 16, 120
"""Columns of a picture; on a narrower screen none is drawn."""
FAR = 20.0
"""Panels by which a line may go beyond the limits before its course no longer counts."""
BOLD = 1
"""Its SGR parameter."""
DIGITS = 3
BARS, PLAIN_BARS = "▁▂▃▄▅▆▇█", ".:=+*#"
"""From low to high."""
STYLE = re.compile("\x1b\\[[0-9;]*m")


class Panel:
    """A picture `width` columns wide, `height` rows high without title and axis.

    What is drawn later is in front. In plain characters each thing is drawn with its own `sign`.
    """

    def __init__(
        self,
        screen: Screen,
        size: tuple[int, int],
        x: tuple[float, float],
        y: tuple[float, float],
    ) -> None:
        """`x` and `y` are the limits, which are written at the axes, as is where y is 0."""
        self.plain, self._in_colour = not screen.shows(BRAILLE), use_colour(screen.stream)
        """Whether it is drawn in plain characters."""
        self._width, self._height = size
        self._x, self._y = x, y
        self._labels = {0: short(y[1], DIGITS), self._height - 1: short(y[0], DIGITS)}
        zero = int(np.clip(y[1] / (y[1] - y[0]), 0, 1) * (self._height - 1) + 0.5)
        if all(abs(zero - row) > 1 for row in self._labels):
            self._labels[zero] = "0"
        self._margin = max(map(len, self._labels.values()))
        self._inner = max(self._width - self._margin - 1, 4)
        self._canvas = Canvas(self._inner, self._height)

    def grid(self) -> tuple[Array, Array]:
        """The places x (columns,) and y (rows,) of all dots, from left to right and from the top."""
        columns, rows = COLUMNS_OF_DOTS * self._inner, ROWS_OF_DOTS * self._height
        return np.linspace(*self._x, columns), np.linspace(*self._y[::-1], rows)

    def line(
        self, xs: Sequence[float], ys: Sequence[float], colour: str, sign: str, *, in_front: bool = False
    ) -> None:
        """Draw points joined by lines; `in_front` hides what is in the same characters."""
        columns, rows = self._dots_of(xs, ys)
        across, down = np.diff(columns), np.diff(rows)
        parts = np.maximum(np.ceil(np.maximum(abs(across), abs(down))), 1).astype(np.intp)
        part = np.repeat(np.arange(len(parts)), parts)
        share = (np.arange(len(part)) - np.repeat(np.cumsum(parts) - parts, parts)) / parts[part]
        columns, rows = (
            np.append(each[part] + share * way[part], each[-1])
            for each, way in ((columns, across), (rows, down))
        )
        self._draw(columns, rows, colour, sign, in_front=in_front)

    def dots(self, xs: Sequence[float], ys: Sequence[float], colour: str, sign: str) -> None:
        """Draw points."""
        self._draw(*self._dots_of(xs, ys), colour, sign)

    def edges(self, bands: Array, colour: str) -> None:
        """Draw where one band of numbers ends and another begins; of the grid (rows, columns).

        In plain characters the last digit of each number fills its band.
        """
        if self.plain:
            for row, line in enumerate(bands[ROWS_OF_DOTS // 2 :: ROWS_OF_DOTS, ::COLUMNS_OF_DOTS].tolist()):
                for column, band in enumerate(line):
                    self._canvas.write(row, column, str(band)[-1], self._colour(colour))
            return
        edges = np.zeros(bands.shape, bool)
        edges[:, 1:] |= bands[:, 1:] != bands[:, :-1]
        edges[1:, :] |= bands[1:, :] != bands[:-1, :]
        rows, columns = np.nonzero(edges)
        self._draw(columns, rows, colour, "")

    def write(self, x: float, y: float, text: str, colour: str = "", *, over: bool = True) -> None:
        """Write a short text that begins at a place; unless `over`, not where something is written.

        One that would go beyond the right edge is moved to the left.
        """
        (column,), (row,) = self._dots_of([x], [y])
        first, at = round(float(column)) // COLUMNS_OF_DOTS, round(float(row)) // ROWS_OF_DOTS
        if not (0 <= first < self._inner and 0 <= at < self._height):
            return
        first = max(min(first, self._inner - len(text)), 0)
        places = list(enumerate(text[: self._inner], start=first))
        if over or not any(self._canvas.is_written(at, place) for place, _ in places):
            for place, character in places:
                self._canvas.write(at, place, character, self._colour(colour))

    def lines(
        self,
        title: str,
        *,
        axis: bool = True,
        strip: Sequence[float] = (),
        ends: tuple[str, str] | None = None,
    ) -> list[str]:
        """The rows of text, all as wide as the panel.

        `strip` are heights from 0 to 1 of bars in place of the axis, `ends` the texts below its ends.
        """
        upright, corner, flat = ("|", "+", "-") if self.plain else ("│", "└", "─")
        heading = padded(cut(title, self._width, "..." if self.plain else "…"), self._width)
        found = [coloured(heading, BOLD) if self._in_colour else heading]
        for number, row in enumerate(self._canvas.lines()):
            found.append(
                _filled(f"{self._labels.get(number, ''):>{self._margin}}{upright}{row}", self._width)
            )
        if axis:
            line = self._strip(strip, flat) if len(strip) else flat * self._inner
            found.append(f"{'':>{self._margin}}{corner}{line}")
            first, last = ends or (short(self._x[0], DIGITS), short(self._x[1], DIGITS))
            blanks = " " * max(self._inner - len(first) - len(last), 1)
            found.append(_filled(f"{'':>{self._margin}} {first}{blanks}{last}", self._width))
        return found

    def _strip(self, heights: Sequence[float], flat: str) -> str:
        """Bars, one for each column of the axis, of the nearest of the heights."""
        levels = flat + (PLAIN_BARS if self.plain else BARS)
        places = np.rint(np.linspace(0, len(heights) - 1, self._inner)).astype(np.intp)
        shown = np.ceil(np.asarray(heights, np.float64)[places] * (len(levels) - 1)).astype(np.intp)
        return "".join(levels[each] for each in shown.tolist())

    def _dots_of(self, xs: Sequence[float], ys: Sequence[float]) -> tuple[Array, Array]:
        """Columns and rows of dots, not rounded; what is far out is moved nearer."""
        left, right = self._x
        low, high = self._y
        across = np.clip((np.array(xs, np.float64) - left) / (right - left), -FAR, FAR)
        down = np.clip((high - np.array(ys, np.float64)) / (high - low), -FAR, FAR)
        return across * (COLUMNS_OF_DOTS * self._inner - 1), down * (ROWS_OF_DOTS * self._height - 1)

    def _draw(self, columns: Array, rows: Array, colour: str, sign: str, *, in_front: bool = False) -> None:
        columns, rows = (np.asarray(np.rint(each), np.intp) for each in (columns, rows))
        inside = (columns >= 0) & (columns < COLUMNS_OF_DOTS * self._inner)
        inside &= (rows >= 0) & (rows < ROWS_OF_DOTS * self._height)
        columns, rows = columns[inside], rows[inside]
        if not self.plain:
            if in_front:
                self._canvas.clear(columns, rows)
            self._canvas.dots(columns, rows, self._colour(colour))
            return
        places = zip((rows // ROWS_OF_DOTS).tolist(), (columns // COLUMNS_OF_DOTS).tolist(), strict=True)
        for row, column in set(places):
            self._canvas.write(row, column, sign, self._colour(colour))

    def _colour(self, colour: str) -> str | None:
        return colour if self._in_colour and colour else None


def panel_width(screen: Screen, panels: int, least: int) -> int:
    """Columns of each of some panels, of which as many stand side by side as have `least`; 0 for none."""
    width = min(screen.width, WIDEST)
    if width < NARROWEST:
        return 0
    beside = max(1, min(panels, (width + GAP) // (least + GAP)))
    return (width - GAP * (beside - 1)) // beside


def show_panels(screen: Screen, panels: Sequence[list[str]]) -> None:
    """Write panels of one width and height side by side, as many as have room in a row."""
    wide = _width(panels[0][0])
    beside = max(1, (min(screen.width, WIDEST) + GAP) // (wide + GAP))
    for first in range(0, len(panels), beside):
        if first:
            screen.line()
        rows = [(" " * GAP).join(row).rstrip() for row in zip(*panels[first : first + beside], strict=True)]
        while rows and not rows[-1]:
            rows.pop()
        for row in rows:
            screen.raw(row)


def _filled(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _width(text: str) -> int:
    """The cells that a text takes, without its colours."""
    return width_of(STYLE.sub("", text))
