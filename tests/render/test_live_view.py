"""Frames of the live view: they fit any terminal, and the curve takes the room there is."""

import itertools
import os
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from mlpcli.model.effects.axes import Axis
from mlpcli.nn.fitting import EpochRecord
from mlpcli.render.console import Screen
from mlpcli.render.progress import live_view
from mlpcli.render.progress.live_view import LiveView
from mlpcli.text_width import width_of
from tests.render.terminal import Terminal, pseudo_terminal

SIZES = [(20, 10), (40, 12), (60, 24), (80, 24), (120, 40), (200, 60)]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    with pseudo_terminal(monkeypatch) as terminal:
        yield terminal


def record(epoch: int, member: int, *, validated: bool = True) -> EpochRecord:
    loss = 3.0 * 0.9**epoch + 0.01 * member
    return EpochRecord(
        epoch=epoch,
        step=epoch,
        learning_rate=0.001,
        train_loss=2 * loss,
        validation_loss=loss if validated else None,
        metrics={"accuracy": 0.9} if validated else {},
        seconds=epoch / 10,
        is_best=epoch == 30,
        member=member,
    )


def view_of(
    terminal: Terminal, members: int, epochs: int = 40, *, validated: bool = True, past: int = 0
) -> LiveView:
    records = [
        record(epoch, member, validated=validated)
        for epoch, member in itertools.product(range(1, epochs + 1), range(members))
    ]
    plan: Any = SimpleNamespace(
        configurations=("usual",),
        name_of=lambda number: str(number + 1),
        total_epochs=100 * members,
        epochs=100,
        members=members,
        rows={"train": 1000},
        headline="accuracy",
        settings={"patience": 20},
        past=records[:past],
        notes=[],
        findings=[],
    )
    view = LiveView(Screen(terminal.stream))
    view.on_start(plan)
    for each in records[past:]:
        view.on_epoch(each)
    return view


def frame(view: LiveView, columns: int, rows: int) -> list[str]:
    return view.frame(os.terminal_size((columns, rows)))


def is_curve(line: str) -> bool:
    return "┤" in line or "│" in line


@pytest.mark.parametrize(("columns", "rows"), SIZES)
@pytest.mark.parametrize("members", [1, 5, 80])
@pytest.mark.parametrize("epochs", [0, 1, 40])
def test_a_frame_fits(columns: int, rows: int, members: int, epochs: int, terminal: Terminal) -> None:
    view = view_of(terminal, members, epochs)
    lines = frame(view, columns, rows)
    assert len(lines) <= rows
    assert max(map(width_of, lines)) <= columns
    assert f"{epochs * members:,}/{100 * members:,}" in lines[-1]


@pytest.mark.parametrize(
    ("columns", "rows", "members", "least"),
    [(80, 24, 1, 10), (80, 24, 5, 10), (120, 40, 1, 25), (120, 40, 5, 25), (60, 24, 1, 9)],
)
def test_the_curve_takes_the_room_there_is(
    columns: int, rows: int, members: int, least: int, terminal: Terminal
) -> None:
    lines = frame(view_of(terminal, members), columns, rows)
    curve = [line for line in lines if is_curve(line)]
    assert len(curve) >= least
    assert len(lines) == rows
    axis = next(line for line in lines if "└" in line)
    assert len(axis) >= columns - 2


def test_a_row_for_each_network_and_their_mean(terminal: Terminal) -> None:
    lines = frame(view_of(terminal, 5), 100, 30)
    assert lines[0].split() == [
        "network",
        "epoch",
        "train",
        "loss",
        "validation",
        "loss",
        "accuracy",
        "best",
        "epoch",
    ]
    assert [line.split()[:2] for line in lines[1:6]] == [[str(number), "40/100"] for number in range(1, 6)]
    assert "loss per epoch, mean of 5 networks (line: validation, dots: training)" in lines


def test_the_last_epochs_and_the_best(terminal: Terminal) -> None:
    lines = frame(view_of(terminal, 1), 100, 30)
    assert [line.split()[0] for line in lines[1:6]] == ["30", "37", "38", "39", "40"]
    assert lines[1].split()[-1] == "*"
    assert "loss per epoch (line: validation, dots: training, vertical: best epoch)" in lines


def test_without_validation(terminal: Terminal) -> None:
    lines = frame(view_of(terminal, 1, validated=False), 100, 30)
    assert "training loss per epoch (vertical: best epoch)" in lines
    assert lines[5].split() == ["40", "0.0887", "-", "-", "0.001"]


def test_a_narrow_or_low_terminal_has_no_curve(terminal: Terminal) -> None:
    view = view_of(terminal, 1)
    assert not any(map(is_curve, frame(view, 50, 24)))
    assert not any(map(is_curve, frame(view, 100, 12)))
    assert frame(view, 50, 24)[0].split() == ["epoch", "validation", "best"]


def test_epochs_of_an_earlier_training_are_shown(terminal: Terminal) -> None:
    view = view_of(terminal, 1, past=25)
    lines = frame(view, 100, 30)
    assert "40/100 epochs" in lines[-1]
    assert lines[0].split()[0] == "epoch"


def test_drawing_takes_its_share_of_the_time_and_no_more(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a clock by which a drawing takes 5 ms and an epoch 10 ms."""
    now = [0.0]
    monkeypatch.setattr(live_view, "time", SimpleNamespace(perf_counter=lambda: now[0]))
    view = view_of(terminal, 1, 0)
    drawn = []

    def draw(lines: list[str]) -> None:
        drawn.append(now[0])
        now[0] += 0.005

    monkeypatch.setattr(view._drawing, "draw", draw)
    for epoch in range(1, 1001):
        now[0] += 0.01
        view.on_epoch(record(epoch, 0))
    assert 10 <= len(drawn) <= 0.007 * now[0] / 0.005 + 1
    assert drawn[0] >= live_view.AFTER_SECONDS


class Slope:
    """A surface that rises to the right."""

    number = 0
    x = Axis("x1", "number", np.linspace(-1.0, 1.0, 40))
    y = Axis("x2", "number", np.linspace(-1.0, 1.0, 40))
    points = SimpleNamespace(x=np.zeros(3), y=np.array([-0.5, 0.0, 0.5]), truth=np.array([0.0, 1.0, 1.0]))
    shown = SimpleNamespace(shows="probability", title="yes", name="yes", classes=("no", "yes"), boundary=0.5)
    known = True

    def predicted(self) -> Any:
        return (np.tile(np.linspace(0.0, 1.0, 40), (40, 1)), None) if self.known else None


def with_surface(terminal: Terminal, members: int = 1) -> tuple[LiveView, Any]:
    view, surface = view_of(terminal, members), Slope()
    slope: Any = surface
    view.on_surface(slope)
    return view, surface


@pytest.mark.parametrize(("columns", "rows"), [*SIZES, (84, 24), (100, 16), (300, 90), (30, 9)])
@pytest.mark.parametrize("members", [1, 5])
def test_a_frame_with_a_surface_fits(columns: int, rows: int, members: int, terminal: Terminal) -> None:
    view, _ = with_surface(terminal, members)
    lines = frame(view, columns, rows)
    assert len(lines) <= rows
    assert max(map(width_of, lines)) <= columns
    assert "epochs" in lines[-1]


def test_map_and_curve_stand_side_by_side_where_there_is_room(terminal: Terminal) -> None:
    view, _ = with_surface(terminal)
    title = next(line for line in frame(view, 120, 30) if "probability of yes" in line)
    assert "x2 (up) over x1" in title
    assert "loss per epoch" in title
    narrow = "\n".join(frame(view, 80, 24))
    assert "probability of yes" in narrow
    assert "loss per epoch" not in narrow
    assert "probability of yes" not in "\n".join(frame(view, 80, 14))


def test_before_there_are_weights_the_curve_is_as_ever(terminal: Terminal) -> None:
    view, surface = with_surface(terminal)
    surface.known = False
    assert frame(view, 100, 30)[:-1] == frame(view_of(terminal, 1), 100, 30)[:-1]


def test_the_network_of_the_map_is_named_where_there_are_several(terminal: Terminal) -> None:
    view, surface = with_surface(terminal, 5)
    surface.number = 3
    assert any(line.startswith("network 4: probability of yes") for line in frame(view, 120, 40))
