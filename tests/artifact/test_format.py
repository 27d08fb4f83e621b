"""The format as it is documented, read by joblib alone; and files of other formats."""

import hashlib
import json
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest

from mlpcli import artifact as room
from mlpcli.errors import ArtifactError
from tests.artifact.examples import artifact, digest, packed, parts, refusal, saved

KEYS = ["format", "header", "header_sha256", "arrays", "arrays_sha256"]
FIELDS = [
    "schema",
    "encoders",
    "target",
    "settings",
    "configurations",
    "history",
    "scores",
    "receipt",
    "sketches",
]


def test_joblib_reads_the_documented_dict(tmp_path: Path) -> None:
    arrays = {"columns first": np.asfortranarray([[1, 2], [3, 4]]), "empty": np.zeros((0, 2), bool)}
    content = joblib.load(saved(tmp_path / "m.joblib", arrays))
    assert list(content) == KEYS
    assert content["format"] == room.FORMAT == 8
    assert list(json.loads(content["header"])) == FIELDS
    assert content["header_sha256"] == hashlib.sha256(content["header"].encode()).hexdigest()
    assert content["arrays_sha256"] == digest(content["arrays"])
    for name, array in artifact(arrays).arrays.items():
        assert content["arrays"][name].dtype == array.dtype
        np.testing.assert_array_equal(content["arrays"][name], array)


def test_the_file_is_not_compressed(tmp_path: Path) -> None:
    numbers = np.arange(100.0)
    assert numbers.tobytes() in saved(tmp_path / "m.joblib", {"numbers": numbers}).read_bytes()


def test_the_header_is_plain_text() -> None:
    """Any editor shows it: it stands in the file as it is, in ASCII."""
    text = parts()["header"]
    assert text.isascii()
    assert text.encode() in room.to_bytes(artifact())


def test_the_same_model_is_the_same_bytes() -> None:
    assert room.to_bytes(artifact()) == room.to_bytes(artifact())


@pytest.mark.parametrize("number", [9, 255, 10**9])
def test_a_newer_format(number: int, tmp_path: Path) -> None:
    said = refusal(tmp_path / "m", packed(parts() | {"format": number}))
    assert said == f"has format {number}, but this mlpcli only reads up to 8"


def test_a_newer_format_may_hold_other_parts(tmp_path: Path) -> None:
    assert "has format 9" in refusal(tmp_path / "m", packed({"format": 9, "content": "anything"}))


@pytest.mark.parametrize("number", [0, -1, True, None, "1", ()])
def test_no_format(number: Any, tmp_path: Path) -> None:
    assert refusal(tmp_path / "m", packed(parts() | {"format": number})) == "is not an mlpcli model"


@pytest.mark.parametrize("content", [{}, (), "text", 1, None, np.zeros(3), {"header": "{}"}], ids=ascii)
def test_something_else(content: Any, tmp_path: Path) -> None:
    assert refusal(tmp_path / "m", packed(content)) == "is not an mlpcli model"


WRONG: list[Any] = [None, 1, (), {}, "text", np.zeros(3), np.zeros(0), (np.zeros(2), "text")]


@pytest.mark.parametrize("wrong", WRONG, ids=ascii)
@pytest.mark.parametrize("name", KEYS[1:])
def test_parts_of_a_wrong_type(name: str, wrong: Any, tmp_path: Path) -> None:
    fits = type(wrong) is type(parts()[name])
    path = tmp_path / "m"
    path.write_bytes(packed(parts() | {name: wrong}))
    if name == "arrays" or (name == "arrays_sha256" and fits):
        with pytest.raises(ArtifactError, match="was altered or damaged"):
            room.load(str(path))
    else:
        assert "was altered or damaged" in refusal(path)


@pytest.mark.parametrize("name", KEYS)
def test_a_part_is_missing(name: str, tmp_path: Path) -> None:
    said = refusal(tmp_path / "m", packed({key: part for key, part in parts().items() if key != name}))
    assert said == (
        "is not an mlpcli model" if name == "format" else "was altered or damaged: its parts are missing"
    )


@pytest.mark.parametrize("array", [None, "text", 1, (), {}], ids=ascii)
def test_an_array_that_is_none(array: Any, tmp_path: Path) -> None:
    path = tmp_path / "m"
    path.write_bytes(packed(parts() | {"arrays": {"parameters": array}}))
    with pytest.raises(ArtifactError, match="an array has the wrong type"):
        room.load(str(path))
