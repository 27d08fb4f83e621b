"""What is in the wheel and in the source archive."""

import subprocess
import tomllib
from fnmatch import fnmatch
from importlib.metadata import version
from pathlib import Path

import pytest

import mlpcli
from tests.manual.pages import ROOT

PACKAGE = Path(mlpcli.__file__).parent
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]


def test_everything_in_the_package_is_shipped() -> None:
    """Modules are found by themselves; other files need a pattern."""
    patterns = SETTINGS["package-data"]["mlpcli"]
    others = [path.relative_to(PACKAGE) for path in PACKAGE.rglob("*") if path.is_file()]
    others = [path for path in others if path.suffix not in (".py", ".pyc")]
    assert Path("py.typed") in others
    assert [path for path in others if not any(fnmatch(str(path), each) for each in patterns)] == []
    assert [each for each in patterns if not list(PACKAGE.glob(each))] == []


def test_every_folder_of_modules_is_a_package() -> None:
    folders = {path.parent for path in PACKAGE.rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []


def test_the_version_is_that_of_the_package() -> None:
    assert version("mlpcli") == mlpcli.__version__


def test_the_source_archive_has_all_that_is_kept_of_its_folders() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("only a clone knows which files are kept")
    pytest.importorskip("setuptools", reason="Python 3.12 and newer have none, and builds bring their own")
    from tests.source_archive import FOLDERS, files_of

    kept = subprocess.run(
        ["git", "-C", ROOT, "ls-files", *FOLDERS], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert set(kept) - set(files_of(ROOT)) == set()
    assert [path for path in files_of(ROOT) if "__pycache__" in path] == []
