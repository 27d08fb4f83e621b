"""The surface of networks that learn: it changes no weight, and at the end is that of the model."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.errors import DataError, SettingsError
from mlpcli.training import members, planning
from mlpcli.training.ensemble import ExecutionMode
from mlpcli.training.live_surface import STAYS, LiveSurface
from mlpcli.workflows.train import TrainingRun

ROWS = 300


def table(further: int = 0) -> pd.DataFrame:
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(generator.uniform(-2, 3, (ROWS, 2 + further)).round(3)).add_prefix("x")
    frame.loc[5:8, "x1"] = np.nan
    frame["class"] = np.where(frame["x0"] > frame["x1"].fillna(0), "over", "under")
    frame["three"] = np.where(frame["x0"] > 2, "c", frame["class"])
    frame["number"] = 3 * frame["x0"] + 100
    return frame


def watched(target: str = "class", further: int = 0, **settings: Any) -> tuple[LiveSurface, TrainingRun]:
    found: list[LiveSurface] = []
    names = [str(name) for name in table(further) if str(name).startswith("x")]
    chosen: dict[str, Any] = {
        "preset": "textbook",
        "hidden": "8",
        "epochs": 6,
        "patience": 50,
        "features": names,
    } | settings
    run = mlpcli.train(table(further), target, on_surface=found.append, **chosen)
    return found[0], run


def weights(run: TrainingRun) -> bytes:
    return run.artifact.arrays["parameters"].tobytes()


@pytest.fixture
def every_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy of the weights after each batch."""
    monkeypatch.setattr(members, "SECONDS_BETWEEN", 0.0)
    monkeypatch.setattr(members, "SHARE", 1e9)


@pytest.mark.usefixtures("every_batch")
@pytest.mark.parametrize(
    "settings",
    [
        {"dropout": 0.3},
        {"optimizer": "l-bfgs"},
        {"ensemble": 2, "threads": 1},
        {"preset": "default", "epochs": 3},
    ],
    ids=["dropout", "lbfgs", "ensemble", "race"],
)
def test_the_same_bytes_with_and_without(settings: dict[str, Any]) -> None:
    chosen: dict[str, Any] = {
        "preset": "textbook",
        "hidden": "8",
        "epochs": 4,
        "features": ["x0", "x1"],
    } | settings
    drawn = list[Any]()
    surfaces = list[LiveSurface]()
    plain = mlpcli.train(table(), "class", **chosen)
    seen = mlpcli.train(
        table(),
        "class",
        on_surface=surfaces.append,
        on_batch=lambda done, total: drawn.append(surfaces[0].predicted()),
        **chosen,
    )
    assert weights(plain) == weights(seen)
    assert plain.history[-1].train_loss == seen.history[-1].train_loss
    assert any(each is not None for each in drawn) or seen.plan.mode.how != "in turn"


@pytest.mark.usefixtures("every_batch")
@pytest.mark.parametrize("target", ["class", "three", "number"])
def test_the_last_weights_give_the_surface_of_the_model(target: str) -> None:
    """Without validation rows the last weights are the best."""
    live, run = watched(target, validation="none")
    predicted = live.predicted()
    assert predicted is not None
    values, confidence = predicted
    grid = pd.DataFrame(
        [(x, y) for y in live.y.values for x in live.x.values],  # line by line
        columns=["x0", "x1"],
    )
    if target == "number":
        np.testing.assert_allclose(values.ravel(), run.model.predict(grid), rtol=1e-6)
    elif target == "class":
        np.testing.assert_allclose(values.ravel(), run.model.predict_proba(grid)["under"], atol=1e-6)
    else:
        assert confidence is not None
        np.testing.assert_allclose(confidence.ravel(), run.model.predict_proba(grid).max(axis=1), atol=1e-6)


@pytest.mark.parametrize("scaling", ["standard", "robust", "minmax", "quantile", "none"])
def test_points_are_rows_of_training(scaling: str) -> None:
    live, _ = watched(scaling=scaling, epochs=1)
    frame = table().dropna()
    rows = {(round(x, 3), round(y, 3)) for x, y in zip(frame["x0"], frame["x1"], strict=True)}
    assert 100 < len(live.points.x) <= 200
    for x, y, truth in zip(live.points.x, live.points.y, live.points.truth, strict=True):
        near = min(rows, key=lambda row: abs(row[0] - x) + abs(row[1] - y))
        assert (x, y) == pytest.approx(near, abs=0.03 if scaling == "quantile" else 1e-5)
        assert truth == (near[0] <= near[1])


@pytest.mark.parametrize("how", ["threads", "processes"])
def test_workers_send_their_weights(how: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "choose_mode", lambda *_: ExecutionMode(how, 2))
    live, run = watched(ensemble=2, epochs=3)
    assert live.predicted() is not None
    assert live.number in (0, 1)
    monkeypatch.undo()
    assert weights(run) == weights(watched(ensemble=2, epochs=3)[1])


def test_a_network_stays_while_it_learns(monkeypatch: pytest.MonkeyPatch) -> None:
    live, run = watched(ensemble=2, epochs=1, threads=1)
    now = [1e6]
    monkeypatch.setattr("time.perf_counter", lambda: now[0])
    arrays = run.members[0].values, run.members[0].constants
    live.take(1, *arrays)
    live.take(0, *arrays)
    assert live.number == 1
    now[0] += STAYS
    live.take(0, *arrays)
    assert live.number == 0


def test_weights_that_ran_away_have_no_surface() -> None:
    live, run = watched(epochs=1)
    live.take(live.number, np.full_like(run.members[0].values, np.nan), run.members[0].constants)
    assert live.predicted() is None


def test_axes_are_named_where_inputs_are_more() -> None:
    with pytest.raises(SettingsError, match="the table has 3 inputs") as raised:
        watched(further=1)
    assert raised.value.hint == "Name two: axes x0,x1."
    live, _ = watched(further=1, axes="x2,x0", epochs=1)
    assert (live.x.name, live.y.name) == ("x2", "x0")


@pytest.mark.parametrize(
    ("axes", "kind", "said"),
    [
        ("x0", SettingsError, "over two columns"),
        ("x0,x9", DataError, "no column 'x9'"),
        ("x0,letter", DataError, "'letter' is of kind category"),
    ],
)
def test_axes_that_cannot_be(axes: str, kind: type[Exception], said: str) -> None:
    frame = table().assign(letter=["a", "b", "c"] * (ROWS // 3))
    with pytest.raises(kind, match=said):
        mlpcli.train(
            frame,
            "class",
            preset="textbook",
            epochs=1,
            features=["x0", "x1", "letter"],
            on_surface=lambda surface: None,
            axes=axes,
        )
