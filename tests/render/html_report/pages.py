"""Reads a page as a browser would: which tags, what it loads, which ids, and what does not fit together."""

import re
from collections import Counter
from collections.abc import Sequence
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "img", "input", "hr"}
LOADING = ("src", "href", "xlink:href", "action", "data", "poster", "srcset")


class Page(HTMLParser):
    """A page that was read; `problems` are sentences."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.html = html
        self.tags: Counter[str] = Counter()
        self.ids: Counter[str] = Counter()
        self.texts: list[str] = []
        self.problems: list[str] = []
        self._referred: set[str] = set()
        self._open: list[str] = []
        self.feed(html)
        self.close()
        if self._open:
            self.problems.append(f"not closed: {self._open}")
        self.problems += [
            f"the id {name} is there {times} times" for name, times in self.ids.items() if times > 1
        ]
        self.problems += [f"there is no id {name}" for name in self._referred - set(self.ids)]

    @property
    def text(self) -> str:
        """All that is shown."""
        return " ".join(self.texts)

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self._tag(tag, attrs)
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self._tag(tag, attrs)

    def _tag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        for name, value in attrs:
            value = value or ""
            if name.startswith("on"):
                self.problems.append(f"{tag} has {name}")
            if name == "id":
                self.ids[value] += 1
            if name not in ("title", "aria-label"):
                self._referred.update(re.findall(r"url\(#([^)]+)\)", value))
            if name in LOADING:
                if value.startswith("#"):
                    self._referred.add(value[1:])
                elif not value.startswith("data:image/png;base64,"):
                    self.problems.append(f"{tag} loads {value[:60]}")

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1] != tag:
            self.problems.append(f"</{tag}> within {self._open[-1:]}")
        else:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "style":
            if "url(" in data or "@import" in data:
                self.problems.append("the style loads something")
        else:
            self.texts.append(data)
