"""Figures as SVG inside a page: small, with ids of their own, and in the colours of the page."""

import io
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from numpy import size

from mlpcli.render.plots.canvas import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    INK,
    MUTED,
    ORANGE,
    PALE,
    PURPLE,
    SKY,
    VERMILLION,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = {
    INK: "ink",
    BLACK: "ink",
    MUTED: "muted",
    GREY: "line",
    PALE: "pale",
    "#ffffff": "paper",
    BLUE: "blue",
    VERMILLION: "red",
    ORANGE: "orange",
    GREEN: "green",
    PURPLE: "purple",
    SKY: "sky",
}
"""Variables of the page's style, which have other values in the dark."""
MOST_MARKERS = 200
"""Points of a line that are drawn one by one; more become pixels."""
DPI = 160
"""Of what becomes pixels."""
POINTS_AN_INCH = 72

_VARIABLES = {colour.lower(): f"var(--{variable})" for colour, variable in COLOURS.items()}
_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_DECIMALS = re.compile(r"(\.\d\d)\d+")
_REFERENCE = re.compile(r"url\(#([^)]*)\)")
_FONTS = re.compile(r"\s*font-family:[^;]*;?")
_NAMESPACE = re.compile(r"\{[^}]*\}")


def svg_of(figure: "Figure", name: str, alt: str) -> str:
    """The figure as an SVG element whose ids begin with `name`; `alt` is its text."""
    from matplotlib import rc_context

    _lighten(figure)
    with io.StringIO() as file:
        with rc_context({"svg.fonttype": "none"}):
            figure.savefig(file, format="svg", metadata={"Date": None}, dpi=DPI, facecolor="none")
        root = ElementTree.fromstring(file.getvalue())  # which matplotlib wrote
    wide, high = (each * POINTS_AN_INCH for each in figure.get_size_inches().tolist())
    _clean(root, name)
    root.attrib = {
        "class": "plot",
        "role": "img",
        "aria-label": alt,
        "viewBox": f"0 0 {wide:.0f} {high:.0f}",
        "style": f"max-width:{1.35 * wide:.0f}px",
    }
    return ElementTree.tostring(root, encoding="unicode")


def _lighten(figure: "Figure") -> None:
    """Have thousands of points and cells drawn as pixels, on nothing, so that they suit any background."""
    from matplotlib.collections import QuadMesh
    from matplotlib.colors import LinearSegmentedColormap, to_rgb

    red, green, blue = to_rgb(BLUE)
    shades = [(red, green, blue, 0.06), (red, green, blue, 1.0)]
    for axes in figure.axes:
        for collection in axes.collections:
            if isinstance(collection, QuadMesh) and collection.get_cmap().name == "Blues":
                collection.set_cmap(LinearSegmentedColormap.from_list("on nothing", shades))
                collection.set_rasterized(True)
        for line in axes.lines:
            if size(line.get_xdata()) > MOST_MARKERS and line.get_marker() not in ("", "None", None):
                line.set_rasterized(True)


def _clean(root: ElementTree.Element, name: str) -> None:
    """Leave out what a page does not need: metadata, styles for all, ids that nothing refers to."""
    used = set()
    for element in root.iter():
        for key, value in element.attrib.items():
            if key.endswith("href") and value.startswith("#"):
                used.add(value[1:])
            used.update(_REFERENCE.findall(value))
    for parent in list(root.iter()):
        for child in list(parent):
            if _NAMESPACE.sub("", str(child.tag)) in ("metadata", "style"):
                parent.remove(child)
    for element in root.iter():
        element.tag = _NAMESPACE.sub("", str(element.tag))
        element.tail = None
        if element.tag != "text":
            element.text = None
        element.attrib = {
            _NAMESPACE.sub("", key): kept
            for key, value in element.attrib.items()
            if (kept := _attribute(_NAMESPACE.sub("", key), value, name, used)) is not None
        }
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in ("g", "defs") and not len(child) and not child.text:
                parent.remove(child)


def _attribute(key: str, value: str, name: str, used: set[str]) -> str | None:
    if key == "id":
        return f"{name}-{value}" if value in used else None
    if key == "href":
        return f"#{name}-{value[1:]}" if value.startswith("#") else value
    if key in ("d", "transform", "x", "y", "points"):
        return _DECIMALS.sub(r"\1", value)
    if key == "style":
        value = _FONTS.sub("", value)
        value = _HEX.sub(lambda found: _VARIABLES.get(found[0].lower(), found[0]), value)
    if key in ("style", "clip-path"):
        return _REFERENCE.sub(rf"url(#{name}-\1)", value)
    return value
