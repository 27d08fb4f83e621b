"""Architectures as texts and settings: sizes, funnels, dropout by layer, and what is wrong with a text."""

from typing import Any

import pytest

from mlpcli.errors import SettingsError
from mlpcli.nn.architecture import NetworkSettings, parse_dropout, parse_hidden, parse_wide


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("128,64", (128, 64)),
        (" 128 , 64 ", (128, 64)),
        ("3x256", (256, 256, 256)),
        ("3X256", (256, 256, 256)),
        ("512,2x64,8", (512, 64, 64, 8)),
        ("7", (7,)),
        ("none", ()),
        (" None ", ()),
        ("1000x1", (1,) * 1000),
        ("256..32", (256, 128, 64, 32)),
        ("100..20", (100, 50, 25, 20)),
        ("5..1", (5, 3, 2, 1)),
        ("3..2", (3, 2)),
        ("512,256..64,8", (512, 256, 128, 64, 8)),
        ("2x8..4", (8, 4, 8, 4)),
        (" 8..2 , 1 ", (8, 4, 2, 1)),
    ],
)
def test_parse_hidden(text: str, sizes: tuple[int, ...]) -> None:
    assert parse_hidden(text) == sizes


MISTAKES = (
    "abc|128,|,|128,,64|1.5|x64|3x|2x3x4|64;32|1001x1|600x1,600x1|0x5|-1x5"
    "|32..256|64..64|256..|..32|8...2|8..0|8..-1|256..32..8|8..2x2|0..4|0x8..2|1.5..1"
)


@pytest.mark.parametrize("text", MISTAKES.split("|"))
def test_parse_hidden_says_what_is_wrong(text: str) -> None:
    with pytest.raises(SettingsError, match="hidden: ") as caught:
        parse_hidden(text)
    assert caught.value.hint


def test_parse_hidden_counts_before_it_builds() -> None:
    with pytest.raises(SettingsError, match="more than 1,000"):
        parse_hidden("99999999999999999999x5")


@pytest.mark.parametrize("hidden", [(0,), (5, -1)])
def test_a_layer_needs_a_unit(hidden: tuple[int, ...]) -> None:
    with pytest.raises(SettingsError, match="hidden: "):
        NetworkSettings(hidden=hidden)


WRONG: list[dict[str, object]] = [
    {"activation": "rleu"},
    {"dropout": 1.0},
    {"dropout": -0.1},
    {"dropout": (0.5, 1.0)},
    {"dropout": True},
    {"init": "best"},
    {"number_embedding": "waves"},
    {"output_activation": "gelu"},
    {"hidden": (1,) * 1001},
    {"hidden": (2.5,)},
]


@pytest.mark.parametrize("values", WRONG, ids=str)
def test_settings_are_checked(values: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        NetworkSettings(**values)


def test_funnels_count_as_their_layers() -> None:
    with pytest.raises(SettingsError, match="more than 1,000"):
        NetworkSettings(hidden=parse_hidden("500x256..32"))


@pytest.mark.parametrize(
    ("text", "rates"), [("0.2", (0.2,)), ("0.2,0.1", (0.2, 0.1)), ("0, 0.5 ,0", (0.0, 0.5, 0.0))]
)
def test_parse_dropout(text: str, rates: tuple[float, ...]) -> None:
    assert parse_dropout(text) == rates
    assert NetworkSettings(dropout=rates).dropout_rates() == rates


@pytest.mark.parametrize("text", ["", "0.2,", "half", "0.2;0.1"])
def test_parse_dropout_says_what_is_wrong(text: str) -> None:
    with pytest.raises(SettingsError, match="dropout: "):
        parse_dropout(text)


def test_dropout_is_for_all_hidden_layers_or_for_each() -> None:
    assert NetworkSettings(dropout=None).dropout_rates() == ()
    assert NetworkSettings(dropout=0.3, hidden=(4, 3)).dropout_rates() == (0.3,)
    with pytest.raises(SettingsError, match="2 dropout rates do not fit 3"):
        NetworkSettings(hidden=(4, 3, 2), dropout=(0.1, 0.2))


def test_parse_wide() -> None:
    assert [parse_wide(text) for text in ("all", "none", "age,height")] == ["all", "none", ("age,height",)]
    with pytest.raises(SettingsError, match="wide: "):
        NetworkSettings(hidden=(), wide="all")
