"""The bar of work in progress: when it appears, what it says, and that it fits."""

import os
import re
from collections.abc import Iterator

import pytest

from mlpcli.render.console import Screen
from mlpcli.render.progress.bar import WorkBar, bar_line
from mlpcli.render.progress.drawing import DRAWN, Drawing, FullScreen, clear_terminal
from tests.cli.terminals import resize, screen_of
from tests.render.terminal import Terminal, pseudo_terminal

ERASED = "\r\x1b[K"


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    with pseudo_terminal(monkeypatch) as terminal:
        yield terminal


class Clock:
    """Time that passes when it is told to."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_first_second_shows_nothing(terminal: Terminal) -> None:
    clock = Clock()
    with WorkBar(Screen(terminal.stream), clock=clock) as bar:
        for _ in range(9):
            clock.now += 0.1
            bar.on_progress(100, 1000, "rows")
    assert terminal.read() == ""
    assert not bar.was_shown


def test_then_share_rows_time_and_speed_and_nothing_at_the_end(terminal: Terminal) -> None:
    clock = Clock()
    with WorkBar(Screen(terminal.stream), clock=clock) as bar:
        bar.on_progress(0, 10_000, "rows")
        clock.now += 2
        bar.on_progress(2_500, 10_000, "rows")
        shown = terminal.read()
    assert screen_of(shown, 80)[0].split(maxsplit=1)[1] == "25 %  2,500 rows  6.0 s left  1,250 rows/s"
    assert shown.count("━") == round(0.25 * (shown.count("━") + shown.count("╌")))
    assert terminal.read() == ERASED
    assert bar.was_shown


def test_at_most_ten_drawings_a_second(terminal: Terminal) -> None:
    clock = Clock()
    with WorkBar(Screen(terminal.stream), clock=clock) as bar:
        for number in range(3_000):
            clock.now += 0.001
            bar.on_progress(number, 3_000, "rows")
        drawn = terminal.read().count("\r")
    assert 19 <= drawn <= 21


def test_a_total_that_is_not_known_and_work_that_is_not_of_rows(terminal: Terminal) -> None:
    clock = Clock()
    with WorkBar(Screen(terminal.stream), clock=clock) as bar:
        bar.on_progress(1_000, None, "rows")
        clock.now += 2
        bar.on_progress(5_000, None, "rows")
        assert screen_of(terminal.read(), 80) == ["5,000 rows  2,000 rows/s"]
        bar.on_progress(0, 200, "resamples")
        clock.now += 1
        bar.on_progress(50, 200, "resamples")
        assert "25 %  50 of 200 resamples  3.0 s left" in screen_of(terminal.read(), 80)[0]


def test_an_estimate_that_was_too_low_is_not_said(terminal: Terminal) -> None:
    clock = Clock()
    with WorkBar(Screen(terminal.stream), clock=clock) as bar:
        bar.on_progress(0, 10, "rows")
        clock.now += 2
        bar.on_progress(11, 10, "rows")
        assert "100 %  11 rows" in terminal.read()


@pytest.mark.parametrize("columns", [10, 20, 40, 80, 200])
@pytest.mark.parametrize("share", [None, 0.0, 0.37, 1.0])
def test_it_fits_into_one_line(columns: int, share: float | None, terminal: Terminal) -> None:
    line = bar_line(Screen(terminal.stream), columns, share, ["37 %", "647,280 rows", "", "12 s left"])
    assert 0 < len(line) < columns
    assert "37 %" in line


@pytest.mark.parametrize("why", ["quiet", "dumb", "unwanted", "pipe"])
def test_none_where_none_is_to_be(why: str, terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    if why == "dumb":
        monkeypatch.setenv("TERM", "dumb")
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as pipe, os.fdopen(reading) as end:
        screen = Screen(pipe if why == "pipe" else terminal.stream, quiet=why == "quiet")
        clock = Clock()
        with WorkBar(screen, wanted=why != "unwanted", clock=clock) as bar:
            clock.now += 5
            bar.on_progress(1, 2, "rows")
        pipe.close()
        assert end.read() == ""
    assert terminal.read() == ""
    assert not bar.was_shown


def test_no_drawing_while_a_pager_has_the_terminal(terminal: Terminal) -> None:
    import tty

    drawing = Drawing(terminal.stream)
    tty.setcbreak(terminal.descriptor)
    drawing.draw(["hidden"])
    assert terminal.read() == ""


def test_a_signal_takes_drawings_away_past_the_stream(terminal: Terminal) -> None:
    screen = FullScreen(terminal.stream)
    screen.draw(["a", "b"])
    assert screen in DRAWN
    clear_terminal()
    shown = terminal.read()
    assert shown.startswith(FullScreen.enter)
    assert shown.endswith(FullScreen.leave)
    screen.draw(["a"])  # as after Ctrl-Z and fg
    assert terminal.read().startswith(FullScreen.enter)
    screen.clear()
    assert terminal.read() == FullScreen.leave


def test_a_screen_of_another_size_is_wiped_first(terminal: Terminal) -> None:
    screen = FullScreen(terminal.stream)
    screen.draw(["a"])
    terminal.read()
    screen.draw(["b"])
    assert "\x1b[2J" not in terminal.read()
    resize(terminal.descriptor, 120, 24)
    screen.draw(["c"])
    assert re.search(r"\x1b\[2J.*c", terminal.read())
    screen.clear()
    terminal.read()


def test_a_terminal_that_is_gone_stops_no_work(terminal: Terminal) -> None:
    class Gone:
        def write(self, text: str) -> None:
            raise OSError

        def fileno(self) -> int:
            return terminal.stream.fileno()

    drawing = Drawing(Gone())  # type: ignore[arg-type]
    drawing.draw(["a"])
    drawing.draw(["b"])
    drawing.clear()
