"""The page: its sections as the template takes them, and the template filled."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mlpcli.extras import require_extra
from mlpcli.render.html_report.sections import Pictures, absences, contents
from mlpcli.render.html_report.texts import shown
from mlpcli.render.plots.canvas import drawing

if TYPE_CHECKING:
    from jinja2 import Template

    from mlpcli.workflows.reporting.parts import ReportParts

TEMPLATE = "page.html.j2"
LARGEST = 500_000
"""Bytes of a page."""
LONGEST_CELL = 160
EXTRA, WHAT = "report", "a report"


@dataclass(frozen=True, kw_only=True)
class Detail:
    """How much a page shows."""

    columns: int
    """With a picture of their values."""
    rows: int
    """Of a table."""
    curves: int
    classes: int
    """Whose confusion is a table."""
    longest: int = field(default=LONGEST_CELL)
    """Characters of a cell."""


DETAILS = (
    Detail(columns=40, rows=600, curves=8, classes=12),
    Detail(columns=40, rows=250, curves=6, classes=8),
    Detail(columns=20, rows=60, curves=4, classes=4, longest=80),
    Detail(columns=0, rows=15, curves=0, classes=2, longest=40),
)
"""From the most to the least; the first that is small enough is taken."""


@dataclass(frozen=True)
class Page:
    """A page, and for each section why it is absent; "" of one that is there."""

    html: str
    sections: Mapping[str, str]


def check_extra() -> None:
    """Raise MlpcliError if a package is not installed that a page needs."""
    require_extra("jinja2", EXTRA, WHAT)
    require_extra("matplotlib.figure", EXTRA, WHAT)


def page_of(parts: "ReportParts") -> Page:
    """The page of a report: the same parts give the same bytes."""
    check_extra()
    with drawing():
        pictures = Pictures(parts)
        for detail in DETAILS:
            told = contents(parts, pictures, detail)
            html = _template().render(told, shown=lambda text, most=detail.longest: shown(text, most))
            if len(html.encode()) <= LARGEST:
                break
    return Page(html, absences(parts))


@cache
def _template() -> "Template":
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(TEMPLATE)
