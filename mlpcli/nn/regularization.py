"""Regularization of weights: penalties, weight decay, and a limit on the gradient's norm."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from mlpcli.nn.parameters import GROUPS, ParameterVector
from mlpcli.nn.scratch import FloatArray
from mlpcli.settings import Settings, check_factors, parse_factors, setting

SMALL_SQUARES = 1e-30
"""Below this sum of squares some may be too small for float32, or imprecise."""


@dataclass(frozen=True)
class RegularizationSettings(Settings):
    """Penalties of large weights; dropout is in the network's settings, early stopping in the training's."""

    l1: float | None = setting(
        None,
        "Weight of the L1 penalty, the sum of absolute weights. It makes useless weights exactly 0.",
        group="Regularization",
        at_least=0,
        of_steps=True,
    )
    l2: float | None = setting(
        None,
        "Weight of the L2 penalty, half the sum of squared weights.",
        group="Regularization",
        at_least=0,
    )
    weight_decay: float | None = setting(
        None,
        "Share of each weight to remove in a step, times the learning rate. Of sgd, momentum and "
        "nesterov this is the same as an L2 penalty. If the preset sets none, it is 0, of adamw 0.01.",
        group="Regularization",
        at_least=0,
        of_steps=True,
    )
    decay_factors: tuple[tuple[str, float], ...] | None = setting(
        None,
        "Factors of the weight decay by kind of parameter. If the preset sets none, weight=1, all others 0.",
        group="Regularization",
        metavar="KIND=F,...",
        parse=partial(parse_factors, "decay_factors"),
        of_steps=True,
        needs="weight decay",
    )
    clip_norm: float | None = setting(
        None,
        "Largest norm of a gradient. Longer gradients are shortened to it.",
        group="Regularization",
        above=0,
        of_steps=True,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        check_factors("decay_factors", self.decay_factors or (), GROUPS)


class Regularization:
    """The parts of a training step before its update that limit weights and gradients.

    The penalty l2 leaves biases alone, and so does l1, which is no part of the gradient: an `UpdateRule` has
    it.
    """

    def __init__(
        self,
        parameters: ParameterVector,
        settings: RegularizationSettings | None = None,
        default_weight_decay: float = 0.0,
        frozen: Sequence[slice] = (),
    ) -> None:
        settings = settings or RegularizationSettings()
        self.l2 = settings.l2 or 0.0
        self._clip_norm = settings.clip_norm
        self._decay = default_weight_decay if settings.weight_decay is None else settings.weight_decay
        factors = {"weight": 1.0} | dict(settings.decay_factors or ())
        self._decayed = [
            (parameters.values[parameters.groups[group]], factor)
            for group, factor in factors.items()
            if factor
        ]
        self._gradients = parameters.gradients
        self._frozen = frozen
        weights = parameters.groups["weight"]
        self._weights, self._d_weights = parameters.values[weights], parameters.gradients[weights]
        self._change = np.empty_like(self._weights)

    def penalty(self) -> float:
        """l2 / 2 · Σ w²."""
        return self.l2 / 2.0 * float(np.sum(np.square(self._weights, dtype=np.float64)))

    def before_update(self, learning_rate: float, decay_factor: float = 1.0) -> None:
        """Add the penalty's gradient, shorten the gradient, decay the values (Loshchilov & Hutter 2019)."""
        self.add_penalty_gradient()
        if self._clip_norm is not None:
            self._clip(self._clip_norm)
        if self._decay:
            for values, factor in self._decayed:
                values *= 1.0 - min(learning_rate * self._decay * decay_factor * factor, 1.0)

    def add_penalty_gradient(self) -> None:
        """Add l2 · w to the weights' gradients; frozen ones get 0, so that they count in no norm."""
        if self.l2:
            self._d_weights += np.multiply(self._weights, self.l2, out=self._change)
        for place in self._frozen:
            self._gradients[place] = 0.0

    def _clip(self, longest: float) -> None:
        """Pascanu et al. 2013 (arXiv 1211.5063), by the norm of all gradients together."""
        gradients = self._gradients
        squares = np.einsum("i,i->", gradients, gradients, dtype=gradients.dtype)
        if SMALL_SQUARES < squares < math.inf:
            gradients *= np.minimum(longest / np.sqrt(squares), 1.0)
        else:
            _clip_far_out(gradients, longest)


def _clip_far_out(gradients: FloatArray, longest: float) -> None:
    """The same where squares leave the range of float32, as from a length of 1.8e19."""
    largest = float(np.max(np.abs(gradients), initial=0.0))
    if not 0.0 < largest < math.inf:
        return
    shares = gradients / largest
    length = math.sqrt(np.sum(np.square(shares, dtype=np.float64)))
    # Lengths in units of the largest number: the factor longest / length itself may be below all numbers.
    if longest / largest < length:
        np.multiply(shares, longest / length, out=gradients)
