"""Values that were never an option's text, and texts that almost are numbers: one kind of error, no other."""

from typing import Any

import pytest

from mlpcli.data.reading.source import ReadingSettings
from mlpcli.errors import SettingsError
from mlpcli.options.objective import LARGEST_WEIGHT, ObjectiveSettings
from mlpcli.options.options import SETTINGS_CLASSES
from mlpcli.options.run import RunSettings
from mlpcli.settings import Settings, build, described_fields

TEXTS = [
    "\u00b2",
    "1e400",
    "nan",
    "9" * 5000,
    "",
    "\ud800",
    "\x00",
    ",",
    "a=",
    "=1",
    "a=nan",
    '"',
    "x" * 200_000,
]
VALUES: list[Any] = [True, -1, 10**400, 10**5000, float("nan"), float("inf"), [], {}, [None], [[]], [1, 1]]
VALUES += [{"a": 1}, {"a": []}, [["a"]], [["a", 1e308]], b"x", object(), "\ud800", (1,)]


@pytest.mark.parametrize("settings_class", SETTINGS_CLASSES, ids=lambda each: each.__name__)
def test_a_setting_takes_a_value_or_refuses_it(settings_class: type[Settings]) -> None:
    refused = 0
    for name in described_fields(settings_class):
        for value in [*TEXTS, *VALUES]:
            try:
                build(settings_class, {name: value})
            except SettingsError:
                refused += 1
    assert refused


def test_a_digit_that_is_none() -> None:
    """`str.isdigit` takes it for one, `int` does not."""
    with pytest.raises(SettingsError, match="is not a number of threads"):
        build(RunSettings, {"threads": "\u00b2"})


@pytest.mark.parametrize("given", [{"delimiter": ""}, {"comment": "##"}, {"comment": 5}, {"missing": "-"}])
def test_reading_settings_of_a_file_are_checked_as_options(given: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        ReadingSettings(**given)


def test_class_weights_have_a_limit() -> None:
    ObjectiveSettings(class_weight=(("a", LARGEST_WEIGHT),))
    with pytest.raises(SettingsError, match="has a weight above 1e"):
        ObjectiveSettings(class_weight=(("a", 1e308),))
