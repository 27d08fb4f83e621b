"""`mlpcli lr-find` on streams and terminals of any width: what is drawn, what is said, what is JSON."""

import io
import json
import re
from typing import Any

import pytest

from mlpcli.cli.flags import flag_of_setting
from mlpcli.nn.suggestions import SUGGESTIONS
from mlpcli.render.console import Screen
from mlpcli.render.lr_find import fields as fields_of
from mlpcli.render.lr_find import report
from mlpcli.training.learning_rate import LearningRateFinding, RangeTestPoint
from tests.cli.commands import Commands, sample

TARGET = ("lr-find", sample("penguins.csv"), "-t", "species", "--preset", "textbook")
BRAILLE = range(0x2800, 0x2900)


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def finding(**changes: Any) -> LearningRateFinding:
    """A loss from 1 to 0 and up again; rules that are easy to tell apart."""
    losses = [1.0] * 10 + [1.0 - step / 10 for step in range(11)] + [step / 5 for step in range(1, 8)]
    points = [RangeTestPoint(10 ** (-6 + index / 5), loss, loss) for index, loss in enumerate(losses)]
    values: dict[str, Any] = {
        "suggestion": 0.01,
        "rule": "half_max",
        "interval": (0.008, 0.02),
        "stable": True,
        "reason": "the loss falls and rises again clearly, and 3 sweeps agree",
        "advice": "",
        "rules": {name: 0.01 * number for number, name in enumerate(SUGGESTIONS, start=1)},
        "spreads": dict.fromkeys(SUGGESTIONS, (0.008, 0.02)),
        "points": [*points, RangeTestPoint(1.0, None, None)],
        "target": ("price",),
        "sweeps": 3,
        "batch_size": 32,
        "optimizer": "adam",
        "notes": [],
        "findings": [],
    }
    return LearningRateFinding(**values | changes)


def shown(stream: io.StringIO, width: int | None = None, **changes: Any) -> list[str]:
    report(Screen(stream, width=width, naming=flag_of_setting), finding(**changes), "mlpcli train a.csv")
    return re.sub("\x1b\\[[0-9;]*m", "", stream.getvalue()).splitlines()


def is_drawn(lines: list[str]) -> bool:
    return any(ord(each) in BRAILLE for line in lines for each in line)


@pytest.mark.parametrize("width", [20, 30, 45, 60, 80, 120, 200])
def test_a_terminal_of_any_width(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    lines = shown(Terminal(), width)
    # The command is never wrapped, so that it can be copied.
    assert max(map(len, lines[:-1])) <= width
    assert is_drawn(lines) is (width >= 45)
    assert lines[-1] == "Next: mlpcli train a.csv"


def test_a_pipe_has_plain_aligned_text() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    report(Screen(stream), finding(), "mlpcli train a.csv")
    stream.seek(0)
    lines = stream.read().splitlines()
    assert is_drawn(lines)
    start = lines.index("  rule      rate  single sweeps  meaning")
    assert lines[start + 1] == "  half-max  0.01  0.008 to 0.02  half the largest usable rate"
    assert lines[start + 5].startswith("  minimum   0.05  0.008 to 0.02  a tenth")


def test_the_suggestion_is_marked_where_it_is() -> None:
    """The axis goes from 1e-6 to 10^0.8, past 1, so 0.01 lies at 4 of 6.8 decades."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    points = [
        RangeTestPoint(10 ** (-6 + index / 5), loss, loss) for index, loss in enumerate([1.0] * 34 + [2.0])
    ]
    report(Screen(stream), finding(points=points), "mlpcli train a.csv")
    stream.seek(0)
    lines = stream.read().splitlines()
    (axis,) = [line for line in lines if "└" in line]
    left, width = axis.index("└") + 1, axis.count("─")
    drawn = [line[left:].ljust(width) for line in lines if is_drawn([line])]
    upright = [column for column in range(width) if all(row[column] != " " for row in drawn[1:])]
    assert len(upright) == 1
    assert upright[0] / width == pytest.approx(4 / 6.8, abs=0.03)


def test_what_is_not_stable_is_said_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    lines = shown(Terminal(), 120, stable=False, reason="it is odd", advice="Take another.")
    start = lines.index("  not stable: it is odd")
    assert lines[start + 1] == "  Take another."


def test_negative_losses_are_drawn() -> None:
    points = [RangeTestPoint(10.0**-each, -1.0 - each, -1.0 - each) for each in range(6, 0, -1)]
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    report(Screen(stream), finding(points=points), "mlpcli train a.csv")
    stream.seek(0)
    assert "-7" in stream.read()


def test_json_has_every_field() -> None:
    fields = fields_of(finding())
    json.dumps(fields, allow_nan=False)
    assert fields["suggestion"] == 0.01
    assert fields["rule"] == "half_max"
    assert fields["interval"] == [0.008, 0.02]
    assert fields["stable"] is True
    assert "agree" in fields["reason"]
    assert set(fields["rules"]) == set(fields["spreads"]) == set(SUGGESTIONS)
    assert fields["points"][-1] == {"lr": 1.0, "loss": None, "smoothed": None}
    assert (fields["sweeps"], fields["batch_size"], fields["optimizer"]) == (3, 32, "adam")


def test_the_command(mlpcli: Commands) -> None:
    plain = mlpcli.ok(*TARGET, "--json").json()
    assert plain["command"] == "lr-find"
    assert plain["stable"] is True
    assert plain["suggestion"] == plain["rules"]["half_max"]
    chosen = mlpcli.ok(*TARGET, "--rule", "valley", "--json").json()
    assert chosen["suggestion"] == plain["rules"]["valley"] != plain["suggestion"]
    assert "'eye' is not known" in mlpcli.error(2, *TARGET, "--rule", "eye")


def test_few_steps(mlpcli: Commands) -> None:
    said = mlpcli.ok(*TARGET, "--steps", 20).out
    assert "not stable: 2.7 learning rates per decade are too few" in said
    assert "Give --steps 60 or more." in said
