"""Optional packages: imported when needed, or an error that says how to install them."""

from importlib import import_module
from typing import Any

from mlpcli.errors import MlpcliError


def require_extra(package: str, extra: str, why: str, *, setting: str = "") -> Any:
    """The package; if it is not installed raises MlpcliError that says `why` it is needed."""
    try:
        return import_module(package)
    except ImportError:
        raise MlpcliError(
            f"{why}, which needs the package {package.partition('.')[0]}",
            f"Install it: pip install 'mlpcli[{extra}]'",
            setting=setting,
        ) from None
