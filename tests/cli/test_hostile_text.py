"""Control characters and bidirectional marks in names, cells and files stay text in whatever people read."""

import csv
import re
from pathlib import Path

import pytest

from tests.cli.commands import Commands
from tests.cli.terminals import in_terminal

NASTY = (
    "\x1b[2J\x1b]8;;http:x\x07\x1b]52;c;QQ==\x07\b\x7f\x9b31m\x85\r"
    "\u202e\u2066\u200f\u061c\u200b\u2028\u2029\ufeff"
)
DRAWING = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")
"""Colours and movements of a terminal."""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a hostile table, a model of it, and a table that does not suit it."""
    folder = tmp_path_factory.mktemp("hostile")
    columns = [f"{letter}{NASTY}" for letter in "abcde"]
    classes = [f"one{NASTY}", f"two{NASTY}"]
    for name, seen in (("evil", "seen"), ("odd", "unseen")):
        with open(folder / f"{name}{NASTY}.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow([*columns, "number"])
            for row in range(60):
                kind = f"{seen}{row % 3}{NASTY}"
                value = f"x{NASTY}" if seen == "unseen" and row < 5 else row * 7 % 11
                writer.writerow([kind, value, row % 5, f"same{NASTY}", classes[row % 2], row * 0.37])
    with pytest.MonkeyPatch.context() as patch:
        Commands(patch).ok(*commands(folder)["train"])
    return folder


def commands(folder: Path) -> dict[str, tuple[object, ...]]:
    """Command lines whose output is for people."""
    table, odd, model = (
        folder / f"{name}{NASTY}{end}" for name, end in (("evil", ".csv"), ("odd", ".csv"), ("m", ""))
    )
    quick = ("-t", f"e{NASTY}", "--preset", "textbook", "--hidden", "4", "--epochs", "3", "-f")
    train = ("train", table, *quick, "-o", model)
    out = folder / f"out{NASTY}"
    return {
        "train": train,
        "several": (*train, "-v", "--ensemble", "2", "--diagnose"),
        "dry run": (*train, "--dry-run"),
        "numbers": ("train", table, "-t", f"b{NASTY},number", *quick[2:], "-o", out),
        "unknown column": ("train", table, "-t", f"f{NASTY}", "-o", out, "-f"),
        "unknown class": (*train, "--class-weight", f"three{NASTY}=2"),
        "bad option": (*train, f"--what{NASTY}"),
        "bad value": (*train, "--activation", NASTY),
        "bad command": (f"trian{NASTY}",),
        "debug": ("train", folder / f"evi{NASTY}.csv", "-t", "x", "-o", out, "-f", "--debug"),
        "no such file": ("train", folder / f"evi{NASTY}.csv", "-t", "x", "-o", out, "-f"),
        "config": (*train, "--config", table),
        "evaluate": ("evaluate", model, table),
        "gates": ("evaluate", model, table, "--fail-if", f'recall["one{NASTY}"] by "a{NASTY}" < 2'),
        "gate of no column": ("evaluate", model, table, "--fail-if", f'f1 by "f{NASTY}" < 2'),
        "markdown": ("evaluate", model, table, "--format", "markdown"),
        "slices": ("evaluate", model, table, "--by", f"a{NASTY}", "--importance"),
        "compare": ("evaluate", model, table, "--compare", model),
        "odd rows": ("evaluate", model, odd),
        "strict": ("evaluate", model, odd, "--strict"),
        "gate": ("evaluate", model, table, "--fail-if", "accuracy < 2"),
        "picture": ("evaluate", model, table, "--plot", folder / f"p{NASTY}.svg", "-f"),
        "predict": ("predict", model, odd, "-o", out, "-f"),
        "json": ("evaluate", model, table, "--json"),
        "explain": ("explain", model, table),
        "explain markdown": ("explain", model, table, "--format", "markdown"),
        "explain json": ("explain", model, table, "--json"),
        "explain picture": ("explain", model, table, "--plot", folder / f"e{NASTY}.svg", "-f"),
        "reasons": ("predict", model, table, "-o", out, "-f", "--explain", "all"),
        "predict json": ("predict", model, odd, "-o", out, "-f", "--json"),
        "lr-find": ("lr-find", table, *quick, "--steps", "20", "--sweeps", "1"),
        "describe": ("describe", table, "-t", f"a{NASTY}"),
        "describe json": ("describe", table, "--json"),
        "describe picture": ("describe", table, "--plot", folder / f"d{NASTY}.svg", "-f"),
        "inspect": ("inspect", model),
        "inspect json": ("inspect", model, "--json"),
        "no model": ("inspect", table),
    }


PICTURES = ("picture", "describe picture", "explain picture")


def raw_in(text: str) -> set[str]:
    """Characters that a terminal may act on, or that are not seen."""
    return {each for each in text if each != "\n" and not each.isprintable()}


@pytest.mark.parametrize("name", sorted({*commands(Path())} - {*PICTURES}))
def test_in_a_pipe(name: str, hostile: Path, mlpcli: Commands) -> None:
    result = mlpcli(*commands(hostile)[name])
    assert (raw_in(result.out), raw_in(result.err)) == (set(), set())
    assert "x1b" in result.out + result.err or "u001b" in result.out or name == "gate"


@pytest.mark.parametrize("name", ["several", "slices", "describe"])
def test_on_a_terminal(name: str, hostile: Path) -> None:
    shown = in_terminal(commands(hostile)[name], columns=120, rows=50)
    assert raw_in(DRAWING.sub("", shown.raw)) == set()
    assert r"\x1b[2J" in shown.raw


@pytest.mark.parametrize("name", PICTURES)
def test_in_a_picture(name: str, hostile: Path, mlpcli: Commands) -> None:
    command = commands(hostile)[name]
    mlpcli.ok(*command)
    assert raw_in(Path(str(command[-2])).read_text(encoding="utf-8")) <= {"\t"}
