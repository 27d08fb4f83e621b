"""Configurations race: who goes on, by what it is decided, and that broken off it is the same."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.nn.fit_state import StopReason
from mlpcli.nn.fitting import EpochRecord
from mlpcli.options import options, portfolio
from mlpcli.options.portfolio import Recipe
from mlpcli.training import race
from mlpcli.training.ensemble import Callbacks, ExecutionMode
from mlpcli.training.race import raced_epochs, total_epochs, train_all
from mlpcli.workflows.train import TrainingRun
from tests.workflows.examples import prepared

QUICK: dict[str, Any] = {
    "target": "value",
    "preset": "default",
    "epochs": 10,
    "hidden": (6,),
    "batch_size": 32,
    "race": 3,
    "threads": 1,
}
USUAL = Recipe("usual", "the preset's", {})
LAZY = Recipe("lazy", "learns nothing", {"learning_rate": 1e-9})
DROPPING = Recipe("dropping", "drops some", {"dropout": 0.29})
SAME = Recipe("same", "the same but for a rate that is almost the same", {"beta2": 0.95000001})


def table(rows: int = 600) -> pd.DataFrame:
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(generator.standard_normal((rows, 3)), columns=["a", "b", "c"])
    frame["value"] = np.exp(frame["a"]) + frame["b"]
    return frame


@pytest.fixture
def recipes(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> tuple[Recipe, ...]:
    chosen: tuple[Recipe, ...] = request.param
    monkeypatch.setattr(portfolio, "USUAL", chosen[0])
    monkeypatch.setattr(portfolio, "RECIPES", chosen[1:])
    return chosen


def train(**settings: Any) -> TrainingRun:
    return mlpcli.train(table(), **QUICK | settings)


def racing(*chosen: Recipe) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("recipes", [chosen], indirect=True)


@racing(USUAL, LAZY, DROPPING)
def test_who_learns_nothing_does_not_go_on(recipes: tuple[Recipe, ...]) -> None:
    run = train()
    assert [each["name"] for each in run.race] == ["usual", "lazy", "dropping"]
    assert [each["goes_on"] for each in run.race] == [True, False, True], run.race
    assert run.race[1]["share"] == 0.0
    assert sum(each["share"] for each in run.race) == pytest.approx(1.0)
    assert {each["name"] for each in run.artifact.configurations} == {
        each["name"] for each in run.race if each["share"]
    }
    assert max(run.race[0]["loss"], run.race[2]["loss"]) < run.race[1]["loss"]


@racing(USUAL, SAME)
def test_where_nothing_tells_them_apart_the_first_goes_on(recipes: tuple[Recipe, ...]) -> None:
    run = train(finalists=1, dropout=0.0)
    assert [each["goes_on"] for each in run.race] == [True, False]


@racing(USUAL, LAZY, DROPPING)
@pytest.mark.parametrize("folds", [0, 3])
@pytest.mark.parametrize("after", [1, 3, 5, 7, 12, 20])
def test_broken_off_and_gone_on_with_it_is_the_same(
    recipes: tuple[Recipe, ...], after: int, folds: int, tmp_path: Path
) -> None:
    """Before the decision, just at it, and after it."""
    wanted: dict[str, Any] = {"folds": folds, "epochs": 5, "checkpoint": tmp_path / "run"}
    left = [after * (3 if folds else 1)]

    def on_epoch(record: EpochRecord) -> None:
        left[0] -= 1

    def should_stop() -> StopReason | None:
        return "interrupted" if left[0] <= 0 else None

    unbroken = train(**wanted | {"checkpoint": None})
    broken = train(on_epoch=on_epoch, should_stop=should_stop, **wanted)
    resumed = train(**wanted)
    assert resumed.artifact.receipt["weights"] == unbroken.artifact.receipt["weights"]
    assert resumed.race == unbroken.race
    assert len(broken.members) <= len(unbroken.members)
    again = train(**wanted)
    assert again.artifact.receipt["weights"] == unbroken.artifact.receipt["weights"]
    assert again.race == unbroken.race


@racing(USUAL, LAZY, DROPPING)
@pytest.mark.parametrize("wanted", [{"epochs": 1}, {"epochs": 10, "patience": 1}], ids=str)
def test_networks_that_end_before_the_decision_are_the_same_again(
    recipes: tuple[Recipe, ...], wanted: dict[str, Any], tmp_path: Path
) -> None:
    runs = [train(checkpoint=tmp_path / "run", **wanted) for _ in range(2)]
    assert runs[0].race == runs[1].race
    assert len({run.artifact.receipt["weights"] for run in runs}) == 1
    assert len(runs[0].members) == len(runs[1].members) == sum(each["share"] > 0 for each in runs[0].race)


@racing(USUAL, LAZY, DROPPING)
@pytest.mark.parametrize("how", ["threads", "processes"])
def test_side_by_side_the_same_networks_come_out(recipes: tuple[Recipe, ...], how: Any) -> None:
    ready = prepared(table(200), **QUICK | {"epochs": 5})
    alone, together = (
        train_all(ready, mode, Callbacks()) for mode in (ExecutionMode("in turn", 1), ExecutionMode(how, 2))
    )
    assert alone.standings == together.standings
    for one, other in zip(alone.trained, together.trained, strict=True):
        assert one.values.tobytes() == other.values.tobytes()


@racing(USUAL, LAZY, DROPPING)
def test_epochs_are_those_that_were_said(recipes: tuple[Recipe, ...]) -> None:
    told: list[EpochRecord] = []
    run = train(on_epoch=told.append)
    assert run.plan.raced_epochs == raced_epochs(run.plan.configurations[0].options) == 2
    assert run.plan.total_epochs == total_epochs(run.plan.configurations[0].options, 3) == 2 * 10 + 2
    assert len(told) == run.plan.total_epochs


@racing(USUAL, LAZY, DROPPING)
def test_stopped_before_the_decision_the_best_one_is_kept(recipes: tuple[Recipe, ...]) -> None:
    told: list[EpochRecord] = []
    run = train(on_epoch=told.append, should_stop=lambda: "interrupted" if len(told) >= 4 else None)
    assert run.stop_reason == "interrupted"
    assert run.race == []  # it was not decided
    assert [each["name"] for each in run.artifact.configurations] == ["usual"]


@racing(USUAL, LAZY, DROPPING)
def test_without_held_out_rows_there_is_no_race(recipes: tuple[Recipe, ...]) -> None:
    run = train(validation=0.0)
    assert run.race == []
    assert {each["configuration"] for each in run.artifact.receipt["members"]} == {0}


@pytest.mark.parametrize(("given", "networks"), [({}, 1), ({"race": 1}, 2), ({"folds": 3}, 3)], ids=str)
def test_networks_of_a_configuration(given: dict[str, Any], networks: int) -> None:
    ready = prepared(table(), target="value", preset="default", **given)
    assert ready.repetitions == networks


def test_what_the_user_gives_no_recipe_changes() -> None:
    preset = {"dropout": 0.15, "scaling": "robust"}  # hidden and the rest were given
    found = portfolio.portfolio(preset, preset, 10)
    for each in found:
        assert set(each.changes) <= set(preset)
    assert [dict(each.changes) for each in found].count({}) == 1
    assert len({str(sorted(each.changes.items())) for each in found}) == len(found)


def test_what_looks_like_images_races_with_what_does_not() -> None:
    preset, ordinary = {"scaling": "minmax", "dropout": 0.3}, {"scaling": "robust", "dropout": 0.15}
    found = portfolio.portfolio(preset, ordinary, 3)
    assert [each.name for each in found] == ["usual", "ordinary", "weak"]
    assert found[1].changes == ordinary
    assert found[2].changes == {"scaling": "quantile", "dropout": 0.05}


def test_a_race_of_one_is_none() -> None:
    run = train(race=1, ensemble=1)
    assert run.race == []
    assert [each["name"] for each in run.artifact.configurations] == ["usual"]
    assert options.Options.from_values({"preset": "textbook"}).ensemble.race is None


@racing(USUAL, LAZY, DROPPING)
def test_a_loss_that_is_not_finite_ends_the_race_for_it(
    recipes: tuple[Recipe, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = prepared(table(200), **QUICK)
    losses = {0: [np.inf, np.inf], 1: [1.0, 1.2], 2: [0.8, 0.9]}
    monkeypatch.setattr(race, "block_losses", lambda ready, progress, numbers: np.array(losses[numbers[0]]))
    numbers = {place: [place] for place in range(3)}
    assert race._finalists(ready, {}, numbers) == [2, 1]
    monkeypatch.setattr(race, "DOUBT", 5.0)  # the first of the finite ones is believed in
    assert race._finalists(ready, {}, numbers) == [1, 2]
