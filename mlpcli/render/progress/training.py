"""The choice of a view of a running training: live on a terminal, lines with -v, else nothing but notes."""

from mlpcli.render.console import Screen
from mlpcli.render.progress.live_view import LiveView
from mlpcli.render.progress.views import LineView, TrainingView


def training_view(screen: Screen, *, verbose: bool) -> TrainingView:
    """The view that suits the screen."""
    if screen.terminal and not screen.quiet:
        return LiveView(screen)
    # A terminal that cannot be drawn on shows lines, or it would be still for long.
    return LineView(screen) if verbose or screen.stream.isatty() else TrainingView(screen)
