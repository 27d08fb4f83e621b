"""Histories as files: what is read of them, and what is refused, with the line."""

import json
from pathlib import Path

import numpy as np
import pytest

from mlpcli.errors import DataError
from mlpcli.workflows.comparing.compared_file import TRAIN_LOSS, VALIDATION_LOSS
from mlpcli.workflows.comparing.reading import read_file
from tests.workflows.comparing.examples import HEADER, history


def test_one_network(tmp_path: Path) -> None:
    found = read_file(str(history(tmp_path / "h.csv", [0.6, 0.3, 0.4])), "h")
    assert (found.kind, found.name, found.epochs, found.best_epochs, found.seconds) == (
        "history",
        "h",
        (3,),
        (2,),
        1.5,
    )
    assert found.at_best == {TRAIN_LOSS: 0.15, VALIDATION_LOSS: 0.3, "accuracy": 0.7}
    assert found.course is not None
    assert found.course.losses[VALIDATION_LOSS] == [0.6, 0.3, 0.4]
    assert found.course.loss == VALIDATION_LOSS


def test_several_networks_are_means_and_one_that_ended_stays(tmp_path: Path) -> None:
    losses = [[0.6, 0.3, 0.4], [0.8, 0.5]]
    found = read_file(str(history(tmp_path / "h.csv", *losses)), "h")
    assert found.course is not None
    expected = np.mean([losses[0], [0.8, 0.5, 0.5]], axis=0)
    np.testing.assert_allclose(np.array(found.course.losses[VALIDATION_LOSS], float), expected)
    assert (found.epochs, found.best_epochs) == ((3, 2), (2, 2))
    assert found.at_best[VALIDATION_LOSS] == pytest.approx((0.3 + 0.5) / 2)
    assert found.seconds is None  # they may have been trained together


def test_without_validation_rows(tmp_path: Path) -> None:
    found = read_file(str(history(tmp_path / "h.csv", [0.6, 0.4], validated=False)), "h")
    assert found.course is not None
    assert (found.best_epochs, found.course.loss) == ((), TRAIN_LOSS)
    assert found.at_best[TRAIN_LOSS] == 0.2  # of the last epoch
    assert found.at_best[VALIDATION_LOSS] is None


@pytest.mark.parametrize("epochs", [1, 3])
def test_json_lines_say_the_same_as_csv(epochs: int, tmp_path: Path) -> None:
    table = history(tmp_path / "h.csv", [0.6, 0.3, 0.4][:epochs])
    names, *rows = (line.split(",") for line in table.read_text().splitlines())
    cells = [[cell == "True" if cell in ("True", "False") else float(cell) for cell in row] for row in rows]
    lines = [json.dumps(dict(zip(names, row, strict=True))) for row in cells]
    (tmp_path / "h.jsonl").write_text("\n".join(lines) + "\n")
    one, other = (vars(read_file(str(tmp_path / name), "h")) for name in ("h.csv", "h.jsonl"))
    assert {**one, "path": ""} == {**other, "path": ""}


ROW = "1,1,8,0.01,0.5,0.5,0.5,True,0.1"
BAD = {
    "no epoch": ([HEADER], "h.csv: it is a history without an epoch"),
    "a column less": (["network,epoch,train_loss"], "h.csv: a history has a column 'validation_loss'"),
    "of another program": (["epoch,accuracy,train_loss"], "h.csv: a history has a column 'network'"),
    "a gap": ([HEADER, ROW, ROW.replace("1,1,", "1,3,", 1)], "h.csv, line 3: epoch 3 follows epoch 1"),
    "twice": ([HEADER, ROW, ROW], "h.csv, line 3: epoch 1 follows epoch 1"),
    "a text": ([HEADER, ROW.replace("0.01,0.5", "0.01,x")], "h.csv, line 2: train_loss is 'x', not a number"),
    "infinite": ([HEADER, ROW.replace("0.01,0.5", "0.01,inf")], "train_loss is 'inf', not a number"),
    "half a network": ([HEADER, "1.5" + ROW[1:]], "line 2: network is '1.5', not a number of a network"),
    "no truth": ([HEADER, ROW.replace("True", "yes")], "line 2: best is 'yes', not True or False"),
    "long row": ([HEADER, f"{ROW},1"], "h.csv, line 2: it has 10 cells instead of 9"),
    "open quote": ([HEADER, f'"{ROW}'], "h.csv, line 2: unexpected end of data"),
    "JSON without a column": (['{"network": 1, "epoch": 1}'], "h.csv, line 1: a history has a column"),
    "broken JSON": (['{"network": 1, "epoch": 1, "train_loss": 1}', "{"], "a history has a column"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_histories(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines, said = BAD[case]
    (tmp_path / "h.csv").write_text("\n".join(lines) + "\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError) as raised:
        read_file("h.csv", "h")
    assert said in str(raised.value)
    assert raised.value.hint
