"""`mlpcli explain`."""

from typing import Any

import click

from mlpcli.cli.console import Console
from mlpcli.cli.grouped import GroupedCommand
from mlpcli.cli.inputs import files_read
from mlpcli.cli.options import common_options, data_argument, model_argument, option, settings_options
from mlpcli.data.reading.source import ReadingSettings
from mlpcli.errors import SettingsError
from mlpcli.settings import given
from mlpcli.workflows.explanation.settings import ExplanationSettings

TEXT, MARKDOWN = "text", "markdown"
FORMAT_HELP = "Format of the report. Use markdown for a pull request. [default: text]"
PLOT_HELP = "Plot importance, curves and the strongest pair to this file. It is a .png, .svg or .pdf."
EXAMPLES = (
    "mlpcli explain penguins.joblib new.csv",
    "mlpcli explain penguins.joblib new.csv --top 8 --plot explained.png",
)


@click.command("explain", cls=GroupedCommand, examples=EXAMPLES)
@model_argument
@data_argument
@settings_options(ExplanationSettings, ReadingSettings)
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
    the target in DATA, importance is measured by it.
    """
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
