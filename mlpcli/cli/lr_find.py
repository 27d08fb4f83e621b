"""`mlpcli lr-find`."""

import sys
from typing import Any

import click

from mlpcli.cli.options import (
    GroupedCommand,
    GroupedOption,
    console_options,
    data_argument,
    force_option,
    given,
    settings_options,
)
from mlpcli.files import atomic_output, check_output, refuse_clashes
from mlpcli.nn.range_test import SweepSettings
from mlpcli.options.options import SETTINGS_CLASSES
from mlpcli.render.as_json import to_text
from mlpcli.render.console import Screen
from mlpcli.render.dry_run import notes_report
from mlpcli.render.history import write_csv
from mlpcli.render.lr_find import learning_rate_fields, learning_rate_report
from mlpcli.render.plots import check_plot, plot_rates, title_of
from mlpcli.workflows.lr_find import lr_find

OF_LONG_RUNS = frozenset({"learning_rate", "epochs", "patience", "validation", "test"})
"""Accepted, so that a train command can be tried unchanged, but of no interest here."""


@click.command("lr-find", cls=GroupedCommand)
@data_argument
@settings_options(SweepSettings, *SETTINGS_CLASSES, rare=OF_LONG_RUNS)
@click.option(
    "--csv",
    "table",
    metavar="FILE",
    cls=GroupedOption,
    group="Output",
    help="Write the curve's points there.",
)
@click.option(
    "--plot",
    metavar="FILE",
    cls=GroupedOption,
    group="Output",
    help="Draw the curve there, as .png, .svg or .pdf.",
)
@force_option
@console_options()
def command(
    data: tuple[str, ...],
    table: str | None,
    plot: str | None,
    force: bool,
    as_json: bool,
    quiet: bool,
    verbose: bool,
    debug: bool,
    **settings: Any,
) -> None:
    """Train a few batches at growing learning rates and suggest one for `mlpcli train`.

    Takes the options of train, so that network, optimizer and batches are those of the training.
    """
    refuse_clashes({"--csv": table, "--plot": plot})
    if table is not None:
        check_output(table, force=force, inputs=data)
    if plot is not None:
        check_plot(plot)
        check_output(plot, force=force, inputs=data)
    finding = lr_find(list(data), **given(settings))
    talk = Screen(sys.stderr, quiet=quiet)
    notes_report(talk, finding.notes, finding.findings)
    fields = learning_rate_fields(finding)
    if table is not None:
        with atomic_output(table, text=True) as file:
            write_csv(file, fields["points"])
    if plot is not None:
        plot_rates(plot, finding, title_of(data, finding.target))
    if as_json:
        click.echo(to_text("lr-find", fields))
    else:
        learning_rate_report(Screen(sys.stdout), finding)
