"""`mlpcli evaluate`."""

import os
import sys
from typing import Any

import click

from mlpcli.cli.main import reader_left
from mlpcli.cli.options import (
    GroupedCommand,
    GroupedOption,
    console_options,
    data_argument,
    force_option,
    given,
    settings_options,
)
from mlpcli.data.reading.source import ReadingSettings
from mlpcli.errors import SettingsError
from mlpcli.render.as_json import to_text
from mlpcli.render.console import Screen
from mlpcli.render.evaluation.fields import evaluation_fields
from mlpcli.render.evaluation.report import evaluation_markdown, evaluation_report, failed_gates
from mlpcli.render.plots import check_evaluation_plot, files_of, plot_evaluation
from mlpcli.render.train import counts_report
from mlpcli.workflows.evaluate import evaluate
from mlpcli.workflows.evaluation.settings import EvaluationSettings

GATE_FAILED = 3
"""The exit code."""
TEXT, MARKDOWN = "text", "markdown"


@click.command("evaluate", cls=GroupedCommand)
@click.argument("model")
@data_argument
@settings_options(EvaluationSettings, ReadingSettings)
@click.option(
    "--format",
    "output_format",
    type=click.Choice((TEXT, MARKDOWN)),
    cls=GroupedOption,
    group="Output",
    help="Of the report; markdown for a pull request. [default: text]",
)
@click.option(
    "--plot",
    metavar="FILE|FOLDER",
    cls=GroupedOption,
    group="Output",
    help="Draw confusion, curves and calibration, or predictions and residuals: all in a .png, .svg or .pdf, "
    "or each in a folder.",
)
@force_option
@console_options()
def command(
    model: str,
    data: tuple[str, ...],
    output_format: str | None,
    plot: str | None,
    force: bool,
    as_json: bool,
    quiet: bool,
    verbose: bool,
    debug: bool,
    **settings: Any,
) -> int:
    """Measure MODEL on the rows of DATA, whose target is known, beside the trivial baseline.

    The baseline predicts the training rows' mean, or shares of the classes, for every row.
    """
    if as_json and output_format is not None:
        raise SettingsError("--json: the report is JSON already", "Leave out --format.")
    if plot is not None:
        check_evaluation_plot(plot, force=force, inputs=[model, *data])
    evaluation = evaluate(model, list(data), curves=plot is not None, **given(settings))
    talk = Screen(sys.stderr, quiet=quiet, lasting=True)
    for note in evaluation.notes:
        talk.line(f"note: {note}")
    counts_report(talk, evaluation.counts)
    if evaluation.seen_in_training:
        talk.line("note: these rows trained the model, so the scores are too good; use other rows")
    if evaluation.comparison is not None:
        other = evaluation.comparison
        if other.counts != evaluation.counts:
            counts_report(talk, other.counts, other.other)
        if other.seen_in_training:
            talk.line(f"note: {other.other}: these rows trained it, so its scores are too good")
    if plot is not None and evaluation.curves is not None:
        title = f"{os.path.basename(model)} on {files_of(data)}"
        for path in plot_evaluation(plot, evaluation.curves, evaluation.labels, title):
            talk.line(f"note: {path} is drawn")
    code = 0 if evaluation.passed else GATE_FAILED
    try:
        if as_json:
            click.echo(to_text("evaluate", evaluation_fields(evaluation)))
            failed_gates(talk, evaluation.gates)
        elif output_format == MARKDOWN:
            evaluation_markdown(Screen(sys.stdout), evaluation)
        else:
            evaluation_report(Screen(sys.stdout), evaluation)
        sys.stdout.flush()
    except BrokenPipeError:
        reader_left()  # who reads no further still asked for the gates
    return code
