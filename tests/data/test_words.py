"""Words of texts and the numbers that stand for them."""

import zlib

import numpy as np
import pytest

from mlpcli.data.words import KEY_BITS, LONGEST_WORD, MOST_CHARACTERS, REMEMBERED, WordReader, words_of

WORDS = {
    "It's okay, NOT great!": ["it's", "okay", "not", "great"],
    "don\u2019t": ["don\u2019t"],
    "5'3\" and 1.5": ["5'3", "and", "1", "5"],
    "<p class='a'>so<br/>soft</p> &amp; warm": ["so", "soft", "warm"],
    "a < b and c > d": ["a", "b", "and", "c", "d"],
    "Stra\u00dfe, e\u0301te\u0301, \u0130": ["stra\u00dfe", "\u00e9t\u00e9", "i"],
    "\u597d\u559c\u6b22\u3002very": ["\u597d", "\u559c", "\u6b22", "very"],
    "\u062c\u0645\u064a\u0644 \u062c\u062f\u0627": ["\u062c\u0645\u064a\u0644", "\u062c\u062f\u0627"],
    "love it\U0001f60d\U0001f60d": ["love", "it", "\U0001f60d", "\U0001f60d"],
    "!!! ... --": [],
}


@pytest.mark.parametrize("text", WORDS, ids=ascii)
def test_words(text: str) -> None:
    assert words_of(text) == WORDS[text]


def test_only_the_beginning_of_a_long_cell_counts() -> None:
    assert words_of("ab " * 400_000) == words_of(("ab " * 400_000)[:MOST_CHARACTERS])


def test_keys_by_the_published_formula() -> None:
    """MurmurHash3's finalizer in whole numbers of Python, its upper 52 bits."""

    def scattered(key: int) -> int:
        for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
            key = (key ^ key >> 33) * factor % 2**64
        return (key ^ key >> 33) >> 64 - KEY_BITS

    read = WordReader().read(["red shoe", "", "shoe red shoe"])
    red, shoe = (scattered(zlib.crc32(word)) for word in (b"red", b"shoe"))
    assert read.words().texts.tolist() == [0, 0, 2, 2, 2]
    assert read.words().keys.tolist() == [red, shoe, shoe, red, shoe]
    assert read.pairs().texts.tolist() == [0, 2, 2]
    both, back = (scattered((3 * one + other) % 2**64) for one, other in ((red, shoe), (shoe, red)))
    assert read.pairs().keys.tolist() == [both, back, both]
    pieces = [" re", "red", "ed ", " red", "red ", " red "]
    chosen = read.pieces(np.array([False, False, False, True, False]))
    assert chosen.texts.tolist() == [2] * 6
    assert chosen.keys.tolist() == [scattered(zlib.crc32(piece.encode())) for piece in pieces]


def test_a_word_of_any_length_has_few_pieces() -> None:
    read = WordReader().read(["x" * MOST_CHARACTERS])
    assert len(read.pieces(np.array([True])).keys) == 3 * (LONGEST_WORD + 2) - 2 - 3 - 4


def test_many_words_are_forgotten_and_change_nothing() -> None:
    reader = WordReader()
    words = [" ".join(map(str, range(start, start + 3_000))) for start in range(0, REMEMBERED + 9_000, 3_000)]
    first = [reader.read([text]).words().keys for text in words]
    again = [WordReader().read([text]).words().keys for text in words]
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, other)
