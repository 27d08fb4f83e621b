"""The page: its sections as the template takes them, and the template filled."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mlpcli.extras import require_extra
from mlpcli.render.html_report.detail import DETAILS
from mlpcli.render.html_report.sections.contents import absences, contents
from mlpcli.render.html_report.sections.pictures import Pictures
from mlpcli.render.html_report.texts import shown
from mlpcli.render.plots.canvas import drawing

if TYPE_CHECKING:
    from jinja2 import Template

    from mlpcli.workflows.reporting.parts import ReportParts

TEMPLATE = "page.html.j2"
LARGEST = 500_000
"""Bytes of a page."""
EXTRA, WHAT = "report", "a report"


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
