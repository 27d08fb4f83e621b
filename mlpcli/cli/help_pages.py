"""Help of a command: its options in groups with one indent, and examples, as wide as the terminal."""

import re
from collections.abc import Sequence

import click

from mlpcli.cli.console import Console

CONSOLE = "Console"
GROUPS = ("Data", "Reading", "Network", "Loss", "Optimizer", "Regularization", "Training")
"""Sections that come first in help, in this order; others follow as they appear, the console last."""
MERGED = {"Loss": "Training", "Optimizer": "Training", "Regularization": "Network", "Continuing": "Output"}
"""Sections of the whole help that are parts of others in the short one, where they have few options."""
SHOW_ALL = "mlpcli.show_all"
"""Key in `Context.meta`: whether every option is shown, with all that is known of it."""
WIDEST = 120
"""Columns of help on a wide terminal."""
MOST_OF_NAMES = 28
"""Columns of an option with its value; text stands below longer ones."""
INDENT, SPACING = 2, 2


class HelpOption(click.Option):
    """An option with a group, and a help text whose first sentence is the short help.

    `named` are values that it takes, `usual` is its default in words, which may also stand in brackets at the
    end of the text. `rare` ones are shown by --help-all only.
    """

    def __init__(
        self,
        names: Sequence[str],
        *,
        group: str = CONSOLE,
        rare: bool = False,
        named: Sequence[str] = (),
        usual: str = "",
        **details: object,
    ) -> None:
        super().__init__(list(names), **details)  # type: ignore[arg-type]  # click checks them
        self.group, self.rare = group, rare
        self._named, self._usual = tuple(named), usual and f" [{usual}]"
        if self.help and (default := re.search(r" \[[^]]*\]$", self.help)):
            self.help, self._usual = self.help[: default.start()], default[0]

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        record = super().get_help_record(ctx)
        if record is None:
            return None
        return record[0], self.text(10_000, whole=True)

    def text(self, room: int, *, whole: bool) -> str:
        """The help text; of the short one, values are named as far as the room of a line allows."""
        text = " ".join((self.help or "").split())
        if not whole:
            text = re.split(r"(?<=\.) (?=[A-Z])", text)[0].removesuffix(".")
        if self._named and whole:
            text += f" One of: {', '.join(self._named)}."
        elif self._named:
            text += _as_many(self._named, room - len(text) - len(self._usual))
        return text + self._usual


def _as_many(values: Sequence[str], room: int) -> str:
    """As many of the values in brackets as there is room for."""
    for number in range(len(values), 0, -1):
        shown = f" ({', '.join([*values[:number], *(['...'] if number < len(values) else [])])})"
        if len(shown) <= room:
            return shown
    return ""


def write_options(command: click.Command, ctx: click.Context, formatter: click.HelpFormatter) -> None:
    """Write the sections of options."""
    whole = bool(ctx.meta.get(SHOW_ALL))
    sections: dict[str, list[tuple[str, click.Option]]] = {}
    hidden = 0
    for param in command.get_params(ctx):
        record = param.get_help_record(ctx)
        if not isinstance(param, click.Option) or record is None:
            continue
        if getattr(param, "rare", False) and not whole:
            hidden += 1
            continue
        group = getattr(param, "group", CONSOLE)
        title = group if whole else MERGED.get(group, group)
        sections.setdefault(title, []).append((record[0], param))
    sections[CONSOLE] = sections.pop(CONSOLE)
    ordered = {title: sections.pop(title) for title in GROUPS if title in sections} | sections
    widths = [len(names) for each in ordered.values() for names, _ in each]
    column = max((each for each in widths if each <= MOST_OF_NAMES), default=MOST_OF_NAMES)
    room = formatter.width - INDENT - column - SPACING
    for title, options in ordered.items():
        with formatter.section(styled(ctx, title, bold=True)):
            rows = []
            for names, option in options:
                if isinstance(option, HelpOption):
                    text = option.text(room, whole=whole)
                else:
                    text = (option.help or "").removesuffix(".")
                if hidden and "--help-all" in option.opts:
                    text += f" ({hidden} more)"
                rows.append((names.ljust(column), text))
            formatter.write_dl(rows, col_max=column, col_spacing=SPACING)


def write_examples(examples: Sequence[str], ctx: click.Context, formatter: click.HelpFormatter) -> None:
    """Write command lines, each as it is."""
    if examples:
        with formatter.section(styled(ctx, "Examples", bold=True)):
            for each in examples:
                formatter.write(f"{'':{formatter.current_indent}}{each}\n")


def styled(ctx: click.Context, text: str, *, bold: bool) -> str:
    """The text in bold where stdout has colour."""
    return click.style(text, bold=bold) if ctx.color else text


def show_all(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    """Show the help with every option, by a pager if it is longer than the terminal, and stop."""
    if value and not ctx.resilient_parsing:
        from mlpcli.cli.pager import paged

        ctx.meta[SHOW_ALL] = True
        console = ctx.obj if isinstance(ctx.obj, Console) else Console()
        pager = next(each for each in ctx.command.params if each.name == "pager")
        pager.handle_parse_result(ctx, {}, [])  # the environment may switch it off
        with paged(console) as screen:
            screen.raw(ctx.get_help())
        ctx.exit()
