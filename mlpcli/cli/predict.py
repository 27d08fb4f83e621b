"""`mlpcli predict`."""

import io
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import IO, Any, TextIO

import click

from mlpcli.cli.console import Console
from mlpcli.cli.grouped import GroupedCommand
from mlpcli.cli.inputs import files_read
from mlpcli.cli.options import common_options, data_argument, model_argument, option, settings_options
from mlpcli.data.reading.source import ReadingSettings
from mlpcli.data.writing import WRITERS, writer_for
from mlpcli.errors import SettingsError
from mlpcli.extras import require_extra
from mlpcli.files import Outputs, atomic_output, refuse_own_input
from mlpcli.settings import build, given
from mlpcli.workflows.prediction_settings import PredictionSettings

FORMAT_HELP = "Format of the rows. [default: by the ending of -o, else csv]"
OUTPUT_HELP = "File to write the rows to. [default: stdout]"
OR_FORMAT = "; or give --format"
EXAMPLES = (
    "mlpcli predict penguins.joblib new.csv -o scored.csv",
    "cat new.csv | mlpcli predict penguins.joblib - --proba --keep none",
)


@click.command("predict", cls=GroupedCommand, examples=EXAMPLES)
@model_argument
@data_argument
@settings_options(PredictionSettings, ReadingSettings)
@option("--format output_format", "Output", FORMAT_HELP, type=click.Choice(tuple(WRITERS)))
@option("-o --output", "Output", OUTPUT_HELP, metavar="FILE", default="-")
@common_options
def command(
    console: Console,
    model: str,
    data: tuple[str, ...],
    output_format: str | None,
    output: str,
    force: bool,
    **settings: Any,
) -> None:
    """Predict the target of each row of DATA with MODEL.

    DATA: files with the same header (CSV, JSON, Parquet, Excel, SQLite, zip), or - for stdin.
    """
    from mlpcli.model.model import load
    from mlpcli.render.predict import fields, report, written
    from mlpcli.render.progress.bar import WorkBar
    from mlpcli.workflows.predict import Scoring

    bar = WorkBar(console.talk(), wanted=output != "-" or not _may_be_shown(sys.stdout))

    if console.as_json and output == "-":
        raise SettingsError("the rows go to stdout already", "Give -o FILE for the rows.", setting="as_json")
    writer_class = WRITERS[output_format] if output_format else writer_for(output, otherwise=OR_FORMAT)
    if output != "-":
        Outputs({"output": output}, force, files_read(click.get_current_context())).check()
    else:
        refuse_own_input(sys.stdout, data)
    values = given(settings)
    if writer_class.extra is not None:
        require_extra(*writer_class.extra, "writing a Parquet file", setting="output_format")
    reading, prediction = build(ReadingSettings, values), build(PredictionSettings, values)
    if prediction.safe_cells and not writer_class.for_spreadsheets:
        message = "formulas are run in CSV and TSV files only, and here nothing is changed"
        raise SettingsError(message, "Leave it out, or write CSV.", setting="safe_cells")
    scoring = Scoring(load(model), list(data), reading, prediction, on_progress=bar.on_progress)
    with bar, scoring:
        chunks = iter(scoring)
        # Rows that cannot be read are refused before anything is written.
        first = next(chunks, None)
        with _sink(output, force=force, text=writer_class.is_text) as sink:
            safe, numbers = prediction.safe_cells, scoring.numbers
            writer = writer_class(sink, scoring.kept, scoring.added, safe=safe, numbers=numbers)
            for block, columns in chain([] if first is None else [first], chunks):
                assert block is not None
                writer.write(block, scoring.positions, columns)
            writer.close()
    report(console.talk(), scoring)
    if output != "-" or bar.was_shown:
        written(console.talk(), scoring, output, bar.seconds)
    if console.as_json:
        console.json("predict", fields(scoring, output))


def _may_be_shown(stream: TextIO) -> bool:
    """Whether rows written there may appear on the terminal, where a bar would stand among them."""
    try:
        return not stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except OSError:  # io.UnsupportedOperation is one: a stream in memory
        return False


@contextmanager
def _sink(output: str, *, force: bool, text: bool) -> Iterator[IO[Any]]:
    """stdout as UTF-8 without newline translation, for the same bytes everywhere; or an atomic file."""
    if output != "-":
        with atomic_output(output, force=force, text=text) as file:
            yield file
        return
    if not text:
        yield sys.stdout.buffer
        return
    sink = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="", write_through=False)
    try:
        yield sink
        sink.flush()
    finally:
        sink.detach()
