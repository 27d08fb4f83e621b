"""The layout of a text table, told by its first lines: dialect, lines before the header, names."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, replace

from mlpcli.data.reading.lines.dialect import DOUBLE, SINGLE, Dialect
from mlpcli.data.reading.lines.header import MOST_ABOVE, Line, Shape, shape_of
from mlpcli.data.reading.lines.shapes import is_data, measured_columns
from mlpcli.errors import Sentence

CANDIDATES = (",", "\t", ";", "|")
LOOKED_AT = 100
_SEPARATOR = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)


@dataclass(frozen=True)
class Layout:
    """The layout of a text whose first line is neither blank nor a comment."""

    dialect: Dialect
    _: KW_ONLY
    skip: int = 0
    """Lines before that of the header."""
    names: tuple[str, ...] | None = None
    """Those of the columns, where they are not the cells of the header."""
    likely_skip: int = 0
    """Lines that may stand before the header, though that is not certain."""
    notes: tuple[str, ...] = ()
    """Of what was guessed, without the file's name."""


@dataclass(frozen=True)
class Given:
    """As much of the layout as the user has given."""

    delimiter: str | None = None
    quote: str | None = None
    comment: str | None = None
    _: KW_ONLY
    starts: bool = False
    """Whether the first line is known to be the header or a row."""
    no_header: bool | None = None
    is_named: bool = False
    """Whether a line before has named the delimiter."""


@dataclass(frozen=True)
class _Attempt:
    """One reading of the first lines."""

    dialect: Dialect
    rows: list[Line]
    shape: Shape | None
    broken: frozenset[int]
    """Positions of the rows that have text behind a quote that closes a cell, which are refused later."""

    @property
    def is_clear(self) -> bool:
        """Whether the header is told by what stands in the rows."""
        return self.shape is not None and self.shape.is_clear(self.rows)

    @property
    def is_uniform(self) -> bool:
        """Whether each line has the same number of cells, more than one, and most can be read."""
        if self.shape is None or not self.shape.is_uniform:
            return False
        return 2 * self.good > self.shape.end

    @property
    def good(self) -> int:
        """The number of rows of one width, from the header on, that can be read."""
        if self.shape is None:
            return 0
        start = self.shape.first if self.shape.header is None else self.shape.header
        return sum(position not in self.broken for position in range(start, self.shape.end))

    @property
    def width(self) -> int:
        return 1 if self.shape is None else self.shape.width

    def rank(self) -> tuple[bool, int, bool, int]:
        """The place among readings whose header is told: the highest reads most."""
        has_all_names = self.shape is not None and self.shape.kind in ("", "above", "joined")
        return self.width > 1, self.good, has_all_names, self.width

    @property
    def is_sure(self) -> bool:
        """Whether the header is found."""
        return self.shape is not None and self.shape.header is not None


def layout_of(text: str, given: Given, usual: str | None, before: int) -> Layout:
    """The layout of a text with `before` lines before it; `usual`: the delimiter of the file's ending."""
    lines = first_lines(text, given.comment)
    named = _SEPARATOR.fullmatch(lines[0]) if lines and not (given.starts or given.is_named) else None
    if named and len(lines) > 1:
        passed = 1 + next((number for number, line in enumerate(lines[1:]) if line.strip()), 0)
        following = replace(given, delimiter=given.delimiter or named[1], is_named=True)
        found = layout_of("".join(lines[passed:]), following, usual, before + passed)
        said = "line {:,} sets the delimiter ({!r}) and is skipped ({skip} {})"
        note = Sentence(said, before + 1, named[1], before + 1)
        return replace(found, skip=found.skip + passed, notes=(note, *found.notes))
    guess = given.delimiter or guess_delimiter(text, usual, given.comment)
    best = _best(lines, given, guess)
    notes = list(_dialect_notes(best, given, usual))
    if best.shape is None or best.shape.header is None:
        likely = 0 if best.shape is None else best.shape.likely
        return Layout(best.dialect, likely_skip=likely and before + likely, notes=tuple(notes))
    shape, header = best.shape, best.shape.header
    dialect = replace(best.dialect, surplus=shape.surplus)
    skip = best.rows[header].number - 1
    notes += shape.notes(best.rows, before)
    cells = best.rows[header].cells
    below = [row.cells for row in best.rows[header + 1 : shape.end]]
    if shape.is_uniform and given.no_header is None and not given.starts and is_data(cells, below):
        said = "line {:,} looks like data but is read as the header ({no_header} reads it as data)"
        notes.append(Sentence(said, before + 1))
    return Layout(dialect, skip=skip, names=shape.names, notes=tuple(notes))


def first_lines(text: str, comment: str | None) -> list[str]:
    """The first whole lines of a text; those of comments are blank."""
    lines = list(io.StringIO(text[: csv.field_size_limit()], newline=""))[: LOOKED_AT + 1]
    if len(lines) > 1 and (len(lines) > LOOKED_AT or not lines[-1].endswith(("\n", "\r"))):
        lines.pop()  # cut short
    return ["\n" if comment is not None and line.startswith(comment) else line for line in lines]


def guess_delimiter(text: str, usual: str | None, comment: str | None = None) -> str:
    """The candidate that splits the first lines into most cells, the same number in each, more than one.

    Where the file's ending names a `usual` one, it is left only if it does not split the header. Of one
    line alone all candidates are consistent: the one that splits it most is taken.
    """
    lines = first_lines(text, comment)
    scores = {}
    for candidate in CANDIDATES:
        widths = Counter(len(row) for row in _cells(lines, candidate) if row)
        width, often = widths.most_common(1)[0] if widths else (1, 1)
        scores[candidate] = (often == widths.total() and width > 1, width * often)
    best = max(CANDIDATES, key=lambda each: scores[each])
    if usual is None:
        return best
    first = next(_cells(lines, usual), [])
    misfit = len(first) == 1 and scores[best][0] and len(lines) > 1
    return best if misfit else usual


def _cells(lines: list[str], delimiter: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(lines, delimiter=delimiter)
    except csv.Error:
        return  # a row that `csv` refuses is an error when it is read


def _best(lines: Sequence[str], given: Given, guess: str) -> _Attempt:
    """The reading of the first lines that makes a table of them; else the usual one."""
    quote = DOUBLE if given.quote is None else given.quote
    usual = Dialect(guess, given.comment, quote=quote)
    plain = _attempt(lines, usual, given)
    loose = _have_blanks_before_quotes(plain.rows, lines, usual)
    if loose or (given.quote is None and _are_wrapped(plain.rows)):
        dialect = replace(usual, loose=True) if loose else replace(usual, quote=SINGLE)
        other = _attempt(lines, dialect, given, strict=True)
        if other.is_sure and (other.is_uniform or not plain.is_uniform):
            return other
    if plain.is_uniform and plain.is_sure and not (guess == "\t" and _have_empty_columns(plain.rows)):
        return plain
    if given.quote is None and any(SINGLE in line for line in lines):
        single = _attempt(lines, replace(usual, quote=SINGLE), given, strict=True)
        fits = single.is_uniform or (single.is_clear and not plain.is_clear)
        if fits and _opens_with(single, lines):
            return single
    delimiters = [guess] if given.delimiter else [guess, *(each for each in CANDIDATES if each != guess)]
    attempts = [plain, *(_attempt(lines, replace(usual, delimiter=each), given) for each in delimiters[1:])]
    gaps = _by_gaps(lines, usual, given)
    if guess == "\t":
        tabs = _attempt(lines, replace(usual, gap=1), given)
        if tabs.is_uniform and tabs.is_sure:
            return tabs
    if given.delimiter == " " and (found := next((each for each in gaps if each.is_uniform), None)):
        return found
    if plain.is_uniform and plain.is_sure:
        return plain
    if len(plain.rows) <= 2:
        return plain
    # With a decimal comma, or a delimiter in quotes, a wrong one splits rows too, but not the header.
    clear = [each for each in attempts if each.is_clear]
    best = max(clear, key=_Attempt.rank, default=None)
    return best or next((each for each in gaps if each.is_clear), plain)


def _by_gaps(lines: Sequence[str], usual: Dialect, given: Given) -> list[_Attempt]:
    """Readings with runs of blanks as delimiters, the best first."""
    if given.delimiter not in (None, " ") or not any(" " in line.strip() for line in lines):
        return []
    ones = _attempt(lines, replace(usual, delimiter=" ", gap=1), given)
    twos = _attempt(lines, replace(usual, delimiter="\t", gap=2), given)
    if given.delimiter is None and not any("  " in line.strip() or '" "' in line for line in lines):
        return []  # as many words in each line of one column
    if twos.is_uniform and ones.is_uniform and twos.width < ones.width and _measured(twos) == _measured(ones):
        return [twos, ones]  # single blanks stand between words only
    return [ones, twos]


def _measured(attempt: _Attempt) -> int:
    """The number of columns of numbers or dates."""
    end = 0 if attempt.shape is None else attempt.shape.end
    return len(measured_columns([row.cells for row in attempt.rows[1:end]], attempt.width))


def _attempt(lines: Sequence[str], dialect: Dialect, given: Given, *, strict: bool = False) -> _Attempt:
    """Read the lines; without rows where the dialect cannot read them."""
    rows: list[Line] = []
    broken = set()
    added = ["\n"]  # A quote that is not closed takes it.
    reader = dialect.reader([*lines, *added], strict=strict)
    start = 0
    try:
        for cells in reader:
            if cells:
                if not dialect.is_closed_well("".join(lines[start : reader.line_num])):
                    broken.add(len(rows))
                rows.append(Line(start + 1, cells))
            start = reader.line_num
            if start > len(lines) and cells and rows:
                rows.pop()  # its end is still to come
    except csv.Error:
        if strict:
            rows = []
    fixed = given.starts or bool(given.no_header)
    shape = shape_of(rows, fixed=fixed, no_header=bool(given.no_header))
    return _Attempt(dialect, rows, shape, frozenset(broken))


def _are_wrapped(rows: Sequence[Line]) -> bool:
    """Whether all cells of the header stand in single quotes."""
    if len(rows) < 2:
        return False

    def wrapped(cell: str) -> bool:
        cell = cell.strip()
        return len(cell) > 1 and cell[0] == cell[-1] == SINGLE

    return all(map(wrapped, rows[0].cells))


def _have_blanks_before_quotes(rows: Sequence[Line], lines: Sequence[str], dialect: Dialect) -> bool:
    """Whether most rows have a cell that begins with blanks and a quote."""
    quote = dialect.quote
    opening = re.compile(f"(?:^|{re.escape(dialect.delimiter)}) +{re.escape(quote)}")
    if not quote or not any(quote in line and opening.search(line) for line in lines[: MOST_ABOVE + 1]):
        return False
    odd = [any(cell[:1] == " " and cell.lstrip(" ").startswith(quote) for cell in row.cells) for row in rows]
    return sum(odd) >= 2 and 2 * sum(odd) >= len(rows)


def _opens_with(attempt: _Attempt, lines: Sequence[str]) -> bool:
    """Whether some cells of a reading with single quotes stood in these."""
    text = "".join(lines)
    cells = (cell for row in attempt.rows for cell in row.cells if attempt.dialect.delimiter in cell)
    return any(SINGLE + cell.replace(SINGLE, 2 * SINGLE) + SINGLE in text for cell in cells)


def _have_empty_columns(rows: Sequence[Line]) -> bool:
    """Whether there are columns without a name, and some without cells, as where delimiters are doubled."""
    if len(rows) < 3 or all(cell.strip() for cell in rows[0].cells[1:-1]):
        return False
    columns = zip(*(row.cells for row in rows[1:]), strict=False)
    return any(not any(cell.strip() for cell in column) for column in columns)


def _dialect_notes(best: _Attempt, given: Given, usual: str | None) -> Iterator[str]:
    dialect = best.dialect
    if dialect.gap:
        if dialect.delimiter == "\t" and dialect.gap == 1:
            yield Sentence("several tabs are read as one delimiter ({delimiter} overrides it)")
        elif given.delimiter is None or dialect.gap > 1:
            runs = "one or more spaces" if dialect.gap == 1 else "two or more spaces"
            yield Sentence("the delimiter is {} ({delimiter} space)", runs)
    elif given.delimiter is None and dialect.delimiter != (usual or ","):  # a comma is what CSV has
        yield Sentence("the delimiter was detected as {!r} ({delimiter} overrides it)", dialect.delimiter)
    if given.quote is None and dialect.quote == SINGLE:
        yield Sentence('the quote character was detected as {} ({quote} "{}")', SINGLE, SINGLE)
    if dialect.loose:
        yield "spaces before quotes are ignored"
