"""Work that must not grow with the square of the columns, counted, and blocks that follow the width."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from mlpcli.data import features
from mlpcli.data.columns.cells import Texts
from mlpcli.data.columns.readings import Reading
from mlpcli.data.counts import CellCounts
from mlpcli.data.features import FeatureEncoder
from mlpcli.data.reading import parsing
from mlpcli.data.reading.blocks import MOST_CELLS, Blocks, rows_at_once
from mlpcli.data.reading.lines.dialect import Dialect
from mlpcli.data.reading.parsing import Parser
from mlpcli.data.schema import Column, DataSettings, Schema, resolve_names
from tests.data.examples import frame_of


class SeenOnce(list[str]):
    """A list that is not searched."""

    def __contains__(self, name: object) -> bool:
        raise AssertionError("a search through all names, for a name")


def test_names_are_not_searched_for_one_by_one() -> None:
    names = SeenOnce(["a", "b", "y"])
    columns = tuple(Column(name, "number", "") for name in ("a", "b"))
    Schema(columns, ("y",), "regression", "").require(names, "t.csv", target=True)
    assert resolve_names("drop", ["b,a", "y"], names, "t.csv") == ("b", "a", "y")


def test_the_types_of_a_block_are_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[object] = []
    kept: Any = vars(pd.DataFrame).get("dtypes") or vars(pd.DataFrame.__mro__[1])["dtypes"]

    def types(table: pd.DataFrame) -> Any:
        looked.append(table)
        return kept.fget(table)

    monkeypatch.setattr(pd.DataFrame, "dtypes", property(types), raising=False)
    header = [f"x{number}" for number in range(300)]
    text = b",".join([b"1.5"] * 300) + b"\n"
    (block,) = Blocks(iter([text]), Dialect(","), 300, "t", 1)
    assert len(Parser(header, header, header, Reading()).parse(block).columns) == 300
    assert len(looked) < 20


def test_many_columns_are_parsed_as_few(monkeypatch: pytest.MonkeyPatch) -> None:
    header = ["word", "n", "late", "code", "m"]
    (block,) = Blocks(iter([b"a,1,2,007,1.5\nb,NA,x,08,2.5\n"]), Dialect(","), 5, "t", 1)
    wanted, numbers = ["m", "word", "late", "n", "code"], ["n", "late", "m"]
    frames = [Parser(header, wanted, numbers, Reading()).parse(block)]
    monkeypatch.setattr(parsing, "MANY_COLUMNS", 0)
    frames.append(Parser(header, wanted, numbers, Reading()).parse(block))
    for frame in frames:
        assert frame.names == wanted
        assert [isinstance(frame[name], Texts) for name in wanted] == [False, True, True, False, True]
        assert frame["code"].texts().levels.tolist() == ["007", "08"]
        np.testing.assert_array_equal(frame["n"].numbers()[0], [1, np.nan])
        np.testing.assert_array_equal(frame["m"].numbers()[0], [1.5, 2.5])


def test_a_wide_table_has_short_blocks() -> None:
    assert rows_at_once(16_384, 10) == 16_384
    assert rows_at_once(16_384, 10_000) == MOST_CELLS // 10_000
    assert rows_at_once(16_384, 10 * MOST_CELLS) == 1
    width = MOST_CELLS // 40
    row = b"," * (width - 1) + b"\n"
    blocks = list(Blocks(iter([row * 50]), Dialect(","), width, "t", 1))
    assert [len(block) for block in blocks] == [40, 10]


@pytest.mark.parametrize("scaling", ["standard", "robust", "minmax", "quantile", "none", "robust,minmax"])
def test_columns_together_are_encoded_as_each_alone(scaling: str, monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(0)
    values = generator.normal(size=(40, 6)) * 10.0 ** np.arange(-2, 4)
    values[::7, 2] = np.nan
    table = frame_of(pd.DataFrame({f"x{number}": values[:, number] for number in range(6)}))
    columns = [Column(name, "number", "") for name in table.names]
    encoder = FeatureEncoder.fit(
        columns, table, DataSettings(scaling="none"), np.arange(20), scalings=scaling.split(",")
    )
    wild = values.copy()
    wild[3, 1], wild[4], wild[5, 4] = np.inf, np.nan, -1e300
    later = frame_of(pd.DataFrame({f"x{number}": wild[:, number] for number in range(6)}))
    together, alone = CellCounts(), CellCounts()
    matrix = encoder.encode(later, together)
    monkeypatch.setattr(features, "BATCH_CELLS", 1)
    assert matrix.tobytes() == encoder.encode(later, alone).tobytes()
    assert repr(together) == repr(alone)
    assert together.last == alone.last
