"""Optimizers, in place on the flat parameter vector. OPTIMIZERS names them.

There are two kinds: an `UpdateRule` takes a step for each batch from its gradient; `LBFGS`, a minimizer,
searches along a direction and so needs the loss of all rows as a function.
"""

from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from mlpcli.nn.optimizers.base import UpdateRule
from mlpcli.nn.optimizers.lbfgs import LBFGS
from mlpcli.nn.optimizers.rules import SGD, AdaGrad, Adam, AdamW, Lion, Momentum, Nesterov, RMSProp
from mlpcli.nn.parameters import GROUPS
from mlpcli.settings import Settings, check_factors, parse_factors, setting

__all__ = ["LBFGS", "OPTIMIZERS", "Adam", "Optimizer", "OptimizerSettings", "UpdateRule"]

Optimizer: TypeAlias = UpdateRule | LBFGS

OPTIMIZERS: dict[str, type[UpdateRule] | type[LBFGS]] = {
    "sgd": SGD,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adagrad": AdaGrad,
    "rmsprop": RMSProp,
    "adam": Adam,
    "adamw": AdamW,
    "lion": Lion,
    "l-bfgs": LBFGS,
}
"""Names are stored in model files: add, never rename."""


@dataclass(frozen=True)
class OptimizerSettings(Settings):
    """Settings of the optimizer."""

    optimizer: str | None = setting(
        None, "Update rule.", group="Optimizer", choices=tuple(OPTIMIZERS), common=True
    )
    momentum: float = setting(
        0.9,
        "Share of past gradients to keep (beta1 of adam).",
        group="Optimizer",
        at_least=0,
        below=1,
        needs="momentum",
    )
    beta2: float | None = setting(
        None,
        "Share of past squared gradients to keep. If the preset sets none, it is 0.999, of rmsprop 0.9, "
        "of lion 0.99.",
        group="Optimizer",
        at_least=0,
        below=1,
        of_steps=True,
        needs="beta2",
    )
    rate_factors: tuple[tuple[str, float], ...] | None = setting(
        None,
        f"Factors of the learning rate by kind of parameter. The kinds are {', '.join(GROUPS)}.",
        group="Optimizer",
        metavar="KIND=F,...",
        parse=partial(parse_factors, "rate_factors"),
        of_steps=True,
    )
    rate_by_width: bool | None = setting(
        None,
        "Divide the learning rate of each layer by the root of its number of inputs.",
        group="Optimizer",
        of_steps=True,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        check_factors("rate_factors", self.rate_factors or (), GROUPS)
