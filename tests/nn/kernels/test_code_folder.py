"""Compiled code is kept where only its user can write, or not at all."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlpcli.nn.kernels import code_folder as module
from mlpcli.nn.kernels.code_folder import FOLDER, code_folder

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="XDG_CACHE_HOME is not asked elsewhere")
PRIVATE = 0o700


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An XDG_CACHE_HOME of the test, and no remembered answer before or after it."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    code_folder.cache_clear()
    yield folder
    code_folder.cache_clear()


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def assert_nothing_is_kept(reason: str) -> None:
    found = code_folder()
    assert found.path is None
    assert reason in found.reason


def test_a_new_folder_is_private(cache: Path) -> None:
    before = os.umask(0)
    try:
        found = code_folder()
    finally:
        os.umask(before)
    assert found.path is not None
    assert found.reason == ""
    assert found.path.parent == cache / FOLDER
    assert (mode_of(found.path), mode_of(found.path.parent)) == (PRIVATE, PRIVATE)


def test_the_answer_is_remembered(cache: Path) -> None:
    first = code_folder()
    assert first.path is not None
    first.path.rmdir()
    assert code_folder() is first
    code_folder.cache_clear()
    assert code_folder() == first
    assert first.path.is_dir()


def test_the_folder_is_that_of_the_sources(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed source, a new one, an unchanged one, and what is none."""
    sources = cache / "sources"
    sources.mkdir(parents=True)
    monkeypatch.setattr(module, "__file__", str(sources / "code_folder.py"))
    found = []
    for name, text in (
        ("a.py", "1"),
        ("a.py", "2"),
        ("b.py", ""),
        ("b.py", "3"),
        ("b.py", "3"),
        ("c.txt", ""),
    ):
        (sources / name).write_text(text)
        code_folder.cache_clear()
        found.append(code_folder().path)
    assert None not in found
    assert found[3] == found[4] == found[5]
    assert found[0] != found[1]
    assert found[1] != found[3]


def test_a_version_has_a_folder_of_its_own(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = code_folder().path
    monkeypatch.setattr(module, "__version__", "99.0")
    code_folder.cache_clear()
    second = code_folder().path
    assert first is not None
    assert second is not None
    assert second != first
    assert "99.0" in second.name


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o720, 0o702], ids=oct)
@pytest.mark.parametrize("inner", [False, True], ids=["outer", "inner"])
def test_a_folder_that_others_can_write(cache: Path, mode: int, inner: bool) -> None:
    good = code_folder().path
    assert good is not None
    (good if inner else good.parent).chmod(mode)
    code_folder.cache_clear()
    assert_nothing_is_kept("others can write")


def test_a_folder_that_others_can_read_will_do(cache: Path) -> None:
    (cache / FOLDER).mkdir(parents=True)
    (cache / FOLDER).chmod(0o755)
    assert code_folder().path is not None


def test_a_file_in_its_place(cache: Path) -> None:
    cache.mkdir()
    (cache / FOLDER).write_text("")
    assert_nothing_is_kept("File exists")


def test_a_file_instead_of_the_cache(cache: Path) -> None:
    cache.write_text("")
    assert_nothing_is_kept("File exists")


def test_a_link_to_a_folder_elsewhere(cache: Path, tmp_path: Path) -> None:
    cache.mkdir()
    (tmp_path / "elsewhere").mkdir(mode=PRIVATE)
    (cache / FOLDER).symlink_to(tmp_path / "elsewhere")
    assert_nothing_is_kept("is not a folder")


def test_a_folder_of_another_user(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert code_folder().path is not None
    monkeypatch.setattr(os, "getuid", lambda: cache.stat().st_uid + 1)
    code_folder.cache_clear()
    assert_nothing_is_kept("belongs to another user")


def test_a_place_that_cannot_be_written(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the administrator may write everywhere, the answer of the system is put in its mouth."""
    assert code_folder().path is not None
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    code_folder.cache_clear()
    assert_nothing_is_kept("cannot be written")


@pytest.mark.skipif(os.getuid() == 0, reason="the administrator may write everywhere")
def test_an_unwritable_cache(cache: Path) -> None:
    cache.mkdir(mode=0o500)
    assert_nothing_is_kept("Permission denied")


def test_a_place_that_refuses_folders(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even the administrator cannot make one there."""
    monkeypatch.setenv("XDG_CACHE_HOME", "/proc/self")
    assert_nothing_is_kept("No such file or directory")


def test_no_home(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*given: object) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", nobody)
    assert_nothing_is_kept("Could not determine home directory.")


def test_a_relative_cache_is_ignored(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the specification of the variable demands; else each working folder could bring code."""
    monkeypatch.setenv("XDG_CACHE_HOME", "cache")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    assert code_folder().path is not None
    assert code_folder().path == next((tmp_path / "home" / ".cache" / FOLDER).iterdir())
    assert not (tmp_path / "cache").exists()


COMPILE = """
import numpy as np
from mlpcli.nn.kernels.code_folder import code_folder
from mlpcli.nn.kernels.optimizers import descend
values = np.ones(3, np.float32)
descend(values, np.ones(3, np.float32), values[:0], values[:0], 0.25, 0.0)
print(values.tolist(), code_folder().path is None)
"""


@pytest.mark.parametrize("mode", [PRIVATE, 0o777], ids=["private", "open"])
def test_kernels_work_with_and_without_a_folder(cache: Path, mode: int) -> None:
    """Code is kept in a private folder, and nothing is put into one that others can write."""
    (cache / FOLDER).mkdir(parents=True)
    (cache / FOLDER).chmod(mode)
    done = subprocess.run([sys.executable, "-c", COMPILE], capture_output=True, text=True, check=True)
    assert done.stdout == f"[0.75, 0.75, 0.75] {mode != PRIVATE}\n"
    assert done.stderr == ""
    kept = [path.name for path in cache.rglob("*.nbc")]
    assert [name.partition("-")[0] for name in kept] == (["optimizers.descend"] if mode == PRIVATE else [])
