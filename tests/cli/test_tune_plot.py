"""`tune --plot`."""

from pathlib import Path
from typing import Any

import pytest

from mlpcli.errors import OutputError
from mlpcli.render.plots import plot_files
from tests.cli.commands import Commands, sample

PENGUINS = sample("penguins.csv")
SHORT = ("-t", "species", "--preset", "textbook", "--trials", "2", "--epochs", "2", "--hidden", "8")


def test_a_picture(mlpcli: Commands, tmp_path: Path) -> None:
    picture = tmp_path / "p.svg"
    mlpcli.ok("tune", PENGUINS, *SHORT, "--plot", picture)
    assert b"<svg" in picture.read_bytes()
    assert "exists" in mlpcli.error(1, "tune", PENGUINS, *SHORT, "--plot", picture)
    assert "--plot" in mlpcli.error(2, "tune", PENGUINS, *SHORT, "--plot", tmp_path / "p.gif")
    for option in ("--model", "-o", "--checkpoint"):
        said = mlpcli.error(1, "tune", PENGUINS, *SHORT, "--plot", picture, option, picture, "-f")
        assert "p.svg" in said
        assert b"<svg" in picture.read_bytes()
    assert [each.name for each in tmp_path.iterdir()] == ["p.svg"]


def test_a_picture_that_fails_costs_nothing_else(
    mlpcli: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*given: Any, **more: Any) -> None:
        raise OutputError("p.png: cannot be written", "Choose another place.")

    monkeypatch.setattr(plot_files, "plot_search", fail)
    settings = tmp_path / "found.toml"
    result = mlpcli("tune", PENGUINS, *SHORT, "--plot", tmp_path / "p.png", "-o", settings)
    assert result.code == 1
    assert "p.png: cannot be written" in result.err
    assert "Best trials" in result.out
    assert "epochs = 2" in settings.read_text()
