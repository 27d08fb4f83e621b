"""`mlpcli compare`."""

from typing import Any

import click

from mlpcli.cli.console import Console
from mlpcli.cli.grouped import GroupedCommand
from mlpcli.cli.inputs import files_read
from mlpcli.cli.options import FILE, common_options, option, settings_options
from mlpcli.errors import SettingsError
from mlpcli.settings import given
from mlpcli.workflows.comparing.settings import ComparisonSettings

TEXT, MARKDOWN = "text", "markdown"
FORMAT_HELP = "Format of the tables. Use markdown for a pull request. [default: text]"
PLOT_HELP = "Plot all curves to this file. It is a .png, .svg or .pdf."
EXAMPLES = (
    "mlpcli compare sgd.joblib adam.joblib",
    "mlpcli compare runs/*.csv --metric accuracy --plot runs.png",
)


@click.command("compare", cls=GroupedCommand, examples=EXAMPLES)
@click.argument("files", nargs=-1, metavar="FILE FILE...", type=FILE)
@settings_options(ComparisonSettings)
@option("--format output_format", "Output", FORMAT_HELP, type=click.Choice((TEXT, MARKDOWN)))
@option("--plot", "Output", PLOT_HELP, metavar="FILE")
@common_options
def command(
    console: Console,
    files: tuple[str, ...],
    output_format: str | None,
    plot: str | None,
    force: bool,
    **settings: Any,
) -> None:
    """Show models, histories and results side by side, and their curves in one picture.

    FILE: a model, a history (train --history), or JSON of train, evaluate, cv or tune (--json). With -v show
    all metrics.
    """
    from mlpcli.cli.pager import paged
    from mlpcli.files import Outputs
    from mlpcli.render.compare import fields, markdown, report
    from mlpcli.render.plots.plot_files import check_plot, plot_comparison
    from mlpcli.workflows.compare import compare

    if console.as_json and output_format is not None:
        raise SettingsError("the report is JSON already", "Leave out --format.", setting="as_json")
    if plot is not None:
        check_plot(plot)
    Outputs({"plot": plot}, force, files_read(click.get_current_context())).check()
    comparison = compare(*files, **given(settings))
    if plot is not None:
        plot_comparison(plot, comparison, force=force)
        console.talk(lasting=True).line(f"Plot saved to {plot}")
    if console.as_json:
        console.json("compare", fields(comparison))
    elif output_format == MARKDOWN:
        markdown(console.results(), comparison)
    else:
        with paged(console) as screen:
            report(screen, comparison)
