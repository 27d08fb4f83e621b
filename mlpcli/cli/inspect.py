"""`mlpcli inspect`."""

import click

from mlpcli.cli.console import Console
from mlpcli.cli.grouped import GroupedCommand
from mlpcli.cli.options import common_options, model_argument, option
from mlpcli.errors import SettingsError

WEIGHTS_HELP = "Write all trained numbers there, an array a layer, as NumPy's .npz."


@click.command("inspect", cls=GroupedCommand)
@model_argument
@option("--weights", "Output", WEIGHTS_HELP, metavar="FILE")
@common_options
def command(console: Console, model: str, weights: str | None, force: bool) -> None:
    """Show what is in MODEL: columns, layers, settings, course of training, scores, receipt.

    Nothing in a model file is ever run.
    """
    from mlpcli.files import Outputs, atomic_output
    from mlpcli.render.inspect import fields, report
    from mlpcli.workflows import inspect as inspecting

    if weights is not None and not weights.lower().endswith(".npz"):
        raise SettingsError(f"{weights}: does not end in .npz", "Name a .npz file.", setting="weights")
    Outputs({"weights": weights}, force, [model]).check()
    artifact = inspecting.inspect(model)
    if weights is not None:
        import numpy as np

        arrays = inspecting.weights(model)
        with atomic_output(weights, force=force) as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]  # a name might be that of an option
    if console.as_json:
        console.json("inspect", fields(artifact))
    else:
        report(console.results(), artifact)
