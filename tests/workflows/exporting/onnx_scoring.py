"""Rows as an export in ONNX scores them, in the columns that predict adds."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import pandas as pd

from mlpcli.data.columns.frame import Frame
from mlpcli.data.encoders import CategoryEncoder, DateEncoder, Encoder, NumberEncoder
from mlpcli.data.spelling import cleaned, key
from mlpcli.model.model import Model
from mlpcli.workflows.exporting.describing import reading_of
from tests.workflows.exporting.tables import Scored

NO_LEVEL = -98765.25


def session(file: "Path | bytes") -> Any:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    source = file if isinstance(file, bytes) else str(file)
    return ort.InferenceSession(source, options, providers=["CPUExecutionProvider"])


def inputs(model: Model, running: Any, frame: pd.DataFrame) -> dict[str, Any]:
    """Cells of text as the inputs take them, numbers and dates as mlpcli reads them."""
    encoders = {each.name: each for each in model.encoder.encoders}
    return {
        each.name: _typed(model, encoders[each.name], each.type, frame)[:, None]
        for each in running.get_inputs()
    }


def _typed(model: Model, encoder: Encoder, kind: str, frame: pd.DataFrame) -> Any:
    texts = [cleaned(cell) for cell in frame[encoder.name]]
    if kind == "tensor(string)":
        return np.array(texts, dtype=object)
    assert kind == "tensor(double)"
    reading = reading_of(model).of_column(encoder.name)
    if isinstance(encoder, CategoryEncoder):
        return np.array([_level(text, encoder, reading.decimal, reading.missing) for text in texts])
    cells = Frame.of(frame[[encoder.name]], [encoder.name], (), reading_of(model))[encoder.name]
    if isinstance(encoder, DateEncoder):
        return cells.dates(reading.form.formats or encoder.formats)[0]
    assert isinstance(encoder, NumberEncoder)
    return encoder.read(cells)[0]


def _level(text: str, encoder: CategoryEncoder, decimal: str, missing: "frozenset[str]") -> float:
    try:
        return float("nan") if text in missing else float(key(text, encoder.matching, decimal))
    except ValueError:
        return NO_LEVEL


def scored_by_onnx(model: Model, file: "Path | bytes", frame: pd.DataFrame) -> Scored:
    """Outputs that had to be called `prediction (2)` are told as `prediction`."""
    running = session(file)
    names = [each.name.removesuffix(" (2)") for each in running.get_outputs()]
    found = dict(zip(names, running.run(None, inputs(model, running, frame)), strict=True))
    columns: list[tuple[str, Any]] = []
    facts = facts_of(running)
    probabilities = found.pop("probabilities", None)
    if "labels" in facts:
        labels, has = json.loads(facts["labels"]), found.pop("prediction")
        separator = model.task.target.separator  # type: ignore[union-attr]
        if separator:
            texts = [
                separator.join(label for label, there in zip(labels, row, strict=True) if there)
                for row in has
            ]
            columns.append(("prediction", texts))
        else:
            columns += [(f"prediction_{label}", has[:, place]) for place, label in enumerate(labels)]
    columns += found.items()
    if probabilities is not None:
        names = json.loads(facts.get("classes") or facts["labels"])
        columns += [(f"probability_{name}", probabilities[:, place]) for place, name in enumerate(names)]
    rows = zip(*(map(str, values) for _, values in columns), strict=True)
    return Scored([name for name, _ in columns], [list(row) for row in rows])


def facts_of(running: Any) -> dict[str, str]:
    return dict(running.get_modelmeta().custom_metadata_map)


def golden_differences(file: Path) -> tuple[float, int, int]:
    """The largest difference of a number as a share of its range, other decisions, and the rows compared."""
    running = session(file)
    golden = json.loads(facts_of(running)["golden_rows"])
    types = {
        each.name: np.float64 if each.type == "tensor(double)" else object for each in running.get_inputs()
    }
    cells = {name: np.array(golden["inputs"][name], kind)[:, None] for name, kind in types.items()}
    off, others = 0.0, 0
    names = [each.name for each in running.get_outputs()]
    assert names == list(golden["outputs"])
    for found, wanted in zip(running.run(None, cells), golden["outputs"].values(), strict=True):
        assert len(found) == len(wanted)
        if found.dtype == np.float64:
            span = 1.0 if found.ndim == 2 else float(np.ptp(wanted)) or 1.0
            off = max(off, float(np.abs(found - np.array(wanted)).max()) / span)
        else:
            decided = zip(found.tolist(), wanted, strict=True)
            others += sum(one != other for one, other in decided if other is not None)
    return off, others, len(next(iter(cells.values())))
