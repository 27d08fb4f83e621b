"""Colours and characters of what a surface shows, and of the rows on it.

Maps are pale and marks of rows dark, so that these are seen on their own class as well. A map brings its own
background, and so looks the same in light and dark terminals.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mlpcli.arrays import Array
from mlpcli.number_text import short
from mlpcli.render.plots.canvas import BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILLION

WHITE, DARK = np.array([252.0, 252.0, 252.0]), np.array([20.0, 20.0, 20.0])
SERIES = (BLUE, ORANGE, GREEN, VERMILLION, PURPLE, SKY, "#8C6D31", "#637939")
OTHER = "#A6A6A6"
"""Of classes that are too many for colours of their own."""
VIRIDIS = ("#440154", "#472D7B", "#3B528B", "#2C728E", "#21918C", "#28AE80", "#5EC962", "#ADDC30", "#FDE725")
"""Even steps in lightness, also for colour-blind readers (van der Walt and Smith 2015)."""
PALEST, FULLEST = 0.14, 0.72
"""Shares of the colour in a map, of predictions that could go either way and of sure ones."""
PALED = 0.3
"""Share of white in a map of values."""
MARK = 0.62
"""Share of the colour in marks, the rest is black."""
BAR = 24
"""Characters of a scale."""
LETTERS = "abcdefghijklmnopqrstuvwxyz"
BELOW, ABOVE_PLAIN, ABOVE = " .:", "+*#", "▒▓█"
"""Three characters for probabilities below the boundary, three for those above it."""
DIGITS = "0123456789"
SURE = 0.6
"""Share of the way from an even guess to certainty, from which a class is written as a letter."""


def rgb(colour: str) -> Array:
    """Red, green and blue (3,) from 0 to 255."""
    return np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)], np.float64)


def _darker(colour: Array) -> Array:
    """The colour of marks: of orange a red brown, which is not taken for a shade of the map."""
    return np.asarray((rgb(VERMILLION) if (colour == rgb(ORANGE)).all() else colour) * MARK)


def paled(colour: Array, strength: Array) -> Array:
    """A colour (..., 3) on white, as strong as `strength` (...,) from 0 to 1."""
    share = (PALEST + (FULLEST - PALEST) * strength)[..., None]
    return np.asarray(WHITE + (colour - WHITE) * share)


@dataclass(frozen=True)
class Key:
    """A part of a legend: a colour, or the characters that stand for it, and what it means."""

    colour: Array
    characters: str
    text: str


class Palette(ABC):
    """Colours (..., 3) and characters (...,) of predictions and of rows."""

    @abstractmethod
    def colours(self, values: Array, confidence: Array | None) -> Array:
        """Of the map."""

    @abstractmethod
    def characters(self, values: Array, confidence: Array | None, *, plain: bool) -> Array:
        """Of the map without colours; `plain`: of ASCII."""

    @abstractmethod
    def mark_colours(self, truth: Array) -> Array:
        """Of rows (rows,) with a truth."""

    @abstractmethod
    def mark_characters(self, truth: Array) -> list[str]:
        """Of rows (rows,) with a truth, without colours."""

    @abstractmethod
    def scale(self) -> tuple[Array, list[tuple[float, str]]] | None:
        """Colours (BAR, 3) of a scale, and texts at places from 0 to 1 of it; None if there is none."""

    @abstractmethod
    def keys(self, *, plain: bool) -> list[Key]:
        """What the colours or characters of a map mean."""

    @abstractmethod
    def marks(self) -> list[Key]:
        """What the marks of rows mean."""


@dataclass(frozen=True)
class ProbabilityPalette(Palette):
    """Two colours on both sides of a boundary, or one where there is none."""

    classes: Sequence[str]
    boundary: float | None

    @property
    def _pair(self) -> tuple[Array, Array]:
        """The colours of the other class and of the one that is shown."""
        other, own = (name.casefold() for name in self.classes)
        # A class that is called as one of the colours has it, as in the tables of two spirals.
        swapped = own == "orange" or other == "blue"
        return (rgb(BLUE), rgb(ORANGE)) if swapped else (rgb(ORANGE), rgb(BLUE))

    def _sides(self, values: Array) -> tuple[Array, Array]:
        """Whether values are above the boundary, and their share of the way from it to 0 or 1."""
        if self.boundary is None:
            return np.ones(values.shape, np.bool_), np.clip(values, 0.0, 1.0)
        above, least = values >= self.boundary, 1e-9
        up = (values - self.boundary) / max(1.0 - self.boundary, least)
        down = (self.boundary - values) / max(self.boundary, least)
        return above, np.clip(np.where(above, up, down), 0.0, 1.0)

    def colours(self, values: Array, confidence: Array | None) -> Array:
        above, strength = self._sides(values)
        other, own = self._pair
        return paled(np.where(above[..., None], own, other), strength)

    def characters(self, values: Array, confidence: Array | None, *, plain: bool) -> Array:
        shades = np.array(list(ABOVE_PLAIN if plain else ABOVE))
        above, strength = self._sides(values)
        if self.boundary is None:
            shades = np.array([*BELOW, *shades])
            return shades[np.minimum((strength * len(shades)).astype(np.intp), len(shades) - 1)]
        step = np.minimum((strength * len(shades)).astype(np.intp), len(shades) - 1)
        return np.where(above, shades[step], np.array(list(BELOW))[::-1][step])

    def mark_colours(self, truth: Array) -> Array:
        other, own = map(_darker, self._pair)
        return np.where(truth[:, None] > 0.5, own, other)

    def mark_characters(self, truth: Array) -> list[str]:
        return ["x" if each > 0.5 else "o" for each in truth.tolist()]

    def scale(self) -> tuple[Array, list[tuple[float, str]]]:
        texts = [(0.0, "0"), (1.0, "1")]
        if self.boundary is not None:
            texts.insert(1, (self.boundary, short(self.boundary, 2)))
        return self.colours(np.linspace(0.0, 1.0, BAR), None), texts

    def keys(self, *, plain: bool) -> list[Key]:
        shades = ABOVE_PLAIN if plain else ABOVE
        if self.boundary is None:
            return [Key(self._pair[1], BELOW + shades, "from 0 to 1")]
        names, characters = self.classes, (BELOW, shades)
        return [Key(*each) for each in zip(self._pair, characters, names, strict=True)]

    def marks(self) -> list[Key]:
        colours = map(_darker, self._pair)
        return [Key(*each) for each in zip(colours, "ox", self.classes, strict=True)]


class ClassPalette(Palette):
    """A colour for each class, paler where its probability is lower.

    Of more classes than there are colours, those with most of the map have one.
    """

    def __init__(self, classes: Sequence[str], codes: Array) -> None:
        """`codes`: class numbers all over the map and of its rows."""
        self._classes = classes
        counts = np.bincount(codes.astype(np.intp).ravel(), minlength=len(classes))
        ranked = np.argsort(-counts, kind="stable")[: len(SERIES)]
        self._shown = sorted(ranked.tolist()) if len(classes) > len(SERIES) else list(range(len(classes)))
        self._colours = np.tile(rgb(OTHER), (len(classes), 1))
        self._letters = np.full(len(classes), "?")
        for place, number in enumerate(self._shown):
            self._colours[number], self._letters[number] = rgb(SERIES[place]), LETTERS[place]

    def _strength(self, confidence: Array | None) -> Array:
        """From an even guess, 0, to certainty, 1."""
        assert confidence is not None
        even = 1.0 / len(self._classes)
        return np.clip((confidence - even) / (1.0 - even), 0.0, 1.0)

    def colours(self, values: Array, confidence: Array | None) -> Array:
        return paled(self._colours[values.astype(np.intp)], self._strength(confidence))

    def characters(self, values: Array, confidence: Array | None, *, plain: bool) -> Array:
        letters = self._letters[values.astype(np.intp)]
        return np.where(self._strength(confidence) >= SURE, letters, ".")

    def mark_colours(self, truth: Array) -> Array:
        return np.asarray(self._colours[truth.astype(np.intp)] * MARK)

    def mark_characters(self, truth: Array) -> list[str]:
        return [str(self._letters[number]).upper() for number in truth.astype(np.intp).tolist()]

    def scale(self) -> None:
        return None

    def keys(self, *, plain: bool) -> list[Key]:
        keys = [
            Key(self._colours[number], str(self._letters[number]), self._classes[number])
            for number in self._shown
        ]
        if (others := len(self._classes) - len(self._shown)) > 0:
            keys.append(Key(rgb(OTHER), "?", f"{others:,} others"))
        return keys

    def marks(self) -> list[Key]:
        return []


class ValuePalette(Palette):
    """A scale from the lowest to the highest value."""

    def __init__(self, values: Array) -> None:
        self._low, self._high = float(values.min()), float(values.max())
        if not self._high > self._low:
            least = max(abs(self._low), 1.0) * 1e-6
            self._low, self._high = self._low - least, self._high + least
        self._stops = np.stack([rgb(each) for each in VIRIDIS])

    def _shares(self, values: Array) -> Array:
        with np.errstate(over="ignore", invalid="ignore"):
            shares = (values / 2 - self._low / 2) / (self._high / 2 - self._low / 2)
        return np.clip(np.nan_to_num(shares), 0.0, 1.0)

    def _full(self, shares: Array) -> Array:
        at = np.linspace(0.0, 1.0, len(self._stops))
        return np.stack([np.interp(shares, at, self._stops[:, part]) for part in range(3)], axis=-1)

    def colours(self, values: Array, confidence: Array | None) -> Array:
        full = self._full(self._shares(values))
        return np.asarray(full + (WHITE - full) * PALED)

    def characters(self, values: Array, confidence: Array | None, *, plain: bool) -> Array:
        steps = (self._shares(values) * len(DIGITS)).astype(np.intp)
        return np.array(list(DIGITS))[np.minimum(steps, len(DIGITS) - 1)]

    def mark_colours(self, truth: Array) -> Array:
        return self._full(self._shares(truth))

    def mark_characters(self, truth: Array) -> list[str]:
        return ["o"] * len(truth)

    def scale(self) -> tuple[Array, list[tuple[float, str]]]:
        ends = [(share, self._low * (1 - share) + self._high * share) for share in (0.0, 0.5, 1.0)]
        shares = np.linspace(0.0, 1.0, BAR)
        colours = self.colours(self._low * (1 - shares) + self._high * shares, None)
        return colours, [(share, short(value, 3)) for share, value in ends]

    def keys(self, *, plain: bool) -> list[Key]:
        return [Key(DARK, "0", f"is {short(self._low, 3)}"), Key(DARK, "9", f"is {short(self._high, 3)}")]

    def marks(self) -> list[Key]:
        return [Key(DARK, "o", "rows")]


class SignedPalette(ValuePalette):
    """Of a hidden unit: one colour below 0, another above it, white at 0."""

    def __init__(self, values: Array) -> None:
        most = float(np.abs(values).max(initial=0.0)) or 1.0
        super().__init__(np.array([-most, most]))

    def colours(self, values: Array, confidence: Array | None) -> Array:
        signed = self._shares(values) * 2 - 1
        colour = np.where(signed[..., None] >= 0, rgb(BLUE), rgb(ORANGE))
        return np.asarray(WHITE + (colour - WHITE) * (0.9 * np.abs(signed))[..., None])
