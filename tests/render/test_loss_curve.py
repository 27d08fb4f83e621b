"""Losses by epoch in a terminal: title, means of several networks, and what is marked."""

import io

import pytest

from mlpcli.render.console import Screen
from mlpcli.render.loss_curve import Losses, course, mean_losses

FALLING: Losses = [(1, 4.0, 3.0), (2, 2.0, 1.0), (3, 1.0, 0.1)]
SHORT: Losses = [(1, 2.0, 1.0), (2, 1.0, 0.5)]
UNVALIDATED: Losses = [(1, 4.0, None), (2, 2.0, None)]


def drawn(networks: dict[int, Losses], best: dict[int, int], width: int = 80) -> list[str]:
    text = course(Screen(io.StringIO()), networks, best, 8, width)
    assert text is not None
    return text.split("\n")


def test_one_network() -> None:
    rows = drawn({0: FALLING}, {0: 3})
    assert rows[0] == "loss per epoch (line: validation, dots: training, vertical: best epoch)"
    assert rows[1].split()[0] == "4"
    assert "0.1 ┤" in rows[8]
    assert rows[-1].split() == ["1", "epoch", "3"]


@pytest.mark.parametrize(
    ("networks", "best", "title"),
    [
        ({0: FALLING}, {}, "loss per epoch (line: validation, dots: training)"),
        (
            {0: FALLING, 1: SHORT},
            {0: 3},
            "loss per epoch, mean of 2 networks (line: validation, dots: training)",
        ),
        ({0: UNVALIDATED}, {}, "training loss per epoch"),
        ({0: UNVALIDATED, 1: UNVALIDATED}, {}, "training loss per epoch, mean of 2 networks"),
    ],
    ids=["no best", "several", "unvalidated", "several unvalidated"],
)
def test_titles(networks: dict[int, Losses], best: dict[int, int], title: str) -> None:
    assert drawn(networks, best)[0] == title


def test_a_narrow_title_is_wrapped() -> None:
    rows = drawn({0: FALLING}, {0: 3}, width=40)
    assert max(map(len, rows)) <= 40
    assert " ".join(rows[:2]).endswith("vertical: best epoch)")


def test_a_network_that_ended_stays_where_it_was() -> None:
    assert mean_losses({0: FALLING, 1: SHORT}) == [(1, 3.0, 2.0), (2, 1.5, 0.75), (3, 1.0, 0.3)]


def test_a_network_that_runs_counts_as_far_as_it_came() -> None:
    assert mean_losses({0: FALLING, 1: SHORT}, running=[1])[2] == (3, 1.0, 0.1)


def test_one_epoch_is_no_curve_and_an_old_encoding_has_none() -> None:
    assert course(Screen(io.StringIO()), {0: FALLING[:1], 1: []}, {}, 8) is None
    assert course(Screen(io.StringIO()), {}, {}, 8) is None
    old = io.TextIOWrapper(io.BytesIO(), "ascii")
    assert course(Screen(old), {0: FALLING}, {}, 8) is None
