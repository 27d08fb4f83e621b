"""The live view of a training: the last epochs or all networks, the loss curve, a bar; the whole screen."""

import os
import time
from collections.abc import Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

from mlpcli.errors import count
from mlpcli.nn.fitting import EpochRecord
from mlpcli.number_text import same_precision
from mlpcli.render.console import Screen, use_colour
from mlpcli.render.formatting import rate
from mlpcli.render.loss_curve import course, losses_of
from mlpcli.render.progress.bar import BOLD_GREEN, DIM, PLAIN, bar_line, spent
from mlpcli.render.progress.drawing import FullScreen
from mlpcli.render.progress.surface_view import SurfaceView
from mlpcli.render.progress.views import TrainingView
from mlpcli.text_width import cut, padded, width_of

if TYPE_CHECKING:
    from mlpcli.training.live_surface import LiveSurface
    from mlpcli.training.planning import TrainingPlan

AFTER_SECONDS = 0.25
"""A shorter training shows nothing: a screen that comes and goes at once would only flicker."""
REFRESH_SECONDS = 0.1
SHARE = 0.007
"""Share of the time that drawing may take: the last drawing's duration decides when the next comes."""
SHARE_WITH_SURFACE = 0.025
"""The same where a surface is drawn."""
SHOWN_EPOCHS = 5
NARROW, BROAD = 60, 72
"""Columns below which there is no curve and a shorter table; from which the table of networks is complete."""
SHORTER = {"validation loss": "validation", "best epoch": "best"}
"""Titles of columns on a narrower terminal."""
LEAST_CURVE, FRAME_OF_CURVE = 4, 4
"""Rows of the smallest curve, and of its title, its axis and the blank line above it."""
WITH_BOTH, BESIDE_MAP, LEAST_BESIDE, MAP_GAP = 84, 44, 40, 3
"""Columns from which a curve stands beside a map, those that it has at least, and those between them."""
NETWORKS_SHARE = 0.4
"""Share of the screen that rows of networks may take."""


class LiveView(TrainingView):
    """A view drawn in place, as often as `SHARE` allows."""

    def __init__(self, screen: Screen) -> None:
        super().__init__(screen)
        self._drawing = FullScreen(screen.stream)
        self._coloured = use_colour(screen.stream)
        self._history: dict[int, list[EpochRecord]] = {}
        self._best: dict[int, EpochRecord] = {}
        self._part = 0.0
        """Share of the running epoch that is done."""
        self._next = float("inf")
        self._surface: SurfaceView | None = None

    def __exit__(self, *error: object) -> None:
        self._drawing.clear()

    def on_start(self, plan: "TrainingPlan") -> None:
        super().on_start(plan)
        for record in plan.past:
            self._take(record)
        self._started = time.perf_counter()
        self._next = self._started + AFTER_SECONDS

    def without_surface(self, *, cluster: bool) -> str:
        return "the networks learn on a cluster" if cluster else ""

    def on_surface(self, surface: "LiveSurface") -> None:
        self._surface = SurfaceView(self._screen, surface)

    def on_epoch(self, record: EpochRecord) -> None:
        self._done += 1
        self._take(record)
        self._part = 0.0
        self.on_pause()

    def on_batch(self, done: int, total: int) -> None:
        if time.perf_counter() >= self._next:  # called after each batch: nothing else before
            self._part = done / total
            self._draw()

    def on_pause(self) -> None:
        if time.perf_counter() >= self._next:
            self._draw()

    def _take(self, record: EpochRecord) -> None:
        # The network whose epoch ended last comes last.
        history = self._history.pop(record.member, [])
        self._history[record.member] = history
        history.append(record)
        if record.is_best:
            self._best[record.member] = record

    def _draw(self) -> None:
        begun = time.perf_counter()
        self._drawing.draw(self.frame(self._drawing.size))
        now = time.perf_counter()
        share = SHARE if self._surface is None else SHARE_WITH_SURFACE
        self._next = now + max(REFRESH_SECONDS, (now - begun) / share)

    def frame(self, size: os.terminal_size) -> list[str]:
        """The lines of a screen of that size."""
        width, height = size
        bar = self._bar(width)
        if width < NARROW // 2:
            return [bar]
        table = self._networks(width, height) if self._plan.members > 1 else self._epochs(width)
        room = height - len(table) - 2 - FRAME_OF_CURVE
        curve: list[str] = []
        drawn = [] if self._surface is None else self._map(width, room + FRAME_OF_CURVE - 1)
        if drawn:
            curve = self._beside(drawn, width, room)
        elif width >= NARROW and room >= LEAST_CURVE:
            curve = self._curve(room, width)
        lines = [*table, *([""] if curve else []), *curve]
        return [*lines[: max(height - 2, 0)], "", bar] if height > 2 else [bar]

    def _map(self, width: int, lines: int) -> list[str]:
        """The surface in at most so many lines of one width, narrower if a curve has room, too."""
        assert self._surface is not None
        beside = (width - BESIDE_MAP) if width >= WITH_BOTH else width - 1
        several = self._plan.members > 1
        whose = f"network {self._plan.name_of(self._surface.number)}: " if several else ""
        return self._surface.lines(beside, lines, whose)

    def _beside(self, drawn: Sequence[str], width: int, room: int) -> list[str]:
        """The lines of the map, with the curve at their right where the terminal is broad."""
        assert self._surface is not None
        left = width - self._surface.width - MAP_GAP
        if left < LEAST_BESIDE or room < LEAST_CURVE:
            return list(drawn)
        curve = self._curve(min(room, len(drawn) - FRAME_OF_CURVE), left)
        pairs = zip_longest(drawn, curve[: len(drawn)], fillvalue="")
        return [f"{line}{' ' * MAP_GAP}{other}" if other else line for line, other in pairs]

    def _curve(self, height: int, width: int) -> list[str]:
        best = {number: record.epoch for number, record in self._best.items()}
        running = [number for number in self._history if not self._has_ended(number)]
        drawn = course(self._screen, losses_of(self._history), best, height, width - 1, running=running)
        return [] if drawn is None else drawn.split("\n")

    def _has_ended(self, number: int) -> bool:
        """Whether a network has trained its last epoch, as far as that can be told."""
        plan, epoch, best = self._plan, self._history[number][-1].epoch, self._best.get(number)
        patience = plan.settings.get("patience")
        if epoch == plan.epochs or (patience and best and epoch - best.epoch >= patience):
            return True
        furthest = max(history[-1].epoch for history in self._history.values())
        return len(plan.configurations) > 1 and epoch == plan.raced_epochs < furthest

    def _epochs(self, width: int) -> list[str]:
        """The last epochs of a network and the best; fewer columns on a narrow terminal."""
        best = self._best.get(0)
        last = self._history.get(0, [])[-SHOWN_EPOCHS:]
        if best is not None and best not in last:
            last = [best, *last[1:]]
        headers = ["epoch", "train loss", "validation loss", self._plan.headline, "learning rate", "best"]
        rows = [
            [f"{each.epoch:,}", *scores, rate(each.learning_rate), "*" if each is best else ""]
            for each, scores in zip(last, self._scores(last), strict=True)
        ]
        short = () if width >= NARROW else (0, 2, 5)
        # Always as many lines, so that the curve stands still.
        return self._table(headers, rows, width, short) + [""] * (SHOWN_EPOCHS - len(rows))

    def _networks(self, width: int, height: int) -> list[str]:
        """A row for each network; of many, those whose epoch ended last."""
        wide = width >= BROAD
        headers = ["network", "epoch", "train loss", "validation loss", self._plan.headline, "best epoch"]
        most = min(max(round(NETWORKS_SHARE * height), 1), self._plan.members)
        numbers, rows = sorted(list(self._history)[-most:]), []
        records = [self._history[number][-1] for number in numbers]
        for number, record, scores in zip(numbers, records, self._scores(records), strict=True):
            best = self._best.get(number)
            epoch = f"{record.epoch:,}/{self._plan.epochs:,}" if wide else f"{record.epoch:,}"
            rows.append(
                [self._plan.name_of(number), epoch, *scores, "" if best is None else f"{best.epoch:,}"]
            )
        return self._table(headers, rows, width, () if wide else (0, 1, 3, 5)) + [""] * (most - len(rows))

    def _scores(self, records: Sequence[EpochRecord]) -> list[tuple[str, ...]]:
        """Both losses and the headline metric of each record, each with one precision."""
        columns = (
            [each.train_loss for each in records],
            [each.validation_loss for each in records],
            [each.metrics.get(self._plan.headline) for each in records],
        )
        return list(zip(*(same_precision(column) for column in columns), strict=True))

    def _table(
        self, headers: Sequence[str], rows: Sequence[Sequence[str]], width: int, short: Sequence[int]
    ) -> list[str]:
        """Aligned lines, the best epoch green; on a narrow terminal only the `short` columns."""
        titles = [SHORTER.get(title, title) for title in headers] if short else headers
        lines = [
            [row[column] for column in short or range(len(headers))]
            for row in [list(titles), *map(list, rows)]
        ]
        # As wide as its usual numbers, so that it does not move while numbers get longer.
        widths = [max(6, *map(width_of, cells)) for cells in zip(*lines, strict=True)]
        texts = [
            cut(
                "".join(padded(cell, size + 2, right=True) for cell, size in zip(line, widths, strict=True)),
                width,
            )
            for line in lines
        ]
        styles = [DIM, *(BOLD_GREEN if row[-1] == "*" else "" for row in rows)]
        return [self._styled(text, style) for text, style in zip(texts, styles, strict=True)]

    def _styled(self, text: str, style: str) -> str:
        return f"{style}{text}{PLAIN}" if style and self._coloured else text

    def _bar(self, width: int) -> str:
        total, done = self._plan.total_epochs, self._done + self._part
        seconds = time.perf_counter() - self._started
        trained = done - len(self._plan.past)
        epochs = f"{self._done:,}/{total:,} epochs"
        if width >= BROAD and self._plan.members > 1:
            epochs += f" of {count(self._plan.members, 'network')}"
        texts = [epochs, "starting"]
        if trained > 0:
            speed = f"{self._plan.rows['train'] * trained / max(seconds, 1e-9):,.0f} rows/s"
            texts = [epochs, f"≤ {spent(seconds / trained * (total - done))} left"]
            if width >= NARROW:
                texts.insert(1, speed)
        return bar_line(self._screen, width, done / total, texts)
