"""Settings that do not go together are refused before training, in one line that names the option."""

from typing import Any

import numpy as np
import pytest

import mlpcli
from mlpcli.data.reading.memory import free_memory
from mlpcli.errors import DataError, SettingsError
from mlpcli.nn.layers import Dense
from mlpcli.training import memory
from tests.options.test_choices import INPUTS, TARGETS, table

L_BFGS = {"optimizer": "l-bfgs"}

IMPOSSIBLE: dict[str, tuple[str, dict[str, Any], str]] = {
    "cross-entropy of numbers": ("regression", {"loss": "cross-entropy"}, "loss: 'cross-entropy'"),
    "mse of classes": ("binary", {"loss": "mse"}, "loss: 'mse' is not available for binary"),
    "poisson of labels": ("multilabel", {"loss": "poisson"}, "loss: 'poisson'"),
    "output activation of classes": ("multiclass", {"output_activation": "tanh"}, "output_activation: tanh"),
    "output activation with poisson": (
        "regression",
        {"output_activation": "softplus", "loss": "poisson"},
        "output_activation softplus cannot be combined with loss poisson",
    ),
    "perceptron with hidden layers": ("binary", {"loss": "perceptron"}, "loss: perceptron"),
    "smoothing of numbers": ("regression", {"label_smoothing": 0.1}, "label_smoothing"),
    "smoothing of hinge": ("binary", {"label_smoothing": 0.1, "loss": "hinge"}, "label_smoothing"),
    "wide without hidden layers": ("regression", {"wide": "all", "hidden": ()}, "wide"),
    "plateau without validation": ("regression", {"schedule": "plateau", "validation": 0.0}, "plateau"),
    "warm-up of what starts at 0": ("regression", {"schedule": "coslog", "warmup": 0.1}, "warmup"),
    "too many dropout rates": ("regression", {"dropout": (0.1, 0.2, 0.3), "hidden": (4, 4)}, "dropout"),
    "l-bfgs with dropout": ("regression", L_BFGS | {"dropout": 0.1}, "dropout"),
    "l-bfgs with l1": ("regression", L_BFGS | {"l1": 0.1}, "l1"),
    "l-bfgs with weight decay": ("regression", L_BFGS | {"weight_decay": 0.1}, "weight_decay"),
    "l-bfgs with clipping": ("regression", L_BFGS | {"clip_norm": 1.0}, "clip_norm"),
    "l-bfgs with a schedule": ("regression", L_BFGS | {"schedule": "cosine"}, "schedule"),
    "l-bfgs with warm-up": ("regression", L_BFGS | {"warmup": 0.1}, "warmup"),
    "l-bfgs with beta2": ("regression", L_BFGS | {"beta2": 0.9}, "beta2"),
    "l-bfgs with rate factors": ("regression", L_BFGS | {"rate_factors": (("bias", 0.1),)}, "rate_factors"),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_refused(name: str) -> None:
    task, settings, told = IMPOSSIBLE[name]
    with pytest.raises(SettingsError) as refusal:
        mlpcli.train(table(), TARGETS[task], features=INPUTS, **settings)
    assert told in str(refusal.value)
    assert refusal.value.hint


@pytest.mark.parametrize("settings", [{"output_activation": "relu"}, {"loss": "poisson"}], ids=str)
def test_a_target_below_an_output_range(settings: dict[str, Any]) -> None:
    with pytest.raises(DataError, match=r"'b' has negative values \(down to -"):
        mlpcli.train(table(), "b", features="a", **settings)


def test_a_held_out_target_below_an_output_range() -> None:
    frame = table().assign(value=1.0 + np.arange(60.0))
    frame.loc[17, "value"] = -3.0
    for seed in range(6):
        with pytest.raises(DataError, match="down to -3"):
            mlpcli.train(frame, "value", features=INPUTS, loss="poisson", seed=seed, epochs=1)


WRONG_TYPES: dict[str, dict[str, Any]] = {
    "hidden": {"hidden": 128},
    "dropout": {"dropout": ["a"]},
    "quantiles": {"loss": "quantile", "quantiles": 0.5},
    "wide": {"wide": 5},
    "class_weight": {"class_weight": 5},
    "rate_factors": {"rate_factors": {"bias": "x"}},
}


@pytest.mark.parametrize("setting", WRONG_TYPES)
def test_wrong_types_from_python(setting: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        mlpcli.train(table(), "value", features=INPUTS, **WRONG_TYPES[setting])
    assert str(refusal.value).startswith(setting)


def test_lr_find_is_not_for_minimizers() -> None:
    with pytest.raises(SettingsError, match="l-bfgs chooses its own step sizes"):
        mlpcli.lr_find(table(), "value", features=INPUTS, optimizer="l-bfgs")


def test_a_network_larger_than_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "free_memory", lambda: 1_000_000)
    memory.refuse_too_large([Dense(10, 10)], 32, "adam")
    with pytest.raises(SettingsError) as refusal:
        memory.refuse_too_large([Dense(300, 300)], 32, "adam")
    assert str(refusal.value).startswith("hidden: 90,300 parameters need 15.9 ")
    assert str(refusal.value).endswith("MB of memory, but only 1 MB is free")
    with pytest.raises(SettingsError, match=r"kB|MB"):
        memory.refuse_too_large([Dense(10, 10)], 100_000, "sgd")
    monkeypatch.setattr(memory, "free_memory", lambda: None)
    memory.refuse_too_large([Dense(10**6, 10**6)], 32, "l-bfgs")


def test_free_memory_is_known_here() -> None:
    free = free_memory()
    assert free is None or 10**6 < free < 10**14
