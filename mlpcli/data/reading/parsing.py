"""Blocks of rows to columns: numbers by pandas' parser, the rest as texts. The only caller of `read_csv`."""

import io
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import pandas as pd

from mlpcli.arrays import Array
from mlpcli.data.columns.cells import Cells, Frame, Numbers, Place, Reading, Texts
from mlpcli.data.reading.blocks import Block
from mlpcli.data.reading.memory import own_pages

AT_ONCE = 2


class Parser:
    """Turns blocks with the columns `header` into frames of some of them."""

    def __init__(
        self, header: Sequence[str], columns: Sequence[str], numbers: Iterable[str], reading: Reading
    ) -> None:
        """`numbers`: those of `columns` that are wanted as numbers."""
        self._positions = {name: position for position, name in enumerate(header)}
        self._columns, self._reading = list(columns), reading
        self._numbers = set(numbers)
        self._written: set[str] = set()
        """Numbers that pandas could not read: looked at as texts from then on."""

    def parse(self, block: Block) -> Frame:
        """The columns; one that was wanted as numbers is texts if a cell is no number."""
        plain = self._numbers - self._written
        # Left to infer, pandas takes a tenth less time than told that it is to be float64.
        table = self._read(block, self._columns, [name for name in self._columns if name not in plain])
        kinds = {position: kind.kind for position, kind in table.dtypes.items()}
        inferred = {name: kinds[self._positions[name]] in "iuf" for name in plain}
        again = {name for name, is_number in inferred.items() if not is_number}
        texts = self._read(block, sorted(again), sorted(again)) if again else table
        columns: dict[str, Cells] = {}
        for name in self._columns:
            cells = (texts if name in again else table)[self._positions[name]]
            if inferred.get(name):
                columns[name] = Numbers(cells.to_numpy(dtype=np.float64), self._reading)
                continue
            codes, levels = pd.factorize(cells.to_numpy(dtype=object))
            column = Texts(codes.astype(np.int32), levels, self._reading)
            columns[name] = self._number(name, column) if name in self._numbers else column
        return Frame(columns, len(block), block.place)

    def _number(self, name: str, texts: Texts) -> Cells:
        values, unreadable = texts.numbers()
        if pd.isna(pd.to_numeric(texts.levels, errors="coerce")).any():
            self._written.add(name)
        return texts if unreadable.any() else Numbers(values, self._reading)

    def _read(self, block: Block, columns: Sequence[str], texts: Sequence[str]) -> pd.DataFrame:
        """Some columns by position, of them `texts` as they are written."""
        if not columns:
            return pd.DataFrame(index=range(len(block)))
        return pd.read_csv(
            io.BytesIO(block.text),
            sep=block.delimiter,
            header=None,
            names=range(len(self._positions)),
            usecols=sorted(self._positions[name] for name in columns),
            index_col=False,
            dtype={self._positions[name]: object for name in texts},
            keep_default_na=False,
            na_values=sorted(self._reading.missing),
            skip_blank_lines=False,
            decimal=self._reading.decimal,
            low_memory=False,
        )


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


def plain_numbers(header: Sequence[str], block: Block, reading: Reading) -> set[str]:
    """The columns of which pandas reads every cell of a block as a number."""
    table = pd.read_csv(
        io.BytesIO(block.text),
        sep=block.delimiter,
        header=None,
        names=range(len(header)),
        index_col=False,
        keep_default_na=False,
        na_values=sorted(reading.missing),
        skip_blank_lines=False,
        decimal=reading.decimal,
        low_memory=False,
    )
    return {name for name, kind in zip(header, table.dtypes, strict=True) if kind.kind in "iuf"}


class GrowingFrame:
    """Frames of the same columns, one below the other."""

    def __init__(self, columns: Sequence[str], expected: int, reading: Reading, place: Place) -> None:
        """`expected`: about how many rows there will be, 0 if that is not known."""
        self._expected, self._reading, self._place = expected, reading, place
        self._columns: dict[str, _GrowingNumbers | _GrowingTexts | None] = dict.fromkeys(columns)
        self.rows = 0
        self.texts_after_numbers: list[str] = []
        """Columns that were numbers in one frame and texts in another; to be read again."""

    def append(self, frame: Frame) -> None:
        """Add the rows of a frame."""
        for name, column in self._columns.items():
            cells = frame[name]
            if name in self.texts_after_numbers:
                continue
            if isinstance(cells, Texts):
                if isinstance(column := column or _GrowingTexts(), _GrowingTexts):
                    column.append(cells)
                    self._columns[name] = column
                    continue
            elif isinstance(cells, Numbers) and isinstance(
                column := column or _GrowingNumbers(self._expected), _GrowingNumbers
            ):
                column.append(cells.values)
                self._columns[name] = column
                continue
            self.texts_after_numbers.append(name)
            self._columns[name] = None
        self.rows += len(frame)

    def finish(self) -> Frame:
        """All rows."""
        columns = {
            name: Numbers(np.empty(0), self._reading) if column is None else column.finish(self._reading)
            for name, column in self._columns.items()
        }
        return Frame(columns, self.rows, self._place)


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
        self._numbers: dict[str, int] = {}

    def append(self, texts: Texts) -> None:
        numbers = [self._numbers.setdefault(level, len(self._numbers)) for level in texts.levels]
        by_level = np.array([*numbers, -1], dtype=np.int32)  # the last for code -1
        self._codes.append(by_level[texts.codes])

    def finish(self, reading: Reading) -> Texts:
        levels = np.array([*self._numbers, None], dtype=object)[:-1]
        return Texts(np.concatenate(self._codes), levels, reading)
