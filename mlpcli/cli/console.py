"""Output of all commands: streams, errors, and the options -q, -v, --json and --debug that govern them."""

import os
import sys
import traceback
from collections.abc import Mapping
from typing import Any

import click

from mlpcli.cli.flags import flag_of_setting
from mlpcli.cli.mistakes import CommandLineError
from mlpcli.errors import MlpcliError, Naming, told
from mlpcli.render.console import Screen, use_colour
from mlpcli.text_width import printable


class Console:
    """Screens of a command, made once from -q, -v, --json and --debug, and the flags to name settings by."""

    def __init__(self, *, debug: bool = False, pager: bool = True) -> None:
        self.debug, self.pager = debug, pager
        """Whether errors show a traceback, and a pager what is longer than the terminal; set before the other
        options are read, as these may be wrong, or ask for help."""
        self.quiet = self.verbose = self.as_json = False
        self.naming: Naming = flag_of_setting
        """Flags of the settings: the command's own, once it is known."""

    def results(self) -> Screen:
        """The screen of stdout."""
        return Screen(sys.stdout, verbose=self.verbose, naming=self.naming)

    def talk(self, *, lasting: bool = False) -> Screen:
        """The screen of stderr; silent with -q. `lasting` as in `Screen`."""
        return Screen(sys.stderr, quiet=self.quiet, verbose=self.verbose, lasting=lasting, naming=self.naming)

    def json(self, command: str, fields: Mapping[str, Any]) -> None:
        """Write the one JSON object of a command to stdout."""
        from mlpcli.render.as_json import to_text

        click.echo(to_text(command, fields, self.naming))

    def tell(self, error: MlpcliError) -> None:
        """Write an error, or each of several, with its settings named by their flags."""
        for each in error.errors if isinstance(error, CommandLineError) else [error]:
            self.complain(each.told(self.naming), told(each.hint, self.naming))

    def complain(self, message: str, hint: str = "") -> None:
        """Write a line for the error and one for the hint; control characters are escaped."""
        if self.debug:
            # Its lines hold names and cells too.
            print("\n".join(map(printable, traceback.format_exc().rstrip().split("\n"))), file=sys.stderr)
        red, dim, plain = ("\x1b[1;31m", "\x1b[2m", "\x1b[0m") if use_colour(sys.stderr) else ("", "", "")
        print(f"{red}error:{plain} {printable(message)}", file=sys.stderr)
        if hint:
            print(f"{dim}hint:{plain} {printable(hint)}", file=sys.stderr)


def show_tracebacks(ctx: click.Context, param: click.Parameter, value: bool) -> bool:
    """Note --debug as soon as it is known: the environment or a file may give it."""
    if isinstance(ctx.obj, Console):
        ctx.obj.debug |= value
    return value


def use_pager(ctx: click.Context, param: click.Parameter, value: bool) -> bool:
    """Note --no-pager as soon as it is known."""
    if isinstance(ctx.obj, Console):
        ctx.obj.pager &= value
    return value


def reader_left() -> None:
    """Send stdout to the null device: its reader has left, and Python would complain about it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
