"""Settings of the objective: the loss, its calibration and the weights of classes."""

from dataclasses import dataclass
from typing import TypeAlias

from mlpcli.errors import SettingsError
from mlpcli.nn.losses import LOSS_NAMES
from mlpcli.settings import AUTO, Settings, parse_factors, setting

LARGEST_WEIGHT = 1e12
"""Sums over all rows, and of squares, stay far below the largest float32."""

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
        "Loss to minimize. By default (auto) mse for numbers, cross-entropy for classes.",
        group="Loss",
        choices=(AUTO, *LOSS_NAMES),
        common=True,
    )
    calibrate: bool | None = setting(
        None,
        "Fit the temperature and bias of probabilities on validation rows. This also undoes the "
        "shift by {class_weight}.",
        group="Loss",
        needs="probabilities of validation rows",
    )
    class_weight: ClassWeight = setting(
        "none",
        "Weight of each class's rows. With balanced every class weighs the same.",
        group="Loss",
        metavar="none|balanced|CLASS=W,...",
        parse=_parse_class_weight,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.class_weight, str):
            return
        for name, weight in self.class_weight:
            if not 0 <= weight <= LARGEST_WEIGHT:
                what = "a weight below 0" if weight < 0 else f"a weight above {LARGEST_WEIGHT:g}"
                hint = "Give 0 or more; only the ratios matter."
                raise SettingsError(f"{name!r:.40} has {what}", hint, setting="class_weight")
