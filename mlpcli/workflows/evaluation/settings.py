"""Settings of an evaluation."""

from dataclasses import dataclass

from mlpcli.errors import Sentence, SettingsError
from mlpcli.metrics import METRICS
from mlpcli.metrics.gates import Condition, Drop, check_for_task, check_metric
from mlpcli.settings import Settings, check_factors, parse_factors, parse_list, setting

LEVEL = 0.95
REPEATS = 5


def _some(setting: str, text: str) -> str:
    """A gate that is empty, as by an unset variable, would be open."""
    if not parse_list(text):
        hint = "Name a metric and a number, or leave it out."
        raise SettingsError(Sentence(f"{{{setting}}} is empty"), hint, setting=setting)
    return text


@dataclass(frozen=True)
class EvaluationSettings(Settings):
    """Measurements next to the metrics, and the gates that must hold."""

    threshold: float | None = setting(
        None,
        "Probability from which the positive class, or a label, is predicted; else as in training, or 0.5.",
        group="Evaluation",
        above=0,
        below=1,
        common=True,
    )
    allow_unreadable: bool = setting(
        False, "Go on although almost no cell of a column can be read.", group="Evaluation"
    )
    strict: bool = setting(
        False,
        "Unseen categories, unreadable cells and values out of range are errors.",
        group="Evaluation",
        common=True,
    )
    by: tuple[str, ...] = setting(
        (),
        "Metrics of each value, or quarter of the numbers, of these columns; they need not be inputs.",
        group="Evaluation",
        metavar="A,B",
        parse=lambda text: (text,),
        repeatable=True,
        common=True,
    )
    interval: float | None = setting(
        None,
        "How many true numbers lie in the intervals of this level, as 0.9, and how wide these are: "
        "about so many, a little fewer where few rows were held out in training.",
        group="Evaluation",
        metavar="LEVEL",
        above=0,
        below=1,
        common=True,
    )
    bootstrap: int | None = setting(
        None,
        "Intervals of the metrics from so many resamples of the rows, as 1000.",
        group="Uncertainty",
        metavar="N",
        at_least=100,
        at_most=100_000,
        common=True,
    )
    level: float | None = setting(
        None,
        f"Of the intervals of metrics, differences and importances. [default: {LEVEL}]",
        group="Uncertainty",
        above=0,
        below=1,
        common=True,
    )
    seed: int = setting(
        0, "Of resamples and permutations.", group="Uncertainty", at_least=0, at_most=2**63 - 1
    )
    compare: str | None = setting(
        None,
        "Another model, measured on the same rows, or the JSON of an earlier evaluation.",
        group="Comparison and gates",
        metavar="MODEL|FILE.json",
        common=True,
    )
    fail_if: tuple[str, ...] = setting(
        (),
        "Exit code 3 if this is true, as 'roc_auc < 0.85'.",
        group="Comparison and gates",
        metavar="CONDITION",
        parse=lambda text: parse_list(_some("fail_if", text)),
        repeatable=True,
        common=True,
    )
    max_drop: tuple[tuple[str, float], ...] = setting(
        (),
        "Exit code 3 if a metric is worse than that of {compare} by more, as roc_auc=0.01.",
        group="Comparison and gates",
        metavar="METRIC=X,...",
        parse=lambda text: parse_factors("max_drop", _some("max_drop", text)),
        repeatable=True,
        common=True,
    )
    importance: bool = setting(
        False,
        "How much worse a metric gets when a column is shuffled.",
        group="Importance",
        common=True,
    )
    importance_metric: str | None = setting(
        None, "The metric of {importance}; else that shown in training.", group="Importance", metavar="METRIC"
    )
    importance_repeats: int | None = setting(
        None,
        f"How often each column is shuffled for {{importance}}. [default: {REPEATS}]",
        group="Importance",
        at_least=1,
        at_most=1000,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        for text in self.fail_if:
            Condition.parse(str(text))
        check_factors("max_drop", self.max_drop, list(METRICS))
        if self.max_drop and self.compare is None:
            hint = Sentence("Give {compare} MODEL.")
            raise SettingsError("there is nothing to compare with", hint, setting="max_drop")
        if self.importance_metric is not None:
            check_metric("importance_metric", self.importance_metric, METRICS)
        for name in ("importance_metric", "importance_repeats"):
            if getattr(self, name) is not None and not self.importance:
                hint = Sentence("Give {importance}, too.")
                raise SettingsError(Sentence(f"{{{name}}} is for {{importance}}"), hint, setting=name)
        if self.level is not None and not (self.bootstrap or self.compare is not None or self.importance):
            others = "Give {bootstrap}, {compare} or {importance}, too; {interval} has a level of its own."
            none = Sentence("{level} is for intervals, and there are none")
            raise SettingsError(none, Sentence(others), setting="level")

    @property
    def confidence(self) -> float:
        """The level of intervals, or its default."""
        return LEVEL if self.level is None else self.level

    @property
    def shufflings(self) -> int:
        """Shufflings of each column, or their default."""
        return REPEATS if self.importance_repeats is None else self.importance_repeats

    @property
    def conditions(self) -> list[Condition]:
        """The conditions under which the evaluation fails."""
        return [Condition.parse(text) for text in self.fail_if]

    @property
    def drops(self) -> list[Drop]:
        """The largest drops that are allowed."""
        return [Drop(*pair) for pair in self.max_drop]

    def check_task(self, task: str) -> None:
        """Raise SettingsError if a named metric is not one of the task."""
        named = [("fail_if", each.metric) for each in self.conditions]
        named += [("max_drop", each.metric) for each in self.drops]
        if self.importance_metric is not None:
            named.append(("importance_metric", self.importance_metric))
        for setting_name, name in named:
            check_for_task(setting_name, name, task)
