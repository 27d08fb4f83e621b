"""`mlpcli manual`."""

import click

from mlpcli.cli.console import Console
from mlpcli.cli.grouped import GroupedCommand
from mlpcli.cli.options import console_options, option

SEARCH_HELP = "Show the headings and lines that have all these words, even if a page has this name."
EXAMPLES = ("mlpcli manual lessons", "mlpcli manual split by time")


@click.command("manual", cls=GroupedCommand, examples=EXAMPLES)
@click.argument("topic", nargs=-1, metavar="[TOPIC]")
@option("--search", "Output", SEARCH_HELP, metavar="WORDS")
@console_options
def command(console: Console, topic: tuple[str, ...], search: str | None) -> None:
    """Show a page of the manual.

    TOPIC is the name of a page, or words to look for in all pages; without it, the pages are listed.
    """
    from mlpcli.cli.pager import paged
    from mlpcli.render import manual

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
