"""Compiled code of a run is kept in a folder of its own, shared by its processes, and never in the user's."""

import os
import tempfile
from pathlib import Path

import pytest

CACHE_FOLDER = "XDG_CACHE_HOME"


def pytest_configure(config: pytest.Config) -> None:
    """Before anything is imported that compiles; workers inherit the variable."""
    if hasattr(config, "workerinput"):
        return
    folder = tempfile.TemporaryDirectory(prefix="mlpcli-tests-")
    config.add_cleanup(folder.cleanup)
    fonts = Path(os.environ.get(CACHE_FOLDER) or Path.home() / ".cache") / "matplotlib"
    if fonts.is_dir():  # its list of fonts takes seconds to make
        (Path(folder.name) / "matplotlib").symlink_to(fonts, target_is_directory=True)
    os.environ[CACHE_FOLDER] = folder.name
