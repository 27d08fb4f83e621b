"""mlpcli: train and evaluate multilayer perceptrons on tables.

    mlpcli.describe("penguins.csv", "species").findings
    run = mlpcli.train("penguins.csv", "species", output="penguins.joblib")
    mlpcli.predict("penguins.joblib", frame, proba=True).frame
    mlpcli.evaluate("penguins.joblib", "penguins.csv").metrics
    mlpcli.drift("penguins.joblib", frame).shifted
    mlpcli.lr_find("penguins.csv", "species").suggestion
    mlpcli.load("penguins.joblib")

Each is loaded when first asked for, so that `mlpcli --help` starts without NumPy and pandas, and the script
handles signals before anything else is loaded.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from mlpcli.version import __version__

if TYPE_CHECKING:
    from mlpcli.errors import MlpcliError
    from mlpcli.model.model import load
    from mlpcli.workflows.describe import describe
    from mlpcli.workflows.drift import drift
    from mlpcli.workflows.evaluate import evaluate
    from mlpcli.workflows.lr_find import lr_find
    from mlpcli.workflows.predict import predict
    from mlpcli.workflows.train import train

__all__ = [
    "MlpcliError",
    "__version__",
    "describe",
    "drift",
    "evaluate",
    "load",
    "lr_find",
    "predict",
    "train",
]

_ROOMS = {"load": "mlpcli.model.model", "MlpcliError": "mlpcli.errors"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'mlpcli' has no attribute {name!r}")
    return getattr(import_module(_ROOMS.get(name, f"mlpcli.workflows.{name}")), name)
