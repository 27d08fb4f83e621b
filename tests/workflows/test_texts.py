"""Texts as inputs, from the table to predictions."""

import io
import json
from functools import cache
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.artifact import to_bytes
from mlpcli.errors import ArtifactError
from mlpcli.model.model import Model
from tests.artifact.examples import sealed
from tests.cli.commands import Commands

SENTENCE = (
    "the dress is soft and warm but small i like it so very much for this fabric was one size too large"
)
QUICK: dict[str, Any] = {"preset": "default", "epochs": 24, "seed": 0, "ensemble": 1, "threads": 1}


def reviews(rows: int = 600) -> pd.DataFrame:
    """Of words at random, half of them with one that tells the class."""
    generator = np.random.default_rng(0)
    texts = [[*generator.choice(SENTENCE.split(), generator.integers(6, 20))] for _ in range(rows)]
    bad = generator.random(rows) < 0.5
    for text, torn in zip(texts, bad, strict=True):
        text.insert(int(generator.integers(len(text))), "torn" if torn else "whole")
    cells = [" ".join(text).capitalize() for text in texts]
    return pd.DataFrame({"review": cells, "returned": np.where(bad, "yes", "no")})


@cache
def trained() -> Model:
    return mlpcli.train(reviews(), "returned", **QUICK).model


def test_a_table_of_nothing_but_text_is_learned() -> None:
    assert [column.kind for column in trained().artifact.schema.inputs] == ["text"]
    scores = trained().artifact.scores["validation"]
    assert (scores["metrics"]["roc_auc"] or 0) > 0.95


ODD = {
    "nothing": [None, None, None],
    "blanks": ["", " ", "!!"],
    "scripts": ["\u6211\u559c\u6b22", "\u062c\u0645\u064a\u0644 \u062c\u062f\u0627", "\U0001f60d \u2764"],
    "a megabyte": ["x" * 1_000_000, "torn " * 200_000, "&amp;<p>" * 100_000],
    "numbers": [1.5, 2, 3],
}


@pytest.mark.parametrize("name", ODD)
def test_any_cell_can_be_predicted(name: str) -> None:
    found = mlpcli.predict(trained(), pd.DataFrame({"review": ODD[name]}), proba=True).frame
    assert np.isfinite(found["probability_yes"]).all()
    assert len(found) == 3


def test_web_pages_and_capital_letters_make_no_difference() -> None:
    rows = ["It came torn, so small", "<p>it CAME <b>torn</b>; so&nbsp;small!</p>"]
    found = mlpcli.predict(trained(), pd.DataFrame({"review": rows}), proba=True).frame
    assert found["probability_yes"][0] == found["probability_yes"][1] > 0.5


def test_three_rows_by_choice() -> None:
    table = pd.DataFrame({"review": ["so soft", "so small", None], "y": [1.0, 2.0, 4.0]})
    model = mlpcli.train(table, "y", kind={"review": "text"}, **QUICK).model
    assert model.artifact.encoders[0]["had_gaps"]


def test_drift_looks_at_the_number_of_words() -> None:
    table = reviews()
    short = table.assign(review=[text[:20] for text in table["review"]])
    shifts = {each.name: each for each in mlpcli.drift(trained(), short).columns}
    assert shifts["review"].shifted
    same = {each.name: each for each in mlpcli.drift(trained(), table).columns}
    assert not same["review"].shifted


def test_every_command_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands, path, model = Commands(monkeypatch), tmp_path / "r.csv", tmp_path / "m.joblib"
    reviews().to_csv(path, index=False)
    described = commands.ok("describe", path, "-t", "returned", "--no-pager").out
    assert "text" in described
    assert "such as" in described
    plan = commands.ok("train", path, "-t", "returned", "--dry-run").out
    assert "text (1)" in plan
    commands.ok("train", path, "-t", "returned", "--preset", "textbook", "--epochs", "3", "-o", model)
    assert "frequent words and pairs of words" in commands.ok("inspect", model, "--all", "--no-pager").out
    found = commands.ok("evaluate", model, path, "--importance", "--json").json()
    assert "review" in found["importance"]["columns"]


FORGED: dict[str, tuple[str, Any]] = {
    "its terms are not sorted": ("terms", lambda terms: terms[::-1].copy()),
    "its array 'terms' does not fit its header": ("terms", lambda terms: terms[1:]),
    "a term has an impossible number": ("terms", lambda terms: terms + 0.5),
    "its array 'terms' holds a value that is not finite": ("terms", lambda terms: terms * [1.0, np.inf]),
    "has the wrong width": ("pieces", lambda pieces: 10**9),
    "a text has no column for pieces of words": ("pieces", lambda pieces: 0),
    "is invalid": ("had_gaps", lambda gaps: 1),
    "an impossible width": ("width", lambda width: -1),
    "more than 1,000,000": ("width", lambda width: 10**9),
}


@pytest.mark.parametrize("said", FORGED)
def test_a_model_altered_in_its_texts_is_refused(said: str, tmp_path: Path) -> None:
    name, change = FORGED[said]
    content = joblib.load(io.BytesIO(to_bytes(trained().artifact)))
    header, arrays = json.loads(content["header"]), dict(content["arrays"])
    changed = arrays if name in arrays else header["encoders"][0]
    changed[name] = change(changed[name])
    path = tmp_path / "m.joblib"
    path.write_bytes(sealed(header, arrays))
    with pytest.raises(ArtifactError, match=said):
        mlpcli.load(path)


def test_a_text_of_an_older_format_was_left_out() -> None:
    model = mlpcli.load(Path(__file__).parent.parent / "artifact/files/format-6-classes.joblib")
    kinds = {column.name: column.kind for column in model.artifact.schema.columns}
    assert (kinds["remarks"], kinds["sex"]) == ("identifier", "ignore")
