"""`mlpcli manual`."""

import click

from mlpcli.cli.console import Console
from mlpcli.cli.grouped import GroupedCommand
from mlpcli.cli.options import console_options, option
from mlpcli.errors import SettingsError
from mlpcli.render.json_schemas import SCHEMAS, schema_named, schema_of, to_text

SCHEMA_HELP = "Write the JSON schema of a command's --json output, such as train or inspect-verify."
SEARCH_HELP = "Show the headings and lines that have all these words, even if a page has this name."
EXAMPLES = ("mlpcli manual lessons", "mlpcli manual split by time", "mlpcli manual --schema train")


class SchemaName(click.ParamType[str]):
    """The name of a JSON schema, which shells complete; it may be written as on the command line."""

    name = "schema"
    choices = SCHEMAS

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return schema_named(value)


@click.command("manual", cls=GroupedCommand, examples=EXAMPLES)
@click.argument("topic", nargs=-1, metavar="[TOPIC]")
@option("--search", "Output", SEARCH_HELP, metavar="WORDS")
@option("--schema", "Output", SCHEMA_HELP, metavar="NAME", type=SchemaName(), named=SCHEMAS)
@console_options
def command(console: Console, topic: tuple[str, ...], search: str | None, schema: str | None) -> None:
    """Show a page of the manual.

    TOPIC is the name of a page, or words to look for in all pages; without it, the pages are listed.
    """
    from mlpcli.cli.pager import paged
    from mlpcli.render import manual

    if schema is not None:
        if topic or search is not None:
            raise SettingsError("a schema has no words to look for", "Leave out the words.", setting="schema")
        if console.as_json:
            raise SettingsError("the schema is JSON already", "Leave out --json.", setting="schema")
        with paged(console) as screen:
            screen.raw(to_text(schema_of(schema)))
        return
    words = " ".join([*topic, *([search] if search is not None else [])])
    page = manual.page_named(words) if search is None else None
    if page is None and words:
        found = manual.search(words)
        manual.require_found(words, found)
        fields = manual.search_fields(words, found)
    else:
        fields = manual.contents_fields() if page is None else manual.page_fields(page)
    if console.as_json:
        console.json("manual", fields)
        return
    with paged(console) as screen:
        if page is not None:
            manual.page_report(screen, page)
        elif words:
            manual.search_report(screen, words, found)
        else:
            manual.contents_report(screen)
