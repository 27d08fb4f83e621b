"""Relation of one column to a target, against scikit-learn's trees and scores on one column."""

import numpy as np
import pytest
from sklearn.metrics import log_loss, r2_score
from sklearn.model_selection import cross_val_predict
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from mlpcli.arrays import Array
from mlpcli.data.columns.cells import Cells, Numbers, Texts
from mlpcli.data.schema import CATEGORY, NUMBER, Column
from mlpcli.workflows.description.relation import LEAST_ROWS, Relations

ROWS = 2000
RANDOM = np.random.default_rng(11)
X = RANDOM.normal(size=ROWS)
FOLDS = RANDOM.permutation(ROWS) % 5
GROUP = RANDOM.integers(0, 6, ROWS)
OF_GROUP = RANDOM.normal(size=6)[GROUP]
COLUMNS = {
    "strong": X,
    "square": RANDOM.normal(size=ROWS),
    "weak": X + RANDOM.normal(size=ROWS) * 3,
    "noise": RANDOM.normal(size=ROWS),
    "group": GROUP.astype(float),
}
Y = 2 * X + COLUMNS["square"] ** 2 + 1.5 * OF_GROUP + RANDOM.normal(size=ROWS) * 0.3


def numbers(values: Array) -> tuple[Cells, Column]:
    return Numbers(np.asarray(values, np.float64)), Column("x", NUMBER, "")


def texts(values: list[str]) -> tuple[Cells, Column]:
    return Texts.of(values), Column("x", CATEGORY, "")


def relation(truth: Array, column: tuple[Cells, Column], *, classes: bool) -> float:
    rows = len(truth)
    found = Relations(truth, FOLDS[:rows], classes=classes).of(*column)
    assert found is not None
    assert 0.0 <= found <= 1.0
    return found


def test_numbers_tell_as_much_as_a_tree_finds() -> None:
    tree = DecisionTreeRegressor(min_samples_leaf=25, random_state=0)
    expected = {
        name: r2_score(Y, cross_val_predict(tree, values[:, None], Y, cv=5))
        for name, values in COLUMNS.items()
    }
    found = {name: relation(Y, numbers(values), classes=False) for name, values in COLUMNS.items()}
    assert sorted(found, key=found.__getitem__) == sorted(expected, key=expected.__getitem__)
    for name, share in expected.items():
        assert found[name] == pytest.approx(max(share, 0.0), abs=0.06), name


@pytest.mark.parametrize("n_classes", [2, 4])
def test_classes_are_told_as_a_tree_tells_them(n_classes: int) -> None:
    classes = np.digitize(Y, np.quantile(Y, np.linspace(0, 1, n_classes + 1)[1:-1]))
    tree = DecisionTreeClassifier(min_samples_leaf=40, random_state=0)
    of_all = log_loss(classes, np.tile(np.bincount(classes) / ROWS, (ROWS, 1)))
    found, expected = {}, {}
    for name, values in COLUMNS.items():
        told = cross_val_predict(tree, values[:, None], classes, cv=5, method="predict_proba")
        told = np.clip(told, 0.01, 1.0)
        expected[name] = 1 - log_loss(classes, told / told.sum(axis=1, keepdims=True)) / of_all
        found[name] = relation(classes, numbers(values), classes=True)
    clear = [name for name in COLUMNS if name != "noise"]
    assert sorted(clear, key=found.__getitem__) == sorted(clear, key=expected.__getitem__)
    assert found["noise"] == 0.0
    for name in clear:
        assert found[name] >= expected[name] - 0.03, name
        assert found[name] == pytest.approx(expected[name], abs=0.12), name


def test_levels_tell_by_their_means_out_of_fold() -> None:
    of_levels = relation(Y, texts([f"g{each}" for each in GROUP]), classes=False)
    means = np.empty(ROWS)
    for fold in range(5):
        kept, held = fold != FOLDS, fold == FOLDS
        mean = np.array([Y[kept & (each == GROUP)].mean() for each in range(6)])
        means[held] = mean[GROUP[held]]
    assert of_levels == pytest.approx(r2_score(Y, means), abs=0.003)


@pytest.mark.parametrize("classes", [True, False])
def test_an_identifier_tells_nothing_and_a_leak_all(classes: bool) -> None:
    truth = (Y > 1.0).astype(int) if classes else Y
    identifier = texts([f"id-{each}" for each in RANDOM.permutation(ROWS)])
    customers = texts([f"c-{each}" for each in RANDOM.integers(0, ROWS // 3, ROWS)])
    assert relation(truth, identifier, classes=classes) == 0.0
    assert relation(truth, customers, classes=classes) < 0.02
    assert relation(truth, numbers(3.0 - 7.0 * truth), classes=classes) > 0.98
    assert relation(truth, numbers(np.exp(truth / 2)), classes=classes) > 0.97
    if classes:
        assert relation(truth, texts([f"reason {each}" for each in truth]), classes=True) > 0.98
        only_after = np.where(truth == 1, RANDOM.normal(size=ROWS), np.nan)
        assert relation(truth, numbers(only_after), classes=True) > 0.98


def test_a_gap_is_a_value_of_its_own() -> None:
    gaps = np.where(np.median(Y) < Y, np.nan, COLUMNS["noise"])
    assert relation(Y, numbers(gaps), classes=False) > 0.4
    assert relation(Y, numbers(np.full(ROWS, np.nan)), classes=False) == 0.0


def test_numbers_of_any_size() -> None:
    for factor in (1e-200, 1e200):
        assert relation(Y * factor, numbers(Y * factor), classes=False) > 0.99
    infinite = np.where(np.arange(ROWS) % 50 == 0, np.inf, X)
    assert relation(Y, numbers(infinite), classes=False) == pytest.approx(
        relation(Y, numbers(X), classes=False), abs=0.05
    )


def test_too_few_rows_or_one_value_say_nothing() -> None:
    few = LEAST_ROWS - 1
    assert Relations(Y[:few], FOLDS[:few], classes=False).of(*numbers(X[:few])) is None
    assert Relations(np.ones(ROWS), FOLDS, classes=False).of(*numbers(X)) is None
    assert Relations(np.zeros(ROWS, int), FOLDS, classes=True).of(*numbers(X)) is None


def test_more_classes_and_levels_than_are_told_apart() -> None:
    many = RANDOM.permutation(ROWS)
    assert relation(many, numbers(X), classes=True) == 0.0
    assert relation(many, texts([str(each) for each in many]), classes=True) < 0.2
