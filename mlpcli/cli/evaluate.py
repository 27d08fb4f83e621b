"""`mlpcli evaluate`."""

import sys
from typing import Any

import click

from mlpcli.cli.options import GroupedCommand, console_options, data_argument, given, settings_options
from mlpcli.data.source import ReadingSettings
from mlpcli.render.as_json import to_text
from mlpcli.render.console import Screen
from mlpcli.render.reports import counts_report, evaluation_fields, evaluation_report
from mlpcli.workflows.evaluate import EvaluationSettings, evaluate


@click.command("evaluate", cls=GroupedCommand)
@click.argument("model")
@data_argument
@settings_options("evaluate", EvaluationSettings, ReadingSettings)
@console_options()
def command(
    model: str,
    data: tuple[str, ...],
    as_json: bool,
    quiet: bool,
    verbose: bool,
    debug: bool,
    **settings: Any,
) -> None:
    """Measure MODEL on the rows of DATA, whose target is known, beside the trivial baseline.

    The baseline predicts the training rows' mean, or shares of the classes, for every row.
    """
    evaluation = evaluate(model, list(data), **given(settings))
    talk = Screen(sys.stderr, quiet=quiet)
    for note in evaluation.notes:
        talk.line(f"note: {note}")
    counts_report(talk, evaluation.counts)
    if evaluation.seen_in_training:
        talk.line("note: these rows trained the model, so the scores are too good; use other rows")
    if as_json:
        click.echo(to_text("evaluate", evaluation_fields(evaluation)))
    else:
        evaluation_report(Screen(sys.stdout), evaluation)
