"""Maps in the terminal: they fit, are drawn with what the terminal has, and say what they show."""

import io
import re
from typing import Any

import numpy as np
import pytest

from mlpcli.arrays import Array
from mlpcli.model.effects.axes import Axis
from mlpcli.render.console import Screen
from mlpcli.render.surfaces.canvas import NO_COLOURS, SOME_COLOURS, TRUE_COLOURS, Mark, Style, codes_of, drawn
from mlpcli.render.surfaces.maps import MapPoints, map_lines
from mlpcli.render.surfaces.palettes import ClassPalette, ProbabilityPalette, SignedPalette, ValuePalette
from mlpcli.render.surfaces.report import fields, report
from mlpcli.text_width import width_of
from mlpcli.workflows.surfaces.result import LayerMaps, Points, Surface, Typical, UnitMap

ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
BOLD_OR_DIM = re.compile(r"\x1b\[[0-2]m")
X = Axis("across", "number", np.linspace(-2.0, 3.0, 50))
Y = Axis("up", "number", np.linspace(0.0, 100.0, 40))
LEVELS = Axis("colour", "category", np.arange(3.0), ("red", "green", "blue"))
WIDTHS = [40, 80, 120]
STYLES = [
    Style(colours, blocks) for colours in (NO_COLOURS, SOME_COLOURS, TRUE_COLOURS) for blocks in (True, False)
]


def slope(x: Axis = X, y: Axis = Y) -> Array:
    return np.add.outer(np.linspace(0.0, 0.5, len(y)), np.linspace(0.0, 0.5, len(x)))


def surface(shows: str = "probability", x: Axis = X, y: Axis = Y, **changes: Any) -> Surface:
    values = slope(x, y)
    confidence = None
    classes: tuple[str, ...] = ("no", "yes")
    if shows == "class":
        classes = ("ape", "bee", "cat")
        values, confidence = np.floor(values * 2.99), np.full(values.shape, 0.9)
    if shows == "value":
        values, classes = values * 40, ()
    truth = np.array([0.0, 1.0, np.nan])
    known: dict[str, Any] = {
        "x": x,
        "y": y,
        "shows": shows,
        "title": "yes" if shows == "probability" else "target",
        "of": "yes" if shows == "probability" else "target",
        "values": values,
        "confidence": confidence,
        "classes": classes,
        "threshold": 0.4 if shows == "probability" else None,
        "points": Points(np.array([-1.0, 1.0, 2.0]), np.array([10.0, 50.0, 90.0]), truth, 3),
        "typical": [Typical("sex", "category", 0.0, "male"), Typical("age", "number", 41.5, None)],
        "typical_of": "folder/new.csv",
    }
    return Surface(**(known | changes))


def lines_of(
    shown: Surface,
    width: int,
    monkeypatch: pytest.MonkeyPatch,
    colour: str = "",
    encoding: str = "utf-8",
    height: int = 0,
) -> list[str]:
    """What a terminal of that size gets."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    if not colour:
        monkeypatch.setenv("NO_COLOR", "1")
    if colour == "truecolor":
        monkeypatch.setenv("COLORTERM", colour)
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(stream, "isatty", lambda: True, raising=False)
    report(Screen(stream, width=width, height=height), shown)
    stream.flush()
    stream.seek(0)
    lines = stream.read().split("\n")
    return lines if colour else [BOLD_OR_DIM.sub("", line) for line in lines]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("colour", ["", "256", "truecolor"])
@pytest.mark.parametrize("shows", ["probability", "class", "value"])
def test_it_fits_and_is_no_higher_than_a_screen(
    shows: str, colour: str, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = lines_of(surface(shows), width, monkeypatch, colour)
    assert max(width_of(ESCAPES.sub("", line)) for line in lines) <= width
    assert len(lines) <= 34
    if not colour:
        assert not any("\x1b[4" in line or "\x1b[38" in line for line in lines)


@pytest.mark.parametrize("shows", ["probability", "class", "value"])
@pytest.mark.parametrize("height", [24, 30])
def test_a_low_terminal_needs_no_pager(shows: str, height: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for colour in ("", "truecolor"):
        assert len(lines_of(surface(shows), 80, monkeypatch, colour, height=height)) <= height


def test_ascii_without_utf_8(monkeypatch: pytest.MonkeyPatch) -> None:
    for shows in ("probability", "class", "value"):
        assert "".join(lines_of(surface(shows), 80, monkeypatch, encoding="ascii")).isascii()
    coloured = "".join(lines_of(surface(), 80, monkeypatch, "truecolor", encoding="ascii"))
    assert coloured.isascii()
    assert "\x1b[48;2;" in coloured


def test_what_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "\n".join(lines_of(surface(), 80, monkeypatch))
    assert text.startswith("Probability of yes over across and up\n")
    assert "at sex male, age 41.5 (typical of new.csv)" in text
    assert "up (up)" in text
    assert "across (across)" in text
    assert "o no   x yes   truth of 3 rows" in text
    assert "' .:' no   ▒▓█ yes" in text
    coloured = ESCAPES.sub("", "\n".join(lines_of(surface(), 80, monkeypatch, "truecolor")))
    assert "probability of yes; from 0.4 on it is predicted" in coloured
    assert "● no   ● yes   truth of 3 rows" in coloured


def test_rows_of_a_large_table_and_rows_without_truth(monkeypatch: pytest.MonkeyPatch) -> None:
    points = Points(np.zeros(2), np.full(2, 50.0), None, 7000)
    assert ". 2 of 7,000 rows" in lines_of(surface(points=points), 80, monkeypatch)


def test_names_are_no_commands_to_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    wicked = "\x1b[31m[/b]\n" + "wide" * 4
    axis = Axis(wicked, "category", np.arange(2.0), (wicked, "b"))
    shown = surface(
        x=axis, y=axis, classes=(wicked, wicked), of=wicked, typical=[Typical(wicked, "category", 0, wicked)]
    )
    lines = lines_of(shown, 40, monkeypatch)
    assert not any("\x1b[31m" in line for line in lines)
    assert max(map(width_of, lines)) <= 40


@pytest.mark.parametrize("style", STYLES, ids=str)
def test_a_map_has_the_lines_and_columns_asked_for(style: Style) -> None:
    lines = map_lines(X, Y, slope(), None, ProbabilityPalette("ab", 0.5), style, 60, 10)
    assert len(lines) == 12
    assert {len(ESCAPES.sub("", line)) for line in lines} == {60}


def test_the_first_line_is_the_highest_value() -> None:
    style = Style(NO_COLOURS, blocks=False)
    lines = map_lines(X, Y, slope(), None, ValuePalette(slope()), style, 30, 8)
    assert lines[0].rstrip()[-1] == "9"
    assert re.split(r"[|+]", lines[7])[1][0] == "0"
    assert [line.split("+")[0].strip() for line in lines if "+" in line][:-1] == ["100", "50", "0"]


def test_marks_stand_where_the_rows_are() -> None:
    style = Style(NO_COLOURS, blocks=False)
    points = MapPoints(np.array([-1.99, 2.99, 99.0]), np.array([0.5, 99.5, 50.0]), np.array([1.0, 0.0, 1.0]))
    palette = ProbabilityPalette(("no", "yes"), 0.5)
    lines = map_lines(X, Y, slope() * 0, None, palette, style, 30, 8, points)
    body = [re.split(r"[|+]", line, maxsplit=1)[1] for line in lines[:8]]
    assert body[7][0] == "x"
    assert body[0][-1] == "o"
    assert "".join(body).count("x") == 1  # the third lies outside


def test_levels_have_cells_and_names() -> None:
    style = Style(NO_COLOURS, blocks=False)
    lines = map_lines(LEVELS, LEVELS, np.eye(3), None, ProbabilityPalette("ab", 0.5), style, 36, 6)
    assert lines[-1].split() == ["red", "green", "blue"]
    body = [line.split("|")[-1].split("+")[-1] for line in lines[:6]]
    assert {len(set(line)) for line in body} == {2}
    assert body[0].strip()[0] == "#"
    assert body[5][0] == "#"


def test_more_of_a_colour_on_both_sides_of_the_boundary() -> None:
    palette = ProbabilityPalette(("a", "b"), 0.3)
    below, edge, above, sure = palette.colours(np.array([0.0, 0.29, 0.31, 1.0]), None)
    assert below[0] > below[2]  # orange
    assert sure[2] > sure[0]  # blue
    assert edge[0] > edge[2]
    assert above[2] > above[0]
    assert edge.sum() > below.sum()
    assert above.sum() > sure.sum()


def test_classes_that_are_called_by_a_colour_have_it() -> None:
    blue, orange = ProbabilityPalette(("blue", "orange"), 0.5).colours(np.array([0.0, 1.0]), None)
    assert blue[2] > blue[0]
    assert orange[0] > orange[2]


def test_many_classes_share_a_grey() -> None:
    names = [f"class {number}" for number in range(30)]
    codes = np.repeat(np.arange(30), np.arange(1, 31))
    keys = ClassPalette(names, codes).keys(plain=True)
    assert len(keys) == 9
    assert keys[-1].text == "22 others"
    assert keys[0].text == "class 22"


def test_values_that_are_all_equal_or_huge() -> None:
    for values in (np.zeros(4), np.array([-1.7e308, 0.0, 1.7e308, 1.0]), np.full(4, 1e300)):
        colours = ValuePalette(values).colours(values, None)
        assert np.isfinite(colours).all()
        assert colours.min() >= 0
        assert colours.max() <= 255


def test_a_unit_is_white_at_zero() -> None:
    low, zero, high = SignedPalette(np.array([-1.0, 2.0])).colours(np.array([-2.0, 0.0, 2.0]), None)
    assert zero.min() > 250
    assert low[0] > low[2]
    assert high[2] > high[0]


def test_colours_of_a_terminal_of_256() -> None:
    colours = np.array([[255, 255, 255], [0, 0, 0], [255, 175, 0], [128, 128, 128]], float)
    assert codes_of(colours, SOME_COLOURS).tolist() == ["5;231", "5;16", "5;214", "5;244"]
    assert codes_of(colours[2], TRUE_COLOURS) == "2;255;176;0"


def test_equal_neighbours_are_written_at_once() -> None:
    style = Style(TRUE_COLOURS, blocks=True)
    (line,) = drawn(np.zeros((2, 9)), None, ProbabilityPalette("ab", 0.5), {}, style)
    assert line.count("\x1b[") == 2
    marked = {(0, 4): Mark("x", np.zeros(3))}
    (line,) = drawn(np.zeros((2, 9)), None, ProbabilityPalette("ab", 0.5), marked, style)
    assert ESCAPES.sub("", line) == "    ●    "


def test_panels_of_units(monkeypatch: pytest.MonkeyPatch) -> None:
    maps = [UnitMap(number, slope() - 0.5) for number in (2, 5, 7, 8, 9)]
    shown = surface(units=[LayerMaps(1, 40, maps)])
    lines = lines_of(shown, 80, monkeypatch)
    titles = [line for line in lines if ": -0.5 to 0.5" in line]
    assert [re.findall(r"(\d+):", line) for line in titles] == [["2", "5", "7", "8"], ["9"]]
    assert "hidden layer 1: 5 of 40 units, those that move the next layer most" in lines
    assert max(map(width_of, lines_of(shown, 40, monkeypatch))) <= 40


def test_json_fields() -> None:
    units = [LayerMaps(1, 1, [UnitMap(1, np.array([[1 / 3]]))])]
    found = fields(surface("class", y=LEVELS, points=Points(X.values[:2], np.array([0.0, 2.0]), None, 2)))
    assert found["y"] == {
        "column": "colour",
        "kind": "category",
        "values": ["red", "green", "blue"],
        "limited": False,
    }
    assert len(found["values"]) == 3
    assert set(found["values"][0]) <= {"ape", "bee", "cat"}
    assert found["points"] == {
        "x": X.values[:2].tolist(),
        "y": ["red", "blue"],
        "truth": None,
        "rows": 2,
    }
    assert found["typical"] == {"sex": "male", "age": 41.5}
    found = fields(surface(units=units))
    assert found["units"][0]["maps"] == [{"unit": 1, "values": [[0.333333]]}]
    assert found["points"]["truth"] == ["no", "yes", None]
