"""`compare`: which rows scores are of, which settings differ, what can be compared at all."""

import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import mlpcli
from mlpcli.errors import ArtifactError, DataError, SettingsError
from mlpcli.workflows.compare import FileComparison, compare
from mlpcli.workflows.comparing.compared_file import TRAIN_LOSS, VALIDATION_LOSS, Rows
from tests.workflows.comparing.examples import history, result
from tests.workflows.evaluated import QUICK, table
from tests.workflows.test_results_shown import check


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table of two classes with models of it, and one of another target."""
    folder = tmp_path_factory.mktemp("compared")
    frame = table(120)
    frame[["a", "b", "colour", "yes"]].to_csv(folder / "t.csv", index=False)
    frame[["a", "b", "value"]].to_csv(folder / "n.csv", index=False)
    trainings: dict[str, dict[str, Any]] = {
        "usual": {},
        "minmax": {"scaling": "minmax"},
        "seed": {"seed": 1},
        "folds": {"folds": 2, "validation": 0},
        "huber": {"target": "value", "loss": "huber"},
        "squares": {"target": "value", "loss": "mse"},
    }
    for name, more in trainings.items():
        settings = QUICK | {"target": "yes", "epochs": 4} | more
        data = folder / ("n.csv" if settings["target"] == "value" else "t.csv")
        mlpcli.train(str(data), output=str(folder / f"{name}.joblib"), **settings)
    return folder


def of(folder: Path, *names: str, **settings: Any) -> FileComparison:
    return compare(*(folder / f"{name}.joblib" for name in names), **settings)


def test_models_of_the_same_rows(folder: Path) -> None:
    """Another scaling encodes them otherwise, but they are the same."""
    found = of(folder, "usual", "minmax")
    assert found.settings == {"scaling": ["standard", "minmax"]}
    (scores,) = found.tables
    assert (scores.part, scores.task, scores.target, scores.groups) == (
        "validation",
        "binary",
        ("yes",),
        [0, 0],
    )
    assert scores.certain
    assert found.loss_groups == [0, 0]
    assert found.files[0].size == os.path.getsize(folder / "usual.joblib")


def test_scores_are_those_of_the_model(folder: Path) -> None:
    model = mlpcli.load(folder / "usual.joblib")
    file = of(folder, "usual", "minmax").files[0]
    assert file.scores[0].metrics == model.artifact.scores["validation"]["metrics"]
    losses = [record["validation_loss"] for record in model.artifact.history]
    assert file.course is not None
    assert list(file.course.losses[VALIDATION_LOSS]) == losses
    assert file.best_epochs == (model.artifact.receipt["best_epoch"],)
    assert file.at_best[VALIDATION_LOSS] == losses[file.best_epochs[0] - 1] == min(losses)
    assert file.at_best[TRAIN_LOSS] == model.artifact.history[file.best_epochs[0] - 1]["train_loss"]


def test_models_of_different_rows(folder: Path) -> None:
    found = of(folder, "usual", "seed", "minmax")
    assert found.tables[0].groups == [0, 1, 0]
    assert found.loss_groups == [0, 1, 0]


def test_different_parts_are_never_in_one_table(folder: Path) -> None:
    found = of(folder, "usual", "folds", "huber")
    kinds = [(each.part, each.task, [file.name for file in each.files]) for each in found.tables]
    assert kinds == [
        ("out-of-fold", "binary", ["folds"]),
        ("validation", "binary", ["usual"]),
        ("validation", "regression", ["huber"]),
    ]
    assert found.targets == [(("yes",), "binary"), (("value",), "regression")]
    assert found.loss_groups is None


def test_different_losses_are_not_compared(folder: Path) -> None:
    found = of(folder, "huber", "squares")
    assert found.different_losses == ["loss"]
    assert found.loss_groups is None
    assert found.tables[0].groups == [0, 0]  # their scores are


def test_the_result_of_a_training_has_the_rows_of_its_model(folder: Path, tmp_path: Path) -> None:
    receipt = mlpcli.load(folder / "usual.joblib").artifact.receipt
    known = {name: receipt[name] for name in ("data", "digest", "split_digest")}
    settings = {"validation": 0.15, "folds": 0}
    path = result(
        tmp_path / "r.json",
        "train",
        target=None,
        validation={"accuracy": 0.5},
        rows=receipt["rows"],
        settings=settings | {"target": ["yes"]},
        **known,
    )
    found = compare(folder / "usual.joblib", path)
    assert found.tables[0].groups == [0, 0]


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (Rows(9, "s", None, "e", ("t.csv",)), True),
        (Rows(9, "s", None, "other scaling", ("t.csv",)), True),
        (Rows(9, "s", None, "e", ()), True),
        (Rows(9, "s", None, "other", ("u.csv",)), False),
        (Rows(9, "s", None, "other", ()), False),
        (Rows(9, "another split", None, "e", ("t.csv",)), False),
        (Rows(8, "s", None, "e", ("t.csv",)), False),
        (Rows(9, "s", "held.csv", "e", ("t.csv",)), False),
        (Rows(9), False),
    ],
)
def test_same_rows(other: Rows, same: bool) -> None:
    ours = Rows(9, "s", None, "e", ("t.csv",))
    assert ours.same_as(other) is other.same_as(ours) is same


def test_tables_without_a_name_are_told_apart_by_their_rows() -> None:
    """As of stdin and DataFrames, which all split alike."""
    assert not Rows(9, "s", None, "e").same_as(Rows(9, "s", None, "other"))
    assert Rows(9, "s", None, "e").same_as(Rows(9, "s", None, "e"))


def test_unknown_rows_are_compared_by_their_number() -> None:
    assert Rows(9).same_as(Rows(9))
    assert not Rows(9).same_as(Rows(8))


def test_evaluations_say_no_rows(tmp_path: Path) -> None:
    paths = [
        result(tmp_path / f"{number}.json", rows=rows, metrics={"accuracy": 0.5})
        for number, rows in enumerate((20, 20, 30))
    ]
    (scores,) = compare(*paths).tables
    assert (scores.groups, scores.certain) == ([0, 0, 1], False)


@pytest.mark.parametrize("names", [("usual", "minmax"), ("usual", "huber"), ("folds", "seed", "squares")])
def test_it_shows_itself(names: tuple[str, ...], folder: Path) -> None:
    assert check(of(folder, *names)).startswith(f"Comparison of {len(names)} files\n")


def test_histories_alone_show_themselves(tmp_path: Path) -> None:
    paths = [history(tmp_path / f"{name}.csv", [0.5, 0.4]) for name in "ab"]
    assert repr(compare(*paths)).startswith("Comparison of 2 files\n")


def test_too_few_files(folder: Path) -> None:
    with pytest.raises(SettingsError, match="one file alone cannot be compared"):
        of(folder, "usual")
    with pytest.raises(SettingsError, match="there are no files"):
        compare()


def test_the_same_path_object_twice(folder: Path) -> None:
    path = folder / "usual.joblib"
    with pytest.raises(DataError, match="is named twice"):
        compare(path, path)


def test_the_same_file_twice(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is named twice"):
        of(folder, "usual", "seed", "usual")
    link = tmp_path / "link.joblib"
    link.symlink_to(folder / "usual.joblib")
    with pytest.raises(DataError, match="are the same file"):
        compare(folder / "usual.joblib", link)


def test_equal_copies_are_two_files(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "usual.joblib"
    copy.write_bytes((folder / "usual.joblib").read_bytes())
    found = compare(folder / "usual.joblib", copy)
    assert found.settings == {}
    assert len({each.name for each in found.files}) == 2


def test_a_metric_that_no_file_has(folder: Path) -> None:
    with pytest.raises(DataError, match="no file has rmse"):
        of(folder, "usual", "seed", metric="rmse")
    with pytest.raises(SettingsError, match="there is no metric 'auc'"):
        of(folder, "usual", "seed", metric="auc")
    assert of(folder, "usual", "huber", metric="rmse").metric == "rmse"


BAD: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "x is empty"),
    "spaces": (b" \n", "x is empty"),
    "a table": (b"a,b\n1,2\n", "x is text, but neither a history nor a result of mlpcli"),
    "broken JSON": (b'{"a": 1', "x is not valid JSON"),
    "too deep": (b"[" * 50, "x is not valid JSON"),
    "cut short": (b"\x80\x04\x95", "x is not an mlpcli model file"),
    "bytes": (b"a\0b", "x is not an mlpcli model file"),
}


@pytest.mark.parametrize("case", BAD)
def test_files_that_are_something_else(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content, said = BAD[case]
    (tmp_path / "x").write_bytes(content)
    monkeypatch.chdir(tmp_path)
    with pytest.raises((DataError, ArtifactError), match=said) as raised:
        compare(history(tmp_path / "h.csv", [0.5]), "x")
    assert raised.value.hint


def test_files_that_are_not_there(tmp_path: Path) -> None:
    first = history(tmp_path / "h.csv", [0.5])
    for path, said in (
        (tmp_path / "none", "no such file"),
        (tmp_path, "is a folder"),
        ("a\0b", "cannot be read"),
    ):
        with pytest.raises(DataError, match=said):
            compare(first, path)


def test_a_model_of_a_dataframe_has_no_files(tmp_path: Path) -> None:
    """The rows of two DataFrames are the same if their encoded rows are."""
    for name, rows in (("one", 80), ("same", 80), ("other", 81)):
        frame: pd.DataFrame = table(rows)[["a", "b", "yes"]]
        mlpcli.train(frame, "yes", output=str(tmp_path / f"{name}.joblib"), **(QUICK | {"epochs": 2}))
    assert of(tmp_path, "one", "same", "other").tables[0].groups == [0, 0, 1]
