"""Networks with their starting weights, and trainers of the settings."""

from collections.abc import Mapping

import numpy as np

from mlpcli.arrays import Array
from mlpcli.model.blueprint import loss_of
from mlpcli.model.compatibility import is_minimized
from mlpcli.model.encoded_rows import EncodedRows
from mlpcli.nn.kernels import NUMBA, NUMPY, Engine, of_engine
from mlpcli.nn.network import PREDICTION_ROWS, Network
from mlpcli.nn.optimizers import OPTIMIZERS, Optimizer, UpdateRule
from mlpcli.nn.parameters import GROUPS
from mlpcli.nn.regularization import Regularization
from mlpcli.nn.trainer import Trainer
from mlpcli.preparation.prepare import Prepared


def initial_network(
    prepared: Prepared, randomness: Mapping[str, np.random.Generator], training: EncodedRows, number: int = 0
) -> Network:
    """The network of the settings, the `number`th, with its starting weights for these training rows."""
    features, weights = training.features, training.weights
    network = prepared.blueprint.build(randomness["dropout"], engine_of(prepared))
    sample = features[sampled_rows(len(features), weights)]
    network.initialize(randomness["weights"], prepared.options.network.init or "auto", sample)
    if prepared.transfer is not None:
        prepared.transfer.apply(network, number)
    return network


def trained_network(prepared: Prepared, number: int, values: Array, constants: Array | None) -> Network:
    """The `number`th network with weights that it has learned."""
    network = prepared.of_member(number).blueprint.build()
    network.parameters.values[:] = values
    if constants is not None:
        network.parameters.constants[:] = constants
    return network


def engine_of(prepared: Prepared) -> Engine:
    """The engine of the settings; before one is chosen, NumPy."""
    return NUMBA if prepared.options.run.engine == NUMBA else NUMPY


def sampled_rows(rows: int, weights: Array | None) -> Array:
    """Row numbers from all over the table, the same on every run, for starting values from the data.

    With weights a row is there as often as its share of the weight asks for. Whole numbers up to
    PREDICTION_ROWS in all repeat it exactly, so that starting values are those of the repeated rows.
    """
    if weights is None:
        return np.linspace(0, rows - 1, min(rows, PREDICTION_ROWS)).astype(np.intp)
    ends = np.cumsum(weights)
    places = (np.arange(PREDICTION_ROWS) + 0.5) / PREDICTION_ROWS * ends[-1]
    if (weights % 1 == 0).all():
        copies = int(min(ends[-1], PREDICTION_ROWS))
        places = np.floor(np.linspace(0, ends[-1] - 1, copies))
    return np.asarray(np.minimum(np.searchsorted(ends, places, side="right"), rows - 1))


def batch_rows(prepared: Prepared) -> int:
    """Rows of the training part that are learned from at once."""
    rows = len(prepared.parts["train"])
    assert prepared.options.training.batch_size is not None
    return rows if is_minimized(prepared.options) else min(rows, prepared.options.training.batch_size)


def build_trainer(prepared: Prepared, network: Network) -> Trainer:
    """The network with the loss and the optimizer of its settings."""
    options, settings = prepared.options, prepared.options.optimizer
    assert settings.optimizer is not None
    engine = engine_of(prepared)
    rule = of_engine(OPTIMIZERS[settings.optimizer], engine)
    optimizer: Optimizer
    default_weight_decay = 0.0
    if issubclass(rule, UpdateRule):
        by_group = dict.fromkeys(GROUPS, 1.0) | dict(settings.rate_factors or ())
        factors = network.rate_factors(by_group, by_width=bool(settings.rate_by_width))
        l1 = options.regularization.l1 or 0.0
        optimizer = rule(network.parameters, settings.momentum, settings.beta2, factors, l1)
        default_weight_decay = rule.default_weight_decay
    else:
        optimizer = rule(network.parameters)
    frozen = () if prepared.transfer is None else prepared.transfer.frozen
    return Trainer(
        network,
        loss_of(options, prepared.task, engine=engine),
        optimizer,
        Regularization(network.parameters, options.regularization, default_weight_decay, frozen),
        validation_loss=loss_of(options, prepared.task, hard=True, engine=engine),
        frozen=frozen,
    )
