"""`mlpcli train`."""

import shlex
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from mlpcli.cli.config import CONFIG
from mlpcli.cli.console import Console
from mlpcli.cli.exit_status import AFTER_STOPPING, ExitStatus
from mlpcli.cli.grouped import GroupedCommand
from mlpcli.cli.options import common_options, data_argument, option, settings_options
from mlpcli.cli.signals import ENDING
from mlpcli.errors import MlpcliError, SettingsError, StoppedError
from mlpcli.options.options import SETTINGS_CLASSES
from mlpcli.settings import given

if TYPE_CHECKING:
    from mlpcli.nn.fit_state import StopReason
    from mlpcli.training.planning import TrainingPlan
    from mlpcli.workflows.train import TrainingRun

OUTPUT_HELP = "The model file; - for stdout."
CHECKPOINT_HELP = "Keep the state there after each epoch; the same command again goes on from it."
PLOT_HELP = "Draw losses, metric and rate over the epochs there, as .png, .svg or .pdf."


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


@click.command("train", cls=GroupedCommand)
@data_argument
@settings_options(*SETTINGS_CLASSES)
@option("-o --output", "Output", OUTPUT_HELP, metavar="MODEL", default="model.joblib", show_default=True)
@option("--checkpoint", "Continuing", CHECKPOINT_HELP, metavar="FILE")
@option("--history", "Reports", "Write one row an epoch there, as .csv or .jsonl.", metavar="FILE", rare=True)
@option("--plot", "Reports", PLOT_HELP, metavar="FILE", rare=True)
@option("--dry-run", "Output", "Say what would be done, with the reasons, and stop.", is_flag=True)
@common_options
def command(
    console: Console,
    data: tuple[str, ...],
    output: str,
    checkpoint: str | None,
    history: str | None,
    plot: str | None,
    dry_run: bool,
    force: bool,
    **settings: Any,
) -> int:
    """Learn to predict a column of DATA from the others.

    DATA is one or more files with the same header (CSV, TSV, JSON, Parquet, Excel, SQLite,
    zip), or - for stdin.
    """
    from mlpcli.artifact import to_bytes
    from mlpcli.files import Outputs
    from mlpcli.render import dry_run as dry_runs
    from mlpcli.render import train as trainings
    from mlpcli.render.history import check_history
    from mlpcli.render.plots.plot_files import check_plot
    from mlpcli.render.progress import training_view
    from mlpcli.training.planning import start
    from mlpcli.workflows.train import train

    piped = output == "-"
    if piped and (console.as_json or sys.stdout.isatty()):
        place = "stdout beside --json" if console.as_json else "a terminal"
        raise SettingsError(
            f"the model cannot go to {place}", "Give -o FILE, or send stdout to a file.", setting="output"
        )
    talk = console.talk(lasting=True)
    if history is not None:
        check_history(history)
    if plot is not None:
        check_plot(plot)
    config = click.get_current_context().meta.get(CONFIG)
    outputs: dict[str, Any] = {
        "output": None if piped else output,
        "force": force or dry_run,  # which writes nothing
        "checkpoint": checkpoint,
        "reports": Outputs({"history": history, "plot": plot}, inputs=[config] if config else []),
    }
    if dry_run:
        plan = start(list(data), **outputs, **given(settings)).plan
        dry_runs.notes_report(talk, plan.notes, plan.findings)
        if console.as_json:
            console.json("train", dry_runs.fields(plan))
        else:
            dry_runs.report(console.results(), plan, data)
        return ExitStatus.DONE
    with Stopping() as stopping, training_view(talk, verbose=console.verbose) as view:

        def on_start(plan: "TrainingPlan") -> None:
            stopping.started = True
            view.on_start(plan)

        try:
            run = train(
                list(data),
                **outputs,
                command=shlex.join(["mlpcli", *sys.argv[1:]]),
                on_start=on_start,
                on_epoch=view.on_epoch,
                on_batch=view.on_batch,
                should_stop=lambda: stopping.reason,
                **given(settings),
            )
        except StoppedError as error:
            error.reason = stopping.signal or error.reason
            raise
    trainings.warnings_report(talk, run)
    failed = _write_reports(run, data, history, plot)
    if console.as_json:
        console.json("train", trainings.fields(run))
    elif piped:
        sys.stdout.buffer.write(to_bytes(run.artifact))
        trainings.report(talk, run, data)
    else:
        trainings.report(console.results(), run, data)
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
