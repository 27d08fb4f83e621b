"""A file whose crosses are no formulas of its own number inputs is refused, and runs nothing."""

import json
from pathlib import Path
from typing import Any

import joblib
import pandas as pd
import pytest

import mlpcli
from mlpcli.data.crosses import MOST_CROSSES
from mlpcli.errors import ArtifactError, DataError
from mlpcli.workflows.inspect import inspect
from tests.artifact.conftest import table
from tests.artifact.examples import sealed

HUGE = "(" * 100_000 + "size" + ")" * 100_000


@pytest.fixture(scope="module")
def crossed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("crossed") / "m.joblib"
    mlpcli.train(
        table()[["price", "size", "colour", "old"]],
        "old",
        task="binary",
        preset="textbook",
        hidden="4",
        epochs=2,
        cross="size*price,size^2",
        output=str(path),
    )
    return path


def forged(crossed: Path, tmp_path: Path, texts: Any, *, renames: bool = True) -> Path:
    """The file with other formulas, by which its columns and encoders are called as well if they can be."""
    content = joblib.load(crossed)
    header = json.loads(content["header"])
    old = header["schema"]["cross"]
    assert old == ["size*price", "size^2"]
    header["schema"]["cross"] = texts
    if renames and isinstance(texts, list) and len(texts) == len(old):
        names = dict(zip(old, texts, strict=True))
        for column in (*header["schema"]["columns"], *header["encoders"]):
            column["name"] = names.get(column["name"], column["name"])
    path = tmp_path / "forged.joblib"
    path.write_bytes(sealed(header, content["arrays"]))
    return path


def test_unchanged_or_with_other_formulas_it_predicts(crossed: Path, tmp_path: Path) -> None:
    rows = table()
    for texts in (["size*price", "size^2"], ["size/price", "abs(size)"]):
        path = forged(crossed, tmp_path, texts)
        assert [cross.name for cross in inspect(str(path)).schema.crosses] == texts
        assert len(mlpcli.predict(path, rows).frame) == len(rows)


@pytest.mark.parametrize(
    "texts",
    [
        ["size*price", "__import__('os').system('touch hacked')"],
        ["size*price", "size*price"],
        ["size*price", "size*colour"],
        ["size*price", "size*old"],
        ["size*price", "size*nothing"],
        ["size*price", "size*`size*price`"],
        ["size*price", "size * price^2"],
        ["size*price", "size^2,size^3"],
        ["size*price", "size"],
        ["size*price", "1+1"],
        ["size*price", ""],
        ["size*price", HUGE],
        ["size*price", "size*1e999"],
        ["size^2", "size*price", "size^3"],
        ["size*price"] * (MOST_CROSSES + 1),
        [1, 2],
        [None, None],
        "size*price",
        None,
        {"size*price": 1},
        [["size*price"], ["size^2"]],
    ],
    ids=lambda texts: str(texts)[:40],
)
def test_other_crosses_are_refused(
    texts: Any, crossed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = forged(crossed, tmp_path, texts)
    for read in (inspect, mlpcli.load):
        with pytest.raises(ArtifactError, match="was altered or damaged: ") as refusal:
            read(str(path))
        assert len(refusal.value.message) < 400
    assert not (tmp_path / "hacked").exists()


def test_crosses_that_are_swapped_with_columns_are_refused(crossed: Path, tmp_path: Path) -> None:
    """One whose values would be those of another input, or that stands before its columns."""
    for texts in (["size^2", "size*price"], ["size*price"], []):
        path = forged(crossed, tmp_path, texts, renames=False)
        if not texts:  # a plain model with columns of these names
            assert [each.name for each in inspect(str(path)).schema.table_inputs][-1] == "size^2"
            with pytest.raises(DataError, match=r"the input column 'size\*price' of the model is missing"):
                mlpcli.predict(path, pd.DataFrame(table()))
            continue
        with pytest.raises(ArtifactError, match="was altered or damaged: "):
            inspect(str(path))
