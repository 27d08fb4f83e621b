"""Sets of classes as texts."""

import json

import numpy as np
import pytest

from mlpcli.model.class_sets import written_sets

INSIDE = np.array([[True, True, True], [False, True, True], [False, True, False]])
PROBABILITIES = np.array([[0.2, 0.5, 0.3], [0.2, 0.4, 0.4], [0.0, 1.0, 0.0]])


def test_the_most_probable_comes_first() -> None:
    assert written_sets(["a", "b", "c"], INSIDE, PROBABILITIES) == ["b;c;a", "b;c", "b"]
    assert written_sets(["a", "b", "c"], INSIDE[:0], PROBABILITIES[:0]) == []


@pytest.mark.parametrize(
    ("classes", "separator"),
    [(["a", "b;", "c"], "|"), (["a;|", "b", "c"], ","), (["a,", "b|", "c"], ";"), (["1", "2 3", ""], ";")],
)
def test_the_separator_is_in_no_class(classes: list[str], separator: str) -> None:
    first, second, third = written_sets(classes, INSIDE, PROBABILITIES)
    assert first.split(separator) == [classes[1], classes[2], classes[0]]
    assert second.split(separator) == classes[1:]
    assert third == classes[1]


def test_classes_that_hold_all_separators() -> None:
    classes = ['a;"', "b|", "c,é"]
    first, _, third = written_sets(classes, INSIDE, PROBABILITIES)
    assert json.loads(first) == [classes[1], classes[2], classes[0]]
    assert "é" in first
    assert json.loads(third) == ["b|"]
