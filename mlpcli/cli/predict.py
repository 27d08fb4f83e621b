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
from mlpcli.data.rows import OUTPUT_FORMATS, RowWriter
from mlpcli.data.source import ReadingSettings
from mlpcli.errors import SettingsError
from mlpcli.files import atomic_output, check_output
from mlpcli.render.as_json import to_text
from mlpcli.render.console import Screen
from mlpcli.render.reports import counts_report, prediction_fields
from mlpcli.settings import build
from mlpcli.workflows.model import load
from mlpcli.workflows.predict import PredictionSettings, PredictionSummary, score_rows


@click.command("predict", cls=GroupedCommand)
@click.argument("model")
@data_argument
@settings_options("predict", PredictionSettings, ReadingSettings)
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

    DATA is one or more CSV or TSV files with the same header, or - for stdin.
    """
    if as_json and output == "-":
        raise SettingsError("--json: the rows go to stdout already", "Give -o FILE for the rows.")
    output_format = output_format or _format_of(output)
    if output != "-":
        check_output(output, force=force)
    values = given(settings)
    summary = PredictionSummary()
    chunks = score_rows(
        load(model), list(data), build(ReadingSettings, values), build(PredictionSettings, values), summary
    )
    header = next(chunks)[0]
    with _sink(output) as sink:
        writer = RowWriter(sink, output_format, header)
        for rows in chunks:
            writer.write(rows)
    counts_report(Screen(sys.stderr, quiet=quiet), summary.counts)
    if as_json:
        click.echo(to_text("predict", prediction_fields(summary, output)))


def _format_of(output: str) -> str:
    ending = output.lower().rpartition(".")[2]
    if ending in ("gz", "bz2", "xz", "parquet"):
        raise SettingsError(
            f"-o {output}: cannot write .{ending}", "Write .csv, .tsv or .jsonl, or pipe stdout through gzip."
        )
    return {"tsv": "tsv", "tab": "tsv", "jsonl": "jsonl", "ndjson": "jsonl"}.get(ending, "csv")


@contextmanager
def _sink(output: str) -> Iterator[IO[str]]:
    """stdout as UTF-8 without newline translation, the same bytes everywhere; or a file, whole or absent."""
    if output != "-":
        with atomic_output(output, text=True) as file:
            yield file
        return
    sink = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="", write_through=False)
    try:
        yield sink
        sink.flush()
    finally:
        sink.detach()
