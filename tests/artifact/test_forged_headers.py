"""A header that makes no sense is refused, although its checksum is right: by `load` and by `inspect`."""

import io
import math
from pathlib import Path
from typing import Any

import joblib
import pytest

import mlpcli
from mlpcli.errors import ArtifactError
from mlpcli.render.console import Screen
from mlpcli.render.inspect import report
from mlpcli.workflows.inspect import inspect
from tests.artifact.conftest import Forge, table
from tests.artifact.examples import sealed

PARTS = ["schema", "encoders", "target", "settings", "configurations", "history", "scores", "receipt"]
VALUES: list[Any] = [None, True, 1, 0.5, "text", [[]], [None], [1], ["a"], {"a": 1}]
NUMBERS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf, "huge": 10**400, "-huge": -(10**400)}


def refused(path: Path) -> str:
    """Why the header is refused, by whoever reads it."""
    with pytest.raises(ArtifactError, match="was altered or damaged: "):
        inspect(str(path))
    with pytest.raises(ArtifactError, match="was altered or damaged: ") as refusal:
        mlpcli.load(path)
    return refusal.value.message


def put(value: Any, *places: Any) -> Any:
    """A change: the value at a place in the header, by its keys and numbers."""

    def change(header: Any, arrays: Any) -> None:
        for place in places[:-1]:
            header = header[place]
        header[places[-1]] = value

    return change


def without(*places: Any) -> Any:
    def change(header: Any, arrays: Any) -> None:
        for place in places[:-1]:
            header = header[place]
        del header[places[-1]]

    return change


@pytest.mark.parametrize("task", ["regression", "binary", "multiclass", "multilabel"])
def test_unchanged_it_predicts(task: str, forge: Forge) -> None:
    path = forge(task, lambda header, arrays: None)
    assert inspect(str(path)).schema.task == task
    assert len(mlpcli.predict(mlpcli.load(path), table()).frame) == 40


@pytest.mark.parametrize("value", VALUES, ids=repr)
@pytest.mark.parametrize("part", PARTS)
def test_a_part_of_another_kind(part: str, value: Any, forge: Forge) -> None:
    path = forge("multiclass", put(value, part))
    if (part, value) == ("settings", {"a": 1}):  # settings mean something to `load` alone
        with pytest.raises(ArtifactError, match="its parts do not fit together"):
            mlpcli.load(path)
    else:
        refused(path)


@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_missing(part: str, forge: Forge) -> None:
    assert part in refused(forge("multiclass", without(part)))


@pytest.mark.parametrize("value", NUMBERS)
@pytest.mark.parametrize(
    "places",
    [
        ("history", 0, "train_loss"),
        ("history", 0, "epoch"),
        ("history", 1, "metrics", "accuracy"),
        ("scores", "validation", "metrics", "log_loss"),
        ("scores", "validation", "baseline", "log_loss"),
        ("receipt", "seconds"),
        ("receipt", "best_epoch"),
        ("settings", "learning_rate"),
        ("settings", "hidden", 0),
        ("configurations", 0, "network", 0, "output"),
        ("a further part",),
    ],
)
def test_a_number_that_is_none(places: tuple[Any, ...], value: str, forge: Forge) -> None:
    assert "it holds a number that is not finite" in refused(
        forge("multiclass", put(NUMBERS[value], *places))
    )


@pytest.mark.parametrize(
    ("places", "value"),
    [
        (("schema", "task"), "clustering"),
        (("schema", "task"), ["multiclass"]),
        (("schema", "columns", 0, "kind"), "date"),
        (("schema", "columns", 0, "name"), 1),
        (("schema", "target"), "kind"),
        (("schema", "weight"), 5),
        (("encoders", 0, "had_gaps"), 10**9),
        (("encoders", 0, "had_gaps"), -1),
        (("encoders", 0, "kind"), "category"),
        (("encoders", 1, "levels"), "abc"),
        (("encoders", 1, "levels"), [1, 2]),
        (("target", "classes"), 3),
        (("target", "classes"), [["a"], ["b"], ["c"]]),
        (("configurations", 0, "network", 0, "parameters"), "3"),
        (("configurations", 0, "network", 0, "parameters"), 3.0),
        (("history", 0, "metrics"), [1]),
        (("history", 0, "metrics", "accuracy"), "high"),
        (("scores", "validation", "rows"), None),
        (("scores", "validation", "metrics"), {"f1": {}}),
        (("scores", "train"), {"rows": 1, "metrics": {"f1": 1.0}, "baseline": {}}),
        (("receipt", "data"), {"file": 1}),
        (("receipt", "rows"), [20]),
        (("receipt", "versions", "mlpcli"), 1),
        (("receipt", "best_epoch"), 0),
        (("receipt", "best_epoch"), 3),
        (("receipt", "best_epoch"), None),
        (("history",), []),
        (("schema", "task_reason"), "\ud800"),
        (("receipt", "command"), "\udfff"),
    ],
    ids=str,
)
def test_a_value_of_another_kind(places: tuple[Any, ...], value: Any, forge: Forge) -> None:
    refused(forge("multiclass", put(value, *places)))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (put("price", "encoders", 0, "name"), "its encoders do not match its columns"),
        (without("encoders", 2), "its encoders do not match its columns"),
        (without("encoders", 0, "kind"), "its entry 'encoders' is invalid"),
        (without("encoders", 1, "levels"), "its encoder of 'colour' is invalid"),
        (put(5, "encoders", 0, "width"), "its encoder of 'weight' has the wrong width"),
        (put({"cubic": "cubic"}, "encoders", 0, "scalings"), "its encoder of 'weight' is invalid"),
        (put({}, "encoders", 0, "scalings"), "a number has no scaling"),
        (put({"0": 1}, "encoders", 0, "folds"), "its encoder of 'weight' is invalid"),
        (without("encoders", 0, "folds"), "its encoder of 'weight' is invalid"),
        (put(["1"], "encoders", 0, "spikes"), "its encoder of 'weight' is invalid"),
        (put([1.0, 2.0, 3.0], "encoders", 0, "range"), "its entry 'encoders' is invalid"),
        (put("ignore", "schema", "columns", 0, "kind"), "its encoders do not match its columns"),
        (put("boolean", "schema", "columns", 0, "kind"), "its encoders do not match its columns"),
        (lambda header, arrays: header["encoders"].reverse(), "its encoders do not match its columns"),
        (put(["b", "b", "g"], "encoders", 1, "levels"), "a category column lists a level twice"),
        (put("regression", "schema", "task"), "its target does not match its task"),
        (put("multilabel", "schema", "task"), "its target does not match its task"),
        (put(["a"], "target", "labels"), "its target does not match its task"),
        (without("target", "name"), "its target does not match its task"),
        (put("other", "target", "name"), "its target has two names"),
        (put([], "schema", "target"), "its target has two names"),
        (put("binary", "schema", "task"), "its classes do not match its task"),
        (put(["a"], "target", "classes"), "its classes do not match its task"),
        (put([], "target", "classes"), "its classes do not match its task"),
        (put(["a", "b", "a"], "target", "classes"), "its classes do not match its task"),
    ],
)
def test_parts_that_do_not_agree(change: Any, why: str, forge: Forge) -> None:
    assert why in refused(forge("multiclass", change))


def test_what_is_not_known_is_left_alone(forge: Forge) -> None:
    """A receipt may say more."""
    path = forge("multiclass", put({"host": "a"}, "receipt", "more"))
    assert mlpcli.load(path).artifact.receipt["more"] == {"host": "a"}


@pytest.mark.parametrize("depth", [20, 100, 500, 100_000])
def test_values_nested_deeply(depth: int, models: dict[str, Path], tmp_path: Path) -> None:
    """Whoever walks through them by calling itself would end in a RecursionError."""
    text = joblib.load(models["multiclass"])["header"]
    hidden = '"hidden": [4, 3]'
    assert hidden in text
    path = tmp_path / "m.joblib"
    path.write_bytes(sealed(text.replace(hidden, '"hidden": ' + "[" * depth + "]" * depth), {}))
    with pytest.raises(ArtifactError, match=r"damaged: its (values are nested|header is invalid)"):
        inspect(str(path))


@pytest.mark.parametrize("parameters", [-1, 10**300])
def test_a_layer_of_no_possible_size(parameters: int, forge: Forge) -> None:
    assert "an impossible number" in refused(
        forge("binary", put(parameters, "configurations", 0, "network", 0, "parameters"))
    )


@pytest.mark.parametrize("zeros", [-0.5, 1.5, 1e308])
def test_more_zeros_than_parameters(zeros: float, forge: Forge) -> None:
    assert "an impossible number" in refused(
        forge("binary", put(zeros, "configurations", 0, "network", 0, "zeros"))
    )


def test_losses_that_cannot_be_drawn(forge: Forge) -> None:
    """A net may have had them before it settled; `inspect` shows the rest."""
    path = forge("binary", put(1.7e308, "history", 0, "train_loss"))
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    report(Screen(stream), inspect(str(path)), str(path), everything=True)
    stream.seek(0)
    assert "validation loss" in stream.read()
