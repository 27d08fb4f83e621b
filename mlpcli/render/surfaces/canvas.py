"""A map as lines of a terminal: two pixels a character by half blocks, or one character without colours."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby

import numpy as np

from mlpcli.arrays import Array
from mlpcli.model.effects.axes import Axis
from mlpcli.render.console import Screen, use_colour
from mlpcli.render.surfaces.palettes import Palette

UPPER_HALF, DISC, NO_COLOURS, PLAIN = "▀", "●", 0, "\x1b[0m"
TRUE_COLOURS, SOME_COLOURS = 1 << 24, 1 << 8
CUBE = np.array([0, 95, 135, 175, 215, 255], np.float64)
GREYS = np.arange(8.0, 239.0, 10.0)
"""Intensities of the colours 16 to 231 of a terminal of 256 colours, and of 232 to 255."""
FIRST_CODE = 16
TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_OKLAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


@dataclass(frozen=True)
class Style:
    """What a screen can show."""

    colours: int
    """TRUE_COLOURS, SOME_COLOURS, or NO_COLOURS."""
    blocks: bool
    """Whether it has half blocks and the like; if not, ASCII."""

    @classmethod
    def of(cls, screen: Screen) -> "Style":
        """Of a screen: a terminal of 16 colours has no shades, and so none."""
        blocks = all(map(screen.shows, UPPER_HALF + DISC + "▒▓█"))
        if not use_colour(screen.stream):
            return cls(NO_COLOURS, blocks)
        known = {"truecolor": TRUE_COLOURS, "256": SOME_COLOURS}
        return cls(known.get(screen.console.color_system or "", NO_COLOURS), blocks)

    @property
    def lines_of_pixels(self) -> int:
        """Pixels of a character, one above the other."""
        return 2 if self.colours and self.blocks else 1


@dataclass(frozen=True)
class Mark:
    """A row in a cell of the map."""

    character: str
    colour: Array


def sampled(values: Array, x: Axis, y: Axis, width: int, height: int) -> Array:
    """Values (height, width), the top line first, of a grid (ny, nx): those nearest to each pixel."""
    rows, columns = values.shape
    return np.asarray(values[np.ix_(_nearest(y, rows, height)[::-1], _nearest(x, columns, width))])


def _nearest(axis: Axis, most: int, pixels: int) -> Array:
    """Which of so many places along an axis is nearest to each pixel."""
    places = (np.arange(pixels) + 0.5) / pixels
    if axis.levels:
        return np.minimum((places * most).astype(np.intp), most - 1)
    return np.rint(places * (most - 1)).astype(np.intp)


def drawn(
    values: Array,
    confidence: Array | None,
    palette: Palette,
    marks: Mapping[tuple[int, int], Mark],
    style: Style,
) -> list[str]:
    """Lines of a map of pixels (lines, columns), with marks at rows and columns of characters."""
    if not style.colours:
        cells = palette.characters(values, confidence, plain=not style.blocks)
        for place, mark in marks.items():
            cells[place] = mark.character
        return ["".join(line) for line in cells.tolist()]
    pixels = codes_of(palette.colours(values, confidence), style.colours)
    discs = _discs(marks, style)
    if style.lines_of_pixels == 1:
        return [_line(line, line, row, discs) for row, line in enumerate(pixels.tolist())]
    pairs = zip(pixels[::2].tolist(), pixels[1::2].tolist(), strict=True)
    return [_line(upper, lower, row, discs) for row, (upper, lower) in enumerate(pairs)]


def _discs(marks: Mapping[tuple[int, int], Mark], style: Style) -> dict[tuple[int, int], tuple[str, str]]:
    """The colour and the character of each mark; all colours at once, as one by one took half of the time."""
    if not marks:
        return {}
    colours = codes_of(np.stack([mark.colour for mark in marks.values()]), style.colours).tolist()
    return {
        place: (colour, DISC if style.blocks else mark.character)
        for (place, mark), colour in zip(marks.items(), colours, strict=True)
    }


def _line(
    upper: list[str], lower: list[str], row: int, discs: Mapping[tuple[int, int], tuple[str, str]]
) -> str:
    cells = []
    for column, (above, below) in enumerate(zip(upper, lower, strict=True)):
        if (disc := discs.get((row, column))) is not None:
            cells.append((f"38;{disc[0]};48;{below}", disc[1]))
        elif above == below:
            cells.append((f"48;{above}", " "))
        else:
            cells.append((f"38;{above};48;{below}", UPPER_HALF))
    runs = groupby(cells, lambda cell: cell[0])
    return "".join(f"\x1b[{code}m{''.join(each for _, each in run)}" for code, run in runs) + PLAIN


def codes_of(colours: Array, depth: int) -> Array:
    """The parameters of the escape sequence of each colour (..., 3)."""
    if depth == TRUE_COLOURS:
        # Eight steps a channel look the same, and fewer colours make fewer and longer runs.
        whole = np.minimum(np.rint(colours / 4) * 4, 255).astype(np.int64)
        numbers = whole[..., 0] << 16 | whole[..., 1] << 8 | whole[..., 2]
        return _texts(numbers, lambda each: f"2;{each >> 16};{each >> 8 & 255};{each & 255}")
    whole = np.rint(colours).astype(np.int64)
    numbers = whole[..., 0] << 16 | whole[..., 1] << 8 | whole[..., 2]
    return _texts(numbers, lambda each: f"5;{_nearest_code(each)}")


@cache
def _nearest_code(number: int) -> int:
    """The number of the colour of 256 that looks most like this one."""
    looked_for = _seen(np.array([[number >> 16, number >> 8 & 255, number & 255]], np.float64))
    return FIRST_CODE + int(np.square(_seen_codes() - looked_for).sum(axis=1).argmin())


@cache
def _seen_codes() -> Array:
    cube = np.stack(np.meshgrid(CUBE, CUBE, CUBE, indexing="ij"), axis=-1).reshape(-1, 3)
    return _seen(np.concatenate([cube, np.repeat(GREYS[:, None], 3, axis=1)]))


def _seen(colours: Array) -> Array:
    """Colours (n, 3) as lightness and two hues, in which equal steps look equal (Oklab, Ottosson 2020)."""
    share = colours / 255.0
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return np.asarray(np.cbrt(linear @ TO_CONES.T) @ TO_OKLAB.T)


def _texts(numbers: Array, text: Callable[[int], str]) -> Array:
    found, places = np.unique(numbers, return_inverse=True)
    return np.array([text(each) for each in found.tolist()], object)[places.reshape(numbers.shape)]
