"""What drives predictions: columns, curves and rows are those of the table, whatever the task."""

from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.errors import DataError, MlpcliError
from mlpcli.model.model import Model
from mlpcli.workflows.explanation.result import Explanation
from tests.workflows.evaluated import INPUTS, NAMES, QUICK, names_of, table


@lru_cache
def trained(name: str, **settings: Any) -> Model:
    data = table(seed=1)[[*INPUTS, *names_of(name)]]
    return mlpcli.train(data, names_of(name), **(QUICK | settings)).model


@lru_cache
def explained(name: str) -> Explanation:
    return mlpcli.explain(trained(name), table())


@pytest.mark.parametrize("name", NAMES)
def test_columns_are_ordered_by_importance(name: str) -> None:
    found = explained(name)
    drops = [each.importance for each in found.columns]
    assert all(drop is not None for drop in drops)
    assert drops == sorted(drops, reverse=True)  # type: ignore[type-var]
    assert {each.name for each in found.columns} == set(INPUTS)
    assert found.columns[0].name == ("b" if name == "class" else "a")
    assert found.rows == found.scored_rows == 300


def test_directions_are_those_of_the_table() -> None:
    direction = {each.name: each.direction for each in explained("value").columns}
    assert direction["a"] == direction["b"] == "rises"
    assert direction["colour"].startswith("high for")
    falling = mlpcli.explain(trained("yes"), table(), of_class="no")
    assert {each.name: each.direction for each in falling.columns}["a"] == "falls"
    assert falling.unit == "probability of yes no"
    assert falling.of == "no"


@pytest.mark.parametrize("name", NAMES)
def test_rows_are_rows_of_the_table_and_their_reasons_add_up(name: str) -> None:
    found, data = explained(name), table()
    rows = [*found.typical, *found.surprising]
    assert len(found.typical) == len(found.surprising) == 3
    model = trained(name)
    for row in rows:
        number = int(row.place.removeprefix("row "))
        assert row.truth == f"{data[row.of][number]:.6g}" if name == "value" else row.truth is not None
        for reason in row.reasons:
            cell = data[reason.column][number]
            assert reason.cell == (cell if isinstance(cell, str) else f"{cell:g}")
        assert row.baseline is not None
        assert row.rest is not None
        total = row.baseline + sum(each.effect for each in row.reasons) + row.rest
        if row.probability is None:
            assert total == pytest.approx(model.predict(data).to_numpy()[number], rel=1e-4)
        else:
            assert 1 / (1 + np.exp(-total)) == pytest.approx(row.probability, abs=1e-5)
            shown = model.predict_proba(data).iloc[number]
            place = list(model.task.labels).index(row.of)
            assert row.probability == pytest.approx(float(shown.iloc[place]), abs=1e-6)


def test_surprising_rows_have_the_largest_errors() -> None:
    found, data = explained("value"), table()
    predicted = trained("value").predict(data).to_numpy()
    errors = np.abs(predicted - data["value"].to_numpy())
    numbers = [int(row.place.removeprefix("row ")) for row in found.surprising]
    assert numbers == np.argsort(-errors, kind="stable")[:3].tolist()
    typical = [int(row.place.removeprefix("row ")) for row in found.typical]
    assert (errors[typical] <= np.median(errors)).all()
    assert predicted[typical].tolist() == sorted(predicted[typical])


def test_surprising_rows_of_one_label_are_of_that_label() -> None:
    found, data = explained("labels"), table()
    assert found.of == "one"
    probabilities = trained("labels").predict_proba(data).to_numpy()[:, 0]
    losses = 1 - np.where(data["one"] == 1, probabilities, 1 - probabilities)
    numbers = [int(row.place.removeprefix("row ")) for row in found.surprising]
    assert numbers == np.argsort(-losses, kind="stable")[:3].tolist()


def test_a_table_without_the_target() -> None:
    found = mlpcli.explain(trained("value"), table()[INPUTS])
    assert found.metric is None
    assert all(each.importance is None for each in found.columns)
    sizes = [each.mean_effect or 0.0 for each in found.columns]
    assert sizes == sorted(sizes, reverse=True)
    assert any("there is no target 'value'" in note for note in found.notes)
    assert {row.truth for row in (*found.typical, *found.surprising)} == {None}
    assert [row.why for row in found.surprising] == ["an extreme prediction"] * 3


def test_half_of_several_targets_is_no_truth() -> None:
    found = mlpcli.explain(trained("labels"), table().drop(columns="two"))
    assert found.metric is None
    assert any("there is no target 'two'" in note for note in found.notes)


def test_importance_of_one_of_several_labels_is_of_that_label() -> None:
    first, second = (mlpcli.explain(trained("labels"), table(), of_class=name) for name in ("one", "two"))
    drops = [{each.name: each.importance for each in found.columns} for found in (first, second)]
    assert drops[0] != drops[1]
    assert first.columns[0].name == "a"
    assert second.columns[0].name == "b"
    data = table()
    alone = mlpcli.train(data[[*INPUTS, "one"]], "one", task="binary", **QUICK).model
    assert mlpcli.explain(alone, data).columns[0].name == "a"


def test_importance_is_that_of_evaluate() -> None:
    found = explained("class")
    evaluated = mlpcli.evaluate(trained("class"), table(), importance=True)
    assert evaluated.importance is not None
    for each in found.columns:
        other = evaluated.importance.columns[each.name]
        assert (each.importance, each.interval) == (other.drop, other.interval)


def test_a_model_without_counts_has_no_reasons() -> None:
    model = trained("value", sketches=False)
    found = mlpcli.explain(model, table())
    assert found.standard_error is None
    assert all(each.mean_effect is None and each.importance is not None for each in found.columns)
    assert all(not row.reasons and row.baseline is None for row in (*found.typical, *found.surprising))
    assert len(found.curves) == 3
    assert any("no counts of its training rows" in note for note in found.notes)


def test_rows_that_are_rightly_predicted_are_no_surprise() -> None:
    found, data = explained("class"), table()
    probabilities = trained("class").predict_proba(data)
    for row in found.surprising:
        number = int(row.place.removeprefix("row "))
        assert probabilities.to_numpy()[number, list(probabilities).index(data["class"][number])] < 0.5


def test_rows_of_a_named_class_are_of_that_class() -> None:
    found = mlpcli.explain(trained("class"), table(), of_class="low")
    assert {row.of for row in (*found.typical, *found.surprising)} == {"low"}
    assert {row.prediction for row in found.typical} == {"low"}
    assert all("low" in (row.prediction, row.truth) for row in found.surprising)


def test_the_same_run_gives_the_same_explanation() -> None:
    first, second = (mlpcli.explain(trained("class"), table()) for _ in range(2))
    assert first.columns == second.columns
    assert first.typical == second.typical
    assert mlpcli.explain(trained("class"), table(), seed=1).columns != first.columns


def test_files_and_frames_agree(tmp_path: Any) -> None:
    data = table()
    path = tmp_path / "data.csv"
    data.to_csv(path, index=False)
    of_file, of_frame = mlpcli.explain(trained("class"), path), explained("class")
    assert of_file.columns == of_frame.columns
    assert [row.reasons for row in of_file.typical] == [row.reasons for row in of_frame.typical]
    assert of_file.typical[0].place.startswith(f"{path}: line ")


def test_the_pair_that_works_together_is_found() -> None:
    generator = np.random.default_rng(0)
    data = pd.DataFrame(generator.uniform(-1, 1, (600, 4)).round(3), columns=["p", "q", "r", "s"])
    data["y"] = 4 * data["p"] * data["r"] + data["q"]
    settings = QUICK | {"epochs": 60, "hidden": "16"}
    found = mlpcli.explain(mlpcli.train(data, "y", **settings).model, data)
    assert found.pair is not None
    assert {found.pair.x.column, found.pair.y.column} == {"p", "r"}
    assert found.pair.strength > 0.5
    surface = np.array(found.pair.predictions)
    assert surface.shape == (len(found.pair.y.values), len(found.pair.x.values))
    assert surface[0, 0] > surface[0, -1] < surface[-1, -1]


def test_top_and_unknown_classes() -> None:
    assert len(mlpcli.explain(trained("value"), table(), top=1).curves) == 1
    with pytest.raises(MlpcliError, match="does not predict 'maybe'"):
        mlpcli.explain(trained("yes"), table(), of_class="maybe")


def test_one_row_and_no_row() -> None:
    found = mlpcli.explain(trained("value"), table()[:1])
    assert (len(found.typical), len(found.surprising)) == (1, 0)
    with pytest.raises(DataError):
        mlpcli.explain(trained("value"), table()[:0])
    with pytest.raises(DataError, match="no rows"):
        mlpcli.explain(trained("value"), table()[INPUTS][:0])
