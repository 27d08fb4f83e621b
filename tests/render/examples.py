"""What the tests draw: histories, range tests and evaluations of odd names and sizes; FIGURES of all."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from mlpcli.metrics.evaluation_curves import evaluation_curves
from mlpcli.metrics.outcome import Outcome
from mlpcli.nn.diagnosis import LayerDiagnosis
from mlpcli.nn.fitting import EpochRecord
from mlpcli.render.plots.classes import class_figure, classes_figure
from mlpcli.render.plots.columns import columns_figure
from mlpcli.render.plots.comparison import comparison_figure
from mlpcli.render.plots.lessons.figures import lesson_figure
from mlpcli.render.plots.rates import rates_figure
from mlpcli.render.plots.training import training_figure
from mlpcli.render.plots.values import value_figure, values_figure
from mlpcli.training.learning_rate import LearningRateFinding, RangeTestPoint
from mlpcli.workflows.describe import describe
from mlpcli.workflows.description.result import Description
from mlpcli.workflows.lessons.run import lesson
from mlpcli.workflows.lessons.settings import LESSONS
from tests.metrics.examples import drawn
from tests.render.searches import SEARCHES

UGLY = ["$x^2$", "[/b]bold", "日本語 🎉", "a" * 60 + "1", "a" * 60 + "2", "tab\tline\n", "per\u202ecent"]


def history(
    epochs: int, best: int, *, validated: bool = True, layers: int = 0
) -> tuple[list[EpochRecord], int]:
    records = []
    for epoch in range(1, epochs + 1):
        done = epoch / epochs
        diagnosis = tuple(
            LayerDiagnosis(
                layer=each + 1,
                name="Dense",
                gradient_norm=0.1**each * (1 + done),
                update_ratio=1e-3 * done,
                dead=0.1,
                saturated=done if each else None,
            )
            for each in range(layers)
        )
        loss = 0.2 + (epoch - best) ** 2 / epochs**2
        records.append(
            EpochRecord(
                epoch=epoch,
                step=epoch * 10,
                learning_rate=0.01 / epoch,
                train_loss=1.0 / epoch,
                validation_loss=loss if validated else None,
                metrics={"accuracy": 1 - loss} if validated else {},
                seconds=epoch * 0.1,
                is_best=validated and epoch == best,
                layers=diagnosis,
            )
        )
    return records, best if validated else epochs


def finding(rules: dict[str, float], suggestion: float = 0.01) -> LearningRateFinding:
    rates = np.geomspace(1e-6, 10, 60)
    losses = 1 - 0.8 * np.exp(-((np.log10(rates) + 1.8) ** 2)) + np.where(rates > 0.5, rates**4, 0)
    points = [
        RangeTestPoint(float(rate), float(loss), float(loss))
        for rate, loss in zip(rates, losses, strict=True)
    ]
    points[-1] = RangeTestPoint(10.0, None, None)
    kept = {
        "points": points,
        "suggestion": suggestion,
        "rule": "half_max",
        "interval": (0.008, 0.02),
        "stable": True,
        "rules": rules,
    }
    found = object.__new__(LearningRateFinding)  # whatever other fields it has are not drawn
    for field, value in kept.items():
        object.__setattr__(found, field, value)
    return found


def classes(count: int, *, weighted: bool = False) -> Any:
    generator = np.random.default_rng(count)
    truth = generator.integers(0, count, 60 * count)
    given = generator.dirichlet(np.ones(count), len(truth)) * 0.6 + np.eye(count)[truth] * 0.4
    weights = generator.exponential(size=len(truth)) if weighted else None
    outcome = Outcome(truth, given.argmax(axis=1), given, weights)
    return evaluation_curves(outcome, "binary" if count == 2 else "multiclass")


def labels(count: int = 4) -> Any:
    outcome = drawn("multilabel", True, 0)
    truth, predicted, given = (
        np.resize(part, (len(part), count)) for part in (outcome.truth, outcome.predicted, outcome.scores)
    )
    return evaluation_curves(Outcome(truth, predicted, given, outcome.weights), "multilabel")


def values(rows: int, targets: int) -> Any:
    truth = np.random.default_rng(rows).standard_normal((rows, targets)) * 1e5
    return evaluation_curves(Outcome(truth, truth * 0.9 + 100), "regression")


def numbered(count: int) -> list[str]:
    return [f"class {each}" for each in range(count)]


def described(target: str, numbers: int = 5) -> Description:
    """A table of a column of odd texts, some numbers and a date."""
    rows = 200
    random = np.random.default_rng(1)
    table: dict[str, Any] = {UGLY[0]: [UGLY[row % 3] for row in range(rows)]}
    for number in range(numbers):
        table[f"number {number}"] = random.normal(10.0**number, 1.0, rows)
    if numbers:
        table["d" * 60] = pd.date_range("2019-12-30", periods=rows).astype(str)
        table["level"] = [UGLY[row % 5 + 2] if row % 9 else None for row in range(rows)]
    return describe(pd.DataFrame(table), target or None, by_target=bool(target))


def courses(number: int, epochs: int = 20) -> list[tuple[str, list[float | None]]]:
    """Falling curves that end close together, with a missing value each."""
    names = [UGLY[place] if place < len(UGLY) else f"run {place}" for place in range(number)]
    return [
        (name, [None, *((1 + place / 50) / epoch for epoch in range(1, epochs))])
        for place, name in enumerate(names)
    ]


def lesson_of(name: str, **settings: Any) -> Any:
    """The figure of a lesson."""
    return lesson_figure(lesson(name, **settings))


FIGURES: dict[str, Callable[[], Any]] = {
    "training": lambda: training_figure([history(25, 6)], "accuracy", "a title"),
    "one epoch": lambda: training_figure([history(1, 1, layers=2)], "accuracy"),
    "best at the end": lambda: training_figure([history(500, 500)], "accuracy", "t" * 200),
    "not validated": lambda: training_figure([history(9, 9, validated=False)], "accuracy"),
    "diagnosed": lambda: training_figure([history(25, 6, layers=7)], "accuracy", "deep"),
    "two networks": lambda: training_figure(
        [history(25, 6, layers=1), history(20, 15, layers=1)], "accuracy"
    ),
    "fifty networks": lambda: training_figure([history(20 + each, 5) for each in range(50)], "accuracy"),
    "rates": lambda: rates_figure(finding({"half_max": 0.01, "valley": 1e-3, "steep": 2e-3}), "a title"),
    "equal rates": lambda: rates_figure(finding({"half_max": 0.01, "valley": 0.01, "slide": 0.0099})),
    "rates outside": lambda: rates_figure(finding({"half_max": 5e-8, "steep": 9.0, "minimum": 1e-8}, 5e-8)),
    **{f"lesson {name}": partial(lesson_of, name) for name in LESSONS},
    "lesson of six rates": lambda: lesson_of("descent", learning_rate=(0.01, 0.1, 0.5, 0.9, 1.0, 2.0)),
    "lesson that diverges": lambda: lesson_of("optimizers", learning_rate=10.0),
    "two classes": lambda: classes_figure(classes(2), ["no", "yes $"], "two"),
    "three classes": lambda: classes_figure(classes(3, weighted=True), UGLY[:3]),
    "ugly classes": lambda: classes_figure(classes(7, weighted=True), UGLY),
    "ten classes": lambda: classes_figure(classes(10), numbered(10)),
    "forty classes": lambda: classes_figure(classes(40), numbered(40)),
    "labels": lambda: classes_figure(labels(), UGLY[:4]),
    "many labels": lambda: classes_figure(labels(25), numbered(25)),
    "very many labels": lambda: classes_figure(labels(200), numbered(200)),
    "confusion": lambda: class_figure("confusion", classes(7), UGLY, "alone"),
    "no target": lambda: columns_figure(described(""), "a title"),
    "a number as target": lambda: columns_figure(described("number 3", 9), "t" * 200),
    "a class as target": lambda: columns_figure(described(UGLY[0])),
    "two courses": lambda: comparison_figure(courses(2), "Validation loss by epoch"),
    "thirty courses": lambda: comparison_figure(courses(30), "Validation loss by epoch"),
    "two epochs": lambda: comparison_figure(courses(3, 2), "t" * 200),
    "one column": lambda: columns_figure(described("", 0)),
    "one target": lambda: values_figure(values(300, 1), ["$y$"]),
    "many rows": lambda: values_figure(values(5000, 1), ["y" * 60], "dense"),
    "seven targets": lambda: values_figure(values(50, 7), numbered(7)),
    "predicted": lambda: value_figure("predicted", values(50, 4), UGLY[:4]),
    "residuals": lambda: value_figure("residuals", values(1, 1), ["one row"]),
    **SEARCHES,
}
