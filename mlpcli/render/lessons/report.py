"""Any lesson for people, and as the fields of a JSON object."""

from dataclasses import fields as fields_of
from typing import Any

from mlpcli.errors import Sentence
from mlpcli.number_text import MISSING
from mlpcli.render.console import Screen
from mlpcli.render.lessons import activations, descent, dropout, optimizers
from mlpcli.workflows.lessons.activations import ActivationsLesson
from mlpcli.workflows.lessons.descent import DescentLesson
from mlpcli.workflows.lessons.optimizers import OptimizersLesson
from mlpcli.workflows.lessons.run import Lesson
from mlpcli.workflows.lessons.settings import LESSONS, TAKES


def report(screen: Screen, lesson: Lesson) -> None:
    """The pictures of a lesson, its numbers, and what to notice."""
    if isinstance(lesson, OptimizersLesson):
        optimizers.report(screen, lesson)
    elif isinstance(lesson, DescentLesson):
        descent.report(screen, lesson)
    elif isinstance(lesson, ActivationsLesson):
        activations.report(screen, lesson)
    else:
        dropout.report(screen, lesson)


def fields(name: str, lesson: Lesson) -> dict[str, Any]:
    """The JSON fields of a lesson: all that it found."""
    return {"lesson": name} | {each.name: getattr(lesson, each.name) for each in fields_of(lesson)}


def contents_report(screen: Screen) -> None:
    """The lessons, with the options that each takes."""
    screen.line("Lessons: small experiments, each with a picture", "bold")
    screen.line()
    rows = [
        [name, shows, Sentence(", ".join(f"{{{each}}}" for each in TAKES[name]) or MISSING)]
        for name, shows in LESSONS.items()
    ]
    screen.table(["lesson", "shows", "options"], rows)
    screen.line()
    screen.raw("Next: mlpcli lessons descent")


def contents_fields() -> dict[str, Any]:
    """The JSON fields of the list of lessons."""
    return {"lessons": [{"name": name, "shows": shows} for name, shows in LESSONS.items()]}
