"""Effects of columns: they add up, are Shapley values where those are known, and follow the rows alone."""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.arrays import Array
from mlpcli.data.columns.frame import Frame
from mlpcli.errors import ArtifactError
from mlpcli.model.effects import explainer as explainer_file
from mlpcli.model.effects.explainer import Explainer
from mlpcli.model.effects.inputs import Inputs, Rows
from mlpcli.model.effects.walks import grouped_pairs_for
from mlpcli.model.encoded_rows import numbers_of
from mlpcli.model.model import Model
from tests.workflows.evaluated import NAMES, QUICK, names_of, table

INPUTS = ["a", "b", "colour", "when", "idle"]


def frame(rows: int = 200, seed: int = 0) -> pd.DataFrame:
    data = table(rows, seed)
    generator = np.random.default_rng(seed + 100)
    days = generator.integers(0, 700, rows)
    data["when"] = (np.datetime64("2020-01-01") + days).astype(str)
    data["idle"] = generator.integers(0, 50, rows)
    data.loc[::17, "a"] = np.nan
    return data


@lru_cache
def trained(name: str, **settings: Any) -> Model:
    data = frame(seed=1)[[*INPUTS, *names_of(name)]]
    return mlpcli.train(data, names_of(name), **(QUICK | {"epochs": 5} | settings)).model


def encoded(model: Model, data: pd.DataFrame) -> Rows:
    schema = model.artifact.schema
    cells = Frame.of(data, [each.name for each in schema.table_inputs], numbers_of(schema))
    return Inputs(model.encoder).of(cells, model.encode(cells))


@pytest.mark.parametrize("name", NAMES)
def test_effects_and_the_baseline_add_up(name: str) -> None:
    model = trained(name)
    rows = encoded(model, frame())
    explainer = Explainer(model, model.outputs)
    values = explainer.values(model.outputs(rows.matrix))
    for answer in range(values.shape[1]):
        effects = explainer.effects(rows, 0, values, np.full(len(rows), answer))
        whole = explainer.baseline[answer] + effects.sum(axis=1)
        assert np.abs(whole - values[:, answer]).max() < 1e-5 * np.ptp(values[:, answer])
        assert effects.shape == (len(rows), len(INPUTS))


def test_values_are_log_odds_or_units_of_the_target() -> None:
    data = frame()
    model = trained("value")
    explainer = Explainer(model, model.outputs, pairs=1)
    values = explainer.values(model.outputs(encoded(model, data).matrix))
    np.testing.assert_allclose(values[:, 0], model.predict(data), rtol=1e-6, atol=1e-6)
    for name in ("yes", "class"):
        model = trained(name)
        explainer = Explainer(model, model.outputs, pairs=1)
        values = explainer.values(model.outputs(encoded(model, data).matrix))
        probabilities = model.predict_proba(data).to_numpy()
        np.testing.assert_allclose(values, np.log(probabilities / (1 - probabilities)), atol=1e-5)


def test_rows_have_the_same_effects_wherever_they_stand() -> None:
    model = trained("class")
    rows = encoded(model, frame(600))
    explainer = Explainer(model, model.outputs)
    values = explainer.values(model.outputs(rows.matrix))
    answers = values.argmax(axis=1)
    whole = explainer.effects(rows, 0, values, answers)
    for start, stop in ((0, 1), (1, 300), (300, 600)):
        part = slice(start, stop)
        effects = explainer.effects(rows.take(part), start, values[part], answers[part])
        np.testing.assert_array_equal(effects, whole[part])


def exact(values: Callable[[Rows], Array], inputs: Inputs, rows: Rows, backgrounds: Rows) -> Array:
    """Shapley values (rows, columns) over all sets of columns and all background rows."""
    names, many = inputs.names, len(backgrounds)
    of_set: dict[frozenset[str], Array] = {}
    each = rows.repeated(many)
    for number in range(2 ** len(names)):
        inside = frozenset(name for place, name in enumerate(names) if number >> place & 1)
        mixed = backgrounds.take(np.tile(np.arange(many), len(rows)))
        for name in inside:
            inputs.copy_column(mixed, name, each)
        of_set[inside] = values(mixed).reshape(len(rows), many).mean(axis=1)
    effects = np.zeros((len(rows), len(names)))
    for place, name in enumerate(names):
        for inside, value in of_set.items():
            if name not in inside:
                size, count = len(inside), len(names)
                weight = math.factorial(size) * math.factorial(count - size - 1) / math.factorial(count)
                effects[:, place] += weight * (of_set[inside | {name}] - value)
    return effects


@pytest.mark.parametrize(("name", "settings"), [("value", {}), ("yes", {}), ("yes", {"cross": "a*b"})])
def test_effects_are_near_those_over_all_sets(name: str, settings: dict[str, Any]) -> None:
    model = trained(name, epochs=15, **settings)
    rows = encoded(model, frame(30))
    explainer = Explainer(model, model.outputs)
    answer = explainer.baseline.shape[0] - 1
    backgrounds = explainer._drawn(200, np.random.default_rng(5))

    def values(mixed: Rows) -> Array:
        return explainer.values(model.outputs(mixed.matrix))[:, answer]

    wanted = exact(values, explainer.inputs, rows, backgrounds)
    of_rows = explainer.values(model.outputs(rows.matrix))
    found = explainer.effects(rows, 0, of_rows, np.full(len(rows), answer))
    pairs = zip(wanted, found, strict=True)
    correlations = [pd.Series(one).corr(pd.Series(other), "spearman") for one, other in pairs]
    assert np.mean(correlations) > 0.9
    error = math.sqrt(np.mean((found - wanted) ** 2) / np.mean(wanted**2))
    # The backgrounds of `wanted` are a sample, too.
    assert error < max(4 * explainer.standard_error, 0.15)


def test_a_column_without_weight_has_no_effect() -> None:
    model = trained("value", hidden="4")
    encoder = next(each for each in model.encoder.encoders if each.name == "idle")
    start = next(
        sum(each.width for each in model.encoder.encoders[:place])
        for place, each in enumerate(model.encoder.encoders)
        if each.name == "idle"
    )
    network = model.network
    for layer in network.layers:
        if layer.has_product:
            layer.weight[start : start + encoder.width] = 0.0  # type: ignore[attr-defined]
            break
    rows = encoded(model, frame())
    explainer = Explainer(model, model.outputs)
    values = explainer.values(model.outputs(rows.matrix))
    effects = explainer.effects(rows, 0, values, np.zeros(len(rows), np.intp))
    place = explainer.inputs.names.index("idle")
    assert not effects[:, place].any()
    assert effects[:, explainer.inputs.names.index("a")].any()
    trained.cache_clear()


def test_crosses_belong_to_their_columns() -> None:
    model = trained("value", cross="a*b")
    inputs = Inputs(model.encoder)
    assert inputs.names == INPUTS
    data = frame(50)
    rows = encoded(model, data)
    other = data.copy()
    other["a"] = np.arange(50) / 10
    inputs.write_column(rows, "a", other["a"].to_numpy())
    np.testing.assert_allclose(rows.matrix, encoded(model, other).matrix, rtol=1e-6)
    again = encoded(model, data)
    inputs.copy_column(again, "a", rows)
    np.testing.assert_array_equal(again.matrix, rows.matrix)


@pytest.mark.parametrize("column", INPUTS)
def test_written_values_are_encoded_as_cells_are(column: str) -> None:
    data = frame(60)
    model = trained("class")
    inputs = Inputs(model.encoder)
    rows, wanted = encoded(model, data), encoded(model, data).matrix
    schema = model.artifact.schema
    cells = Frame.of(data, [each.name for each in schema.table_inputs], numbers_of(schema))
    encoder = next(each for each in inputs.encoders if each.name == column)
    values = encoder.read(cells[column])[0]
    inputs.write_column(rows, column, np.full(60, np.nan))
    inputs.write_column(rows, column, values)
    np.testing.assert_array_equal(rows.matrix, wanted)


def test_mean_effects_are_0_over_drawn_rows_and_errors_are_said() -> None:
    model = trained("yes")
    explainer = Explainer(model, model.outputs)
    drawn = explainer._drawn(explainer_file.CENTRED_BY, np.random.default_rng(9))
    values = explainer.values(model.outputs(drawn.matrix))
    effects = explainer.effects(drawn, 0, values, np.ones(len(drawn), np.intp))
    assert np.abs(effects.mean(axis=0)).max() < 0.1 * np.abs(effects).mean(axis=0).max()
    assert 0 < explainer.standard_error < 0.5


def test_errors_shrink_with_more_walks() -> None:
    model = trained("yes")
    rows = encoded(model, frame())
    errors = []
    for pairs in (1, 2, 8, 32):
        explainer = Explainer(model, model.outputs, pairs=pairs)
        assert np.isnan(explainer.standard_error)
        values = explainer.values(model.outputs(rows.matrix))
        explainer.effects(rows, 0, values, np.ones(len(rows), np.intp))
        errors.append(explainer.standard_error)
    assert np.isnan(errors[0])
    assert errors[1] > errors[2] > errors[3] > 0


def test_of_many_columns_the_leading_ones_are_as_exact_as_more_walks_make_them() -> None:
    generator = np.random.default_rng(3)
    data = pd.DataFrame(generator.standard_normal((400, 60)).round(3)).add_prefix("x")
    data["y"] = 3 * data["x0"] * data["x1"] + 2 * data["x2"]
    model = mlpcli.train(data, "y", **(QUICK | {"epochs": 40, "hidden": "16", "most_columns": "all"})).model
    schema = model.artifact.schema
    cells = Frame.of(data[:40], [each.name for each in schema.table_inputs], numbers_of(schema))
    rows = Inputs(model.encoder).of(cells, model.encode(cells))
    answers = np.zeros(len(rows), np.intp)
    wanted = Explainer(model, model.outputs, seed=1, pairs=40)
    values = wanted.values(model.outputs(rows.matrix))
    exact_enough = wanted.effects(rows, 0, values, answers)

    def distance(explainer: Explainer) -> float:
        effects = explainer.effects(rows, 0, values, answers)
        whole = explainer.baseline[0] + effects.sum(axis=1)
        np.testing.assert_allclose(whole, values[:, 0], atol=1e-6 * np.ptp(values))
        return float(np.sqrt(np.mean((effects - exact_enough)[:, :3] ** 2)))

    grouped = Explainer(model, model.outputs)
    assert len(grouped._pairs) == 1 + grouped_pairs_for(60)
    assert distance(grouped) < 0.85 * distance(Explainer(model, model.outputs, pairs=1))


def test_a_model_without_sketches_is_refused() -> None:
    model = trained("yes", sketches=False)
    with pytest.raises(ArtifactError, match="no counts of its training rows"):
        Explainer(model, model.outputs)
