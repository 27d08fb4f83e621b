"""Curves of braille dots: sizes, ends, limits, and dots where the points are."""

import itertools
import math
import re

import pytest

from mlpcli.render.terminal_curve import BRAILLE, Curve, Mark, draw

FIRST_BRAILLE, LAST_BRAILLE = "\u2800", BRAILLE


def picture(*curves: Curve, width: int = 40, height: int = 6, **more: object) -> list[str]:
    return draw(curves, width, height, x_label="epoch", ends=("1", "9"), **more)  # type: ignore[arg-type]


def dots(rows: list[str]) -> list[tuple[int, int]]:
    """Where characters with dots are: (row, column)."""
    return [
        (row, column)
        for row, text in enumerate(rows)
        for column, character in enumerate(text)
        if FIRST_BRAILLE < character <= LAST_BRAILLE
    ]


@pytest.mark.parametrize("width", [20, 40, 120])
@pytest.mark.parametrize("height", [2, 6, 12])
def test_it_has_the_size_that_was_asked_for(width: int, height: int) -> None:
    rows = picture(Curve(range(1, 10), [float(x) for x in range(9)]), width=width, height=height)
    assert len(rows) == height + 2
    assert max(map(len, rows)) <= width


def test_a_falling_line_falls() -> None:
    rows = picture(Curve([0, 1, 2, 3], [3.0, 2.0, 1.0, 0.0]))
    found = dots(rows)
    assert min(row for row, _ in found) == 0
    assert max(row for row, _ in found) == 5
    leftmost, rightmost = min(found, key=lambda each: each[1]), max(found, key=lambda each: each[1])
    assert leftmost[0] == 0
    assert rightmost[0] == 5
    assert rows[0].split()[0] == "3"
    assert rows[5].split()[0] == "0"


def labels(rows: list[str]) -> dict[int, str]:
    return {number: row.split("┤")[0].strip() for number, row in enumerate(rows) if "┤" in row}


def test_the_first_value_is_there_however_far_above() -> None:
    rows = picture(Curve(range(12), [1e6, *[2.0, 1.5, 1.2, 1.1, 1.0, 1.0, 1.0, 1.1, 1.0, 1.2, 1.0]]))
    assert rows[0].split()[0] == "1,000,000"
    assert min(dots(rows), key=lambda each: each[1])[0] == 0


def test_a_logarithmic_axis_gives_each_decade_the_same_room() -> None:
    rows = picture(Curve([0, 1, 2, 3], [1.0, 0.1, 0.01, 0.001], dotted=True), height=13, logarithmic=True)
    assert {0: "1", 4: "0.1", 8: "0.01", 12: "0.001"}.items() <= labels(rows).items()
    assert [row for row, _ in sorted(dots(rows), key=lambda each: each[1])] == [0, 4, 8, 12]


@pytest.mark.parametrize(
    ("values", "middle"),
    [([1.0, 11.0], False), ([0.0, 11.0], True), ([-1.0, 11.0], True), ([1.2, 11.0], True)],
    ids=["positive and wide", "zero", "negative", "narrow"],
)
def test_an_axis_is_logarithmic_only_where_that_can_be_and_helps(values: list[float], middle: bool) -> None:
    half = sum(values) / 2
    rows = picture(Curve([0, 1, 2], [values[0], half, values[1]], dotted=True), height=9, logarithmic=True)
    places = [row for row, _ in sorted(dots(rows), key=lambda each: each[1])]
    assert (places == [8, 4, 0]) is middle


@pytest.mark.parametrize("height", [2, 3, 5, 8, 13, 30])
@pytest.mark.parametrize("values", [[0.0, 1.0], [0.013, 7.4], [1e-9, 3e7], [123.0, 123.4], [-5.0, 1e6]])
@pytest.mark.parametrize("logarithmic", [False, True])
def test_labels_are_apart_and_at_their_values(height: int, values: list[float], logarithmic: bool) -> None:
    rows = picture(Curve([0, 1], values), height=height, logarithmic=logarithmic)
    found = labels(rows)
    assert {0, height - 1} <= set(found)
    places = sorted(found)
    assert height < 3 or min(after - before for before, after in itertools.pairwise(places)) > 1
    numbers = [float(found[place].replace(",", "")) for place in places]
    assert numbers == sorted(numbers, reverse=True)
    assert max(map(len, rows)) <= 40


def test_later_curves_are_in_front() -> None:
    flat = [Curve([0, 1], [0.0, 0.0], "yellow", dotted=True), Curve([0, 1], [0.0, 0.0], "cyan")]
    assert "\x1b[33m" not in "".join(picture(*flat))
    assert "\x1b[33m" in "".join(picture(*reversed(flat)))


@pytest.mark.parametrize("values", [[1.0], [1.0, 1.0], [0.0, 0.0], [-1e-300, 0.0], [1e300, 1e-300]])
def test_whatever_the_values_something_is_drawn(values: list[float]) -> None:
    assert dots(picture(Curve(range(len(values)), values)))


def test_values_whose_difference_is_no_number_are_left_out() -> None:
    assert dots(picture(Curve([0, 1, 2], [1.7e308, -1.7e308, 1.0])))
    assert picture(Curve([0, 1], [1.7e308, -1.7e308])) == []


def test_gaps_are_left_out() -> None:
    rows = picture(Curve([0, 1, 2], [1.0, None, 2.0]))
    assert dots(rows)
    assert "nan" not in "".join(rows)


def test_many_points_are_thinned_and_the_last_is_there() -> None:
    many = 100_000
    rows = picture(Curve(range(many), [math.exp(-x / many) for x in range(many)]), width=40)
    assert max(column for _, column in dots(rows)) >= 38


def test_a_mark_is_a_column_of_dots() -> None:
    line = Curve([0, 8], [0.0, 0.0])
    more = set(dots(picture(line, marks=[Mark(4)]))) - set(dots(picture(line)))
    assert len({column for _, column in more}) == 1
    assert len(more) >= 4


def test_a_dotted_line_has_fewer_dots() -> None:
    xs, ys = list(range(9)), [float(x) for x in range(9)]
    assert len(dots(picture(Curve(xs, ys, dotted=True)))) < len(dots(picture(Curve(xs, ys))))


def test_colours_are_there_if_asked_for() -> None:
    assert "\x1b[" not in "".join(picture(Curve([0, 1], [0.0, 1.0])))
    assert "\x1b[36m" in "".join(picture(Curve([0, 1], [0.0, 1.0], "cyan")))


def test_letters_are_on_their_curves() -> None:
    """A at the top, B at the bottom, each several times."""
    upper = Curve(range(1, 10), [2.0] * 9, letter="A")
    lower = Curve(range(1, 10), [1.0] * 9, letter="B")
    rows = picture(upper, lower, width=70)
    assert rows[0].count("A") == 4
    assert rows[5].count("B") == 4
    assert all(letter not in "".join(rows[1:5]) for letter in "AB")


def test_letters_of_equal_curves_take_turns() -> None:
    curves = [Curve(range(1, 10), [float(x) for x in range(9)], letter=letter) for letter in "ABC"]
    found = sorted(
        (column, character)
        for row in picture(*curves, width=70)[:6]
        for column, character in enumerate(row)
        if character in "ABC"
    )
    order = "".join(letter for _, letter in found)
    assert order == ("ABC" * len(order))[: len(order)]
    assert len(order) > 9


@pytest.mark.parametrize("curves", [2, 40])
def test_every_short_curve_has_its_letter(curves: int) -> None:
    """Even if it ends before its turn; where the letters of others are, at the next free place."""
    letters = [chr(ord("A") + place) for place in range(curves)]
    long = Curve([1, 100], [1.0, 2.0])
    short = [Curve([1, 30], [1.0, 1.3 + place / 100], letter=letter) for place, letter in enumerate(letters)]
    rows = "".join(picture(long, *short, width=150, height=10)[:10])
    assert all(letter in rows for letter in letters)


def test_a_letter_has_the_colour_of_its_curve() -> None:
    rows = picture(Curve([1, 9], [1.0, 1.0], "red", letter="A"), height=1)
    assert re.search("\x1b\\[31m[^\x1b]*A[^\x1b]*\x1b\\[0m", rows[0])
