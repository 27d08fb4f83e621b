"""Text on a stream: by rich on a terminal, plain and aligned in a pipe."""

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TextIO

from mlpcli.errors import Naming, told
from mlpcli.render.cells import padded, width_of, wrapped

if TYPE_CHECKING:
    from rich.console import Console

LEAST_WIDTH = 8
"""Cells of a wrapped line, however narrow the terminal."""
UNLIMITED = 100_000
"""Width of a pipe: nothing is ever cut or wrapped."""


def printable(text: str) -> str:
    """The text with control, formatting and unprintable characters escaped."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def is_terminal(stream: TextIO) -> bool:
    """Whether a live view can be shown."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def use_colour(stream: TextIO) -> bool:
    """Whether to use colour: NO_COLOR wins over FORCE_COLOR, both over the kind of stream."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or is_terminal(stream)


class Screen:
    """Lines, headings and tables on one stream. Text is never taken as markup."""

    def __init__(
        self,
        stream: TextIO,
        *,
        width: int | None = None,
        quiet: bool = False,
        lasting: bool = False,
        naming: Naming = str,
        height: int = 0,
    ) -> None:
        """With `lasting`, work goes on in silence when the stream's reader has left.

        `height`: lines of the terminal, if a pager shows what is longer from its beginning.

        `naming` is how settings are called in the texts that name some.
        """
        self.stream, self._lasting, self._naming = stream, lasting, naming
        self.terminal = is_terminal(stream)
        self.quiet, self.height = quiet, height
        self._width = width
        self._console: Console | None = None
        self._rich = self.terminal or use_colour(stream)

    @property
    def console(self) -> "Console":
        """rich's console, made when first needed; a pipe never loads rich."""
        if self._console is None:
            from rich.console import Console

            colour = use_colour(self.stream)
            self._console = Console(
                file=self.stream,
                width=self._width if self.terminal else UNLIMITED,
                force_terminal=colour or None,
                no_color=not colour,
                highlight=False,
                markup=False,
                emoji=False,
                legacy_windows=False,
            )
        return self._console

    def shows(self, character: str) -> bool:
        """Whether the stream's encoding has a character."""
        try:
            character.encode(self.stream.encoding or "utf-8")
        except UnicodeEncodeError:
            return False
        return True

    @property
    def width(self) -> int:
        """Columns of the terminal; 80 for a curve in a pipe."""
        return self.console.width if self.terminal else 80

    def line(self, text: str = "", style: str = "") -> None:
        """Write a line, wrapped where a terminal is too narrow."""
        self._say(lambda: self._line(printable(self.told(text)), style))

    def item(self, mark: str, text: str, style: str = "") -> None:
        """Write a text behind a mark; its further lines on a terminal begin where the first does."""
        self._say(lambda: self._item(mark, printable(self.told(text)), style))

    def told(self, text: str) -> str:
        """The text with settings called as on this screen."""
        return told(text, self._naming)

    def raw(self, text: str) -> None:
        """Write text that is laid out already."""
        self._say(lambda: print(text, file=self.stream))

    def heading(self, text: str) -> None:
        """Write a blank line and a title."""
        self.line()
        self.line(text, "bold")

    def pairs(self, rows: Sequence[tuple[str, str]]) -> None:
        """Write names and their texts, aligned; long texts are wrapped on a terminal."""
        self.table((), [list(row) for row in rows])

    def table(
        self, headers: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int] = ()
    ) -> None:
        """Write aligned columns; those in `numbers` to the right."""
        self._say(lambda: self._table(headers, rows, numbers))

    def _say(self, say: Callable[[], None]) -> None:
        if self.quiet:
            return
        try:
            say()
            if self._lasting:
                self.stream.flush()
        except OSError:  # a closed pipe, a full disk, a terminal that is gone
            if not self._lasting:
                raise
            self.quiet = True

    def _line(self, text: str, style: str) -> None:
        if not self._rich:
            print(text, file=self.stream)
        elif not self.terminal or width_of(text) <= self.width:
            self.console.print(text, style=style or None, soft_wrap=not self.terminal)
        else:
            from rich.text import Text

            # Continuation lines keep the indent.
            indent = len(text) - len(text.lstrip())
            for line in wrapped(text[indent:], max(self.width - indent, LEAST_WIDTH)):
                self.console.print(Text(" " * indent + line, style=style), soft_wrap=True)

    def _item(self, mark: str, text: str, style: str) -> None:
        if not self.terminal:
            self._line(f"  {mark} {text}", style)
            return
        from rich.text import Text

        indent = 2 + width_of(mark) + 1
        first = f"  {mark} "
        for line in wrapped(text, max(self.width - indent, LEAST_WIDTH)):
            self.console.print(Text(first + line, style=style), soft_wrap=True)
            first = " " * indent

    def _table(self, headers: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int]) -> None:
        headers = [printable(header) for header in headers]
        texts = [[printable(self.told(cell)) for cell in row] for row in rows]
        if not self._rich:
            lines = [headers, *texts] if headers else texts
            columns = []
            for column, cells in enumerate(zip(*lines, strict=True)):
                width = max(map(width_of, cells))
                columns.append([padded(cell, width, right=column in numbers) for cell in cells])
            for line in zip(*columns, strict=True):
                print(("  " + "  ".join(line)).rstrip(), file=self.stream)
            return
        from rich.padding import Padding
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
        table.show_header = bool(headers)
        for column, header in enumerate(headers or [""] * len(rows[0] if rows else ())):
            style = "" if headers or column else "dim"
            table.add_column(
                header, justify="right" if column in numbers else "left", overflow="fold", style=style
            )
        for row in texts:
            table.add_row(*(Text(cell) for cell in row))
        self.console.print(Padding(table, (0, 0, 0, 2), expand=False))
