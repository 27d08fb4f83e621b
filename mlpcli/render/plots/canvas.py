"""Style, colours, names and files of all pictures."""

import contextlib
import functools
import logging
import re
import warnings
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from mlpcli.extras import require_extra
from mlpcli.files import atomic_output
from mlpcli.number_text import short
from mlpcli.text_width import printable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH = 7.0
"""Inches: the text width of a page."""
FONT, SMALL, TINY = 8.0, 7.0, 6.0
"""Sizes in points."""

# Okabe and Ito 2008: told apart by colour-blind readers, and in print by their lightness.
BLUE, ORANGE, GREEN, VERMILLION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY, BLACK = "#CC79A7", "#56B4E9", "#000000"
SERIES = (BLUE, VERMILLION, GREEN, ORANGE, PURPLE, SKY, BLACK)
INK, MUTED, GREY, PALE = "#222222", "#6B6B6B", "#A6A6A6", "#EAEAEA"

SEPARATOR, LINE = "  ·  ", 115
"""Text between notes, and the characters of a line of notes."""

TICKS = {
    "labelsize": SMALL,
    "color": GREY,
    "labelcolor": MUTED,
    "major.width": 0.6,
    "minor.width": 0.4,
    "major.size": 3.0,
    "minor.size": 1.5,
}
FAMILIES = (
    # The first is matplotlib's own and has no Chinese, Japanese or Korean; the others, if they are installed.
    "DejaVu Sans",
    *("Noto Sans CJK SC", "Noto Sans CJK JP", "Source Han Sans SC", "WenQuanYi Zen Hei"),
    *("PingFang SC", "Hiragino Sans", "Apple SD Gothic Neo"),
    *("Microsoft YaHei", "Yu Gothic", "Malgun Gothic"),
)
STYLE: dict[str, Any] = {
    "font.size": FONT,
    "text.color": INK,
    "text.parse_math": False,  # a column may be called $x$
    "axes.titlesize": FONT,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 6.0,
    "axes.labelsize": SMALL,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": GREY,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.xmargin": 0.02,
    **{f"{axis}.{name}": value for axis in ("xtick", "ytick") for name, value in TICKS.items()},
    "lines.linewidth": 1.3,
    "lines.solid_capstyle": "round",
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "savefig.dpi": 200,
    "pdf.fonttype": 42,
    "svg.hashsalt": "mlpcli",
}

FORMATS: dict[str, dict[str, None]] = {"png": {}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}
"""Formats by ending, with the metadata that must be fixed to give the same bytes in every run."""


@contextlib.contextmanager
def drawing() -> Iterator[None]:
    """Draw in this style, whatever a `matplotlibrc` says, and silence matplotlib's remarks.

    They are about missing fonts and glyphs, odd configurations and caches, not about the data. Raises
    MlpcliError if matplotlib is not installed.
    """
    logger = logging.getLogger("matplotlib")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            style = require_extra("matplotlib.style", "plots", "drawing a plot", setting="plot")
            with style.context(["default", STYLE, {"font.family": _installed_families()}]):
                yield
    finally:
        logger.setLevel(level)


@functools.cache
def _installed_families() -> list[str]:
    """The families that this machine has: matplotlib would look for the others again for every text."""
    from matplotlib.font_manager import fontManager

    installed = set(fontManager.get_font_names())
    return [family for family in FAMILIES if family in installed]


def save(path: str, figure: "Figure", *, force: bool = False) -> None:
    """Write the picture in the format of the path's ending; without `force` no file is replaced.

    The same picture gives the same bytes.
    """
    ending = ending_of(path)
    with atomic_output(path, force=force) as file:
        figure.savefig(file, format=ending, metadata=FORMATS[ending])


def ending_of(path: str) -> str:
    """The text after the last point, in small letters."""
    return path.rpartition(".")[2].lower() if "." in path.rpartition("/")[2] else ""


def name(text: str, most: int = 30) -> str:
    """A name with control characters escaped, and the middle left out if it is long.

    Names that differ only at their ends stay apart.
    """
    text = printable(text)
    if len(text) <= most:
        return text
    tail = (most - 1) // 3
    return text[: most - 1 - tail] + "…" + text[len(text) - tail :]


def number(value: float, digits: int = 3) -> str:
    """A short number: 0.0123, 60,000, 2.5e10, 1e-5."""
    return re.sub(r"e([+-])0*", lambda found: "e-" if found[1] == "-" else "e", short(value, digits))


def figure_of(width: float, height: float, title: str, notes: Sequence[str] = ()) -> "Figure":
    """An empty figure of so many inches with its title and grey notes below it; the panels make room."""
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    figure = Figure((width, height), layout="constrained")
    lines = [(name(title, 60), FONT + 1.5, INK, "bold")] if title else []
    lines += [(line, SMALL, MUTED, "normal") for line in _packed(notes)]
    top = height
    for text, size, colour, weight in lines:
        top -= 1.5 * size / 72
        place = 0.08 / width, top / height
        # It is outside of the layout, which moves only what is below.
        figure.text(*place, text, fontsize=size, color=colour, fontweight=weight).set_in_layout(False)
    layout = figure.get_layout_engine()
    assert isinstance(layout, ConstrainedLayoutEngine)
    layout.set(rect=(0.0, 0.0, 1.0, (top - (0.08 if lines else 0.0)) / height))
    return figure


def _packed(notes: Sequence[str]) -> list[str]:
    """Notes joined into lines."""
    lines: list[str] = []
    for note in notes:
        if lines and len(lines[-1]) + len(SEPARATOR) + len(note) <= LINE:
            lines[-1] += SEPARATOR + note
        else:
            lines.append(note)
    return lines
