"""Curves of several trainings in the terminal: letters, legend, and what is drawn."""

import io
import re
from pathlib import Path

import pytest

from mlpcli.render.compared_curves import LETTERS, curves_of, curves_report
from mlpcli.render.console import Screen
from mlpcli.workflows.compare import FileComparison, compare
from tests.workflows.comparing.examples import history, result


def shown(comparison: FileComparison, encoding: str = "utf-8") -> str:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    curves_report(Screen(stream), comparison)
    stream.flush()
    return raw.getvalue().decode(encoding)


def histories(folder: Path, number: int, epochs: int = 5) -> FileComparison:
    paths = [
        history(folder / f"run{place}.csv", [1 / (place + epoch + 1) for epoch in range(epochs)])
        for place in range(number)
    ]
    return compare(*paths)


@pytest.mark.parametrize("number", [2, 5, 30])
def test_every_curve_has_a_letter_and_a_name(number: int, tmp_path: Path) -> None:
    text = shown(histories(tmp_path, number))
    above, below = text.split("└")
    for place in range(number):
        assert LETTERS[place] in above.split("┤", 1)[1]
        assert re.search(rf"\b{LETTERS[place]} run{place}\b", below)
    assert max(map(len, text.splitlines())) <= 80
    assert "\x1b" not in text


def test_colours_on_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    text = shown(histories(tmp_path, 2))
    assert "\x1b[36mA\x1b[0m run0   \x1b[33mB\x1b[0m run1" in text


def test_more_curves_than_letters(tmp_path: Path) -> None:
    text = shown(histories(tmp_path, len(LETTERS) + 2))
    assert "and 2 more curves, which are not drawn" in text


@pytest.mark.parametrize(("encoding", "epochs"), [("ascii", 5), ("latin-1", 5), ("utf-8", 1)])
def test_no_picture(encoding: str, epochs: int, tmp_path: Path) -> None:
    """Without the characters for it, or of one epoch each."""
    assert shown(histories(tmp_path, 2, epochs), encoding) == ""


def test_the_metric_that_is_wanted(tmp_path: Path) -> None:
    paths = [history(tmp_path / f"{name}.csv", [0.5, 0.25]) for name in "ab"]
    paths.append(result(tmp_path / "c.json", metrics={"accuracy": 0.5, "mcc": 0.1}, rows=9))
    title, curves = curves_of(compare(*paths, metric="accuracy"))
    assert (title, curves) == (
        "Validation accuracy by epoch",
        [("a.csv", [0.5, 0.75]), ("b.csv", [0.5, 0.75])],
    )
    title, curves = curves_of(compare(*paths, metric="mcc"))  # which no history has
    assert (title, curves[0]) == ("Validation loss by epoch", ("a.csv", [0.5, 0.25]))
