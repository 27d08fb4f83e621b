"""Optional packages: imported when needed, or an error that says how to install them."""

import os
import sys
from contextlib import chdir, nullcontext
from importlib import import_module
from pathlib import Path
from typing import Any

from mlpcli.errors import MlpcliError


def require_extra(package: str, extra: str, what: str, *, setting: str = "") -> Any:
    """The package; if it is not installed raises MlpcliError that says `what` needs it."""
    if (loaded := sys.modules.get(package)) is not None:
        return loaded
    try:
        # In the working folder matplotlib would read a `matplotlibrc`, which may have come with the data.
        with chdir(Path(__file__).parent) if _has_working_folder() else nullcontext():
            return import_module(package)
    except ImportError:
        raise MlpcliError(
            f"{what} needs the package {package.partition('.')[0]}",
            f"Install it: pip install 'mlpcli[{extra}]'",
            setting=setting,
        ) from None


def _has_working_folder() -> bool:
    try:
        os.getcwd()
    except FileNotFoundError:  # it was removed
        return False
    return True
