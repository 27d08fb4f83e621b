"""The search for settings: who sees which rows, the same result whatever runs it, and what is refused."""

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.artifact.checkpoint import CheckpointEncoder
from mlpcli.artifact.checkpoint import load as load_checkpoint
from mlpcli.errors import ArtifactError, DataError, MlpcliError, OutputError, SettingsError, StoppedError
from mlpcli.nn.fit_state import StopReason
from mlpcli.render.console import Screen
from mlpcli.render.tune import report
from mlpcli.training.brackets import full_trainings
from mlpcli.training.ensemble import ExecutionMode
from mlpcli.training.owned_file import OwnedFile
from mlpcli.training.search import Search
from mlpcli.workflows.search.tuned import Tuning

QUICK: dict[str, Any] = {"preset": "textbook", "epochs": 5, "folds": 2, "engine": "numpy", "workers": 1}
SPACE: dict[str, Any] = {
    "hidden": ["4", "8", "8,8"],
    "dropout": {"low": 0.0, "high": 0.5},
    "learning_rate": {"low": 1e-4, "high": 0.1, "log": True},
}
ROWS = 150


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    generator = np.random.default_rng(0)
    values = generator.standard_normal((ROWS, 3)).round(3)
    kind = np.where(values[:, 0] * values[:, 1] + 0.1 * values[:, 2] > 0, "large", "small").astype(object)
    kind[[7, 31]] = None
    return pd.DataFrame(values, columns=["a", "b", "c"]).assign(
        place=generator.permutation(np.arange(ROWS) // 3),
        year=2000 + generator.permutation(np.arange(ROWS) // 5),
        kind=kind,
    )


def tuned(frame: pd.DataFrame, **settings: Any) -> Tuning:
    return mlpcli.tune(frame, "kind", **{**QUICK, "space": SPACE, "only": True, "trials": 14, **settings})


def told(found: Tuning) -> list[tuple[Any, ...]]:
    """All that a search comes to."""
    return [
        *((dict(each.configuration.changes), each.epochs, each.loss, each.finished) for each in found.trials),
        (found.winner.trial.place, found.winner.inner.metrics),
        (None if found.winner.outer is None else found.winner.outer.metrics,),
    ]


@pytest.fixture(scope="module")
def usual(frame: pd.DataFrame) -> Tuning:
    return tuned(frame)


def test_trials_are_halved(usual: Tuning) -> None:
    first = [each for each in usual.trials if each.bracket == 0]
    assert [len(first), len(usual.trials)] == [12, 14]
    # Four go on, and two of them; the preset's own as well, if it is not among them.
    epochs = [each.epochs for each in first]
    assert (epochs.count(1), epochs.count(2), epochs.count(5)) in ((8, 2, 2), (8, 1, 3), (7, 2, 3), (7, 3, 2))
    assert first[0].finished  # the preset's own always goes to the end
    ranked = [each.loss_or_infinite for each in usual.finished]
    assert ranked == sorted(ranked)
    changes = [json.dumps(dict(each.configuration.changes)) for each in usual.trials]
    assert len(set(changes)) == len(changes)


def test_work_of_a_bracket_by_hand() -> None:
    # 12 to 3/15, 4 from there to 7/15, 2 from there to the end.
    assert full_trainings(12, networks=1) == pytest.approx(12 * 3 / 15 + 4 * 4 / 15 + 2 * 8 / 15)
    # Of five networks two begin; all of those that go on then catch up.
    assert full_trainings(12, networks=5) == pytest.approx(
        12 * 2 / 5 * 3 / 15 + 4 * (7 / 15 - 2 / 5 * 3 / 15) + 2 * 8 / 15
    )


@pytest.mark.parametrize("mode", [ExecutionMode("threads", 3), ExecutionMode("processes", 2)])
def test_the_result_does_not_depend_on_who_trains(
    frame: pd.DataFrame, usual: Tuning, mode: ExecutionMode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mlpcli.workflows.search.ready_search.choose_mode", lambda *about: mode)
    assert told(tuned(frame)) == told(usual)


def test_workers_decide_how_many_train(frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def choose(networks: int, cores: int, *about: object) -> ExecutionMode:
        asked.append(cores)
        return ExecutionMode("in turn", 1)

    monkeypatch.setattr("mlpcli.workflows.search.ready_search.choose_mode", choose)
    tuned(frame, trials=2, workers=7)
    tuned(frame, trials=2, workers=None, threads=3)
    assert asked == [7, 3]


def test_another_seed_is_another_search(frame: pd.DataFrame, usual: Tuning) -> None:
    assert told(tuned(frame, seed=1)) != told(usual)


def test_no_trial_sees_outer_rows(frame: pd.DataFrame, usual: Tuning) -> None:
    altered = frame.copy()
    altered.loc[usual.rows.scored, ["a", "b", "c"]] += 1.0
    found = tuned(altered)
    assert [each.loss for each in found.trials] == [each.loss for each in usual.trials]
    assert found.winner.inner.metrics == usual.winner.inner.metrics
    assert found.winner.outer is not None
    assert usual.winner.outer is not None
    assert found.winner.outer.metrics != usual.winner.outer.metrics
    assert found.winner.outer.rows == len(usual.rows.scored)


def test_test_rows_are_never_touched(frame: pd.DataFrame, tmp_path: Path) -> None:
    model = tmp_path / "m.joblib"
    first = tuned(frame, test=0.2, trials=4, output=model)
    apart = np.setdiff1d(np.arange(len(frame)), first.rows.whole)
    assert len(apart) == first.rows.apart == 30
    assert not np.isin(apart, [*first.rows.learned, *first.rows.scored]).any()
    altered = frame.copy()
    altered.loc[apart, ["a", "b", "c"]] *= -1.0
    second = tuned(altered, test=0.2, trials=4, output=model, force=True)
    assert told(first) == told(second)
    assert first.model is not None
    assert second.model is not None
    assert first.model.artifact.receipt["weights"] == second.model.artifact.receipt["weights"]


def test_copies_of_learned_rows_are_not_scored(frame: pd.DataFrame) -> None:
    twice = pd.concat([frame, frame], ignore_index=True)
    rows = tuned(twice, trials=2, drop_duplicates=True, test=0.2).rows
    part = np.full(len(twice), "apart", dtype=object)
    part[rows.learned], part[rows.scored] = "learned", "scored"
    known = twice["kind"].notna().to_numpy()[: len(frame)]
    for first, second in zip(part[: len(frame)][known], part[len(frame) :][known], strict=True):
        assert second == "apart"  # left out
        assert first in ("apart", "learned", "scored")
    assert rows.counted == known.sum()
    assert len(np.intersect1d(rows.whole, rows.learned)) == len(rows.learned)


def test_a_class_of_the_latest_rows_is_in_no_part(frame: pd.DataFrame) -> None:
    late = frame.copy()
    late.loc[late["year"] == late["year"].max(), "kind"] = "new"
    settings = {"folds": None, "validation": 0.2, "time": "year", "task": "multiclass"}
    found = tuned(late, trials=2, **settings)
    assert any("left out" in note for note in found.notes)
    assert max(late["year"].iloc[found.rows.learned]) < late["year"].max()
    assert set(late["kind"].iloc[found.rows.scored]) == {"large", "small"}


@pytest.mark.parametrize("by", ["group", "time"])
def test_outer_rows_are_parted_as_training_parts_them(frame: pd.DataFrame, by: str) -> None:
    column = {"group": "place", "time": "year"}[by]
    settings = {"folds": 2} if by == "group" else {"folds": None, "validation": 0.2}
    rows = tuned(frame, trials=2, **{by: column}, **settings).rows
    learned, scored = (set(frame[column].iloc[each]) for each in (rows.learned, rows.scored))
    known = set(frame[column].iloc[[7, 31]])  # rows without target are left out by every training
    if by == "group":
        assert not (learned - known) & scored
    else:
        assert max(learned - known) <= min(scored)


def test_the_model_is_that_of_the_settings_found(frame: pd.DataFrame, tmp_path: Path) -> None:
    found = tuned(frame, output=tmp_path / "m.joblib")
    assert found.model is not None
    again = mlpcli.train(frame, **found.settings)
    assert again.artifact.receipt["weights"] == found.model.artifact.receipt["weights"]
    loaded = mlpcli.load(tmp_path / "m.joblib")
    assert loaded.artifact.receipt["weights"] == again.artifact.receipt["weights"]


def test_settings_are_those_of_the_winner_where_the_preset_has_others_for_all_rows() -> None:
    """At 3,000 rows the preset's scaling and waves change."""
    generator = np.random.default_rng(0)
    table = pd.DataFrame(generator.standard_normal((3_300, 3)), columns=["a", "b", "c"])
    table["y"] = table["a"] * table["b"] + 0.1 * generator.standard_normal(len(table))
    found = mlpcli.tune(
        table, "y", folds=2, trials=2, engine="numpy", workers=1, space={"epochs": [1]}, hidden="4"
    )
    wanted = found.winner.trial.configuration.options.values()
    assert found.settings["epochs"] == 1
    run = mlpcli.train(table, **{**found.settings, "sketches": False})
    for name in ("scaling", "frequency_spread", "dropout", "weight_decay", "learning_rate", "batch_size"):
        assert run.plan.settings[name] == wanted[name], name
    if not found.changes:
        assert found.settings["scaling"] == "robust"  # of 2,640 rows; of 3,300 it would be quantile


def test_several_are_kept_together(frame: pd.DataFrame, tmp_path: Path) -> None:
    found = tuned(frame, output=tmp_path / "m.joblib", keep=3)
    assert 1 < len(found.kept) <= 3
    assert sum(share for _, share in found.kept) == pytest.approx(1.0)
    assert found.model is not None
    stored = found.model.artifact.configurations
    assert 1 <= len(stored) <= len(found.kept)
    names = [trial.configuration.name for trial, _ in found.kept]
    assert {each["name"] for each in stored} <= set(names)
    for each in stored:
        trial = found.kept[names.index(each["name"])][0]
        values = found.model.model.artifact.settings | each["changes"]
        wanted = trial.configuration.options.values()
        for name in SPACE:
            assert values[name] == wanted[name]


def test_a_grid_is_tried_once(frame: pd.DataFrame) -> None:
    found = tuned(frame, space={"hidden": ["4", "8"], "dropout": [0.0, 0.2]}, trials=100)
    values = [each.configuration.options.values() for each in found.trials]
    tried = {(each["hidden"], each["dropout"]) for each in values}
    assert tried == {(hidden, dropout) for hidden in ((4,), (8,)) for dropout in (0.0, 0.2)}
    assert len(found.trials) == 4


def test_published_values_but_for_those_named(frame: pd.DataFrame) -> None:
    found = tuned(frame, only=False, space={"dropout": [0.25]}, hidden="4", trials=12)
    values = [each.configuration.options.values() for each in found.trials]
    assert {each["hidden"] for each in values} == {(4,)}
    assert {each["dropout"] for each in values} == {0.25}
    assert len({each["learning_rate"] for each in values}) > 5


def stopping_after(brackets: int) -> dict[str, Any]:
    """Arguments that stop a search in the bracket after so many."""
    state: dict[str, Any] = {"left": None}

    def on_trials(search: Search) -> None:
        if search.brackets == brackets:
            state["left"] = 3

    def should_stop() -> StopReason | None:
        if state["left"] is not None:
            state["left"] -= 1
        return "interrupted" if state["left"] is not None and state["left"] < 0 else None

    return {"on_trials": on_trials, "should_stop": should_stop}


def test_a_search_that_was_broken_off_goes_on(frame: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "search.ckpt"
    broken = tuned(frame, trials=30, checkpoint=path, **stopping_after(1))
    assert not all(each.finished for each in broken.trials if each.bracket == 1)
    assert broken.winner.trial.bracket == 0
    whole = tuned(frame, trials=30, checkpoint=path)
    assert any("resuming after 12 trials" in note for note in whole.notes)
    assert told(whole) == told(tuned(frame, trials=30))
    more = tuned(frame, trials=31, checkpoint=path)
    assert told(more)[:30] == told(whole)[:30]
    with pytest.raises(MlpcliError, match="belongs to another run"):
        tuned(frame, trials=30, checkpoint=path, seed=1)
    with pytest.raises(MlpcliError, match="the search differs"):
        tuned(frame, trials=30, checkpoint=path, space={"dropout": [0.1, 0.2]})


def test_an_altered_checkpoint_is_refused(frame: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "search.ckpt"
    tuned(frame, trials=4, checkpoint=path)
    stored = load_checkpoint(str(path))
    first = stored.trials[0]
    for trials in (
        [{**first, "changes": {"hidden": "x"}}, *stored.trials[1:]],
        [{**first, "changes": {"nothing": 1}}, *stored.trials[1:]],
        [
            *stored.trials[:1],
            {**stored.trials[1], "changes": {"validation": "/rows.csv"}},
            *stored.trials[2:],
        ],
        [{**first, "bracket": 7}, *stored.trials[1:]],
        [{**first, "finished": not first["finished"]}, *stored.trials[1:]],
        stored.trials[:1] * 4,
    ):
        altered = replace(stored, trials=trials)  # type: ignore[arg-type]
        path.write_bytes(CheckpointEncoder().to_bytes(altered))
        with pytest.raises(ArtifactError, match="its parts do not fit together"):
            tuned(frame, trials=4, checkpoint=path)


def test_a_checkpoint_with_a_network_that_has_not_ended_is_refused(
    frame: pd.DataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "search.ckpt"
    tuned(frame, trials=4, checkpoint=path)
    stored = load_checkpoint(str(path))
    number, progress = next(iter(stored.members.items()))
    state = replace(progress.state, stop_reason=None, values=None)
    members = {**stored.members, number: replace(progress, state=state)}
    path.write_bytes(CheckpointEncoder().to_bytes(replace(stored, members=members)))
    with pytest.raises(ArtifactError, match="its parts do not fit together"):
        tuned(frame, trials=4, checkpoint=path)


def test_weights_are_kept_of_the_best_only(frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlpcli.training.search.CANDIDATES", 2)
    found = tuned(frame, trials=30)
    known = [each for each in found.trials if each.progress is not None]
    assert {each.place for each in known} == {0, *(each.place for each in found.finished[:2])}
    assert len(found.finished) > len(known)
    assert all(each.scores["accuracy"] is not None for each in found.finished)


def test_a_training_in_the_end_that_fails_does_not_cost_the_search(
    frame: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*data: object, **settings: object) -> None:
        raise OutputError("the disk is full", "Make room.")

    monkeypatch.setattr("mlpcli.workflows.tune.train_kept", fails)
    found = tuned(frame, trials=3, output=tmp_path / "m.joblib")
    assert found.model is None
    assert "the disk is full" in str(found.failed)
    assert found.winner.outer is not None


def report_of(found: Tuning) -> str:
    stream = io.StringIO()
    report(Screen(stream), found, ["t.csv"], "mlpcli train t.csv")
    return stream.getvalue()


def test_a_preset_that_comes_to_no_end(frame: pd.DataFrame) -> None:
    rates = {"learning_rate": [1e30, 0.01, 0.02, 0.03]}  # the first is the nearest to none
    found = tuned(frame, optimizer="sgd", hidden="4", space=rates, trials=4)
    assert found.usual is None
    assert found.winner.trial.place > 0
    assert "came to no end" in report_of(found)


def test_too_little_time_shortens_trials(
    frame: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mlpcli.training.search.seconds_per_epoch", lambda prepared: 0.05)
    settings: dict[str, Any] = {"trials": None, "epochs": None, "only": False, "space": {}, "time_limit": 2.0}
    path = tmp_path / "search.ckpt"
    found = tuned(frame, folds=20, checkpoint=path, **settings)
    assert any("time_limit allows" in note for note in found.notes)
    epochs = found.winner.trial.configuration.options.training.epochs
    assert epochs is not None
    assert epochs < 120
    assert found.settings["epochs"] == epochs
    assert "epochs" not in found.domains
    more = tuned(frame, folds=20, checkpoint=path, **{**settings, "time_limit": 4.0})
    assert more.winner.trial.configuration.options.training.epochs == epochs
    assert told(more)[: len(found.trials)] == told(found)[: len(found.trials)]


def test_stopped_before_anything(frame: pd.DataFrame) -> None:
    with pytest.raises(StoppedError, match="stopped before the first trial ended"):
        tuned(frame, should_stop=lambda: "interrupted")


def test_a_time_limit(frame: pd.DataFrame) -> None:
    found = tuned(frame, trials=None, time_limit=1.5)
    assert found.finished
    assert found.trials[0].finished


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"trials": 4, "time_limit": 60.0}, "trials and time_limit cannot be combined"),
        ({"keep": 2}, "keep is for a model, and none is to be written"),
        ({"trials": 1}, "trials: 1 is out of range"),
        ({"outer": 1.0}, "outer: 1.0 is out of range"),
        ({"space": {"hidden": ["4"]}, "hidden": "8"}, "hidden is given, and is to vary as well"),
        ({"space": {"seed": [1, 2]}}, "seed cannot vary in a search"),
        ({"race": 2}, "race has no meaning here"),
        ({"refit": True}, "refit has no meaning here"),
        ({"from_model": "m.joblib"}, "from_model has no meaning here"),
        ({"validation": "rows.csv"}, "validation cannot be a file"),
        ({"test": "rows.csv"}, "test cannot be a file"),
        ({"validation": 0.0, "folds": None}, "no rows are held out"),
        ({"learning_rate": "auto", "space": {"dropout": [0.1]}}, "learning_rate auto has no meaning here"),
        ({"space": {"hidden": ["4"], "dropout": ["0.1,0.2"]}}, "dropout"),
    ],
)
def test_what_is_refused(frame: pd.DataFrame, settings: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError) as raised:
        tuned(frame, **settings)
    assert said in str(raised.value)


def test_an_output_that_is_there(frame: pd.DataFrame, tmp_path: Path) -> None:
    (tmp_path / "m.joblib").write_bytes(b"mine")
    with pytest.raises(OutputError):
        tuned(frame, output=tmp_path / "m.joblib")


def test_on_one_screen(usual: Tuning) -> None:
    shown = str(usual)
    assert shown.splitlines()[0] == "Search for settings for 'kind' (binary)"
    assert "inner" in shown
    assert "outer" in shown


def test_a_full_disk_for_the_checkpoint_is_told(
    frame: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []

    def replace_once(self: OwnedFile, content: bytes) -> None:
        written.append(len(content))
        if len(written) > 1:
            raise OutputError("the disk is full")
        original(self, content)

    original = OwnedFile.replace
    monkeypatch.setattr(OwnedFile, "replace", replace_once)
    found = tuned(frame, trials=3, checkpoint=tmp_path / "c.ckpt")
    assert len(written) > 1
    assert any("the disk is full" in each.text for each in found.findings)


def test_an_optimizer_that_takes_all_rows_at_once(frame: pd.DataFrame) -> None:
    found = tuned(frame, optimizer="l-bfgs", space={}, only=False, trials=3, epochs=3)
    assert len(found.trials) == 3
    assert all(each.configuration.options.optimizer.optimizer == "l-bfgs" for each in found.trials)


def test_choices_of_which_some_do_not_go_together(frame: pd.DataFrame) -> None:
    space = {"hidden": ["4", "4,4"], "dropout": ["0.1,0.2", "0"]}
    found = tuned(frame, space=space, trials=10)
    values = [each.configuration.options.values() for each in found.trials]
    tried = {(each["hidden"], each["dropout"]) for each in values}
    assert tried == {((4,), (0.0,)), ((4, 4), (0.0,)), ((4, 4), (0.1, 0.2))}
    assert not found.begins_with_preset
    assert "first trial" in report_of(found)


def test_a_table_of_few_rows(frame: pd.DataFrame) -> None:
    with pytest.raises(DataError, match="8 rows are too few to hold out some") as raised:
        mlpcli.tune(frame.iloc[10:20], "kind", preset="textbook", trials=2)
    assert "outer 0" in str(raised.value.hint)
