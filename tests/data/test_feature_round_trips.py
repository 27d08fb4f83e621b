"""Encoders of random tables: stored and read again, and from a file as from the DataFrame itself."""

import datetime
import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlpcli.data.columns.frame import Frame
from mlpcli.data.columns.kinds import infer_columns
from mlpcli.data.columns.readings import MISSING_WORDS
from mlpcli.data.columns.settling import settle
from mlpcli.data.counts import CellCounts
from mlpcli.data.encoders import ENCODERS
from mlpcli.data.features import FeatureEncoder
from mlpcli.data.reading.source import ReadingSettings
from mlpcli.data.reading.stream import RowStream
from mlpcli.data.reading.table import FrameTable, Table
from mlpcli.data.schema import LEARNED, SCALINGS, Column, DataSettings
from mlpcli.json_values import fits
from tests.data.examples import file_table, frame_of, sampled

sampled_less = settings(sampled, max_examples=20)
"""An example is a whole table."""

NUMBERS = st.none() | st.floats(-1e100, 1e100)
SMALL = st.none() | st.integers(-3, 3).map(float)
WORDS = st.none() | st.text(st.sampled_from("aB1 .\",;\n\r'é[/]-"), min_size=1, max_size=4).filter(
    lambda word: word not in MISSING_WORDS
)
LEVELS = st.none() | st.sampled_from(["red", "blue", "[/b]", "a,b", " "])
ANSWERS = st.none() | st.booleans()
DAYS = st.none() | st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 1, 1)).map(str)


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    """One to 12 rows of typed columns, all kinds of them with gaps."""
    rows = draw(st.integers(1, 12))
    columns: dict[str, Any] = {}
    for position, cells in enumerate((NUMBERS, SMALL, WORDS, LEVELS, ANSWERS, DAYS)):
        for copy in range(draw(st.integers(0, 2))):
            kind: Any = ("float64", "float64", "str", "category", "boolean", "str")[position]
            drawn = draw(st.lists(cells, min_size=rows, max_size=rows))
            columns[f"column {position},{copy}"] = pd.Series(drawn, dtype=kind)
    columns["last"] = pd.Series(range(rows))
    return pd.DataFrame(columns)


def fit(frame: Frame, columns: list[Column], scaling: str, max_categories: int) -> FeatureEncoder:
    data = DataSettings(scaling=scaling, max_categories=max_categories)
    return FeatureEncoder.fit(columns, frame, data, np.arange(len(frame)))


def read(table: Table) -> tuple[Frame, list[Column]]:
    """All rows and what the columns are, as training reads a table."""
    columns = infer_columns(table.sample, table.columns, {})
    numbers = {column.name for column in columns if column.kind == "number"}
    frame = table.read(table.columns, numbers)
    return frame, settle(columns, frame).columns


@sampled_less
@given(frames(), st.sampled_from(SCALINGS), st.sampled_from([2, 100]))
def test_a_table_is_encoded_alike_from_a_file_and_from_memory(
    tmp_path_factory: pytest.TempPathFactory, table: pd.DataFrame, scaling: str, max_categories: int
) -> None:
    path = str(tmp_path_factory.mktemp("table") / "a.csv")
    # One line end, as a lone \r would be left unquoted beside another one.
    table.to_csv(path, index=False, lineterminator="\r\n")
    frame, columns = read(file_table([path]))
    encoder = fit(frame, columns, scaling, max_categories)
    matrix, counts = encoder.encode(frame), CellCounts()
    assert matrix.dtype == np.float32
    assert matrix.shape == (len(table), encoder.width)
    assert np.isfinite(matrix).all()

    in_memory, typed = read(FrameTable(table, ReadingSettings()))
    assert [column.kind for column in typed] == [column.kind for column in columns]
    again = fit(in_memory, typed, scaling, max_categories)
    np.testing.assert_array_equal(again.encode(in_memory, counts), matrix)
    assert (counts.unreadable, counts.out_of_range) == ({}, {})

    names = [column.name for column in columns if column.kind in LEARNED]
    numbers = {column.name for column in columns if column.kind == "number"}
    with RowStream([path], ReadingSettings(), 7) as stream:
        parts = [encoder.encode(chunk) for chunk, _ in stream.chunks(names, numbers)]
    np.testing.assert_array_equal(np.concatenate(parts), matrix)


@sampled_less
@given(frames(), frames(), st.sampled_from(SCALINGS))
def test_a_stored_encoder_does_the_same(table: pd.DataFrame, later: pd.DataFrame, scaling: str) -> None:
    frame, columns = read(FrameTable(table, ReadingSettings()))
    encoder = fit(frame, columns, scaling, 3)
    described, arrays = encoder.to_stored()
    restored = FeatureEncoder.from_stored(json.loads(json.dumps(described)), arrays)
    for stored, each in zip(json.loads(json.dumps(described)), encoder.encoders, strict=True):
        assert type(each) is ENCODERS[stored["kind"]]
        assert fits(stored, each.STORED)
        assert {name: array.shape for name, array in each.arrays().items()} == each.shapes(stored)
        assert stored["width"] == each.width
    assert restored.width == encoder.width
    again, stored_again = restored.to_stored()
    assert again == described
    assert {name: array.tobytes() for name, array in stored_again.items()} == {
        name: array.tobytes() for name, array in arrays.items()
    }
    for rows in (frame, frame_of(later.reindex(columns=table.columns))):
        first, second = CellCounts(), CellCounts()
        np.testing.assert_array_equal(encoder.encode(rows, first), restored.encode(rows, second))
        assert first == second


MINMAX: dict[str, Any] = {"scalings": {"minmax": "minmax"}, "spikes": [], "truth": False, "folds": {}}


def test_what_is_stored() -> None:
    frame = frame_of({"n": [1.0, 3.0, np.nan], "c": ["u", "v", "v"], "b": [True, False, True]})
    columns = [Column("n", "number", ""), Column("c", "category", ""), Column("b", "boolean", "")]
    described, arrays = fit(frame, columns, "minmax", 100).to_stored()
    assert described == [
        MINMAX | {"name": "n", "kind": "number", "width": 2, "range": [1, 3], "fill": 2, "had_gaps": True},
        {
            "name": "c",
            "kind": "category",
            "width": 2,
            "levels": ["u", "v"],
            "had_gaps": False,
            "embedded": False,
            "matching": "text",
        },
        MINMAX | {"name": "b", "kind": "boolean", "width": 1, "range": [0, 1], "fill": 1, "had_gaps": False},
    ]
    assert list(arrays) == ["numbers"]
    assert arrays["numbers"].tolist() == [[2, 1, 2, 1, 3], [1, 0, 1, 0, 1]]


def test_quantiles_are_stored_for_the_numbers_that_have_them() -> None:
    frame = frame_of({"n": [1.0, 3.0, 5.0], "empty": ["", "", ""]})
    columns = [Column("empty", "number", ""), Column("n", "number", "")]
    arrays = fit(frame, columns, "quantile", 100).to_stored()[1]
    assert (arrays["numbers"].shape, arrays["quantiles"].shape) == ((2, 5), (1, 257))


def test_categories_have_no_arrays() -> None:
    encoder = fit(frame_of({"c": ["u", "v"]}), [Column("c", "category", "")], "standard", 100)
    assert encoder.to_stored()[1] == {}
