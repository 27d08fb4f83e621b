"""Words that say that there is no value."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpcli.data.columns.missing_words import NOTHING_WORDS, says_nothing
from mlpcli.data.columns.numbers.numerals import read_numerals
from mlpcli.data.columns.readings import MISSING_WORDS
from mlpcli.data.spelling import TRUTH
from tests.data.examples import sampled


def nothing(*texts: str) -> list[bool]:
    said = says_nothing(np.array([*texts, None], dtype=object)[:-1])
    assert said.dtype == np.bool_
    return [bool(each) for each in said]


@pytest.mark.parametrize(
    "text",
    [
        # Spreadsheets, databases, statistical packages.
        *(
            "#N/A",
            "#DIV/0!",
            "#REF!",
            "#VALUE!",
            "#NAME?",
            "#NULL!",
            "#NUM!",
            "#WERT!",
            "#BEZUG!",
            "#NV",
            "Err:502",
        ),
        *("\\N", "NULL", "(null)", "<null>", "[null]", "None", "0000-00-00", "0000-00-00 00:00:00"),
        *(".", ".a", ".Z", "*", "NaT", "NaN", "-nan(ind)", "1.#QNAN", "NA", "<NA>", "********"),
        # Statistical offices and loggers.
        *(
            "..",
            "...",
            "\u2026",
            ":",
            "x?",
            "-",
            "--",
            "\u2013",
            "\u2014",
            "---",
            "- -",
            "No Data",
            "BAD",
            "I/O Timeout",
        ),
        # People.
        *(
            "n/a",
            "N.A.",
            "n.d.",
            "nd",
            "nil",
            "none",
            "Unknown",
            "UNK",
            "missing",
            "not available",
            "TBD",
            "blank",
        ),
        *("Not Applicable", "not recorded", "no data", "(blank)", "empty", "?", "??", "", " ", "NR"),
        *(
            "keine Angabe",
            "k. A.",
            "k.A.",
            "entf\u00e4llt",
            "ENTF\u00c4LLT",
            "unbekannt",
            "fehlt",
            "s/d",
            "sin datos",
        ),
        *(
            "desconocido",
            "non renseign\u00e9",
            "inconnu",
            "\uc5c6\uc74c",
            "\ubbf8\uc0c1",
            "\ud574\ub2f9\uc5c6\uc74c",
        ),
        *("\ubb34\uc751\ub2f5", "\u4e0d\u660e"),
    ],
)
def test_words_that_say_nothing(text: str) -> None:
    assert nothing(text, text.upper(), f"  {text}\t", f"\u00a0{text}\u200b", f"\ufeff{text}") == [True] * 5


@pytest.mark.parametrize(
    "text",
    [
        *(
            "0",
            "no",
            "false",
            "n",
            "f",
            "x",
            "X",
            "M",
            "5",
            "-5",
            "inf",
            "Inf",
            "male",
            "red",
            "a",
            "0.0",
            "off",
        ),
        *("never", "zero", "nothing else", "n/a 5", "5 n/a", "-.5", ".5", "..5", "low", "1970-01-01"),
    ],
)
def test_words_that_say_something(text: str) -> None:
    assert nothing(text) == [False]


def test_blanks_within_a_word() -> None:
    assert nothing("k.\u00a0A.", "not\u202favailable", "no\u200bdata") == [True, True, True]


def test_the_words_are_as_they_are_compared() -> None:
    assert all(word == word.casefold().strip() for word in NOTHING_WORDS)
    assert {word.casefold() for word in MISSING_WORDS} <= NOTHING_WORDS
    assert not NOTHING_WORDS & set(TRUTH)
    words = np.array([*NOTHING_WORDS], dtype=object)
    for decimal in (".", ","):
        assert np.isnan(read_numerals(words, decimal)).all()


def test_long_cells() -> None:
    megabyte = 1 << 20
    assert nothing(" " * megabyte, "-" * megabyte, "n/a" + " " * megabyte, "x" * megabyte) == [
        True,
        False,
        True,
        False,
    ]
    assert nothing() == []


@sampled
@given(
    st.sampled_from(sorted(NOTHING_WORDS)), st.text(" \t\u00a0\u2009\u200b\ufeff", max_size=4), st.booleans()
)
def test_case_and_blanks_make_no_difference(word: str, blanks: str, upper: bool) -> None:
    text = word.upper() if upper else word.title()
    assert nothing(blanks + text + blanks) == [True]


@sampled
@given(st.floats(allow_nan=False))
def test_no_number_says_nothing(value: float) -> None:
    assert nothing(repr(value), f"{value:g}", f"{value:.2f}") == [False] * 3
