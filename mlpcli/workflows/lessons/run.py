"""Run a lesson by its name."""

from typing import Any, TypeAlias

from mlpcli.errors import SettingsError, did_you_mean
from mlpcli.options.threads import limited_threads
from mlpcli.settings import build, given
from mlpcli.workflows.lessons.activations import ActivationsLesson, activations
from mlpcli.workflows.lessons.descent import RATES, DescentLesson, descent
from mlpcli.workflows.lessons.descent import STEPS as DESCENT_STEPS
from mlpcli.workflows.lessons.dropout import RATE, DropoutLesson, dropout
from mlpcli.workflows.lessons.optimizers import LEARNING_RATE, OptimizersLesson, optimizers
from mlpcli.workflows.lessons.optimizers import STEPS as OPTIMIZER_STEPS
from mlpcli.workflows.lessons.settings import (
    ACTIVATIONS,
    DESCENT,
    LESSONS,
    OPTIMIZERS,
    LessonSettings,
    refuse_others,
)

Lesson: TypeAlias = OptimizersLesson | DescentLesson | ActivationsLesson | DropoutLesson


def lesson(name: str, **settings: Any) -> Lesson:
    """The result of a lesson; raises MlpcliError for a name or setting that it does not know."""
    if name not in LESSONS:
        raise SettingsError(f"there is no lesson {name!r:.80}", did_you_mean(name, LESSONS))
    refuse_others(name, given(settings))
    chosen = build(LessonSettings, settings)
    with limited_threads(1):  # more threads sum in another order, and wait for one another
        if name == OPTIMIZERS:
            return optimizers((chosen.rates or (LEARNING_RATE,))[0], chosen.steps or OPTIMIZER_STEPS)
        if name == DESCENT:
            return descent(chosen.rates or RATES, chosen.steps or DESCENT_STEPS)
        if name == ACTIVATIONS:
            return activations()
        return dropout(chosen.dropout or RATE, chosen.seed or 0)
