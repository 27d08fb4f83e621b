"""`mlpcli inspect`."""

import click

from mlpcli.cli.console import Console
from mlpcli.cli.grouped import GroupedCommand
from mlpcli.cli.inputs import files_read
from mlpcli.cli.options import common_options, model_argument, option
from mlpcli.errors import SettingsError, count

WEIGHTS_HELP = "Write all trained weights to this NumPy .npz file, and show nothing else."
ALL_HELP = "Also show columns, layers, settings, training curve, all metrics and the receipt."
EXAMPLES = ("mlpcli inspect penguins.joblib", "mlpcli inspect penguins.joblib --weights weights.npz")


@click.command("inspect", cls=GroupedCommand, examples=EXAMPLES)
@model_argument
@option("--weights", "Output", WEIGHTS_HELP, metavar="FILE")
@option("--all everything", "Output", ALL_HELP, is_flag=True)
@common_options
def command(console: Console, model: str, weights: str | None, everything: bool, force: bool) -> None:
    """Show what is in MODEL: target, data, scores, network. With --all show everything.

    This never runs code from the file.
    """
    from mlpcli.cli.pager import paged
    from mlpcli.files import Outputs, atomic_output
    from mlpcli.render.inspect import fields, report
    from mlpcli.workflows import inspect as inspecting

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
