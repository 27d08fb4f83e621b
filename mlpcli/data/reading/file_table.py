"""Tables for training from files."""

import csv
import io
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from mlpcli.data.columns.cells import Texts
from mlpcli.data.columns.frame import Frame, row_number
from mlpcli.data.columns.readings import Reading
from mlpcli.data.reading.blocks import Block, rewritten
from mlpcli.data.reading.column_names import check_same_header, doubled_names
from mlpcli.data.reading.decimal_choice import has_fractions, pointed_numbers
from mlpcli.data.reading.expected_rows import ExpectedRows
from mlpcli.data.reading.file_state import FileState
from mlpcli.data.reading.lines.odd_rows import OddRows, odd_rows_of
from mlpcli.data.reading.open_rows import OpenRows
from mlpcli.data.reading.parsing import Parser, parsed, whole_frame
from mlpcli.data.reading.source import ReadingSettings, TextSource
from mlpcli.data.reading.table import SAMPLE_CELLS, SAMPLE_ROWS, Table, is_named
from mlpcli.data.stored.scratch_file import refuse_small_disk
from mlpcli.progress import ROWS

LATER_ROWS = 1_000
"""From the middle and from the end of a file that is longer than the sample, each."""
LATER_BYTES = 1 << 18
NUMBER_BYTES = 8


class FileTable(Table):
    """One or more files with the same header, read in order."""

    def __init__(
        self,
        sources: Sequence[TextSource],
        settings: ReadingSettings,
        empties: Mapping[str, str] | None = None,
        dropped: Sequence[str] = (),
    ) -> None:
        """`empties`: the word that an empty cell of a column stands for; `dropped`: as of `open_table`."""
        self._sources, self._spare = sources, partial(is_named, dropped)
        self.name = sources[0].name if len(sources) == 1 else f"{sources[0].name} and {len(sources) - 1} more"
        self.notes = []
        self._bytes_a_row, self.numbered, whole = 0.0, 0, True
        self._states = [FileState.of(source.path) for source in sources]
        blocks: list[Block] = []
        delimiter = ","
        for source in sources:
            with OpenRows(source, settings, spare=self._spare) as rows:
                if source is sources[0]:
                    self._header, self.doubled = rows.header, doubled_names(rows.header)
                    self.columns = [name for name in rows.header if name not in self.doubled]
                    delimiter = rows.dialect.delimiter if rows.dialect is not None else ","
                check_same_header(rows.header, self._header, source.name, sources[0].name)
                wanted = min(SAMPLE_ROWS, max(SAMPLE_CELLS // len(self.columns), 1_000))
                odd = odd_rows_of(source, rows, settings)
                for block in rows if odd is None else odd.left_out(rows):
                    self._bytes_a_row = self._bytes_a_row or len(block.text) / len(block)
                    blocks.append(block.first(max(wanted - sum(map(len, blocks)), 1)))
                    self.numbered += len(blocks[-1]) if whole else 0
                    if sum(map(len, blocks)) >= wanted:
                        whole = False
                        blocks += _later_rows(source, rows, self._header, odd)
                        break
                self._note(rows, odd)
        self._check_names(settings)
        self.settings, self.reading = settings, replace(Reading.of(settings), empties=empties or {})
        self.sample = self._sampled(blocks)
        if settings.decimal is None:
            self._decide_decimal(blocks, delimiter)

    def _note(self, rows: OpenRows, odd: OddRows | None) -> None:
        """Take over what was found in a file, also at its end."""
        found = [*rows.notes, *(odd.notes if odd is not None else ())]
        self.notes += [note for note in found if note not in self.notes]

    def _decide_decimal(self, blocks: Sequence[Block], delimiter: str) -> None:
        """Read the sample with a decimal comma if all columns together speak for one."""
        texts = {name: cells for name, cells in self.sample.columns.items() if isinstance(cells, Texts)}
        if pointed := pointed_numbers(self.sample):
            again = self._texts_of(blocks, pointed)
            texts |= {name: again[name].texts() for name in pointed}
        elif any(has_fractions(cells) for cells in self.sample.columns.values()):
            return  # a point that can only be a decimal mark
        self._take_mark(texts, delimiter)
        if self.settings.decimal is not None:
            self.sample = self._sampled(blocks)

    def _sampled(self, blocks: Sequence[Block]) -> Frame:
        """The rows of some blocks: numbers where all of a column are, else texts."""
        names = self.columns
        numbers = Parser(self._header, names, (), self.reading).plain_numbers(blocks[0]) if blocks else ()

        def frames(columns: Sequence[str], numbers: Collection[str]) -> Iterator[Frame]:
            parser = Parser(self._header, columns, numbers, self.reading, undecided=numbers)
            return (parser.parse(block) for block in blocks)

        rows = sum(map(len, blocks))
        return whole_frame(frames, names, numbers, self.reading, row_number, expected=rows)

    def _texts_of(self, blocks: Sequence[Block], names: Sequence[str]) -> Frame:
        """Some columns of the sample as texts."""

        def frames(columns: Sequence[str], numbers: Collection[str]) -> Iterator[Frame]:
            return (Parser(self._header, columns, (), self.reading).parse(block) for block in blocks)

        return whole_frame(frames, names, (), self.reading, row_number, expected=sum(map(len, blocks)))

    @property
    def expected_rows(self) -> int:
        if not self._bytes_a_row or not all(source.seekable for source in self._sources):
            return 0
        return int(sum(os.path.getsize(source.path) for source in self._sources) / self._bytes_a_row)

    def read(
        self, columns: Sequence[str], numbers: Collection[str], undecided: Collection[str] = ()
    ) -> Frame:
        expected = int(1.05 * self.expected_rows)
        if self.store is not None:
            refuse_small_disk(NUMBER_BYTES * self.expected_rows * len(columns), f"the cells of {self.name}")
        frames = partial(self._frames, self.reading, undecided)
        return whole_frame(
            frames, columns, numbers, self.reading, self.place, expected=expected, store=self.store
        )

    def texts(self, column: str, reading: Reading) -> Texts:
        frames = partial(self._frames, reading, ())
        return whole_frame(frames, [column], (), reading, self.place, expected=0)[column].texts()

    def _frames(
        self,
        reading: Reading,
        undecided: Collection[str],
        columns: Sequence[str],
        numbers: Collection[str],
    ) -> Iterator[Frame]:
        parser = Parser(self._header, columns, numbers, reading, undecided=undecided)
        expected, read = ExpectedRows([source.path for source in self._sources]), 0
        for source in self._sources:
            with OpenRows(source, self.settings, spare=self._spare) as rows:
                expected.begin(rows)
                odd = odd_rows_of(source, rows, self.settings)
                blocks = rows if odd is None else odd.left_out(rows)
                for _, frame in parsed(parser, blocks):
                    yield frame
                    read += len(frame)
                    self.on_progress(read, expected.total(), ROWS)
                self._note(rows, odd)
        for source, state in zip(self._sources, self._states, strict=True):
            state.refuse_change(source.name)

    def place(self, row: int) -> str:
        for source in self._sources:
            with OpenRows(source, self.settings, spare=self._spare) as rows:
                odd = odd_rows_of(source, rows, self.settings)
                for block in rows if odd is None else odd.left_out(rows):
                    if row < len(block):
                        return block.place(row)
                    row -= len(block)
        raise IndexError(row)


def _later_rows(
    source: TextSource, rows: OpenRows, columns: Sequence[str], odd: OddRows | None
) -> list[Block]:
    """Rows of the middle and of the end of a plain file; none where they may begin inside of a cell."""
    if rows.dialect is None or not source.seekable or rows.encoding.startswith("utf-16"):
        return []
    found: list[Block] = []
    with source.binary() as binary:
        size = binary.seek(0, io.SEEK_END)
        places = (size // 2, slice(LATER_ROWS)), (max(size - LATER_BYTES, 0), slice(-LATER_ROWS, None))
        for start, part in places:
            binary.seek(start)
            text = binary.read(LATER_BYTES).decode(rows.encoding, errors="replace")
            lines = text.splitlines(keepends=True)[1:-1][part]
            try:
                cells = list(rows.dialect.reader(lines))
            except csv.Error:
                continue
            if odd is not None and start != size // 2:
                cells = odd.end_of_sample([row for row in cells if len(row) == len(columns)])
            if cells and all(len(each) == len(columns) for each in cells):
                found.append(rewritten(source.name, cells, range(len(cells))))
    return found
