"""What is said, before training, of a table that cannot be learned from: where, what, and what to do."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from mlpcli.errors import DataError, SettingsError
from tests.data.examples import write
from tests.workflows.examples import prepared

ROWS = "".join(f"{row},{row % 3},{'ab'[row % 2]},{row}.5\n" for row in range(10))
TEXT = "x,[/b],y,w\n" + ROWS


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"target": "Y"}, r"target: .*a\.csv: there is no column 'Y'"),
        ({"target": "y", "features": "x,z"}, "features: .*: there is no column 'z'"),
        ({"target": "y", "drop": "[/B]"}, r"drop: .*: there is no column '\[/B\]'"),
        ({"target": "y", "kind": "z=number"}, "kind: .*: there is no column 'z'"),
        ({"target": "y", "weight": "z"}, "weight: .*: there is no column 'z'"),
        ({"target": "[/b]", "weight": "y"}, r"line 2: weight 'y': 'a' is not a weight"),
        ({"target": "y", "weight": "y"}, "weight: .*: 'y' is the target"),
        ({"target": "y", "drop": "x,[/b],w"}, "no input column is left"),
        ({"target": "y", "kind": "x=ignore,[/b]=ignore,w=ignore"}, "no input column is left"),
        (
            {"target": "y", "task": "regression"},
            r"target 'y' is text such as 'a', but a regression predicts numbers",
        ),
        ({"target": "y", "task": "multilabel"}, r"line 2: target 'y': 'a' is not 0 or 1"),
        ({"target": "x,y"}, "target 'y' is text"),
        ({"target": "y", "positive": "A"}, "positive: 'A' is not a class of 'y'"),
        (
            {"target": "[/b]", "kind": "y=number", "strict": True},
            r"line 2: column 'y': 'a' is not a number",
        ),
    ],
)
def test_settings_that_do_not_fit_the_table(tmp_path: Path, settings: dict[str, Any], message: str) -> None:
    path = write(tmp_path, "a.csv", TEXT)
    with pytest.raises(DataError, match=message) as raised:
        prepared(path, **settings)
    assert raised.value.hint


def test_a_missing_target_lists_the_columns(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as raised:
        prepared(write(tmp_path, "a.csv", TEXT))
    assert "a.csv: which column is the target?" in str(raised.value)
    assert raised.value.hint == "Give target COLUMN. Choose from: x, [/b], y, w."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x,y\n", "0 rows with a target"),
        ("x,y\n1,a\n", "1 row with a target"),
        ("x,y\n1,a\n2,\n", "1 row with a target"),
        ("x,y\n1,\n2,NA\n3,?\n", "target 'y' is missing in every row"),
        ("x,y\n1,a\n2,a\n", "target 'y' has the same value, 'a', in every row"),
        ("x,y\n1,a\n1,b\n", "no input column is left"),
        ("y\na\nb\n", "no input column is left"),
        ("x,y\n1,a\n\n2,\n2,b\ninf,a\n", r"a\.csv: line 6: column 'x' holds an infinite value"),
        ('x,y\n"1\n",\n2,1\n3,2\n4,x\n5,4\n', None),
        ("x,y\n1,2.5\n2,\n3,inf\n", r"a\.csv: line 4: target 'y': 'inf' is not a finite number"),
    ],
)
def test_tables_without_enough(tmp_path: Path, text: str, message: str | None) -> None:
    path = write(tmp_path, "a.csv", text)
    if message is None:
        assert prepared(path, target="y", task="multiclass").dropped == 1
        return
    with pytest.raises(DataError, match=message):
        prepared(path, target="y")


@pytest.mark.parametrize(("row", "cell"), [(0, ""), (4, "-1"), (4, "x"), (9, "inf"), (9, "NA")])
def test_a_bad_weight_says_its_line(tmp_path: Path, row: int, cell: str) -> None:
    """Counted in the table, though rows without target are left out before."""
    lines = [f"{number},{'ab'[number % 2]},{cell if number == row else 1}\n" for number in range(10)]
    path = write(tmp_path, "a.csv", "x,y,w\n7,,x\n" + "".join(lines))
    shown = "a missing value" if cell in ("", "NA") else f"'{cell}'"
    with pytest.raises(DataError, match=rf"a\.csv: line {row + 3}: weight 'w': {shown} is not a weight"):
        prepared(path, target="y", weight="w")


def test_weights_that_are_all_0(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "x,y,w\n" + "1,a,0\n2,b,0\n" * 5)
    with pytest.raises(DataError, match="the weights 'w' are all 0"):
        prepared(path, target="y", weight="w")


def test_an_empty_data_frame() -> None:
    for frame in (pd.DataFrame(), pd.DataFrame({"x": [], "y": []})):
        with pytest.raises(DataError, match="the DataFrame"):
            prepared(frame, target="y")


def test_an_infinite_value_in_a_data_frame_says_its_row() -> None:
    frame = pd.DataFrame({"x": [1.0, 2.0, float("inf")], "y": ["a", "b", "a"]})
    with pytest.raises(DataError, match="row 2: column 'x' holds an infinite value"):
        prepared(frame, target="y")
