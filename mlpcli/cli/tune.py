"""`mlpcli tune`."""

import shlex
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click

from mlpcli.cli.alternatives import Alternatives
from mlpcli.cli.config import read_toml
from mlpcli.cli.console import Console
from mlpcli.cli.exit_status import AFTER_STOPPING, ExitStatus
from mlpcli.cli.flags import flag_of_setting
from mlpcli.cli.grouped import GroupedCommand
from mlpcli.cli.inputs import files_read
from mlpcli.cli.options import common_options, data_argument, option, settings_options
from mlpcli.data.reading.source import rereadable
from mlpcli.errors import MlpcliError, SettingsError, StoppedError, told
from mlpcli.files import Outputs, atomic_output
from mlpcli.options.options import SETTINGS_CLASSES
from mlpcli.options.presets import usual_values
from mlpcli.options.run import ClusterSettings
from mlpcli.options.search_space import domain_of
from mlpcli.settings import described_fields, given
from mlpcli.workflows.search.settings import TuneSettings

if TYPE_CHECKING:
    from mlpcli.nn.fit_state import StopReason
    from mlpcli.workflows.search.tuned import Tuning

TEXT, MARKDOWN = "text", "markdown"
PLOT_HELP = (
    "Plot the losses of all trials, by trial and by setting, to this file. It is a .png, .svg or .pdf."
)
FORMAT_HELP = "Format of the report. Use markdown for a pull request. [default: text]"
OUTPUT_HELP = "Write the winner's settings, for train --config."
MODEL_HELP = "Train the winner on all rows, and write it."
CHECKPOINT_HELP = "Save trials here. Run the same command again to resume."
SPACE_HELP = "TOML file of the values that settings may take. Other settings keep the published ones."
EXAMPLES = (
    "mlpcli tune penguins.csv -t species --trials 24",
    "mlpcli tune sales.csv -t price --time-limit 2m --keep 3 --model sales.joblib",
)
NOT_HERE = frozenset({"from_model", "freeze", "race", "finalists", "refit"})
"""Settings of train that have no place here."""
RARE = frozenset(
    {"task", "activation", "loss", "optimizer", "batch_size", "patience", "validation", "epochs"}
)
"""Settings of train that --help shows there, and here only --help-all."""
SEVERAL = frozenset(name for each in SETTINGS_CLASSES for name in described_fields(each))
"""Settings that may be given several times; of some the search says that they cannot vary."""
ONLY = "published"
"""Name in a file of a space: false leaves only the settings that it names."""


@click.command("tune", cls=GroupedCommand, examples=EXAMPLES)
@data_argument
@settings_options(
    TuneSettings,
    ClusterSettings,
    *SETTINGS_CLASSES,
    rare=RARE,
    usual=usual_values(),
    without=NOT_HERE,
    choosable=SEVERAL,
)
@option("--space", "Search", SPACE_HELP, metavar="FILE")
@option("-o --output", "Output", OUTPUT_HELP, metavar="FILE")
@option("--model model_file", "Output", MODEL_HELP, metavar="FILE")
@option("--checkpoint", "Output", CHECKPOINT_HELP, metavar="FILE")
@option("--plot", "Reports", PLOT_HELP, metavar="FILE", rare=True)
@option("--format output_format", "Output", FORMAT_HELP, type=click.Choice((TEXT, MARKDOWN)))
@common_options
def command(
    console: Console,
    data: tuple[str, ...],
    space: str | None,
    output: str | None,
    model_file: str | None,
    checkpoint: str | None,
    plot: str | None,
    output_format: str | None,
    force: bool,
    **settings: Any,
) -> int:
    """Search for settings of train that suit DATA, and score the best on rows that no trial saw.

    An option of train stays as it is given. Given several times, as --hidden 64 --hidden 128, it is a choice.
    """
    from mlpcli.cli.command_line import command_line, config_table
    from mlpcli.cli.pager import paged
    from mlpcli.cli.train import Stopping
    from mlpcli.cli.train import command as train_command
    from mlpcli.render import tune as tunings
    from mlpcli.render.notes import notes_report
    from mlpcli.render.plots.plot_files import check_plot
    from mlpcli.render.progress.bar import WorkBar
    from mlpcli.render.progress.search import SearchView
    from mlpcli.workflows.tune import tune

    if console.as_json and output_format is not None:
        raise SettingsError("the report is JSON already", "Leave out --format.", setting="as_json")
    if output == "-":
        raise SettingsError("the settings go to a file", "Name one, such as tuned.toml.", setting="output")
    if plot is not None:
        check_plot(plot)
    written = {"output": output, "model": model_file, "checkpoint": checkpoint, "plot": plot}
    read = files_read(click.get_current_context())
    Outputs(written, force, read, may_exist=["checkpoint"]).check()
    chosen = given(settings)
    several = {name: list(value) for name, value in chosen.items() if isinstance(value, Alternatives)}
    chosen = {name: value for name, value in chosen.items() if name not in several}
    domains, only = ({}, False) if space is None else _space(space)
    for name in several:
        if name in domains:
            raise SettingsError(f"it is in {space} as well", "Leave one of them out.", setting=name)
    talk = console.talk(lasting=True)
    with ExitStack() as stack:
        paths = [stack.enter_context(rereadable(path)) for path in data]
        stopping = stack.enter_context(Stopping())
        bar, view = stack.enter_context(WorkBar(talk)), stack.enter_context(SearchView(talk))

        def on_start(trials: int | None, until: float) -> None:
            stopping.started = True
            bar.clear()
            view.on_start(trials, until)

        def should_stop() -> "StopReason | None":
            return stopping.reason

        try:
            found = tune(
                paths,
                space=domains | several,
                only=only,
                output=model_file,
                force=force,
                checkpoint=checkpoint,
                command=shlex.join(["mlpcli", *sys.argv[1:]]),
                on_start=on_start,
                on_trials=view.on_trials,
                on_epoch=view.on_epoch,
                should_stop=should_stop,
                on_progress=bar.on_progress,
                **chosen,
            )
        except StoppedError as error:
            error.reason = stopping.signal or error.reason
            raise
        view.clear()
        notes_report(talk, found.notes, found.findings)
        line = command_line(train_command, data, found.settings)
        table = config_table(train_command, found.settings)
        failed = _written(output, "# " + line.replace("\n", "\n# ") + f"\n{table}", force=force)
        drawn = None if plot is None else _draw(plot, found, data, force=force)
        if console.as_json:
            console.json("tune", tunings.fields(found, data, line))
        elif output_format == MARKDOWN:
            tunings.markdown(console.results(), found, data, line)
        else:
            with paged(console) as screen:
                tunings.report(screen, found, data, line)
    for each in (found.failed, failed, drawn):
        if each is not None:
            raise each
    return AFTER_STOPPING[stopping.signal] if stopping.reason is not None else ExitStatus.DONE


def _written(path: str | None, content: str, *, force: bool) -> MlpcliError | None:
    """Write the file, if one is wanted; returns an error, to be raised after the report."""
    if path is None:
        return None
    try:
        with atomic_output(path, force=force, text=True) as file:
            file.write(content)
    except MlpcliError as error:
        return error
    return None


def _draw(path: str, found: "Tuning", data: Sequence[str], *, force: bool) -> MlpcliError | None:
    """Draw the trials; returns an error, to be raised after the report, which took longer to find."""
    from mlpcli.render.plots.plot_files import plot_search, title_of

    try:
        plot_search(path, found, title_of(data, found.rows.schema.target), force=force)
    except MlpcliError as error:
        return error
    return None


def _space(path: str) -> tuple[dict[str, Any], bool]:
    """The values of settings in a file, by field name, and whether only these vary."""
    from mlpcli.cli.train import command as train_command

    content = read_toml(path)
    published = content.pop(ONLY, True)
    if not isinstance(published, bool):
        raise MlpcliError(f"{path}: {ONLY} is not true or false", f"Write {ONLY} = false.")
    if not content:
        raise MlpcliError(f"{path}: it names no setting", 'Write lines as hidden = ["64,64", "128,128"].')
    options = {max(each.opts, key=len)[2:]: str(each.name) for each in train_command.params if each.opts}
    values = {}
    for key, value in content.items():
        name = options.get(key, key)
        try:
            domain_of(name, value)
        except SettingsError as error:
            said = told(error.message, flag_of_setting)
            raise MlpcliError(
                f"{path}: {said if error.names_setting else f'{key}: {said}'}", error.hint
            ) from None
        values[name] = value
    return values, not published
