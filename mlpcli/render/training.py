"""What is seen while a network learns: a live table and bar on a terminal, lines with -v, else nothing."""

import time
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

from mlpcli.nn.fitting import EpochRecord
from mlpcli.render.console import Screen
from mlpcli.render.numbers import duration, rate, score
from mlpcli.render.plan import notes_report
from mlpcli.workflows.planning import TrainingPlan

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live

SHOWN_EPOCHS = 8
REFRESH_SECONDS = 0.1


class TrainingView(Protocol):
    """Told of the start and of each epoch."""

    def __enter__(self) -> "TrainingView": ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def on_start(self, plan: TrainingPlan) -> None:
        """Training begins; notes about the data are shown now."""

    def on_epoch(self, record: EpochRecord) -> None:
        """An epoch has ended."""


def training_view(screen: Screen, *, verbose: bool) -> TrainingView:
    """The view that suits the screen."""
    if screen.terminal and not screen.quiet:
        return LiveView(screen)
    return LineView(screen, verbose)


class LineView:
    """Notes, and with -v a line each tenth of the run."""

    def __init__(self, screen: Screen, verbose: bool = False) -> None:
        self._screen, self._verbose = screen, verbose

    def __enter__(self) -> "LineView":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to close."""

    def on_start(self, plan: TrainingPlan) -> None:
        """The notes."""
        self._plan, self._done, self._started = plan, 0, time.perf_counter()
        notes_report(self._screen, plan.notes, plan.findings)

    def on_epoch(self, record: EpochRecord) -> None:
        """A line each tenth of the planned epochs."""
        self._done += 1
        tenth = max(self._plan.epochs * self._plan.members // 10, 1)
        if self._verbose and self._done % tenth == 0:
            cells = zip(_headers(self._plan), _cells(self._plan, record), strict=True)
            self._screen.line("  ".join(f"{name} {cell}" for name, cell in cells if cell))


class LiveView(LineView):
    """The last epochs as a table and a progress bar, redrawn in place and gone at the end."""

    def __init__(self, screen: Screen) -> None:
        super().__init__(screen)
        self._live: Live | None = None
        self._records: list[EpochRecord] = []
        self._best: dict[int, int] = {}
        """The best epoch so far of each network."""
        self._drawn = 0.0

    def on_start(self, plan: TrainingPlan) -> None:
        """The notes, and an empty view."""
        from rich.live import Live

        super().on_start(plan)
        self._live = Live(console=self._screen.console, auto_refresh=False, transient=True)
        self._live.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the view from the screen."""
        if self._live is not None:
            self._live.stop()

    def on_epoch(self, record: EpochRecord) -> None:
        """Draw, unless the last drawing is still fresh: drawing must not slow training down."""
        super().on_epoch(record)
        if record.is_best:
            self._best[record.member] = record.epoch
        self._records = [*self._records, record][-SHOWN_EPOCHS:]
        now = time.perf_counter()
        if self._live is not None and now - self._drawn >= REFRESH_SECONDS:
            self._live.update(self._draw(record), refresh=True)
            self._drawn = now

    def _draw(self, record: EpochRecord) -> "RenderableType":
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, header_style="dim", padding=(0, 0, 0, 2), pad_edge=False)
        for name in _headers(self._plan):
            table.add_column(name, justify="right")
        for each in self._records:
            best = each.epoch == self._best.get(each.member)
            table.add_row(*_cells(self._plan, each), style="bold green" if best else "")
        total, seconds = self._plan.epochs * self._plan.members, time.perf_counter() - self._started
        left = seconds / self._done * (total - self._done)
        rows = self._plan.rows["train"] * self._done / max(seconds, 1e-9)
        several = f" of {self._plan.members} networks" if self._plan.members > 1 else ""
        width = min(30, self._screen.width // 3) - len(several)
        bar = Table.grid(padding=(0, 2))
        bar.add_row(
            ProgressBar(total=total, completed=self._done, width=max(width, 5)),
            Text(f"{self._done}/{total} epochs{several}"),
            Text(f"{rows:,.0f} rows/s", style="dim"),
            Text(f"at most {duration(left)} left", style="dim"),
        )
        return Group(table, Text(""), bar)


def _headers(plan: TrainingPlan) -> list[str]:
    several = ["network"] if plan.members > 1 else []
    return [*several, "epoch", "train loss", "validation loss", plan.headline, "rate", "best"]


def _cells(plan: TrainingPlan, record: EpochRecord) -> list[str]:
    return [
        *([str(record.member + 1)] if plan.members > 1 else []),
        str(record.epoch),
        score(record.train_loss),
        "" if record.validation_loss is None else score(record.validation_loss),
        score(record.metrics[plan.headline]) if plan.headline in record.metrics else "",
        rate(record.learning_rate),
        "*" if record.is_best else "",
    ]
