"""Parse blocks of rows into columns: numbers by pandas' parser, the rest as texts."""

import io
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import pandas as pd

from mlpcli.arrays import Array
from mlpcli.data.columns.cells import Cells, Frame, Numbers, Place, Reading, Texts
from mlpcli.data.reading.blocks import Block
from mlpcli.data.reading.memory import own_pages

AT_ONCE = 2


class Parser:
    """Turn blocks with the columns `header` into frames of some of these."""

    def __init__(
        self, header: Sequence[str], columns: Sequence[str], numbers: Iterable[str], reading: Reading
    ) -> None:
        """`numbers`: those of `columns` that are wanted as numbers."""
        self._positions = {name: position for position, name in enumerate(header)}
        self._columns, self._reading = list(columns), reading
        self._numbers = set(numbers)
        self._written: set[str] = set()
        """Numbers that pandas could not read: parsed as texts from then on."""

    def parse(self, block: Block) -> Frame:
        """The columns; one that was wanted as numbers is texts if a cell is no number."""
        plain = self._numbers - self._written
        # Left to infer, pandas takes a tenth less time than told that it is to be float64.
        table = self._read(block, self._columns, [name for name in self._columns if name not in plain])
        inferred = {name for name in plain if self._is_number(table, name)}
        again = sorted(plain - inferred)
        texts = self._read(block, again, again) if again else table
        columns: dict[str, Cells] = {}
        for name in self._columns:
            cells = (texts if name in again else table)[self._positions[name]]
            if name in inferred:
                columns[name] = Numbers(cells.to_numpy(dtype=np.float64), self._reading)
                continue
            codes, levels = pd.factorize(cells.to_numpy(dtype=object))
            column = Texts(codes.astype(np.int32), levels, self._reading)
            columns[name] = self._number(name, column) if name in self._numbers else column
        return Frame(columns, len(block), block.place)

    def plain_numbers(self, block: Block) -> set[str]:
        """The columns of which pandas reads every cell as a number."""
        table = self._read(block, self._columns, ())
        return {name for name in self._columns if self._is_number(table, name)}

    def _is_number(self, table: pd.DataFrame, name: str) -> bool:
        return table.dtypes[self._positions[name]].kind in "iuf"

    def _number(self, name: str, texts: Texts) -> Cells:
        values, unreadable = texts.numbers()
        if pd.isna(pd.to_numeric(texts.levels, errors="coerce")).any():
            self._written.add(name)
        return texts if unreadable.any() else Numbers(values, self._reading)

    def _read(self, block: Block, columns: Sequence[str], texts: Sequence[str]) -> pd.DataFrame:
        """Some columns by position; those of `texts` unparsed."""
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


def whole_frame(
    frames: Callable[[Sequence[str], Collection[str]], Iterable[Frame]],
    columns: Sequence[str],
    numbers: Collection[str],
    reading: Reading,
    place: Place,
    *,
    expected: int,
) -> Frame:
    """The frames of `frames(columns, numbers)`, one below the other; about `expected` rows, 0 if not known.

    A column that is numbers in one frame and texts in another is read again, as texts.
    """
    growing: dict[str, _GrowingNumbers | _GrowingTexts | None] = {}
    rows = 0
    for frame in frames(columns, numbers):
        for name in columns:
            cells = frame[name]
            if name not in growing:
                growing[name] = _GrowingTexts() if isinstance(cells, Texts) else _GrowingNumbers(expected)
            column = growing[name]
            if isinstance(column, _GrowingTexts) and isinstance(cells, Texts):
                column.append(cells)
            elif isinstance(column, _GrowingNumbers) and isinstance(cells, Numbers):
                column.append(cells.values)
            else:
                growing[name] = None
        rows += len(frame)
    whole: dict[str, Cells] = dict.fromkeys(columns, Numbers(np.empty(0), reading))
    whole |= {name: column.finish(reading) for name, column in growing.items() if column is not None}
    if again := [name for name, column in growing.items() if column is None]:
        texts = whole_frame(frames, again, (), reading, place, expected=rows)
        whole |= {name: texts[name] for name in again}
    return Frame(whole, rows, place)


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
        return Texts(np.concatenate(self._codes), np.array([*self._numbers], dtype=object), reading)
