"""The surface of a network that learns, as lines of a live view."""

from typing import TYPE_CHECKING

from mlpcli.arrays import Array
from mlpcli.model.effects.shown import CLASS, PROBABILITY
from mlpcli.render.console import Screen
from mlpcli.render.formatting import quoted
from mlpcli.render.surfaces.canvas import Style
from mlpcli.render.surfaces.legend import key_text, packed
from mlpcli.render.surfaces.maps import MapPoints, map_lines
from mlpcli.render.surfaces.palettes import ClassPalette, Palette, ProbabilityPalette, ValuePalette
from mlpcli.text_width import cut, padded, printable, width_of

if TYPE_CHECKING:
    from mlpcli.training.live_surface import LiveSurface

TALLEST, LOWEST, NARROWEST, WIDEST = 24, 4, 24, 84
"""Lines and columns of a map."""
COLUMNS_OF_LINE = 3
"""Columns for each line of a map, at most: broader it would look flat."""
FRAME = 4
"""Lines of the title, the axis, its ticks and the legend."""


class SurfaceView:
    """Draws what a `LiveSurface` predicts now."""

    def __init__(self, screen: Screen, surface: "LiveSurface") -> None:
        self._surface, self._style = surface, Style.of(screen)
        self._palette: Palette | None = None
        points = surface.points
        self._points = MapPoints(points.x, points.y, points.truth)
        self.width = 0
        """Columns of the lines that were drawn last."""

    @property
    def number(self) -> int:
        """Of the network that is drawn."""
        return self._surface.number

    def lines(self, most: int, height: int, whose: str) -> list[str]:
        """At most `height` lines, `most` columns or fewer; none where these are too few, or nothing is known.

        `whose` stands before the title.
        """
        rows = min(height - FRAME, TALLEST)
        self.width = min(most, WIDEST, COLUMNS_OF_LINE * max(rows, 0) + 10)
        if rows < LOWEST or self.width < NARROWEST or (found := self._surface.predicted()) is None:
            return []
        values, confidence = found
        palette = self._palette = self._palette or self._palette_for(values)
        surface = self._surface
        drawn = map_lines(
            surface.x,
            surface.y,
            values,
            confidence,
            palette,
            self._style,
            self.width,
            rows,
            self._points,
        )
        shown = surface.shown
        what = f"probability of {shown.title}" if shown.shows == PROBABILITY else f"predicted {shown.name}"
        title = f"{whose}{what}: {quoted(surface.y.name)} (up) over {quoted(surface.x.name)}"
        return [self._fitted(title), *drawn, self._legend(palette)]

    def _palette_for(self, values: Array) -> Palette:
        """The same colours from the first drawing to the last."""
        shown, truth = self._surface.shown, self._surface.points.truth
        if shown.shows == PROBABILITY:
            return ProbabilityPalette(shown.classes, shown.boundary)
        if shown.shows == CLASS:
            return ClassPalette(shown.classes, truth if len(truth) else values)
        return ValuePalette(truth if len(truth) else values)

    def _fitted(self, text: str) -> str:
        return padded(cut(printable(text), self.width), self.width)

    def _legend(self, palette: Palette) -> str:
        """The first line of what the colours or characters mean."""
        parts = [key_text(key, self._style) for key in palette.keys(plain=not self._style.blocks)]
        if self._style.colours and self._surface.shown.shows not in (CLASS, PROBABILITY):
            scale = palette.scale()
            assert scale is not None
            ends = [text for _, text in scale[1]]
            return self._fitted(f"dark {ends[0]}, pale {ends[-1]}")
        shown = packed(parts, self.width)[0]
        fitting = [counted for _, counted in parts]
        while len(fitting) > 1 and width_of("   ".join(fitting)) > self.width:
            fitting.pop()
        return shown + " " * max(self.width - width_of("   ".join(fitting)), 0)
