"""Targets: the order and spelling of classes, numbers in units of their spread, and the way back."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mlpcli.data.columns.frame import Frame
from mlpcli.data.columns.readings import Reading
from mlpcli.data.columns.settling import one_spelling
from mlpcli.data.target import (
    TARGETS,
    ClassTarget,
    LabelTarget,
    NumberTarget,
    Target,
    refuse_negative,
    sorted_classes,
)
from mlpcli.errors import DataError
from mlpcli.json_values import fits
from tests.data.examples import sampled, text_column


def one_column(*cells: str) -> Frame:
    return Frame({"y": text_column(cells)}, len(cells))


@pytest.mark.parametrize(
    ("cells", "classes"),
    [
        (["10", "2", "1", "2"], ["1", "2", "10"]),
        (["10", "2", "b"], ["10", "2", "b"]),
        (["007", "10", "1.0", "1"], ["1", "1.0", "007", "10"]),
        (["-1", "1", "0.5", "1e-3"], ["-1", "1e-3", "0.5", "1"]),
        (["no", "Yes", "[/b]", " a"], ["Yes", "[/b]", "a", "no"]),
        (["True", "False"], ["False", "True"]),
    ],
)
def test_classes_are_sorted_by_value_or_by_text(cells: list[str], classes: list[str]) -> None:
    assert sorted_classes(text_column(cells)) == classes
    assert sorted_classes(text_column(cells[::-1])) == classes


def test_classes_keep_their_spelling() -> None:
    target = ClassTarget.fit("y", text_column(["007", "1.0", "007", " x"]), None)
    numbers = target.encode(one_column("x ", "1.0", "007"))
    assert target.decode(numbers) == ["x", "1.0", "007"]
    target = ClassTarget.fit("y", text_column(["2", "1.0"]), "1")
    assert target.classes == ("2", "1.0")
    assert target.decode(target.encode(one_column("1", "2.0", "1e0"))) == ["1.0", "2", "1.0"]


def test_classes_with_a_decimal_comma_are_known_again() -> None:
    comma = Reading(decimal=",")
    target = ClassTarget.fit("y", text_column(["1,5", "2,50", "3"], comma), "2,5")
    assert target.classes == ("1,5", "3", "2,50")
    stored = json.loads(json.dumps(target.described()))
    assert fits(stored, ClassTarget.STORED)
    for each in (target, ClassTarget.from_description(stored, {})):
        cells = Frame({"y": text_column(["2,5", "3,0", "1,50"], comma)}, 3)
        assert each.decode(each.encode(cells)) == ["2,50", "3", "1,5"]
        assert each.decode(each.encode(one_column("1.5", "2.5", "3"))) == ["1,5", "2,50", "3"]


def test_the_positive_class_is_the_last() -> None:
    cells = text_column(["a", "b", "a"])
    assert ClassTarget.fit("y", cells, None).classes == ("a", "b")
    assert ClassTarget.fit("y", cells, "a").classes == ("b", "a")
    assert ClassTarget.fit("y", cells, "b").classes == ("a", "b")


def test_a_positive_class_that_is_none_has_near_names() -> None:
    with pytest.raises(DataError, match="positive: 'Yess' is not a class of 'y'") as raised:
        ClassTarget.fit("y", text_column(["yes", "no"]), "Yess")
    assert raised.value.hint == "Did you mean 'yes'?"
    assert ClassTarget.fit("y", text_column(["yes", "no"]), "FALSE").classes == ("yes", "no")


def test_an_unknown_class_is_named() -> None:
    target = ClassTarget("y", ("a", "b"))
    with pytest.raises(DataError, match="row 1: target 'y': the class 'c' did not occur") as raised:
        target.encode(one_column("a", "c"))
    assert "a, b" in raised.value.hint


@sampled
@given(st.lists(st.text(st.sampled_from("01.- aé\n[/]"), max_size=3), min_size=1))
def test_classes_come_back(cells: list[str]) -> None:
    texts = one_spelling(text_column(cells))
    target = ClassTarget.fit("y", texts, None)
    numbers = target.encode(one_column(*cells))
    assert numbers.dtype == np.intp
    assert target.decode(numbers) == [texts.text(row) for row in range(len(cells))]
    assert sorted(texts.used()) == sorted(target.classes)


FINITE = st.floats(-1e12, 1e12)


@sampled
@given(arrays(np.float64, st.tuples(st.integers(1, 20), st.integers(1, 3)), elements=FINITE))
def test_numbers_come_back(values: Any) -> None:
    target = NumberTarget.fit([f"y{column}" for column in range(values.shape[1])], values)
    encoded = target.encode(values)
    assert encoded.dtype == np.float32
    assert encoded.shape == values.shape
    tolerance = 1e-6 * np.abs(values).max(initial=0) + 1e-30
    np.testing.assert_allclose(target.decode(encoded), values, rtol=1e-6, atol=tolerance)


def test_numbers_are_standardised_in_float64() -> None:
    values = 1e9 + np.random.default_rng(0).normal(size=(1000, 2)) * [1.0, 100.0]
    target = NumberTarget.fit(["a", "b"], values)
    encoded = target.encode(values)
    np.testing.assert_allclose(encoded.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(encoded.std(axis=0), 1, rtol=1e-6)
    np.testing.assert_allclose(target.decode(encoded), values, rtol=0, atol=1e-4)


@pytest.mark.parametrize("value", [0.0, 0.1, 1 / 3, 1e9 + 0.1, 7e22, 3e-20])
def test_the_rounding_noise_of_a_constant_target_is_not_blown_up(value: float) -> None:
    for rows in range(1, 40):
        values = np.full((rows, 1), value)
        target = NumberTarget.fit(["y"], values)
        assert np.abs(target.encode(values)).max() < 1e-3
        np.testing.assert_allclose(target.decode(target.encode(values)), values, rtol=1e-8)


@pytest.mark.parametrize(("place", "size"), [(1e15, 1.0), (1.7e18, 1e9), (0.0, 1e-170), (0.0, 1e-300)])
def test_small_differences_are_told_apart(place: float, size: float) -> None:
    values = place + size * np.round(np.random.default_rng(0).standard_normal((200, 1)), 1)
    target = NumberTarget.fit(["y"], values)
    encoded = target.encode(values)
    assert encoded.std() == pytest.approx(1, rel=0.01)
    np.testing.assert_allclose(target.decode(encoded), values, rtol=1e-15, atol=1e-6 * size)


@pytest.mark.parametrize("largest", [1e200, 1.7e308])
def test_the_largest_floats_do_not_overflow(largest: float) -> None:
    values = np.array([[1.0], [largest], [largest]])
    target = NumberTarget.fit(["y"], values)
    np.testing.assert_allclose(
        target.encode(values), [[-np.sqrt(2)], [np.sqrt(0.5)], [np.sqrt(0.5)]], rtol=1e-6
    )


@pytest.mark.parametrize(
    "target",
    [
        ClassTarget("y", ("b", "007", "[/b]")),
        LabelTarget(("a", "b, c")),
        LabelTarget(("cheap", "fast"), "tags", ";"),
        NumberTarget(("y", "z"), np.array([1.5, 0.1]), np.array([1.0, 1 / 3])),
        NumberTarget(("y", "z"), np.array([1.5, 0.1]), np.array([1.0, 1 / 3]), "log"),
        NumberTarget.fit(["y", "z"], np.array([[1.0, 2.0], [3.0, 5.0]]), clip=True),
    ],
    ids=lambda target: type(target).__name__,
)
def test_a_stored_target_is_the_same(target: Target) -> None:
    assert type(target) in TARGETS.values()
    stored, statistics = json.loads(json.dumps(target.described())), target.arrays()
    assert fits(stored, target.STORED)
    assert {name: array.shape for name, array in statistics.items()} == target.shapes(stored, statistics)
    again = target.from_description(stored, statistics)
    if isinstance(target, NumberTarget):
        assert isinstance(again, NumberTarget)
        assert (again.names, again.scaling) == (target.names, target.scaling)
        values = np.array([[3.7, 1e9]])
        np.testing.assert_array_equal(again.encode(values), target.encode(values))
        np.testing.assert_array_equal(again.decode(values), target.decode(values))
    else:
        assert again == target


LOGARITHMS = arrays(np.float64, st.tuples(st.integers(1, 20), st.just(2)), elements=st.floats(0, 1e12))


@sampled
@given(LOGARITHMS)
def test_numbers_scaled_by_logarithm_come_back(values: Any) -> None:
    target = NumberTarget.fit(["y", "z"], values, scaling="log")
    encoded = target.encode(values)
    logarithms = np.log1p(values)
    tolerance = 1e-5 * (1 + logarithms.max())
    np.testing.assert_allclose(np.log1p(target.decode(encoded)), logarithms, rtol=0, atol=tolerance)


def test_logarithms_are_standardised() -> None:
    values = np.expm1(np.array([[1.0], [3.0]]))
    target = NumberTarget.fit(["y"], values, scaling="log")
    np.testing.assert_allclose(target.encode(values), [[-1], [1]], rtol=1e-6)
    np.testing.assert_allclose([target.mean, target.spread], [[2], [1]], rtol=1e-12)


def test_a_wild_output_stands_for_a_finite_number() -> None:
    target = NumberTarget(("y",), np.zeros(1), np.ones(1), "log")
    assert np.isfinite(target.decode(np.array([[1e30], [-1e30]]))).all()


def test_a_negative_value_is_refused_by_name() -> None:
    refuse_negative(["a", "b"], np.array([[0.0, 1.0]]), "")
    with pytest.raises(DataError, match=r"target 'b' has negative values \(down to -2\)") as raised:
        refuse_negative(["a", "b"], np.array([[0.0, -2.0], [1.0, 1.0]]), "a way out")
    assert raised.value.hint == "a way out"
