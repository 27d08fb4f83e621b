"""`mlpcli inspect`."""

import sys

import click

from mlpcli.cli.options import GroupedCommand, console_options
from mlpcli.render.as_json import to_text
from mlpcli.render.console import Screen
from mlpcli.render.model_report import model_fields, model_report
from mlpcli.workflows.inspect import inspect


@click.command("inspect", cls=GroupedCommand)
@click.argument("model")
@console_options()
def command(model: str, as_json: bool, quiet: bool, verbose: bool, debug: bool) -> None:
    """Show what is in MODEL: columns, layers, settings, course of training, scores, receipt.

    Nothing in a model file is ever run.
    """
    artifact = inspect(model)
    if as_json:
        click.echo(to_text("inspect", model_fields(artifact)))
    else:
        model_report(Screen(sys.stdout), artifact)
