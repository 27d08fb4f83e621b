"""From a prepared table to the network and trainer of its settings."""

from collections.abc import Mapping

import numpy as np

from mlpcli.errors import SettingsError
from mlpcli.nn.losses import LOSSES
from mlpcli.nn.network import Network, build_network, count_parameters
from mlpcli.nn.optimizers import OPTIMIZERS
from mlpcli.nn.trainer import Trainer
from mlpcli.workflows.preparation import Prepared

MOST_PARAMETERS = 1 << 34
"""64 GB for the weights alone, and four times that to train them."""


def initial_network(prepared: Prepared, randomness: Mapping[str, np.random.Generator]) -> Network:
    """The network of the settings, with its starting weights."""
    outputs = prepared.task.outputs(prepared.target)
    size = count_parameters(prepared.options.network, prepared.encoder.width, outputs)
    if size > MOST_PARAMETERS:
        raise SettingsError(f"--hidden: the network would have {size:,} parameters", "Write smaller layers.")
    network = build_network(
        prepared.options.network,
        prepared.encoder.width,
        outputs,
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
