"""Whole numbers that are names, and the test of bytes that finds blocks in which there may be some."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlpcli.data.columns.numbers.code_numbers import code_numbers, may_hold_code
from tests.data.examples import sampled


def reason(*cells: str) -> str:
    counts = Counter(cells)
    texts = np.array([*counts, None], dtype=object)[:-1]
    return code_numbers(texts, np.array([*counts.values()], dtype=np.int64))


RANDOM = np.random.default_rng(0)
ACCOUNTS = [str(number) for number in RANDOM.integers(10**9, 10**10, 100)]
DAYS = [
    datetime(1995, 1, 1, tzinfo=UTC) + timedelta(days=97 * day, seconds=12_345 * day) for day in range(90)
]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["04844", "12345"], "numbers with leading zeros such as '04844'"),
        (["12345", " 04844 ", "-", "n/a"], "numbers with leading zeros such as '04844'"),
        (["1", "2", "007"], "numbers with leading zeros such as '007'"),
        (["00", "01"], "numbers with leading zeros such as '01'"),
        (["\u00a004844"], "numbers with leading zeros such as '04844'"),
        (
            ["9007199254740993", "5"],
            "whole numbers above 2^53 such as '9007199254740993', too large to be stored exactly",
        ),
        (["+49 30 1234567", "+1 555 123 4567"], "phone numbers such as '+49 30 1234567'"),
        (["+49 (30) 1234-567", "-"], "phone numbers such as '+49 (30) 1234-567'"),
        (["+491701234567", "+491701234568", "none"], "phone numbers such as '+491701234567'"),
        (
            ACCOUNTS,
            f"10-digit numbers, nearly all distinct, such as '{ACCOUNTS[0]}': account numbers or codes",
        ),
        (
            [*ACCOUNTS, ACCOUNTS[0], "unknown"],
            f"10-digit numbers, nearly all distinct, such as '{ACCOUNTS[0]}': account numbers or codes",
        ),
    ],
)
def test_names(cells: list[str], expected: str) -> None:
    assert reason(*cells) == expected


@pytest.mark.parametrize(
    "cells",
    [
        [],
        ["1", "2", "30", "0"],
        ["0.5", "00.5"],
        ["00.50", "01.25", "07"],
        ["007", "-5"],
        ["007", "1,5"],
        ["007", "+5"],
        ["00", "000", "1"],
        ["0", "10", "100"],
        ["9007199254740992", "18014398509481984"],
        ["1e20", "5"],
        ["+5", "-1234567"],
        ["+1 234 567", "-1 234 567"],
        ["+5", "+6"],
        ["+123.456"],
        [repr(float(value)) for value in RANDOM.normal(size=50)],
        ACCOUNTS[:19],
        [*ACCOUNTS, *ACCOUNTS[:50]],
        [*ACCOUNTS, "5"],
        [*ACCOUNTS, "-5"],
        [str(number) for number in range(10**9, 5 * 10**9, 10**8)],
        [str(number) for number in RANDOM.integers(10**9, 15 * 10**8, 100)],
        [str(int(day.timestamp())) for day in DAYS],
        [str(int(day.timestamp() * 1000)) for day in DAYS],
        [f"{day:%Y%m%d}" for day in DAYS],
        [f"{day:%Y%m%d%H%M%S}" for day in DAYS],
        [f"{day:%Y%m%d%H%M}" for day in DAYS],
        ["A1", "words", ""],
    ],
    ids=lambda cells: str(cells[:2]),
)
def test_numbers_are_no_names(cells: list[str]) -> None:
    assert reason(*cells) == ""


def test_long_and_hostile_cells() -> None:
    assert reason("1" * (1 << 20)).startswith("whole numbers above 2^53 such as '1111")
    assert reason("0" * (1 << 20), "5") == ""
    assert reason("+" + "1 " * (1 << 19)) == ""
    assert len(reason("0" + "1" * (1 << 20))) < 100


@sampled
@given(st.integers(0, 10**20))
def test_whole_numbers_are_names_if_a_float_cannot_hold_them(number: int) -> None:
    assert bool(reason(str(number))) == (int(float(number)) != number)


@settings(sampled, max_examples=50)
@given(st.lists(st.text(max_size=10), max_size=6))
def test_no_text_is_an_error(cells: list[str]) -> None:
    assert isinstance(reason(*cells), str)


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        *[
            ("04844,1", ","),
            ("1,04844", ","),
            ("1;04844", ";"),
            ("1\t00", "\t"),
            ('1,"05"', ","),
            ("1\n05", ","),
        ],
        *[
            ("1\r05", ","),
            ("1, 05", ","),
            ("1,   05", ","),
            ("1,\t05", ","),
            ('1," 05"', ","),
            ("1,\u00a005", ","),
        ],
        *[
            ("'05'", ","),
            ("1|05", "|"),
            ("1 05", " "),
            ("1:05", ":"),
            ("+4", ","),
            ("1,+49 30", ","),
            ('"+4"', ";"),
        ],
        *[("1234567890123456", ","), ("a,1234567890123456789\n", ","), (f"{'x' * 300_000},05", ",")],
        *[(f"{'x' * (1 << 18)}\n05", ","), (f"{'x' * ((1 << 18) - 10)}\n{'1' * 16}", ","), ("1,05", ",")],
    ],
    ids=lambda text: ascii(text[:20]),
)
def test_blocks_that_may_hold_codes(text: str, delimiter: str) -> None:
    assert may_hold_code(text.encode(), delimiter)


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        *[("", ","), ("0", ","), ("0,0,10,100\n0", ","), ("0.05,1.05,-0.5,.05", ","), ("1,05;2,005", ";")],
        *[
            ("2019-01-05,2019-01-05 12:05:03", ","),
            ("01/05/2019,05.01.2019,05:30", ","),
            ("1e+05,1E-05", ","),
        ],
        *[("word05,x_05,A/05", ","), ("0.1234567890123456789", ","), ("0,1234567890123456789", ";")],
        *[("123456789012345", ","), ("-05", ","), ("2019-01-05 09:30", ",")],
    ],
)
def test_blocks_without_codes(text: str, delimiter: str) -> None:
    assert not may_hold_code(text.encode(), delimiter)


@sampled
@given(
    st.lists(st.sampled_from(["1.5", "word", "", "0", "-3", "2019-01-05", "x" * 70, "12"]), max_size=30),
    st.sampled_from(["04844", " 007", '"00"', "+491701234567", "9007199254740993"]),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from([",", "\n"]),
)
def test_codes_are_never_overlooked(cells: list[str], code: str, delimiter: str, end: str) -> None:
    parts = [*cells, code, *cells]
    rows = delimiter.join(parts) if end == "," else "\n".join(parts)
    assert may_hold_code(rows.encode(), delimiter)


def test_postcodes_with_four_more_digits_are_no_numbers() -> None:
    codes = np.array(["98115", "98103", "98115-4820"], dtype=object)
    assert code_numbers(codes, np.ones(3, np.int64)) == "postcodes such as '98115-4820'"
    others = np.array(["98115", "981", "98", "98115-4820"], dtype=object)
    assert code_numbers(others, np.ones(4, np.int64)) == ""
