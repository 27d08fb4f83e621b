"""Parse blocks of rows into columns: numbers by pandas' parser, the rest as texts."""

import io
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd

from mlpcli.arrays import Array
from mlpcli.data.columns.cells import Cells, Numbers, Texts
from mlpcli.data.columns.frame import Columns, ColumnsInMemory, Frame, Place
from mlpcli.data.columns.growing_levels import GrowingLevels
from mlpcli.data.columns.numbers.code_numbers import code_numbers, may_hold_code
from mlpcli.data.columns.readings import Reading
from mlpcli.data.reading.blocks import Block
from mlpcli.data.reading.memory import own_pages
from mlpcli.data.schema import NUMBER
from mlpcli.data.stored.growing import CellStore

AT_ONCE = 2
FIRST_VALUES = 20
MANY_COLUMNS = 500
"""Above this, numbers and texts are parsed apart: told the type of any column, pandas takes 50 µs more for
each column of a block, whatever its rows."""


class Parser:
    """Turn blocks with the columns `header` into frames of some of these."""

    def __init__(
        self,
        header: Sequence[str],
        columns: Sequence[str],
        numbers: Iterable[str],
        reading: Reading,
        *,
        undecided: Collection[str] = (),
    ) -> None:
        """`numbers`: those of `columns` that are wanted as numbers; `undecided`: those of them that stay
        texts if some of their numbers look like names, as 007."""
        self._positions, self._width = {name: position for position, name in enumerate(header)}, len(header)
        self._columns, self._reading = list(columns), reading
        self._readings = {name: reading.of_column(name) for name in columns}
        self._numbers, self._undecided = set(numbers), set(undecided)
        self._written = {name for name in self._numbers if self._readings[name].decimal != reading.decimal}
        """Numbers that pandas could not read: parsed as texts from then on."""

    def parse(self, block: Block) -> Frame:
        """The columns; one that was wanted as numbers is texts if a cell is no number."""
        plain = self._numbers - self._written
        wanted, texts = [name for name in self._columns if name in plain], self._columns
        columns: dict[str, Cells] = {}
        if wanted:
            others = [name for name in self._columns if name not in plain]
            apart = len(self._columns) > MANY_COLUMNS
            # Left to infer, pandas takes a tenth less time than told that it is to be float64.
            table = self._read(block, wanted if apart else self._columns, () if apart else others)
            inferred = self._values(table, self._numbers_in(table, wanted))
            columns |= inferred | self._codes(block, inferred)
            if not apart:
                columns |= {name: self._texts(table, name) for name in others}
            texts = [name for name in self._columns if name not in columns]
        if texts:
            table = self._read(block, texts, texts)
            columns |= {name: self._texts(table, name) for name in texts}
        columns = {name: columns[name] for name in self._columns}
        return Frame(columns, len(block), block.place)

    def plain_numbers(self, block: Block) -> set[str]:
        """The columns of which pandas reads every cell as a number."""
        return set(self._numbers_in(self._read(block, self._columns, ()), self._columns))

    def _codes(self, block: Block, numbers: Mapping[str, Numbers]) -> dict[str, Cells]:
        """The undecided columns of whole numbers of which some look like names, as texts."""
        undecided = {name: cells for name, cells in numbers.items() if name in self._undecided}
        whole = [name for name, cells in undecided.items() if _is_whole(cells.values)]
        if not whole or not may_hold_code(block.text, block.delimiter):
            return {}
        texts = self._read(block, whole, whole)
        read = {name: self._text_cells(texts, name) for name in whole}
        return {name: cells for name, cells in read.items() if code_numbers(cells.used(), cells.counts())}

    @property
    def written(self) -> set[str]:
        """Columns of numbers that pandas could not read, as they are written otherwise."""
        return self._written

    def _numbers_in(self, table: pd.DataFrame, names: Sequence[str]) -> list[str]:
        kinds = {position: dtype.kind for position, dtype in table.dtypes.items()}
        return [name for name in names if kinds[self._positions[name]] in "iuf"]

    def _values(self, table: pd.DataFrame, names: Sequence[str]) -> dict[str, Numbers]:
        """Columns of numbers, taken out of the table all at once."""
        if len(names) < table.shape[1]:
            table = table[sorted(self._positions[name] for name in names)]
        in_order = sorted(names, key=self._positions.__getitem__)  # as pandas gives them
        values = table.to_numpy(dtype=np.float64).T
        return {
            name: Numbers(each, self._readings[name]) for name, each in zip(in_order, values, strict=True)
        }

    def _texts(self, table: pd.DataFrame, name: str) -> Cells:
        texts = self._text_cells(table, name)
        return self._number(name, texts) if name in self._numbers else texts

    def _text_cells(self, table: pd.DataFrame, name: str) -> Texts:
        codes, levels = pd.factorize(table[self._positions[name]].to_numpy(dtype=object))
        return Texts.read(codes.astype(np.int32), levels, self._readings[name])

    def _number(self, name: str, texts: Texts) -> Cells:
        if pd.isna(pd.to_numeric(texts.levels, errors="coerce")).any():
            self._written.add(name)
        # Also words that say that there is nothing are told apart later on.
        words = texts.words(NUMBER)[0].any()
        return texts if words else Numbers(texts.numbers()[0], self._readings[name])

    def _read(self, block: Block, columns: Sequence[str], texts: Sequence[str]) -> pd.DataFrame:
        """Some columns by position; those of `texts` unparsed."""
        if not columns:
            return pd.DataFrame(index=range(len(block)))
        words: Any = sorted(self._reading.missing)
        if not self._reading.is_one:
            words = {self._positions[name]: sorted(self._readings[name].missing) for name in columns}
        return pd.read_csv(
            io.BytesIO(block.text),
            sep=block.delimiter,
            header=None,
            names=range(self._width),
            usecols=sorted(self._positions[name] for name in columns),
            index_col=False,
            # Told the types by column, or to make objects, it makes a Series of each.
            dtype={self._positions[name]: object for name in texts} or None,
            keep_default_na=False,
            na_values=words,
            skip_blank_lines=False,
            decimal=self._reading.decimal,
            low_memory=False,
        )


def _is_whole(values: Array) -> bool:
    """Whether all values are whole numbers or missing; most columns are told by their first."""
    parts = values[:FIRST_VALUES], values
    return all(bool((np.isnan(part) | (part == np.floor(part))).all()) for part in parts)


def parsed(parser: Parser, blocks: Iterable[Block]) -> Iterator[tuple[Block, Frame]]:
    """The blocks with their frames, in order; two are parsed at a time, as pandas lets other threads run."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        waiting: deque[tuple[Block, Future[Frame]]] = deque()
        for block in blocks:
            waiting.append((block, pool.submit(parser.parse, block)))
            if len(waiting) > AT_ONCE:
                first, frame = waiting.popleft()
                yield first, frame.result()
        for first, frame in waiting:
            yield first, frame.result()


def whole_frame(
    frames: Callable[[Sequence[str], Collection[str]], Iterable[Frame]],
    columns: Sequence[str],
    numbers: Collection[str],
    reading: Reading,
    place: Place,
    *,
    expected: int,
    store: CellStore | None = None,
) -> Frame:
    """The frames of `frames(columns, numbers)`, one below the other; about `expected` rows, 0 if not known.

    A column that is numbers in one frame and texts in another is read again, as texts. With a `store` the
    cells are kept there.
    """
    growth = _Growth(expected) if store is None else store.growing()
    rows = 0
    for frame in frames(columns, numbers):
        growth.append(frame)
        rows += len(frame)
    whole = growth.finish(reading)
    if again := [name for name in columns if name in growth.mixed]:
        texts = whole_frame(frames, again, (), reading, place, expected=rows, store=store)
        whole = whole.having(texts.columns)
    if not rows:
        whole = whole.having({name: Numbers(np.empty(0), reading.of_column(name)) for name in columns})
    return Frame(whole.only(columns), rows, place)


class _Growth:
    """Columns in memory of which all rows come, frame by frame."""

    def __init__(self, expected: int) -> None:
        self._expected = expected
        self._columns: dict[str, _GrowingNumbers | _GrowingTexts] = {}
        self.mixed: set[str] = set()
        """Columns that are numbers in one frame and texts in another, which are dropped."""

    def append(self, frame: Frame) -> None:
        """Add the rows of a frame below the others."""
        for name, cells in frame.columns.items():
            if name in self.mixed:
                continue
            if name not in self._columns:
                is_text = isinstance(cells, Texts)
                self._columns[name] = _GrowingTexts() if is_text else _GrowingNumbers(self._expected)
            column = self._columns[name]
            if isinstance(column, _GrowingTexts) and isinstance(cells, Texts):
                column.append(cells)
            elif isinstance(column, _GrowingNumbers) and isinstance(cells, Numbers):
                column.append(cells.values)
            else:
                self.mixed.add(name)
                del self._columns[name]

    def finish(self, reading: Reading) -> Columns:
        """All columns but the mixed ones."""
        return ColumnsInMemory(
            {name: column.finish(reading.of_column(name)) for name, column in self._columns.items()}
        )


class _GrowingNumbers:
    def __init__(self, expected: int) -> None:
        self._values, self._size = own_pages((expected,), np.float64), 0

    def append(self, values: Array) -> None:
        size = self._size + len(values)
        if size > len(self._values):
            wider = own_pages((max(size, 2 * len(self._values)),), np.float64)
            wider[: self._size] = self._values[: self._size]
            self._values = wider
        self._values[self._size : size] = values
        self._size = size

    def finish(self, reading: Reading) -> Numbers:
        return Numbers(self._values[: self._size], reading)


class _GrowingTexts:
    def __init__(self) -> None:
        self._codes: list[Array] = []
        self._levels = GrowingLevels()

    def append(self, texts: Texts) -> None:
        self._codes.append(self._levels.codes_of(texts))

    def finish(self, reading: Reading) -> Texts:
        return self._levels.texts(np.concatenate(self._codes), reading)
