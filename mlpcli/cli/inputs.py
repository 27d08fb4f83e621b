"""Files that a command reads, which it must not write over."""

import click

from mlpcli.cli.config import CONFIG

NAMING_FILES = ("model", "against", "compare", "from_model", "validation", "test", "space")
"""Parameters that are the name of a file if they are a text, of any command."""


def files_read(ctx: click.Context) -> list[str]:
    """All files that this command line has the command read, without stdin."""
    named = [ctx.params.get(name) for name in NAMING_FILES]
    named += [*(ctx.params.get("data") or ()), *(ctx.params.get("files") or ()), ctx.meta.get(CONFIG)]
    return [each for each in named if isinstance(each, str) and each != "-"]
