"""How probabilities become decisions: the settings of training, and what is refused before it."""

from dataclasses import dataclass

from mlpcli.errors import SettingsError, did_you_mean
from mlpcli.metrics.thresholds import RULES, Objective, cost
from mlpcli.settings import Settings, parse_factors, setting

FLAG = "--threshold"
COST = "cost:"
COSTS = ("FP", "FN")
FOR = ("binary", "multilabel")
"""Tasks that have a threshold; of several classes the most probable is predicted."""


@dataclass(frozen=True)
class DecisionSettings(Settings):
    """From which probability on yes is said."""

    threshold: str | float | None = setting(
        None,
        "Of the positive class or a label: a number, or what is best on validation rows: f1, youden "
        "or the least cost of wrong decisions; stored. [default: 0.5]",
        group="Loss",
        metavar="P|f1|youden|cost:FP=1,FN=5",
        parse=str.strip,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.threshold is not None:
            rule_of(self.threshold)


def rule_of(given: str | float) -> float | Objective:
    """A threshold as such, or what chooses one; raises SettingsError for what is neither."""
    if isinstance(given, str) and given.startswith(COST):
        named = parse_factors("threshold", given.removeprefix(COST))
        if not named:
            raise SettingsError(f"{FLAG}: {given} names no cost", "Write cost:FP=1,FN=5.")
        costs = dict.fromkeys(COSTS, 1.0) | dict(named)
        if bad := [name for name in costs if name not in COSTS]:
            raise SettingsError(f"{FLAG}: {bad[0]!r:.40} is no cost", did_you_mean(bad[0], COSTS))
        if not all(0 < each < float("inf") for each in costs.values()):
            raise SettingsError(f"{FLAG}: a cost is not above 0", "Write cost:FP=1,FN=5.")
        return cost(costs["FP"], costs["FN"])
    if isinstance(given, str) and given in RULES:
        return RULES[given]
    try:
        number = float(given)
    except (TypeError, ValueError):
        known = [*RULES, "cost:FP=1,FN=5", "0.3"]
        raise SettingsError(f"{FLAG}: {given!r:.40} is not known", did_you_mean(str(given), known)) from None
    if not 0 < number < 1:
        raise SettingsError(f"{FLAG}: {given} is out of range", "It must be above 0 and below 1.")
    return number


def refuse_threshold(task: str) -> None:
    """Raise SettingsError if the task has no threshold."""
    if task not in FOR:
        raise SettingsError(f"{FLAG} is for {' and '.join(FOR)}, not for {task}", "Leave it out.")


def check_threshold(settings: DecisionSettings, task: str, held: bool) -> None:
    """Raise SettingsError if the task has no threshold, or one cannot be chosen as no rows are `held` out."""
    if settings.threshold is None:
        return
    refuse_threshold(task)
    if not held and not isinstance(rule_of(settings.threshold), float):
        raise SettingsError(
            f"{FLAG} {settings.threshold}: there are no validation rows to choose by",
            "Give a number, or hold out rows with --validation 0.15.",
        )
