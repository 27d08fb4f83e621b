"""Text on a terminal: characters that must not be shown, the cells the others take, padding and cutting."""

from collections.abc import Iterable
from shlex import quote
from unicodedata import category, east_asian_width

WIDE = ("W", "F")
JAMO = range(0x1160, 0x1200)
"""Medial vowels and final consonants of decomposed Korean, drawn in the cell of the consonant before them."""

AS_PICTURE = "\ufe0f"
"""Variation selector 16, behind a character that is to be drawn as a wide emoji."""


def printable(text: str) -> str:
    """The text with control, formatting and unprintable characters escaped."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def shell_word(text: str) -> str:
    """The text as a word to type in a shell: control characters as escapes in bash's $'...'."""
    if text.isprintable():
        return quote(text)
    inner = text.replace("\\", "\\\\").replace("'", "\\'")
    return "$'" + "".join(each if each.isprintable() else _for_bash(ord(each)) for each in inner) + "'"


def _for_bash(code: int) -> str:
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00  # a byte that is no character
        return f"\\x{code:02x}"
    return f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def shell_line(words: Iterable[str]) -> str:
    """A command line to type in a shell."""
    return " ".join(map(shell_word, words))


def width_of(text: str) -> int:
    """The cells that a text takes: two for wide characters (Unicode TR 11), none for combining ones."""
    if text.isascii():
        return len(text)
    widths = list(map(_width, text))
    for place, character in enumerate(text):
        if character == AS_PICTURE and place and widths[place - 1] == 1:
            widths[place - 1] = 2
    return sum(widths)


def _width(character: str) -> int:
    if category(character) in ("Mn", "Me", "Cf") or ord(character) in JAMO:
        return 0
    return 2 if east_asian_width(character) in WIDE else 1


def padded(text: str, width: int, *, right: bool = False) -> str:
    """The text with blanks to fill `width` cells, before it if it is to stand at the right."""
    blanks = " " * (width - width_of(text))
    return blanks + text if right else text + blanks


def cut(text: str, width: int, ellipsis: str = "…") -> str:
    """The text if it fits into `width` cells, else its beginning and an ellipsis."""
    if width_of(text) <= width:
        return text
    left, kept = width - width_of(ellipsis), []
    for character in text:
        left -= _width(character)
        if left < 0:
            break
        kept.append(character)
    return "".join(kept).rstrip() + ellipsis


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` cells, whole words as far as they fit; nothing is left out."""
    lines, line = list[str](), ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if width_of(longer) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        *full, line = _pieces(word, width)
        lines += full
    return [*lines, line]


def _pieces(word: str, width: int) -> list[str]:
    """A word in pieces of at most `width` cells; combining characters stay with the one before them."""
    pieces = [""]
    for character in word:
        if width_of(pieces[-1] + character) > width and pieces[-1] and _width(character):
            pieces.append("")
        pieces[-1] += character
    return pieces
