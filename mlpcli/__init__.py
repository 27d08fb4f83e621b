"""mlpcli: train and evaluate multilayer perceptrons on tables.

    run = mlpcli.train("penguins.csv", "species", output="penguins.joblib")
    mlpcli.predict("penguins.joblib", frame, proba=True).frame
    mlpcli.evaluate("penguins.joblib", "penguins.csv").metrics
    mlpcli.lr_find("penguins.csv", "species").suggestion
    mlpcli.load("penguins.joblib")

Each is loaded when first asked for, so that `mlpcli --help` starts without NumPy and pandas.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from mlpcli.errors import MlpcliError

if TYPE_CHECKING:
    from mlpcli.workflows.evaluate import evaluate
    from mlpcli.workflows.lr_find import lr_find
    from mlpcli.workflows.model import load
    from mlpcli.workflows.predict import predict
    from mlpcli.workflows.train import train

__version__ = "0.1.0"
__all__ = ["MlpcliError", "evaluate", "load", "lr_find", "predict", "train"]

_ROOMS = {"load": "model"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'mlpcli' has no attribute {name!r}")
    return getattr(import_module(f"mlpcli.workflows.{_ROOMS.get(name, name)}"), name)
