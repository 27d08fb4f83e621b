"""Views of a running training: live on a terminal, lines with -v, else nothing but notes."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mlpcli.errors import count
from mlpcli.nn.fitting import EpochRecord
from mlpcli.render.console import Screen
from mlpcli.render.dry_run import notes_report
from mlpcli.render.formatting import duration, rate, score
from mlpcli.render.loss_curve import course, losses_of

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
SHORTER = {"validation loss": "validation", "best epoch": "best"}
"""Titles of columns on a narrower terminal."""
CURVE_HEIGHT = 7
TABLE_WIDTH = 68
"""Columns of the widest table, with the gap to the curve."""


class TrainingView:
    """Shows a training while it runs; this one shows the notes on the data and no more."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    def __enter__(self) -> "TrainingView":
        return self

    def __exit__(self, *error: object) -> None:
        """Leave the screen as it should stay."""

    def on_start(self, plan: "TrainingPlan") -> None:
        """Show that training begins, with the notes on the data."""
        self._plan, self._done = plan, len(plan.past)
        notes_report(self._screen, plan.notes, plan.findings)

    def on_epoch(self, record: EpochRecord) -> None:
        """Show an epoch that has ended."""

    def on_batch(self, done: int, total: int) -> None:
        """Show that `done` of an epoch's `total` batches are done."""


def training_view(screen: Screen, *, verbose: bool) -> TrainingView:
    """The view that suits the screen."""
    if screen.terminal and not screen.quiet:
        return LiveView(screen)
    # A terminal that cannot be drawn on shows lines, or it would be still for long.
    return LineView(screen) if verbose or screen.stream.isatty() else TrainingView(screen)


class LineView(TrainingView):
    """A view with a line each tenth of the planned epochs."""

    def on_epoch(self, record: EpochRecord) -> None:
        plan = self._plan
        self._done += 1
        if self._done % max(plan.epochs * plan.members // 10, 1):
            return
        named = {
            "network": str(record.member + 1) if plan.members > 1 else "",
            "epoch": str(record.epoch),
            "train loss": score(record.train_loss),
            "validation loss": "" if record.validation_loss is None else score(record.validation_loss),
            plan.headline: score(record.metrics[plan.headline]) if plan.headline in record.metrics else "",
            "rate": rate(record.learning_rate),
            "best": "*" if record.is_best else "",
        }
        self._screen.line("  ".join(f"{name} {cell}" for name, cell in named.items() if cell))


class LiveView(TrainingView):
    """A view drawn in place, as often as `SHARE` allows: the last epochs or networks, a loss curve, a bar."""

    def __init__(self, screen: Screen) -> None:
        super().__init__(screen)
        self._live: Live | None = None
        self._history: dict[int, list[EpochRecord]] = {}
        self._best: dict[int, EpochRecord] = {}
        self._part = 0.0
        """Share of the running epoch that is done."""
        self._next = 0.0

    def __exit__(self, *error: object) -> None:
        if self._live is not None:
            self._live.stop()

    def on_start(self, plan: "TrainingPlan") -> None:
        import plotille  # noqa: F401  # now, and not while networks learn
        from rich.live import Live

        super().on_start(plan)
        for record in plan.past:
            self._take(record)
        self._started = time.perf_counter()
        self._live = Live(
            console=self._screen.console, auto_refresh=False, transient=True, vertical_overflow="crop"
        )
        self._live.start()
        self._draw()
        self._next = time.perf_counter() + REFRESH_SECONDS  # the first drawing has also loaded what it needs

    def on_epoch(self, record: EpochRecord) -> None:
        self._done += 1
        self._take(record)
        self._part = 0.0
        if time.perf_counter() >= self._next:
            self._draw()

    def on_batch(self, done: int, total: int) -> None:
        if time.perf_counter() >= self._next:  # called after each batch: nothing else before
            self._part = done / total
            self._draw()

    def _take(self, record: EpochRecord) -> None:
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
        """The last epochs of a network and the best; fewer columns on a narrow terminal."""
        best = self._best.get(0)
        last = self._history.get(0, [])[-SHOWN:]
        if best is not None and best not in last:
            last = [best, *last[1:]]
        headers = ["epoch", "train loss", "validation loss", self._plan.headline, "rate", "best"]
        rows = [
            [str(each.epoch), *self._scores(each), rate(each.learning_rate), "*" if each is best else ""]
            for each in last
        ]
        return _table(headers, rows) if width >= NARROW else _table(headers, rows, short=(0, 2, 5))

    def _networks(self, width: int) -> "Table":
        """A row for each network; of many, those whose epoch ended last."""
        wide = width >= BROAD
        headers = ["network", "epoch", "train loss", "validation loss", self._plan.headline, "best epoch"]
        rows = []
        for number in sorted(list(self._history)[-SHOWN:]):
            record, best = self._history[number][-1], self._best.get(number)
            epoch = f"{record.epoch}/{self._plan.epochs}" if wide else f"{record.epoch}"
            best_epoch = "" if best is None else str(best.epoch)
            rows.append([str(number + 1), epoch, *self._scores(record), best_epoch])
        return _table(headers, rows) if wide else _table(headers, rows, short=(0, 1, 3, 5))

    def _scores(self, record: EpochRecord) -> list[str]:
        values = record.train_loss, record.validation_loss, record.metrics.get(self._plan.headline)
        return [score(value) for value in values]

    def _with_curve(self, table: "Table", width: int, height: int) -> "RenderableType":
        from rich.console import Group
        from rich.table import Table
        from rich.text import Text

        beside = width >= SIDE_BY_SIDE
        if height < (SHOWN + 6 if beside else LEAST_ROWS):
            return table
        best = {number: record.epoch for number, record in self._best.items()}
        room = width - TABLE_WIDTH if beside else width
        drawn = course(self._screen, losses_of(self._history), best, CURVE_HEIGHT, room)
        if drawn is None:
            return table
        curve = Text.from_ansi(drawn)
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
        trained = done - len(self._plan.past)
        texts = [f"{self._done}/{total}" + (" epochs" if width >= NARROW // 2 else "")]
        if width >= BROAD and self._plan.members > 1:
            texts[0] += f" of {count(self._plan.members, 'network')}"
        if width >= NARROW // 2:
            left = f"≤ {duration(seconds / trained * (total - done))} left" if trained > 0 else "starting"
            texts.append(left)
        if trained > 0 and width >= NARROW:
            texts.insert(1, f"{self._plan.rows['train'] * trained / max(seconds, 1e-9):,.0f} rows/s")
        room = min(max(width - sum(len(text) + 2 for text in texts) - 2, 4), 40)
        filled = round(room * min(done / total, 1.0))
        line = Text("━" * filled, style="cyan").append("╌" * (room - filled), style="dim")
        bar = Table.grid(padding=(0, 2))
        bar.add_row(line, Text(texts[0]), *(Text(text, style="dim") for text in texts[1:]))
        return bar


def _table(headers: Sequence[str], rows: Sequence[Sequence[str]], short: Sequence[int] = ()) -> "Table":
    """The table, with the best epoch in bold; on a narrow terminal only the `short` columns."""
    from rich.table import Table

    table = Table(box=None, header_style="dim", padding=(0, 0, 0, 2), pad_edge=False)
    for column in short or range(len(headers)):
        title = SHORTER.get(headers[column], headers[column]) if short else headers[column]
        table.add_column(title, justify="right", no_wrap=True)
    for row in rows:
        cells = [row[column] for column in short] if short else row
        table.add_row(*cells, style="bold green" if row[-1] == "*" else "")
    return table
