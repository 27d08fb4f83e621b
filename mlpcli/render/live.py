"""Live view of a training: the last epochs or networks, a small loss curve, a bar; removed at the end."""

import time
from types import TracebackType
from typing import TYPE_CHECKING

from mlpcli.errors import count
from mlpcli.nn.fitting import EpochRecord
from mlpcli.render.console import Screen
from mlpcli.render.dry_run import notes_report
from mlpcli.render.formatting import duration, rate, score
from mlpcli.render.loss_curve import can_draw, course, losses_of

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live
    from rich.table import Table

    from mlpcli.training.planning import TrainingPlan

SHOWN = 8
"""Epochs or networks in the table."""
REFRESH_SECONDS = 0.1
SHARE = 0.007
"""Share of the time that drawing may take: the last drawing's duration decides when the next comes."""
NARROW, SIDE_BY_SIDE = 60, 100
"""Columns below which there is no curve and a shorter table; from which the curve is next to the table."""
BROAD = 72
"""Columns from which the table of networks is complete."""
LEAST_ROWS = 22
"""Rows from which the curve has room below the table."""
CURVE_HEIGHT = 7
TABLE_WIDTH = 68
"""Columns of the widest table, with the gap to the curve."""


class LiveView:
    """A view drawn in place, as often as `SHARE` allows."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._live: Live | None = None
        self._history: dict[int, list[EpochRecord]] = {}
        self._best: dict[int, EpochRecord] = {}
        self._done = 0
        self._part = 0.0
        """Share of the running epoch that is done."""
        self._next = 0.0

    def __enter__(self) -> "LiveView":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the view from the screen."""
        if self._live is not None:
            self._live.stop()

    def on_start(self, plan: "TrainingPlan") -> None:
        """Write the notes and draw an empty view."""
        import plotille  # noqa: F401  # now, and not while networks learn
        from rich.live import Live

        notes_report(self._screen, plan.notes, plan.findings)
        self._plan = plan
        for record in plan.past:
            self._take(record)
        self._before, self._started = self._done, time.perf_counter()
        self._live = Live(
            console=self._screen.console, auto_refresh=False, transient=True, vertical_overflow="crop"
        )
        self._live.start()
        self._draw()
        self._next = time.perf_counter() + REFRESH_SECONDS  # the first drawing has also loaded what it needs

    def on_epoch(self, record: EpochRecord) -> None:
        """Add the record, and draw if it is time to."""
        self._take(record)
        self._part = 0.0
        if time.perf_counter() >= self._next:
            self._draw()

    def on_batch(self, done: int, total: int) -> None:
        """Move the bar within a long epoch."""
        if time.perf_counter() >= self._next:  # called after each batch: nothing else before
            self._part = done / total
            self._draw()

    def _take(self, record: EpochRecord) -> None:
        self._done += 1
        # The network whose epoch ended last comes last.
        history = self._history.pop(record.member, [])
        self._history[record.member] = history
        history.append(record)
        if record.is_best:
            self._best[record.member] = record

    def _draw(self) -> None:
        from rich.console import Group
        from rich.text import Text

        assert self._live is not None
        begun = time.perf_counter()
        width, height = self._screen.console.size
        table = self._networks(width) if self._plan.members > 1 else self._epochs(width)
        parts: list[RenderableType] = [self._bar(width)]
        if width >= NARROW:
            parts = [self._with_curve(table, width, height), Text(""), *parts]
        elif width >= NARROW // 2:
            parts = [table, Text(""), *parts]
        self._live.update(Group(*parts), refresh=True)
        now = time.perf_counter()
        self._next = now + max(REFRESH_SECONDS, (now - begun) / SHARE)

    def _epochs(self, width: int) -> "Table":
        """The last epochs of a network; fewer columns on a narrow terminal."""
        wide = width >= NARROW
        table = _table(
            "epoch",
            *(["train loss"] if wide else []),
            "validation loss" if wide else "validation",
            *([self._plan.headline, "rate"] if wide else []),
            "best",
        )
        history = self._history.get(0, [])
        shown_best = self._best.get(0)
        last = history[-SHOWN:]
        if shown_best is not None and shown_best not in last:
            last = [shown_best, *last[1:]]
        for record in last:
            best = record is shown_best
            losses = [score(record.train_loss)] if wide else []
            shown = [score(record.metrics.get(self._plan.headline)), rate(record.learning_rate)]
            table.add_row(
                str(record.epoch),
                *losses,
                score(record.validation_loss),
                *(shown if wide else []),
                "*" if best else "",
                style="bold green" if best else "",
            )
        return table

    def _networks(self, width: int) -> "Table":
        """A row for each network; of many, those whose epoch ended last."""
        wide = width >= BROAD
        table = _table(
            "network",
            "epoch",
            *(["train loss"] if wide else []),
            "validation loss" if wide else "validation",
            *([self._plan.headline] if wide else []),
            "best epoch" if wide else "best",
        )
        for number in sorted(list(self._history)[-SHOWN:]):
            record, best = self._history[number][-1], self._best.get(number)
            table.add_row(
                f"{number + 1}",
                f"{record.epoch}/{self._plan.epochs}" if wide else f"{record.epoch}",
                *([score(record.train_loss)] if wide else []),
                score(record.validation_loss),
                *([score(record.metrics.get(self._plan.headline))] if wide else []),
                "" if best is None else str(best.epoch),
            )
        return table

    def _with_curve(self, table: "Table", width: int, height: int) -> "RenderableType":
        from rich.console import Group
        from rich.table import Table
        from rich.text import Text

        beside = width >= SIDE_BY_SIDE
        fits = height >= (SHOWN + 6 if beside else LEAST_ROWS)
        networks = losses_of(self._history)
        if not (fits and can_draw(self._screen, networks)):
            return table
        best = {number: record.epoch for number, record in self._best.items()}
        room = width - TABLE_WIDTH if beside else width
        curve = Text.from_ansi("\n".join(course(self._screen, networks, best, room, CURVE_HEIGHT)))
        if not beside:
            return Group(table, Text(""), curve)
        grid = Table.grid(padding=(0, 3))
        grid.add_row(table, curve)
        return grid

    def _bar(self, width: int) -> "RenderableType":
        from rich.table import Table
        from rich.text import Text

        total, done = self._plan.epochs * self._plan.members, self._done + self._part
        seconds = time.perf_counter() - self._started
        trained = done - self._before
        texts = [f"{self._done}/{total}" + (" epochs" if width >= NARROW // 2 else "")]
        if width >= BROAD and self._plan.members > 1:
            texts[0] += f" of {count(self._plan.members, 'network')}"
        if width >= NARROW // 2:
            texts.append(
                f"≤ {duration(seconds / trained * (total - done))} left" if trained > 0 else "starting"
            )
        if trained > 0 and width >= NARROW:
            texts.insert(1, f"{self._plan.rows['train'] * trained / max(seconds, 1e-9):,.0f} rows/s")
        room = min(max(width - sum(len(text) + 2 for text in texts) - 2, 4), 40)
        filled = round(room * min(done / total, 1.0))
        bar = Table.grid(padding=(0, 2))
        bar.add_row(
            Text("━" * filled, style="cyan").append("╌" * (room - filled), style="dim"),
            Text(texts[0]),
            *(Text(text, style="dim") for text in texts[1:]),
        )
        return bar


def _table(*names: str) -> "Table":
    from rich.table import Table

    table = Table(box=None, header_style="dim", padding=(0, 0, 0, 2), pad_edge=False)
    for name in names:
        table.add_column(name, justify="right", no_wrap=True)
    return table
