"""Networks of folds trained anew on all rows: for how long, what stays, broken off or side by side."""

import io
import statistics
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.arrays import Array
from mlpcli.artifact.checkpoint import load
from mlpcli.errors import Sentence
from mlpcli.model.model import Model
from mlpcli.nn.batches import Batches
from mlpcli.nn.fit_state import StopReason
from mlpcli.nn.fitting import EpochRecord
from mlpcli.nn.training_settings import StepSchedule
from mlpcli.options import portfolio
from mlpcli.options.portfolio import Recipe
from mlpcli.options.run import generators
from mlpcli.preparation.finding import REFIT
from mlpcli.render import inspect
from mlpcli.render import train as train_report
from mlpcli.render.console import Screen
from mlpcli.training import budget
from mlpcli.training.ensemble import Callbacks, ExecutionMode
from mlpcli.training.members import Member
from mlpcli.training.networks import build_trainer, initial_network
from mlpcli.training.planning import start
from mlpcli.training.refitting import chosen_epochs, train_anew
from mlpcli.workflows.train import TrainingRun
from tests.training.test_checkpoints import forged, weights
from tests.workflows.examples import prepared

QUICK: dict[str, Any] = {
    "target": "value",
    "preset": "default",
    "epochs": 5,
    "hidden": (6,),
    "batch_size": 32,
    "folds": 3,
    "race": 3,
    "finalists": 2,
    "threads": 1,
    "refit": True,
}
USUAL = Recipe("usual", "the preset's", {})
LAZY = Recipe("lazy", "learns nothing", {"learning_rate": 1e-9})
DROPPING = Recipe("dropping", "drops some", {"dropout": 0.29})


def table(rows: int = 200) -> pd.DataFrame:
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(generator.standard_normal((rows, 3)), columns=["a", "b", "c"])
    frame["value"] = np.exp(frame["a"]) + frame["b"]
    return frame


TABLE = table()


@pytest.fixture(autouse=True)
def recipes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portfolio, "USUAL", USUAL)
    monkeypatch.setattr(portfolio, "RECIPES", (LAZY, DROPPING))


def train(**settings: Any) -> TrainingRun:
    return mlpcli.train(TABLE, **QUICK | settings)


def predicted(model: Model, frame: pd.DataFrame) -> Array:
    return model.predict(frame).to_numpy()


def rmse_of(model: Model, frame: pd.DataFrame) -> float:
    return float(np.sqrt(np.mean((predicted(model, frame) - frame["value"]) ** 2)))


@pytest.fixture(scope="module")
def unbroken() -> TrainingRun:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(portfolio, "USUAL", USUAL)
        patch.setattr(portfolio, "RECIPES", (LAZY, DROPPING))
        return train()


def test_only_the_weights_are_others(unbroken: TrainingRun) -> None:
    """Scores, error sizes, shares, sketches and what is said of the training are those of the folds."""
    plain = train(refit=False)
    assert plain.refits == []
    assert len(unbroken.refits) == len(plain.members) == 6
    assert unbroken.scores == plain.scores
    assert unbroken.race == plain.race
    assert unbroken.model.shares == plain.model.shares
    assert unbroken.artifact.sketches == plain.artifact.sketches
    assert set(unbroken.artifact.arrays) == set(plain.artifact.arrays)
    for name, array in plain.artifact.arrays.items():
        assert (array.tobytes() == unbroken.artifact.arrays[name].tobytes()) == (name != "parameters"), name
    ours, theirs = (run.artifact.receipt["members"] for run in (unbroken, plain))
    for refitted, before in zip(ours, theirs, strict=True):
        assert {**before, "fold": "all", "refit": refitted["refit"]} == refitted
    assert [each.number for each in unbroken.refits] == [9 + each.number for each in plain.members]


def test_each_is_trained_for_the_median_of_the_best_epochs(unbroken: TrainingRun) -> None:
    by_configuration: dict[int, list[int]] = {}
    stored = unbroken.artifact.receipt["members"]
    for each in stored:
        by_configuration.setdefault(each["configuration"], []).append(each["best_epoch"])
    medians = {place: statistics.median(epochs) for place, epochs in by_configuration.items()}
    assert [each["refit"] for each in stored] == [medians[each["configuration"]] for each in stored]
    assert [len(each.history) for each in unbroken.refits] == [each["refit"] for each in stored]
    assert {each.stop_reason for each in unbroken.refits} == {"epochs"}


def test_of_two_in_the_middle_the_earlier_epoch_is_taken() -> None:
    ready = prepared(TABLE, **QUICK | {"folds": 2, "race": 1, "ensemble": 2})
    members = [
        Member(
            number=number,
            values=np.empty(0),
            constants=np.empty(0),
            history=[],
            best_epoch=best,
            stop_reason="epochs",
        )
        for number, best in enumerate([9, 2, 7, 4])
    ]
    assert chosen_epochs(ready, members) == dict.fromkeys([4, 5, 6, 7], 4)


def test_it_learns_from_all_rows_by_the_schedule_of_all_epochs(unbroken: TrainingRun) -> None:
    """Against a loop of its own."""
    ready = prepared(TABLE, **QUICK)
    member = unbroken.refits[0]
    one = ready.of_member(member.number)
    rows = ready.parts["train"]
    assert len(rows) == len(TABLE)
    randomness = generators(0, member.number)
    network = initial_network(one, randomness, rows)
    trainer, batches = build_trainer(one, network), Batches(one.examples(rows), 32)
    schedule, step = StepSchedule(one.options.training, 5 * 7), 0
    for _ in range(len(member.history)):
        for batch in batches.in_order(randomness["shuffle"].permutation(200)):
            rate, decay_factor, dropout_factor = schedule.at(step)
            network.set_dropout(dropout_factor)
            trainer.step(batch, rate, decay_factor, with_loss=False)
            step += 1
        trainer.clear_subnormal()
    assert network.parameters.values.tobytes() == member.values.tobytes()
    assert unbroken.model.networks[0].parameters.values.tobytes() == member.values.tobytes()


def test_rows_that_are_kept_apart_score_the_refitted_networks(tmp_path: Path) -> None:
    test = table(300).iloc[200:]
    test.to_csv(tmp_path / "test.csv", index=False)
    run, plain = (train(test=str(tmp_path / "test.csv"), refit=refit) for refit in (True, False))
    assert run.scores["validation"] == plain.scores["validation"]
    assert run.plan.rows["train"] == len(TABLE)
    rmse = rmse_of(run.model, test)
    assert run.scores["test"].metrics["rmse"] == pytest.approx(rmse, rel=1e-6)
    assert plain.scores["test"].metrics["rmse"] != pytest.approx(rmse, rel=1e-3)


def test_rows_that_are_kept_apart_are_not_learned_from() -> None:
    ready = prepared(TABLE, **QUICK | {"test": 0.25})
    assert [len(part) for part in ready.member_parts(9)] == [150, 0]
    assert [len(part) for part in ready.of_member(9).member_parts(9)] == [150, 0]
    assert [len(part) for part in ready.of_member(8).member_parts(8)] == [100, 50]
    assert [ready.configuration_of(number) for number in (0, 3, 8, 9, 12, 17)] == [0, 1, 2, 0, 1, 2]


def test_of_classes_temperature_bias_and_thresholds_stay() -> None:
    frame = TABLE.assign(value=np.where(TABLE["value"] > 1, "yes", "no"))
    run, plain = (
        mlpcli.train(frame, **QUICK | {"refit": refit, "threshold": "f1"}) for refit in (True, False)
    )
    assert run.model.temperature.tolist() == plain.model.temperature.tolist()
    assert run.model.bias.tolist() == plain.model.bias.tolist()
    assert run.artifact.target == plain.artifact.target
    assert run.scores == plain.scores
    assert run.artifact.receipt["weights"] != plain.artifact.receipt["weights"]


def test_columns_told_by_the_target_are_those_of_all_rows(tmp_path: Path) -> None:
    generator = np.random.default_rng(1)
    levels = generator.integers(40, size=800)
    frame = pd.DataFrame({"level": [f"k{level}" for level in levels], "a": generator.standard_normal(800)})
    frame["value"] = generator.standard_normal(40)[levels] + 0.3 * frame["a"]
    run = mlpcli.train(frame, **QUICK | {"race": 1, "hidden": (16,), "output": tmp_path / "model"})
    told = run.artifact.encoders[0]["told"]
    assert told["folds"] == ["0", "1", "2", "all"]
    ready = prepared(frame, **QUICK | {"race": 1, "hidden": (16,)})
    unread = ready.of_member(ready.networks).blueprint.inputs.unread
    places = ready.encoder.encoders[0].variants["fold"]
    assert unread == {place for fold in ("0", "1", "2") for place in places[fold]}
    loaded = mlpcli.load(tmp_path / "model")
    assert predicted(loaded, frame).tolist() == predicted(run.model, frame).tolist()
    ours = run.scores["validation"].metrics["rmse"]
    assert ours is not None
    assert rmse_of(loaded, frame) < 1.2 * ours


class BreakOff:
    """Asks to stop after this many epochs."""

    def __init__(self, left: int, reason: StopReason = "interrupted") -> None:
        self.left, self.reason = left, reason

    def on_epoch(self, record: EpochRecord) -> None:
        self.left -= 1

    def should_stop(self) -> StopReason | None:
        return self.reason if self.left <= 0 else None


OF_FOLDS = 3 * (2 * 5 + 1)
"""Epochs of all networks of folds together."""


def kinds(run: TrainingRun) -> list[str]:
    return [each.kind for each in run.findings]


@pytest.mark.parametrize("left", [1, 9, 20, OF_FOLDS - 1, OF_FOLDS, OF_FOLDS + 1, OF_FOLDS + 7, -1])
def test_broken_off_and_gone_on_with_it_is_the_same(left: int, unbroken: TrainingRun, tmp_path: Path) -> None:
    wanted: dict[str, Any] = {"checkpoint": tmp_path / "run"}
    told = BreakOff(left if left > 0 else OF_FOLDS + sum(len(each.history) for each in unbroken.refits) - 1)
    broken = train(on_epoch=told.on_epoch, should_stop=told.should_stop, **wanted)
    assert (broken.stop_reason, broken.refits) == ("interrupted", [])
    assert REFIT in kinds(broken)
    resumed = train(**wanted)
    again = train(on_epoch=lambda record: pytest.fail("it was finished"), **wanted)
    for run in (resumed, again):
        assert run.artifact.receipt["weights"] == unbroken.artifact.receipt["weights"]
        assert run.artifact.receipt["members"] == unbroken.artifact.receipt["members"]
        assert (run.scores, run.race) == (unbroken.scores, unbroken.race)
        assert REFIT not in kinds(run)


def test_killed_between_two_networks_it_goes_on(unbroken: TrainingRun, tmp_path: Path) -> None:
    """Before the checkpoint says that the first of them is whole."""
    path = tmp_path / "run"
    told = BreakOff(OF_FOLDS + 4)
    train(on_epoch=told.on_epoch, should_stop=told.should_stop, checkpoint=path)
    kept = load(str(path)).members
    assert max(kept) >= 9
    assert not kept[max(kept)].ended
    assert weights(train(checkpoint=path)) == weights(unbroken)


def test_broken_off_in_the_refit_the_networks_of_the_folds_are_kept(tmp_path: Path) -> None:
    told, path = BreakOff(OF_FOLDS + 3), tmp_path / "model"
    run = train(on_epoch=told.on_epoch, should_stop=told.should_stop, output=path)
    plain = train(refit=False)
    assert weights(run) == weights(plain)
    stored = mlpcli.load(path).artifact.receipt["members"]
    assert stored == plain.artifact.receipt["members"]
    [note] = [each.text for each in run.findings if each.kind == REFIT]
    assert note == "stopped before the end of the refit; the networks of the folds were kept"


def test_the_time_limit_may_end_the_refit(tmp_path: Path) -> None:
    """Then the run is finished, and is rebuilt as it was."""
    told, path = BreakOff(OF_FOLDS + 3, "time"), tmp_path / "run"
    run = train(on_epoch=told.on_epoch, should_stop=told.should_stop, checkpoint=path)
    assert (run.stop_reason, run.refits) == ("time", [])
    again = train(checkpoint=path, on_epoch=lambda record: pytest.fail("it was finished"))
    assert weights(again) == weights(run)
    assert (again.stop_reason, kinds(again)) == ("time", kinds(run))


def test_a_refit_that_diverges_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "run"
    train(checkpoint=path)
    forged(path, lambda members: setattr(members[10].state, "stop_reason", "diverged"))
    run = train(checkpoint=path)
    assert weights(run) == weights(train(refit=False))
    assert (run.stop_reason, run.refits) == ("epochs", [])
    assert [each.text for each in run.findings if each.kind == REFIT] == [
        "a network diverged on all rows; the networks of the folds were kept"
    ]


@pytest.mark.parametrize("how", ["threads", "processes"])
def test_side_by_side_the_same_networks_come_out(how: Any, unbroken: TrainingRun) -> None:
    ready, mode = prepared(TABLE, **QUICK), ExecutionMode(how, 2)
    progress = train_anew(ready, unbroken.members, mode, Callbacks())
    for member in unbroken.refits:
        values = progress[member.number].state.values
        assert values is not None
        assert values.tobytes() == member.values.tobytes()


def test_the_plan_counts_them() -> None:
    plan = start(TABLE, **QUICK).plan
    assert (plan.members, plan.refits, plan.total_epochs) == (9 + 6, 6, OF_FOLDS + 3 * 2 * 5)
    plan = start(TABLE, **QUICK | {"race": 1}).plan
    assert (plan.members, plan.refits, plan.total_epochs) == (3 + 3, 3, 2 * 3 * 5)
    assert start(TABLE, **QUICK | {"refit": False}).plan.refits == 0


def test_a_time_limit_counts_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """An epoch takes 0.1 s, on one core, and 85 % of the limit are for training: 255 epochs."""
    monkeypatch.setattr(budget, "seconds_per_epoch", lambda ready: 0.1)
    settings = {name: value for name, value in QUICK.items() if name != "epochs"}
    epochs = []
    for refit in (False, True):
        ready = prepared(TABLE, **settings | {"race": 1, "ensemble": 1, "refit": refit})
        epochs.append(budget.fit_to_time(ready, 1 << 20, 30.0).options.training.epochs)
    assert epochs == [255 // 3, 255 // 6]


@pytest.mark.parametrize("settings", [{"folds": 0}, {"schedule": "plateau"}], ids=str)
def test_without_folds_it_has_no_effect(settings: dict[str, Any]) -> None:
    run = train(**settings)
    assert (run.refits, run.plan.refits, REFIT in kinds(run)) == ([], 0, False)
    idle = [
        each
        for each in run.plan.notes
        if isinstance(each, Sentence) and each.startswith("refit has no effect")
    ]
    assert len(idle) == 1


@pytest.mark.parametrize("optimizer", ["l-bfgs", "sgd"])
def test_every_optimizer_can(optimizer: str, tmp_path: Path) -> None:
    run = train(optimizer=optimizer, race=1, output=tmp_path / "model")
    assert len(run.refits) == 3
    loaded = mlpcli.load(tmp_path / "model")
    assert predicted(loaded, TABLE).tolist() == predicted(run.model, TABLE).tolist()


def test_reports_say_so(unbroken: TrainingRun) -> None:
    stream = io.StringIO()
    screen = Screen(stream, width=120)
    train_report.report(screen, unbroken, ["table.csv"])
    inspect.report(screen, unbroken.artifact, "model")
    inspect.report(screen, unbroken.artifact, "model", everything=True)
    said = stream.getvalue()
    assert said.count("6 networks on all rows, for ") == 3
    assert said.count("; the refitted networks were not scored on them.") == 2
