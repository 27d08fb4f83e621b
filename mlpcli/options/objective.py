"""Settings of the objective: the loss, its calibration and the weights of classes."""

from dataclasses import dataclass
from typing import TypeAlias

from mlpcli.errors import SettingsError
from mlpcli.nn.losses import LOSS_NAMES
from mlpcli.settings import AUTO, Settings, parse_factors, setting

ClassWeight: TypeAlias = str | tuple[tuple[str, float], ...]


def _parse_class_weight(text: str) -> ClassWeight:
    if text in ("none", "balanced"):
        return text
    return parse_factors("class_weight", text)


@dataclass(frozen=True)
class ObjectiveSettings(Settings):
    """Settings of the objective."""

    loss: str = setting(
        AUTO,
        "auto: mse for values, cross-entropy for classes.",
        group="Loss",
        choices=(AUTO, *LOSS_NAMES),
        common=True,
    )
    calibrate: bool | None = setting(
        None,
        "Fit temperature and bias of probabilities on validation rows, so that they are of the true shares; "
        "without it they are as learned, with {class_weight} of classes weighted so.",
        group="Loss",
        needs="probabilities of validation rows",
    )
    class_weight: ClassWeight = setting(
        "none",
        "Weights of the classes' rows; balanced: every class weighs the same.",
        group="Loss",
        metavar="none|balanced|CLASS=W,...",
        parse=_parse_class_weight,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.class_weight, str):
            return
        if not isinstance(self.class_weight, tuple):
            raise SettingsError(
                f"{self.class_weight!r:.40} names no classes", "Write CLASS=2.5.", setting="class_weight"
            )
        for name, weight in self.class_weight:
            if not 0 <= weight < float("inf"):
                what = "a weight below 0" if weight < 0 else "a weight that is no finite number"
                raise SettingsError(f"{name!r} has {what}", "Give 0 or more.", setting="class_weight")
