"""mlpcli: train and evaluate multilayer perceptrons on tables.

    mlpcli.describe("penguins.csv", "species")
    run = mlpcli.train("penguins.csv", "species", output="penguins.joblib")
    run.model.predict(frame)  # the predictions, with the index of the DataFrame
    model = mlpcli.load("penguins.joblib")
    mlpcli.predict(model, frame, proba=True).frame
    mlpcli.evaluate(model, "penguins.csv").metrics
    mlpcli.explain(model, "penguins.csv").columns
    mlpcli.surface(model, "penguins.csv", ["bill_length_mm", "body_mass_g"]).values
    mlpcli.drift(model, frame).shifted
    mlpcli.lr_find("penguins.csv", "species").suggestion
    mlpcli.compare("penguins.joblib", "older.joblib").settings
    mlpcli.cv("penguins.csv", "species", folds=5).metrics
    mlpcli.report(model, "penguins.csv", output="report.html")
    mlpcli.MLPClassifier(epochs=50).fit(X, y)  # an estimator of scikit-learn, as is MLPRegressor
    mlpcli.verify(model, "penguins.csv").same
    mlpcli.export(model, output="scorer.py")

A table is a path, a list of paths, or a DataFrame. help(mlpcli.train) lists the settings. Each function
returns a result that shows itself on one screen and names its attributes. Whatever a user can mend raises
MlpcliError with a message and a hint.
"""

# Functions are loaded when first asked for, so that `mlpcli --help` starts without NumPy and pandas, and the
# script handles signals before anything else is loaded. Names that are no part of the API have an underscore:
# some editors complete what stands here rather than ask `__dir__`. Estimators are no part of `__all__`, so
# that `from mlpcli import *` needs no scikit-learn.

import importlib as _importlib
import importlib.util as _importlib_util
import sys as _sys
import typing as _typing

from mlpcli.version import __version__

__all__ = [
    "MlpcliError",
    "__version__",
    "compare",
    "cv",
    "describe",
    "drift",
    "evaluate",
    "explain",
    "export",
    "load",
    "lr_find",
    "predict",
    "report",
    "surface",
    "train",
    "tune",
    "verify",
]

_ESTIMATORS = ("MLPClassifier", "MLPRegressor")
_ROOMS = {
    "MLPClassifier": "mlpcli.estimators.classifier",
    "MLPRegressor": "mlpcli.estimators.regressor",
    "load": "mlpcli.model.model",
    "MlpcliError": "mlpcli.errors",
    "report": "mlpcli.render.html_report.written",
}

if _typing.TYPE_CHECKING:
    from mlpcli.errors import MlpcliError
    from mlpcli.estimators.classifier import MLPClassifier as MLPClassifier
    from mlpcli.estimators.regressor import MLPRegressor as MLPRegressor
    from mlpcli.model.model import load
    from mlpcli.render.html_report.written import report
    from mlpcli.workflows.compare import compare
    from mlpcli.workflows.cv import cv
    from mlpcli.workflows.describe import describe
    from mlpcli.workflows.drift import drift
    from mlpcli.workflows.evaluate import evaluate
    from mlpcli.workflows.explain import explain
    from mlpcli.workflows.export import export
    from mlpcli.workflows.lr_find import lr_find
    from mlpcli.workflows.predict import predict
    from mlpcli.workflows.surface import surface
    from mlpcli.workflows.train import train
    from mlpcli.workflows.tune import tune
    from mlpcli.workflows.verify import verify
else:  # which type checkers must not see: to them any name would be there

    def __getattr__(name: str) -> object:
        if name not in __all__ and name not in _ESTIMATORS:
            module = _sys.modules[__name__]
            raise AttributeError(f"module 'mlpcli' has no attribute {name!r}", name=name, obj=module)
        if name in _ESTIMATORS:
            extras = _importlib.import_module("mlpcli.extras")
            extras.require_extra("sklearn", "sklearn", f"mlpcli.{name}")
        return getattr(_importlib.import_module(_ROOMS.get(name, f"mlpcli.workflows.{name}")), name)


def __dir__() -> list[str]:
    there = _importlib_util.find_spec("sklearn") is not None
    return sorted([*__all__, *(_ESTIMATORS if there else ())])
