"""What the strong presets choose, by the shape of the table and by what is given."""

import dataclasses
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.nn.optimizers import OPTIMIZERS
from mlpcli.options.options import Options
from mlpcli.options.presets import DEFAULT_PRESET, PRESETS, TableShape
from tests.workflows.examples import prepared

SHAPE = TableShape(rows=20_000, task="regression", numbers=8, units=20_000)
STRONG = [name for name in PRESETS if name != "textbook"]


def resolved(shape: TableShape = SHAPE, **given: Any) -> Options:
    return Options.from_values({"preset": DEFAULT_PRESET} | given).resolved(shape)


def of(**changes: Any) -> TableShape:
    changes = {"units": changes.get("rows", SHAPE.rows)} | changes
    return dataclasses.replace(SHAPE, **changes)


def test_the_strong_recipe_is_the_default() -> None:
    assert DEFAULT_PRESET == "default"
    assert Options.from_values({}).preset.preset == DEFAULT_PRESET


@pytest.mark.parametrize("preset", STRONG)
@pytest.mark.parametrize("rows", [20, 499, 500, 2_999, 5_000, 10**6])
def test_epochs_and_batches_follow_the_rows(preset: str, rows: int) -> None:
    options = resolved(of(rows=rows), preset=preset)
    epochs, batch = options.training.epochs, options.training.batch_size
    assert epochs is not None
    assert batch is not None
    assert 8 <= epochs <= 256
    steps = epochs * -(-0.8 * rows // batch)
    assert steps <= 4_000 or epochs == 8
    assert options.network.hidden


def test_few_rows_are_held_out_in_turn() -> None:
    assert (resolved(of(rows=499)).ensemble.folds, resolved(of(rows=499)).split.validation) == (5, 0.0)
    large = resolved(of(rows=500))
    assert (large.ensemble.folds, large.split.validation, large.repetitions) == (0, 0.2, 1)
    assert resolved(of(rows=19)).split.validation == 0.0
    assert resolved(of(rows=19)).repetitions == 5


def test_best_holds_out_every_row() -> None:
    options = resolved(preset="best")
    assert (options.ensemble.folds, options.ensemble.ensemble, options.repetitions) == (5, 1, 5)


@pytest.mark.parametrize(
    ("shape", "given"),
    [
        (SHAPE, {"validation": "held.csv"}),
        (SHAPE, {"validation": 0.3}),
        (SHAPE, {"time": "day"}),
        (of(units=6), {"group": "patient"}),
    ],
)
def test_where_folds_cannot_be_there_are_as_many_networks(shape: TableShape, given: dict[str, Any]) -> None:
    options = resolved(shape, preset="best", **given)
    assert (options.ensemble.folds, options.repetitions) == (0, 5)
    assert options.split.validation == given.get("validation", 0.1)


def test_given_folds_leave_no_common_validation_rows() -> None:
    options = resolved(preset="textbook", folds=3)
    assert (options.repetitions, options.split.validation) == (3, 0.0)


def test_images_and_wide_tables_are_not_embedded() -> None:
    assert resolved().network.number_embedding == "pbld"
    assert resolved(of(rows=2_000, numbers=100)).network.number_embedding == "none"
    image = resolved(of(task="multiclass", numbers=64, one_range=True))
    assert (image.network.number_embedding, image.data.scaling) == ("none", "minmax")


def test_wide_tables_are_screened_unless_they_are_images_or_textbook() -> None:
    assert resolved(of(numbers=1_000)).data.most_columns == 400
    assert resolved(of(numbers=1_000, one_range=True)).data.most_columns == 0
    assert resolved(of(numbers=1_000), preset="textbook").data.most_columns == 0
    assert resolved(of(numbers=1_000), most_columns=7).data.most_columns == 7


def test_images_are_told_by_their_values() -> None:
    generator = np.random.default_rng(0)
    pixels = pd.DataFrame(generator.integers(0, 17, (60, 20))).add_prefix("p").assign(y=["a", "b"] * 30)
    others = pixels.assign(p3=pixels["p3"] + 0.5)
    scalings = [
        prepared(frame, target="y", preset="default").options.data.scaling for frame in (pixels, others)
    ]
    assert scalings == ["minmax", "robust"]


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_goes_with_every_preset(preset: str, optimizer: str) -> None:
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(generator.standard_normal((60, 3)), columns=list("abc"))
    run = mlpcli.train(
        frame, "c", preset=preset, optimizer=optimizer, epochs=2, hidden=(4,), folds=0, ensemble=1
    )
    assert np.isfinite([record.train_loss for record in run.history]).all()


@pytest.mark.parametrize("preset", STRONG)
@pytest.mark.parametrize(
    "given",
    [
        {"warmup": 0.1},
        {"hidden": ()},
        {"loss": "huber"},
        {"schedule": "plateau"},
        {"number_embedding": "ple"},
    ],
)
def test_a_part_is_overridden_by_its_option(preset: str, given: dict[str, Any]) -> None:
    frame = pd.DataFrame(np.random.default_rng(0).standard_normal((60, 3)), columns=list("abc"))
    run = mlpcli.train(frame, "c", preset=preset, epochs=2, **given)
    assert run.model.options.values() | given == run.model.options.values()


def test_predictions_stay_in_the_range_of_training() -> None:
    generator = np.random.default_rng(0)
    frame = pd.DataFrame({"a": generator.uniform(0, 1, 200)})
    frame["y"] = 3 * frame["a"]
    far = pd.DataFrame({"a": [-50.0, 50.0]})
    run = mlpcli.train(frame, "y", epochs=5)
    inside = mlpcli.predict(run.model, far).frame["prediction"]
    assert inside.between(frame["y"].min() - 1e-6, frame["y"].max() + 1e-6).all()
    free = mlpcli.train(frame, "y", epochs=30, preset="textbook", clip_predictions=False)
    assert mlpcli.predict(free.model, far).frame["prediction"].max() > frame["y"].max()
