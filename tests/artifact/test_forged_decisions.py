"""Errors and thresholds in a model file that are none: refused, although the checksums are right."""

from typing import Any

import numpy as np
import pytest

import mlpcli
from mlpcli.artifact.consistency import CLASS_ERROR_ARRAYS, ERROR_ARRAYS, LARGEST_ERROR, MOST_ENTRIES
from mlpcli.errors import ArtifactError
from tests.artifact.conftest import Forge


def refused(forge: Forge, task: str, change: Any) -> str:
    with pytest.raises(ArtifactError) as refusal:
        mlpcli.load(forge(task, change))
    return refusal.value.message


@pytest.mark.parametrize("name", ERROR_ARRAYS)
def test_arrays(forge: Forge, name: str) -> None:
    def changed(change: Any) -> Any:
        return lambda header, arrays: arrays.update({name: change(arrays[name])})

    assert "are missing" in refused(forge, "regression", lambda header, arrays: arrays.pop(name))
    assert "wrong type" in refused(forge, "regression", changed(lambda array: array.astype(np.float32)))
    for change in (
        lambda array: array[:0],
        lambda array: array[..., :-1] if name != "errors.knots" else array[:-1],
        lambda array: array[None],
        lambda array: np.array(array.flat[0]),
    ):
        said = refused(forge, "regression", changed(change))
        assert "do not fit together" in said or "empty or too long" in said
    if name != "errors.knots":  # of few rows there is one
        assert "not sorted" in refused(forge, "regression", changed(lambda array: -array - 1))
    nan = changed(lambda array: np.full_like(array, np.nan))
    assert "holds a value that is not finite" in refused(forge, "regression", nan)


@pytest.mark.parametrize("name", ["errors.sizes", "errors.scales"])
def test_errors_too_large(forge: Forge, name: str) -> None:
    def filled(value: float) -> Any:
        return lambda header, arrays: arrays.update({name: np.full_like(arrays[name], value)})

    assert "too large" in refused(forge, "regression", filled(LARGEST_ERROR * 1.01))
    assert "too large" in refused(forge, "regression", filled(1e308))
    assert mlpcli.load(forge("regression", filled(LARGEST_ERROR))).task.name == "regression"


def test_arrays_too_long_or_empty(forge: Forge) -> None:
    def levels(count: int) -> Any:
        def change(header: Any, arrays: Any) -> None:
            arrays["errors.levels"] = np.arange(1, count + 1) / (count + 1)
            arrays["errors.sizes"] = np.ones((2, count))

        return change

    def knots(count: int) -> Any:
        def change(header: Any, arrays: Any) -> None:
            arrays["errors.knots"] = arrays["errors.scales"] = np.ones((2, count))

        return change

    for count in (0, MOST_ENTRIES + 1):
        for change in (levels(count), knots(count)):
            assert "empty or too long" in refused(forge, "regression", change)
    for change in (levels(MOST_ENTRIES), knots(MOST_ENTRIES)):
        assert mlpcli.load(forge("regression", change)).task.name == "regression"


@pytest.mark.parametrize("task", ["binary", "multiclass"])
@pytest.mark.parametrize("name", CLASS_ERROR_ARRAYS)
def test_arrays_of_classes(forge: Forge, task: str, name: str) -> None:
    def changed(change: Any) -> Any:
        return lambda header, arrays: arrays.update({name: change(arrays[name])})

    assert "are missing" in refused(forge, task, lambda header, arrays: arrays.pop(name))
    assert "wrong type" in refused(forge, task, changed(lambda array: array.astype(np.float32)))
    for change in (
        lambda array: array[:0],
        lambda array: array[:-1],
        lambda array: array[None],
        lambda array: np.array(array.flat[0]),
    ):
        assert "do not fit together" in refused(forge, task, changed(change))
    assert "not sorted" in refused(forge, task, changed(lambda array: np.arange(len(array), 0, -1) / 99))
    nan = changed(lambda array: np.full_like(array, np.nan))
    assert "holds a value that is not finite" in refused(forge, task, nan)


def test_errors_of_classes_out_of_range(forge: Forge) -> None:
    def filled(name: str, place: int, value: float) -> Any:
        def change(header: Any, arrays: Any) -> None:
            arrays[name] = arrays[name].copy()
            arrays[name][place] = value

        return change

    for place, value in ((0, 0.0), (-1, 1.0)):
        assert "not sorted" in refused(forge, "binary", filled("class_errors.levels", place, value))
    for place, value in ((0, -1e-9), (-1, 1.0 + 1e-9)):
        said = refused(forge, "binary", filled("class_errors.sizes", place, value))
        assert "errors are out of range" in said

    def long(count: int) -> Any:
        def change(header: Any, arrays: Any) -> None:
            arrays["class_errors.levels"] = np.arange(1, count + 1) / (count + 1)
            arrays["class_errors.sizes"] = np.ones(count)

        return change

    for count in (0, MOST_ENTRIES + 1):
        assert "empty or too long" in refused(forge, "binary", long(count))
    assert mlpcli.load(forge("binary", long(MOST_ENTRIES))).task.name == "binary"


def test_knots_that_go_down(forge: Forge) -> None:
    def change(header: Any, arrays: Any) -> None:
        arrays["errors.knots"] = np.array([[1.0, 2.0], [2.0, 1.0]])
        arrays["errors.scales"] = np.ones((2, 2))

    assert "not sorted" in refused(forge, "regression", change)


def test_a_level_of_0_or_1(forge: Forge) -> None:
    for place, value in ((0, 0.0), (-1, 1.0)):

        def change(header: Any, arrays: Any, place: int = place, value: float = value) -> None:
            arrays["errors.levels"] = arrays["errors.levels"].copy()
            arrays["errors.levels"][place] = value

        assert "not sorted" in refused(forge, "regression", change)


@pytest.mark.parametrize("thresholds", [[], [0.5] * 3, [0.0, 0.5], [0.5, 1.0], [0], [1.5], [-0.1]])
@pytest.mark.parametrize("task", ["binary", "multilabel"])
def test_thresholds(forge: Forge, task: str, thresholds: list[float]) -> None:
    said = refused(forge, task, lambda header, arrays: header["target"].update(thresholds=thresholds))
    assert "its thresholds do not match its target" in said


@pytest.mark.parametrize("task", ["regression", "multiclass"])
def test_thresholds_of_what_has_none(forge: Forge, task: str) -> None:
    said = refused(forge, task, lambda header, arrays: header["target"].update(thresholds=[0.5]))
    assert "its thresholds do not match its target" in said


@pytest.mark.parametrize("thresholds", ["0.5", 0.5, ["a"], [None], [[0.5]], {"a": 0.5}])
def test_thresholds_of_another_type(forge: Forge, thresholds: Any) -> None:
    said = refused(forge, "binary", lambda header, arrays: header["target"].update(thresholds=thresholds))
    assert "its entry 'target' is invalid" in said


@pytest.mark.parametrize("threshold", [["f1"], {"f1": 1}, "f2", 2, "cost:FP=x"])
def test_a_setting_that_is_none(forge: Forge, threshold: Any) -> None:
    said = refused(forge, "binary", lambda header, arrays: header["settings"].update(threshold=threshold))
    assert "threshold" in said
