"""Guess the encoding of text that is not UTF-8.

charset-normalizer leaves out the encodings under which the text is a mess; of those left the likeliest is
taken, each character by itself. As all explain the same bytes, encodings of one and of two bytes a character
compare. Of 234 tables of nine languages, mostly of 20 lines or fewer words, all are read rightly so, and 156
by charset-normalizer alone: it takes most French, Spanish and Portuguese for cp1250.
"""

import re
from collections import Counter
from functools import lru_cache
from math import log

LOOKED_AT = 1 << 18
"""Bytes, from the first cell with one above ASCII."""
LEFT_TO_THE_LIBRARY = 1 << 13
"""Bytes, as it is slow."""
MESS, MORE_MESS = 0.4, 0.1
"""As charset-normalizer measures it: at most, and more than that of the cleanest encoding."""
FAVOUR = 2.0
"""By which cp1252, the commonest, is preferred; in log-likelihood."""
USUAL_SHARE = 0.7
"""Of the foreign characters, those that must be usual ones of the language."""

_SIGNS = "°€£§©®µ±·×²³½«»–—‘’“”„…•№"  # noqa: RUF001  # typed by word processors
_ALPHABETS = {
    "cp1252": ("éèêàâçîôûùëïœ", "áéíóúñü¿¡ºª", "ãõáéíóúâêôàç", "äöüß", "åäöæø"),
    "cp1251": ("абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя"),
    "koi8_r": ("абвгдеёжзийклмнопрстуфхцчшщъыьэюя",),
    "cp1250": ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áéíóöőúüű"),
    "iso8859_2": ("ąćęłńóśźż", "áčďéěíňóřšťúůýž"),
}
"""Letters beyond ASCII by encoding and language: French, Spanish, Portuguese, German, the north; Russian,
Ukrainian; Polish, Czech and Slovak, Hungarian."""
_ASIAN = ("cp949", "cp932", "gb18030", "big5", "euc_jp")
_OTHERS = ("cp1253", "cp1255", "cp1256", "cp874", "johab")
"""Left to charset-normalizer: Greek, Hebrew, Arabic, Thai, older Korean."""


def likely_encoding(text: bytes) -> str:
    """The likeliest encoding of text that is not UTF-8; its end may be cut."""
    from charset_normalizer import from_bytes  # its import takes longer than the guess

    sample = _foreign_cells(text)
    own = [*_ALPHABETS, *_ASIAN]
    found = from_bytes(sample[:LEFT_TO_THE_LIBRARY], cp_isolation=[*own, *_OTHERS], threshold=MESS)
    matches = [each for match in found for each in (match, *match.submatch)]
    least = min((match.chaos for match in matches), default=0.0)
    names = [match.encoding for match in matches if match.chaos <= least + MORE_MESS] or own
    fits = {name: fit for name in own if name in names and (fit := _fit(sample, name)) is not None}
    likeliest = max(fits, key=lambda name: fits[name][0] + FAVOUR * (name == "cp1252"), default="")
    if likeliest and fits[likeliest][1] >= USUAL_SHARE:
        return likeliest
    # Words of another script have hardly a letter of ASCII.
    if len(re.findall(rb"[\x80-\xff]", sample)) > len(re.findall(rb"[A-Za-z]", sample)) and names != own:
        return next((name for name in names if name in _OTHERS), likeliest or names[0])
    return "latin-1" if _fit(sample, "cp1252") is None else "cp1252"


def _foreign_cells(text: bytes) -> bytes:
    """The distinct cells with bytes above ASCII, one a line; the others say nothing about the encoding."""
    found = re.search(rb"[\x80-\xff]", text)
    first = found.start() if found else 0
    # Such a byte is in no encoding the second one of a character.
    start = max(text.rfind(mark, 0, first) for mark in (b"\n", b",", b";", b"\t", b'"')) + 1
    *whole, last = re.split(rb'[,;\t\r\n"]', text[start : start + LOOKED_AT])
    return b"\n".join(dict.fromkeys(cell for cell in whole if not cell.isascii())) or last


def _fit(sample: bytes, encoding: str) -> tuple[float, float] | None:
    """Log-likelihood, and the usual ones among the foreign characters (share); None for other bytes."""
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError:
        return None
    foreign = Counter(character for character in text if not character.isascii())
    plain = (len(text) - foreign.total()) * log(1 / 96)
    fits = []
    for language in _ALPHABETS.get(encoding, ("",)):
        chances = {each: _chance(each, encoding, language) for each in foreign}
        likelihood = sum(count * log(chances[each][0]) for each, count in foreign.items())
        usual = sum(count for each, count in foreign.items() if chances[each][1])
        fits.append((plain + likelihood, usual / max(foreign.total(), 1)))
    return max(fits)


def _chance(character: str, encoding: str, language: str) -> tuple[float, bool]:
    """The probability of a character in text, and whether it is a usual one."""
    if language:
        if character.lower() in language:
            return (0.8 if character.islower() else 0.1) / len(language), True
        if character in _SIGNS:
            return 0.07 / len(_SIGNS), True
        return 0.03 / (100 if character.isalpha() else 1000), False
    if "ぁ" <= character <= "ヾ" and encoding in ("cp932", "euc_jp"):
        return 0.5 / 175, True
    if "\uff61" <= character <= "\uff9f" and encoding == "cp932":  # of half the width, in old systems
        return 0.02 / 63, True
    if character in (usual := _usual_characters(encoding)):
        return (0.47 if encoding in ("cp932", "euc_jp") else 0.95) / len(usual), True
    return 0.02 / 5000, False


@lru_cache
def _usual_characters(encoding: str) -> frozenset[str]:
    """Characters of every day, which have their own rows in the standards; of Korean the plain syllables."""
    codec, first, last = {
        "cp949": ("euc_kr", 0xB0, 0xC8),
        "cp932": ("euc_jp", 0xB0, 0xCF),
        "euc_jp": ("euc_jp", 0xB0, 0xCF),
        "gb18030": ("gb2312", 0xB0, 0xD7),
        "big5": ("big5", 0xA4, 0xC6),
    }[encoding]
    rows = (bytes([row, cell]) for row in range(first, last + 1) for cell in range(0x40, 0xFF))
    characters = frozenset(row.decode(codec, errors="ignore") for row in rows) - {""}
    if encoding != "cp949":
        return characters
    # No double initial, no rare vowel, a frequent final or none: Chinese in the same bytes is any syllable.
    doubled, rare, finals = (1, 4, 8, 10, 13), (3, 7, 10, 15), (0, 1, 4, 8, 16, 17, 19, 21)
    numbers = {each: ord(each[0]) - ord("가") for each in characters}
    return frozenset(
        each
        for each, number in numbers.items()
        if number // 588 not in doubled and number // 28 % 21 not in rare and number % 28 in finals
    )
