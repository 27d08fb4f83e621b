"""`mlpcli train`."""

import os
import shlex
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from mlpcli.cli.commands import TABLES
from mlpcli.cli.console import Console
from mlpcli.cli.exit_status import AFTER_STOPPING, ExitStatus
from mlpcli.cli.grouped import GroupedCommand
from mlpcli.cli.inputs import files_read
from mlpcli.cli.options import common_options, data_argument, option, settings_options
from mlpcli.cli.signals import ENDING
from mlpcli.errors import MlpcliError, SettingsError, StoppedError
from mlpcli.options.options import SETTINGS_CLASSES
from mlpcli.options.presets import usual_values
from mlpcli.options.run import ClusterSettings
from mlpcli.settings import given

if TYPE_CHECKING:
    from mlpcli.nn.fit_state import StopReason
    from mlpcli.training.planning import TrainingPlan
    from mlpcli.workflows.train import TrainingRun

OUTPUT_HELP = "Model file to write. Use - for stdout. [default: named after DATA]"
CHECKPOINT_HELP = "Save progress here. Run the same command again to resume."
HISTORY_HELP = "Write a row for each epoch to this file, .csv or .jsonl."
PLOT_HELP = "Plot losses, metric and learning rate over the epochs to this file. It is a .png, .svg or .pdf."
WATCH_HELP = "Also draw this while the networks learn: the surface of their predictions over two columns."
AXES_HELP = "Number columns of --watch surface. By default the only two inputs of a table."
DRY_RUN_HELP = "Show what would be done, and stop."
SURFACE = "surface"
EXAMPLES = (
    "mlpcli train penguins.csv -t species",
    "mlpcli train sales.csv -t price --test 0.2 --hidden 64,64 -o sales.joblib",
)


class Stopping:
    """Signal handlers: once training has started, the first Ctrl-C, SIGTERM or SIGHUP stops it after a batch.

    The second time, and the first time by SIGQUIT, an error ends the training; any further signal is ignored
    while it cleans up. Before training has started, signals do what they did.
    """

    def __init__(self) -> None:
        self.started = False
        self.reason: StopReason | None = None
        self.signal = ""
        """The first signal, by its word in `ENDING`."""
        self._ended = False

    def __enter__(self) -> "Stopping":
        self._before = {
            each: signal.signal(each, self._on_signal)
            for each in ENDING
            if signal.getsignal(each) is not signal.SIG_IGN  # as under nohup
        }
        return self

    def __exit__(self, *error: object) -> None:
        for each, handler in self._before.items():
            signal.signal(each, handler)

    def _on_signal(self, signum: int, frame: FrameType | None) -> None:
        word = ENDING[signal.Signals(signum)]
        before = self._before[signal.Signals(signum)]
        if not self.started and callable(before):
            before(signum, frame)
        elif self.started and self.reason is None and word != "quit":
            self.signal, self.reason = word, "interrupted" if word == "interrupted" else "terminated"
        elif not self._ended:
            self._ended = True
            self.signal = word
            raise StoppedError(word, reason=word)


@click.command("train", cls=GroupedCommand, examples=EXAMPLES)
@data_argument
@settings_options(ClusterSettings, *SETTINGS_CLASSES, usual=usual_values())
@option("-o --output", "Output", OUTPUT_HELP, metavar="MODEL")
@option("--checkpoint", "Continuing", CHECKPOINT_HELP, metavar="FILE")
@option("--history", "Reports", HISTORY_HELP, metavar="FILE", rare=True)
@option("--plot", "Reports", PLOT_HELP, metavar="FILE", rare=True)
@option("--watch", "Reports", WATCH_HELP, type=click.Choice((SURFACE,)), rare=True)
@option("--axes", "Reports", AXES_HELP, metavar="A,B", rare=True)
@option("--dry-run", "Output", DRY_RUN_HELP, is_flag=True)
@common_options
def command(
    console: Console,
    data: tuple[str, ...],
    output: str | None,
    checkpoint: str | None,
    history: str | None,
    plot: str | None,
    watch: str | None,
    axes: str | None,
    dry_run: bool,
    force: bool,
    **settings: Any,
) -> int:
    """Train a neural network to predict a column of DATA from the others.

    DATA: files with the same header (CSV, JSON, Parquet, Excel, SQLite, zip), or - for stdin.
    """
    from mlpcli.artifact import to_bytes
    from mlpcli.cli.pager import paged
    from mlpcli.files import Outputs, named_after
    from mlpcli.render import dry_run as dry_runs
    from mlpcli.render import train as trainings
    from mlpcli.render.history import check_history
    from mlpcli.render.notes import notes_report
    from mlpcli.render.plots.plot_files import check_plot
    from mlpcli.render.progress.bar import WorkBar
    from mlpcli.render.progress.training import training_view
    from mlpcli.training.planning import start
    from mlpcli.workflows.train import train

    if axes is not None and watch is None:
        raise SettingsError("it is for --watch surface", "Give both, or none.", setting="axes")
    piped = output == "-"
    if piped and (console.as_json or sys.stdout.isatty()):
        place = "stdout together with --json" if console.as_json else "a terminal"
        raise SettingsError(
            f"the model cannot go to {place}", "Give -o FILE, or send stdout to a file.", setting="output"
        )
    if output is not None and os.path.splitext(output)[1].lower() in TABLES:
        raise SettingsError(f"{output} has the ending of a table", "Name a .joblib file.", setting="output")
    talk = console.talk(lasting=True)
    if history is not None:
        check_history(history)
    if plot is not None:
        check_plot(plot)
    unnamed = output is None
    model = named_after(data[0], ".joblib") if output is None else output
    outputs: dict[str, Any] = {
        "output": None if piped else model,
        "force": force or dry_run,  # which writes nothing
        "checkpoint": checkpoint,
        "reports": Outputs(
            {"history": history, "plot": plot}, inputs=files_read(click.get_current_context())
        ),
    }
    if dry_run:
        with WorkBar(talk) as bar:
            of_plan = given({**settings, "dask": None})
            plan = start(list(data), **outputs, on_progress=bar.on_progress, **of_plan).plan
        notes_report(talk, plan.notes, plan.findings)
        if console.as_json:
            console.json("train", dry_runs.fields(plan))
        else:
            with paged(console) as screen:
                dry_runs.report(screen, plan, data)
        return ExitStatus.DONE
    with (
        Stopping() as stopping,
        WorkBar(talk) as bar,
        training_view(talk, verbose=console.verbose) as view,
    ):
        if watch is not None and (why := view.without_surface(cluster=settings["dask"] is not None)):
            talk.note(f"--watch {watch} draws nothing, as {why}")
            watch = None

        def on_start(plan: "TrainingPlan") -> None:
            stopping.started = True
            bar.clear()
            view.on_start(plan)

        def should_stop() -> "StopReason | None":
            view.on_pause()
            return stopping.reason

        try:
            run = train(
                list(data),
                **outputs,
                replace_same=unnamed,
                command=shlex.join(["mlpcli", *sys.argv[1:]]),
                on_progress=bar.on_progress,
                on_start=on_start,
                on_epoch=view.on_epoch,
                on_batch=view.on_batch,
                should_stop=should_stop,
                on_surface=None if watch is None else view.on_surface,
                axes=axes,
                **given(settings),
            )
        except StoppedError as error:
            error.reason = stopping.signal or error.reason
            raise
    trainings.late_notes_report(talk, run)
    failed = _write_reports(run, data, history, plot)
    if console.as_json:
        console.json("train", trainings.fields(run))
    elif piped:
        sys.stdout.buffer.write(to_bytes(run.artifact))
        trainings.report(talk, run, data)
    elif not console.quiet:
        with paged(console, wanted=console.verbose) as screen:
            trainings.report(screen, run, data)
    if failed is not None:
        raise failed
    stopped = run.stop_reason in ("interrupted", "terminated")
    return AFTER_STOPPING[stopping.signal] if stopped else ExitStatus.DONE


def _write_reports(
    run: "TrainingRun", data: Sequence[str], history: str | None, plot: str | None
) -> MlpcliError | None:
    """Write history and plot; returns an error, to be raised after the summary, as the model is written."""
    from mlpcli.render.history import write_history
    from mlpcli.render.plots.plot_files import plot_training, title_of

    try:
        if history is not None:
            write_history(history, run.history, force=history in run.replaceable)
        if plot is not None:
            histories = [(member.history, member.best_epoch) for member in run.members]
            title = title_of(data, run.artifact.schema.target)
            plot_training(plot, histories, run.model.task.headline, title, force=plot in run.replaceable)
    except MlpcliError as error:
        return error
    return None
