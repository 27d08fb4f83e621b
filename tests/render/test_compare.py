"""Tables of a comparison: marks of the best, rows that differ, the orientation of the settings."""

import io
from pathlib import Path
from typing import Any

import pytest

from mlpcli.render.compare import marked, report
from mlpcli.render.console import Screen
from mlpcli.render.table_layout import style_of
from mlpcli.workflows.compare import FileComparison, compare
from tests.workflows.comparing.examples import history, result


def shown(comparison: FileComparison, **settings: Any) -> list[str]:
    stream = io.StringIO()
    report(Screen(stream, **settings), comparison)
    return stream.getvalue().splitlines()


def part(lines: list[str], title: str) -> list[str]:
    """The lines below a title, up to the next blank one."""
    rest = lines[lines.index(title) + 1 :]
    return [" ".join(line.split()) for line in (rest[: rest.index("")] if "" in rest else rest)]


@pytest.mark.parametrize(
    ("values", "groups", "higher", "expected"),
    [
        ([0.9, 0.8], [0, 0], True, ["0.9000 *", "0.8000  "]),
        ([0.9, 0.8], [0, 0], False, ["0.9000  ", "0.8000 *"]),
        ([0.9, 0.8], [0, 1], True, ["0.9000", "0.8000"]),
        ([0.9, 0.90001, 0.8], [0, 0, 0], True, ["0.9000 *", "0.9000 *", "0.8000  "]),  # they read the same
        ([0.9, 0.90001], [0, 0], True, ["0.9000", "0.9000"]),
        ([0.9, None, 0.7], [0, 0, 0], True, ["0.9000 *", "-  ", "0.7000  "]),
        ([1.0, 3.0, 2.0, 4.0], [0, 1, 0, 1], True, ["1.0000  ", "3.0000  ", "2.0000 *", "4.0000 *"]),
        ([None, None], [0, 0], True, ["-", "-"]),
    ],
)
def test_marks(values: list[float | None], groups: list[int], higher: bool, expected: list[str]) -> None:
    found = marked(values, groups, higher_is_better=higher)
    assert found == expected
    assert [style_of(each) for each in found] == ["green" if each.endswith("*") else "" for each in expected]


def test_what_follows_is_never_marked() -> None:
    assert marked([0.5, 0.6], [0, 0], higher_is_better=True, unmarked=[0.9]) == [
        "0.5000  ",
        "0.6000 *",
        "0.9000  ",
    ]


def test_scores_of_different_rows(tmp_path: Path) -> None:
    """Letters say which files have the same rows; of these the best is marked."""
    for name, rows, accuracy in (("a", 20, 0.5), ("b", 30, 0.6), ("c", 20, 0.7)):
        result(
            tmp_path / f"{name}.json", rows=rows, metrics={"accuracy": accuracy}, baseline={"accuracy": 0.4}
        )
    paths = [tmp_path / f"{name}.json" for name in "abc"]
    assert part(shown(compare(*paths)), "Scores on evaluated rows") == [
        "file rows accuracy",
        "a 20 a 0.5000",
        "b 30 b 0.6000",
        "c 20 a 0.7000 *",
        "* best of the same rows",
        "Same letter: same rows. Scores on different rows differ by chance, too.",
        "Not all files say which rows these are; the number of rows is the same.",
    ]
    assert part(shown(compare(*paths[:2])), "Scores on evaluated rows")[:3] == [
        "file rows accuracy",
        "a 20 0.5000",
        "b 30 0.6000",
    ]
    same = part(shown(compare(paths[0], paths[2])), "Scores on 20 evaluated rows")
    assert same[:4] == ["file accuracy", "a 0.5000", "c 0.7000 *", "baseline 0.4000"]


def settings_of(tmp_path: Path, *settings: dict[str, Any]) -> FileComparison:
    paths = [
        result(tmp_path / f"{number}.json", "train", validation={"accuracy": 0.5}, settings=each)
        for number, each in enumerate(settings)
    ]
    return compare(*paths)


def test_settings_have_the_longer_way_down(tmp_path: Path) -> None:
    few = [{"learning_rate": rate, "hidden": [8, 4], "wide": "none"} for rate in (0.1, 0.2)]
    lines = shown(settings_of(tmp_path, *few), naming=lambda name: f"--{name}")
    assert part(lines, "Settings that differ") == ["file --learning_rate", "0 0.1", "1 0.2"]
    many: list[dict[str, Any]] = [dict.fromkeys(("epochs", "preset", "seed"), value) for value in (1, 2)]
    lines = shown(settings_of(tmp_path, *many))
    assert part(lines, "Settings that differ") == ["setting 0 1", "preset 1 2", "epochs 1 2", "seed 1 2"]
    assert part(shown(settings_of(tmp_path, few[0], few[0])), "Settings that differ") == ["none"]


def test_many_settings_are_counted(tmp_path: Path) -> None:
    values = [{f"s{place:02}": number for place in range(25)} for number in (1, 2)]
    comparison = settings_of(tmp_path, *values)
    lines = part(shown(comparison), "Settings that differ")
    assert (len(lines), lines[-2:]) == (22, ["s19 1 2", "and 5 more settings (-v)"])
    assert part(shown(comparison, verbose=True), "Settings that differ")[-1] == "s24 1 2"


def test_values_that_are_off_or_on(tmp_path: Path) -> None:
    values: list[dict[str, Any]] = [{"a": None, "b": False, "c": [1, 2]}, {"a": 0.5, "b": True, "c": []}]
    assert part(shown(settings_of(tmp_path, *values)), "Settings that differ") == [
        "setting 0 1",
        "a - 0.5",
        "b off on",
        "c 1,2 -",
    ]


def test_histories(tmp_path: Path) -> None:
    history(tmp_path / "good.csv", [0.6, 0.3, 0.4])
    history(tmp_path / "bad.csv", [0.7, 0.6])
    lines = shown(compare(tmp_path / "good.csv", tmp_path / "bad.csv"))
    assert part(lines, "Training, values at the best epoch") == [
        "file best epoch train loss validation loss accuracy time",
        "good 2 of 3 0.1500 0.3000 * 0.7000 * 1.50 s",
        "bad 2 of 2 0.3000 0.6000 0.4000 1.00 s",
        "* best",
        "A history does not say which rows were held out: compare those of one table and seed.",
    ]
    assert lines[-1].split() == ["A", "good", "B", "bad"]


def test_a_history_without_validation_next_to_one_with(tmp_path: Path) -> None:
    history(tmp_path / "a.csv", [0.6, 0.3])
    history(tmp_path / "b.csv", [0.6, 0.3], [0.6, 0.2], validated=False)
    lines = shown(compare(tmp_path / "a.csv", tmp_path / "b.csv"))
    assert "Validation loss by epoch; training loss of b (means over the networks)" in lines
    assert part(lines, "Training, values at the best epoch")[2] == "b - of 2 0.1250 - - - 2"


def test_hostile_names_of_settings(tmp_path: Path) -> None:
    """Braces would be taken for the names of settings."""
    values: list[dict[str, Any]] = [{"a}{b": value, "{}": value, "c\x1b[2J": value} for value in (1, 2)]
    lines = part(shown(settings_of(tmp_path, *values)), "Settings that differ")
    assert lines == ["setting 0 1", "a}{b 1 2", "{} 1 2", "c\\x1b[2J 1 2"]
