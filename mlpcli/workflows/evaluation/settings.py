"""Settings of an evaluation."""

from collections.abc import Sequence
from dataclasses import dataclass

from mlpcli.errors import Sentence, SettingsError
from mlpcli.metrics import METRICS
from mlpcli.metrics.gaps import GAPS
from mlpcli.metrics.gates import Condition, Drop, check_for_task, check_metric, split_conditions
from mlpcli.nn.kernels import ENGINES
from mlpcli.settings import AUTO, SOME_METRICS, Settings, check_factors, parse_factors, parse_list, setting

LEVEL = 0.95
REPEATS = 5


def _some(setting: str, text: str) -> str:
    """A gate that is empty, as by an unset variable, would be open."""
    if not parse_list(text):
        hint = "Give a metric and a number, or leave it out."
        raise SettingsError(Sentence(f"{{{setting}}} is empty"), hint, setting=setting)
    return text


@dataclass(frozen=True)
class EvaluationSettings(Settings):
    """Measurements next to the metrics, and the gates that must hold."""

    threshold: float | None = setting(
        None,
        "Decision threshold for the positive class. By default that of training, else 0.5.",
        group="Evaluation",
        above=0,
        below=1,
        common=True,
    )
    engine: str = setting(
        AUTO,
        "Engine of the arithmetic: NumPy, or compiled loops (numba, the extra fast). With auto numba "
        "is used if it is installed and the files are large.",
        group="Evaluation",
        choices=ENGINES,
    )
    allow_unreadable: bool = setting(
        False, "Go on although almost no cell of a column can be read.", group="Evaluation"
    )
    strict: bool = setting(
        False,
        "Treat cells that do not fit their column as errors. These are unseen categories, "
        "unreadable cells and values out of range.",
        group="Evaluation",
        common=True,
    )
    by: tuple[str, ...] = setting(
        (),
        "Also report metrics per value of these columns, and gaps between the values. Numbers are cut into "
        "quartiles. The columns need not be inputs.",
        group="Evaluation",
        metavar="A,B",
        parse=lambda text: (text,),
        repeatable=True,
        common=True,
    )
    interval: float | None = setting(
        None,
        "Check prediction intervals, or sets of classes, of this level, such as 0.9. Shows how many true "
        "numbers or classes they hold, and their mean width or size.",
        group="Evaluation",
        metavar="LEVEL",
        above=0,
        below=1,
        common=True,
    )
    bootstrap: int | None = setting(
        None,
        "Add confidence intervals from N resamples of the rows, such as 1000.",
        group="Uncertainty",
        metavar="N",
        at_least=100,
        at_most=100_000,
        common=True,
    )
    level: float | None = setting(
        None,
        f"Level of confidence intervals. [default: {LEVEL}]",
        group="Uncertainty",
        above=0,
        below=1,
        common=True,
    )
    seed: int = setting(
        0, "Seed of resampling and shuffling.", group="Uncertainty", at_least=0, at_most=2**63 - 1
    )
    compare: str | None = setting(
        None,
        "Compare with another model on the same rows. Give its file, or the JSON of an earlier evaluation.",
        group="Comparison and gates",
        metavar="MODEL|FILE.json",
        common=True,
    )
    fail_if: tuple[str, ...] = setting(
        (),
        "Exit with status 3 if this is true, such as 'roc_auc<0.85'. METRIC[CLASS] is that of one class, "
        "METRIC by COLUMN that of the worst slice, lower(METRIC) and upper(METRIC) are the ends of its "
        f"interval (with {{bootstrap}}). {SOME_METRICS}",
        group="Comparison and gates",
        metavar="CONDITION",
        parse=lambda text: split_conditions(_some("fail_if", text)),
        repeatable=True,
        common=True,
    )
    max_drop: tuple[tuple[str, float], ...] = setting(
        (),
        "Exit with status 3 if a metric is worse by more than X, such as roc_auc=0.01. "
        f"It is compared with that of {{compare}}. "
        f"{SOME_METRICS}",
        group="Comparison and gates",
        metavar="METRIC=X,...",
        parse=lambda text: parse_factors("max_drop", _some("max_drop", text)),
        repeatable=True,
        common=True,
    )
    importance: bool = setting(
        False,
        "Show how much worse the model gets when a column is shuffled.",
        group="Importance",
        common=True,
    )
    importance_metric: str | None = setting(
        None,
        "Metric of {importance}, such as roc_auc. By default log_loss for classes, r2 for numbers. "
        + SOME_METRICS,
        group="Importance",
        metavar="METRIC",
    )
    importance_repeats: int | None = setting(
        None,
        f"Number of shuffles of each column for {{importance}}. [default: {REPEATS}]",
        group="Importance",
        at_least=1,
        at_most=1000,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        for each in self.conditions:
            if each.bound is not None and self.bootstrap is None:
                needs = Sentence("{fail_if}: {!r} needs {bootstrap}", each.text)
                raise SettingsError(needs, Sentence("Also give {bootstrap} 1000."), setting="fail_if")
        check_factors("max_drop", self.max_drop, list(METRICS))
        if self.max_drop and self.compare is None:
            hint = Sentence("Give {compare} MODEL.")
            raise SettingsError("there is nothing to compare with", hint, setting="max_drop")
        if self.importance_metric is not None:
            check_metric("importance_metric", self.importance_metric, METRICS)
        for name in ("importance_metric", "importance_repeats"):
            if getattr(self, name) is not None and not self.importance:
                hint = Sentence("Also give {importance}.")
                raise SettingsError(Sentence(f"{{{name}}} needs {{importance}}"), hint, setting=name)
        if self.level is not None and not (self.bootstrap or self.compare is not None or self.importance):
            others = "Also give {bootstrap}, {compare} or {importance}; {interval} has its own level."
            none = Sentence("{level} has no effect without intervals")
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
        return [Condition.parse(str(text), [*METRICS, *GAPS]) for text in self.fail_if]

    @property
    def drops(self) -> list[Drop]:
        """The largest drops that are allowed."""
        return [Drop(*pair) for pair in self.max_drop]

    def check_task(self, task: str, labels: Sequence[str]) -> None:
        """Raise SettingsError if a named metric is not one of the task, or a class not one of `labels`."""
        for condition in self.conditions:
            condition.check_task(task, labels)
        named = [("max_drop", each.metric) for each in self.drops]
        if self.importance_metric is not None:
            named.append(("importance_metric", self.importance_metric))
        for setting_name, name in named:
            check_for_task(setting_name, name, task)
