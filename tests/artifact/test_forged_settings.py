"""Settings that no network has are refused before anything of their size is made."""

from typing import Any

import numpy as np
import pytest

import mlpcli
from mlpcli.errors import ArtifactError
from tests.artifact.conftest import Forge
from tests.artifact.costs import bounded

MANY = 100_000


def put(name: str, value: Any) -> Any:
    return lambda header, arrays: header["settings"].update({name: value})


def refused(forge: Forge, change: Any) -> str:
    """Why; fails if it takes much memory, or does not end."""
    path = forge("multiclass", change)
    with bounded(10 * path.stat().st_size + (20 << 20)), pytest.raises(ArtifactError) as refusal:
        mlpcli.load(path)
    assert "its parts do not fit together" in refusal.value.message
    return refusal.value.message


SIZES: list[Any] = [
    *([10**9], [10**9] * 3, [10**18] * 1000, [10**300], [1] * MANY, [4] * 1001, [0], [-5], [4, -3], [-4, -3]),
    *([4, 3.5], [4.0, 3.0], ["4", "3"], [[4, 3]], [None], [{}], ["a"], [True, True], []),
    *(None, 5, 0.5, True, {"4": 3}, {}, "none", "", "x", "4", "-4,3", "1000000x4", f"{10**12}x1", "4x", "x3"),
]


@pytest.mark.parametrize("hidden", SIZES, ids=lambda hidden: repr(hidden)[:30])
def test_sizes_of_layers(hidden: Any, forge: Forge) -> None:
    refused(forge, put("hidden", hidden))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("activation", "swish"),
        ("activation", None),
        ("activation", ["relu"]),
        ("activation", 5),
        ("loss", "poisson"),
        ("loss", "mse"),
        ("loss", ["auto"]),
        ("task", "clustering"),
        ("preset", "gigantic"),
        ("optimizer", "magic"),
        ("schedule", {}),
        ("scaling", "cubic"),
        ("decimal", "x"),
        ("missing", 5),
        ("encoding", "no such encoding"),
        ("learning_rate", -1.0),
        ("batch_size", 0),
        ("kind", [["a"], 5]),
        ("class_weight", [5]),
    ],
)
def test_values(name: str, value: Any, forge: Forge) -> None:
    refused(forge, put(name, value))


def test_unknown_and_missing_names(forge: Forge) -> None:
    assert "there is no setting 'magic'" in refused(forge, put("magic", 1))
    assert "__class__" in refused(forge, put("__class__", 1))
    refused(forge, lambda header, arrays: header.update(settings={}))
    for name in ("hidden", "activation"):
        refused(forge, lambda header, arrays, name=name: header["settings"].pop(name))


def test_a_long_value_is_not_repeated(forge: Forge) -> None:
    """In an error of one line."""
    for name in ("activation", "hidden", "delimiter"):
        assert len(refused(forge, put(name, "a" * 100_000))) < 500


@pytest.mark.parametrize("value", [10**9, 10**300, -1, 0, 1.5, [1], {}, True], ids=lambda each: f"{each}"[:9])
def test_threads(value: Any, forge: Forge) -> None:
    refused(forge, put("threads", value))


def test_a_hundred_thousand_layers_that_fit(forge: Forge) -> None:
    """The file holds a weight and a bias for each, so that only the number of layers is odd."""

    def change(header: Any, arrays: Any) -> None:
        inputs = 6  # a number and its flag, three levels, a boolean
        header["settings"]["hidden"] = [1] * MANY
        arrays["parameters"] = np.zeros((inputs + 1) + 2 * (MANY - 1) + 2 * 3, np.float32)
        header["configurations"][0]["network"] = [
            {"name": "Dense", "output": 3, "parameters": arrays["parameters"].size}
        ]

    refused(forge, change)


NEWER = (
    *("parametric", "output_activation", "init", "wide", "number_embedding", "input_scale", "embed_above"),
    *("quantiles", "label_smoothing", "focal_gamma", "beta2", "rate_factors", "rate_by_width", "warmup"),
    *("decay_schedule", "dropout_schedule", "l1", "weight_decay", "decay_factors", "clip_norm"),
    *(
        "calibrate",
        "clip_predictions",
        "embed_spikes",
        "frequency_spread",
        "ensemble",
        "folds",
        "input_dropout",
    ),
)


def test_a_header_of_before_newer_settings_means_the_same(forge: Forge) -> None:
    def older(header: Any, arrays: Any) -> None:
        for name in NEWER:
            del header["settings"][name]
        del header["schema"]["exact"], header["schema"]["target_forms"]
        for column in header["schema"]["columns"]:
            del column["form"]
        for described in [*header["encoders"], header["target"]]:
            for name in ("embedded", "matching", "truth"):
                described.pop(name, None)
        header["network"] = header.pop("configurations")[0]["network"]
        del header["receipt"]["members"]
        for record in header["history"]:
            del record["member"]

    now = mlpcli.load(forge("multiclass", lambda header, arrays: None))
    features = np.random.default_rng(0).standard_normal((5, now.network.n_in)).astype(np.float32)
    expected = now.outputs(features)
    np.testing.assert_array_equal(mlpcli.load(forge("multiclass", older, 1)).outputs(features), expected)
