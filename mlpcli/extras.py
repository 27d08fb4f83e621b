"""Packages that only some need: imported when wanted, or an error that names the line that installs them."""

from importlib import import_module
from typing import Any

from mlpcli.errors import MlpcliError


def require_extra(package: str, extra: str, why: str) -> Any:
    """The package; raises MlpcliError with `why` it is needed if it is not installed."""
    try:
        return import_module(package)
    except ImportError:
        raise MlpcliError(
            f"{why}, which needs the package {package.partition('.')[0]}",
            f"Install it: pip install 'mlpcli[{extra}]'",
        ) from None
