"""Bars of scoring and evaluating on a real pseudo-terminal: shown after a second, gone at the end."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.commands import sample
from tests.cli.terminals import in_terminal

HEADER, *ROWS = Path(sample("penguins.csv")).read_text().splitlines(keepends=True)
SLOW_SECONDS = 1.3
"""Longer than what shows nothing."""


@contextmanager
def slow_rows(folder: Path, *, ends: bool = True) -> Iterator[Path]:
    """A pipe that gives rows for more than a second, and then ends or gives some from time to time."""
    path = folder / "rows.csv"
    os.mkfifo(path)
    over = threading.Event()

    def feed() -> None:
        with path.open("w") as pipe:
            pipe.writelines([HEADER, *ROWS[:100]])
            pipe.flush()
            over.wait(SLOW_SECONDS)
            pipe.writelines(ROWS[100:200])
            try:
                while not ends and not over.wait(0.1):
                    pipe.writelines(ROWS[200:210])
                    pipe.flush()
            except BrokenPipeError:
                pass  # the command was ended

    feeder = threading.Thread(target=feed, daemon=True)
    feeder.start()
    yield path
    over.set()
    feeder.join(10)


def test_rows_are_counted_and_a_line_says_what_was_written(penguins_model: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    with slow_rows(tmp_path) as rows:
        shown = in_terminal(["predict", penguins_model, rows, "-o", out], columns=200)
    assert shown.code == 0
    assert "200 rows  " in shown.plain
    assert " rows/s" in shown.plain
    screen = [line for line in shown.screen(200) if line]
    assert [line.split(":")[0] for line in screen[:-1]] == ["note"]
    assert screen[-1].startswith(f"200 rows written to {out} in ")
    assert len(out.read_text().splitlines()) == 201


def test_share_and_time_left_of_a_file(penguins_model: Path, tmp_path: Path) -> None:
    big = tmp_path / "big.csv"
    big.write_text(HEADER + "".join(ROWS) * 600)
    shown = in_terminal(["predict", penguins_model, big, "-o", tmp_path / "out.csv"], columns=200)
    assert shown.code == 0
    if "rows/s" in shown.plain:  # it took more than a second
        assert " %  " in shown.plain
        assert " s left" in shown.plain


@pytest.mark.parametrize("command", ["evaluate", "describe --against"])
def test_other_commands_have_a_bar_too(command: str, penguins_model: Path, tmp_path: Path) -> None:
    name, *option = command.split()
    with slow_rows(tmp_path) as rows:
        arguments = [rows, *option, penguins_model] if option else [penguins_model, rows]
        shown = in_terminal([name, *arguments, "--no-pager"], columns=200)
    assert shown.code == 0
    assert "200 rows" in shown.plain
    assert "rows/s" not in "".join(shown.screen(200))


@pytest.mark.parametrize("option", ["-q", "dumb", "rows on the terminal"])
def test_no_bar_where_none_is_wanted(option: str, penguins_model: Path, tmp_path: Path) -> None:
    more: list[object] = [] if option.startswith("rows") else ["-o", tmp_path / "out.csv"]
    with slow_rows(tmp_path) as rows:
        shown = in_terminal(
            ["predict", penguins_model, rows, *more, *(["-q"] if option == "-q" else [])],
            term="dumb" if option == "dumb" else "xterm-256color",
            columns=200,
        )
    assert shown.code == 0
    assert "rows/s" not in shown.plain
    assert "\x1b[K" not in shown.raw
    if option == "-q":
        assert shown.raw == ""


def test_a_signal_leaves_the_line_clean(penguins_model: Path, tmp_path: Path) -> None:
    with slow_rows(tmp_path, ends=False) as rows:
        arguments = ["predict", penguins_model, rows, "-o", tmp_path / "out.csv"]
        shown = in_terminal(arguments, columns=200, signals=[(b"rows/s", signal.SIGTERM)])
    assert shown.code == 128 + signal.SIGTERM
    assert [line for line in shown.screen(200) if line] == ["error: terminated"]
    assert list(tmp_path.iterdir()) == [rows]


ENDLESS = (
    *("train", sample("penguins.csv"), "-t", "species", "--preset", "textbook", "--hidden", 4),
    *("--epochs", 1_000_000, "--patience", 1_000_000, "-o"),
)


def test_a_signal_leaves_the_screen_of_a_training(tmp_path: Path) -> None:
    """Ctrl-C ends the next test, SIGTERM the one before."""
    shown = in_terminal([*ENDLESS, tmp_path / "m"], signals=[(b"rows/s", signal.SIGQUIT)])
    assert shown.code == 128 + signal.SIGQUIT
    assert shown.raw.count("\x1b[?1049h") == shown.raw.count("\x1b[?1049l") == 1
    assert shown.raw.count("\x1b[?25l") == shown.raw.count("\x1b[?25h") == 1
    assert "rows/s" not in "".join(shown.screen(80))


def in_orphaned_group() -> bool:
    """Whether the system lets no SIGTSTP stop this process group, as no shell could continue it."""
    pid = os.getpid()
    while os.getpgid(pid) == os.getpgrp():
        pid = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
        if pid == 0:
            return True
    return os.getsid(pid) != os.getsid(0)


@pytest.mark.skipif(in_orphaned_group(), reason="started by no shell with job control")
def test_ctrl_z_leaves_the_screen_and_going_on_draws_it_again(tmp_path: Path) -> None:
    stopped: list[int] = []

    def go_on(pid: int) -> None:
        while not stopped and Path(f"/proc/{pid}").exists():
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
            if state == "T":
                stopped.append(pid)
                os.kill(pid, signal.SIGCONT)
            time.sleep(0.01)

    shown = in_terminal(
        [*ENDLESS, tmp_path / "m"],
        signals=[(b"rows/s", signal.SIGTSTP), (b"\x1b[?1049h", signal.SIGINT)],  # when it is drawn again
        on_signal=lambda pid: threading.Thread(target=go_on, args=(pid,), daemon=True).start(),
    )
    assert shown.code == 128 + signal.SIGINT
    assert stopped
    assert shown.raw.count("\x1b[?1049h") == shown.raw.count("\x1b[?1049l") == 2
