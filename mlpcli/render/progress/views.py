"""Views of a running training that draw nothing: notes alone, or lines."""

from typing import TYPE_CHECKING

from mlpcli.nn.fitting import EpochRecord
from mlpcli.number_text import text
from mlpcli.render.console import Screen
from mlpcli.render.formatting import rate
from mlpcli.render.notes import notes_report

if TYPE_CHECKING:
    from mlpcli.training.live_surface import LiveSurface
    from mlpcli.training.planning import TrainingPlan


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

    def on_surface(self, surface: "LiveSurface") -> None:
        """Show this surface as well, of networks that learn."""

    def without_surface(self, *, cluster: bool) -> str:
        """Why no surface can be shown; empty if it can."""
        return "there is no live view here"

    def on_batch(self, done: int, total: int) -> None:
        """Show that `done` of an epoch's `total` batches are done."""

    def on_pause(self) -> None:
        """Show that time has passed."""


class LineView(TrainingView):
    """A view with a line each tenth of the planned epochs."""

    def on_epoch(self, record: EpochRecord) -> None:
        plan = self._plan
        self._done += 1
        if self._done % max(plan.total_epochs // 10, 1):
            return
        named = {
            "network": plan.name_of(record.member) if plan.members > 1 else "",
            "epoch": str(record.epoch),
            "train loss": text(record.train_loss),
            "validation loss": "" if record.validation_loss is None else text(record.validation_loss),
            plan.headline: text(record.metrics[plan.headline]) if plan.headline in record.metrics else "",
            "learning rate": rate(record.learning_rate),
            "best": "*" if record.is_best else "",
        }
        self._screen.line("  ".join(f"{name} {cell}" for name, cell in named.items() if cell))
