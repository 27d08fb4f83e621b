"""`mlpcli evaluate`."""

import os
import sys
from typing import Any

import click

from mlpcli.cli.console import Console, reader_left
from mlpcli.cli.exit_status import ExitStatus
from mlpcli.cli.grouped import GroupedCommand
from mlpcli.cli.inputs import files_read
from mlpcli.cli.options import common_options, data_argument, model_argument, option, settings_options
from mlpcli.data.reading.source import ReadingSettings
from mlpcli.errors import SettingsError
from mlpcli.settings import given
from mlpcli.workflows.evaluation.settings import EvaluationSettings

TEXT, MARKDOWN = "text", "markdown"
FORMAT_HELP = "Format of the report. Use markdown for a pull request. [default: text]"
PLOT_HELP = (
    "Plot confusion, curves and calibration, or residuals. FILE is a .png, .svg or .pdf with all of them; "
    "in a FOLDER each has a file of its own."
)
EXAMPLES = (
    "mlpcli evaluate penguins.joblib new.csv",
    "mlpcli evaluate sales.joblib new.csv --compare old.joblib --fail-if 'r2 < 0.8'",
)


@click.command("evaluate", cls=GroupedCommand, examples=EXAMPLES)
@model_argument
@data_argument
@settings_options(EvaluationSettings, ReadingSettings)
@option("--format output_format", "Output", FORMAT_HELP, type=click.Choice((TEXT, MARKDOWN)))
@option("--plot", "Output", PLOT_HELP, metavar="FILE|FOLDER")
@common_options
def command(
    console: Console,
    model: str,
    data: tuple[str, ...],
    output_format: str | None,
    plot: str | None,
    force: bool,
    **settings: Any,
) -> int:
    """Measure how well MODEL predicts the rows of DATA, whose target is known.

    The metrics are compared with those of a baseline that ignores the inputs.
    """
    from mlpcli.cli.pager import paged
    from mlpcli.render.evaluation.report import failed_gates, fields, markdown, notes_report, report
    from mlpcli.render.plots.plot_files import check_evaluation_plot, files_of, plot_evaluation
    from mlpcli.render.progress.bar import WorkBar
    from mlpcli.workflows.evaluate import evaluate

    if console.as_json and output_format is not None:
        raise SettingsError("the report is JSON already", "Leave out --format.", setting="as_json")
    if plot is not None:
        check_evaluation_plot(plot, force=force, inputs=files_read(click.get_current_context()))
    with WorkBar(console.talk()) as bar:
        evaluation = evaluate(
            model, list(data), curves=plot is not None, on_progress=bar.on_progress, **given(settings)
        )
    talk = console.talk(lasting=True)
    notes_report(talk, evaluation)
    if plot is not None and evaluation.curves is not None:
        title = f"{os.path.basename(model)} on {files_of(data)}"
        for path in plot_evaluation(plot, evaluation.curves, evaluation.labels, title, force=force):
            talk.line(f"Plot saved to {path}")
    try:
        if console.as_json:
            console.json("evaluate", fields(evaluation))
            failed_gates(talk, evaluation.gates)
        elif output_format == MARKDOWN:
            markdown(console.results(), evaluation)
        else:
            with paged(console) as screen:
                report(screen, evaluation)
        sys.stdout.flush()
    except BrokenPipeError:
        reader_left()  # who reads no further still asked for the gates
    return ExitStatus.DONE if evaluation.passed else ExitStatus.GATE_FAILED
