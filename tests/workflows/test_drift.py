"""New rows beside those of training: what shifted is found and nothing else, whatever the model."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.errors import ArtifactError, DataError, MlpcliError, SettingsError
from mlpcli.model.model import Model
from tests.benchmarks.drift import SETTINGS, as_task, rates, table, trained

ROWS = 1_500


@pytest.fixture(scope="module")
def model() -> Model:
    return trained(1, ROWS, "regression", validation=0.2, folds=0)


def fresh(seed: int = 9, rows: int = ROWS) -> pd.DataFrame:
    return table(np.random.default_rng(seed), rows)


def names(found: Any) -> list[str]:
    return [each.name for each in found.shifted]


def test_rows_of_the_same_table_raise_no_alarm(model: Model) -> None:
    assert rates([model], 200, 6)[0] == rates([model], 2_000, 3)[0] == 0


@pytest.mark.parametrize("split", SETTINGS)
@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_nor_do_predictions_of_several_networks(task: str, split: str) -> None:
    """Those out of fold are of single networks, and so is what new rows are compared by."""
    several = trained(2, 600, task, **SETTINGS[split])
    found = mlpcli.drift(several, fresh(3, 3_000))
    assert names(found) == []
    assert found.predicted == ("validation" if split == "held-out rows" else "out of fold")
    assert [each.adjusted_p is not None for each in found.predictions] == [True] * (
        1 + (task == "multiclass")
    )


def test_a_quarter_of_a_deviation_is_found(model: Model) -> None:
    found = mlpcli.drift(model, table(np.random.default_rng(4), 5_000, shift=0.25))
    assert names(found) == ["normal_0"]
    first = found.columns[0]
    assert first.ks == pytest.approx(0.1, abs=0.03)
    assert first.psi == pytest.approx(0.0625, abs=0.03)
    assert first.adjusted_p == pytest.approx(min(22 * (first.p_value or 0), 1))


CHANGES: dict[str, Any] = {
    "normal_6": lambda cells: cells.where(np.arange(len(cells)) % 50 > 0, 9_999),
    "skewed": lambda cells: cells.where(np.arange(len(cells)) % 50 > 0, -1.0),
    "rounded": lambda cells: cells.where(np.arange(len(cells)) % 25 > 0, np.inf),
    "normal_3": lambda cells: cells * 1.6,
    "zeros": lambda cells: cells.where(np.arange(len(cells)) % 4 > 0, 0.5),
    "years": lambda cells: cells + 1_000,
    "few": lambda cells: cells.where(cells < 5, 4),
    "gaps": lambda cells: cells.where(np.arange(len(cells)) % 3 > 0),
    "rare_gaps": lambda cells: cells.where(np.arange(len(cells)) % 20 > 0),
    "counts": lambda cells: cells.astype(str) + " pieces of cake",
    "yes": lambda cells: np.where(np.arange(len(cells)) % 2, "yes", "no"),
    "city": lambda cells: cells.replace({"a": "Graz"}),
    "long_tail": lambda cells: cells.replace({"w1": "w2"}),
    "date": lambda cells: (pd.DatetimeIndex(cells) + pd.Timedelta(days=200)).strftime("%Y-%m-%d"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_the_column_that_changed_is_named(name: str, model: Model) -> None:
    frame = fresh()
    frame[name] = CHANGES[name](frame[name])
    found = mlpcli.drift(model, frame)
    assert found.columns[0].name == name
    assert set(names(found)) <= {name, "prediction"}
    assert found.columns[0].shifted


@pytest.mark.parametrize("mark", [-999.0, 1e9])
def test_a_value_beyond_the_range_is_seen_in_few_rows_of_a_small_table(mark: float) -> None:
    """As many rows as a Kolmogorov-Smirnov test takes for chance."""
    frame = fresh(2, 400)[["years", "skewed", "target"]]
    small = mlpcli.train(frame, "target", preset="textbook", hidden="4", epochs=1, validation=0.2).model
    new = fresh(3, 300)
    new.loc[::15, "skewed"] = mark
    found = mlpcli.drift(small, new)
    assert names(found)[0] == "skewed"
    first = found.columns[0]
    assert first.by_range
    assert first.range_now[0 if mark < 0 else 1] == mark
    assert first.now[0 if mark < 0 else -1] == pytest.approx(20 / 300)
    assert first.psi == pytest.approx(0.25, abs=0.1)
    assert first.adjusted_p is not None
    assert first.adjusted_p < 1e-5


def test_shares_of_cells(model: Model) -> None:
    frame = fresh()
    frame["counts"] = frame["counts"].astype(str).where(np.arange(ROWS) % 3 > 0, "three")
    frame.loc[:149, "normal_1"] = 1e6
    frame.loc[:149, "normal_2"] = np.nan
    frame.loc[:149, "city"] = "Graz"
    found = {each.name: each for each in mlpcli.drift(model, frame).columns}
    assert found["counts"].unreadable == (0.0, 500 / ROWS)
    assert found["counts"].examples == ["three"]
    assert found["normal_1"].out_of_range[1] == pytest.approx(0.1, abs=0.005)
    assert found["normal_2"].missing == (0.0, 0.1)
    assert found["city"].unseen == (0.0, 0.1)
    assert found["gaps"].missing[0] == pytest.approx(0.1, abs=0.03)
    for each in found.values():
        gone = each.missing[1] + each.unreadable[1]
        assert sum(each.now) + gone == pytest.approx(1)
        assert len(each.then) == len(each.now) == len(each.edges or each.levels or [])


def test_a_column_that_cannot_be_read_is_a_finding_where_predict_refuses(model: Model) -> None:
    frame = fresh()
    frame["normal_5"] = "nonsense"
    with pytest.raises(DataError, match="cannot be read"):
        mlpcli.predict(model, frame)
    found = mlpcli.drift(model, frame)
    assert found.columns[0].name == "normal_5"
    assert found.columns[0].unreadable == (0.0, 1.0)


def test_a_column_that_is_missing_is_an_error(model: Model) -> None:
    with pytest.raises(DataError, match="the input column 'city' of the model is missing"):
        mlpcli.drift(model, fresh().drop(columns="city"))


def test_a_file_in_chunks_is_the_same_as_a_frame(model: Model, tmp_path: Path) -> None:
    frame = fresh().drop(columns="target")
    halves = [tmp_path / "a.csv", tmp_path / "b.csv"]
    frame[:700].to_csv(halves[0], index=False)
    frame[700:].to_csv(halves[1], index=False)
    of_frame, of_files = mlpcli.drift(model, frame), mlpcli.drift(model, halves)
    assert of_files.rows == of_frame.rows == ROWS
    assert of_files.columns == of_frame.columns
    assert of_files.predictions == of_frame.predictions


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_few_rows_say_nothing(rows: int, model: Model) -> None:
    found = mlpcli.drift(model, fresh(rows=10).head(rows))
    assert found.rows == rows
    assert names(found) == []
    if not rows:
        assert {each.psi for each in found.columns} == {None}


def test_gates(model: Model) -> None:
    frame = fresh()
    frame["normal_4"] += 1
    found = mlpcli.drift(model, frame, fail_if=["psi > 0.2, ks > 0.9", "p_value < 0.01", "rows < 100"])
    assert [gate.holds for gate in found.gates] == [False, True, False, True]
    assert not found.passed
    assert found.gates[0].value == max(each.psi or 0 for each in found.columns)
    assert [gate.column for gate in found.gates] == ["normal_4", "normal_4", "normal_4", None]
    assert mlpcli.drift(model, frame, fail_if="unreadable > 0.5").gates[0].column is None
    assert found.metrics["prediction_psi"] == found.predictions[0].psi
    assert mlpcli.drift(model, frame, fail_if="prediction_ks > 0.99, unseen > 0.9").passed


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("psy > 0.2", "Did you mean 'psi'?"),
        ("roc_auc < 0.2", "Choose from: psi, ks"),
        ("psi", "Write for example 'psi > 0.2'."),
        ("psi > much", "Write for example"),
        ("psi by a > 0.2", "Write for example 'psi > 0.2'."),
        ("upper(psi) > 0.2", "Write for example 'psi > 0.2'."),
        ("", "Write for example 'psi > 0.2', or leave it out."),
    ],
)
def test_gates_that_are_none(text: str, hint: str, model: Model) -> None:
    with pytest.raises(SettingsError) as refusal:
        mlpcli.drift(model, fresh(), fail_if=text)
    assert hint in str(refusal.value.hint)


def test_a_gate_without_a_number_does_not_hold() -> None:
    frame = pd.DataFrame({"a": list("xyz") * 40, "b": list("xyyy") * 30})
    only = mlpcli.train(frame, "b", preset="textbook", hidden="2", epochs=1).model
    assert not mlpcli.drift(only, frame, fail_if="ks > 0.9").passed


def test_values_in_the_wrong_order(model: Model, tmp_path: Path) -> None:
    for first, second in ((fresh(), model), (fresh(), tmp_path / "m.joblib"), (["a.csv"], model)):
        with pytest.raises(DataError) as refusal:
            mlpcli.drift(first, second)  # type: ignore[arg-type]
        said = f"the first argument must be a model, not of type {type(first).__name__}"
        assert str(refusal.value) == said
        assert refusal.value.hint == "Write drift(model, data)."
    with pytest.raises(ArtifactError, match=r"^a model cannot be of type DataFrame$"):
        mlpcli.load(fresh())  # type: ignore[arg-type]
    with pytest.raises(DataError, match=r"^a table cannot be of type Model$"):
        mlpcli.drift(model, model)  # type: ignore[arg-type]
    with pytest.raises(DataError, match="a model is not a table") as refusal:
        mlpcli.describe(model)  # type: ignore[arg-type]
    assert "mlpcli inspect" in refusal.value.hint


def test_a_comparison_is_shown_on_one_screen(model: Model) -> None:
    assert "\n  shifted  0 of " in repr(mlpcli.drift(model, fresh()))
    frame = fresh()
    frame[[f"normal_{number}" for number in range(8)]] += 9
    found = mlpcli.drift(model, frame)
    lines = str(found).splitlines()
    assert lines[0].startswith(f"Drift of {ROWS:,} rows from ")
    assert lines[1].startswith("  shifted  9 of ")
    assert len(lines) <= 24
    assert repr(found.shifted[0]).endswith(", shifted)")


def test_settings_of_other_commands_are_unknown(model: Model) -> None:
    with pytest.raises(MlpcliError, match="there is no setting 'hidden'"):
        mlpcli.drift(model, fresh(), hidden="3")


def test_without_sketches() -> None:
    bare = trained(1, 200, "regression", sketches=False)
    assert bare.artifact.sketches is None
    assert not [name for name in bare.artifact.arrays if name.startswith("sketches")]
    with pytest.raises(ArtifactError, match="holds no counts") as refusal:
        mlpcli.drift(bare, fresh())
    assert refusal.value.hint


def test_weights_are_the_same_bytes_with_and_without() -> None:
    with_them, without = (trained(1, 200, "binary", sketches=each) for each in (True, False))
    for name, array in without.artifact.arrays.items():
        assert with_them.artifact.arrays[name].tobytes() == array.tobytes()


def test_rows_that_were_learned_from_give_predictions_no_p_value() -> None:
    found = mlpcli.drift(trained(1, 300, "regression", validation=0, folds=0), fresh())
    assert found.predicted == "train"
    assert found.predictions[0].p_value is None
    assert found.predictions[0].psi is not None


def test_more_rows_may_be_held_out_than_learned_from(tmp_path: Path) -> None:
    path = tmp_path / "m.joblib"
    mlpcli.train(
        fresh(1, 600), "target", preset="textbook", hidden="4", epochs=1, validation=0.8, output=str(path)
    )
    found = mlpcli.drift(path, fresh())
    assert found.sketched_rows == 120
    assert names(found) == []


@pytest.mark.parametrize("task", ["regression", "multilabel"])
def test_several_targets_and_weights(task: str) -> None:
    generator = np.random.default_rng(0)

    def rows(count: int) -> pd.DataFrame:
        frame = pd.DataFrame(generator.normal(size=(count, 3)), columns=list("abw"))
        frame["y"], frame["z"] = frame["a"] + 1, 3 - 2 * frame["b"]
        if task == "multilabel":
            frame[["y", "z"]] = (frame[["y", "z"]] > 1).astype(int)
        return frame.assign(w=generator.integers(0, 4, count))

    model = mlpcli.train(
        rows(2_000), ["y", "z"], task=task, weight="w", preset="textbook", hidden="4", epochs=2
    ).model
    found = mlpcli.drift(model, rows(2_000))
    prefix = "prediction" if task == "regression" else "probability"
    assert [each.name for each in found.predictions] == [f"{prefix}_y", f"{prefix}_z"]
    assert names(found) == []
    moved = rows(2_000)
    moved["a"] += 2
    assert set(names(mlpcli.drift(model, moved))) >= {"a"}


def test_a_model_that_starts_from_another(model: Model, tmp_path: Path) -> None:
    path = tmp_path / "first.joblib"
    mlpcli.train(fresh(5, 400), "target", preset="textbook", hidden="4", epochs=1, output=str(path))
    later = fresh(6, 400)
    later["normal_0"] += 3
    second = mlpcli.train(later, "target", from_model=str(path), epochs=1).model
    assert names(mlpcli.drift(second, fresh(7)))[0] == "normal_0"
    now = fresh(7)
    now["normal_0"] += 3
    assert "normal_0" not in names(mlpcli.drift(second, now))


def test_predictions_are_shown_in_the_units_of_the_target(model: Model) -> None:
    found = mlpcli.drift(model, fresh()).predictions[0]
    middle = mlpcli.predict(model, fresh()).frame["prediction"].median()
    assert found.quarters_now[1] == pytest.approx(middle, abs=0.1)
    binary = trained(1, 400, "binary")
    likely = mlpcli.drift(binary, as_task(fresh(), "binary")).predictions[0]
    assert all(end is None or 0 <= end <= 1 for span in likely.edges or [] for end in span)
