"""A table as a problem, and the peers that `accuracy.py` compares with, none of them tuned: scikit-learn's
MLP, its gradient boosting, and LightGBM.

A peer is fitted in this process, and its library is imported only then. `answered` gives (rows, outputs) of
the test rows: probabilities of the classes or labels, or values. The seconds are those of encoding the
inputs and fitting, without reading a file, importing a library or predicting.
"""

import importlib.util
import os
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from mlpcli.arrays import Array

CLASSES, LABELS, NUMBERS = "classes", "labels", "numbers"
"""Tasks: one column of classes, several of 0 and 1, or one or several of numbers."""

MOST_CLASSES = 20
"""Whole numbers of a target that are taken as classes, as in mlpcli."""
HIDDEN = (256, 128)
MOST_LEVELS = 255
"""Of a category in scikit-learn's trees; rarer levels count as missing."""
DATE = r"\s*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ].*)?"

Maker: TypeAlias = Callable[..., Any]


class Problem(NamedTuple):
    """Inputs as pandas reads them, and the truth of the training rows.

    Class numbers below `classes` (rows,), or (rows, outputs) of 0 and 1, or of values.
    """

    task: str
    classes: int
    train: pd.DataFrame
    test: pd.DataFrame
    truth: Array


class Table(NamedTuple):
    """Cells as text for mlpcli, the same as a problem for the peers, and the truth of the test rows."""

    name: str
    targets: list[str]
    classes: list[str]
    train: pd.DataFrame
    test: pd.DataFrame
    problem: Problem
    truth: Array


class Answer(NamedTuple):
    outputs: Array
    seconds: float


class Peer(NamedTuple):
    """`fit` returns a function that answers; up to `seedless` training rows the seed changes nothing."""

    package: str
    fit: Callable[[Problem, int], Callable[[], Array]]
    seedless: int


def days(column: pd.Series) -> pd.Series | None:
    """Days since 1970 where every cell that is there is a date, else None."""
    texts = column.dropna().astype(str)
    if texts.empty or not texts.str.fullmatch(DATE).all():
        return None
    dates = pd.to_datetime(column, format="mixed", errors="coerce", utc=True)
    if dates.isna().sum() > column.isna().sum():
        return None
    return (dates - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(days=1)


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Numbers, booleans and dates as float64, all else as text or NaN."""
    columns: dict[str, pd.Series] = {}
    for name, column in frame.items():
        if pd.api.types.is_numeric_dtype(column):  # booleans too
            columns[str(name)] = column.astype(np.float64)
            continue
        dates = days(column)
        texts = column.astype(str).astype(object).where(column.notna(), np.nan)
        columns[str(name)] = texts if dates is None else dates
    return pd.DataFrame(columns)


def task_of(targets: pd.DataFrame) -> str:
    values = targets.to_numpy()
    if targets.shape[1] > 1:
        return LABELS if np.isin(values, (0, 1)).all() else NUMBERS
    if not pd.api.types.is_numeric_dtype(targets.iloc[:, 0]) or values.dtype == bool:
        return CLASSES
    whole = bool((values == np.floor(values)).all())
    return CLASSES if whole and len(np.unique(values)) <= MOST_CLASSES else NUMBERS


def read_table(path: Path, name: str, targets: list[str], test_rows: Sequence[int]) -> Table:
    cells = pd.read_csv(path, dtype=str, keep_default_na=False)
    values = pd.read_csv(path, na_values="?", low_memory=False)
    with_target = values[targets].notna().all(axis=1).to_numpy()
    is_test = np.isin(np.arange(len(cells)), test_rows)
    train, test = with_target & ~is_test, with_target & is_test
    task = task_of(values.loc[with_target, targets])
    classes = sorted(cells.loc[with_target, targets[0]].unique()) if task == CLASSES else []
    truth = pd.Index(classes).get_indexer(cells[targets[0]]) if classes else values[targets].to_numpy(float)
    inputs = plain(values.drop(columns=targets))
    problem = Problem(task, len(classes), inputs[train], inputs[test], truth[train])
    return Table(name, targets, classes, cells[train], cells[test], problem, truth[test])


def text_columns(frame: pd.DataFrame) -> list[str]:
    return [name for name in frame.columns if frame[name].dtype == object]


def with_categories(problem: Problem) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Text as pandas categories with the levels of the training rows; names without odd characters."""
    train, test = problem.train.copy(), problem.test.copy()
    for name in text_columns(train):
        levels = sorted(train[name].value_counts().index[:MOST_LEVELS])
        for part in (train, test):
            part[name] = pd.Categorical(part[name].where(part[name].isin(levels)), categories=levels)
    names = [f"column{number}" for number in range(train.shape[1])]
    return train.set_axis(names, axis=1), test.set_axis(names, axis=1)


def class_probabilities(model: Any, inputs: Any, classes: int) -> Array:
    """A column for every class, 0 for one that no training row has."""
    probabilities = np.zeros((inputs.shape[0], classes))
    probabilities[:, np.asarray(model.classes_, dtype=int)] = model.predict_proba(inputs)
    return probabilities


def fit_boosted(problem: Problem, classifier: Maker, regressor: Maker) -> Callable[[], Array]:
    """A model for each target."""
    train, test = with_categories(problem)
    if problem.task == CLASSES:
        model = classifier().fit(train, problem.truth)
        return lambda: class_probabilities(model, test, problem.classes)
    if problem.task == NUMBERS:
        models = [regressor().fit(train, truth) for truth in problem.truth.T]
        return lambda: np.column_stack([model.predict(test) for model in models])
    models = [classifier().fit(train, truth.astype(int)) for truth in problem.truth.T]
    return lambda: np.column_stack([class_probabilities(model, test, 2)[:, 1] for model in models])


def fit_trees(problem: Problem, seed: int) -> Callable[[], Array]:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    settings = {"categorical_features": "from_dtype", "random_state": seed}
    return fit_boosted(
        problem,
        lambda: HistGradientBoostingClassifier(**settings),
        lambda: HistGradientBoostingRegressor(**settings),
    )


def fit_lightgbm(problem: Problem, seed: int) -> Callable[[], Array]:
    lightgbm: Any = importlib.import_module("lightgbm")  # not by name: type checks must pass without it
    # More threads than processors wait for each other.
    settings = {"verbose": -1, "n_jobs": min(2, processors()), "random_state": seed}
    return fit_boosted(
        problem, lambda: lightgbm.LGBMClassifier(**settings), lambda: lightgbm.LGBMRegressor(**settings)
    )


def fit_mlp(problem: Problem, seed: int) -> Callable[[], Array]:
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    texts = text_columns(problem.train)
    numbers = [name for name in problem.train.columns if name not in texts]
    standard = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    encoder = ColumnTransformer(
        [("numbers", standard, numbers), ("texts", OneHotEncoder(handle_unknown="ignore"), texts)]
    )
    train = encoder.fit_transform(problem.train)
    settings: dict[str, Any] = {
        "hidden_layer_sizes": HIDDEN,
        "early_stopping": True,
        "random_state": seed,
    }
    if problem.task == NUMBERS:
        scaler = StandardScaler()
        truth = scaler.fit_transform(problem.truth)
        regressor = MLPRegressor(**settings).fit(train, truth[:, 0] if truth.shape[1] == 1 else truth)
        return lambda: scaler.inverse_transform(
            regressor.predict(encoder.transform(problem.test)).reshape(len(problem.test), -1)
        )
    model = MLPClassifier(**settings).fit(train, problem.truth.astype(int))
    if problem.task == LABELS:
        return lambda: model.predict_proba(encoder.transform(problem.test))
    return lambda: class_probabilities(model, encoder.transform(problem.test), problem.classes)


PEERS = {
    "mlp": Peer("sklearn", fit_mlp, seedless=0),
    "trees": Peer("sklearn", fit_trees, seedless=10_000),  # more are stopped early, by rows drawn at random
    "lightgbm": Peer("lightgbm", fit_lightgbm, seedless=200_000),  # of more a sample decides on the bins
}


def installed(name: str) -> bool:
    return importlib.util.find_spec(PEERS[name].package) is not None


def processors() -> int:
    """That this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def answered(name: str, problem: Problem, seed: int) -> Answer:
    """The outputs of a peer on the test rows, and the seconds it took to fit it."""
    importlib.import_module(PEERS[name].package)
    with warnings.catch_warnings(action="ignore"):
        started = time.perf_counter()
        predict = PEERS[name].fit(problem, seed)
        seconds = time.perf_counter() - started
        return Answer(np.asarray(predict()), seconds)
