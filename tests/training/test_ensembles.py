"""Several networks: the same numbers in every execution mode; averaging, folds, stopping early."""

import dataclasses
import os
import signal
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.errors import StoppedError
from mlpcli.nn.fit_state import StopReason
from mlpcli.preparation.prepare import Prepared
from mlpcli.training import budget, ensemble
from mlpcli.training.ensemble import Callbacks, ExecutionMode, choose_mode
from mlpcli.training.members import Member, member_of, train_member
from mlpcli.training.planning import start
from mlpcli.training.race import Raced, train_all
from mlpcli.workflows import train as workflow
from tests.workflows.examples import prepared

QUICK: dict[str, Any] = {"preset": "textbook", "epochs": 3, "hidden": (6,), "batch_size": 16}
MODES = [ExecutionMode("in turn", 1), ExecutionMode("threads", 2), ExecutionMode("processes", 2)]


def table(rows: int = 60) -> pd.DataFrame:
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(generator.standard_normal((rows, 3)), columns=["a", "b", "c"])
    frame["value"] = np.exp(frame["a"]) + frame["b"]
    frame["class"] = pd.cut(frame["b"], [-9, -0.5, 0.5, 9], labels=["low", "mid", "high"]).astype(str)
    frame["yes"] = np.where(frame["a"] > 0, "yes", "no")
    return frame


def three(**settings: Any) -> Prepared:
    wanted = {"target": "value", "features": "a,b,c", "ensemble": 3, "dropout": 0.2}
    return prepared(table(), **QUICK | wanted | settings)


def run(ready: Prepared, mode: ExecutionMode, **callbacks: Any) -> list[Member]:
    return train_all(ready, mode, Callbacks(**callbacks)).trained


@pytest.mark.parametrize(
    ("mode", "folds"),
    [*((mode, 3) for mode in MODES), *((mode, 0) for mode in MODES[:2])],  # a test below has no folds either
    ids=lambda each: getattr(each, "how", each),
)
def test_the_mode_and_the_order_do_not_matter(mode: ExecutionMode, folds: int) -> None:
    ready = three(folds=folds, ensemble=1 if folds else 3)
    told: list[tuple[int, int]] = []
    members = run(ready, mode, on_epoch=lambda record: told.append((record.member, record.epoch)))
    assert [member.number for member in members] == [0, 1, 2]
    assert sorted(told) == [(member, epoch) for member in range(3) for epoch in (1, 2, 3)]
    for number in (2, 0, 1):
        alone = member_of(number, train_member(ready, number, lambda record: None, lambda: None))
        assert alone.values.tobytes() == members[number].values.tobytes()
        assert alone.best_epoch == members[number].best_epoch
    assert len({member.values.tobytes() for member in members}) == 3


def test_processes_that_inherit_no_file_get_the_data_by_their_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows."""
    ready = three()
    in_turn = run(ready, MODES[0])
    monkeypatch.setattr(ensemble, "unnamed_file", lambda: nullcontext(None))
    piped = run(ready, MODES[2])
    assert [each.values.tobytes() for each in piped] == [each.values.tobytes() for each in in_turn]


def test_one_network_is_the_first_of_several() -> None:
    one, several = (
        mlpcli.train(table(), "value", features="a,b,c", ensemble=n, **QUICK).artifact.arrays["parameters"]
        for n in (1, 2)
    )
    assert one.ndim == several.ndim == 1
    np.testing.assert_array_equal(several[: len(one)], one)
    assert len(several) == 2 * len(one)


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.how)
def test_stopped_early_the_finished_and_the_best_so_far_are_kept(mode: ExecutionMode) -> None:
    seen: list[int] = []

    def stop() -> StopReason | None:
        return "interrupted" if len(seen) >= 4 else None

    members = run(
        three(epochs=20_000), mode, on_epoch=lambda record: seen.append(record.member), should_stop=stop
    )
    assert members
    assert any(member.best_epoch for member in members)
    assert {member.stop_reason for member in members} == {"interrupted"}
    assert max(len(member.history) for member in members) < 20_000


def test_a_killed_process_is_an_error_with_a_way_out(tmp_path: Path) -> None:
    """As the system does when memory runs out."""

    def kill(record: Any) -> None:
        for child in Path("/proc").glob("[0-9]*"):
            try:
                parent = (child / "stat").read_text().rpartition(")")[2].split()[1]
                command = (child / "cmdline").read_text()
            except OSError:
                continue  # it has just ended
            if parent == str(os.getpid()) and "mlpcli.training.worker_process" in command:
                os.kill(int(child.name), signal.SIGKILL)

    with pytest.raises(mlpcli.MlpcliError, match="was killed") as raised:
        run(three(epochs=20_000), MODES[2], on_epoch=kill)
    assert "threads 1" in raised.value.hint


@pytest.mark.parametrize("lost", [0, 1])
def test_networks_that_diverge_are_left_out_and_told_of(
    monkeypatch: pytest.MonkeyPatch, lost: int, tmp_path: Path
) -> None:
    def some_diverge(*arguments: Any) -> Raced:
        raced = train_all(*arguments)
        trained = [
            dataclasses.replace(member, stop_reason="diverged") if member.number == lost else member
            for member in raced.trained
        ]
        return dataclasses.replace(raced, trained=trained)

    monkeypatch.setattr(workflow, "train_all", some_diverge)
    path = str(tmp_path / "m.joblib")
    done = mlpcli.train(table(), "value", features="a,b,c", ensemble=3, output=path, **QUICK)
    assert [member.number for member in done.members] == [number for number in range(3) if number != lost]
    assert done.stop_reason == "epochs"
    assert [each.text for each in done.findings if each.kind == "diverged"] == [
        "1 of 3 networks diverged and is excluded"
    ]
    assert len(mlpcli.load(path).networks) == 2


def test_a_network_without_an_epoch_is_left_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def first_is_late(*arguments: Any) -> Raced:
        first, *others = train_all(*arguments).trained
        late = dataclasses.replace(first, best_epoch=0, history=[], stop_reason="interrupted")
        return Raced([late, *others], [])

    monkeypatch.setattr(workflow, "train_all", first_is_late)
    path = str(tmp_path / "m.joblib")
    mlpcli.train(table(), "value", features="a,b,c", ensemble=3, output=path, **QUICK)
    again = mlpcli.load(path)
    assert {record["member"] for record in again.artifact.history} == {0, 1}


@pytest.mark.parametrize("preset", ["default", "best"])
def test_a_number_of_networks_is_that_number(preset: str) -> None:
    assert prepared(table(), target="value", preset=preset, ensemble=3).repetitions == 3


def test_rows_that_are_kept_apart_do_not_count() -> None:
    frame = table(100).assign(patient=np.repeat(np.arange(12), [9] * 4 + [8] * 8))
    ready = prepared(frame, target="value", preset="default", group="patient", test=0.7)
    assert (ready.options.ensemble.folds, ready.repetitions) == (0, 5)
    assert len(prepared(table(24), target="value", preset="default", test=0.5).parts["validation"]) == 0


def test_before_any_epoch_there_is_nothing_to_keep() -> None:
    with pytest.raises(StoppedError, match="before the first epoch") as raised:
        mlpcli.train(table(), "value", should_stop=lambda: "interrupted", ensemble=3, **QUICK)
    assert raised.value.reason == "interrupted"


@pytest.mark.parametrize("target", ["value", "class", "yes"])
def test_predictions_are_means_of_values_or_probabilities(target: str, tmp_path: Path) -> None:
    frame, path = table(), str(tmp_path / "m.joblib")
    trained = mlpcli.train(frame, target, features="a,b,c", ensemble=3, output=path, **QUICK)
    model = mlpcli.load(path)
    features = np.random.default_rng(1).standard_normal((9, model.network.n_in)).astype(np.float32)
    alone = [model.predictions(network.predict(features)) for network in model.networks]
    np.testing.assert_allclose(model.outputs(features), np.mean(alone, axis=0), rtol=1e-6)
    pd.testing.assert_frame_equal(
        mlpcli.predict(path, frame, proba=True).frame, mlpcli.predict(trained.model, frame, proba=True).frame
    )
    assert trained.best_epoch is None
    assert len(trained.artifact.receipt["members"]) == 3


def test_a_bag_is_scored_out_of_fold() -> None:
    """A target that does not depend on the inputs is learned by heart, but not out of fold."""
    frame = table(200)
    frame["noise"] = np.random.default_rng(5).standard_normal(200)
    bag = mlpcli.train(
        frame, "noise", features="a,b,c", folds=4, **QUICK | {"epochs": 60, "hidden": (64,), "patience": 60}
    )
    scores = bag.scores["validation"]
    assert scores.rows == 200
    assert scores.metrics["r2"] is not None
    assert scores.metrics["r2"] < 0.1
    held = np.concatenate(
        [each for _, each in start(frame, "noise", features="a,b,c", folds=4, **QUICK).prepared.folds]
    )
    assert sorted(held.tolist()) == list(range(200))


def test_groups_hold_for_folds() -> None:
    frame = table().assign(patient=np.repeat(np.arange(12), 5))
    ready = prepared(frame, target="value", features="a,b,c", group="patient", folds=4, **QUICK)
    for kept, held in ready.folds:
        assert not set(frame["patient"].iloc[kept]) & set(frame["patient"].iloc[held])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"folds": 3, "validation": 0.2}, "folds"),
        ({"folds": 3, "time": "a"}, "folds"),
        ({"folds": 1}, "folds"),
        ({"ensemble": 0}, "ensemble"),
    ],
)
def test_what_does_not_go_together(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(mlpcli.MlpcliError, match=message):
        mlpcli.train(table(), "value", **QUICK | settings)


def test_the_mode_follows_the_work() -> None:
    assert choose_mode(1, 8, 1 << 20, 1e12, "numpy") == ExecutionMode("in turn", 1)
    assert choose_mode(5, 1, 1 << 20, 1e12, "numpy") == ExecutionMode("in turn", 1)
    assert choose_mode(5, 2, 1 << 20, 1e8, "numpy").how == "in turn"  # over before a process has started
    assert choose_mode(5, 2, 1 << 20, 1e13, "numpy") == ExecutionMode("processes", 2)
    assert choose_mode(4, 2, 1 << 26, 1e10, "numpy") == ExecutionMode("threads", 2)


def test_compiled_loops_let_threads_run_where_numpy_needs_processes() -> None:
    size, work = 1 << 21, 5e10
    assert choose_mode(2, 2, size, work, "numpy") == ExecutionMode("processes", 2)
    assert choose_mode(2, 2, size, work, "numba") == ExecutionMode("threads", 2)
    assert choose_mode(2, 2, 1 << 18, 1e10, "numba").how == "in turn"  # steps are mostly Python
    assert choose_mode(2, 2, 1 << 18, 1e13, "numba") == ExecutionMode("processes", 2)


@pytest.mark.parametrize(
    ("seconds", "epochs", "members"),
    [(0.2, 1, 2), (17, 72, 2), (30, 127, 2), (40, 128, 2), (120, 128, 7), (10_000, 128, 50)],
    ids=["too short", "longer", "nearly stretched", "stretched", "more networks", "enough"],
)
def test_a_time_limit_is_spent(
    monkeypatch: pytest.MonkeyPatch, seconds: float, epochs: int, members: int
) -> None:
    """An epoch takes 0.1 s, on one core; 85 % of the limit are for training."""
    monkeypatch.setattr(budget, "seconds_per_epoch", lambda ready: 0.1)
    ready = prepared(table(600), target="value", preset="default", race=1, threads=1)
    assert (ready.options.training.epochs, ready.repetitions) == (64, 2)
    fitted = budget.fit_to_time(ready, 1 << 20, seconds).options
    assert (fitted.training.epochs, fitted.repetitions) == (epochs, members)


def test_a_bag_grows_by_whole_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "seconds_per_epoch", lambda ready: 0.01)
    ready = prepared(table(300), target="value", preset="default", race=1, threads=1)
    fitted = budget.fit_to_time(ready, 1 << 20, 25.0)
    assert (fitted.options.ensemble.folds, fitted.repetitions) == (5, 15)
    assert fitted.fold(7)[1].tolist() == fitted.fold(2)[1].tolist()


def test_the_time_of_an_epoch_is_measured() -> None:
    assert 0 < budget.seconds_per_epoch(three()) < 60


def test_schedules_end_at_their_end_under_a_time_limit() -> None:
    done = mlpcli.train(table(400), "value", time_limit="30s", hidden=(8,), ensemble=1)
    epochs = done.model.options.training.epochs
    assert done.stop_reason == "epochs"
    assert {len(member.history) for member in done.members} == {epochs}
    assert done.members[0].history[-1].learning_rate < 1e-3


def test_what_is_given_stays_under_a_time_limit() -> None:
    done = mlpcli.train(table(), "value", time_limit="20s", ensemble=2, epochs=4, hidden=(4,), folds=0)
    assert [len(member.history) for member in done.members] == [4, 4]
