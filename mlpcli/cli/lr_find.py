"""`mlpcli lr-find`."""

from typing import Any

import click

from mlpcli.cli.console import Console
from mlpcli.cli.grouped import GroupedCommand
from mlpcli.cli.options import common_options, data_argument, option, settings_options
from mlpcli.nn.range_test import SweepSettings
from mlpcli.options.options import SETTINGS_CLASSES
from mlpcli.settings import given

OF_LONG_RUNS = frozenset({"learning_rate", "epochs", "patience", "validation", "test"})
"""Settings that have no effect here, accepted so that a train command can be tried unchanged."""


@click.command("lr-find", cls=GroupedCommand)
@data_argument
@settings_options(SweepSettings, *SETTINGS_CLASSES, rare=OF_LONG_RUNS)
@option("--csv table", "Output", "Write the curve's points there.", metavar="FILE")
@option("--plot", "Output", "Draw the curve there, as .png, .svg or .pdf.", metavar="FILE")
@common_options
def command(
    console: Console, data: tuple[str, ...], table: str | None, plot: str | None, force: bool, **settings: Any
) -> None:
    """Train a few batches at growing learning rates and suggest one for `mlpcli train`.

    Takes the options of train, so that network, optimizer and batches are those of the training.
    """
    from mlpcli.files import Outputs, atomic_output
    from mlpcli.render import lr_find as findings
    from mlpcli.render.dry_run import notes_report
    from mlpcli.render.history import write_csv
    from mlpcli.render.plots.plot_files import check_plot, plot_rates, title_of
    from mlpcli.workflows.lr_find import lr_find

    if plot is not None:
        check_plot(plot)
    Outputs({"table": table, "plot": plot}, force, data).check()
    finding = lr_find(list(data), **given(settings))
    notes_report(console.talk(), finding.notes, finding.findings)
    fields = findings.fields(finding)
    if table is not None:
        with atomic_output(table, force=force, text=True) as file:
            write_csv(file, fields["points"])
    if plot is not None:
        plot_rates(plot, finding, title_of(data, finding.target), force=force)
    if console.as_json:
        console.json("lr-find", fields)
    else:
        findings.report(console.results(), finding)
