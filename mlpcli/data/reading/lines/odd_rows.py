"""Rows that are no data, in tables that are learned from or measured: units, the header again, totals."""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from mlpcli.data.reading.blocks import Block, rewritten, rows_at_once
from mlpcli.data.reading.lines.kinds import HEADER, LIKELY, PLURAL, WORDS
from mlpcli.data.reading.lines.shapes import Row, are_names, is_header, measured_columns
from mlpcli.data.reading.lines.top import kinds_below_header
from mlpcli.data.reading.lines.totals import LONGEST_END, Sums, end_of, number_of
from mlpcli.data.reading.open_rows import OpenRows
from mlpcli.data.reading.row_ends import LINE_FEED
from mlpcli.data.reading.source import STDIN, ReadingSettings, TextSource, is_stream
from mlpcli.data.spelling import cleaned
from mlpcli.errors import DataError, Sentence

LOOKED_AT, CELLS_LOOKED_AT, FEWEST_LOOKED_AT = 200, 20_000, 2 * LONGEST_END
"""Rows at the beginning, and at the end, by which odd ones are told; fewer where there are many columns."""
SHOWN = 5
"""Lines in a note."""
MOST_GAPS = 50
"""Blank lines in a block behind which another header is looked for."""


class OddRows:
    """The rows of one file that are no data: found, named in `notes` and, where wanted, left out."""

    def __init__(
        self,
        name: str,
        original_header: Row,
        again: Callable[[], Iterable[Block]] | None,
        *,
        has_header: bool = True,
    ) -> None:
        """`again` opens the blocks of the file from the start, if it can be read twice."""
        self._name, self._again, self._has_header = name, again, has_header
        self._header = [cleaned(cell) for cell in original_header]
        self._original = list(original_header)
        self._in_quotes = [f'"{cell}"' for cell in original_header]
        self._sums: Sums = {}
        most = rows_at_once(LOOKED_AT, len(original_header), CELLS_LOOKED_AT)
        self._looked_at = max(most, FEWEST_LOOKED_AT)
        self._found: dict[str, list[int]] = {}
        """The lines of what is no data for certain, by kind."""
        self._likely: dict[int, str] = {}
        self.notes: list[str] = []

    def left_out(self, blocks: Iterable[Block]) -> Iterator[Block]:
        """The blocks without such rows; the last ones are held back, as they may end in totals."""
        self._found, self._likely = {}, {}
        first: Sequence[Row] = []
        held: deque[Block] = deque()
        for block in blocks:
            if not first:
                first = block.first(self._looked_at).cells()
                block = self._without(block, self._below_header(first))
            block = self._without(block, self._repeated(block, first))
            self._refuse_second_header(block, first)
            if len(block):
                held.append(block)
            while held and sum(map(len, held)) - len(held[0]) >= FEWEST_LOOKED_AT:
                yield replace(held.popleft(), more_at_hand=True)
        for block, odd in zip(held, self._end(held, first), strict=True):
            if len(kept := self._without(block, odd)):
                yield kept
        self._tell(kept=False)

    def named(self, blocks: Iterable[Block]) -> Iterator[Block]:
        """The blocks as they are, with notes on such rows."""
        self._found, self._likely = {}, {}
        first: Sequence[Row] = []
        last: deque[Block] = deque()
        odd: dict[int, str] = {}
        for block in blocks:
            if not first:
                first = block.first(self._looked_at).cells()
                odd = self._below_header(first)
            odd = odd | self._repeated(block, first)
            self._take(block, odd)
            last.append(without_rows(block, odd) if odd else block)
            odd = {}
            while sum(map(len, last)) - len(last[0]) >= FEWEST_LOOKED_AT:
                last.popleft()
            yield block
        for block, odd in zip(last, self._end(last, first), strict=True):
            self._take(block, odd)
        self._tell(kept=True)

    def end_of_sample(self, rows: list[list[str]]) -> list[list[str]]:
        """The last rows of a file without those that may be none, as far as words tell it."""
        found = end_of(rows, rows, lambda _: None)
        return [row for position, row in enumerate(rows) if position not in found.kinds]

    def _below_header(self, first: Sequence[Row]) -> dict[int, str]:
        return kinds_below_header(first) if self._has_header else {}

    def _repeated(self, block: Block, first: Sequence[Row]) -> dict[int, str]:
        """Rows that are the header again; where no column is of numbers, they are likely ones only."""
        if len(self._header) < 2 or not self._has_header or not are_names(self._header):
            return {}  # a first row that looks like data may stand twice
        delimiter = block.delimiter
        bare = delimiter.join(self._original).encode() in block.text
        quoted = not block.plain and delimiter.join(self._in_quotes).encode() in block.text
        if not bare and not quoted:
            return {}
        found = [
            position
            for position, row in enumerate(block.cells())
            if [cleaned(cell) for cell in row] == self._header
        ]
        if measured_columns(first, len(self._header)):
            return dict.fromkeys(found, HEADER)
        self._likely |= {int(block.lines[position]): HEADER for position in found}
        return {}

    def _refuse_second_header(self, block: Block, first: Sequence[Row]) -> None:
        """Raise DataError if a row behind a blank line has words in all columns of numbers."""
        gaps = np.flatnonzero(np.diff(block.lines) > 1)
        if not len(gaps) or len(gaps) > MOST_GAPS:
            return
        if not measured_columns(first, len(self._header)):
            return
        cells = block.cells()
        for gap in gaps.tolist():
            above = cells[max(gap - LOOKED_AT, 0) : gap + 1]
            row, below = cells[gap + 1], cells[gap + 2 : gap + 2 + LOOKED_AT]
            if (
                are_names(row)
                and len(below) > 1
                and is_header(row, below)
                and not _recur(row, (above, below))
            ):
                line = int(block.lines[gap + 1])
                said = f"{self._name}: line {line:,} looks like the header of another table"
                way = "Split the file, or skip the lines of that table with {skip_rows} {}-."
                raise DataError(said, Sentence(way, line))

    def _end(self, blocks: Sequence[Block], first: Sequence[Row]) -> list[dict[int, str]]:
        """What the last rows are for certain, by their position in each of the last blocks."""
        odd: list[dict[int, str]] = [{} for _ in blocks]
        rows: list[list[str]] = []
        places: list[tuple[int, int]] = []
        for number, block in enumerate(blocks):
            part = block.cells() if len(block) <= self._looked_at else _last(block, self._looked_at)
            rows += part
            places += [(number, len(block) - len(part) + position) for position in range(len(part))]
        if not rows:
            return odd
        found = end_of(rows, first if len(first) >= len(rows) else rows, self._total_of)
        for position, kind in found.kinds.items():
            number, place = places[position]
            if position in found.certain:
                odd[number][place] = kind
            else:
                self._likely[int(blocks[number].lines[place])] = kind
        return odd

    def _total_of(self, position: int) -> tuple[float, int] | None:
        """Sum and number of the numbers in a column of the whole file."""
        if self._again is None:
            return None
        if not self._sums:
            self._sums = _sums(self._again(), len(self._header))
        return self._sums[position]

    def _without(self, block: Block, odd: dict[int, str]) -> Block:
        self._take(block, odd)
        return without_rows(block, odd) if odd else block

    def _take(self, block: Block, odd: dict[int, str]) -> None:
        for position, kind in odd.items():
            self._found.setdefault(kind, []).append(int(block.lines[position]))

    def _tell(self, *, kept: bool) -> None:
        """Make notes of all that was found."""
        self.notes = []
        for kind, found in self._found.items():
            lines = sorted(found)
            shown = ", ".join(f"{line:,}" for line in lines[:SHOWN])
            more = f" and {len(lines) - SHOWN:,} more" if len(lines) > SHOWN else ""
            what = f"lines {shown}{more} {PLURAL[kind]}" if len(lines) > 1 else f"line {shown} {kind}"
            option = ",".join(map(str, lines[:SHOWN])) + ",..." * (len(lines) > SHOWN)
            values: list[object] = [self._name, what, option]
            if kept and len(lines) == 1:
                note = "{}: {}, but is kept as a row ({skip_rows} {} skips it)"
            elif kept:
                note = "{}: {}, but are kept as rows ({skip_rows} {} skips them)"
            elif kind == WORDS:
                note = "{}: {}, skipped ({skip_rows} {}; none keeps it, {skip} {} makes it the header)"
                values.append(lines[0] - 1)
            else:
                note = "{}: {}, skipped ({skip_rows} {}; none keeps all rows)"
            self.notes.append(Sentence(note, *values))
        for line, kind in sorted(self._likely.items()):
            note = "{}: line {:,} {}, but is kept as a row ({skip_rows} {} skips it)"
            self.notes.append(Sentence(note, self._name, line, LIKELY[kind], line))


def without_rows(block: Block, odd: Collection[int]) -> Block:
    """A block without the rows at some positions."""
    kept = [position for position in range(len(block)) if position not in odd]
    lines = block.lines[kept]
    if not kept:
        return replace(block, text=b"", lines=lines, parsed=[])
    if block.plain:
        ends = np.flatnonzero(np.frombuffer(block.text, np.uint8) == LINE_FEED) + 1
        cuts = [
            0,
            *(end for position in sorted(odd) for end in (_start(ends, position), int(ends[position]))),
        ]
        cuts.append(len(block.text))
        parts = (block.text[start:end] for start, end in zip(cuts[::2], cuts[1::2], strict=True))
        return replace(block, text=b"".join(parts), lines=lines)
    cells = block.cells()
    return replace(
        rewritten(block.name, [cells[each] for each in kept], lines), more_at_hand=block.more_at_hand
    )


def _start(ends: "np.ndarray[tuple[int], np.dtype[np.intp]]", position: int) -> int:
    return int(ends[position - 1]) if position else 0


def _last(block: Block, rows: int) -> list[list[str]]:
    """The cells of the last rows."""
    if not block.plain:
        return block.cells()[-rows:]
    ends = np.flatnonzero(np.frombuffer(block.text, np.uint8) == LINE_FEED)
    start = int(ends[len(block) - rows - 1]) + 1
    return replace(block, text=block.text[start:], lines=block.lines[-rows:]).cells()


def _recur(row: Row, others: Sequence[Sequence[Row]]) -> bool:
    """Whether a cell of a row stands in the same column of another."""
    return any(
        cell == other[position] for rows in others for other in rows for position, cell in enumerate(row)
    )


def odd_rows_of(source: TextSource, rows: OpenRows, settings: ReadingSettings) -> OddRows | None:
    """What finds the rows of a file that are no data; None where lines are given, or the format has none."""
    if rows.dialect is None or settings.skip_rows is not None:
        return None

    def again() -> Iterator[Block]:
        with OpenRows(source, settings, spare=lambda _: True) as opened:
            yield from opened

    is_file = source.path != STDIN and not is_stream(source.path)
    has_header = not settings.no_header
    return OddRows(source.name, rows.original_header, again if is_file else None, has_header=has_header)


def _sums(blocks: Iterable[Block], width: int) -> Sums:
    sums, counts = np.zeros(width), np.zeros(width, dtype=np.intp)
    for block in blocks:
        for row in block.cells():
            for position, cell in enumerate(row):
                value = number_of(cell)
                if value is not None:
                    sums[position] += value
                    counts[position] += 1
    return {position: (float(sums[position]), int(counts[position])) for position in range(width)}
