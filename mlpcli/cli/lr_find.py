"""`mlpcli lr-find`."""

import sys
from collections.abc import Sequence
from typing import Any

import click

from mlpcli.cli.console import Console
from mlpcli.cli.grouped import GroupedCommand
from mlpcli.cli.inputs import files_read
from mlpcli.cli.options import common_options, data_argument, option, settings_options
from mlpcli.nn.range_test import SweepSettings
from mlpcli.options.options import SETTINGS_CLASSES
from mlpcli.options.presets import usual_values
from mlpcli.settings import described_fields, given
from mlpcli.text_width import shell_line

PLOT_HELP = "Plot the curve to this file. It is a .png, .svg or .pdf."
EXAMPLES = ("mlpcli lr-find penguins.csv -t species", "mlpcli lr-find sales.csv -t price --plot rates.png")
OF_LONG_RUNS = frozenset({"learning_rate", "epochs", "patience", "validation", "test"})
"""Settings that have no effect here, accepted so that a train command can be tried unchanged."""


@click.command("lr-find", cls=GroupedCommand, examples=EXAMPLES)
@data_argument
@settings_options(SweepSettings, *SETTINGS_CLASSES, rare=OF_LONG_RUNS, usual=usual_values())
@option("--csv table", "Output", "Write the points of the curve to this file.", metavar="FILE")
@option("--plot", "Output", PLOT_HELP, metavar="FILE")
@common_options
def command(
    console: Console, data: tuple[str, ...], table: str | None, plot: str | None, force: bool, **settings: Any
) -> None:
    """Train a few batches at growing learning rates and suggest one for train.

    Takes the options of train, so that the network, optimizer and batches are the same.
    """
    from mlpcli.files import Outputs, atomic_output
    from mlpcli.render import lr_find as findings
    from mlpcli.render.history import write_csv
    from mlpcli.render.notes import notes_report
    from mlpcli.render.plots.plot_files import check_plot, plot_rates, title_of
    from mlpcli.render.progress.bar import WorkBar
    from mlpcli.workflows.lr_find import lr_find

    if plot is not None:
        check_plot(plot)
    Outputs({"table": table, "plot": plot}, force, files_read(click.get_current_context())).check()
    with WorkBar(console.talk()) as bar:
        finding = lr_find(list(data), on_progress=bar.on_progress, **given(settings))
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
        findings.report(console.results(), finding, _train_command(sys.argv[2:], finding.suggestion))


def _train_command(arguments: Sequence[str], suggestion: float) -> str:
    """The command that trains with the suggested rate: these arguments, without those of lr-find alone."""
    of_training = {name for each in SETTINGS_CLASSES for name in described_fields(each)} - OF_LONG_RUNS
    known = {flag: each for each in command.params for flag in [*each.opts, *each.secondary_opts]}
    kept, rest = [], list(arguments)
    while rest:
        taken = [rest.pop(0)]
        flag, equals, _ = taken[0].partition("=")
        short = flag[:2] if flag[:1] == "-" and flag[:2] != "--" else ""
        option = known.get(flag) or known.get(short)
        if not isinstance(option, click.Option):
            kept += taken  # a file
            continue
        attached = equals or (short and flag != short)
        if not (attached or option.is_flag) and rest:
            taken.append(rest.pop(0))
        if option.name in of_training:
            kept += taken
    return shell_line(["mlpcli", "train", *kept, "--lr", f"{suggestion:.2g}"])
