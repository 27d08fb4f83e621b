"""`mlpcli report`."""

import sys
from contextlib import ExitStack
from typing import Any

import click

from mlpcli.cli.console import Console
from mlpcli.cli.grouped import GroupedCommand
from mlpcli.cli.inputs import files_read
from mlpcli.cli.options import common_options, model_argument, option, settings_options
from mlpcli.data.reading.source import ReadingSettings
from mlpcli.errors import Sentence, SettingsError
from mlpcli.settings import given
from mlpcli.workflows.reporting.settings import ReportSettings

OUTPUT_HELP = "HTML file to write. With - it goes to stdout."
EXAMPLES = (
    "mlpcli report penguins.joblib -o report.html",
    "mlpcli report penguins.joblib new.csv -o report.html --title 'Penguins in May'",
)


@click.command("report", cls=GroupedCommand, examples=EXAMPLES)
@model_argument
@click.argument("data", nargs=-1, metavar="[DATA...]", type=click.Path(readable=False))
@settings_options(ReportSettings, ReadingSettings)
@option("-o --output", "Output", OUTPUT_HELP, metavar="FILE")
@common_options
def command(
    console: Console,
    model: str,
    data: tuple[str, ...],
    output: str | None,
    force: bool,
    **settings: Any,
) -> None:
    """Write a report on MODEL for others, as one HTML file without scripts or links.

    With DATA, rows it has not seen, the report has scores, effects of the columns, single rows with their
    reasons, slices, and drift.
    """
    from mlpcli.data.reading.source import rereadable
    from mlpcli.files import Outputs, refuse_own_input
    from mlpcli.render.html_report.page import check_extra
    from mlpcli.render.html_report.written import fields, notes_report, report
    from mlpcli.render.progress.bar import WorkBar

    if output is None:
        hint = Sentence("Give {output} report.html, or {output} - for stdout.")
        raise SettingsError("no file is named for the report", hint, setting="output")
    to_stdout = output == "-"
    if to_stdout and console.as_json:
        raise SettingsError(
            "the report goes to stdout already", "Give -o FILE for the report.", setting="as_json"
        )
    check_extra()
    inputs = files_read(click.get_current_context())
    if to_stdout:
        refuse_own_input(sys.stdout, inputs)
    else:
        Outputs({"output": output}, force, inputs).check()
    with ExitStack() as stack:
        bar = stack.enter_context(WorkBar(console.talk()))
        paths = [stack.enter_context(rereadable(path)) for path in data]
        found = report(
            model,
            paths or None,
            output=None if to_stdout else output,
            force=force,
            on_progress=bar.on_progress,
            **given(settings),
        )
    talk = console.talk(lasting=True)
    if to_stdout:
        sys.stdout.buffer.write(found.html.encode())
        sys.stdout.buffer.flush()
    notes_report(talk, found, output)
    if console.as_json:
        console.json("report", fields(found, output))
