"""Options in groups, and the commands that show them in help, errors and completions."""

from collections.abc import Sequence
from typing import Any

import click
from click.shell_completion import CompletionItem

from mlpcli.cli.config import from_environment, origins_told
from mlpcli.cli.console import Console
from mlpcli.cli.flags import flags_of
from mlpcli.errors import SettingsError

CONSOLE = "Console"
GROUPS = ("Data", "Reading", "Network", "Loss", "Optimizer", "Regularization", "Course")
"""Sections that come first in help, in this order; others follow as they appear, the console last."""
SHOW_ALL = "mlpcli.show_all"


class GroupedOption(click.Option):
    """An option in a group of the help, which an environment variable may give.

    A flag can also be switched off, by --no-FLAG, as a variable or a file may have switched it on.
    `several` options take a comma-separated list; `rare` ones are shown by --help-all only.
    """

    def __init__(
        self,
        names: Sequence[str],
        *,
        group: str = CONSOLE,
        rare: bool = False,
        several: bool = False,
        **details: Any,
    ) -> None:
        self._switch_off = bool(details.get("is_flag")) and not any("/" in each for each in names)
        if self._switch_off and not details.get("is_eager"):
            names = [f"{each}/--no-{each[2:]}" if each.startswith("--") else each for each in names]
        super().__init__(names, **details)
        self.group, self.rare = group, rare
        self.several = several or self.multiple

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        record = super().get_help_record(ctx)
        if record is None or not self._switch_off:
            return record
        return record[0].partition(" / ")[0], record[1]  # without the --no- form that every flag has

    def value_from_envvar(self, ctx: click.Context) -> Any:
        value = from_environment(ctx, self) if self.allow_from_autoenv else None
        return [value] if self.multiple and value is not None else value

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

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        from mlpcli.cli.completion import values_of

        return values_of(ctx, self, incomplete)


class GroupedCommand(click.Command):
    """A command whose help shows the commonest options by group; --help-all shows every one."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Parse as click does; from now on errors name settings by this command's flags."""
        if parent is not None and isinstance(parent.obj, Console):
            parent.obj.naming = flags_of(self)
        return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Call the command with a `Console`; an error says where a setting's value came from."""
        console = ctx.ensure_object(Console)
        for name in ("as_json", "quiet", "verbose", "debug"):
            setattr(console, name, ctx.params.pop(name))
        ctx.params["console"] = console
        with origins_told(ctx):
            return super().invoke(ctx)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        sections: dict[str, list[tuple[str, str]]] = {}
        hidden = 0
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx) if isinstance(param, click.Option) else None
            if getattr(param, "rare", False) and not ctx.meta.get(SHOW_ALL):
                hidden += 1
            elif record is not None:
                sections.setdefault(getattr(param, "group", CONSOLE), []).append(record)
        sections[CONSOLE] = sections.pop(CONSOLE)
        ordered = {title: sections.pop(title) for title in GROUPS if title in sections} | sections
        for title, records in ordered.items():
            with formatter.section(title):
                formatter.write_dl(records, col_max=34)
        if hidden:
            formatter.write_paragraph()
            formatter.write_text(f"{hidden} more options: {ctx.command_path} --help-all")


def show_all(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    """Print the help with every option, and stop."""
    if value and not ctx.resilient_parsing:
        ctx.meta[SHOW_ALL] = True
        click.echo(ctx.get_help())
        ctx.exit()
