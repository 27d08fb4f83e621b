"""The live view of a search: how far it is, the best trial so far and what it changes, in one line."""

import time
from typing import TYPE_CHECKING

from mlpcli.errors import count
from mlpcli.number_text import same_precision
from mlpcli.render.console import Screen
from mlpcli.render.formatting import changes_text
from mlpcli.render.progress.bar import EVERY_SECONDS, bar_line
from mlpcli.render.progress.drawing import Drawing

if TYPE_CHECKING:
    from mlpcli.training.search import Search


class SearchView:
    """Its methods are the callbacks that the workflow takes."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        draws = screen.terminal and not screen.quiet
        self._drawing = Drawing(screen.stream) if draws else None
        self._wanted: int | None = None
        self._seconds, self._began, self._next = 0.0, time.perf_counter(), 0.0
        self._epochs, self._trials, self._best = 0, 0, ["the first trials"]

    def __enter__(self) -> "SearchView":
        return self

    def __exit__(self, *error: object) -> None:
        self.clear()

    def clear(self) -> None:
        """Take the view away."""
        if self._drawing is not None:
            self._drawing.clear()

    def on_start(self, trials: int | None, seconds: float) -> None:
        """So many trials are wanted; if None, as many as fit into the seconds."""
        self._wanted, self._seconds, self._began = trials, seconds, time.perf_counter()

    def on_epoch(self) -> None:
        """A network has trained for an epoch."""
        self._epochs += 1
        now = time.perf_counter()
        if now >= self._next:
            self._next = now + EVERY_SECONDS
            self._draw()

    def on_trials(self, search: "Search") -> None:
        """A bracket has come to its end."""
        self._trials = len(search.trials)
        if search.finished:
            metric = search.prepared.task.headline
            best, usual = search.finished[0], search.usual
            preset = None if usual is None else usual.scores.get(metric)
            shown = same_precision([best.scores.get(metric), preset])
            said = changes_text(best.configuration.changes) or "as the first"
            self._best = [f"{metric} {shown[0]}" + f" (first {shown[1]})" * (usual is not None), said]
        self._draw()

    def _draw(self) -> None:
        if self._drawing is None:
            return
        spent = time.perf_counter() - self._began
        share = spent / self._seconds if self._wanted is None else self._trials / self._wanted
        tried = [f"{self._trials:,} trials"] if self._trials else [count(self._epochs, "epoch")]
        columns = self._drawing.size.columns
        self._drawing.draw([bar_line(self._screen, columns, min(share, 1.0), [*tried, *self._best])])
