"""Pages of the manual, which are Markdown files of the package: contents, a page, a search."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from mlpcli.errors import MlpcliError, count, did_you_mean

if TYPE_CHECKING:
    from mlpcli.render.console import Screen

PAGES = (
    "data",
    "training",
    "choosing",
    "evaluating",
    "explaining",
    "scoring",
    "exporting",
    "pipelines",
    "scaling",
    "reproducing",
    "lessons",
    "python",
    "reference",
    "benchmarks",
)
"""Names of the pages, in the order of the contents."""
MOST_LINES = 3
"""Lines shown of a section that a search found."""


@dataclass(frozen=True)
class Section:
    """A heading of a page, and the lines below it."""

    page: str
    heading: str
    lines: Sequence[str]


def page_text(page: str) -> str:
    """The Markdown of a page without pictures, and without what is for the tests alone."""
    text = (files("mlpcli") / "manual" / f"{page}.md").read_text(encoding="utf-8")
    text = re.sub(r"^<!--.*?-->\n", "", text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"^!\[.*\]\(.*\)\n\n", "", text, flags=re.MULTILINE)
    return re.sub(r"^```text.*$", "```text", text, flags=re.MULTILINE)


def summary_of(page: str) -> str:
    """The sentence below the title of a page."""
    return " ".join(page_text(page).split("\n\n", 2)[1].split())


def page_named(topic: str) -> str | None:
    """The page of that name, in any case, or the only one that begins with it."""
    name = topic.casefold()
    found = [page for page in PAGES if page.startswith(name)] if len(name) > 1 else []
    return name if name in PAGES else found[0] if len(found) == 1 else None


def search(words: str) -> list[Section]:
    """Sections in which all words occur, each with the lines that have one, those with all first."""
    wanted = words.casefold().split()
    found = []
    for section in (section for page in PAGES for section in _sections(page)):
        whole = "\n".join([section.heading, *section.lines]).casefold()
        if wanted and all(word in whole for word in wanted):
            counted = [sum(word in line.casefold() for word in wanted) for line in section.lines]
            best = max(counted, default=0)
            lines = [line for line, count in zip(section.lines, counted, strict=True) if count == best > 0]
            found.append(Section(section.page, section.heading, lines))
    return found


def _sections(page: str) -> list[Section]:
    sections, heading, lines, fenced = [], "", list[str](), False
    for line in page_text(page).splitlines():
        fenced ^= line.startswith("```")
        if line.startswith("#") and not fenced:
            sections.append(Section(page, heading, lines))
            heading, lines = line.lstrip("# "), []
        elif line.strip() and not line.startswith(("```", "| ---")):
            lines.append(line.strip())
    return [*sections[1:], Section(page, heading, lines)]


def require_found(words: str, found: Sequence[Section]) -> None:
    """Raise an error with the nearest page if a search found nothing."""
    if not found:
        message = f"the manual has no page {words!r}, and no section with these words"
        raise MlpcliError(message, did_you_mean(words, PAGES))


def contents_report(screen: "Screen") -> None:
    """List the pages with a sentence each."""
    screen.line("The pages of the manual", "bold")
    screen.line()
    screen.pairs([(page, summary_of(page)) for page in PAGES])
    screen.line()
    screen.line("Read a page:      mlpcli manual PAGE")
    screen.line("Search all pages: mlpcli manual WORD...")


def page_report(screen: "Screen", page: str) -> None:
    """Show a page: laid out on a terminal, as its Markdown elsewhere."""
    text = page_text(page)
    if screen.terminal:
        from mlpcli.render.markdown import laid_out

        screen.console.print(laid_out(text))
    else:
        screen.raw(text.rstrip())


def search_report(screen: "Screen", words: str, found: Sequence[Section]) -> None:
    """Show the headings and lines that a search found, by page."""
    for number, section in enumerate(found):
        if number:
            screen.line()
        screen.line(f"{section.page}: {section.heading}", "bold")
        for line in section.lines[:MOST_LINES]:
            screen.line(f"  {line}")
        if len(section.lines) > MOST_LINES:
            screen.line(f"  ... and {count(len(section.lines) - MOST_LINES, 'more line')}")
    screen.line()
    screen.line(f"Read the page: mlpcli manual {found[0].page}")


def contents_fields() -> dict[str, object]:
    """The JSON fields of the contents."""
    return {"pages": [{"page": page, "summary": summary_of(page)} for page in PAGES]}


def page_fields(page: str) -> dict[str, object]:
    """The JSON fields of a page."""
    return {"page": page, "text": page_text(page)}


def search_fields(words: str, found: Sequence[Section]) -> dict[str, object]:
    """The JSON fields of a search."""
    return {"search": words, "found": found}
