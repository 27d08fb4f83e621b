"""An export in ONNX, run by onnxruntime, predicts what the model predicts."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.nn.activations import ACTIVATIONS
from tests.workflows.exporting.onnx_scoring import scored_by_onnx, session
from tests.workflows.exporting.tables import (
    HOSTILE,
    INPUTS,
    exported,
    predicted,
    same,
    table,
    trained,
    with_odd_cells,
)
from tests.workflows.exporting.test_python_scorer import CASES


@pytest.mark.parametrize("case", CASES)
def test_predictions_are_those_of_predict(case: str, tmp_path: Path) -> None:
    target, settings = CASES[case]
    targets = [target] if isinstance(target, str) else target
    frame = table()
    model = trained(frame[[*INPUTS, *targets]], target, tmp_path, **settings)
    scorer = exported(model, tmp_path, "scorer.onnx")
    rows = with_odd_cells(table(seed=1)[INPUTS], INPUTS)
    same(scored_by_onnx(model, scorer, rows), predicted(model, rows, tmp_path))


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_activations(activation: str, tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(generator.normal(size=(60, 3)).round(3).astype(str), columns=["a", "b", "y"])
    model = trained(frame, "y", tmp_path, activation=activation, parametric=activation == "mish")
    scorer = exported(model, tmp_path, "scorer.onnx")
    same(scored_by_onnx(model, scorer, frame[["a", "b"]]), predicted(model, frame[["a", "b"]], tmp_path))
