"""The `mlpcli` script: commands, loaded when called; an error becomes text and an exit status here alone."""

import errno
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

import click
from click.shell_completion import CompletionItem

from mlpcli.cli.commands import COMMANDS, TABLES
from mlpcli.cli.console import Console, reader_left
from mlpcli.cli.exit_status import ExitStatus, status_of
from mlpcli.cli.help_pages import WIDEST, styled
from mlpcli.cli.mistakes import usage_error
from mlpcli.cli.signals import end_quietly, ignore
from mlpcli.errors import MlpcliError, SettingsError, did_you_mean
from mlpcli.render.console import use_colour
from mlpcli.text_width import shell_line, shell_word
from mlpcli.version import __version__

EPILOG = """Start with: mlpcli train data.csv -t COLUMN

Completion (bash, zsh, fish): eval "$(_MLPCLI_COMPLETE=bash_source mlpcli)"
"""
COMPLETE = "_MLPCLI_COMPLETE"
"""Environment variable by which a shell asks for completions."""
UNMAPPED = ("failed to map segment", "annot allocate memory")
"""Parts of the message when there is too little memory to load a library."""
CONTEXT = {
    "help_option_names": ["-h", "--help"],
    "auto_envvar_prefix": "MLPCLI",
    "max_content_width": WIDEST,
}


class Commands(click.Group):
    """The group of commands, listed without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module("mlpcli.cli." + cmd_name.replace("-", "_")).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Resolve as click does, with near names for an unknown command."""
        if ctx.resilient_parsing and args[0] not in COMMANDS:
            return args[0], click.Command(args[0], add_help_option=False), []  # nothing to complete
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            hint = did_you_mean(args[0], COMMANDS)
            if os.path.splitext(args[0])[1].lower() in TABLES or os.path.isfile(args[0]):
                hint = f"To learn from this file: mlpcli train {shell_word(args[0])} -t COLUMN"
            raise SettingsError(f"there is no command {args[0]!r:.80}", hint)
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse as click does; an option of a command in front of it is told where it belongs."""
        try:
            return super().parse_args(ctx, list(args))
        except click.NoSuchOption as error:
            command = next((each for each in args if each in COMMANDS), "")
            if not command or ctx.resilient_parsing:
                raise
            place = args.index(command)
            words = shell_line(["mlpcli", command, *args[:place], *args[place + 1 :]])
            said = f"{error.option_name}: options come after the command"
            raise SettingsError(said, f"Type {words}") from None
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Invoke as click does, which would end with 1 when the reader of a pipe has left."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            reader_left()
            return ExitStatus.DONE

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        found = {name: text for name, text in COMMANDS.items() if name.startswith(incomplete)}
        names = [CompletionItem(name, help=text) for name, text in found.items()]
        # Without importing any command.
        return names + click.Command.shell_complete(self, ctx, incomplete)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(styled(ctx, "Commands", bold=True)):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, epilog=EPILOG, context_settings=CONTEXT)
@click.version_option(
    __version__,
    "-V",
    "--version",
    prog_name="mlpcli",
    message="%(prog)s %(version)s",
    allow_from_autoenv=False,  # images name the version that they install in a variable MLPCLI_VERSION
)
def commands() -> None:
    """Train and evaluate multilayer perceptrons on tables."""


def main() -> NoReturn:
    """Run the `mlpcli` script."""
    end_quietly()
    _prepare_streams()
    status = run(sys.argv[1:])
    ignore()
    sys.exit(status)


def _prepare_streams() -> None:
    """Replace closed streams by the null device; escape what an old encoding cannot show."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115  # for the rest of the run
        elif mode == "w" and isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _in_full(arguments: Sequence[str]) -> list[str]:
    """The command line, with `help` and `version`, which are no commands, as options."""
    match list(arguments):
        case ["version", *_]:
            return ["--version"]
        case ["help", *command]:
            return [*command[:1], "--help"]
        case others:
            return others


def run(arguments: Sequence[str]) -> int:
    """Run one command line; its exit status."""
    console = Console(debug="--debug" in arguments, pager="--no-pager" not in arguments)
    if COMPLETE in os.environ:
        import mlpcli.cli.completion  # noqa: F401  # puts its shells in place of click's
    try:
        status = commands.main(
            _in_full(arguments),
            prog_name="mlpcli",
            standalone_mode=False,
            complete_var=COMPLETE,
            obj=console,
            color=use_colour(sys.stdout),
        )
        sys.stdout.flush()
    except MlpcliError as error:
        console.tell(error)
        return status_of(error)
    except click.exceptions.NoArgsIsHelpError as error:
        print(error.format_message())
        return ExitStatus.DONE
    except click.UsageError as error:
        console.tell(usage_error(error))
        return ExitStatus.MISUSED
    except (KeyboardInterrupt, click.Abort):
        console.complain("interrupted")
        return ExitStatus.INTERRUPTED
    except BrokenPipeError:
        reader_left()
        return ExitStatus.DONE
    except (OSError, MemoryError, ImportError, RuntimeError) as error:
        if (shortage := _shortage(error)) is not None:
            console.complain(*shortage)
        elif isinstance(error, OSError):
            place = error.filename or ("stdin or stdout" if error.errno == errno.EIO else "stdout")
            console.complain(f"{place}: {error.strerror}", "Check the disk and the permissions.")
        else:
            raise
        if isinstance(error, OSError):
            reader_left()
        return ExitStatus.FAILED
    return status if isinstance(status, int) else ExitStatus.DONE


def _shortage(error: BaseException) -> tuple[str, str] | None:
    """Message and hint if the error comes from too little memory, or too few threads or processes."""
    number, text = getattr(error, "errno", None), str(error)
    unmapped = isinstance(error, ImportError) and any(each in text for each in UNMAPPED)
    if isinstance(error, MemoryError) or number == errno.ENOMEM or unmapped:
        return "there is not enough memory for this", (
            "Use fewer columns or rows, or a smaller net; train, lr-find, cv and tune keep a large table on "
            "the disk with --memory 1GB."
        )
    if number == errno.EAGAIN or text == "can't start new thread":
        message = "the system allows no more threads or processes"
        return message, "Give --threads 1, or raise the limit (ulimit -u)."
    before = error.__cause__ or error.__context__
    return _shortage(before) if isinstance(error, ImportError) and before is not None else None
