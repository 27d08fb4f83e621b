"""The picture of any lesson."""

from matplotlib.figure import Figure

from mlpcli.render.plots.lessons.activations import activations_figure
from mlpcli.render.plots.lessons.descent import descent_figure
from mlpcli.render.plots.lessons.dropout import dropout_figure
from mlpcli.render.plots.lessons.optimizers import optimizers_figure
from mlpcli.workflows.lessons.activations import ActivationsLesson
from mlpcli.workflows.lessons.descent import DescentLesson
from mlpcli.workflows.lessons.optimizers import OptimizersLesson
from mlpcli.workflows.lessons.run import Lesson


def lesson_figure(lesson: Lesson) -> Figure:
    """The figure of a lesson."""
    if isinstance(lesson, OptimizersLesson):
        return optimizers_figure(lesson)
    if isinstance(lesson, DescentLesson):
        return descent_figure(lesson)
    if isinstance(lesson, ActivationsLesson):
        return activations_figure(lesson)
    return dropout_figure(lesson)
