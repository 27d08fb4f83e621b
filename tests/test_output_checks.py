"""What can be known of an output before the work begins; the check itself writes nothing."""

import os
from pathlib import Path

import pytest

from mlpcli.errors import OutputError
from mlpcli.files import Outputs, check_output


def refused(path: object, force: bool = False) -> str:
    with pytest.raises(OutputError) as refusal:
        check_output(str(path), force=force)
    assert refusal.value.hint
    return refusal.value.message


def test_a_new_file(tmp_path: Path) -> None:
    for force in (False, True):
        check_output(str(tmp_path / "out"), force=force)
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_needs_force(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_text("old")
    assert refused(path) == f"{path}: exists already"
    check_output(str(path), force=True)
    assert path.read_text() == "old"


@pytest.mark.parametrize("force", [False, True])
def test_a_folder(force: bool, tmp_path: Path) -> None:
    assert refused(tmp_path, force) == f"{tmp_path}: is a folder"
    (tmp_path / "link").symlink_to(tmp_path)
    assert refused(tmp_path / "link", force) == f"{tmp_path / 'link'}: is a folder"


@pytest.mark.parametrize("force", [False, True])
def test_a_missing_folder(force: bool, tmp_path: Path) -> None:
    path = tmp_path / "gone" / "out"
    assert refused(path, force) == f"{path}: there is no folder {str(tmp_path / 'gone')!r}"
    (tmp_path / "file").write_text("")
    assert "there is no folder" in refused(tmp_path / "file" / "out", force)
    (tmp_path / "link").symlink_to(path)
    assert "there is no folder" in refused(tmp_path / "link", force)


@pytest.mark.parametrize("force", [False, True])
def test_a_folder_that_may_not_be_written(
    force: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Simulated: root may write anywhere."""
    monkeypatch.setattr(os, "access", lambda path, mode: str(path) != str(tmp_path) or mode != os.W_OK)
    assert "is not writable" in refused(tmp_path / "out", force)
    (tmp_path / "out").write_text("old")
    assert "is not writable" in refused(tmp_path / "out", force)


def test_a_device_that_may_not_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert refused("/dev/null") == "/dev/null: is not writable"


@pytest.mark.parametrize("name", ["a" * 256, "가" * 86])
def test_a_name_that_is_too_long(name: str, tmp_path: Path) -> None:
    """Known before the work, not when it is to be saved."""
    assert "cannot be written (File name too long)" in refused(tmp_path / name)


def test_links(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "out")
    check_output(str(link), force=False)
    (tmp_path / "out").write_text("old")
    assert "exists already" in refused(link)
    check_output(str(link), force=True)


def test_a_circle_of_links(tmp_path: Path) -> None:
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    assert "circle: " in refused(tmp_path / "circle")


def test_outputs_are_told_by_their_settings(tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.write_text("")
    Outputs({"output": str(tmp_path / "new"), "plot": None}).check()
    Outputs({"output": str(old)}, force=True).check()
    for outputs in (Outputs({"output": str(old)}), Outputs({"output": str(old)}, True, [str(old)])):
        with pytest.raises(OutputError) as refusal:
            outputs.check()
        assert refusal.value.setting == "output"
    with pytest.raises(OutputError, match="new: is named by history and plot"):
        Outputs({"history": str(tmp_path / "new"), "plot": f"{tmp_path}/./new"}).check()
