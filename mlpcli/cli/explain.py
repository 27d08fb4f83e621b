"""`mlpcli explain`."""

from typing import Any

import click

from mlpcli.cli.console import Console
from mlpcli.cli.grouped import GroupedCommand
from mlpcli.cli.inputs import files_read
from mlpcli.cli.options import FILE, Decorator, common_options, model_argument, option, settings_options
from mlpcli.data.reading.source import ReadingSettings
from mlpcli.errors import Sentence, SettingsError
from mlpcli.settings import given
from mlpcli.workflows.explanation.settings import ExplanationSettings
from mlpcli.workflows.surfaces.settings import SurfaceSettings

TEXT, MARKDOWN = "text", "markdown"
FORMAT_HELP = "Format of the report. Use markdown for a pull request. [default: text]"
PLOT_HELP = "Plot importance, curves and the strongest pair, or the surface, to this .png, .svg or .pdf."
EXAMPLES = (
    "mlpcli explain penguins.joblib new.csv",
    "mlpcli explain circle.joblib circle.csv --surface x1,x2 --units",
)
data_if_any: Decorator = click.argument("data", nargs=-1, metavar="DATA...", type=FILE)


@click.command("explain", cls=GroupedCommand, examples=EXAMPLES)
@model_argument
@data_if_any
@settings_options(ExplanationSettings, SurfaceSettings, ReadingSettings)
@option("--format output_format", "Output", FORMAT_HELP, type=click.Choice((TEXT, MARKDOWN)))
@option("--plot", "Output", PLOT_HELP, metavar="FILE")
@common_options
def command(
    console: Console,
    model: str,
    data: tuple[str, ...],
    output_format: str | None,
    plot: str | None,
    force: bool,
    **settings: Any,
) -> None:
    """Show what drives the predictions of MODEL on the rows of DATA.

    Importance and direction of the columns, curves of the strongest ones, and reasons for single rows. With
    the target in DATA, importance is measured by it. A surface needs no DATA.
    """
    if settings["surface"] is not None or settings["units"]:
        _surface(console, model, data, plot, force=force, output_format=output_format, settings=settings)
        return
    if settings["resolution"] is not None:
        said = "it is for a surface"
        raise SettingsError(said, Sentence("Give {surface} A,B as well."), setting="resolution")
    if not data:
        context = click.get_current_context()
        raise click.MissingParameter(ctx=context, param=context.command.params[1])
    from mlpcli.cli.pager import paged
    from mlpcli.files import Outputs
    from mlpcli.render.explanation.report import fields, markdown, notes_report, report
    from mlpcli.render.plots.plot_files import check_plot, plot_explanation, title_of
    from mlpcli.render.progress.bar import WorkBar
    from mlpcli.workflows.explain import explain

    if console.as_json and output_format is not None:
        raise SettingsError("the report is JSON already", "Leave out --format.", setting="as_json")
    if plot is not None:
        check_plot(plot)
    Outputs({"plot": plot}, force, files_read(click.get_current_context())).check()
    with WorkBar(console.talk()) as bar:
        found = explain(model, list(data), on_progress=bar.on_progress, **given(settings))
    talk = console.talk(lasting=True)
    notes_report(talk, found)
    if plot is not None:
        plot_explanation(plot, found, title_of(data, [found.target]), force=force)
        talk.line(f"Plot saved to {plot}")
    if console.as_json:
        console.json("explain", fields(found))
    elif output_format == MARKDOWN:
        markdown(console.results(), found)
    else:
        with paged(console) as screen:
            report(screen, found)


def _surface(
    console: Console,
    model: str,
    data: tuple[str, ...],
    plot: str | None,
    *,
    force: bool,
    output_format: str | None,
    settings: dict[str, Any],
) -> None:
    """Predictions over two columns instead of what drives them."""
    from mlpcli.cli.pager import paged
    from mlpcli.files import Outputs
    from mlpcli.render.plots.plot_files import check_plot, plot_surface
    from mlpcli.render.progress.bar import WorkBar
    from mlpcli.render.surfaces.report import fields, notes_report, report
    from mlpcli.workflows.surface import surface

    of_report = {"format": output_format, "top": settings.pop("top"), "level": settings.pop("level")}
    of_report["seed"] = settings.pop("seed")
    if other := next((name for name, value in of_report.items() if value is not None), None):
        said = f"--{other} has no meaning for a surface"
        raise SettingsError(said, "Leave it out.", setting="surface")
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
