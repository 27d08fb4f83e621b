"""Training on weighted rows is training on repeated rows, in all that follows from them."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.data.columns.frame import Frame
from mlpcli.data.schema import SCALINGS
from mlpcli.nn.network import PREDICTION_ROWS
from mlpcli.training.networks import sampled_rows
from mlpcli.workflows.train import TrainingRun
from tests.data.examples import write
from tests.workflows.examples import csv_of

TARGETS = {"regression": "y", "binary": "two", "multiclass": "three", "multilabel": "big,right"}
ALL = ["y", "two", "three", "big", "right"]


def table(rows: int, seed: int) -> pd.DataFrame:
    """Numbers with a tail, ties and gaps, a category with rare levels, dates, and targets of all tasks."""
    generator = np.random.default_rng(seed)
    x = generator.normal(size=rows)
    ties = np.where(generator.random(rows) < 0.4, 0, generator.integers(9, size=rows))
    gaps = np.where(generator.random(rows) < 0.2, np.nan, generator.normal(5, 2, rows))
    level = generator.choice(list("abcdef"), rows, p=[0.4, 0.25, 0.15, 0.1, 0.06, 0.04])
    days = np.datetime64("2020-01-01") + generator.integers(0, 1500, rows)
    score = x + 0.3 * ties + (level == "a") + generator.normal(size=rows) * 0.3
    return pd.DataFrame(
        {
            "x": x,
            "tail": generator.lognormal(size=rows),
            "ties": ties,
            "gaps": gaps,
            "level": level,
            "day": days.astype(str),
            "y": score,
            "two": np.where(score > 1, "yes", "no"),
            "three": np.array(["u", "v", "w"])[np.digitize(score, [0.4, 2])],
            "big": (score > 0.5).astype(int),
            "right": (x > 0.2).astype(int),
        }
    )


def weighted() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of weight 0, 1 and 2, those of weight 0 with wild cells; and the same without weights."""
    rows = table(120, 0).assign(weight=np.random.default_rng(1).integers(0, 3, 120))
    wild = {"x": 1e5, "level": "z", "y": -1e7, "day": "2099-01-01", "big": 1, "two": "yes"}
    for name, cell in wild.items():
        rows[name] = rows[name].mask(rows["weight"] == 0, cell)
    repeated = rows.loc[np.repeat(rows.index, rows["weight"])].drop(columns="weight")
    return rows, repeated.reset_index(drop=True)


def trained(rows: Any, task: str, **settings: Any) -> TrainingRun:
    """One batch an epoch, and no dropout."""
    features = ",".join(name for name in table(1, 0).columns if name not in ALL)
    all_rows: dict[str, Any] = {"preset": "textbook", "epochs": 6, "batch_size": 10_000, "max_categories": 4}
    return mlpcli.train(rows, TARGETS[task], **{"features": features} | all_rows | settings)


def written(run: TrainingRun, rows: pd.DataFrame) -> Any:
    return run.model.outputs(run.model.encode(frame_of(rows, run)))


def frame_of(rows: pd.DataFrame, run: TrainingRun) -> Any:
    inputs = run.model.artifact.schema.inputs
    numbers = {column.name for column in inputs if column.kind == "number"}
    return Frame.of(rows, [column.name for column in inputs], numbers)


def check(task: str, tmp_path: Path, **settings: Any) -> None:
    held = table(50, 2)
    settings["validation"] = write(tmp_path, "held.csv", csv_of(held))
    rows, repeated = weighted()
    one, other = trained(rows, task, weight="weight", **settings), trained(repeated, task, **settings)
    np.testing.assert_allclose(written(one, held), written(other, held), rtol=1e-5, atol=1e-5)
    for ours, theirs in zip(one.history, other.history, strict=True):
        assert ours.train_loss == pytest.approx(theirs.train_loss, rel=1e-5)
        assert ours.validation_loss == pytest.approx(theirs.validation_loss, rel=1e-5)
    baselines = [run.scores["validation"].baseline for run in (one, other)]
    assert baselines[0] == pytest.approx(baselines[1], rel=1e-6)


@pytest.mark.parametrize("task", TARGETS)
@pytest.mark.parametrize("scaling", [each for each in SCALINGS if each != "none"])
def test_a_row_of_weight_2_is_the_row_twice_and_of_weight_0_none(
    task: str, scaling: str, tmp_path: Path
) -> None:
    check(task, tmp_path, scaling=scaling)


@pytest.mark.parametrize("task", TARGETS)
def test_without_scaling(task: str, tmp_path: Path) -> None:
    check(task, tmp_path, scaling="none", features="x,gaps,level")


@pytest.mark.parametrize(
    ("task", "settings"),
    [
        ("regression", {"target_scaling": "standard", "output_activation": "tanh", "clip_predictions": True}),
        ("regression", {"number_embedding": "ple", "embed_above": 2, "embed_spikes": True}),
        ("regression", {"init": "data", "loss": "huber"}),
        ("regression", {"optimizer": "l-bfgs", "loss": "quantile"}),
        ("binary", {"class_weight": "balanced"}),
        ("multiclass", {"class_weight": "balanced", "init": "data"}),
        ("multilabel", {"class_weight": "balanced", "threshold": "f1"}),
        ("binary", {"class_weight": "yes=3", "learning_rate": "auto", "monitor": "roc_auc"}),
    ],
)
def test_so_it_is_with_other_settings(task: str, settings: dict[str, Any], tmp_path: Path) -> None:
    check(task, tmp_path, **settings)


@pytest.mark.parametrize("task", TARGETS)
def test_so_it_is_in_validation(task: str, tmp_path: Path) -> None:
    """The losses and scores by which epochs are chosen are those of the repeated rows."""
    rows, repeated = weighted()
    files = [write(tmp_path, f"{number}.csv", csv_of(each)) for number, each in enumerate((rows, repeated))]
    runs = [trained(rows, task, weight="weight", validation=path, min_delta=0.01) for path in files]
    for ours, theirs in zip(runs[0].history, runs[1].history, strict=True):
        assert ours.validation_loss == pytest.approx(theirs.validation_loss, rel=1e-6)
        assert ours.metrics == pytest.approx(theirs.metrics, rel=1e-6)
        assert ours.is_best == theirs.is_best


def test_wild_rows_without_weight_do_no_harm() -> None:
    """RMSE was 224 instead of 1.84 when they reached the scaling."""
    generator = np.random.default_rng(0)
    x = generator.normal(size=(150, 3))
    rows = pd.DataFrame(x, columns=list("abc")).assign(y=3 * x[:, 0] + generator.normal(size=150), w=1.0)
    wild = pd.DataFrame(generator.normal(size=(30, 3)) * 1e4, columns=list("abc")).assign(y=1e6, w=0.0)
    both = pd.concat([rows, wild], ignore_index=True)
    settings: dict[str, Any] = {"preset": "textbook", "epochs": 3, "weight": "w"}
    plain, padded = mlpcli.train(rows, "y", **settings), mlpcli.train(both, "y", **settings)
    assert padded.scores == plain.scores
    np.testing.assert_array_equal(padded.members[0].values, plain.members[0].values)
    assert mlpcli.evaluate(padded.model, both).metrics == mlpcli.evaluate(plain.model, rows).metrics


@pytest.mark.parametrize("total", [40, PREDICTION_ROWS + 999])
def test_starting_values_are_those_of_repeated_rows(total: int) -> None:
    times = np.random.default_rng(0).multinomial(total - 20, np.full(20, 1 / 20)) + 1
    repeated = np.repeat(np.arange(20), times)
    expected = repeated[sampled_rows(total, None)]
    np.testing.assert_array_equal(sampled_rows(20, times.astype(np.float64)), expected)


@pytest.mark.parametrize("factor", [1e-3, 0.77, 1e6 + 0.1])
def test_other_weights_give_each_row_its_share(factor: float) -> None:
    weights = np.array([0.5, 3.25, 1.0, 0.25])
    counts = np.bincount(sampled_rows(4, weights * factor), minlength=4)
    np.testing.assert_allclose(counts / counts.sum(), weights / weights.sum(), atol=2 / PREDICTION_ROWS)
