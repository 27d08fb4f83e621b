"""Blanks, also those that nobody sees."""

_SEEN = (*range(9, 14), 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000)
_UNSEEN = (
    *(0xAD, 0x180E, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F)),
    *(*range(0x2060, 0x2065), *range(0x2066, 0x206A)),
)
BLANKS: dict[int, str | None] = {**dict.fromkeys(_SEEN, " "), **dict.fromkeys(_UNSEEN)}
"""For `str.translate`: every blank that has a width becomes a plain one; those without, marks of the order
of bytes and of the direction of writing are left out."""


def as_seen(text: str) -> str:
    """The text as a reader sees it, without blanks at the ends."""
    return text.strip() if text.isascii() else text.translate(BLANKS).strip()
