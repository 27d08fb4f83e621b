"""`mlpcli predict`."""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

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
from mlpcli.data.reading.source import ReadingSettings
from mlpcli.data.writing import OUTPUT_FORMATS, RowWriter
from mlpcli.errors import SettingsError
from mlpcli.extras import require_extra
from mlpcli.files import atomic_output, check_output, refuse_own_input
from mlpcli.model.model import load
from mlpcli.render.as_json import to_text
from mlpcli.render.console import Screen
from mlpcli.render.train import counts_report, prediction_fields
from mlpcli.settings import build
from mlpcli.workflows.predict import PredictionSettings, Scoring


@click.command("predict", cls=GroupedCommand)
@click.argument("model")
@data_argument
@settings_options(PredictionSettings, ReadingSettings)
@click.option(
    "--format",
    "output_format",
    type=click.Choice(OUTPUT_FORMATS),
    cls=GroupedOption,
    group="Output",
    help="Of the rows; by default that of the ending of -o, else csv.",
)
@click.option(
    "-o",
    "--output",
    default="-",
    metavar="FILE",
    cls=GroupedOption,
    group="Output",
    help="Where the rows go; default stdout.",
)
@force_option
@console_options()
def command(
    model: str,
    data: tuple[str, ...],
    output_format: str | None,
    output: str,
    force: bool,
    as_json: bool,
    quiet: bool,
    verbose: bool,
    debug: bool,
    **settings: Any,
) -> None:
    """Score the rows of DATA: every input column, then the prediction.

    DATA is one or more files with the same header (CSV, TSV, JSON lines, Parquet), or - for stdin.
    """
    if as_json and output == "-":
        raise SettingsError("--json: the rows go to stdout already", "Give -o FILE for the rows.")
    output_format = output_format or _format_of(output)
    if output != "-":
        check_output(output, force=force, inputs=[model])
    else:
        refuse_own_input(sys.stdout, data)
    values = given(settings)
    if output_format == "parquet":
        require_extra("pyarrow", "parquet", "--format parquet: writes a Parquet file")
    talk = Screen(sys.stderr, quiet=quiet)
    scoring = Scoring(
        load(model), list(data), build(ReadingSettings, values), build(PredictionSettings, values)
    )
    with scoring, _sink(output, text=output_format != "parquet") as sink:
        writer = RowWriter(sink, output_format, scoring.kept, scoring.added)
        for block, columns in scoring:
            assert block is not None
            writer.write(block, scoring.positions, columns)
        writer.close()
    for note in scoring.notes:
        talk.line(f"note: {note}")
    counts_report(talk, scoring.summary.counts)
    if as_json:
        click.echo(to_text("predict", prediction_fields(scoring.summary, output)))


def _format_of(output: str) -> str:
    ending = output.lower().rpartition(".")[2]
    if ending in ("gz", "bz2", "xz", "zst"):
        raise SettingsError(
            f"-o {output}: cannot write .{ending}", "Write .csv, .tsv or .jsonl, or pipe stdout through gzip."
        )
    return {"tsv": "tsv", "tab": "tsv", "jsonl": "jsonl", "ndjson": "jsonl", "parquet": "parquet"}.get(
        ending, "csv"
    )


@contextmanager
def _sink(output: str, *, text: bool) -> Iterator[IO[Any]]:
    """stdout as UTF-8 without newline translation, the same bytes everywhere; or a file, whole or absent."""
    if output != "-":
        with atomic_output(output, text=text) as file:
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
