"""Trainings on an engine: what is stored, and that a checkpoint goes on only with its own."""

from pathlib import Path

import numpy as np
import pytest

import mlpcli
from mlpcli.errors import MlpcliError
from mlpcli.options.engines import WORTH_TRAINING
from mlpcli.training.engine import with_engine
from mlpcli.training.planning import start, work_of
from tests.training.test_checkpoints import QUICK, TABLE, broken_off, train, weights


@pytest.mark.parametrize("name", ["numpy", "numba"])
def test_the_receipt_names_the_engine_and_the_same_command_gives_the_same_bytes(name: str) -> None:
    one, other = train(engine=name), train(engine=name)
    assert one.artifact.receipt["engine"].startswith(f"{name} " if name == "numba" else f"{name},")
    assert one.artifact.settings["engine"] == name
    assert weights(one) == weights(other)


def test_engines_agree() -> None:
    one, other = train(engine="numpy"), train(engine="numba")
    np.testing.assert_allclose(
        one.artifact.arrays["parameters"], other.artifact.arrays["parameters"], atol=1e-4, rtol=0
    )


@pytest.mark.parametrize(("first", "then"), [("numpy", "numba"), ("numba", "numpy"), ("numba", "auto")])
def test_a_checkpoint_of_the_other_engine_is_refused(first: str, then: str, tmp_path: Path) -> None:
    path = str(tmp_path / "run.checkpoint")
    broken_off(tmp_path / "run.checkpoint", 2, engine=first)
    with pytest.raises(MlpcliError) as caught:
        train(engine=then, checkpoint=path)
    now = "numpy" if then == "auto" else then
    assert f"engine was {first} and is now {now}" in str(caught.value)


@pytest.mark.parametrize(("limit", "expected"), [(59.0, "numpy"), (60.0, "numba"), (None, "numba")])
def test_a_limit_below_a_minute_stays_with_numpy(limit: float | None, expected: str) -> None:
    prepared = start(TABLE, "value", **QUICK).prepared
    assert prepared.options.run.engine == "numpy"
    assert work_of(prepared) < WORTH_TRAINING
    changed, _ = with_engine(prepared.changed(time_limit=limit, engine="auto"), WORTH_TRAINING)
    assert changed.options.run.engine == expected


def test_models_score_on_both_engines(tmp_path: Path) -> None:
    model = train(output=str(tmp_path / "m.joblib"), preset="default").model
    one, other = (mlpcli.predict(model, TABLE, engine=name).frame for name in ("numpy", "numba"))
    np.testing.assert_allclose(one["prediction"], other["prediction"], rtol=1e-4)
    scores = [mlpcli.evaluate(model, TABLE, engine=name).metrics["rmse"] for name in ("numpy", "numba")]
    assert scores[0] == pytest.approx(scores[1], rel=1e-5)
