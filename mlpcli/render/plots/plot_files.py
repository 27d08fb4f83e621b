"""Pictures as files: checked before the work, drawn after it; matplotlib is loaded only to draw."""

import os
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from mlpcli.errors import DataError, OutputError, SettingsError
from mlpcli.extras import require_extra
from mlpcli.files import check_output
from mlpcli.metrics.evaluation_curves import ClassCurves, EvaluationCurves
from mlpcli.nn.fitting import EpochRecord
from mlpcli.render.compared_curves import curves_of
from mlpcli.render.plots.canvas import FORMATS, drawing, ending_of, save

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from mlpcli.training.learning_rate import LearningRateFinding
    from mlpcli.workflows.compare import FileComparison
    from mlpcli.workflows.description.result import Description
    from mlpcli.workflows.explanation.result import Explanation
    from mlpcli.workflows.lessons.run import Lesson
    from mlpcli.workflows.search.tuned import Tuning
    from mlpcli.workflows.surfaces.result import Surface

CLASS_PLOTS = ("confusion", "roc", "precision_recall", "calibration")
VALUE_PLOTS = ("predicted", "residuals")
"""Names of the `.png` files of `plot_evaluation` in a folder."""


def check_plot(path: str) -> None:
    """Raise MlpcliError if the ending is unknown or matplotlib is not installed."""
    if ending_of(path) not in FORMATS:
        message = f"{path!r} does not end in {', '.join('.' + each for each in FORMATS)}"
        hint = "The ending is the picture's format: name a file such as plot.png."
        raise SettingsError(message, hint, setting="plot")
    require_extra("matplotlib.figure", "plots", "drawing a plot", setting="plot")


def check_evaluation_plot(
    path: str, task: str | None = None, *, force: bool, inputs: Iterable[str] = ()
) -> None:
    """Raise MlpcliError if no picture can be written to the file or folder (with a slash at the end).

    A folder need not exist if its parent does. While the task is unknown, the files of every task count.
    """
    if not is_folder(path):
        check_plot(path)
        check_output(path, force=force, inputs=inputs, setting="plot")
        return
    require_extra("matplotlib.figure", "plots", "drawing plots", setting="plot")
    if not os.path.isdir(path):
        check_output(path.rstrip("/"), force=False, setting="plot")
        return
    plots = {None: (*CLASS_PLOTS, *VALUE_PLOTS), "regression": VALUE_PLOTS}.get(task, CLASS_PLOTS)
    inputs = list(inputs)
    for plot in plots:
        check_output(_file_of(path, plot), force=force, inputs=inputs, setting="plot")


def is_folder(path: str) -> bool:
    """Whether `plot_evaluation` writes a file for each plot there."""
    return path.endswith("/") or os.path.isdir(path)


def title_of(data: Sequence[str], names: Sequence[str]) -> str:
    """A title: the data files and the target."""
    return f"{files_of(data)}: {', '.join(names)}"


def files_of(data: Sequence[str]) -> str:
    """Names of the data files without their folders."""
    return ", ".join("stdin" if each == "-" else os.path.basename(each) for each in data)


def plot_training(
    path: str,
    histories: Sequence[tuple[Sequence[EpochRecord], int]],
    headline: str,
    title: str = "",
    *,
    force: bool = False,
) -> None:
    """Draw loss, headline metric and learning rate over epochs, and the layers if they were diagnosed.

    `histories` are the records and best epoch (0 if it has none) of each network; one at least has a record.
    """
    with drawing():
        from mlpcli.render.plots.training import training_figure

        save(path, training_figure(histories, headline, title), force=force)


def plot_rates(path: str, finding: "LearningRateFinding", title: str = "", *, force: bool = False) -> None:
    """Draw loss over the learning rate, with the suggestion and those of other rules."""
    with drawing():
        from mlpcli.render.plots.rates import rates_figure

        save(path, rates_figure(finding, title), force=force)


def plot_search(path: str, found: "Tuning", title: str = "", *, force: bool = False) -> None:
    """Draw the losses of the trials in their order, and over the values of each setting that varied."""
    with drawing():
        from mlpcli.render.plots.search import search_figure

        save(path, search_figure(found.trials, found.winner.trial, found.domains, title), force=force)


def plot_surface(path: str, surface: "Surface", *, force: bool = False) -> None:
    """Draw predictions over two columns with the rows of a table on them, and maps of hidden units."""
    with drawing():
        from mlpcli.render.plots.surfaces import surface_figure

        save(path, surface_figure(surface), force=force)


def plot_description(path: str, description: "Description", title: str = "", *, force: bool = False) -> None:
    """Draw the columns of a table, with the target beside their values if that was asked of `describe`."""
    with drawing():
        from mlpcli.render.plots.columns import columns_figure

        save(path, columns_figure(description, title), force=force)


def plot_comparison(path: str, comparison: "FileComparison", *, force: bool = False) -> None:
    """Draw the curves of all files in one picture; raises DataError if there is none."""
    title, curves = curves_of(comparison)
    if not curves:
        said = "no file has a curve to plot"
        raise DataError(said, "Give a model or a history, or leave out the plot.", setting="plot")
    with drawing():
        from mlpcli.render.plots.comparison import comparison_figure

        save(path, comparison_figure(curves, title), force=force)


def plot_lesson(path: str, lesson: "Lesson", *, force: bool = False) -> None:
    """Draw the picture of a lesson."""
    with drawing():
        from mlpcli.render.plots.lessons.figures import lesson_figure

        save(path, lesson_figure(lesson), force=force)


def plot_explanation(path: str, found: "Explanation", title: str = "", *, force: bool = False) -> None:
    """Draw importance, curves of the strongest columns and the map of the strongest pair."""
    with drawing():
        from mlpcli.render.plots.explanation import explanation_figure

        save(path, explanation_figure(found, title), force=force)


def plot_evaluation(
    path: str, curves: EvaluationCurves, labels: Sequence[str], title: str = "", *, force: bool = False
) -> list[str]:
    """Draw all plots in one file, or one file each in a folder; returns the files written.

    `labels` are the classes, labels or targets in their order.
    """
    with drawing():
        whole, single, plots = _figures(curves)
        if not is_folder(path):
            save(path, whole(curves, labels, title), force=force)
            return [path]
        if not os.path.isdir(path):
            try:
                os.mkdir(path)
            except OSError as error:
                reason = f"{path}: cannot be made ({error.strerror})"
                raise OutputError(reason, "Choose another place.") from None
        for plot in plots:
            save(_file_of(path, plot), single(plot, curves, labels, title), force=force)
        return [_file_of(path, plot) for plot in plots]


def _figures(
    curves: EvaluationCurves,
) -> tuple[Callable[..., "Figure"], Callable[..., "Figure"], Sequence[str]]:
    """Functions for all plots in one figure and for one of them, and the names of the plots."""
    if isinstance(curves, ClassCurves):
        from mlpcli.render.plots.classes import class_figure, classes_figure, plots_of_classes

        return classes_figure, class_figure, plots_of_classes(curves)
    from mlpcli.render.plots.values import value_figure, values_figure

    return values_figure, value_figure, VALUE_PLOTS


def _file_of(folder: str, plot: str) -> str:
    return os.path.join(folder, f"{plot}.png")
