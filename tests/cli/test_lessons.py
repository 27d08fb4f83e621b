"""`mlpcli lessons`: the list, each lesson, JSON, plots, and what does not fit."""

from pathlib import Path

import pytest

from mlpcli.workflows.lessons.settings import LESSONS
from tests.cli.commands import Commands
from tests.cli.terminals import in_terminal

STARTS = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}


def test_without_a_name_the_lessons_are_listed(mlpcli: Commands) -> None:
    said = mlpcli.ok("lessons").out
    for name, shows in LESSONS.items():
        assert f"  {name} " in said
        assert shows in said
    assert "--lr, --steps" in said
    assert [each["name"] for each in mlpcli.ok("lessons", "--json").json()["lessons"]] == list(LESSONS)


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson(mlpcli: Commands, name: str) -> None:
    first, again = (mlpcli.ok("lessons", name) for _ in range(2))
    assert first == again
    assert first.err == ""
    assert "\nNotice\n" in first.out
    found = mlpcli.ok("lessons", name, "--json").json()
    assert (found["command"], found["lesson"]) == ("lessons", name)


@pytest.mark.parametrize("name", LESSONS)
def test_plots(mlpcli: Commands, tmp_path: Path, name: str) -> None:
    path, again = tmp_path / "a.svg", tmp_path / "b.svg"
    said = mlpcli.ok("lessons", name, "--plot", path)
    assert said.err == f"Plot saved to {path}\n"
    assert path.read_bytes().startswith(STARTS["svg"])
    mlpcli.ok("lessons", name, "--plot", again, "-q")
    assert path.read_bytes() == again.read_bytes()


@pytest.mark.parametrize("ending", STARTS)
def test_formats_of_plots(mlpcli: Commands, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a.{ending}"
    mlpcli.ok("lessons", "descent", "--plot", path)
    assert path.read_bytes().startswith(STARTS[ending])
    assert "exists already" in mlpcli.error(1, "lessons", "descent", "--plot", path)
    mlpcli.ok("lessons", "descent", "--plot", path, "-f")


def test_settings_change_the_lesson(mlpcli: Commands) -> None:
    found = mlpcli.ok("lessons", "descent", "--lr", "0.1,0.5", "--steps", 3, "--json").json()
    assert [walk["learning_rate"] for walk in found["walks"]] == [0.1, 0.5]
    assert [len(walk["xs"]) for walk in found["walks"]] == [4, 4]
    assert found["walks"][1]["xs"][1] == pytest.approx(3)  # the bottom in one step
    found = mlpcli.ok("lessons", "optimizers", "--lr", 0.1, "--steps", 7, "--json").json()
    assert (found["learning_rate"], found["steps"]) == (0.1, 7)
    found = mlpcli.ok("lessons", "dropout", "--dropout", 0.5, "--seed", 3, "--json").json()
    assert (found["dropout"], found["seed"]) == (0.5, 3)


def test_numbers_that_are_not_finite_are_null(mlpcli: Commands) -> None:
    found = mlpcli.ok("lessons", "optimizers", "--lr", 10, "--json").json()
    sgd = found["walks"][0]
    assert sgd["diverged"] is True
    assert sgd["well"] is None


@pytest.mark.parametrize(
    ("words", "said", "hint"),
    [
        ("decsent", "there is no lesson 'decsent'", "Did you mean 'descent'?"),
        ("dropout --lr 0.1", "--lr: the lesson dropout does not use it", "It takes --dropout and --seed."),
        ("activations --seed 1", "--seed: the lesson activations does not use it", "It takes no settings."),
        ("optimizers --lr 1,2", "--lr: the lesson optimizers takes one learning rate", "Give one"),
        ("descent --lr 0", "--lr: 0.0 is out of range", "above 0"),
        ("descent --lr nan", "--lr: 'nan' is not a number", "Write 0.1"),
        ("descent --lr x", "--lr: 'x' is not a number", "Write 0.1"),
        ("descent --lr 1,2,3,4,5,6,7", "--lr: 7 learning rates are too many", "at most 6"),
        ("descent --steps 1001", "--steps: 1001 is out of range", "at most 1000"),
        ("dropout --dropout 1", "--dropout: 1.0 is out of range", "at most 0.9"),
        ("descent --plot a.txt", "--plot: 'a.txt' does not end in", "plot.png"),
        ("--steps 3", "no lesson is given", "optimizers, descent"),
        ("descent dropout", "unexpected extra argument", "--help"),
    ],
)
def test_what_does_not_fit(mlpcli: Commands, words: str, said: str, hint: str) -> None:
    text = mlpcli.error(2, "lessons", *words.split())
    assert said in text
    assert hint in text


def test_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGER", "cat")
    shown = in_terminal(["lessons", "descent"], columns=60)
    assert shown.code == 0
    assert "rate 0.2: arrives" in shown.plain
    assert "\x1b[36m" in shown.raw
    assert max(len(line) for line in shown.screen(200)) <= 60
