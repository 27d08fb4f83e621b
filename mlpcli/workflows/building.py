"""From a prepared table to the network and trainer of its settings."""

from collections.abc import Mapping

import numpy as np

from mlpcli.nn.losses import LOSSES
from mlpcli.nn.network import Network, build_network
from mlpcli.nn.optimizers import OPTIMIZERS
from mlpcli.nn.trainer import Trainer
from mlpcli.workflows.preparation import Prepared


def initial_network(prepared: Prepared, randomness: Mapping[str, np.random.Generator]) -> Network:
    """The network of the settings, with its starting weights."""
    network = build_network(
        prepared.options.network,
        prepared.encoder.width,
        prepared.task.outputs(prepared.target),
        randomness["dropout"],
    )
    network.initialize(randomness["weights"])
    return network


def build_trainer(prepared: Prepared, network: Network) -> Trainer:
    """The network with the loss and the optimizer of its settings."""
    options = prepared.options
    settings = options.training
    loss = LOSSES[prepared.task.loss_name(options.objective.loss)](options.loss)
    assert settings.optimizer is not None
    optimizer = OPTIMIZERS[settings.optimizer](network.parameters, settings.momentum)
    return Trainer(network, loss, optimizer, settings.l2 or 0.0)
