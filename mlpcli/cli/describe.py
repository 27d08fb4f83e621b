"""`mlpcli describe`."""

import sys
from typing import Any

import click

from mlpcli.cli.console import Console, reader_left
from mlpcli.cli.exit_status import ExitStatus
from mlpcli.cli.grouped import GroupedCommand
from mlpcli.cli.inputs import files_read
from mlpcli.cli.options import common_options, data_argument, option, settings_options
from mlpcli.data.reading.source import ReadingSettings
from mlpcli.data.schema import DataSettings
from mlpcli.errors import Sentence, SettingsError
from mlpcli.options.options import SETTINGS_CLASSES
from mlpcli.options.presets import usual_values
from mlpcli.options.run import TransferSettings
from mlpcli.settings import described_fields, given
from mlpcli.workflows.drifting.settings import DriftSettings

TEXT, MARKDOWN = "text", "markdown"
AGAINST_HELP = "Compare the rows with those that this model was trained on."
FORMAT_HELP = "Format of the comparison. Use markdown for a pull request. [default: text]"
PLOT_HELP = "Plot the values of each column to this file. It is a .png, .svg or .pdf."
EXAMPLES = (
    "mlpcli describe penguins.csv -t species",
    "mlpcli describe new.csv --against penguins.joblib --fail-if 'psi > 0.2'",
)
DESCRIBED_BY = tuple(each for each in SETTINGS_CLASSES if each is not TransferSettings)
OF_TRAINING = frozenset(
    name
    for each in DESCRIBED_BY
    for name in described_fields(each)
    if each not in (DataSettings, ReadingSettings)
)
"""Settings of rows and network: few change what is told of columns, but a train command can be tried."""
OF_COMPARISON = frozenset(
    name for each in (DriftSettings, ReadingSettings) for name in described_fields(each)
)


@click.command("describe", cls=GroupedCommand, examples=EXAMPLES)
@data_argument
@settings_options(*DESCRIBED_BY, rare=OF_TRAINING, usual=usual_values())
@option("--against", "Comparison", AGAINST_HELP, metavar="MODEL")
@settings_options(DriftSettings)
@option("--format output_format", "Comparison", FORMAT_HELP, type=click.Choice((TEXT, MARKDOWN)))
@option("--plot", "Output", PLOT_HELP, metavar="FILE")
@common_options
def command(
    console: Console,
    data: tuple[str, ...],
    against: str | None,
    fail_if: tuple[str, ...] | None,
    output_format: str | None,
    plot: str | None,
    force: bool,
    **settings: Any,
) -> int:
    """Show the columns of DATA, problems with them, and what training would do with each.

    With -t COLUMN also show how well each column predicts it. Takes the options of train.
    """
    if against is not None:
        if plot is not None:
            raise SettingsError("a comparison is not drawn", Sentence("Leave out {plot}."), setting="plot")
        values = given({"fail_if": fail_if} | settings)
        return _compare(console, against, data, output_format, values)
    for name, value in (("fail_if", fail_if), ("output_format", output_format)):
        if value:
            hint = Sentence("Give {against} MODEL, too.")
            raise SettingsError("there is nothing to compare with", hint, setting=name)
    from mlpcli.cli.pager import paged
    from mlpcli.files import Outputs
    from mlpcli.render.describe import fields, report
    from mlpcli.render.plots.plot_files import check_plot, files_of, plot_description
    from mlpcli.render.progress.bar import WorkBar
    from mlpcli.workflows.describe import describe

    if plot is not None:
        check_plot(plot)
    Outputs({"plot": plot}, force, files_read(click.get_current_context())).check()
    with WorkBar(console.talk()) as bar:
        description = describe(
            list(data), by_target=plot is not None, on_progress=bar.on_progress, **given(settings)
        )
    if plot is not None:
        plot_description(plot, description, files_of(data), force=force)
        console.talk(lasting=True).line(f"Plot saved to {plot}")
    if console.as_json:
        console.json("describe", fields(description))
    else:
        with paged(console) as screen:
            report(screen, description)
    return ExitStatus.DONE


def _compare(
    console: Console,
    model: str,
    data: tuple[str, ...],
    output_format: str | None,
    settings: dict[str, Any],
) -> int:
    """Compare the rows with those of training, and say how they differ."""
    from mlpcli.cli.pager import paged
    from mlpcli.render.drift import fields, markdown, notes_report, report
    from mlpcli.render.evaluation.report import failed_gates
    from mlpcli.render.progress.bar import WorkBar
    from mlpcli.workflows.drift import drift

    if console.as_json and output_format is not None:
        raise SettingsError("the report is JSON already", "Leave out --format.", setting="as_json")
    for name in settings:
        if name not in OF_COMPARISON:
            said = Sentence("the model of {against} says what columns are, and nothing is trained")
            raise SettingsError(said, "Leave it out.", setting=name)
    with WorkBar(console.talk()) as bar:
        found = drift(model, list(data), on_progress=bar.on_progress, **settings)
    talk = console.talk(lasting=True)
    notes_report(talk, found)
    try:
        if console.as_json:
            console.json("describe", fields(found))
            failed_gates(talk, found.gates)
        elif output_format == MARKDOWN:
            markdown(console.results(), found)
        else:
            with paged(console) as screen:
                report(screen, found)
        sys.stdout.flush()
    except BrokenPipeError:
        reader_left()  # who reads no further still asked for the gates
    return ExitStatus.DONE if found.passed else ExitStatus.GATE_FAILED
