"""`mlpcli inspect`."""

import sys

import click

from mlpcli.cli.options import GroupedCommand, GroupedOption, console_options, force_option
from mlpcli.errors import SettingsError
from mlpcli.files import atomic_output, check_output
from mlpcli.render.as_json import to_text
from mlpcli.render.console import Screen
from mlpcli.render.inspect import model_fields, model_report
from mlpcli.workflows.inspect import inspect, weights


@click.command("inspect", cls=GroupedCommand)
@click.argument("model")
@click.option(
    "--weights",
    "weights_file",
    metavar="FILE",
    cls=GroupedOption,
    group="Output",
    help="Write all trained numbers there, an array a layer, as NumPy's .npz.",
)
@force_option
@console_options()
def command(
    model: str, weights_file: str | None, force: bool, as_json: bool, quiet: bool, verbose: bool, debug: bool
) -> None:
    """Show what is in MODEL: columns, layers, settings, course of training, scores, receipt.

    Nothing in a model file is ever run.
    """
    if weights_file is not None:
        if not weights_file.lower().endswith(".npz"):
            raise SettingsError(f"--weights {weights_file}: does not end in .npz", "Name a .npz file.")
        check_output(weights_file, force=force, inputs=[model])
    artifact = inspect(model)
    if weights_file is not None:
        import numpy as np

        arrays = weights(model)
        with atomic_output(weights_file) as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]  # a name might be that of an option
    if as_json:
        click.echo(to_text("inspect", model_fields(artifact)))
    else:
        model_report(Screen(sys.stdout), artifact)
