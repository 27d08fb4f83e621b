"""Pictures of a report, each drawn once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from mlpcli.workflows.reporting.parts import ReportParts


@dataclass(frozen=True)
class Picture:
    """An SVG element, whose texts are escaped, and the words below it."""

    svg: str
    caption: str = ""


class Pictures:
    """Pictures by name, drawn when first asked for."""

    def __init__(self, parts: "ReportParts") -> None:
        self._parts = parts
        self._drawn: dict[str, Picture] = {}

    def of(self, name: str, alt: str, figure: "Callable[[], Figure]", caption: str = "") -> Picture:
        """The picture of a name, which is unique in the page."""
        from mlpcli.render.html_report.svg import svg_of

        if name not in self._drawn:
            self._drawn[name] = Picture(svg_of(figure(), name, alt), caption)
        return self._drawn[name]
