"""The peers that `accuracy.py` compares with, none of them tuned: scikit-learn's MLP with early stopping, its
gradient boosting, LightGBM and CatBoost.

A peer is fitted in a process of its own, and its library is imported only then. The seconds are those of
encoding the inputs and fitting, without reading a file, importing a library or predicting.

`peers.json` keeps their scores, seed 0, on the tables that were measured. A table is the same one if it has
that name and as many training and test rows. Where `origin` is "reference", scores and seconds are those that
came with the table (classes there to four digits); a `failure` says why there are none. The seconds are of
shared cores, one thread: an order of magnitude.
"""

import importlib.util
import multiprocessing
import os
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from mlpcli.arrays import Array
from tests.benchmarks.fixed_tables import CLASSES, LABELS, NUMBERS, Problem

STORED = Path(__file__).with_name("peers.json")
HIDDEN = (256, 128)
MOST_LEVELS = 200
"""Of a text column, for scikit-learn's peers. Its MLP joins rarer levels; its trees get numbers instead."""

Maker: TypeAlias = Callable[..., Any]


class Answer(NamedTuple):
    """Outputs for the test rows (rows, outputs): probabilities of the classes or labels, or values."""

    outputs: Array
    seconds: float


class Peer(NamedTuple):
    """`fit` returns a function that answers."""

    package: str
    fit: Callable[[Problem, int], Callable[[], Array]]


def text_columns(frame: pd.DataFrame) -> list[str]:
    return [name for name in frame.columns if frame[name].dtype == object]


def with_categories(problem: Problem, most_levels: int | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Text as pandas categories with the levels of the training rows; names without odd characters.

    Columns of more levels than `most_levels` become the numbers of the levels in alphabetical order.
    """
    train, test = problem.train.copy(), problem.test.copy()
    for name in text_columns(train):
        levels = sorted(train[name].dropna().unique())
        for part in (train, test):
            column = pd.Categorical(part[name].where(part[name].isin(levels)), categories=levels)
            as_numbers = most_levels is not None and len(levels) > most_levels
            part[name] = np.where(column.codes < 0, np.nan, column.codes) if as_numbers else column
    names = [f"column{number}" for number in range(train.shape[1])]
    return train.set_axis(names, axis=1), test.set_axis(names, axis=1)


def class_probabilities(model: Any, inputs: Any, classes: int) -> Array:
    """A column for every class, 0 for one that no training row has."""
    probabilities = np.zeros((inputs.shape[0], classes))
    probabilities[:, np.asarray(model.classes_, dtype=int)] = model.predict_proba(inputs)
    return probabilities


def fit_boosted(
    problem: Problem, inputs: tuple[pd.DataFrame, pd.DataFrame], classifier: Maker, regressor: Maker
) -> Callable[[], Array]:
    """A model for each target, of the inputs of training and test rows."""
    train, test = inputs
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
        with_categories(problem, MOST_LEVELS),
        lambda: HistGradientBoostingClassifier(**settings),
        lambda: HistGradientBoostingRegressor(**settings),
    )


def fit_lightgbm(problem: Problem, seed: int) -> Callable[[], Array]:
    lightgbm: Any = importlib.import_module("lightgbm")  # not by name: type checks must pass without it
    settings = {"verbose": -1, "n_jobs": threads(), "random_state": seed}
    return fit_boosted(
        problem,
        with_categories(problem, None),
        lambda: lightgbm.LGBMClassifier(**settings),
        lambda: lightgbm.LGBMRegressor(**settings),
    )


def fit_catboost(problem: Problem, seed: int) -> Callable[[], Array]:
    catboost: Any = importlib.import_module("catboost")
    texts = text_columns(problem.train)
    train, test = (part.fillna(dict.fromkeys(texts, "")) for part in (problem.train, problem.test))
    settings = {
        "verbose": False,
        "allow_writing_files": False,
        "thread_count": threads(),
        "random_seed": seed,
        "cat_features": texts,
    }
    return fit_boosted(
        problem,
        (train, test),
        lambda: catboost.CatBoostClassifier(**settings),
        lambda: catboost.CatBoostRegressor(**settings),
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
    one_hot = OneHotEncoder(max_categories=MOST_LEVELS, handle_unknown="infrequent_if_exist")
    encoder = ColumnTransformer([("numbers", standard, numbers), ("texts", one_hot, texts)])
    train = encoder.fit_transform(problem.train)
    settings: dict[str, Any] = {
        "hidden_layer_sizes": HIDDEN,
        "early_stopping": can_be_split(problem),
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


def can_be_split(problem: Problem) -> bool:
    """In rows to learn from and rows to stop by, with all classes in both."""
    return problem.task != CLASSES or min(np.bincount(problem.truth)[np.unique(problem.truth)]) > 1


PEERS = {
    "mlp": Peer("sklearn", fit_mlp),
    "trees": Peer("sklearn", fit_trees),
    "lightgbm": Peer("lightgbm", fit_lightgbm),
    "catboost": Peer("catboost", fit_catboost),
}


def installed(name: str) -> bool:
    return importlib.util.find_spec(PEERS[name].package) is not None


def processors() -> int:
    """That this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def threads() -> int:
    """More than processors would wait for each other."""
    return min(2, processors())


def fitted(name: str, problem: Problem, seed: int) -> Answer:
    importlib.import_module(PEERS[name].package)
    with warnings.catch_warnings(action="ignore"):
        started = time.perf_counter()
        predict = PEERS[name].fit(problem, seed)
        seconds = time.perf_counter() - started
        return Answer(np.asarray(predict()), seconds)


def answered(name: str, problem: Problem, seed: int, limit: float) -> Answer:
    """What a peer answers, in a process of its own; RuntimeError after `limit` seconds."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:  # is ended with the block
        try:
            return pool.apply_async(fitted, (name, problem, seed)).get(limit)
        except multiprocessing.TimeoutError:
            raise RuntimeError(f"not done in {limit:.0f} s") from None
