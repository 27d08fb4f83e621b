"""A network as dense layers, each with its function: the form in which both dialects write it."""

from dataclasses import dataclass, replace

import numpy as np

from mlpcli.arrays import Array
from mlpcli.errors import DataError
from mlpcli.workflows.exporting import description as told


@dataclass(frozen=True)
class ChainLink:
    """x W + b, to which further inputs may be added, and then a function."""

    weight: Array
    bias: Array
    function: str = "identity"
    slopes: Array | None = None
    wide: tuple[int, ...] = ()
    """Inputs of the first link that are added to the outputs of this one, unless it is itself the first."""
    wide_weight: Array | None = None


def chain_of(network: told.NetworkSteps) -> tuple[told.SideStep | None, list[ChainLink]]:
    """What comes before the first dense layer, and the layers; factors become part of the weights."""
    side: told.SideStep | None = None
    links: list[ChainLink] = []
    factors: Array | None = None
    for step in network.steps:
        if isinstance(step, told.SideStep) and not links and side is None and factors is None:
            side = step
        elif isinstance(step, told.FactorStep):
            own = step.factors.astype(np.float64).ravel()
            factors = own if factors is None else factors * own
        elif isinstance(step, told.DenseStep):
            weight = step.weight if factors is None else step.weight * factors[:, None]
            links.append(ChainLink(weight, step.bias.ravel()))
            if len(links) == 1:
                first_factors = factors
            factors = None
        elif isinstance(step, told.ActivationStep) and links and links[-1].function == "identity":
            last = links[-1]
            slopes = None if step.slopes is None else step.slopes.ravel()
            links[-1] = replace(last, function=step.name, slopes=slopes)
        else:
            raise _refusal()
    if not links or factors is not None:
        raise _refusal()
    if network.wide:
        assert network.wide_weight is not None
        # These are inputs of the first dense layer, behind its factors.
        weight = network.wide_weight.astype(np.float64)
        if first_factors is not None:
            weight = weight * first_factors[list(network.wide), None]
        last = links[-1]
        if len(links) == 1:
            own_weight = last.weight.astype(np.float64)
            own_weight[list(network.wide)] += weight
            links[-1] = replace(last, weight=own_weight)
        else:
            links[-1] = replace(last, wide=network.wide, wide_weight=weight)
    return side, links


def _refusal() -> DataError:
    return DataError(
        "the model cannot be exported as SQL: the order of its layers is not known", "Export it as .py."
    )
