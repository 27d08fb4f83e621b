"""Results as JSON: those that have scores are read, whatever command wrote them; others are refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from mlpcli.errors import DataError
from mlpcli.render.as_json import FORMAT as FORMAT_WRITTEN
from mlpcli.workflows.comparing import json_results
from mlpcli.workflows.comparing.reading import read_file
from tests.workflows.comparing.examples import result


def test_the_format_is_the_one_that_is_written() -> None:
    assert json_results.FORMAT == FORMAT_WRITTEN


@pytest.mark.parametrize(
    ("command", "part"), [("evaluate", "evaluated"), ("cv", "out-of-fold"), ("later", "later")]
)
def test_metrics_of_any_command(command: str, part: str, tmp_path: Path) -> None:
    metrics = {"accuracy": 0.9, "mcc": None}
    path = result(tmp_path / "r", command, rows=20, metrics=metrics, baseline={"accuracy": 0.5})
    found = read_file(str(path), "r")
    (scores,) = found.scores
    assert (found.kind, scores.part, scores.rows.count, scores.metrics) == (command, part, 20, metrics)
    assert scores.baseline == {"accuracy": 0.5}
    assert not scores.rows.known


def test_a_result_may_say_which_rows_it_is_of(tmp_path: Path) -> None:
    fields: dict[str, Any] = {"rows": 20, "metrics": {"accuracy": 0.9}, "split_digest": "b", "digest": "a"}
    one, other = (
        read_file(str(result(tmp_path / name, "cv", **(fields | more))), name).scores[0].rows
        for name, more in (("r", {}), ("s", {"split_digest": "c"}))
    )
    assert one.known
    assert one.same_as(one)
    assert not one.same_as(other)


def test_a_training(tmp_path: Path) -> None:
    fields: dict[str, Any] = {
        "rows": {"train": 80, "validation": 0, "test": 20},
        "validation": {"accuracy": 0.8},
        "test": {"accuracy": 0.7},
        "training": None,
        "baseline": {"accuracy": 0.5},
        "settings": {"folds": 5, "seed": 0},
        "members": [{"epochs": 9, "best_epoch": 4}, {"epochs": 7, "best_epoch": 3}],
        "parameters": 17,
        "seconds": 1.5,
        "data": ["d/t.csv"],
        "digest": "a",
        "split_digest": "b",
    }
    found = read_file(str(result(tmp_path / "r", "train", **fields)), "r")
    parts = {each.part: each for each in found.scores}
    assert {part: each.rows.count for part, each in parts.items()} == {"out-of-fold": 80, "test": 20}
    assert parts["out-of-fold"].baseline == {"accuracy": 0.5}
    assert parts["test"].baseline == {}  # the baseline of a result is that of the first part
    assert parts["test"].rows.known
    assert (found.epochs, found.best_epochs, found.parameters, found.seconds) == ((9, 7), (4, 3), (17,), 1.5)


def test_a_metric_that_was_defined_otherwise_is_left_out(tmp_path: Path) -> None:
    path = result(tmp_path / "r", metrics={"ece": 0.1, "accuracy": 0.9}, rows=9, mlpcli="0.1.0")
    (scores,) = read_file(str(path), "r").scores
    assert scores.metrics == {"ece": None, "accuracy": 0.9}


BAD: dict[str, tuple[Any, str]] = {
    "a list": ([1, 2], "it is JSON, but not a result of mlpcli"),
    "another program": ({"accuracy": 0.9}, "it is JSON, but not a result of mlpcli"),
    "newer": ({"command": "evaluate", "format": 2, "mlpcli": "9", "metrics": {}}, "only reads up to 1"),
    "without scores": (
        {"command": "inspect", "format": 1, "mlpcli": "0.5.0"},
        "a result of 'inspect', which",
    ),
    "a plan": (
        {"command": "train", "format": 1, "mlpcli": "0.5.0", "dry_run": True},
        "the plan of a training",
    ),
    "odd metrics": (
        {"command": "evaluate", "format": 1, "mlpcli": "0.5.0", "metrics": {"accuracy": "high"}},
        "its scores or settings are invalid",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_results(case: str, tmp_path: Path) -> None:
    content, said = BAD[case]
    (tmp_path / "r.json").write_text(json.dumps(content))
    with pytest.raises(DataError, match=said):
        read_file(str(tmp_path / "r.json"), "r")
