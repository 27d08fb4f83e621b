"""All checks of scikit-learn, and its tools that take estimators."""

from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.ensemble import BaggingClassifier
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils.estimator_checks import check_estimator

import mlpcli
from tests.estimators.examples import CHEAP, classes_of, numbers_of, table

BOTH: dict[str, Any] = {"MLPClassifier": mlpcli.MLPClassifier, "MLPRegressor": mlpcli.MLPRegressor}
CANNOT_HOLD = {
    "check_sample_weight_equivalence_on_dense_data": "a row of weight 2 counts as two rows in every mean, "
    "but rows are shuffled into batches, and two rows may be in different ones",
}


@pytest.mark.parametrize("name", BOTH)
def test_checks_of_scikit_learn(name: str) -> None:
    estimator = BOTH[name](**CHEAP | {"epochs": 40, "sketches": False})
    found = check_estimator(estimator, expected_failed_checks=CANNOT_HOLD, on_fail=None, on_skip=None)
    by_status: dict[str, list[Any]] = {}
    for each in found:
        by_status.setdefault(each["status"], []).append(each)
    assert not [(each["check_name"], each["exception"]) for each in by_status.get("failed", [])]
    assert {each["check_name"] for each in by_status["xfail"]} == set(CANNOT_HOLD)
    assert len(by_status["passed"]) > 50


@pytest.mark.parametrize("name", BOTH)
def test_parameters_are_those_of_the_settings(name: str) -> None:
    estimator = BOTH[name](hidden=(8, 4), epochs=3, random_state=5)
    parameters = estimator.get_params()
    assert (parameters["hidden"], parameters["epochs"], parameters["preset"]) == ((8, 4), 3, "default")
    assert {"target", "weight", "seed", "test", "delimiter"}.isdisjoint(parameters)
    assert clone(estimator).get_params() == parameters
    assert repr(estimator) == f"{name}(epochs=3, hidden=(8, 4), random_state=5)"
    assert "hidden" in estimator._repr_html_()
    assert "epochs : default=None\n    Largest number of epochs." in BOTH[name].__doc__


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("hiden", "MLPClassifier has no parameter 'hiden'. Did you mean 'hidden'"),
        ("max_iter", "MLPClassifier has no parameter 'max_iter'. It is called 'epochs' here."),
        ("seed", "MLPClassifier has no parameter 'seed'. It is called 'random_state' here."),
        ("target_scaling", "MLPClassifier has no parameter 'target_scaling'."),
    ],
)
def test_a_wrong_parameter(given: str, message: str) -> None:
    with pytest.raises(TypeError) as raised:
        mlpcli.MLPClassifier(**{given: 1})
    assert str(raised.value).startswith(message)


def test_a_search_around_a_pipeline() -> None:
    rows = table()
    before = ColumnTransformer(
        [
            ("numbers", StandardScaler(), make_column_selector(dtype_include="number")),
            ("words", OneHotEncoder(sparse_output=False), ["colour", "grade"]),
        ]
    )
    pipeline = Pipeline([("columns", before), ("network", mlpcli.MLPClassifier(**CHEAP))])
    grid = {"network__hidden": ["2", (16,)], "network__batch_size": np.array([16, 32])}
    search = GridSearchCV(pipeline, grid, cv=2).fit(rows, classes_of(rows))
    assert search.best_score_ > 0.8
    network = search.best_estimator_["network"]
    assert network.n_features_in_ == 8
    assert not hasattr(network, "feature_names_in_")  # the transformer gives arrays


def test_cross_validation_and_bagging() -> None:
    rows = table()
    assert cross_val_score(mlpcli.MLPRegressor(**CHEAP), rows, numbers_of(rows), cv=3).mean() > 0.8
    numbers, classes = rows[["size", "age"]], rows["size"] > 0
    bag = BaggingClassifier(mlpcli.MLPClassifier(**CHEAP), n_estimators=2).fit(numbers, classes)
    assert bag.score(numbers, classes) > 0.9


@pytest.mark.parametrize("state", [None, 3, np.int64(3), np.random.RandomState(3)])
def test_random_states(state: Any) -> None:
    estimator = mlpcli.MLPRegressor(**CHEAP | {"epochs": 1}, random_state=state)
    rows = table()
    seed = estimator.fit(rows, numbers_of(rows)).model_.options.run.seed
    assert seed == (0 if state is None else 3) or isinstance(state, np.random.RandomState)
