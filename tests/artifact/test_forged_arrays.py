"""Arrays that do not fit the header are refused, although their checksum is right."""

from typing import Any

import numpy as np
import pytest

import mlpcli
from mlpcli.errors import ArtifactError
from tests.artifact.conftest import Forge

TASKS = ["regression", "binary", "multiclass", "multilabel"]
SCALES = ["target.mean", "target.spread"]


def refused(forge: Forge, task: str, change: Any) -> str:
    path = forge(task, change)
    with pytest.raises(ArtifactError) as refusal:
        mlpcli.load(path)
    return refusal.value.message


def names_of(task: str) -> list[str]:
    return ["parameters", "numbers", "baseline", *(SCALES if task == "regression" else [])]


EVERY = [(task, name) for task in TASKS for name in names_of(task)]


@pytest.mark.parametrize(("task", "name"), EVERY)
def test_missing(task: str, name: str, forge: Forge) -> None:
    assert f"its array {name!r} is missing" in refused(forge, task, lambda header, arrays: arrays.pop(name))


CHANGES: dict[str, Any] = {
    "one fewer": lambda array: array[:-1],
    "one more": lambda array: np.concatenate([array, array[:1]]),
    "none": lambda array: array[:0],
    "one more side": lambda array: array[None],
    "a single number": lambda array: np.array(array.flat[0]),
    "whole numbers": lambda array: array.astype(np.int64),
    "flags": lambda array: array.astype(bool),
    "half precision": lambda array: array.astype(np.float16),
    "the other precision": lambda array: array.astype(np.float64 if array.dtype == "f4" else np.float32),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(("task", "name"), EVERY)
def test_another_shape_or_type(task: str, name: str, change: str, forge: Forge) -> None:
    said = refused(forge, task, lambda header, arrays: arrays.update({name: CHANGES[change](arrays[name])}))
    assert "was altered or damaged: its " in said or "number of parameters" in said


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize(("task", "name"), EVERY)
def test_a_value_that_is_no_number(task: str, name: str, value: float, forge: Forge) -> None:
    def change(header: Any, arrays: Any) -> None:
        arrays[name].flat[-1] = value

    assert f"its array {name!r} holds a value that is not finite" in refused(forge, task, change)


@pytest.mark.parametrize("scale", [0.0, -1.0])
def test_a_scale_that_is_none(scale: float, forge: Forge) -> None:
    def of_an_input(header: Any, arrays: Any) -> None:
        arrays["numbers"][1, 2] = scale

    def of_a_target(header: Any, arrays: Any) -> None:
        arrays["target.spread"][0] = scale

    for change in (of_an_input, of_a_target):
        assert "a scale is not positive" in refused(forge, "regression", change)


@pytest.mark.parametrize("task", TASKS)
def test_encoders_of_another_number(task: str, forge: Forge) -> None:
    """Levels or flags more or fewer than the first layer has inputs."""

    def level_more(header: Any, arrays: Any) -> None:
        header["encoders"][1]["levels"].append("new")
        header["encoders"][1]["width"] += 1

    def flag_more(header: Any, arrays: Any) -> None:
        header["encoders"][2]["had_gaps"] = True
        header["encoders"][2]["width"] += 1

    def category(header: Any, arrays: Any) -> None:
        header["schema"]["columns"][0]["kind"] = "category"
        header["encoders"][0] = header["encoders"][1] | {"name": "weight", "levels": ["a"], "width": 1}

    for change in (level_more, flag_more):
        assert "the number of parameters does not match the network" in refused(forge, task, change)
    assert "its array 'numbers' does not fit its header" in refused(forge, task, category)


@pytest.mark.parametrize("task", TASKS)
def test_targets_of_another_number(task: str, forge: Forge) -> None:
    def change(header: Any, arrays: Any) -> None:
        target = header["target"]
        if "classes" in target:
            target["classes"].append("new")
        else:
            target.get("names", target.get("labels")).append("another")
            header["schema"]["target"].append("another")

    said = refused(forge, task, change)
    assert "does not fit its header" in said or "its classes do not match its task" in said


def test_layers_of_another_number(forge: Forge) -> None:
    layer = {"name": "Dense", "output": 3, "parameters": 10**18}
    for layers in ([], [layer]):

        def other(header: Any, arrays: Any, new: Any = layers) -> None:
            header["configurations"][0]["network"] = new

        said = refused(forge, "multiclass", other)
        assert "its array 'parameters' does not fit its header" in said
