"""A bar for work that takes longer than a second: share done, speed, time left."""

import math
import time
from collections.abc import Callable, Sequence

from mlpcli.progress import ENCODED, ROWS
from mlpcli.render.console import Screen, use_colour
from mlpcli.render.formatting import duration
from mlpcli.render.progress.drawing import Drawing
from mlpcli.text_width import cut, width_of

AFTER_SECONDS = 1.0
"""Shorter work shows nothing."""
EVERY_SECONDS = 0.1
WIDEST = 30
NARROWEST = 4
FULL, EMPTY, PLAIN_FULL, PLAIN_EMPTY = "━", "╌", "#", "-"
DIM, CYAN, BOLD_GREEN, PLAIN = "\x1b[2m", "\x1b[36m", "\x1b[1;32m", "\x1b[0m"


class WorkBar:
    """The bar of one command: `on_progress` is the callback that its workflow takes."""

    def __init__(
        self, screen: Screen, *, wanted: bool = True, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._screen, self._clock, self._began = screen, clock, clock()
        draws = wanted and screen.terminal and not screen.quiet
        self._drawing = Drawing(screen.stream) if draws else None
        self._next = self._began + AFTER_SECONDS
        self._what, self._since, self._first = "", self._began, 0

    @property
    def seconds(self) -> float:
        """Time since the bar was made."""
        return self._clock() - self._began

    @property
    def was_shown(self) -> bool:
        """Whether the work took so long that there was something to see."""
        return self._drawing is not None and self.seconds > AFTER_SECONDS

    def __enter__(self) -> "WorkBar":
        return self

    def __exit__(self, *error: object) -> None:
        self.clear()

    def clear(self) -> None:
        """Take the bar away, as something else is to be shown."""
        if self._drawing is not None:
            self._drawing.clear()

    def on_progress(self, done: int, total: int | None, what: str) -> None:
        """Show that `done` of `total` are done (None: not known how many), as soon as it is time."""
        if self._drawing is None:
            return
        now = self._clock()
        if what != self._what:
            # Its speed is that from now on: before, something else took time.
            self._what, self._since, self._first = what, now, done
        if now < self._next:
            return
        self._next = now + EVERY_SECONDS
        columns = self._drawing.size.columns
        self._drawing.draw([bar_line(self._screen, columns, *self._told(done, total, now - self._since))])

    def _told(self, done: int, total: int | None, seconds: float) -> tuple[float | None, list[str]]:
        """The share that is done, if it is known, and what stands behind the bar."""
        rate = (done - self._first) / seconds if seconds > 0 else 0.0
        of_all = f" of {total:,}" if total is not None and self._what != ROWS else ""
        counted = f"{done:,}{of_all} {self._what}"
        speed = f"{rate:,.0f} rows/s" if rate >= 1 and self._what in (ROWS, ENCODED) else ""
        if total is None:
            return None, [counted, speed]
        share = done / total if total > done else 1.0
        left = f"{spent((total - done) / rate)} left" if rate and total > done else ""
        return share, [f"{math.floor(100 * share)} %", counted, left, speed]


def spent(seconds: float) -> str:
    """Seconds in few digits: 0.4 s, 4.1 s, 23 s, 3 min 05 s."""
    return f"{seconds:.1f} s" if seconds < 10 else duration(seconds)


def bar_line(screen: Screen, columns: int, share: float | None, texts: Sequence[str]) -> str:
    """A bar and texts in one line of at most so many columns; the last texts are left out if need be."""
    texts = [text for text in texts if text]
    room = columns - 1  # in the last column a cursor would be between two lines
    least = 0 if share is None else NARROWEST + 2
    while len(texts) > 1 and least + width_of("  ".join(texts)) > room:
        del texts[-1]
    coloured = use_colour(screen.stream)
    first, *others = texts
    if least + width_of(first) > room:
        return cut(first, room, "")
    told = "".join([first, *(f"  {DIM}{text}{PLAIN}" if coloured else f"  {text}" for text in others)])
    if share is None:
        return told
    width = max(min(room - 2 - width_of("  ".join(texts)), WIDEST), NARROWEST)
    filled = round(width * min(max(share, 0.0), 1.0))
    full, empty = (FULL, EMPTY) if screen.shows(FULL) else (PLAIN_FULL, PLAIN_EMPTY)
    done, left = full * filled, empty * (width - filled)
    return (f"{CYAN}{done}{PLAIN}{DIM}{left}{PLAIN}" if coloured else done + left) + "  " + told
