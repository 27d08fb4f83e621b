"""`mlpcli lessons`."""

from typing import Any

import click

from mlpcli.cli.console import Console
from mlpcli.cli.grouped import GroupedCommand
from mlpcli.cli.options import common_options, option, settings_options
from mlpcli.settings import given
from mlpcli.workflows.lessons.settings import LESSONS, LessonSettings

PLOT_HELP = "Plot the lesson to this file. It is a .png, .svg or .pdf."
EXAMPLES = ("mlpcli lessons optimizers", "mlpcli lessons descent --lr 0.1,0.5,1.1 --plot descent.png")


class LessonName(click.ParamType[str]):
    """The name of a lesson, which shells complete."""

    name = "lesson"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[click.shell_completion.CompletionItem]:
        return [
            click.shell_completion.CompletionItem(name, help=text)
            for name, text in LESSONS.items()
            if name.startswith(incomplete)
        ]


@click.command("lessons", cls=GroupedCommand, examples=EXAMPLES)
@click.argument("lesson", required=False, metavar="[LESSON]", type=LessonName())
@settings_options(LessonSettings)
@option("--plot", "Output", PLOT_HELP, metavar="FILE")
@common_options
def command(console: Console, lesson: str | None, plot: str | None, force: bool, **settings: Any) -> None:
    """Show what no table shows, on small experiments of its own.

    LESSON: optimizers, descent, activations or dropout; without it, the lessons are listed.
    """
    from mlpcli.cli.pager import paged
    from mlpcli.errors import SettingsError
    from mlpcli.files import Outputs
    from mlpcli.render.lessons.report import contents_fields, contents_report, fields, report
    from mlpcli.render.plots.plot_files import check_plot, plot_lesson
    from mlpcli.workflows.lessons.run import lesson as run_lesson

    if lesson is None:
        if plot is not None or given(settings):
            raise SettingsError("no lesson is given", f"Choose from: {', '.join(LESSONS)}.")
        if console.as_json:
            console.json("lessons", contents_fields())
        else:
            contents_report(console.results())
        return
    if plot is not None:
        check_plot(plot)
    Outputs({"plot": plot}, force).check()
    found = run_lesson(lesson, **given(settings))
    if plot is not None:
        plot_lesson(plot, found, force=force)
        console.talk(lasting=True).line(f"Plot saved to {plot}")
    if console.as_json:
        console.json("lessons", fields(lesson, found))
    else:
        with paged(console) as screen:
            report(screen, found)
