"""Texts as weighted counts of words, by numbers worked out by hand."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from mlpcli.data.counts import CellCounts
from mlpcli.data.encoders import TextEncoder
from mlpcli.data.encoders import text as room
from mlpcli.data.schema import Column, DataSettings
from mlpcli.data.words import WordReader
from tests.data.examples import text_column

REVIEWS = ["soft and warm", "soft and cold", "soft but cold cold", "rough", ""] * 10
COLUMN = Column("x", "text", "")


def fitted(cells: Sequence[str], weights: Any = None) -> TextEncoder:
    return TextEncoder.fit(COLUMN, text_column(cells), DataSettings(), weights)


def encoded(encoder: TextEncoder, cells: Sequence[str], counts: CellCounts | None = None) -> npt.NDArray[Any]:
    out = np.full((len(cells), encoder.width), np.nan, np.float32)
    encoder.write(text_column(cells), out, counts or CellCounts())
    return out


def key_of(text: str) -> int:
    read = WordReader().read([text])
    return int((read.pairs() if " " in text else read.words()).keys[0])


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many terms as there are words in a text in the middle."""
    monkeypatch.setattr(room, "OCCURRENCES", 25)


def test_the_terms_of_the_most_rows() -> None:
    """110 words in 50 rows, so 4 terms: soft in 30 rows; and, cold, soft and in 20 each."""
    encoder = fitted(REVIEWS)
    names = {key_of(name): name for name in ("soft", "and", "cold", "soft and")}
    assert [names[int(term)] for term in encoder.terms] == [names[key] for key in sorted(names)]
    rarity = {name: math.log(41 / (31 if name == "soft" else 21)) + 1 for name in names.values()}
    expected = [rarity[names[int(term)]] for term in encoder.terms]
    np.testing.assert_allclose(encoder.factors, expected, rtol=1e-12)
    assert (encoder.pieces, encoder.had_gaps, encoder.width) == (1, True, 6)
    assert encoder.bags == ((0, 5),)


def test_values_of_a_row() -> None:
    """Cold twice; `but` is no term, so that its pieces count."""
    encoder = fitted(REVIEWS)
    found = encoded(encoder, ["soft but cold cold"])[0]
    place = {int(term): number for number, term in enumerate(encoder.terms)}
    soft = math.log(2) * (math.log(41 / 31) + 1)
    cold = math.log(3) * (math.log(41 / 21) + 1)
    assert found[place[key_of("cold")]] / found[place[key_of("soft")]] == pytest.approx(cold / soft)
    assert found[place[key_of("and")]] == found[place[key_of("soft and")]] == 0
    assert np.linalg.norm(found) == pytest.approx(1)


def test_cells_without_words() -> None:
    counts = CellCounts()
    found = encoded(fitted(REVIEWS), ["", "!!!", "soft"], counts)
    assert found[0].tolist() == [0] * 5 + [1]
    assert found[1].tolist() == [0] * 6
    assert counts.missing == {"x": 1}


def test_read_is_the_number_of_words() -> None:
    values, unreadable = fitted(REVIEWS).read(text_column(["soft but cold cold", "", "!", "soft"]))
    np.testing.assert_array_equal(values, [4, np.nan, 0, 1])
    assert not unreadable.any()


def test_rows_are_encoded_alike_in_any_company() -> None:
    cells = [f"{number % 7} of {number} soft things" for number in range(2_500)]
    encoder = fitted(cells)
    whole = encoded(encoder, cells)
    np.testing.assert_array_equal(whole[1_700:], encoded(encoder, cells[1_700:]))
    np.testing.assert_array_equal(whole[:1], encoded(encoder, cells[:1]))


def test_stored_and_read_again() -> None:
    encoder = fitted(REVIEWS)
    stored, arrays = encoder.described(), encoder.arrays()
    assert {name: array.shape for name, array in arrays.items()} == TextEncoder.shapes(stored)
    again = TextEncoder.from_description(stored, arrays)
    np.testing.assert_array_equal(encoded(again, REVIEWS), encoded(encoder, REVIEWS))


def test_no_word_is_stored() -> None:
    encoder = fitted(["secret word here"] * 40)
    assert "secret" not in f"{encoder.described()}{encoder.arrays()}"


def test_weights_count_as_rows() -> None:
    times = np.arange(len(REVIEWS)) % 3 + 1
    one, other = fitted(REVIEWS, times.astype(float)), fitted(np.repeat(REVIEWS, times).tolist())
    np.testing.assert_array_equal(one.terms, other.terms)
    np.testing.assert_allclose(one.factors, other.factors, rtol=1e-12)


def test_many_rows_have_fewer_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = [" ".join(f"w{(number * step) % 97}" for step in range(1, 30)) for number in range(500)]
    wide = fitted(cells).width
    monkeypatch.setattr(room, "MOST_CELLS", 500 * 70)
    assert len(fitted(cells).terms) == 70
    monkeypatch.setattr(room, "MOST_CELLS", 500)
    assert len(fitted(cells).terms) == room.FEWEST_TERMS < wide


@pytest.mark.parametrize("cells", [["", ""], ["one two three"] * 2, ["?"] * 30], ids=str)
def test_nothing_to_learn_from(cells: list[str]) -> None:
    """One column for the pieces of all words, at least."""
    encoder = fitted(cells)
    assert len(encoder.terms) == 0
    assert np.isfinite(encoded(encoder, [*cells, "new words"])).all()


def altered(name: str, value: Any) -> str:
    encoder = fitted(REVIEWS)
    stored, arrays = encoder.described(), encoder.arrays()
    if name == "terms":
        arrays["terms"][1, 0] = value
    else:
        stored[name] = value
    with pytest.raises(ValueError, match=r"term|piece") as refusal:
        TextEncoder.from_description(stored, arrays)
    return str(refusal.value)


def test_descriptions_that_make_no_encoder() -> None:
    assert altered("pieces", 0) == "a text has no column for pieces of words"
    assert altered("terms", 0.5) == "a term has an impossible number"
    assert altered("terms", 2.0**60) == "a term has an impossible number"
    assert altered("terms", 0.0) == "its terms are not sorted"
