"""`mlpcli train`."""

import shlex
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import Any

import click

from mlpcli.artifact import to_bytes
from mlpcli.cli.config import CONFIG
from mlpcli.cli.main import INTERRUPTED, TERMINATED
from mlpcli.cli.options import (
    GroupedCommand,
    GroupedOption,
    console_options,
    data_argument,
    force_option,
    given,
    settings_options,
)
from mlpcli.errors import MlpcliError, SettingsError, StoppedError
from mlpcli.nn.fit_state import StopReason
from mlpcli.options.options import SETTINGS_CLASSES
from mlpcli.render.as_json import to_text
from mlpcli.render.console import Screen
from mlpcli.render.dry_run import notes_report, plan_fields, plan_report
from mlpcli.render.history import check_history, write_history
from mlpcli.render.plots import check_plot, plot_training, title_of
from mlpcli.render.progress import training_view
from mlpcli.render.train import training_fields, training_report
from mlpcli.training.planning import TrainingPlan, start
from mlpcli.workflows.train import TrainingRun, train

EXIT_CODES = {"interrupted": INTERRUPTED, "terminated": TERMINATED}


STOPPING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""SIGHUP: the terminal was closed."""


class Stopping:
    """Once training has started, the first Ctrl-C or SIGTERM asks it to stop after the batch.

    Before that, and the second time, they end the command at once.
    """

    def __init__(self) -> None:
        self.started = False
        self.reason: StopReason | None = None

    def __enter__(self) -> "Stopping":
        self._before = {
            each: signal.signal(each, self._on_signal)
            for each in STOPPING
            if signal.getsignal(each) is not signal.SIG_IGN  # as under nohup
        }
        return self

    def __exit__(self, *error: object) -> None:
        for each, handler in self._before.items():
            signal.signal(each, handler)

    def ask(self) -> StopReason | None:
        """Whether, and why, to stop now."""
        return self.reason

    def _on_signal(self, signum: int, frame: FrameType | None) -> None:
        if not self.started or self.reason is not None:
            if signum == signal.SIGINT:
                raise KeyboardInterrupt
            raise StoppedError("terminated", reason="terminated")
        self.reason = "interrupted" if signum == signal.SIGINT else "terminated"


@click.command("train", cls=GroupedCommand)
@data_argument
@settings_options(*SETTINGS_CLASSES)
@click.option(
    "-o",
    "--output",
    default="model.joblib",
    show_default=True,
    metavar="MODEL",
    cls=GroupedOption,
    group="Output",
    help="The model file; - for stdout.",
)
@click.option(
    "--checkpoint",
    metavar="FILE",
    cls=GroupedOption,
    group="Continuing",
    help="Keep the state there after each epoch; the same command again goes on from it.",
)
@click.option(
    "--history",
    metavar="FILE",
    cls=GroupedOption,
    group="Reports",
    common=False,
    help="Write one row an epoch there, as .csv or .jsonl.",
)
@click.option(
    "--plot",
    metavar="FILE",
    cls=GroupedOption,
    group="Reports",
    common=False,
    help="Draw losses, metric and rate over the epochs there, as .png, .svg or .pdf.",
)
@click.option(
    "--dry-run",
    is_flag=True,
    cls=GroupedOption,
    group="Output",
    help="Say what would be done, with the reasons, and stop.",
)
@force_option
@console_options()
def command(
    data: tuple[str, ...],
    output: str,
    checkpoint: str | None,
    history: str | None,
    plot: str | None,
    dry_run: bool,
    force: bool,
    as_json: bool,
    quiet: bool,
    verbose: bool,
    debug: bool,
    **settings: Any,
) -> int:
    """Learn to predict a column of DATA from the others.

    DATA is one or more files with the same header (CSV, TSV, JSON lines, Parquet), or - for stdin.
    """
    piped = output == "-"
    if piped and (as_json or sys.stdout.isatty()):
        raise SettingsError(
            "-o -: the model cannot go to " + ("stdout beside --json" if as_json else "a terminal"),
            "Give -o FILE, or send stdout to a file.",
        )
    talk = Screen(sys.stderr, quiet=quiet, lasting=True)
    reports = {name: path for name, path in (("--history", history), ("--plot", plot)) if path is not None}
    if history is not None:
        check_history(history)
    if plot is not None:
        check_plot(plot)
    outputs: dict[str, Any] = {
        "output": None if piped else output,
        "force": force or dry_run,  # which writes nothing
        "checkpoint": checkpoint,
        "reports": reports,
        "also_read": [config] if (config := click.get_current_context().meta.get(CONFIG)) else [],
    }
    if dry_run:
        plan = start(list(data), **outputs, **given(settings)).plan
        notes_report(talk, plan.notes, plan.findings)
        if as_json:
            click.echo(to_text("train", plan_fields(plan)))
        else:
            plan_report(Screen(sys.stdout), plan, data)
        return 0
    with Stopping() as stopping, training_view(talk, verbose=verbose) as view:

        def on_start(plan: TrainingPlan) -> None:
            stopping.started = True
            view.on_start(plan)

        run = train(
            list(data),
            **outputs,
            command=shlex.join(["mlpcli", *sys.argv[1:]]),
            on_start=on_start,
            on_epoch=view.on_epoch,
            on_batch=view.on_batch,
            should_stop=stopping.ask,
            **given(settings),
        )
    for finding in run.findings:
        if finding.kind in ("diverged", "checkpoint"):
            talk.line(f"warning: {finding.text} ({finding.advice})")
    if run.stop_reason == "diverged":
        talk.line("warning: the loss ran away; the best weights before that are kept. See `mlpcli lr-find`.")
    failed = _write_reports(run, data, history, plot)
    if as_json:
        click.echo(to_text("train", training_fields(run)))
    elif piped:
        sys.stdout.buffer.write(to_bytes(run.artifact))
        training_report(talk, run, data)
    else:
        training_report(Screen(sys.stdout), run, data)
    if failed is not None:
        raise failed
    return EXIT_CODES.get(run.stop_reason, 0)


def _write_reports(
    run: TrainingRun, data: Sequence[str], history: str | None, plot: str | None
) -> MlpcliError | None:
    """What went wrong, to be said once the summary is: the model is written whatever comes of these."""
    try:
        if history is not None:
            write_history(history, run.history)
        if plot is not None:
            histories = [(member.history, member.best_epoch) for member in run.members]
            title = title_of(data, run.artifact.schema.target)
            plot_training(plot, histories, run.model.task.headline, title)
    except MlpcliError as error:
        return error
    return None
