"""Cross-validation: who learns from what, the same scores as by hand, and rows that no run may see."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.arrays import Array
from mlpcli.errors import DataError, MlpcliError
from mlpcli.workflows.search.fold_run import FoldRun
from mlpcli.workflows.search.out_of_fold import out_of_fold
from mlpcli.workflows.search.result import CrossValidation

QUICK: dict[str, Any] = {"preset": "textbook", "hidden": "4", "epochs": 2, "repeats": 1, "workers": 1}
ROWS = 60


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    """Two classes, a number that tells them, groups of three rows, times, and two rows without target."""
    generator = np.random.default_rng(0)
    size = generator.standard_normal(ROWS).round(3)
    kind = np.where(size + 0.3 * generator.standard_normal(ROWS) > 0, "large", "small").astype(object)
    kind[[7, 31]] = None
    return pd.DataFrame(
        {
            "size": size,
            "place": generator.permutation(np.arange(ROWS) // 3),
            "year": 2000 + generator.permutation(np.arange(ROWS) // 5),
            "part": generator.choice(["a", "b", "c"], ROWS),
            "kind": kind,
        }
    )


@pytest.fixture(scope="module")
def table(frame: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cv") / "rows.csv"
    frame.to_csv(path, index=False)
    return path


def learned_and_scored(found: CrossValidation) -> list[tuple[set[int], set[int]]]:
    return [(set(deal.learned.tolist()), set(deal.scored.tolist())) for deal in found.dealt.deals]


def scores(runs: Sequence[FoldRun], metric: str) -> Array:
    return np.array([run.metrics[metric] for run in runs], np.float64)


def test_each_row_is_scored_once_a_repeat_by_who_never_saw_it(table: Path, frame: pd.DataFrame) -> None:
    found = mlpcli.cv(table, "kind", folds=3, **QUICK | {"repeats": 2})
    counted = set(np.flatnonzero(frame["kind"].notna()).tolist())
    parts = learned_and_scored(found)
    assert len(parts) == 6
    for repeat in (parts[:3], parts[3:]):
        assert sorted(row for _, scored in repeat for row in scored) == list(range(ROWS))
        for learned, scored in repeat:
            assert learned == counted - scored
    assert parts[:3] != parts[3:]
    assert [run.scored for run in found.runs] == [len(scored & counted) for _, scored in parts]


@pytest.mark.parametrize(
    "settings", [{}, {"validation": None, "seed": 3}, {"task": "binary", "scaling": "none"}]
)
def test_the_same_as_by_hand(
    settings: dict[str, Any], table: Path, frame: pd.DataFrame, tmp_path: Path
) -> None:
    """A loop over `train`, `evaluate` and `predict` with files of the same rows."""
    found = mlpcli.cv(table, "kind", folds=3, predicts=True, **QUICK | settings)
    columns = out_of_fold(found.dealt.deals, found.runs, found.dealt.rows)
    others = {name: value for name, value in QUICK.items() if name not in ("repeats", "workers")} | settings
    seed = others.pop("seed", 0)
    for number, (deal, run) in enumerate(zip(found.dealt.deals, found.runs, strict=True)):
        frame.iloc[deal.learned].to_csv(tmp_path / "learned.csv", index=False)
        frame.iloc[deal.scored].to_csv(tmp_path / "scored.csv", index=False)
        by_hand = mlpcli.train(tmp_path / "learned.csv", "kind", seed=seed + number, threads=1, **others)
        assert by_hand.artifact.receipt["weights"] == run.weights
        assert mlpcli.evaluate(by_hand.model, tmp_path / "scored.csv").metrics == run.metrics
        predicted = mlpcli.predict(by_hand.model, tmp_path / "scored.csv", proba=True).frame
        assert list(predicted) == list(columns)
        for name, values in columns.items():
            assert values[deal.scored].tolist() == predicted[name].tolist()
    accuracies = scores(found.runs, "accuracy")
    assert found.metrics["accuracy"].mean == pytest.approx(np.mean(accuracies))
    assert found.metrics["accuracy"].deviation == pytest.approx(np.std(accuracies, ddof=1))


def test_groups_stay_whole(table: Path, frame: pd.DataFrame) -> None:
    found = mlpcli.cv(table, "kind", folds=3, group="place", **QUICK)
    for learned, scored in learned_and_scored(found):
        counted = [row for row in scored if frame["kind"].notna()[row]]
        assert not set(frame["place"][sorted(learned)]) & set(frame["place"][counted])


def test_windows_grow(table: Path, frame: pd.DataFrame) -> None:
    """Whatever the repeats; a fold is learned from all that is earlier."""
    found = mlpcli.cv(table, "kind", folds=3, time="year", **QUICK | {"repeats": 4})
    parts = learned_and_scored(found)
    assert len(parts) == 3
    counted = frame[frame["kind"].notna()]
    for learned, scored in parts:
        first = min(frame["year"][sorted(scored)])
        assert learned == set(counted.index[counted["year"] < first])
    assert set.union(*(scored for _, scored in parts)) == set(counted.index) - parts[0][0]
    sizes = [len(scored) for _, scored in parts]
    assert max(sizes) - min(sizes) <= 5  # the rows of a year


def test_folds_of_a_column(table: Path, frame: pd.DataFrame) -> None:
    found = mlpcli.cv(table, "kind", fold_column="part", **QUICK)
    for fold, (learned, scored) in zip("abc", learned_and_scored(found), strict=True):
        assert scored == set(np.flatnonzero(frame["part"] == fold).tolist())
        assert learned == set(np.flatnonzero((frame["part"] != fold) & frame["kind"].notna()).tolist())


def test_rows_of_a_test_are_in_no_run(table: Path) -> None:
    """They are those that `train` keeps apart."""
    found = mlpcli.cv(table, "kind", folds=2, test=0.25, seed=5, **QUICK)
    seen = set.union(*(learned | scored for learned, scored in learned_and_scored(found)))
    alone = mlpcli.train(table, "kind", test=0.25, seed=5, preset="textbook", hidden="4", epochs=1)
    assert found.dealt.apart == alone.scores["test"].rows == round(0.25 * (ROWS - 2))
    assert len(seen) == ROWS - found.dealt.apart


def test_workers_change_nothing(table: Path) -> None:
    alone, together = (
        mlpcli.cv(table, "kind", folds=2, **QUICK | {"workers": workers}) for workers in (1, 2)
    )
    assert [run.weights for run in alone.runs] == [run.weights for run in together.runs]
    assert alone.metrics == together.metrics


def test_a_data_frame(table: Path, frame: pd.DataFrame) -> None:
    assert (
        mlpcli.cv(frame, "kind", folds=2, **QUICK).metrics
        == mlpcli.cv(table, "kind", folds=2, **QUICK).metrics
    )


def test_other_settings_on_the_same_folds(table: Path) -> None:
    found = mlpcli.cv(
        table,
        "kind",
        folds=3,
        vs={"learning_rate": 1e-9},
        **QUICK | {"repeats": 2, "epochs": 40, "learning_rate": 0.1},
    )
    assert found.versus is not None
    assert [run.learned for run in found.versus.runs] == [run.learned for run in found.runs]
    difference = found.versus.differences["log_loss"]
    losses = [scores(runs, "log_loss").mean() for runs in (found.runs, found.versus.runs)]
    assert difference.mean == pytest.approx(losses[1] - losses[0])
    assert difference.mean > 0
    assert difference.is_clear


def test_the_same_settings_do_not_differ(table: Path) -> None:
    found = mlpcli.cv(table, "kind", folds=2, vs={}, **QUICK)
    assert found.versus is not None
    assert {each.p_value for each in found.versus.differences.values()} == {1.0}


@pytest.mark.parametrize(("condition", "holds"), [("accuracy < 0.01", True), ("accuracy > 0.01", False)])
def test_gates_are_of_the_mean(condition: str, holds: bool, table: Path) -> None:
    found = mlpcli.cv(table, "kind", folds=2, fail_if=condition, **QUICK)
    assert found.passed is holds
    assert found.gates[0].value == found.metrics["accuracy"].mean


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"folds": 70}, "70 folds need at least 70 rows"),
        ({"folds": 30, "group": "place"}, "30 folds need at least 30 groups"),
        ({"folds": 12, "time": "year"}, "12 folds need at least 13 different times, but there are 12"),
        ({"fold_column": "nowhere"}, "there is no column 'nowhere'"),
        ({"fold_column": "kind"}, "no fold in 'kind'"),
        ({"vs": {"hidden": "none at all"}}, "none at all"),
        ({"learning_rate": 1e30, "loss": "mse", "task": "regression", "target": "size"}, "in fold 1: "),
    ],
)
def test_what_cannot_be_dealt_or_trained(settings: dict[str, Any], said: str, table: Path) -> None:
    target = settings.get("target", "kind")
    with pytest.raises(MlpcliError) as caught:
        mlpcli.cv(table, **{"target": target, "folds": 2, **QUICK, **settings})
    assert said in str(caught.value)


def test_a_class_of_one_row_is_learned_by_all_and_scored_by_none(frame: pd.DataFrame) -> None:
    rare = frame.assign(kind=["huge", *frame["kind"][1:]])
    found = mlpcli.cv(rare, "kind", folds=2, **QUICK)
    assert all(0 in learned and 0 not in scored for learned, scored in learned_and_scored(found))
    assert ["1 row of 'huge'" in note for note in found.notes] == [True]


def test_a_class_that_one_fold_has_alone(frame: pd.DataFrame) -> None:
    alone = frame.assign(kind=frame["part"].map({"a": "x", "b": "y", "c": "x"}))
    with pytest.raises(DataError, match=r"fold 2 has \d+ rows of the class 'y', but none"):
        mlpcli.cv(alone, "kind", fold_column="part", **QUICK)
