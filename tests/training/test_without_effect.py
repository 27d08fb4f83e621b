"""Settings that cannot act are named, if a user gave them; those of presets never are."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from mlpcli.errors import Sentence
from mlpcli.nn.layers import Dense
from mlpcli.nn.network import Network
from mlpcli.nn.optimizers import OPTIMIZERS, UpdateRule
from mlpcli.options.options import SETTINGS_CLASSES, settings_with
from mlpcli.options.presets import PRESETS
from mlpcli.settings import described_fields
from mlpcli.training.planning import start
from mlpcli.training.without_effect import NEEDS

GENERATOR = np.random.default_rng(0)
TABLE = pd.DataFrame(GENERATOR.standard_normal((60, 3)), columns=list("abc"))
TABLE["value"] = TABLE["a"] + GENERATOR.standard_normal(60)
TABLE["kind"] = np.where(TABLE["value"] > 0, "yes", "no")


def named(target: str = "value", **settings: Any) -> set[str]:
    """The settings that the plan says to be without effect."""
    table = TABLE.drop(columns="kind" if target == "value" else "value")
    plan = start(table, target, **{"preset": "textbook", **settings}).plan
    idle = [note for note in plan.notes if isinstance(note, Sentence) and "has no effect" in note]
    return {note.partition(" ")[0] for note in idle}


@pytest.mark.parametrize(
    ("settings", "acts"),
    [
        ({"patience": 5, "validation": "0"}, {"validation": "0.2"}),
        ({"min_delta": 0.1, "validation": "0"}, {"validation": "0.2"}),
        ({"monitor": "r2", "validation": "0"}, {"validation": "0.2"}),
        ({"momentum": 0.5, "optimizer": "sgd"}, {"optimizer": "momentum"}),
        ({"momentum": 0.5, "optimizer": "l-bfgs"}, {"optimizer": "lion"}),
        ({"beta2": 0.5, "optimizer": "nesterov"}, {"optimizer": "rmsprop"}),
        ({"huber_delta": 2.0}, {"loss": "huber"}),
        ({"quantiles": (0.2, 0.8)}, {"loss": "quantile"}),
        ({"focal_gamma": 1.0, "target": "kind"}, {"loss": "focal"}),
        ({"dropout": 0.2, "hidden": ()}, {"hidden": (4,)}),
        ({"activation": "tanh", "hidden": ()}, {"hidden": (4,)}),
        ({"parametric": True, "hidden": ()}, {"hidden": (4,)}),
        ({"dropout_schedule": "cosine"}, {"dropout": 0.2}),
        ({"decay_schedule": "cosine"}, {"weight_decay": 0.1}),
        ({"decay_factors": {"bias": 1}}, {"optimizer": "adamw"}),
        ({"batch_size": 8, "optimizer": "l-bfgs"}, {"optimizer": "adam"}),
        ({"frequency_spread": 0.5}, {"number_embedding": "plr"}),
        ({"calibrate": True}, {"target": "kind"}),
        ({"calibrate": True, "target": "kind", "validation": "0"}, {"validation": "0.2"}),
    ],
    ids=str,
)
def test_a_setting_that_cannot_act_is_named(settings: dict[str, Any], acts: dict[str, Any]) -> None:
    """And not where it can."""
    first = next(iter(settings))
    assert named(**settings) == {first}
    assert named(**settings | acts) == set()


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("settings", [{"hidden": ()}, {"optimizer": "l-bfgs"}, {"validation": "0"}], ids=str)
def test_what_a_preset_fills_in_is_not_named(preset: str, settings: dict[str, Any]) -> None:
    more: dict[str, Any] = {"folds": 0} if "validation" in settings else {}
    assert named(preset=preset, **settings, **more) == set()


def test_the_needs_of_settings_are_those_of_the_table() -> None:
    needs = {described.needs for each in SETTINGS_CLASSES for described in described_fields(each).values()}
    assert needs - {""} == set(NEEDS)
    assert "patience" in settings_with(lambda setting: setting.needs == "validation rows")


@pytest.mark.parametrize("setting", ["momentum", "beta2"])
@pytest.mark.parametrize("name", [each for each in OPTIMIZERS if issubclass(OPTIMIZERS[each], UpdateRule)])
def test_a_rule_tells_what_it_depends_on(name: str, setting: str) -> None:
    """Three steps with two values of it end at two places, or at one."""
    rule = OPTIMIZERS[name]
    assert issubclass(rule, UpdateRule)
    places = set()
    for value in (0.2, 0.8):
        network = Network([Dense(1, 1)], np.float64)
        optimizer = rule(network.parameters, **{setting: value})  # type: ignore[arg-type]
        for gradient in (1.0, -0.01, -1.4):
            network.parameters.gradients[:] = gradient
            optimizer.step(0.1)
        places.add(float(network.parameters.values[0]))
    assert (len(places) == 2) == (setting in rule.settings)
