"""`mlpcli export`."""

from typing import Any

import click

from mlpcli.cli.console import Console
from mlpcli.cli.grouped import GroupedCommand
from mlpcli.cli.inputs import files_read
from mlpcli.cli.options import common_options, model_argument, option, settings_options
from mlpcli.errors import Sentence, SettingsError
from mlpcli.settings import given
from mlpcli.workflows.exporting.settings import ExportSettings

OUTPUT_HELP = "File to write, by its ending: .py is a program in Python, .sql a query, .onnx a graph of ONNX."
EXAMPLES = (
    "mlpcli export penguins.joblib -o scorer.py",
    "mlpcli export penguins.joblib -o scorer.sql --dialect duckdb --table birds",
)


@click.command("export", cls=GroupedCommand, examples=EXAMPLES)
@model_argument
@settings_options(ExportSettings)
@option("-o --output", "Output", OUTPUT_HELP, metavar="FILE")
@common_options
def command(console: Console, model: str, output: str | None, force: bool, **settings: Any) -> None:
    """Write MODEL as one file that scores rows without mlpcli.

    A .py file needs Python 3.9 or newer and no package. It reads CSV and writes what predict writes. A .sql
    file is a query that scores a table in SQLite or DuckDB. An .onnx file is run by onnxruntime, from many
    languages; to write it needs the extra onnx.
    """
    from mlpcli.files import Outputs
    from mlpcli.render.export import fields, report
    from mlpcli.workflows.export import export, writer_of

    if output is None:
        hint = Sentence("Give {output} scorer.py.")
        raise SettingsError("no file is named for the export", hint, setting="output")
    writer_of(output)
    Outputs({"output": output}, force, files_read(click.get_current_context())).check()
    found = export(model, output=output, force=force, **given(settings))
    report(console.talk(lasting=True), found)
    if console.as_json:
        console.json("export", fields(found))
