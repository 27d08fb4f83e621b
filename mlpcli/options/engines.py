"""The engine of a network's arithmetic: NumPy, or loops that numba compiles."""

import importlib.util
import os
import re
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from mlpcli.errors import MlpcliError, Sentence
from mlpcli.extras import require_extra
from mlpcli.nn.kernels import NUMBA, NUMPY, Engine
from mlpcli.settings import AUTO

OLDEST = (0, 62)
"""Of numba, the first that knows NumPy 2.3 as released."""
WORTH_TRAINING = 6e9
"""Rows times parameters times epochs from which on the compiled engine pays: loading it takes about a second.

Whole commands with `default` took 4.2 s where NumPy's took 3.9 at 5.2e9, but 4.1 for 5.0 at 6.9e9, 4.8 for
5.4 at 9.1e9 and 5.0 for 6.7 at 9.3e9.
"""
WORTH_SCORING = 2e12
"""Bytes of files times parameters of all networks, likewise."""
FIRST_USE = Sentence("numba compiles the engine for the first time: it takes some ten seconds")
INSTALL = "Install it: pip install -U 'mlpcli[fast]'"


@dataclass(frozen=True)
class ChosenEngine:
    """The engine, and what a user should know of the choice: a sentence at most."""

    name: Engine
    notes: tuple[str, ...] = ()


def training_engine(given: str, work: float) -> ChosenEngine:
    """For a training of so many rows times parameters times epochs."""
    return _chosen(given, pays=work >= WORTH_TRAINING)


def scoring_engine(given: str, data: object, parameters: int) -> ChosenEngine:
    """For rows that networks of so many parameters score: a list of paths, or what has no size on disk."""
    files = [path for path in data if os.path.isfile(path)] if isinstance(data, list) else []
    return _chosen(given, pays=sum(map(os.path.getsize, files)) * parameters >= WORTH_SCORING)


def _chosen(given: str, *, pays: bool) -> ChosenEngine:
    """The engine that is `given`; with auto by what is installed and by sizes, never by a clock.

    Raises MlpcliError if numba is asked for and cannot be used.
    """
    if given == NUMPY or (given == AUTO and not (pays and importlib.util.find_spec("numba"))):
        return ChosenEngine(NUMPY)
    if (reason := _unusable()) is None:
        return ChosenEngine(NUMBA, _on_its_code())
    if given == NUMBA:
        if importlib.util.find_spec("numba") is None:
            require_extra("numba", "fast", "the engine numba", setting="engine")
        raise MlpcliError(*reason, setting="engine")
    return ChosenEngine(NUMPY, (f"{reason[0]}: NumPy is used",))


def _unusable() -> tuple[str, str] | None:
    """Why the compiled engine cannot be used, if so, and what to do."""
    try:
        found = version("numba")
    except PackageNotFoundError:
        return "numba is not installed", INSTALL
    numbers = tuple(int(each) for each in re.findall(r"\d+", found)[:2])
    if numbers < OLDEST:
        return f"numba {found} is too old ({OLDEST[0]}.{OLDEST[1]} or later is needed)", INSTALL
    if os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0"):
        said = "NUMBA_DISABLE_JIT is set, so that numba compiles nothing"
        return said, Sentence("Unset it, or give {engine} numpy.")
    try:
        from mlpcli.nn.kernels.probe import refuse_broken

        refuse_broken()
    except Exception as error:  # whatever a broken installation raises, the work can be done without it
        first = str(error).strip().partition("\n")[0]
        said = f"numba {found} does not work here ({type(error).__name__}: {first:.100})"
        return said, Sentence("Install it again, or give {engine} numpy.")
    return None


def _on_its_code() -> tuple[str, ...]:
    """A sentence if nothing has been compiled, or if it cannot be kept."""
    from mlpcli.nn.kernels.code_folder import code_folder, holds_code

    folder = code_folder()
    if folder.path is None:
        said = Sentence(
            "compiled code cannot be kept ({}), so that every run compiles anew for some ten seconds; "
            "XDG_CACHE_HOME may name another folder",
            folder.reason,
        )
        return (said,)
    return () if holds_code(folder.path) else (FIRST_USE,)
