"""A file that is cut short or changed is refused; only bytes that mean nothing may change unnoticed."""

import io
from functools import cache
from pathlib import Path

import joblib
import numpy as np

from mlpcli import artifact as room
from mlpcli.errors import ArtifactError
from tests.artifact.examples import artifact, refusal, same
from tests.benchmarks.robustness import attack

ARRAYS = {"empty": np.zeros(0), "flags": np.array([True, False]), "columns": np.asfortranarray(np.eye(2))}
WHOLE = room.to_bytes(artifact(ARRAYS))
EVERY = range(len(WHOLE))
SOME = frozenset(EVERY[::6])
"""Of the places whose bytes a checksum covers, all alike."""


def read(path: Path, data: bytes) -> str:
    """refused, same, or different."""
    path.write_bytes(data)
    try:
        found = room.load(str(path))
    except ArtifactError:
        return "refused"
    return "same" if same(found, artifact(ARRAYS)) else "different"


def test_cut_short(tmp_path: Path) -> None:
    for length in sorted(SOME | {*EVERY} - covered()):
        said = refusal(tmp_path / "m", WHOLE[:length])
        assert said.startswith("is not an mlpcli model file, or it is damaged: "), length


def test_one_byte_changed(tmp_path: Path) -> None:
    """At every place of what no checksum covers, and at some of the others."""
    outcomes = {}
    for place in sorted(SOME | {*EVERY} - covered()):
        changed = bytearray(WHOLE)
        changed[place] ^= (0x01, 0x80, 0xFF, 0x20)[place % 4]
        outcomes[place] = read(tmp_path / "m", bytes(changed))
    assert "different" not in outcomes.values()
    unnoticed = {place for place, outcome in outcomes.items() if outcome == "same"}
    assert not unnoticed & covered()


@cache
def covered() -> frozenset[int]:
    """Where the header and the arrays' values stand in the file."""
    content = joblib.load(io.BytesIO(WHOLE))
    values = [array.tobytes("A") for array in content["arrays"].values() if array.size]
    places: set[int] = set()
    for text in (content["header"].encode(), content["header_sha256"].encode(), *values):
        start = WHOLE.index(text)
        places |= set(range(start, start + len(text)))
    return frozenset(places)


def test_bytes_after_the_end(tmp_path: Path) -> None:
    for more in (b"\x00", b"\n", b".", WHOLE):
        assert refusal(tmp_path / "m", WHOLE + more).endswith("bytes follow its end")


def test_bytes_before_the_start(tmp_path: Path) -> None:
    for more in (b"\x00", b"\n", b"\xff\xfe", WHOLE):
        refusal(tmp_path / "m", more + WHOLE)


def test_line_ends_translated(tmp_path: Path) -> None:
    """As a transfer in text mode does."""
    assert b"\n" in WHOLE
    for line_end in (b"\r\n", b"\r"):
        refusal(tmp_path / "m", WHOLE.replace(b"\n", line_end))


def test_parts_of_two_files(tmp_path: Path) -> None:
    """The header of one model with the arrays of another."""
    other = room.to_bytes(artifact(ARRAYS | {"parameters": np.array([4, 3, 2, 1], np.float32)}))
    assert len(other) == len(WHOLE)
    cut = WHOLE.index(b"arrays_sha256")
    assert read(tmp_path / "m", WHOLE[:cut] + other[cut:]) == "refused"


def test_a_hundred_mutations() -> None:
    """`tests/benchmarks/robustness.py` has 20,000."""
    outcomes = attack(files=100, seed=1)
    assert outcomes.total() == 100
    assert not {outcome: count for outcome, count in outcomes.items() if outcome.bad}
