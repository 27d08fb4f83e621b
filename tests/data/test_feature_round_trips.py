"""Encoders of random tables: stored and read again, and from a file as from the DataFrame itself."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpcli.data.cells import MISSING_WORDS
from mlpcli.data.encoders import CellCounts
from mlpcli.data.features import FeatureEncoder
from mlpcli.data.kinds import infer_columns
from mlpcli.data.rows import read_chunks
from mlpcli.data.schema import Column, DataSettings
from mlpcli.data.source import ReadingSettings
from tests.data.examples import READING, file_table, sampled

NUMBERS = st.none() | st.floats(-1e100, 1e100)
SMALL = st.none() | st.integers(-3, 3).map(float)
WORDS = st.none() | st.text(st.sampled_from("aB1 .\",;\n\r'é[/]-"), min_size=1, max_size=4).filter(
    lambda word: word not in MISSING_WORDS
)
LEVELS = st.none() | st.sampled_from(["red", "blue", "[/b]", "a,b", " "])
ANSWERS = st.none() | st.booleans()


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    """One to 12 rows of typed columns, all kinds of them with gaps."""
    rows = draw(st.integers(1, 12))
    columns: dict[str, Any] = {}
    for position, cells in enumerate((NUMBERS, SMALL, WORDS, LEVELS, ANSWERS)):
        for copy in range(draw(st.integers(0, 2))):
            kind: Any = {0: "float64", 1: "float64", 2: "str", 3: "category", 4: "boolean"}[position]
            drawn = draw(st.lists(cells, min_size=rows, max_size=rows))
            columns[f"column {position},{copy}"] = pd.Series(drawn, dtype=kind)
    columns["last"] = pd.Series(range(rows))
    return pd.DataFrame(columns)


def fit(frame: pd.DataFrame, columns: list[Column], scaling: str, max_categories: int) -> FeatureEncoder:
    settings = DataSettings(scaling=scaling, max_categories=max_categories)
    return FeatureEncoder.fit(columns, frame, settings, READING)


@sampled
@given(frames(), st.sampled_from(["standard", "minmax", "none"]), st.sampled_from([2, 100]))
def test_a_table_is_encoded_alike_from_a_file_and_from_memory(
    tmp_path_factory: pytest.TempPathFactory, frame: pd.DataFrame, scaling: str, max_categories: int
) -> None:
    path = str(tmp_path_factory.mktemp("table") / "a.csv")
    # One line end, as a lone \\r would be left unquoted beside another one.
    frame.to_csv(path, index=False, lineterminator="\r\n")
    table = file_table([path])
    columns = infer_columns(table.sample, MISSING_WORDS, ".", {}, True)
    read = table.read(table.columns, {column.name for column in columns if column.kind == "number"})
    encoder = fit(read, columns, scaling, max_categories)
    matrix, counts = encoder.encode(read), CellCounts()
    assert matrix.dtype == np.float32
    assert matrix.shape == (len(frame), encoder.width)
    assert np.isfinite(matrix).all()

    kinds = {column.name: column.kind for column in infer_columns(frame, MISSING_WORDS, ".", {}, True)}
    assert kinds == {column.name: column.kind for column in columns}
    in_memory = fit(frame, columns, scaling, max_categories)
    np.testing.assert_array_equal(in_memory.encode(frame, counts), matrix)
    assert (counts.unreadable, counts.out_of_range) == ({}, {})

    names = [column.name for column in columns if column.kind != "ignore"]
    chunks = [chunk.frame(names) for chunk in read_chunks([path], ReadingSettings(), 7) if chunk.cells]
    np.testing.assert_array_equal(np.concatenate([encoder.encode(chunk) for chunk in chunks]), matrix)


@sampled
@given(frames(), frames(), st.sampled_from(["standard", "minmax", "none"]))
def test_a_stored_encoder_does_the_same(frame: pd.DataFrame, later: pd.DataFrame, scaling: str) -> None:
    columns = infer_columns(frame, MISSING_WORDS, ".", {}, True)
    encoder = fit(frame, columns, scaling, 3)
    described, arrays = encoder.to_stored()
    restored = FeatureEncoder.from_stored(json.loads(json.dumps(described)), arrays, READING)
    assert restored.width == encoder.width
    assert restored.encoders == encoder.encoders
    for rows in (frame, later.reindex(columns=frame.columns)):
        first, second = CellCounts(), CellCounts()
        np.testing.assert_array_equal(encoder.encode(rows, first), restored.encode(rows, second))
        assert first == second


def test_what_is_stored() -> None:
    frame = pd.DataFrame({"n": [1.0, 3.0, np.nan], "c": ["u", "v", "v"], "b": [True, False, True]})
    columns = [Column("n", "number", ""), Column("c", "category", ""), Column("b", "boolean", "")]
    described, arrays = fit(frame, columns, "minmax", 100).to_stored()
    assert described == [
        {"name": "n", "kind": "number", "had_gaps": True},
        {"name": "c", "levels": ["u", "v"], "had_gaps": False, "embedded": False},
        {"name": "b", "kind": "boolean", "had_gaps": False},
    ]
    assert arrays["numbers"].tolist() == [[2, 1, 2, 1, 3], [1, 0, 1, 0, 1]]


def test_no_numbers_are_stored_as_an_empty_array() -> None:
    encoder = fit(pd.DataFrame({"c": ["u", "v"]}), [Column("c", "category", "")], "standard", 100)
    assert encoder.to_stored()[1]["numbers"].shape == (0, 5)
