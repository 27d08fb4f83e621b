"""Words of texts, and numbers that stand for them: the same in every program and on every machine."""

import html
import re
import unicodedata
import zlib
from collections import defaultdict
from collections.abc import Sequence
from itertools import count
from typing import NamedTuple

import numpy as np

from mlpcli.arrays import Array

MOST_CHARACTERS = 20_000
"""Of a cell that are read; some 3,000 words."""
LONGEST_WORD = 40
"""Characters of a word that are cut into pieces."""
PIECES = (3, 4, 5)
"""Lengths of the pieces of a word, whose ends count as blanks (fastText: Bojanowski et al. 2017, arXiv
1607.04606)."""
REMEMBERED = 200_000
"""Words, after which all are forgotten: texts of any length take little memory."""
KEY_BITS = 52
"""Of the number of a word or pair, which float64 holds exactly."""

_ALONE = (
    "\u2600-\u27bf\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U0001f000-\U0001faff"
    "\U00020000-\U0003ffff"
)
"""Chinese and Japanese characters, written without blanks between words, and signs such as emoji."""
_WORD = re.compile(rf"[{_ALONE}]|(?:(?![{_ALONE}])[^\W_])(?:(?![{_ALONE}])(?:\w|['\u2019](?=\w)))*")
_SINGLE = re.compile(f"[{_ALONE}]")
_TAG = re.compile(r"<[/!]?[a-zA-Z][^<>]{0,1000}>")
_ONLY_ASCII = re.compile(r"[a-z0-9](?:[a-z0-9_]|'(?=[a-z0-9_]))*")


def words_of(text: str) -> list[str]:
    """The words of a cell in lower case, without punctuation and the tags of web pages."""
    text = text[:MOST_CHARACTERS]
    if "<" in text:
        text = _TAG.sub(" ", text)
    if "&" in text:
        text = html.unescape(text)
    if text.isascii():
        return _ONLY_ASCII.findall(text.lower())
    return _WORD.findall(unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower()))


def is_alone(word: str) -> bool:
    """Whether a word is a single character of a script without blanks, or a sign."""
    return len(word) == 1 and _SINGLE.fullmatch(word) is not None


class Occurrences(NamedTuple):
    """Where words occur in some texts; one entry for each occurrence."""

    texts: Array
    """The number of the text."""
    keys: Array
    """The number that stands for the word, or for two neighbouring ones."""


class WordReader:
    """Turn texts into numbers of words, pairs of words and pieces of words."""

    def __init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        self._number_of: defaultdict[str, int] = defaultdict(count().__next__)
        self._keys = np.zeros(0, np.uint64)
        self._pieces: dict[int, Array] = {}

    def read(self, texts: Sequence[str]) -> "ReadTexts":
        """The words of some texts, none longer than `MOST_CHARACTERS`."""
        if len(self._number_of) > REMEMBERED:
            self._forget()
        number_of = self._number_of
        numbers: list[int] = []
        counts = np.zeros(len(texts), np.int64)
        for place, text in enumerate(texts):
            words = words_of(text)
            counts[place] = len(words)
            numbers += map(number_of.__getitem__, words)
        new = list(number_of)[len(self._keys) :]
        self._keys = np.concatenate([self._keys, _scattered(_hashes([word.encode() for word in new]))])
        return ReadTexts(self, counts, np.array(numbers, np.intp), self._keys)

    def pieces(self, numbers: Array) -> tuple[Array, Array]:
        """For each of some words, how many pieces it has, and the keys of all of them in order."""
        missing = [number for number in np.unique(numbers).tolist() if number not in self._pieces]
        if missing:
            words = list(self._number_of)
            for number in missing:
                self._pieces[number] = _scattered(_hashes(_cut(words[number])))
        found = [self._pieces[number] for number in numbers.tolist()]
        sizes = np.array([len(each) for each in found], np.int64)
        return sizes, np.concatenate(found) if found else np.zeros(0, np.uint64)


class ReadTexts(NamedTuple):
    """The words of some texts, one behind the other."""

    reader: WordReader
    counts: Array
    """(texts,) The number of words of each."""
    numbers: Array
    """(words,) What the reader calls them."""
    known: Array
    """The key of each number."""

    @property
    def texts(self) -> Array:
        """(words,) The number of the text of each word."""
        return np.repeat(np.arange(len(self.counts)), self.counts)

    def words(self) -> Occurrences:
        """All words."""
        return Occurrences(self.texts, self.known[self.numbers])

    def pairs(self) -> Occurrences:
        """Two words that stand side by side in a text, in this order."""
        texts, keys = self.words()
        side_by_side = texts[1:] == texts[:-1]
        first, second = keys[:-1][side_by_side], keys[1:][side_by_side]
        return Occurrences(texts[1:][side_by_side], _scattered(first * np.uint64(3) + second))

    def pieces(self, chosen: Array) -> Occurrences:
        """Pieces of the words of a mask (words,)."""
        sizes, keys = self.reader.pieces(self.numbers[chosen])
        return Occurrences(np.repeat(self.texts[chosen], sizes), keys)


def _cut(word: str) -> list[bytes]:
    framed = f" {word[:LONGEST_WORD]} "
    return [
        framed[start : start + length].encode()
        for length in PIECES
        for start in range(len(framed) - length + 1)
    ]


def _hashes(words: Sequence[bytes]) -> Array:
    return np.array([zlib.crc32(word) for word in words], np.uint64)


def _scattered(keys: Array) -> Array:
    """Numbers of `KEY_BITS` bits that look random: the finalizer of MurmurHash3 (Appleby, public domain)."""
    keys = (keys ^ (keys >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    keys = (keys ^ (keys >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return np.asarray((keys ^ (keys >> np.uint64(33))) >> np.uint64(64 - KEY_BITS))
