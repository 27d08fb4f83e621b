"""A resumed run gives the same bytes; another run, a damaged file and a second training are refused."""

import copy
import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.artifact.checkpoint import CheckpointEncoder, Progress, load
from mlpcli.errors import ArtifactError, MlpcliError, OutputError
from mlpcli.files import Outputs
from mlpcli.nn.fit_state import FitState, StopReason
from mlpcli.nn.fitting import EpochRecord
from mlpcli.nn.optimizers import OPTIMIZERS
from mlpcli.nn.schedules import ALL_SCHEDULES
from mlpcli.training.checkpointing import CheckpointFile
from mlpcli.training.ensemble import ExecutionMode
from mlpcli.training.owned_file import OwnedFile
from mlpcli.workflows.train import TrainingRun

QUICK: dict[str, Any] = {
    "preset": "textbook",
    "epochs": 6,
    "hidden": (5, 5),
    "batch_size": 16,
    "dropout": 0.2,
    "patience": 50,
}


def table(rows: int = 80) -> pd.DataFrame:
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(generator.standard_normal((rows, 3)), columns=["a", "b", "c"])
    frame["value"] = np.exp(frame["a"]) + frame["b"]
    frame["weight"] = 1.0 + generator.random(rows)
    return frame


TABLE = table()
EARLY: dict[str, Any] = {"patience": 2, "learning_rate": 0.05, "epochs": 60}
"""Ends before all epochs are run."""


def train(**settings: Any) -> TrainingRun:
    return mlpcli.train(TABLE, "value", **QUICK | {"features": "a,b,c"} | settings)


def weights(run: TrainingRun) -> bytes:
    return run.artifact.arrays["parameters"].tobytes()


class BreakOff:
    """Asks to stop after this many epochs."""

    def __init__(self, epochs: int) -> None:
        self.left = epochs

    def on_epoch(self, record: EpochRecord) -> None:
        self.left -= 1

    def should_stop(self) -> StopReason | None:
        return "interrupted" if self.left <= 0 else None


def broken_off(path: Path, after: int, **settings: Any) -> TrainingRun:
    when = BreakOff(after)
    run = train(checkpoint=str(path), on_epoch=when.on_epoch, should_stop=when.should_stop, **settings)
    assert run.stop_reason == "interrupted"
    return run


CHOICES = [
    *({"optimizer": each, "dropout": 0.2 if each != "l-bfgs" else 0.0} for each in OPTIMIZERS),
    *({"schedule": each} for each in ALL_SCHEDULES),
    {"preset": "default", "epochs": 4},
    {"ensemble": 3},
    {"folds": 3},
    {"validation": 0.0, "patience": None},
    {"monitor": "mae", "patience": 3, "learning_rate": 0.1, "epochs": 40},
    {"weight": "weight"},
    {"diagnose": True},
    {"threads": 2},
]


def test_gone_on_with_twice(tmp_path: Path) -> None:
    path = tmp_path / "run.checkpoint"
    for epochs in (1, 2):
        broken_off(path, epochs)
        assert not load(str(path)).finished
    assert weights(train(checkpoint=str(path))) == weights(train())


@pytest.mark.parametrize("settings", CHOICES, ids=str)
def test_gone_on_with_equals_unbroken(settings: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "run.checkpoint"
    unbroken = train(**settings)
    broken_off(path, 2, **settings)
    assert not load(str(path)).finished
    told: list[EpochRecord] = []
    resumed = train(checkpoint=str(path), on_epoch=told.append, **settings)
    assert weights(resumed) == weights(unbroken)
    assert len(told) < unbroken.plan.total_epochs
    assert len(resumed.history) == len(unbroken.history)
    for ours, theirs in zip(resumed.history, unbroken.history, strict=True):
        assert dataclasses.replace(ours, seconds=0.0) == dataclasses.replace(theirs, seconds=0.0)
    assert [member.summary() for member in resumed.members] == [
        member.summary() for member in unbroken.members
    ]
    assert load(str(path)).finished


@pytest.mark.parametrize("settings", [{}, {"ensemble": 3}, {"folds": 3}, {"weight": "weight"}], ids=str)
def test_a_finished_run_is_not_run_again(settings: dict[str, Any], tmp_path: Path) -> None:
    path = str(tmp_path / "run.checkpoint")
    first = train(checkpoint=path, **settings)
    again = train(checkpoint=path, on_epoch=lambda record: pytest.fail("it was finished"), **settings)
    assert weights(again) == weights(first)
    assert again.scores == first.scores


@pytest.mark.parametrize(
    "mode", [ExecutionMode("threads", 2), ExecutionMode("processes", 2)], ids=lambda each: each.how
)
def test_side_by_side(mode: ExecutionMode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings: dict[str, Any] = {"ensemble": 3, "epochs": 80, "patience": 80}
    unbroken = train(**settings)
    monkeypatch.setattr("mlpcli.training.planning.choose_mode", lambda *sizes: mode)
    path = tmp_path / "run.checkpoint"
    broken_off(path, 10, **settings)
    kept = load(str(path))
    assert sum(len(progress.history) for progress in kept.members.values()) >= 10
    assert weights(train(checkpoint=str(path), **settings)) == weights(unbroken)


def test_nothing_but_the_checkpoint_is_left(tmp_path: Path) -> None:
    broken_off(tmp_path / "run.checkpoint", 2, ensemble=2)
    assert [each.name for each in tmp_path.iterdir()] == ["run.checkpoint"]


def test_settings_that_change_no_weights_may_change(tmp_path: Path) -> None:
    path = tmp_path / "run.checkpoint"
    broken_off(path, 2)
    resumed = train(checkpoint=str(path), strict=True, diagnose=True, output=str(tmp_path / "m.joblib"))
    assert weights(resumed) == weights(train())
    assert resumed.history[-1].layers
    assert not resumed.history[0].layers


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"epochs": 7}, "epochs was 6 and is now 7"),
        ({"seed": 1}, "seed was 0 and is now 1"),
        ({"learning_rate": 0.5}, "learning_rate was 0.001 and is now 0.5"),
        ({"hidden": (5,)}, "hidden was 5,5 and is now 5"),
        ({"features": "a,b"}, "features was a,b,c and is now a,b"),
        ({"weight": "weight"}, "weight was unset and is now weight"),
        ({"preset": "default", "dropout": 0.1}, "preset was textbook and is now default; "),
        ({"threads": 2}, "threads were 1 and are now 2"),
    ],
    ids=str,
)
def test_another_run_is_refused(settings: dict[str, Any], named: str, tmp_path: Path) -> None:
    path = tmp_path / "run.checkpoint"
    broken_off(path, 2)
    before = path.read_bytes()
    with pytest.raises(MlpcliError, match="belongs to another run") as caught:
        train(checkpoint=str(path), **settings)
    assert named in caught.value.message
    assert path.read_bytes() == before


def test_other_data_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.checkpoint"
    broken_off(path, 2)
    other = TABLE.copy()
    other.loc[other.index[3], "a"] = 9.0
    with pytest.raises(MlpcliError, match="the data differ"):
        mlpcli.train(other, "value", checkpoint=str(path), features="a,b,c", **QUICK)


def test_all_differences_are_listed(tmp_path: Path) -> None:
    path = tmp_path / "run.checkpoint"
    broken_off(path, 2)
    with pytest.raises(MlpcliError, match=r"batch_size was 16 and is now 8; seed was 0 and is now 3$"):
        train(checkpoint=str(path), seed=3, batch_size=8)


@pytest.mark.parametrize("keep", [0, 100, 0.99], ids=str)
def test_a_file_cut_short_is_refused(keep: float, tmp_path: Path) -> None:
    path = tmp_path / "run.checkpoint"
    broken_off(path, 2)
    whole = path.read_bytes()
    cut = whole[: int(keep if keep >= 1 else keep * len(whole))]
    path.write_bytes(cut)
    with pytest.raises(ArtifactError, match="is not an mlpcli checkpoint file, or it is damaged") as caught:
        train(checkpoint=str(path))
    assert "with checkpoint" in caught.value.hint
    assert path.read_bytes() == cut


def test_a_model_is_no_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "m.joblib"
    train(output=str(path))
    before = path.read_bytes()
    with pytest.raises(ArtifactError, match="is a model, not a checkpoint"):
        train(checkpoint=str(path))
    assert path.read_bytes() == before


def test_a_second_training_is_refused(tmp_path: Path) -> None:
    path = str(tmp_path / "run.checkpoint")
    refused: list[str] = []

    def second(record: EpochRecord) -> None:
        with pytest.raises(OutputError) as caught:
            train(checkpoint=path)
        refused.append(caught.value.message)

    run = train(checkpoint=path, on_epoch=second)
    assert refused == [f"{path} is in use by another training"] * len(run.history)
    assert weights(run) == weights(train())


def test_the_model_of_the_same_run_may_be_replaced(tmp_path: Path) -> None:
    path, model = tmp_path / "run.checkpoint", tmp_path / "m.joblib"
    broken_off(path, 2, output=str(model))
    broken = model.read_bytes()
    train(checkpoint=str(path), output=str(model))
    assert model.read_bytes() != broken
    with pytest.raises(OutputError, match="exists already"):
        train(output=str(model))
    with pytest.raises(OutputError, match="exists already"):
        train(checkpoint=str(tmp_path / "other.checkpoint"), seed=1, output=str(model))
    model.write_bytes(b"something else")
    with pytest.raises(OutputError, match="exists already"):
        train(checkpoint=str(path), output=str(model))
    assert model.read_bytes() == b"something else"


def test_a_time_limit_counts_what_was_before(tmp_path: Path) -> None:
    path = tmp_path / "run.checkpoint"
    first = broken_off(path, 2, time_limit=1000.0)
    forged(path, lambda members: None, seconds=2000.0)
    last = train(checkpoint=str(path), time_limit=1000.0)
    assert last.stop_reason == "time"
    assert len(last.history) == len(first.history)
    assert load(str(path)).finished


def forged(path: Path, change: Callable[[dict[int, Progress]], Any], **others: Any) -> None:
    """Change the content and give it the right checksums."""
    checkpoint = load(str(path))
    members = {
        number: Progress(copy.deepcopy(progress.state), progress.history)
        for number, progress in checkpoint.members.items()
    }
    change(members)
    path.write_bytes(CheckpointEncoder().to_bytes(dataclasses.replace(checkpoint, members=members, **others)))


@pytest.mark.parametrize("settings", [EARLY, {"epochs": 4}], ids=str)
def test_broken_off_in_the_last_epoch(settings: dict[str, Any], tmp_path: Path) -> None:
    """Between the last epoch and the end, when the best weights are not yet in their place."""
    path = tmp_path / "run.checkpoint"
    unbroken = train(**settings)

    def at_the_last(record: EpochRecord) -> None:
        if record.epoch == len(unbroken.history):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(checkpoint=str(path), on_epoch=at_the_last, **settings)
    resumed = train(checkpoint=str(path), **settings)
    assert weights(resumed) == weights(unbroken)
    assert resumed.stop_reason == unbroken.stop_reason


def test_killed_right_after_the_last_epoch_was_kept(tmp_path: Path) -> None:
    """The file holds the state from before the network has ended."""
    path = tmp_path / "run.checkpoint"
    settings: dict[str, Any] = {"patience": 2, "learning_rate": 0.05, "epochs": 60}
    unbroken = train(**settings)
    when = BreakOff(len(unbroken.history))
    train(checkpoint=str(path), on_epoch=when.on_epoch, should_stop=when.should_stop, **settings)
    kept = load(str(path)).members[0]
    assert len(kept.history) == len(unbroken.history)
    assert weights(train(checkpoint=str(path), **settings)) == weights(unbroken)


def test_a_refused_checkpoint_is_let_go(tmp_path: Path) -> None:
    path = str(tmp_path / "run.checkpoint")
    train(checkpoint=path)
    for wrong in ({"seed": 5}, {"target": "nosuch"}, {"hidden": "x"}):
        with pytest.raises(MlpcliError):
            mlpcli.train(
                TABLE, **{"target": "value", "checkpoint": path, "features": "a,b,c"} | QUICK | wrong
            )
    assert train(checkpoint=path).stop_reason == "epochs"
    (tmp_path / "bad").write_bytes(b"no checkpoint")
    for _ in range(2):
        with pytest.raises(ArtifactError, match="is not an mlpcli checkpoint"):
            train(checkpoint=str(tmp_path / "bad"))


def test_a_hundred_networks_can_be_read_again(tmp_path: Path) -> None:
    path = tmp_path / "run.checkpoint"
    broken_off(path, 2)
    progress = load(str(path)).members[0]
    forged(
        path,
        lambda members: members.update(
            {
                number: Progress(
                    progress.state,
                    tuple(dataclasses.replace(record, member=number) for record in progress.history),
                )
                for number in range(100)
            }
        ),
    )
    assert len(load(str(path)).members) == 100


def test_outputs_must_differ(tmp_path: Path) -> None:
    path = str(tmp_path / "same")
    with pytest.raises(OutputError, match="is named by output and checkpoint"):
        train(output=path, checkpoint=path)


def test_a_full_disk_costs_the_checkpoint_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run.checkpoint"
    real = OwnedFile.replace
    calls: list[int] = []

    def full(self: OwnedFile, content: bytes) -> None:
        calls.append(len(content))
        if len(calls) > 1:
            raise OutputError("run.checkpoint: cannot be written (No space left on device)", "")
        real(self, content)

    monkeypatch.setattr(OwnedFile, "replace", full)
    run = train(checkpoint=str(path))
    assert weights(run) == weights(train())
    (found,) = [each for each in run.findings if each.kind == "checkpoint"]
    assert "No space left" in found.text


class Clock:
    """A clock that the test sets; each write takes `write_seconds` of it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.write_seconds = 100.0, 0.01
        self.full = False
        self.writes: list[float] = []
        real = OwnedFile.replace

        def replace(file: OwnedFile, content: bytes) -> None:
            self.writes.append(self.now)
            self.now += self.write_seconds
            if self.full:
                raise OutputError("run.checkpoint: cannot be written (No space left on device)", "")
            real(file, content)

        monkeypatch.setattr(OwnedFile, "replace", replace)

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def opened(path: Path, clock: Clock) -> CheckpointFile:
    """The checkpoint of a new run."""
    file = CheckpointFile(str(path), clock=clock)
    file.adopt({})
    file.begin()
    clock.writes.clear()
    return file


def after(epochs: int, stop_reason: StopReason | None = None) -> Progress:
    return Progress(FitState(epoch=epochs, stop_reason=stop_reason))


@pytest.mark.parametrize(("write_seconds", "rest"), [(0.01, 2.0), (0.5, 5.0)])
def test_many_short_epochs_do_not_each_write(
    write_seconds: float, rest: float, clock: Clock, tmp_path: Path
) -> None:
    file = opened(tmp_path / "run.checkpoint", clock)
    clock.write_seconds = write_seconds
    began = clock.now
    epochs = 0
    while clock.now < began + 60:
        epochs += 1
        file.keep(0, after(epochs), clock.now - began)
        clock.now += 0.05
    assert clock.writes[0] == began  # the first epoch is safe at once
    pauses = np.diff(clock.writes) - write_seconds
    assert pauses.min() >= rest - 1e-6
    assert pauses.max() <= rest + 0.06
    file.close()
    assert load(str(tmp_path / "run.checkpoint")).members[0].state.epoch == epochs


@pytest.mark.parametrize(
    "end",
    [
        lambda file: file.keep(0, after(3, "patience"), 0.3),
        lambda file: file.finish(),
        lambda file: file.flush(),
        lambda file: file.close(),
    ],
    ids=["a network's end", "finish", "stop", "close"],
)
def test_the_last_state_is_written_at_every_end(
    end: Callable[[CheckpointFile], None], clock: Clock, tmp_path: Path
) -> None:
    file = opened(tmp_path / "run.checkpoint", clock)
    for epochs in (1, 2, 3):
        file.keep(0, after(epochs), epochs / 10)
    assert load(str(tmp_path / "run.checkpoint")).members[0].state.epoch == 1
    end(file)
    kept = load(str(tmp_path / "run.checkpoint"))
    assert (kept.members[0].state.epoch, kept.seconds) == (3, 0.3)
    file.close()
    assert len(clock.writes) == 2  # nothing is written twice


def test_a_failed_write_is_told_until_one_succeeds(clock: Clock, tmp_path: Path) -> None:
    file = opened(tmp_path / "run.checkpoint", clock)
    clock.full = True
    file.keep(0, after(1), 0.1)
    assert file.complaint is not None
    assert "No space left" in file.complaint
    clock.full = False
    file.keep(0, after(2), 0.2)
    file.flush()
    assert file.complaint is None
    file.close()


def test_an_unexpected_error_is_raised_and_the_file_let_go(clock: Clock, tmp_path: Path) -> None:
    file = opened(tmp_path / "run.checkpoint", clock)
    state = FitState(epoch=1, generators={"shuffle": {"state": object()}})
    with pytest.raises(TypeError):
        file.keep(0, Progress(state), 0.1)
    with pytest.raises(TypeError):
        file.close()
    CheckpointFile(str(tmp_path / "run.checkpoint")).close()


def test_what_a_time_limit_settled_does_not_overrule_what_is_given(tmp_path: Path) -> None:
    path = str(tmp_path / "run.checkpoint")
    train(checkpoint=path, time_limit=1000.0, epochs=3)
    with pytest.raises(MlpcliError, match="epochs was 3 and is now 9"):
        train(checkpoint=path, time_limit=1000.0, epochs=9)


def test_on_another_machine_it_is_said(tmp_path: Path) -> None:
    path = tmp_path / "run.checkpoint"
    broken_off(path, 2)
    forged(path, lambda members: None, machine="another")
    assert any("begun on another machine" in note for note in train(checkpoint=str(path)).plan.notes)


def test_reports_of_the_same_run_may_be_replaced(tmp_path: Path) -> None:
    path, history = tmp_path / "run.checkpoint", tmp_path / "h.csv"
    broken_off(path, 2, reports=Outputs({"history": str(history)}))
    history.write_text("written by the caller")
    train(checkpoint=str(path), reports=Outputs({"history": str(history)}))
    other = tmp_path / "other.csv"
    other.write_text("not ours")
    with pytest.raises(OutputError, match="exists already"):
        train(checkpoint=str(path), reports=Outputs({"history": str(other)}))


@pytest.mark.parametrize("after", [6, 7, 12])
def test_stopped_between_networks_it_is_not_finished(after: int, tmp_path: Path) -> None:
    """Also when the run is stopped just as a network has ended."""
    path = tmp_path / "run.checkpoint"
    settings: dict[str, Any] = {"ensemble": 3, "threads": 1}
    unbroken = train(**settings)
    broken = broken_off(path, after, **settings)
    assert broken.stop_reason == "interrupted"
    assert not load(str(path)).finished
    assert weights(train(checkpoint=str(path), **settings)) == weights(unbroken)


@pytest.mark.parametrize("output", ["output", "checkpoint", "history"])
@pytest.mark.parametrize("read", ["from_model", "validation", "test", "also"])
def test_no_input_is_written_over(read: str, output: str, tmp_path: Path) -> None:
    path = str(tmp_path / "read")
    Path(path).write_text("kept")
    files: dict[str, Any] = {output: path, read: path}
    reports = Outputs({"history": files.pop("history", None)}, inputs=[files.pop("also", __file__)])
    with pytest.raises(OutputError, match="is an input of this command too"):
        train(force=True, reports=reports, **files)
    assert Path(path).read_text() == "kept"


def test_a_path_object_will_do(tmp_path: Path) -> None:
    train(checkpoint=tmp_path / "run.checkpoint")
    assert load(str(tmp_path / "run.checkpoint")).finished


def test_a_limit_that_is_too_short_says_so() -> None:
    with pytest.raises(MlpcliError, match="time_limit 1e-09s was reached before the first epoch ended"):
        train(time_limit=1e-9)


@pytest.mark.parametrize("settings", [{}, {"drop_duplicates": True}, {"folds": 3}])
def test_a_table_with_equal_rows_goes_on(tmp_path: Path, settings: dict[str, Any]) -> None:
    doubled = pd.concat([TABLE, TABLE[:40]], ignore_index=True)
    told = QUICK | {"features": "a,b,c"} | settings
    whole = mlpcli.train(doubled, "value", **told)
    when = BreakOff(2)
    path = str(tmp_path / "c")
    broken = mlpcli.train(
        doubled, "value", checkpoint=path, on_epoch=when.on_epoch, should_stop=when.should_stop, **told
    )
    assert broken.stop_reason == "interrupted"
    assert weights(mlpcli.train(doubled, "value", checkpoint=path, **told)) == weights(whole)
