"""`mlpcli cv`."""

import shlex
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from mlpcli.cli.console import Console
from mlpcli.cli.exit_status import ExitStatus
from mlpcli.cli.flags import flag_of_setting
from mlpcli.cli.grouped import GroupedCommand
from mlpcli.cli.inputs import files_read
from mlpcli.cli.options import common_options, data_argument, option, settings_options
from mlpcli.data.reading.source import ReadingSettings, rereadable
from mlpcli.data.writing import writer_for
from mlpcli.errors import MlpcliError, Sentence, SettingsError
from mlpcli.files import atomic_output
from mlpcli.options.options import SETTINGS_CLASSES
from mlpcli.options.presets import usual_values
from mlpcli.options.run import ClusterSettings
from mlpcli.settings import build, described_fields, given
from mlpcli.workflows.search.fold_runners import fold_runners
from mlpcli.workflows.search.settings import CrossValidationSettings

if TYPE_CHECKING:
    from mlpcli.workflows.search.result import CrossValidation

TEXT, MARKDOWN = "text", "markdown"
FORMAT_HELP = "Format of the report. Use markdown for a pull request. [default: text]"
PREDICTIONS_HELP = (
    "Write the rows of DATA with the predictions of trainings that never saw them to this file. Of several "
    "repeats they are those of the first."
)
VERSUS_HELP = (
    "Train with these options as well, on the same folds, and say whether they are better. "
    "Give for example '--hidden 64,64 --dropout 0.2'."
)
EXAMPLES = (
    "mlpcli cv penguins.csv -t species",
    "mlpcli cv sales.csv -t price --preset textbook --vs '--hidden 64,64'",
)
NOT_HERE = frozenset({"from_model", "freeze"})
"""Settings of train that have no place here: a model to start from may have seen the rows."""
RARE = frozenset(
    {"task", "activation", "dropout", "loss", "optimizer", "batch_size", "patience", "validation"}
)
"""Settings of train that --help shows there, and here only --help-all."""
EAGER = frozenset({"-h", "--help", "--help-all", "--config", "--debug", "--pager", "--no-pager"})
"""Options that act as soon as they are read."""


@click.command("cv", cls=GroupedCommand, examples=EXAMPLES)
@data_argument
@settings_options(
    *(CrossValidationSettings, ClusterSettings, *SETTINGS_CLASSES),
    rare=RARE,
    usual=usual_values(),
    without=NOT_HERE,
)
@option("--vs", "Cross-validation", VERSUS_HELP, metavar="OPTIONS")
@option("--predictions", "Output", PREDICTIONS_HELP, metavar="FILE")
@option("--format output_format", "Output", FORMAT_HELP, type=click.Choice((TEXT, MARKDOWN)))
@common_options
def command(
    console: Console,
    data: tuple[str, ...],
    vs: str | None,
    predictions: str | None,
    output_format: str | None,
    force: bool,
    **settings: Any,
) -> int:
    """Cross-validate the settings of train: every row is scored by trainings that never saw it.

    Takes the options of train. Each training holds out rows of its own to choose the best epoch.
    """
    from mlpcli.files import Outputs

    if console.as_json and output_format is not None:
        raise SettingsError("the report is JSON already", "Leave out --format.", setting="as_json")
    Outputs({"predictions": predictions}, force, files_read(click.get_current_context())).check()
    if predictions is not None:
        writer_for(predictions, "predictions")  # a mistake in its name is told before any training
    names = ", ".join("stdin" if each == "-" else each for each in data)
    with ExitStack() as stack:
        paths = [stack.enter_context(rereadable(path)) for path in data]
        others = None if vs is None else _other_settings(vs)
        own, dask = build(CrossValidationSettings, given(settings)), settings["dask"]
        runners = stack.enter_context(fold_runners(paths, own, dask, twice=vs is not None))
        # These imports take long, and the runners make theirs meanwhile.
        from mlpcli.cli.pager import paged
        from mlpcli.render.cv import fields, markdown, report
        from mlpcli.render.notes import notes_report
        from mlpcli.render.progress.bar import WorkBar
        from mlpcli.workflows.cv import cv

        with WorkBar(console.talk()) as bar:
            found = cv(
                paths,
                vs=others,
                vs_options=vs or "",
                predicts=predictions is not None,
                on_progress=bar.on_progress,
                runners=runners,
                **given(settings),
            )
        notes_report(console.talk(), found.notes, found.findings)
        if console.as_json:
            console.json("cv", fields(found, data))
        elif output_format == MARKDOWN:
            markdown(console.results(), found, names)
        else:
            with paged(console) as screen:
                report(screen, found, names)
        # Last, as a full disk must not cost the scores.
        if predictions is not None:
            _write(predictions, paths, found, build(ReadingSettings, given(settings)), force=force)
    return ExitStatus.DONE if found.passed else ExitStatus.GATE_FAILED


def _write(
    path: str, data: Sequence[str], found: "CrossValidation", reading: ReadingSettings, *, force: bool
) -> None:
    """The rows as they came, each with its predictions."""
    from mlpcli.workflows.search.out_of_fold import PredictedRows, out_of_fold

    writer_class = writer_for(path, "predictions")
    columns = out_of_fold(found.dealt.deals, found.runs, found.dealt.rows)
    with (
        PredictedRows(data, reading, found.dealt, columns) as rows,
        atomic_output(path, force=force, text=writer_class.is_text) as sink,
    ):
        writer = writer_class(sink, rows.kept, rows.added, safe=False, numbers=[])
        for block, added in rows:
            writer.write(block, range(len(rows.kept)), added)
        writer.close()


def _other_settings(words: str) -> dict[str, Any]:
    """The settings that a line of options of train stands for; SettingsError for anything else."""
    from mlpcli.cli.train import command as train_command

    hint = "Give options of mlpcli train."
    known = {name for each in SETTINGS_CLASSES for name in described_fields(each)} - NOT_HERE
    try:
        given_words = shlex.split(words)
    except ValueError as error:
        raise SettingsError(str(error), hint, setting="vs") from None
    if not given_words:
        raise SettingsError("it is empty", hint, setting="vs")
    for word in given_words:
        if word.partition("=")[0] in EAGER:
            raise SettingsError(f"{word} has no place here", hint, setting="vs")
    try:
        context = train_command.make_context("train", ["-", *given_words])
    except click.ClickException as error:
        raise SettingsError(error.format_message(), hint, setting="vs") from None
    except MlpcliError as error:
        within = Sentence.joined([Sentence("in {vs}: "), error.told(flag_of_setting)])
        raise SettingsError(within, error.hint, setting="vs") from None
    if len(context.params["data"]) > 1:
        said = f"{context.params['data'][1]!r:.40} is not an option"
        raise SettingsError(said, "Give options of train, without files.", setting="vs")
    for each in train_command.params:
        on_line = context.get_parameter_source(str(each.name)) is ParameterSource.COMMANDLINE
        if on_line and each.name not in known and each.name != "data":
            raise SettingsError(f"{each.opts[-1]} has no place here", hint, setting="vs")
    return {name: value for name, value in given(context.params).items() if name in known}
