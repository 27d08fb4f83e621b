"""Markdown on a terminal, by rich: headings to the left, code in one colour on the terminal's own ground."""

from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import CodeBlock, Heading, Markdown
from rich.padding import Padding
from rich.text import Text


class _LeftHeading(Heading):
    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        self.text.justify = "left"
        self.text.stylize("bold underline" if self.tag == "h1" else "bold")
        if self.tag != "h1":
            yield Text()
        yield self.text


class _PlainCode(CodeBlock):
    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        shown = self.lexer_name == "text"
        code = Text(str(self.text).rstrip(), style="" if shown else "cyan")
        yield Padding(code, (0, 0, 0, 2))


class _Page(Markdown):
    elements = Markdown.elements | {
        "heading_open": _LeftHeading,
        "fence": _PlainCode,
        "code_block": _PlainCode,
    }


def laid_out(text: str) -> Markdown:
    """A page, ready for rich's console to print."""
    return _Page(text, inline_code_theme=None, hyperlinks=False)
