"""Plain data: all that workers answer comes back as it was, and nothing else is read."""

import math
import pickle
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from mlpcli.errors import MlpcliError, Sentence, SettingsError, StoppedError
from mlpcli.preparation.finding import Finding
from mlpcli.training.plain_data import PlainDataError, decoded, encoded


@dataclass
class Example:
    """A class that the reader may not know."""

    values: dict[str, Any] = field(default_factory=dict)


@pytest.mark.parametrize(
    "value",
    [
        [None, True, 3, 1 << 127, 0.1, -0.0, math.inf, "é\n\udcff", "", [], {}],
        (1, ("a", (2.5,)), [()]),
        {"a": {1: None, (2, "b"): [3]}},
        Example({"x": Example()}),
        Finding("leak", Sentence("{drop} {!r}", "a"), "", columns=("a", "b")),
    ],
)
def test_it_comes_back_as_it_was(value: Any) -> None:
    again = decoded(encoded(value), [Example, Finding])
    assert repr(again) == repr(value)
    assert again == value


def test_sentences_still_name_settings() -> None:
    again = decoded(encoded(Sentence("Give {workers} {}.", 1)), [])
    assert again.settings == {"workers"}


@pytest.mark.parametrize("dtype", ["f4", "f8", "i8", "u1", "?"])
def test_arrays(dtype: str) -> None:
    for array in (np.arange(6).reshape(2, 3).astype(dtype), np.zeros((0, 3), dtype), np.ones((), dtype)):
        again = decoded(encoded({"of": array}), [])["of"]
        assert (again.dtype, again.shape, again.tobytes()) == (array.dtype, array.shape, array.tobytes())
    number = decoded(encoded(np.float32(0.1)), [])
    assert (type(number), number) == (np.float32, np.float32(0.1))


def test_errors_keep_their_class_and_all_that_they_say() -> None:
    error = SettingsError(Sentence("{epochs} is 0"), "Give 1.", setting="epochs")
    again = decoded(encoded(error), [])
    assert type(again) is SettingsError
    assert (str(again), again.hint, again.setting) == (str(error), error.hint, "epochs")
    assert again.names_setting
    stopped = decoded(encoded(StoppedError("stopped", reason="quit")), [])
    assert (type(stopped), stopped.reason) == (StoppedError, "quit")

    class OfACommandError(MlpcliError):
        pass

    assert type(decoded(encoded(OfACommandError("of a kind that others do not know")), [])) is MlpcliError


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no pickle",
        pickle.dumps(print),
        pickle.dumps({"text": "[]"}),
        encoded(Example()),
        encoded([1, 2])[:-20],
    ],
)
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(PlainDataError):
        decoded(content, [Finding])


def test_other_values_are_not_sent() -> None:
    for value in (print, object(), {1, 2}, np.array([None])):
        with pytest.raises(TypeError, match="not plain data"):
            encoded(value)
