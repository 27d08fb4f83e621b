"""The commands, loaded when called, and the one place where an error becomes text and an exit code."""

import io
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from types import FrameType
from typing import NoReturn

import click
from click.shell_completion import CompletionItem

from mlpcli.errors import MlpcliError, SettingsError, StoppedError, did_you_mean, told
from mlpcli.version import __version__

COMMANDS = {
    "train": "Learn a model from a table.",
    "predict": "Score rows with a model.",
    "evaluate": "Measure a model on rows whose target is known.",
    "lr-find": "Sweep the learning rate, draw the curve, suggest one.",
    "inspect": "Show what is in a model file.",
}

EPILOG = """Start with: mlpcli train data.csv -t COLUMN

Completion (bash, zsh, fish): eval "$(_MLPCLI_COMPLETE=bash_source mlpcli)"
"""
INTERRUPTED, TERMINATED = 130, 143
COMPLETE = "_MLPCLI_COMPLETE"
"""The variable by which a shell asks for completions."""
CONTEXT = {"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "MLPCLI"}


@dataclass
class ErrorDisplay:
    """What is wanted of errors, known before all options are."""

    debug: bool


class Commands(click.Group):
    """Knows the commands' names and one-line helps without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module now."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module("mlpcli.cli." + cmd_name.replace("-", "_"))
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click, with near names for an unknown command."""
        if ctx.resilient_parsing and args[0] not in COMMANDS:
            return args[0], click.Command(args[0], add_help_option=False), []  # nothing to complete
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            raise SettingsError(f"there is no command {args[0]!r}", did_you_mean(args[0], COMMANDS))
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """As click, which would end with 1 when the reader of a pipe has left."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            return reader_left()

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Commands and options, without importing any command."""
        names = [
            CompletionItem(name, help=text) for name, text in COMMANDS.items() if name.startswith(incomplete)
        ]
        return names + click.Command.shell_complete(self, ctx, incomplete)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, epilog=EPILOG, context_settings=CONTEXT)
@click.version_option(
    __version__,
    prog_name="mlpcli",
    message="%(prog)s %(version)s",
    allow_from_autoenv=False,  # images name the version that they install in a variable MLPCLI_VERSION
)
def commands() -> None:
    """Train and evaluate multilayer perceptrons on tables."""


def main() -> NoReturn:
    """The `mlpcli` script."""
    _prepare_streams()
    sys.exit(run(sys.argv[1:]))


def _prepare_streams() -> None:
    """A closed stream becomes the null device; what an old encoding cannot show is escaped."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115  # for the rest of the run
        elif mode == "w" and isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def run(arguments: Sequence[str]) -> int:
    """One command line; the exit code."""
    signal.signal(signal.SIGTERM, _terminate)
    wishes = ErrorDisplay(debug="--debug" in arguments)
    if COMPLETE in os.environ:
        from mlpcli.cli.shells import use_own_scripts

        use_own_scripts()
    try:
        code = commands.main(
            list(arguments), prog_name="mlpcli", standalone_mode=False, complete_var=COMPLETE, obj=wishes
        )
        sys.stdout.flush()
    except StoppedError as error:
        _complain(error.told(_flag), error.hint, wishes.debug)
        return {"interrupted": INTERRUPTED, "terminated": TERMINATED}.get(error.reason, 1)
    except MlpcliError as error:
        _complain(error.told(_flag), told(error.hint, _flag), wishes.debug)
        return error.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        print(error.format_message())
        return 0
    except click.UsageError as error:
        _complain(_usage_message(error), _usage_hint(error), wishes.debug)
        return SettingsError.exit_code
    except click.ClickException as error:
        _complain(_one_line(error.format_message()), "", wishes.debug)
        return MlpcliError.exit_code
    except (KeyboardInterrupt, click.Abort):
        _complain("interrupted", "", wishes.debug)
        return INTERRUPTED
    except BrokenPipeError:
        return reader_left()
    except OSError as error:
        _complain(
            f"{error.filename or 'stdout'}: {error.strerror}",
            "Look at the disk and the permissions.",
            wishes.debug,
        )
        reader_left()
        return MlpcliError.exit_code
    except MemoryError:
        _complain(
            "there is not enough memory for this",
            "Use fewer columns or rows, or a smaller net.",
            wishes.debug,
        )
        return MlpcliError.exit_code
    return code if isinstance(code, int) else 0


def show_tracebacks(ctx: click.Context, param: click.Parameter, value: bool) -> bool:
    """From now on: --debug may come from the environment or a file."""
    if isinstance(ctx.obj, ErrorDisplay):
        ctx.obj.debug = ctx.obj.debug or value
    return value


def reader_left() -> int:
    """The reader has what it wanted. Python would complain again when it flushes stdout at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _complain(message: str, hint: str, debug: bool) -> None:
    """One line for the error, one for the hint; control characters of names and cells are escaped."""
    from mlpcli.render.console import printable, use_colour

    if debug:
        traceback.print_exc()
    red, dim, plain = ("\x1b[1;31m", "\x1b[2m", "\x1b[0m") if use_colour(sys.stderr) else ("", "", "")
    print(f"{red}error:{plain} {printable(message)}", file=sys.stderr)
    if hint:
        print(f"{dim}hint:{plain} {printable(hint)}", file=sys.stderr)


def _flag(setting: str) -> str:
    from mlpcli.options.options import flag_named

    return flag_named(setting)


def _usage_message(error: click.UsageError) -> str:
    if isinstance(error, click.NoSuchOption):
        return f"there is no option {error.option_name!r}"
    return _one_line(error.format_message())


def _usage_hint(error: click.UsageError) -> str:
    if isinstance(error, click.NoSuchOption) and error.possibilities:
        return "Did you mean " + " or ".join(sorted(error.possibilities)) + "?"
    return f"See {error.ctx.command_path} --help." if error.ctx is not None else "See mlpcli --help."


def _one_line(message: str) -> str:
    return " ".join(message.split())


def _terminate(signum: int, frame: FrameType | None) -> None:
    raise StoppedError("terminated", reason="terminated")
