"""Lines below a table that are no rows of it: footers, and the beginning of another table."""

from collections.abc import Iterator

from mlpcli.data.reading.lines.shapes import is_footer, is_measured, is_missing, is_total
from mlpcli.errors import Sentence

MOST = 20
SHOWN = 60
FEWEST_LETTERS = 3
FEWEST_BLANKS = 2
"""Of a text without a blank line before it: a row that is cut short may have two words."""


class LinesBelow:
    """Lines of another width than the table's, as long as no row of the table follows them."""

    def __init__(self, width: int, last: list[str], *, after_blank: bool) -> None:
        """`last`: the cells of the last row before, if there is one; `after_blank`: a blank line follows."""
        self._width = width
        self._measured = bool(last) and is_measured(last[0])
        self._rows = len(last)
        self._after_blank = after_blank
        self._texts: list[str] = []
        self.lines: list[tuple[int, int]] = []
        """The line of each, and how many cells it has."""

    def blank_line(self) -> None:
        """A blank line stands before the next line."""
        self._after_blank = True

    def holds(self, line: int, cells: list[str]) -> bool:
        """Whether the cells are no row of the table if none follows."""
        there = [cell.strip() for cell in cells if cell.strip()]
        if len(cells) == self._width:
            if self.lines and self.is_table:
                return False
            if not self.lines:
                self._rows += 1
                self._measured = is_measured(cells[0]) or (is_missing(cells[0]) and self._measured)
                self._after_blank = False
            return False
        held = self._rows > 0 and self._width > 1 and len(self.lines) < MOST and self._may_be_below(there)
        if held:
            self.lines.append((line, len(cells)))
            self._texts.append(", ".join(there))
        return held

    def _may_be_below(self, there: list[str]) -> bool:
        if not there:
            return bool(self.lines)
        words = not any(map(is_measured, there))
        text = there[0]
        if is_footer(text) or is_total(text):
            return True
        if self._after_blank:  # also the rows of another table
            return bool(self.lines) or (words and sum(map(str.isalpha, "".join(there))) >= FEWEST_LETTERS)
        return words and len(there) == 1 and self._measured and text.count(" ") >= FEWEST_BLANKS

    @property
    def is_table(self) -> bool:
        """Whether the lines look like another table: two of the same width that are no footers."""
        widths = [
            found
            for (_, found), text in zip(self.lines, self._texts, strict=True)
            if found > 1 and not is_footer(text) and not is_total(text.partition(",")[0])
        ]
        return len(widths) > len(set(widths))

    def notes(self) -> Iterator[str]:
        """The lines that were left out, for the user."""
        if self.lines:
            text = self._texts[0][:SHOWN]
            numbers = ", ".join(f"{line:,}" for line, _ in self.lines[:5])
            more = f" and {len(self.lines) - 5:,} more" if len(self.lines) > 5 else ""
            first = self.lines[0][0]
            if len(self.lines) == 1:
                note = "line {} ({!r}) is not part of the table and is skipped ({skip_rows} {})"
                yield Sentence(note, numbers, text, first)
            else:
                note = "lines {}{} (from {!r}) are not part of the table and are skipped ({skip_rows} {}-)"
                yield Sentence(note, numbers, more, text, first)
