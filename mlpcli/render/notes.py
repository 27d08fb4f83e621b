"""Notes on a table and a training, the gravest first, each once."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mlpcli.errors import count
from mlpcli.preparation.finding import LIGHT, by_gravity
from mlpcli.render.console import Screen
from mlpcli.text_width import wrapped

if TYPE_CHECKING:
    from mlpcli.preparation.finding import Finding

MOST_NOTES = 5
MOST_LINES = 6
"""Lines of a terminal that notes take, the last of which may say how many there are more."""


def notes_report(screen: Screen, notes: Sequence[str], findings: "Sequence[Finding]") -> None:
    """A note for each finding and each guess; beyond a few their number, unless verbose."""
    texts = notes_of(screen, notes, findings)
    shown = len(texts) if screen.verbose else _fitting(screen, texts)
    for text in texts[:shown]:
        screen.note(text)
    if left := len(texts) - shown:
        screen.note(f"and {count(left, 'more note')} (-v)")


def notes_of(screen: Screen, notes: Sequence[str], findings: "Sequence[Finding]") -> list[str]:
    """Texts, in this order: grave findings, guesses about files, and what is left out anyway."""
    ordered = by_gravity(findings)
    grave = [_text(screen, each) for each in ordered if each.kind not in LIGHT]
    light = [_text(screen, each) for each in ordered if each.kind in LIGHT]
    return list(dict.fromkeys([*grave, *map(screen.told, notes), *light]))


def _text(screen: Screen, finding: "Finding") -> str:
    advice = f" ({screen.told(finding.advice)})" if finding.advice else ""
    return screen.told(finding.text) + advice


def _fitting(screen: Screen, texts: Sequence[str]) -> int:
    """How many of the notes are shown: at most `MOST_NOTES`, in at most `MOST_LINES` lines of a terminal."""
    width = screen.width if screen.terminal else 0
    room, shown = MOST_LINES, 0
    for text in texts[:MOST_NOTES]:
        room -= len(wrapped(f"note: {text}", width - 2)) if width else 1
        if room < (len(texts) > shown + 1):
            break
        shown += 1
    return max(shown, 1) if texts else 0
