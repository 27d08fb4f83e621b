"""`mlpcli explain`."""

from typing import Any

import click

from mlpcli.cli.console import Console
from mlpcli.cli.grouped import GroupedCommand
from mlpcli.cli.inputs import files_read
from mlpcli.cli.options import FILE, Decorator, common_options, model_argument, option, settings_options
from mlpcli.data.reading.source import ReadingSettings
from mlpcli.errors import SettingsError
from mlpcli.settings import given
from mlpcli.workflows.surfaces.settings import SurfaceSettings

PLOT_HELP = "Draw the surface to this file. It is a .png, .svg or .pdf."
EXAMPLES = (
    "mlpcli explain penguins.joblib penguins.csv --surface bill_length_mm,body_mass_g",
    "mlpcli explain circle.joblib circle.csv --surface x1,x2 --units --plot circle.png",
)
data_if_any: Decorator = click.argument("data", nargs=-1, metavar="[DATA]...", type=FILE)


@click.command("explain", cls=GroupedCommand, examples=EXAMPLES)
@model_argument
@data_if_any
@settings_options(SurfaceSettings, ReadingSettings)
@option("--plot", "Output", PLOT_HELP, metavar="FILE")
@common_options
def command(
    console: Console,
    model: str,
    data: tuple[str, ...],
    plot: str | None,
    force: bool,
    **settings: Any,
) -> None:
    """Show what MODEL has learned.

    DATA: files with the columns of the model, whose rows are drawn, or - for stdin.
    """
    if settings["surface"] is None and not settings["units"]:
        raise SettingsError("two columns are missing", "Name them: --surface A,B.", setting="surface")
    surface_of(console, model, data, plot, force=force, settings=settings)


def surface_of(
    console: Console, model: str, data: tuple[str, ...], plot: str | None, *, force: bool, settings: Any
) -> None:
    """The branch of `--surface` and `--units`."""
    from mlpcli.cli.pager import paged
    from mlpcli.files import Outputs
    from mlpcli.render.plots.plot_files import check_plot, plot_surface
    from mlpcli.render.progress.bar import WorkBar
    from mlpcli.render.surfaces.report import fields, notes_report, report
    from mlpcli.workflows.surface import surface

    if plot is not None:
        check_plot(plot)
    Outputs({"plot": plot}, force, files_read(click.get_current_context())).check()
    with WorkBar(console.talk()) as bar:
        found = surface(model, list(data) or None, on_progress=bar.on_progress, **given(settings))
    talk = console.talk(lasting=True)
    notes_report(talk, found)
    if plot is not None:
        plot_surface(plot, found, force=force)
        talk.line(f"Plot saved to {plot}")
    if console.as_json:
        console.json("explain", fields(found))
    else:
        with paged(console) as screen:
            report(screen, found)
