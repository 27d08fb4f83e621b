"""Small files that would take all memory or all time are refused at once."""

import struct
from pathlib import Path

import numpy as np
import pytest

from mlpcli.artifact.container import LONGEST_HEADER
from mlpcli.artifact.restricted_reader import MOST_INSTRUCTIONS
from tests.artifact.costs import bounded
from tests.artifact.examples import parts, refusal, sealed
from tests.artifact.pickles import (
    CALL,
    DTYPE,
    EMPTY_DICT,
    EMPTY_TUPLE,
    FALSE,
    MEMOIZE,
    NONE,
    SET_ITEM,
    START,
    STOP,
    array,
    call,
    deep,
    doubled,
    name,
    number,
    several,
    text,
)

MEGABYTES = 20
MILLION = 1_000_000
LIMIT = MOST_INSTRUCTIONS // 10
"""Of instructions, in these tests, where each is traced; one tries the real one."""
MANY = LIMIT + 1_000


@pytest.fixture(autouse=True)
def _lower_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlpcli.artifact.restricted_reader._Counted.left", LIMIT)


def shape(*sides: int) -> bytes:
    return array(several(*map(number, sides)), values=bytes(8))


BOMBS = {
    # Sizes far beyond the file's
    "FRAME": b"\x95" + struct.pack("<Q", 2**62),
    "BINUNICODE8": b"\x8d" + struct.pack("<Q", 2**62),
    "BINUNICODE8 beyond all": b"\x8d" + b"\xff" * 8,
    "BINUNICODE": b"X" + struct.pack("<I", 2**32 - 1),
    "BINBYTES8": b"\x8e" + struct.pack("<Q", 2**62),
    "BYTEARRAY8": b"\x96" + struct.pack("<Q", 2**62),
    "LONG4": b"\x8b" + struct.pack("<i", 2**31 - 1),
    "LONG1": b"\x8a\xff" + b"\x7f" * 255,
    "LONG": b"L" + b"9" * MILLION + b"L\n",
    "LONG_BINPUT": EMPTY_DICT + b"r" + b"\xff" * 4,
    "LONG_BINGET": b"j" + b"\xff" * 4,
    "a shape of 2**62": shape(2**62),
    "a shape beyond 64 bits": shape(2**32, 2**32, 2**32),
    "a shape of the longest numbers": shape(*[2**2000] * 8),
    "a shape of nothing and too much": shape(0, 2**62, 2**62),
    "a shape below nothing": shape(-1, -8),
    "a shape of True": array(several(b"\x88"), values=bytes(8)),
    "a shape of thousands of sides": array(b"(" + number(1) * (LIMIT - 1_000) + b"t", values=bytes(8)),
    # Many instructions
    "MARK many times": b"(" * MANY,
    "dicts": EMPTY_DICT * MANY,
    "memo": NONE + MEMOIZE * MANY,
    "tuples in tuples": deep(MANY),
    "types": call(DTYPE, text("f8"), FALSE, FALSE) * MANY,
    "empty arrays": array(several(number(0))) * (MANY // 5),
    # Few instructions, endless to walk through
    "a key of doubled tuples": EMPTY_DICT + doubled(60) + NONE + SET_ITEM,
    "a key of deep tuples": EMPTY_DICT + deep(LIMIT - 1_000) + NONE + SET_ITEM,
    "a type of doubled tuples": call(DTYPE, doubled(60), FALSE, FALSE),
    "arguments of doubled tuples": DTYPE + doubled(60) + CALL,
    "a name of doubled tuples": doubled(60) + text("x") + b"\x93",
    "a shape of doubled tuples": array(doubled(60)),
    "an order of doubled tuples": array(several(number(1)), order=doubled(60)),
    "the content": doubled(60),
    "a dict in itself": EMPTY_DICT + MEMOIZE + text("a") + b"h\x00" + SET_ITEM,
    # Long texts, which a message must not repeat
    "a long name": name("os", "a" * 10 * MILLION),
    "a long type": call(DTYPE, text("f" * 10 * MILLION), FALSE, FALSE),
}


def measured(path: Path, data: bytes) -> str:
    """Why it is refused; fails if that takes more memory than a few times the file, or does not end."""
    with bounded(4 * len(data) + (MEGABYTES << 20)):
        return refusal(path, data)


@pytest.mark.parametrize("bomb", BOMBS)
def test_alone(bomb: str, tmp_path: Path) -> None:
    measured(tmp_path / "m", START + BOMBS[bomb] + STOP)


def test_as_many_instructions_as_no_model_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    said = measured(tmp_path / "m", START + EMPTY_DICT * (MOST_INSTRUCTIONS + 1) + STOP)
    assert said.endswith(f"it holds more than {MOST_INSTRUCTIONS:,} instructions")


@pytest.mark.parametrize("part", ["format", "header", "header_sha256", "arrays", "arrays_sha256"])
@pytest.mark.parametrize("bomb", ["the content", "LONG1", "BINUNICODE8"])
def test_as_a_part(part: str, bomb: str, tmp_path: Path) -> None:
    program = EMPTY_DICT
    for key in parts():
        plain = {"format": number(1), "arrays": EMPTY_DICT}.get(key, text(str(parts()[key])))
        value = BOMBS[bomb] if key == part else plain
        program += text(key) + value + SET_ITEM
    measured(tmp_path / "m", START + program + STOP)


@pytest.mark.parametrize(
    "header",
    [
        "[" * MILLION,
        '{"schema":' * MILLION,
        "9" * MILLION,
        "1e" + "9" * MILLION,
        '"' + "\\u0000" * MILLION + '"',
        "[" + "[]," * 7 * MILLION + "[]]",
        "[" + '"ab",' * 4 * MILLION + "0]",
        " " * (LONGEST_HEADER + 1),
    ],
    ids=lambda header: header[:12],
)
def test_in_a_header_with_the_right_checksum(header: str, tmp_path: Path) -> None:
    assert "was altered or damaged" in measured(tmp_path / "m", sealed(header, {}))


def test_an_array_repeated(tmp_path: Path) -> None:
    """The same bytes cannot be asked for twice."""
    values = bytes(8 * MILLION)
    whole = array(several(number(MILLION)), values=values) + EMPTY_TUPLE
    assert measured(tmp_path / "m", START + whole + array(several(number(MILLION))) + STOP).endswith(
        "cut short"
    )


def test_an_array_as_the_checksum(tmp_path: Path) -> None:
    """Compared with a text it would be neither equal nor unequal."""
    content = parts() | {"header_sha256": np.zeros(3), "arrays_sha256": np.zeros(0)}
    program = b"".join(
        text(key) + (array(several(number(3)), values=bytes(24)) if "sha" in key else text("{}")) + SET_ITEM
        for key in content
        if key != "format"
    )
    data = START + EMPTY_DICT + text("format") + number(1) + SET_ITEM + program + STOP
    assert measured(tmp_path / "m", data).endswith("its parts are missing")
