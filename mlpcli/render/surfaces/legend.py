"""Parts of legends: as they are drawn, and as texts of the same width."""

from collections.abc import Sequence

from mlpcli.render.surfaces.canvas import DISC, PLAIN, Style, codes_of
from mlpcli.render.surfaces.palettes import Key
from mlpcli.text_width import cut, printable, width_of


def key_text(key: Key, style: Style) -> tuple[str, str]:
    """A part of a legend as it is drawn, and as it counts."""
    text = cut(printable(key.text), 30)
    if style.colours:
        return f"\x1b[48;{codes_of(key.colour, style.colours)}m  {PLAIN} {text}", f"   {text}"
    said = f"{key.characters!r} {text}" if " " in key.characters else f"{key.characters} {text}"
    return said, said


def mark_text(key: Key, style: Style) -> tuple[str, str]:
    """The mark of rows as it is drawn, and as it counts."""
    text = cut(printable(key.text), 30)
    if style.colours:
        character = DISC if style.blocks else key.characters
        return f"\x1b[38;{codes_of(key.colour, style.colours)}m{character}{PLAIN} {text}", f"o {text}"
    return f"{key.characters} {text}", f"{key.characters} {text}"


def packed(parts: Sequence[tuple[str, str]], width: int) -> list[str]:
    """Parts of a legend in lines of at most `width` columns."""
    lines: list[str] = []
    used = 0
    for shown, counted in parts:
        size = width_of(counted)
        if lines and used + 3 + size <= width:
            lines[-1] += "   " + shown
            used += 3 + size
        else:
            lines.append(shown)
            used = size
    return lines
