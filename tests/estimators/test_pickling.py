"""Estimators as bytes: the model in them is the content of a model file."""

import copy
import io
import pickle
import pickletools
import subprocess
import sys
from typing import Any

import joblib
import pytest
from sklearn.base import clone

import mlpcli
from mlpcli.errors import ArtifactError
from tests.estimators.examples import CHEAP, classes_of, table

ROWS = table()
CLASSES = classes_of(ROWS)


@pytest.fixture(scope="module")
def fitted() -> Any:
    return mlpcli.MLPClassifier(**CHEAP).fit(ROWS, CLASSES)


def through_joblib(estimator: Any) -> Any:
    file = io.BytesIO()
    joblib.dump(estimator, file)
    file.seek(0)
    return joblib.load(file)


@pytest.mark.parametrize(
    "way",
    [lambda each: pickle.loads(pickle.dumps(each)), through_joblib, copy.deepcopy],
    ids=["pickle", "joblib", "copy"],
)
def test_round_trips(fitted: Any, way: Any) -> None:
    other = way(fitted)
    assert (other.predict_proba(ROWS) == fitted.predict_proba(ROWS)).all()
    assert other.get_params() == fitted.get_params()
    assert other.partial_fit(ROWS, CLASSES).n_batches_ == 1
    assert fitted.n_batches_ == 0


def test_nothing_of_ours_but_the_estimator_is_named(fitted: Any) -> None:
    """Reading the model runs no instruction of the outer pickle."""
    texts = [
        argument
        for _, argument, _ in pickletools.genops(pickle.dumps(fitted, protocol=4))
        if isinstance(argument, str)
    ]
    assert [text for text in texts if text.startswith("mlpcli")] == ["mlpcli.estimators.classifier"]


def test_damaged_bytes_are_refused(fitted: Any) -> None:
    state = fitted.__getstate__()
    for content in (
        state["model_"][:-9],
        state["model_"].replace(b"size", b"Size"),
        b"",
        pickle.dumps(print),
    ):
        with pytest.raises(ArtifactError, match="the pickled MLPClassifier") as raised:
            clone(fitted).__setstate__(state | {"model_": content})
        assert raised.value.hint


def test_without_scikit_learn() -> None:
    """Names that need it say how to get it, and nothing else needs it; in a process of its own."""
    code = (
        "import sys; sys.modules['sklearn'] = None\n"
        "import importlib.util; importlib.util.find_spec = lambda name: None\n"
        "import mlpcli\n"
        "from mlpcli import *\n"
        "assert 'MLPClassifier' not in dir(mlpcli)\n"
        "try: mlpcli.MLPRegressor\n"
        "except MlpcliError as error: print(error, '|', error.hint)\n"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert (
        told == "mlpcli.MLPRegressor needs the package sklearn | Install it: pip install 'mlpcli[sklearn]'\n"
    )
