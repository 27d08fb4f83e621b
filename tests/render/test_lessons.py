"""Lessons on terminals of any width, with and without colours and UTF-8."""

import io
import os
import re
from collections.abc import Callable

import pytest

from mlpcli.nn.activations import ACTIVATIONS
from mlpcli.render.console import Screen
from mlpcli.render.lessons.descent import exact
from mlpcli.render.lessons.report import report
from mlpcli.render.panels import STYLE, Panel, panel_width, show_panels
from mlpcli.workflows.lessons.run import Lesson, lesson
from mlpcli.workflows.lessons.settings import LESSONS

FOUND = {name: lesson(name) for name in LESSONS}
BRAILLE = range(0x2800, 0x2900)
TITLES = {
    "optimizers": ["the surface", "gradient descent (sgd)", "momentum", "AdaGrad", "RMSProp", "Adam"],
    "descent": [
        "rate 0.02: not there yet",
        "rate 0.2: arrives",
        "rate 0.9: overshoots",
        "rate 1.05: too large",
    ],
    "activations": list(ACTIVATIONS),
    "dropout": [*(f"mask {number}:" for number in range(1, 6)), "mean of 1,000 masks"],
}


class Terminal(io.TextIOWrapper):
    def __init__(self, encoding: str = "utf-8") -> None:
        super().__init__(io.BytesIO(), encoding=encoding, errors="backslashreplace")

    def isatty(self) -> bool:
        return True

    def text(self) -> str:
        self.seek(0)
        return self.read()


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.delenv("FORCE_COLOR", raising=False)


def shown(found: Lesson, width: int | None = None, encoding: str = "utf-8") -> list[str]:
    stream = Terminal(encoding)
    report(Screen(stream, width=width), found)
    return STYLE.sub("", stream.text()).splitlines()


@pytest.mark.parametrize("name", LESSONS)
@pytest.mark.parametrize("width", [20, 40, 80, 120, 200])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_a_terminal_of_any_width(name: str, width: int, encoding: str) -> None:
    lines = shown(FOUND[name], width, encoding)
    assert max(map(len, lines)) <= width
    text = "\n".join(lines)
    if width >= 40:
        for title in TITLES[name]:
            assert title in text
    assert any(ord(each) in BRAILLE for each in text) is (encoding == "utf-8")
    assert "\\u" not in text
    assert "\\x" not in text
    assert ("*" in text) is (encoding == "ascii")


@pytest.mark.parametrize("name", LESSONS)
def test_panels_stand_side_by_side_where_there_is_room(name: str) -> None:
    heights = [len(shown(FOUND[name], width)) for width in (40, 80, 120)]
    assert heights == sorted(heights, reverse=True)
    assert heights[0] > heights[1] > heights[2]


@pytest.mark.parametrize("name", LESSONS)
def test_colours_change_nothing_else(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = shown(FOUND[name], 80)
    monkeypatch.delenv("NO_COLOR")
    stream = Terminal()
    report(Screen(stream, width=80), FOUND[name])
    assert "\x1b[36m" in stream.text()
    assert [line.rstrip() for line in shown(FOUND[name], 80)] == [line.rstrip() for line in plain]


def test_a_screen_without_room_has_no_pictures() -> None:
    lines = shown(FOUND["descent"], 12)
    assert not any(ord(each) in BRAILLE for each in "\n".join(lines))
    assert any("Notice" in line for line in lines)


@pytest.mark.parametrize("rates", [(1e300,), (1e-300,), (1.0,), (0.2,) * 6])
def test_odd_rates(rates: tuple[float, ...]) -> None:
    text = "\n".join(shown(lesson("descent", learning_rate=rates, steps=1000), 80))
    assert "nan" not in text
    assert "inf" not in text.replace("infin", "")


def test_the_numbers_of_the_lesson_are_printed() -> None:
    text = " ".join("\n".join(shown(lesson("descent", learning_rate=0.2), 80)).split())
    for step, x, loss in [(1, "7.2", "27.64"), (2, "5.52", "16.3504"), (3, "4.512", "12.286144")]:
        assert f" {step} {x} " in text
        assert f" {step} {loss} " in text
    assert " 4 10.82301184 " in text
    assert " 5 10.2962842624 " in text


@pytest.mark.parametrize(
    ("value", "said"),
    [(7.199999999999999, "7.2"), (10.0, "10"), (-1e-14, "0"), (0.0, "0"), (2e8, "200,000,000")],
)
def test_exact(value: float, said: str) -> None:
    assert exact(value) == said


def test_many_steps_show_the_first_and_the_last() -> None:
    found = lesson("descent", learning_rate=0.2, steps=50)
    steps = [line.split()[0] for line in shown(found, 80) if re.match(r" +\d+  ", line)]
    assert steps == [*map(str, range(10)), "50"] * 2
    stream = Terminal()
    report(Screen(stream, width=80, verbose=True), found)
    assert len([line for line in stream.text().splitlines() if re.match(r" +\d+  ", line)]) == 2 * 51


def drawn(
    draw: Callable[[Panel], None], encoding: str = "ascii", width: int = 21, height: int = 5
) -> list[str]:
    screen = Screen(Terminal(encoding), width=80)
    panel = Panel(screen, (width, height), (0.0, 1.0), (0.0, 1.0))
    draw(panel)
    lines = panel.lines("a title that is longer than the panel is wide")
    assert {len(line) for line in lines} == {width}
    return [line.partition("|")[2] for line in lines[1 : 1 + height]]


def test_a_line_goes_from_corner_to_corner() -> None:
    rows = drawn(lambda panel: panel.line([0, 1], [0, 1], "", "*"))
    assert rows[0].rstrip()[-1] == "*"
    assert rows[-1][0] == "*"
    places = [row.index("*") for row in rows]
    assert places == sorted(places, reverse=True)


def test_what_is_beyond_the_limits_is_left_out() -> None:
    rows = drawn(lambda panel: panel.line([0.5, 0.5, 9e99], [0.0, 5.0, 9e99], "", "*"))
    assert [row.strip()[0] for row in rows] == ["*"] * 5
    assert not "".join(drawn(lambda panel: panel.write(1.5, 0.5, "x"))).strip()


def test_texts_stay_inside_and_may_leave_others_alone() -> None:
    def two(panel: Panel) -> None:
        panel.write(1.0, 0.5, "deep")
        panel.write(1.0, 0.5, "x", over=False)

    assert [row.strip() for row in drawn(two)] == ["", "", "deep", "", ""]


def test_bands_are_lines_of_dots_or_digits() -> None:
    def halves(panel: Panel) -> None:
        x, y = panel.grid()
        panel.edges((x[None, :] + 0 * y[:, None] > 0.5).astype(int), "dim")

    assert re.fullmatch("0+1+", drawn(halves)[0].strip())
    stream = Terminal()
    panel = Panel(Screen(stream, width=80), (21, 5), (0.0, 1.0), (0.0, 1.0))
    halves(panel)
    dots = [
        [column for column, each in enumerate(row) if ord(each) in BRAILLE] for row in panel.lines("t")[1:6]
    ]
    assert len({tuple(each) for each in dots}) == 1
    assert len(dots[0]) == 1


@pytest.mark.parametrize(("width", "panels", "wanted"), [(80, 6, 39), (120, 6, 38), (40, 6, 40), (10, 6, 0)])
def test_panel_width(width: int, panels: int, wanted: int) -> None:
    assert panel_width(Screen(Terminal(), width=width), panels, 36) == wanted


def test_panels_of_a_row_are_joined() -> None:
    stream = Terminal()
    show_panels(Screen(stream, width=30), [["aaaaaaaaaaaa", "bbbbbbbbbbbb"]] * 3)
    a, b = "a" * 12, "b" * 12
    assert stream.text() == os.linesep.join([f"{a}  {a}", f"{b}  {b}", "", a, b, ""])
