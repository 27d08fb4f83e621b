"""Ways to change a model file: `damaged` its bytes, `forged` its parts with the right checksums."""

import copy
import hashlib
import io
import json
import re
from collections.abc import Callable
from typing import Any, TypeAlias

import joblib
import numpy as np

from mlpcli.arrays import Array

Numbers: TypeAlias = np.random.Generator


def damaged(whole: bytes, generator: Numbers) -> bytes:
    """One damage, or a few: bytes changed, cut out, put in, moved."""
    damages = [_bit, _noise, _cut_out, _put_in, _copied, _zeros, _instruction, _end]
    damages += [_nested, _objects, _huge]
    data = whole
    for _ in range(generator.choice([1, 1, 1, 2, 5])):
        data = damages[generator.integers(len(damages))](data, generator)
    return data


def forged(whole: bytes, generator: Numbers) -> bytes:
    """One other value in the header or another array, or a few; the checksums are those of the new parts."""
    content = joblib.load(io.BytesIO(whole))
    header, arrays = json.loads(content["header"]), content["arrays"]
    for _ in range(generator.choice([1, 1, 1, 2, 3])):
        if arrays and generator.random() < 0.3:
            _forge_array(arrays, generator)
        else:
            forge_value(header, generator)
    return _sealed(content, text_of(header))


def forged_checkpoint(whole: bytes, generator: Numbers) -> bytes:
    """As `forged`, of a checkpoint, whose history is JSON lines in an array."""
    content = joblib.load(io.BytesIO(whole))
    header, arrays = json.loads(content["header"]), content["arrays"]
    for _ in range(generator.choice([1, 1, 2])):
        kind = generator.choice(["header", "arrays", "history"])
        if kind == "arrays":
            _forge_array(arrays, generator)
        elif kind == "history" and "history" in arrays:
            lines = [json.loads(line) for line in whole_lines(content)]
            forge_value(lines, generator)
            if isinstance(lines, list):
                arrays["history"] = np.frombuffer("\n".join(map(text_of, lines)).encode(), np.uint8)
        else:
            forge_value(header, generator)
    return _sealed(content, text_of(header))


def whole_lines(content: dict[str, Any]) -> list[bytes]:
    """The lines of a checkpoint's history as it was."""
    try:
        return [line for line in content["arrays"]["history"].tobytes().splitlines() if json.loads(line)]
    except (ValueError, AttributeError):  # forged before
        return []


def text_of(value: Any) -> str:
    """JSON, also of what Python would not write: `MARKED` texts become what they stand for."""
    text = json.dumps(value)
    for mark, meant in MARKED.items():
        text = text.replace(json.dumps(mark), meant)
    return text


def _sealed(content: dict[str, Any], text: str) -> bytes:
    """The file with another header and its arrays as they are now, with the right checksums."""
    arrays = content["arrays"]
    digest = hashlib.sha256()
    for name, array in sorted(arrays.items()):
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode() + array.tobytes())
    content |= {
        "header": text,
        "header_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "arrays_sha256": digest.hexdigest(),
    }
    buffer = io.BytesIO()
    joblib.dump(content, buffer, protocol=4)
    return buffer.getvalue()


def _place(data: bytes, generator: Numbers) -> int:
    return int(generator.integers(len(data) + 1))


def _piece(data: bytes, generator: Numbers) -> slice:
    start = _place(data, generator)
    return slice(start, start + int(generator.geometric(0.1)))


def _bit(data: bytes, generator: Numbers) -> bytes:
    changed = bytearray(data)
    if changed:
        changed[generator.integers(len(changed))] ^= 1 << int(generator.integers(8))
    return bytes(changed)


def _noise(data: bytes, generator: Numbers) -> bytes:
    piece = _piece(data, generator)
    return data[: piece.start] + generator.bytes(len(data[piece])) + data[piece.stop :]


def _cut_out(data: bytes, generator: Numbers) -> bytes:
    piece = _piece(data, generator)
    return data[: piece.start] + data[piece.stop :]


def _put_in(data: bytes, generator: Numbers) -> bytes:
    place = _place(data, generator)
    return data[:place] + generator.bytes(int(generator.geometric(0.1))) + data[place:]


def _copied(data: bytes, generator: Numbers) -> bytes:
    piece, place = data[_piece(data, generator)], _place(data, generator)
    return data[:place] + piece + data[place:]


def _zeros(data: bytes, generator: Numbers) -> bytes:
    piece = _piece(data, generator)
    return data[: piece.start] + bytes(len(data[piece])) + data[piece.stop :]


def _instruction(data: bytes, generator: Numbers) -> bytes:
    """An instruction of pickles, or one with an extreme size, outside the header's text."""
    start, stop = (data.find(mark) for mark in (b'{"schema"', b"header_sha256"))
    places = [*range(max(start, 0)), *range(max(stop, 0), len(data))] or [0]
    known = [*b"}]()utsaehjqrKMJGXUBCTRbcoiP0123.", *range(0x80, 0x99)]
    extreme = [b"\x8d" + b"\xff" * 8, b"\x95" + b"\xff" * 7, b"X" + b"\xff" * 4, b"\x8b\xff\xff\xff\x7f"]
    new = bytes([generator.choice(known)]) if generator.random() < 0.8 else extreme[generator.integers(4)]
    place = int(generator.choice(places))
    return data[:place] + new + data[place + len(new) :]


def _nested(data: bytes, generator: Numbers) -> bytes:
    """Another stream in the middle, or behind the end: one that would print, if it were run."""
    stream = [b"cos\nsystem\n(S'echo run'\ntR.", data[: _place(data, generator)]][generator.integers(2)]
    place = [_place(data, generator), len(data)][generator.integers(2)]
    return data[:place] + stream + data[place:]


def _objects(data: bytes, generator: Numbers) -> bytes:
    """An array of objects, whose elements would be pickles; of texts, of records."""
    places = [place for code in (b"f4", b"f8") for place in _all(data, b"\x8c\x02" + code)]
    if not places:
        return data
    place = places[generator.integers(len(places))] + 2
    code = [b"O8", b"U9", b"V8", b"M8"][generator.integers(4)]
    return data[:place] + code + data[place + 2 :]


def _huge(data: bytes, generator: Numbers) -> bytes:
    """A shape, or another small number, that becomes one of billions."""
    places = _all(data, b"K")
    if not places:
        return data
    place = places[generator.integers(len(places))]
    sizes = [b"J\xff\xff\xff\x7f", b"\x8a\x08" + b"\xff" * 7 + b"\x7f", b"M\xff\xff"]
    return data[:place] + sizes[generator.integers(3)] + data[place + 2 :]


def _all(data: bytes, part: bytes) -> list[int]:
    return [match.start() for match in re.finditer(re.escape(part), data)]


def _end(data: bytes, generator: Numbers) -> bytes:
    return data[: _place(data, generator)]


MARKED = {
    "<5000 digits>": "7" * 5000,
    "<600 lists>": "[" * 600 + "]" * 600,
    "<a key twice>": '{"a": 1, "a": 2}',
    "<200,000 lists>": "[" + "[]," * 200_000 + "[]]",
}
"""Texts of `HOSTILE` that stand for JSON which Python does not write."""

HOSTILE: list[Any] = [
    *MARKED,
    *("\u00b2", "\u0663", "##", "punycode", "\r", "a" * 200_000, [["a", 1e308]], {"a": []}, list(range(500))),
    *(None, True, False, 0, -1, 1, 2, 10**9, -(10**9), 10**300, 10**400, 2**63, 0.5, -0.0, 1e-320, 1e308),
    *(float("nan"), float("inf"), "", "x", "none", "relu", "999999999x1", "\ud800", "\x00\x1b[2J", "a" * 999),
    *([], {}, [None], [[]], [1] * 2000, ["a", "a"], {"a": 1}, {"levels": 5}, [[[[[[[["deep"]]]]]]]]),
]
"""Values to put in place of any other."""


def forge_value(header: Any, generator: Numbers) -> None:
    """Walk down to a value of any depth; replace, remove, double or swap it."""
    places: list[tuple[Any, Any]] = []
    inner = header
    while isinstance(inner, (dict, list)) and inner and generator.random() < 0.9:
        keys = list(inner) if isinstance(inner, dict) else list(range(len(inner)))
        key = keys[generator.integers(len(keys))]
        places.append((inner, key))
        inner = inner[key]
    if not places:
        return
    parent, key = places[-1]
    action = generator.choice(["replace", "replace", "remove", "double", "swap"])
    if action == "remove":
        del parent[key]
    elif action == "double" and isinstance(parent, list):
        parent.append(copy.deepcopy(parent[key]))
    elif action == "swap":
        other, place = places[generator.integers(len(places))]
        parent[key], other[place] = other[place], parent[key]
        if other is not parent:  # it would hold itself
            parent[key] = None
    else:
        parent[key] = copy.deepcopy(HOSTILE[generator.integers(len(HOSTILE))])


def _forge_array(arrays: dict[str, Array], generator: Numbers) -> None:
    """Another shape, type or values, or none."""
    names = list(arrays)
    changes: list[Callable[[Array], Any]] = [
        lambda array: array[:-1],
        lambda array: np.repeat(array, 2, axis=0),
        lambda array: array.reshape(-1, 1),
        lambda array: np.zeros((0, 3)),
        lambda array: array.astype(str(generator.choice(["?", "i1", "f2", "f4", "f8", "u8"]))),
        lambda array: array * array.dtype.type(generator.choice([0.0, -1.0, 1e30])),
        lambda array: np.where(generator.random(array.shape) < 0.1, np.nan, array),
        lambda array: arrays[names[generator.integers(len(names))]],
    ]
    name, action = names[generator.integers(len(names))], generator.integers(len(changes) + 2)
    if action < len(changes):
        with np.errstate(all="ignore"):  # NaN as a whole number, numbers beyond the largest
            arrays[name] = changes[action](arrays[name])
    else:
        del arrays[name]
