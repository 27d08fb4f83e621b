"""Options in groups, and the commands that show them in help, errors and completions."""

from collections.abc import Sequence
from typing import Any

import click
from click.shell_completion import CompletionItem

from mlpcli.cli.alternatives import Alternatives
from mlpcli.cli.config import from_environment, origins_told, unknown_variables
from mlpcli.cli.confused_words import refuse_confused
from mlpcli.cli.console import Console
from mlpcli.cli.flags import flags_of
from mlpcli.cli.help_pages import CONSOLE, HelpOption, write_examples, write_options
from mlpcli.cli.mistakes import (
    MISTAKES,
    WORDS,
    errors_of_settings,
    explained,
    force_named,
    raise_all,
    usage_error,
)
from mlpcli.errors import MlpcliError, SettingsError
from mlpcli.settings import Settings

LONGEST_SHOWN = 80
"""Characters of a wrong value in an error."""


class GroupedOption(HelpOption):
    """An option in a group of the help, which an environment variable may give.

    A flag can also be switched off, by --no-FLAG, as a variable or a file may have switched it on.
    `several` options take a comma-separated list, `alternatives` one value or a choice of values. `of` is the
    class whose setting it gives, if any.
    """

    def __init__(
        self,
        names: Sequence[str],
        *,
        group: str = CONSOLE,
        several: bool = False,
        alternatives: bool = False,
        of: type[Settings] | None = None,
        **details: Any,
    ) -> None:
        self._switch_off = bool(details.get("is_flag")) and not any("/" in each for each in names)
        if self._switch_off and not details.get("is_eager"):
            names = [f"{each}/--no-{each[2:]}" if each.startswith("--") else each for each in names]
        super().__init__(names, group=group, **details)
        self.settings_class = of
        self.alternatives = alternatives and self.multiple
        self.several = several or (self.multiple and not alternatives)

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        record = super().get_help_record(ctx)
        if record is None or not self._switch_off:
            return record
        return record[0].partition(" / ")[0], record[1]  # without the --no- form that every flag has

    def value_from_envvar(self, ctx: click.Context) -> Any:
        value = from_environment(ctx, self) if self.allow_from_autoenv else None
        return [value] if self.multiple and value is not None else value

    def handle_parse_result(self, ctx: click.Context, opts: Any, args: list[str]) -> tuple[Any, list[str]]:
        """Take the value as click does; an error is kept, so that those of other options are told with it."""
        try:
            return super().handle_parse_result(ctx, opts, args)
        except MlpcliError as error:
            if self.is_eager or MISTAKES not in ctx.meta:
                raise
            ctx.meta[MISTAKES].append(error)
            return None, args

    def process_value(self, ctx: click.Context, value: Any) -> Any:
        """Convert as click does; an error says where the value came from."""
        with origins_told(ctx):
            try:
                return super().process_value(ctx, value)
            except click.BadParameter as bad:
                text = " ".join(bad.message.split())
                if self.is_flag:
                    text = f"{value!r:.80} is not true or false"
                raise SettingsError(text, "See --help-all.", setting=str(self.name)) from None
            except SettingsError as error:
                if isinstance(value, str) and len(value) > LONGEST_SHOWN and type(error.message) is str:
                    error.message = error.message.replace(value, f"{value[:LONGEST_SHOWN]}...")
                raise

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        from mlpcli.cli.completion import values_of

        return values_of(ctx, self, incomplete)


class GroupedCommand(click.Command):
    """A command whose help shows the commonest options by group; --help-all shows every one."""

    def __init__(self, *arguments: Any, examples: Sequence[str] = (), **details: Any) -> None:
        super().__init__(*arguments, **details)
        self._examples = tuple(examples)

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Parse as click does; from now on errors name settings by this command's flags."""
        if parent is not None and isinstance(parent.obj, Console):
            parent.obj.naming = flags_of(self)
        return super().make_context(info_name, args, parent, **extra)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse as click does; all options that are wrong become one error."""
        if ctx.resilient_parsing:
            return super().parse_args(ctx, args)
        ctx.meta[WORDS] = list(args)
        mistakes: list[MlpcliError] = []
        while True:
            ctx.meta[MISTAKES] = found = list[MlpcliError]()
            try:
                rest = super().parse_args(ctx, list(args))
            except click.NoSuchOption as error:
                # Without it the others are looked at, too.
                others = [each for each in args if each.partition("=")[0] != error.option_name]
                mistakes.append(usage_error(error, ctx))
                if others == args:
                    raise_all(mistakes)
                args = others
                continue
            except click.UsageError as error:
                found.append(explained(usage_error(error, ctx), error, ctx))
            else:
                # Values that are wrong in themselves are left out of what they contradict.
                single = {
                    name: each for name, each in ctx.params.items() if not isinstance(each, Alternatives)
                }
                settings = errors_of_settings(self._settings_classes(), single)
                found += [_placed(ctx, each) for each in settings]
            break
        raise_all([*mistakes, *found])
        return rest

    def _settings_classes(self) -> list[type[Settings]]:
        classes = [getattr(each, "settings_class", None) for each in self.params]
        return [each for each in dict.fromkeys(classes) if each is not None]

    def invoke(self, ctx: click.Context) -> Any:
        """Call the command with a `Console`; an error says where a setting's value came from."""
        console = ctx.ensure_object(Console)
        for name in ("as_json", "quiet", "verbose", "debug"):
            setattr(console, name, ctx.params.pop(name))
        ctx.params["console"] = console
        refuse_confused(ctx)
        for note in unknown_variables(ctx):
            console.talk(lasting=True).line(f"note: {note}")
        with origins_told(ctx), force_named(ctx):
            return super().invoke(ctx)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        write_options(self, ctx, formatter)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        write_examples(self._examples, ctx, formatter)


def _placed(ctx: click.Context, error: MlpcliError) -> MlpcliError:
    """The error, with the place of its value if that is not the command line."""
    try:
        with origins_told(ctx):
            raise error
    except MlpcliError as placed:
        return placed
