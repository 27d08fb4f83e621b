"""Views of a running training: live on a terminal, lines with -v, else nothing but notes."""

from types import TracebackType
from typing import TYPE_CHECKING, Protocol

from mlpcli.nn.fitting import EpochRecord
from mlpcli.render.console import Screen
from mlpcli.render.dry_run import notes_report
from mlpcli.render.formatting import rate, score

if TYPE_CHECKING:
    from mlpcli.training.planning import TrainingPlan


class TrainingView(Protocol):
    """Shows a training while it runs."""

    def __enter__(self) -> "TrainingView": ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def on_start(self, plan: "TrainingPlan") -> None:
        """Show that training begins, with the notes on the data."""

    def on_epoch(self, record: EpochRecord) -> None:
        """Show an epoch that has ended."""

    def on_batch(self, done: int, total: int) -> None:
        """Show that `done` of an epoch's `total` batches are done."""


def training_view(screen: Screen, *, verbose: bool) -> TrainingView:
    """The view that suits the screen."""
    if screen.terminal and not screen.quiet:
        from mlpcli.render.live import LiveView

        return LiveView(screen)
    # A terminal that cannot be drawn on shows lines, or it would be still for long.
    return LineView(screen, verbose or screen.stream.isatty())


class LineView:
    """A view of notes, and with `verbose` a line each tenth of the run."""

    def __init__(self, screen: Screen, verbose: bool = False) -> None:
        self._screen, self._verbose = screen, verbose

    def __enter__(self) -> "LineView":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to close."""

    def on_start(self, plan: "TrainingPlan") -> None:
        """Write the notes."""
        self._plan, self._done = plan, len(plan.past)
        notes_report(self._screen, plan.notes, plan.findings)

    def on_epoch(self, record: EpochRecord) -> None:
        """Write a line each tenth of the planned epochs."""
        self._done += 1
        tenth = max(self._plan.epochs * self._plan.members // 10, 1)
        if self._verbose and self._done % tenth == 0:
            named = zip(headers(self._plan), cells(self._plan, record), strict=True)
            self._screen.line("  ".join(f"{name} {cell}" for name, cell in named if cell))

    def on_batch(self, done: int, total: int) -> None:
        """Write nothing."""


def headers(plan: "TrainingPlan") -> list[str]:
    """Names of the values shown for an epoch."""
    several = ["network"] if plan.members > 1 else []
    return [*several, "epoch", "train loss", "validation loss", plan.headline, "rate", "best"]


def cells(plan: "TrainingPlan", record: EpochRecord) -> list[str]:
    """Values shown for an epoch, in the order of `headers`."""
    return [
        *([str(record.member + 1)] if plan.members > 1 else []),
        str(record.epoch),
        score(record.train_loss),
        "" if record.validation_loss is None else score(record.validation_loss),
        score(record.metrics[plan.headline]) if plan.headline in record.metrics else "",
        rate(record.learning_rate),
        "*" if record.is_best else "",
    ]
