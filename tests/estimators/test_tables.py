"""Rows and targets as callers have them: DataFrames and arrays, names and types, what is wrong with them."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.errors import MlpcliError
from tests.estimators.examples import CHEAP, classes_of, numbers_of, table

ROWS = table()
CLASSES = classes_of(ROWS)


@pytest.fixture(scope="module")
def fitted() -> Any:
    """Not to be changed."""
    return mlpcli.MLPClassifier(**CHEAP).fit(ROWS, CLASSES)


def test_a_table_of_mixed_columns(fitted: Any) -> None:
    kinds = {column.name: column.kind for column in fitted.model_.artifact.schema.columns}
    assert kinds == {
        "size": "number",
        "age": "number",
        "colour": "category",
        "grade": "category",
        "day": "date",
        "new": "boolean",
    }
    assert fitted.score(ROWS, CLASSES) > 0.9
    assert fitted.classes_.tolist() == ["large", "red", "small"]
    assert fitted.feature_names_in_.tolist() == list(ROWS)
    assert fitted.cell_counts_["missing"] == {"age": 15}
    assert fitted.model_.artifact.schema.target == ("sort",)
    probabilities = fitted.predict_proba(ROWS)
    assert probabilities.sum(axis=1) == pytest.approx(1)
    assert (fitted.predict(ROWS) == fitted.classes_[probabilities.argmax(axis=1)]).all()
    assert np.exp(fitted.predict_log_proba(ROWS)) == pytest.approx(probabilities)


def test_it_is_the_model_of_train(fitted: Any) -> None:
    """The same weights as of the function, and a file that the other functions take."""
    kinds = [("grade", "category"), ("day", "date"), ("new", "boolean")]
    run = mlpcli.train(ROWS.assign(sort=CLASSES), "sort", kind=kinds, task="multiclass", **CHEAP)
    weights = fitted.model_.artifact.receipt["weights"]
    assert run.model.artifact.receipt["weights"] == weights


def test_its_file(fitted: Any, tmp_path: Any) -> None:
    fitted.save(tmp_path / "model.joblib")
    table = ROWS.assign(sort=CLASSES)
    accuracy = mlpcli.evaluate(tmp_path / "model.joblib", table).metrics["accuracy"]
    assert accuracy is not None
    assert accuracy > 0.9
    with pytest.raises(MlpcliError):
        fitted.save(tmp_path / "model.joblib")
    fitted.save(tmp_path / "model.joblib", force=True)


@pytest.mark.parametrize(
    "names",
    [
        ['"quoted"', " blank ", "class", "Größe €", "x" * 300, "a,b"],
        ["", "y", "y_", "sample_weight", "sort", "None"],
        ["a", " a", "a ", "b=c", "--flag", "\n"],
    ],
)
def test_names_of_columns(names: list[str]) -> None:
    rows = ROWS.set_axis(names, axis=1)
    weights = np.ones(len(rows))
    estimator = mlpcli.MLPClassifier(**CHEAP).fit(rows, CLASSES.to_numpy(), sample_weight=weights)
    assert estimator.score(rows, CLASSES) > 0.9
    assert estimator.feature_names_in_.tolist() == names


def wrong(frame: pd.DataFrame, column: str, value: Any) -> pd.DataFrame:
    frame = frame.copy()
    frame.loc[3, column] = value
    return frame


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (ROWS[ROWS.columns[::-1]], "must be in the same order"),
        (ROWS.drop(columns="age"), "yet now missing:\n- age"),
        (ROWS.assign(more=1), "unseen at fit time:\n- more"),
        (wrong(ROWS, "age", np.inf), "Input X contains infinity: column 'age' in row 3. Replace it"),
        (ROWS.iloc[:0], "0 sample(s)"),
        (ROWS.iloc[:, :0], "0 feature(s)"),
        ("rows", "Expected 2D array"),
    ],
)
def test_wrong_rows(fitted: Any, rows: Any, message: str) -> None:
    with pytest.raises(ValueError) as raised:  # noqa: PT011
        fitted.predict(rows)
    assert message in str(raised.value)


def test_missing_and_unknown_cells_are_no_error(fitted: Any) -> None:
    rows = ROWS.iloc[:4].astype({"colour": object, "size": object})
    rows["colour"] = ["mauve", None, "", np.nan]
    rows["size"] = ["1.5", "-2", "", None]
    assert set(fitted.predict(rows)) <= set(fitted.classes_)


def test_arrays_are_numbers() -> None:
    """Also those that would be identifiers or constants in a table, and numbers in arrays of objects."""
    numbers = np.column_stack([np.arange(240), np.ones(240), ROWS["age"]])
    for values in (numbers, numbers.astype(object), numbers.tolist()):
        estimator = mlpcli.MLPRegressor(**CHEAP).fit(values, np.arange(240))
        columns = estimator.model_.artifact.schema.columns
        assert [(each.name, each.kind) for each in columns] == [(f"x{n}", "number") for n in range(3)]
        assert estimator.score(values, np.arange(240)) > 0.9


def test_tables_of_other_libraries() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    rows = pyarrow.Table.from_pandas(ROWS.drop(columns="grade"))
    estimator = mlpcli.MLPRegressor(**CHEAP).fit(rows, numbers_of(ROWS))
    assert estimator.feature_names_in_.tolist() == ["size", "age", "colour", "day", "new"]
    assert estimator.score(rows, numbers_of(ROWS)) > 0.9


def test_many_columns_are_no_long_wait() -> None:
    """Each has a kind, and none is looked for among all others."""
    numbers = np.random.default_rng(0).standard_normal((20, 2_000))
    estimator = mlpcli.MLPRegressor(**CHEAP | {"hidden": "2", "epochs": 1}).fit(numbers, numbers[:, 0])
    assert estimator.n_features_in_ == 2_000


def test_further_types_of_columns() -> None:
    rows = ROWS[["size"]].assign(
        lasted=pd.to_timedelta(np.arange(240) % 50, "min"),
        thin=pd.arrays.SparseArray(np.arange(240) % 2),
        whole=pd.array([1, None] * 120, dtype="Int64"),
        text=ROWS["age"].astype(str),
    )
    estimator = mlpcli.MLPRegressor(**CHEAP).fit(rows, numbers_of(ROWS))
    kinds = [column.kind for column in estimator.model_.artifact.schema.columns]
    assert kinds == ["number"] * 3 + ["constant", "number"] or kinds == ["number"] * 5


@pytest.mark.parametrize(
    ("names", "written"),
    [
        (["NA", "", "None"], ["class 0", "class 1: NA", "class 2: None"]),
        ([1, 2, 10], ["1", "2", "10"]),
        ([-1.0, 0.0, 1.0], ["-1.0", "0.0", "1.0"]),
        (["1", "1.0", " 1"], ["class 0: 1", "class 1: 1", "class 2: 1.0"]),
        (["10", "9", "-1"], ["-1", "10", "9"]),
        ([True, False, False], ["False", "True"]),
        (["true", "TRUE", "TRUE"], ["class 0: TRUE", "class 1: true"]),
    ],
)
def test_classes_of_any_type(names: list[Any], written: list[str]) -> None:
    values = CLASSES.map(dict(zip(["small", "large", "red"], names, strict=True))).to_numpy()
    estimator = mlpcli.MLPClassifier(**CHEAP).fit(ROWS, values)
    assert estimator.classes_.tolist() == sorted(set(names))
    assert sorted(estimator.model_.task.labels) == sorted(written)
    assert estimator.score(ROWS, values) > 0.9
    assert type(estimator.predict(ROWS)[0]) is type(values[0])


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        (CLASSES.where(CLASSES != "red"), "Input contains NaN"),
        (CLASSES.astype(object).where(CLASSES != "red", None), "Input y contains NaN"),
        (ROWS["size"], "Unknown label type: continuous"),
        (["a"] * 240, "all rows are of one class: 'a'"),
        (CLASSES.iloc[:9], "inconsistent numbers of samples"),
        (np.column_stack([CLASSES, CLASSES]), "Unknown label type|several columns"),
        (None, "requires y to be passed"),
    ],
)
def test_wrong_classes(targets: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        mlpcli.MLPClassifier(**CHEAP).fit(ROWS, targets)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"classes": np.array(["red", 1], dtype=object)},
            "classes that cannot be sorted.*: int, str",
        ),
        ({"classes": []}, "classes is empty. Give all"),
        ({"sample_weight": -np.ones(240)}, "sample_weight is below 0: -1 in row 0. Give"),
    ],
)
def test_wrong_arguments_of_partial_fit(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        mlpcli.MLPClassifier(**CHEAP).partial_fit(ROWS, CLASSES, **arguments)


@pytest.mark.parametrize("estimator", [mlpcli.MLPClassifier(**CHEAP), mlpcli.MLPRegressor(**CHEAP)])
@pytest.mark.parametrize("first", [0, 3])
def test_weights_below_zero(estimator: Any, first: int) -> None:
    weights = np.where(np.arange(240) < first, 1.0, -1.0)
    targets = CLASSES if isinstance(estimator, mlpcli.MLPClassifier) else numbers_of(ROWS)
    with pytest.raises(ValueError, match=f"sample_weight is below 0: -1 in row {first}. Give"):
        estimator.fit(ROWS, targets, sample_weight=weights)


def test_later_classes_of_another_type_are_named() -> None:
    texts = np.array(CLASSES, dtype=object)
    estimator = mlpcli.MLPClassifier(**CHEAP).partial_fit(ROWS, texts)
    with pytest.raises(ValueError, match=r"classes that were not there before: \[1\]"):
        estimator.partial_fit(ROWS, np.ones(240, dtype=object))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: mlpcli.MLPRegressor(activation="rlu"),
            "activation: 'rlu' is not known. Did you mean 'relu'",
        ),
        (lambda: mlpcli.MLPRegressor(random_state=-1), "random_state: -1 is out of range"),
        (lambda: mlpcli.MLPRegressor(features="nope"), "features: the DataFrame: there is no column 'nope'"),
        (lambda: mlpcli.MLPRegressor(validation="none.csv"), "none.csv: no such file"),
    ],
)
def test_wrong_values_are_value_errors_and_our_own(make: Callable[[], Any], message: str) -> None:
    """A failed fit leaves no model behind."""
    estimator = make()
    with pytest.raises(ValueError) as raised:  # noqa: PT011
        estimator.fit(ROWS, numbers_of(ROWS))
    assert isinstance(raised.value, MlpcliError)
    assert str(raised.value).startswith(message)
    assert not estimator.__sklearn_is_fitted__()


@pytest.mark.parametrize("rows", [2, 3, 5, 10])
def test_few_rows_with_the_default_preset(rows: int) -> None:
    some, targets = ROWS.iloc[:rows, :2], np.arange(rows)
    assert mlpcli.MLPRegressor(epochs=2).fit(some, targets).predict(some).shape == (rows,)
    assert mlpcli.MLPClassifier(epochs=2).fit(some, targets % 2).predict_proba(some).shape == (rows, 2)


def test_several_numbers() -> None:
    targets = pd.DataFrame({"one": numbers_of(ROWS), "two": -numbers_of(ROWS), "size": ROWS["size"]})
    estimator = mlpcli.MLPRegressor(**CHEAP).fit(ROWS, targets)
    assert estimator.predict(ROWS).shape == (240, 3)
    assert estimator.score(ROWS, targets) > 0.9
    assert estimator.model_.artifact.schema.target == ("one", "two", "size_")


def test_labels() -> None:
    targets = np.column_stack([ROWS["size"] > 0, ROWS["colour"] == "red", np.zeros(240, bool)])
    estimator = mlpcli.MLPClassifier(**CHEAP).fit(ROWS, targets)
    assert estimator.classes_.tolist() == [0, 1, 2]
    assert estimator.predict_proba(ROWS).shape == (240, 3)
    assert estimator.score(ROWS, targets) > 0.8


def test_row_weights() -> None:
    """Rows of weight 0 are as if they were not there; of equal rows the heavier ones are more likely."""
    numbers, classes = np.ones((200, 1)), np.arange(200) % 2
    heavy = mlpcli.MLPClassifier(**CHEAP).fit(
        numbers, classes, sample_weight=np.where(classes == 1, 3.0, 1.0)
    )
    assert heavy.predict_proba(numbers[:1]) == pytest.approx(np.array([[0.25, 0.75]]), abs=0.05)
    rows, targets = ROWS, numbers_of(ROWS)
    kept = np.arange(240) % 3 > 0
    some = mlpcli.MLPRegressor(**CHEAP).fit(rows[kept], targets[kept], sample_weight=np.ones(kept.sum()))
    wrong = targets.where(kept, 1e6)
    whole = mlpcli.MLPRegressor(**CHEAP).fit(rows, wrong, sample_weight=kept.astype(float))
    assert (some.predict(rows) == whole.predict(rows)).all()


def test_a_class_without_weight_has_no_probability() -> None:
    weights = (CLASSES != "red").to_numpy(float)
    estimator = mlpcli.MLPClassifier(**CHEAP).fit(ROWS, CLASSES, sample_weight=weights)
    assert estimator.classes_.tolist() == ["large", "red", "small"]
    assert (estimator.predict_proba(ROWS)[:, 1] == 0).all()
    assert set(estimator.predict(ROWS)) == {"large", "small"}


def test_class_weights_by_the_callers_classes() -> None:
    numbers, classes = np.ones((200, 1)), np.arange(200) % 2
    estimator = mlpcli.MLPClassifier(class_weight={0: 1.0, 1: 9.0}, **CHEAP).fit(numbers, classes)
    assert set(estimator.predict(numbers)) == {1}
    with pytest.raises(ValueError, match="there is no class '2'"):
        mlpcli.MLPClassifier(class_weight={2: 1.0}, **CHEAP).fit(numbers, classes)


def test_names_and_no_names() -> None:
    """As scikit-learn does it, columns are then taken in order."""
    numbers = ROWS[["size", "age"]]
    estimator = mlpcli.MLPRegressor(**CHEAP).fit(numbers, numbers_of(ROWS))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert (estimator.predict(numbers.to_numpy()) == estimator.predict(numbers)).all()
