"""Cells that list labels: taken apart, told from other texts."""

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpcli.data.label_lists import all_labels, labels_in_cell, parse_separator, separator_of
from mlpcli.errors import SettingsError


@pytest.mark.parametrize(
    ("cell", "separator", "labels"),
    [
        ("fast;cheap", ";", ["fast", "cheap"]),
        (" fast ; cheap;", ";", ["fast", "cheap"]),
        ("fast;fast", ";", ["fast"]),
        (";", ";", []),
        ("a::b", "::", ["a", "b"]),
        ("big  old", " ", ["big", "old"]),
        ("['Drama', 'Comedy']", ",", ["Drama", "Comedy"]),
        ('["Drama","Comedy"]', ",", ["Drama", "Comedy"]),
        ("[]", ",", []),
        ("don't, 'quoted'", ",", ["don't", "'quoted'"]),
        ("cafe\u0301|café", "|", ["café"]),
    ],
)
def test_a_cell_is_taken_apart(cell: str, separator: str, labels: Sequence[str]) -> None:
    assert labels_in_cell(cell, separator) == labels


@given(st.lists(st.text("abc é", min_size=1).map(str.strip).filter(bool), unique=True))
def test_joined_labels_come_back(labels: Sequence[str]) -> None:
    assert labels_in_cell(";".join(labels), ";") == labels
    assert all_labels([";".join(labels)], ";") == sorted(labels)


@pytest.mark.parametrize(
    ("cells", "separator"),
    [
        (["fast;cheap", "fast", "cheap", "cheap;big", "big"], ";"),
        (["a|b", "b|c", "c|a", "a"], "|"),
        (["['x', 'y']", "['y']", "['x']", "['x', 'y', 'z']"], ","),
        (["low", "high", "mid"], ""),
        (["Ulm, Germany", "Bern, Switzerland", "Graz, Austria", "Linz, Austria"], ""),
        (["Sedan, 4 doors", "Sedan, 2 doors"], ""),
        (["1,5", "2,5", "3,25", "4"], ""),
        (["It was late; we left.", "We left; it was late.", "so"], ""),
        (["a;b", "c", "d"], ""),
    ],
)
def test_lists_are_told_from_other_texts(cells: list[str], separator: str) -> None:
    assert separator_of(Counter(cells * 10)) == separator


def test_lists_in_few_rows_are_not_looked_for() -> None:
    assert separator_of({"a": 1000, "b": 1000, "a;b": 3, "b;a;b": 3, "a;c": 1, "c": 9}) == ""


def test_separators_have_names() -> None:
    assert [parse_separator(each) for each in ("semicolon", "pipe", "comma", "::")] == [";", "|", ",", "::"]


@pytest.mark.parametrize("text", ["", "\n", "a" * 11])
def test_what_cannot_stand_between_labels(text: str) -> None:
    with pytest.raises(SettingsError, match="cannot be a label separator"):
        parse_separator(text)
