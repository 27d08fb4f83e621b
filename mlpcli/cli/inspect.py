"""`mlpcli inspect`."""

import sys
from contextlib import ExitStack
from typing import Any

import click

from mlpcli.cli.console import Console, reader_left
from mlpcli.cli.exit_status import ExitStatus
from mlpcli.cli.grouped import GroupedCommand
from mlpcli.cli.inputs import files_read
from mlpcli.cli.options import FILE, common_options, model_argument, option
from mlpcli.errors import SettingsError, count
from mlpcli.settings import given

WEIGHTS_HELP = "Write all trained weights to this NumPy .npz file, and show nothing else."
ALL_HELP = "Also show columns, layers, settings, training curve, all metrics and the receipt."
VERIFY_HELP = (
    "Train MODEL again by its receipt on the DATA it was trained with. Say whether the weights are the same "
    "bytes, else what differs; exit with 3 unless all is the same."
)
DIFF_HELP = (
    "Show what differs between the contents of two model files. For scores and curves of several "
    "there is compare."
)
VALIDATION_HELP = "The validation file that MODEL was trained with, if it was."
TEST_HELP = "The test file that MODEL was trained with, if it was."
FROM_HELP = "The model that MODEL was started from, if it was."
EXAMPLES = (
    "mlpcli inspect penguins.joblib --verify penguins.csv",
    "mlpcli inspect --diff old.joblib new.joblib",
)


@click.command("inspect", cls=GroupedCommand, examples=EXAMPLES)
@model_argument
@click.argument("data", nargs=-1, metavar="[DATA...|MODEL]", type=FILE)
@option("--verify", "Checking", VERIFY_HELP, is_flag=True)
@option("--diff", "Checking", DIFF_HELP, is_flag=True)
@option("--validation", "Checking", VALIDATION_HELP, metavar="FILE", rare=True)
@option("--test", "Checking", TEST_HELP, metavar="FILE", rare=True)
@option("--from from_model", "Checking", FROM_HELP, metavar="MODEL", rare=True)
@option("--weights", "Output", WEIGHTS_HELP, metavar="FILE")
@option("--all everything", "Output", ALL_HELP, is_flag=True)
@common_options
def command(
    console: Console,
    model: str,
    data: tuple[str, ...],
    verify: bool,
    diff: bool,
    weights: str | None,
    everything: bool,
    force: bool,
    **settings: Any,
) -> int:
    """Show what is in MODEL: target, data, scores, network. With --all show everything.

    This never runs code from the file. With --verify it trains again on DATA.
    """
    from mlpcli.cli.pager import paged
    from mlpcli.files import Outputs, atomic_output
    from mlpcli.render.inspect import fields, report
    from mlpcli.workflows import inspect as inspecting

    _refuse_unfit(data, given(settings), verify=verify, diff=diff, other=weights is not None or everything)
    if verify:
        return _verify(console, model, data, settings)
    if diff:
        return _diff(console, model, data[0])
    if weights is not None and not weights.lower().endswith(".npz"):
        raise SettingsError(f"{weights} does not end in .npz", "Name a .npz file.", setting="weights")
    Outputs({"weights": weights}, force, files_read(click.get_current_context())).check()
    artifact = inspecting.inspect(model)
    if weights is not None:
        import numpy as np

        arrays = inspecting.weights(model)
        with atomic_output(weights, force=force) as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]  # a name might be that of an option
        console.talk().line(f"{count(len(arrays), 'array')} written to {weights}")
    if console.as_json:
        console.json("inspect", fields(artifact))
    elif weights is None:
        with paged(console) as screen:
            report(screen, artifact, model, everything=everything)
    return ExitStatus.DONE


def _refuse_unfit(
    data: tuple[str, ...], settings: dict[str, Any], *, verify: bool, diff: bool, other: bool
) -> None:
    """Raise SettingsError for arguments and options that do not go together."""
    if verify and diff:
        raise SettingsError("--verify and --diff do not go together", "Leave one of them out.")
    for flag, wanted in (("--verify", verify), ("--diff", diff)):
        if wanted and other:
            said = f"{flag} shows something else than --weights and --all do"
            raise SettingsError(said, "Leave one of them out.")
    if verify and not data:
        raise SettingsError(
            "--verify needs the table of the training", "Name it: inspect MODEL --verify DATA"
        )
    if diff and len(data) != 1:
        raise SettingsError("--diff needs two models", "Name both: inspect --diff MODEL MODEL")
    if data and not (verify or diff):
        hint = "Give --verify to check MODEL against its table, or --diff to see what differs from another."
        raise SettingsError(f"{data[0]}: only one file is shown", hint)
    if settings and not verify:
        name = next(iter(settings))
        raise SettingsError("it is for --verify", "Give --verify too, or leave it out.", setting=name)


def _verify(console: Console, model: str, data: tuple[str, ...], settings: dict[str, Any]) -> int:
    from mlpcli.cli.pager import paged
    from mlpcli.data.reading.source import rereadable
    from mlpcli.render.progress.bar import WorkBar
    from mlpcli.render.progress.training import training_view
    from mlpcli.render.verify import fields, report
    from mlpcli.workflows.verify import verify

    talk = console.talk(lasting=True)
    with ExitStack() as stack:
        paths = [stack.enter_context(rereadable(path)) for path in data]
        bar = stack.enter_context(WorkBar(talk))
        view = stack.enter_context(training_view(talk, verbose=console.verbose))

        def on_start(plan: Any) -> None:
            bar.clear()
            view.on_start(plan)

        verification = verify(
            model,
            paths,
            on_start=on_start,
            on_epoch=view.on_epoch,
            on_batch=view.on_batch,
            on_progress=bar.on_progress,
            **given(settings),
        )
    try:
        if console.as_json:
            console.json("inspect", fields(verification))
        else:
            with paged(console) as screen:
                report(screen, verification, model)
        sys.stdout.flush()
    except BrokenPipeError:
        reader_left()  # who reads no further still asked whether it is the same
    return ExitStatus.DONE if verification.same else ExitStatus.GATE_FAILED


def _diff(console: Console, first: str, second: str) -> int:
    from mlpcli.cli.pager import paged
    from mlpcli.render.model_difference import fields, report
    from mlpcli.workflows.model_difference import model_difference

    difference = model_difference(first, second)
    if console.as_json:
        console.json("inspect", fields(difference))
    else:
        with paged(console) as screen:
            report(screen, difference)
    return ExitStatus.DONE
