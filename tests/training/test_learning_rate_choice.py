"""`--lr auto`: a tenth of the steps at most, near the preset's rate, and always said."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.errors import SettingsError
from mlpcli.training import learning_rate
from mlpcli.training.learning_rate import find_rate
from mlpcli.training.planning import TrainingPlan, start
from tests.cli.commands import sample

TABLE = pd.read_csv(sample("seattle_weather.csv")).drop(columns="date")
BATCHES = 39
"""1,241 training rows in batches of 32."""


def plan(**settings: Any) -> TrainingPlan:
    usual: dict[str, Any] = {"preset": "textbook", "learning_rate": "auto"}
    return start(TABLE, "weather", **usual | settings).plan


def said(told: TrainingPlan) -> str:
    (note,) = [each for each in told.notes if each.startswith("learning_rate auto: ")]
    return note.removeprefix("learning_rate auto: ")


def test_the_suggestion_is_taken_and_said() -> None:
    told = plan()
    rate = told.settings["learning_rate"]
    assert isinstance(rate, float)
    assert said(told).startswith(f"{rate:.2g}, ")
    assert 0.0002 <= rate <= 0.005
    assert rate != 0.001


def test_it_is_that_of_lr_find(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning_rate, "FURTHEST", 1e9)
    rate = plan().settings["learning_rate"]
    suggested = mlpcli.lr_find(TABLE, "weather", preset="textbook").suggestion
    assert suggested / 3 <= rate <= 3 * suggested


def test_it_stays_near_the_preset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning_rate, "FURTHEST", 1.5)
    told = plan()
    assert told.settings["learning_rate"] == pytest.approx(0.0015)
    assert "limited to a factor of 1.5 from the preset's 0.001" in said(told)


def test_it_costs_a_tenth_of_the_steps_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = []

    def counted(prepared: Any, grid: Any) -> Any:
        steps.append(grid.steps * grid.sweeps)
        return find_rate(prepared, grid)

    monkeypatch.setattr(learning_rate, "find_rate", counted)
    for epochs in (30, 60, 120):
        plan(epochs=epochs)
        assert steps[-1] <= 0.1 * epochs * BATCHES


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"epochs": 10}, "0.001, the preset's: training has only 390 steps, and a search needs 1,140"),
        ({"optimizer": "l-bfgs"}, "l-bfgs chooses its own step sizes"),
    ],
    ids=str,
)
def test_where_nothing_can_be_found_the_presets_rate_is_taken(settings: dict[str, Any], words: str) -> None:
    assert words in said(plan(**settings))


def test_an_unstable_suggestion_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    noise = TABLE.assign(weather=np.random.default_rng(0).permutation(TABLE["weather"]))
    told = start(noise, "weather", preset="textbook", learning_rate="auto", batch_size=8).plan
    assert told.settings["learning_rate"] == 0.001
    assert "the search is unreliable" in said(told)


def test_the_run_can_be_gone_on_with(tmp_path: Any) -> None:
    path = str(tmp_path / "c.ck")
    settings: dict[str, Any] = {"preset": "textbook", "learning_rate": "auto", "epochs": 30}
    first = mlpcli.train(TABLE, "weather", checkpoint=path, **settings)
    again = mlpcli.train(TABLE, "weather", checkpoint=path, **settings)
    assert again.learning_rate == first.learning_rate
    assert again.artifact.arrays["parameters"].tobytes() == first.artifact.arrays["parameters"].tobytes()


@pytest.mark.parametrize("rate", ["fast", "", "nan", "inf", "-1", "0", -1.0, 0.0, True, (1.0,)])
def test_a_rate_that_is_none(rate: Any) -> None:
    with pytest.raises(SettingsError, match="learning_rate"):
        mlpcli.train(TABLE, "weather", learning_rate=rate)
