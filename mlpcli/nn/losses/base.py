"""Base classes of losses, and the settings of losses."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

import numpy as np

from mlpcli.errors import SettingsError
from mlpcli.nn.scratch import AnyArray, FloatArray, Scratch
from mlpcli.settings import Settings, setting

TargetKind: TypeAlias = Literal["numbers", "classes", "labels"]


def _parse_quantiles(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise SettingsError(
            f"{text!r} is not a list of numbers", "Write 0.1,0.5,0.9.", setting="quantiles"
        ) from None


@dataclass(frozen=True)
class LossSettings(Settings):
    """Parameters of losses."""

    huber_delta: float = setting(
        1.0,
        "Error at which Huber's loss turns from squared to absolute, in standard deviations of the target.",
        group="Loss",
        above=0,
        needs="loss huber",
    )
    quantiles: tuple[float, ...] = setting(
        (0.1, 0.5, 0.9),
        "Levels that {loss} quantile learns together. [default: 0.1,0.5,0.9]",
        group="Loss",
        metavar="LEVELS",
        parse=_parse_quantiles,
        needs="loss quantile",
    )
    label_smoothing: float | None = setting(
        None,
        "Share of the probability that cross-entropy spreads evenly over the classes.",
        group="Loss",
        at_least=0,
        below=1,
    )
    focal_gamma: float = setting(
        2.0,
        "How strongly {loss} focal favours rows that are hard to classify.",
        group="Loss",
        at_least=0,
        needs="loss focal",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        levels = self.quantiles
        if (
            not isinstance(levels, tuple)
            or not levels
            or not all(isinstance(level, (int, float)) and 0 < level < 1 for level in levels)
        ):
            raise SettingsError("a level is not between 0 and 1", "Write 0.1,0.5,0.9.", setting="quantiles")
        if list(levels) != sorted(set(levels)):
            raise SettingsError(
                "the levels are not in ascending order", "Write 0.1,0.5,0.9.", setting="quantiles"
            )


class Loss(ABC):
    """A scalar function of raw outputs (rows, n_out) and targets: the mean over rows of weight · loss."""

    target: ClassVar[TargetKind]
    """The kind of target it is for: numbers, one class out of several, or yes-or-no labels."""
    given_name: ClassVar[str] = ""
    """The name a user gives, if it is not that in LOSSES: labels share the names of classes."""
    owns_link: ClassVar[bool] = False
    """Whether it maps raw outputs of a regression to predictions itself, so that no output activation may."""

    def __init__(self, settings: LossSettings | None = None) -> None:
        self._scratch = Scratch()
        self._settings = settings or LossSettings()

    def value(self, outputs: FloatArray, targets: AnyArray, weights: FloatArray | None) -> float:
        """The weighted mean loss."""
        return self.gradient(outputs, targets, weights, self._scratch("unused", outputs.shape, outputs.dtype))

    @abstractmethod
    def gradient(
        self,
        outputs: FloatArray,
        targets: AnyArray,
        weights: FloatArray | None,
        d_outputs: FloatArray,
        *,
        with_loss: bool = True,
    ) -> float:
        """Write the gradient by the outputs into `d_outputs`; returns the value, NaN without `with_loss`."""

    def link(self, outputs: FloatArray) -> FloatArray:
        """Predictions in encoded units: values, or probabilities."""
        return outputs

    def point_prediction(self, predictions: FloatArray) -> FloatArray:
        """The point prediction of each target."""
        return predictions


class ElementwiseLoss(Loss):
    """Base of losses that are also a mean over outputs; a subclass gives loss and slope of each element."""

    def gradient(
        self,
        outputs: FloatArray,
        targets: AnyArray,
        weights: FloatArray | None,
        d_outputs: FloatArray,
        *,
        with_loss: bool = True,
    ) -> float:
        losses = self._scratch("losses", outputs.shape, outputs.dtype)
        self._write(outputs, targets, losses, d_outputs)
        elements = outputs.size
        if weights is not None:
            losses *= weights
            d_outputs *= weights
        d_outputs *= 1.0 / elements
        return total(losses) / elements if with_loss else math.nan

    @abstractmethod
    def _write(self, outputs: FloatArray, targets: AnyArray, losses: FloatArray, slopes: FloatArray) -> None:
        """Write each element's loss, and its derivative by the output."""

    def _temporary(self, name: str, like: FloatArray) -> FloatArray:
        return self._scratch(name, like.shape, like.dtype)


def total(losses: FloatArray) -> float:
    """The sum, in float64."""
    # Less than half the time of losses.sum(dtype=...), 4 % of a small step.
    return float(np.add.reduce(losses, axis=None, dtype=np.float64))


def sigmoid(outputs: FloatArray, out: FloatArray) -> FloatArray:
    """(1 + tanh(z / 2)) / 2: σ(z) without overflow."""
    np.multiply(outputs, 0.5, out=out)
    np.tanh(out, out=out)
    out += 1.0
    out *= 0.5
    return out
