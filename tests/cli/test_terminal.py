"""The live view and the summary on a real pseudo-terminal: wide, narrow, dumb, resized, half redirected."""

import re
from pathlib import Path

import pytest

from tests.cli.commands import sample
from tests.cli.terminals import SEQUENCE, in_terminal

NEXT = "mlpcliinspect"
"""Of the summary, without blanks, as a narrow terminal breaks words."""
QUICK = ("--preset", "textbook", "--epochs", "500", "--patience", "500")
"""Longer than a view waits for, also on a fast machine."""


def penguins(model: Path, *more: object) -> list[object]:
    return ["train", sample("penguins.csv"), "-t", "species", *QUICK, "-o", model, *more]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return tmp_path / "m.joblib"


@pytest.mark.parametrize("columns", [120, 80, 60, 40, 20])
def test_it_is_gone_at_the_end(columns: int, model: Path) -> None:
    shown = in_terminal(penguins(model), columns=columns)
    assert shown.code == 0
    screen = shown.screen(columns)
    text = " ".join(" ".join(screen).split())
    assert all(len(line) <= columns for line in screen)
    assert "━" not in text
    assert "rows/s" not in text
    assert text.replace(" ", "").count(NEXT) == 1
    assert model.exists()
    if columns >= 60:
        assert re.search(r"\d+/500 epochs +[\d,]+ rows/s +≤ .* left", shown.plain)
        assert "validation loss" in shown.plain


def test_a_line_is_never_wider_than_the_terminal(model: Path) -> None:
    """While it is drawn: a wrapped line would leave rubbish behind."""
    shown = in_terminal(penguins(model, "--ensemble", "2", "--threads", "1"), columns=60)
    drawn = shown.raw.split("\x1b[?1049h")[1].split("\x1b[?1049l")[0]
    frames = SEQUENCE.sub("", drawn.replace("\x1b[H", "\n")).replace("\r", "\n").split("\n")
    assert max(map(len, frames)) <= 60
    assert any("network" in line for line in frames)


def test_the_cursor_comes_back(model: Path) -> None:
    shown = in_terminal(penguins(model))
    assert shown.raw.count("\x1b[?25l") == shown.raw.count("\x1b[?25h") > 0


@pytest.mark.parametrize("resize_to", [40, 100])
def test_resized_while_it_runs(resize_to: int, model: Path) -> None:
    shown = in_terminal(penguins(model), columns=80, resize_to=resize_to)
    assert shown.code == 0
    assert "Traceback" not in shown.raw
    assert model.exists()


def test_a_dumb_terminal_gets_plain_lines(model: Path) -> None:
    shown = in_terminal(penguins(model), term="dumb")
    assert shown.code == 0
    assert "\x1b" not in shown.raw
    assert "mlpcli inspect" in shown.raw
    assert "rows/s" not in shown.plain


def test_quiet_shows_no_view(model: Path) -> None:
    shown = in_terminal(penguins(model, "-q"))
    assert "rows/s" not in shown.plain
    assert "\x1b[?" not in shown.raw
    assert model.exists()


def test_streams_are_judged_apart(model: Path) -> None:
    """stderr on a terminal, stdout in a pipe: a view there, plain text here."""
    shown = in_terminal(penguins(model), stdout_too=False)
    assert "rows/s" in shown.plain
    assert "\x1b" not in shown.out
    assert "mlpcli inspect" in shown.out
    assert "mlpcli inspect" not in shown.raw


def test_a_view_for_json_too(model: Path) -> None:
    shown = in_terminal(penguins(model, "--json"), stdout_too=False)
    assert "rows/s" in shown.plain
    assert shown.out.startswith('{"command": "train"')
