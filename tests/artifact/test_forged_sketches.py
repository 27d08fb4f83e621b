"""Sketches that no training leaves behind are refused, although their checksums are right."""

from typing import Any

import numpy as np
import pytest

import mlpcli
from mlpcli.errors import ArtifactError
from tests.artifact.conftest import Forge, table
from tests.artifact.test_forged_headers import put, without

FACTS, POINTS, COUNTS = "sketches.facts", "sketches.points", "sketches.counts"


def refused(path: Any) -> str:
    with pytest.raises(ArtifactError, match="was altered or damaged: ") as refusal:
        mlpcli.load(path)
    return refusal.value.message


@pytest.mark.parametrize("task", ["regression", "binary", "multiclass", "multilabel"])
def test_unchanged_it_is_compared(task: str, forge: Forge) -> None:
    found = mlpcli.drift(forge(task, put(None, "a further part")), table())
    assert {each.kind for each in found.columns} == {"number", "category", "boolean"}
    assert not found.shifted


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("rows", -1),
        ("rows", 3),
        ("rows", 1 << 60),
        ("columns", 2),
        ("columns", 1 << 60),
        ("predictions", 0),
        ("predictions", 1),
        ("predictions", 1 << 60),
        ("predictions", -1),
        ("predicted_rows", 3),
        ("predicted_rows", 1 << 60),
        ("groups", []),
        ("groups", [-1]),
        ("groups", [10**6] * 5),
        ("bytes", 1),
        ("rows", "4"),
        ("groups", [None]),
        ("predicted", 1),
    ],
)
def test_a_description_that_is_none(place: str, value: Any, forge: Forge) -> None:
    refused(forge("multiclass", put(value, "sketches", place)))


@pytest.mark.parametrize(
    "place", ["rows", "columns", "predictions", "predicted", "predicted_rows", "groups", "bytes"]
)
def test_a_part_of_the_description_is_missing(place: str, forge: Forge) -> None:
    refused(forge("binary", without("sketches", place)))


def _changed(name: str, place: Any, value: Any) -> Any:
    def change(header: Any, arrays: Any) -> None:
        arrays[name] = arrays[name].copy()
        arrays[name][place] = value

    return change


@pytest.mark.parametrize(
    ("name", "place", "value"),
    [
        (FACTS, (0, 0), -1),
        (FACTS, (0, 0), 1 << 62),
        (FACTS, (0, 3), 30),
        (FACTS, (0, 4), 1),
        (FACTS, (0, 4), 1 << 40),
        (FACTS, (slice(None), 4), 0),
        (COUNTS, 0, -1),
        (COUNTS, 0, 1 << 62),
        (COUNTS, slice(None), 30),
        (POINTS, 0, np.nan),
        (POINTS, 0, np.inf),
        (POINTS, 0, 1e300),
        (POINTS, slice(None), 0.5),
        (POINTS, -1, -1e300),
        (POINTS, slice(None), 0.0),
    ],
)
@pytest.mark.parametrize("task", ["regression", "multiclass"])
def test_numbers_that_cannot_be(task: str, name: str, place: Any, value: Any, forge: Forge) -> None:
    said = refused(forge(task, _changed(name, place, value)))
    assert "its sketches" in said or "not a finite number" in said


@pytest.mark.parametrize("name", [FACTS, POINTS, COUNTS])
@pytest.mark.parametrize(
    "make",
    [
        lambda array: array[:-1],
        lambda array: array[None],
        lambda array: array.astype(np.float32),
        lambda array: array[:0],
        lambda array: np.zeros(0),
    ],
)
def test_arrays_of_another_shape_or_type(name: str, make: Any, forge: Forge) -> None:
    def change(header: Any, arrays: Any) -> None:
        arrays[name] = make(arrays[name])

    refused(forge("regression", change))


@pytest.mark.parametrize("name", [FACTS, POINTS, COUNTS])
def test_an_array_is_missing(name: str, forge: Forge) -> None:
    assert "arrays of sketches are missing" in refused(
        forge("binary", lambda header, arrays: arrays.pop(name))
    )


def test_a_level_that_is_none(forge: Forge) -> None:
    """`colour` has three levels; its points come last of the inputs but one."""

    def change(header: Any, arrays: Any) -> None:
        before = arrays[FACTS][:1, 4].sum()
        arrays[POINTS] = arrays[POINTS].copy()
        arrays[POINTS][before] = 3.0

    assert "levels that do not exist" in refused(forge("binary", change))


def test_without_sketches_it_is_a_model_all_the_same(forge: Forge) -> None:
    path = forge("binary", put(None, "sketches"))
    assert len(mlpcli.predict(path, table()).frame) == 40
    with pytest.raises(ArtifactError, match="holds no counts"):
        mlpcli.drift(path, table())
