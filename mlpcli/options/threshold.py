"""Settings of the decision threshold."""

from dataclasses import dataclass

from mlpcli.errors import SettingsError, did_you_mean
from mlpcli.metrics.thresholds import RULES, Objective, cost
from mlpcli.settings import Settings, parse_factors, setting

COST = "cost:"
COSTS = ("FP", "FN")


@dataclass(frozen=True)
class DecisionSettings(Settings):
    """Settings of the decision threshold."""

    threshold: str | float | None = setting(
        None,
        "Decision threshold for the positive class. Give a number, or f1, youden or "
        "cost:FP=1,FN=5 to choose the best one on validation rows; it is stored in the model. "
        "[default: 0.5]",
        group="Loss",
        metavar="P|f1|youden|cost:FP=1,FN=5",
        changes_weights=False,
        parse=str.strip,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.threshold is not None:
            rule_of(self.threshold)


def rule_of(given: str | float) -> float | Objective:
    """The threshold itself, or the rule that chooses one; raises SettingsError for anything else."""
    if isinstance(given, str) and given.startswith(COST):
        named = parse_factors("threshold", given.removeprefix(COST))
        if not named:
            raise SettingsError(f"{given} gives no cost", "Write cost:FP=1,FN=5.", setting="threshold")
        costs = dict.fromkeys(COSTS, 1.0) | dict(named)
        if bad := [name for name in costs if name not in COSTS]:
            raise SettingsError(
                f"{bad[0]!r:.40} is not a kind of cost", did_you_mean(bad[0], COSTS), setting="threshold"
            )
        if not all(0 < each < float("inf") for each in costs.values()):
            raise SettingsError("a cost is not positive", "Write cost:FP=1,FN=5.", setting="threshold")
        return cost(costs["FP"], costs["FN"])
    if isinstance(given, str) and given in RULES:
        return RULES[given]
    try:
        number = float(given)
    except (TypeError, ValueError, OverflowError):
        known = [*RULES, "cost:FP=1,FN=5", "0.3"]
        hint = did_you_mean(str(given), known)
        raise SettingsError(f"{given!r:.40} is not known", hint, setting="threshold") from None
    if not 0 < number < 1:
        raise SettingsError(
            f"{given} is out of range", "It must be above 0 and below 1.", setting="threshold"
        )
    return number
