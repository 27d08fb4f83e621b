"""Text on a stream: by rich on a terminal, plain and aligned in a pipe."""

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TextIO

from mlpcli.errors import Naming, told
from mlpcli.render.table_layout import Piece, Styled, laid_out, style_of
from mlpcli.text_width import printable, width_of, wrapped

if TYPE_CHECKING:
    from rich.console import Console

LEAST_WIDTH = 8
"""Cells of a wrapped line, however narrow the terminal."""
NOTE_INDENT = 2
"""Blanks before the further lines of a note."""
UNLIMITED = 100_000
"""Width of a pipe: nothing is ever cut or wrapped."""


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
        verbose: bool = False,
        lasting: bool = False,
        naming: Naming = str,
        height: int = 0,
    ) -> None:
        """With `lasting`, work goes on in silence when the stream's reader has left.

        `verbose`: reports show everything.

        `height`: lines of the terminal, if a pager shows what is longer from its beginning.

        `naming` is how settings are called in the texts that name some.
        """
        self.stream, self._lasting, self._naming = stream, lasting, naming
        self.terminal = is_terminal(stream)
        self.quiet, self.verbose, self.height = quiet, verbose, height
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

    def note(self, text: str) -> None:
        """Write a note: something that the user may want to know or change."""
        self._say(lambda: self._labelled("note:", "yellow", printable(self.told(text))))

    def warning(self, text: str) -> None:
        """Write a warning: something that went wrong in part."""
        self._say(lambda: self._labelled("warning:", "bold yellow", printable(self.told(text))))

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

    def _labelled(self, label: str, style: str, text: str) -> None:
        """Write a coloured word and a text, whose further lines on a terminal are indented."""
        if not self._rich:
            print(f"{label} {text}", file=self.stream)
            return
        from rich.text import Text

        width = max(self.width - NOTE_INDENT, LEAST_WIDTH) if self.terminal else UNLIMITED
        first, *further = wrapped(f"{label} {text}", width)
        self.console.print(Text(label, style=style).append(first[len(label) :], style="none"), soft_wrap=True)
        for line in further:
            self.console.print(Text(" " * NOTE_INDENT + line), soft_wrap=True)

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
        texts = [[self._cell(cell) for cell in row] for row in rows]
        for line in laid_out(headers, texts, numbers, self.width if self.terminal else 0):
            self._pieces(line)

    def _cell(self, cell: str) -> str:
        text, style = printable(self.told(cell)), style_of(cell)
        return Styled(text, style) if style else text

    def _pieces(self, line: Sequence[Piece]) -> None:
        """Write the pieces of a line that is laid out, in their styles."""
        if not self._rich:
            print("".join(text for text, _ in line).rstrip(), file=self.stream)
            return
        from rich.text import Text

        shown = Text()
        for text, style in line:
            shown.append(text, style=style or None)
        shown.rstrip()
        self.console.print(shown, soft_wrap=True)
