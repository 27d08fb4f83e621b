"""The training loop of mlpcli, with either engine, as `training.py` times it.

It runs with other commits too: what they may not have is not asked for unless an engine is named.
"""

from importlib import import_module
from typing import Any

import numpy as np

from tests.benchmarks.training_cases import Case, class_examples, number_examples
from tests.benchmarks.training_clock import Clock

PLAIN_RATE = 1e-3
DEFAULT_RATE = 0.02
RATE_FACTORS = {"weight": 1.0, "bias": 0.1, "scale": 6.0, "slope": 0.1, "embedding": 0.1}
DECAY_FACTORS = (("scale", 36.0), ("slope", 0.01), ("embedding", 0.01))


def train_own(case: Case, clock: Clock, engine: str | None) -> None:
    """The whole training loop, as `mlpcli train` runs it, without validation rows; None: name no engine."""
    from mlpcli.nn.batches import Examples
    from mlpcli.nn.fitting import fit

    data = number_examples(case) if case.default else class_examples(case)
    generators = {"shuffle": np.random.default_rng(0), "dropout": np.random.default_rng(1)}
    trainer = (_default if case.default else _plain)(case, engine, data[0], generators["dropout"])
    settings = _settings_class()(
        learning_rate=DEFAULT_RATE if case.default else PLAIN_RATE, epochs=10**9, batch_size=case.batch
    )
    records = fit(trainer, Examples(*data), settings, generators)
    clock.start()
    for record in records:
        clock.epoch(record.train_loss)


def _settings_class() -> Any:
    try:
        return import_module("mlpcli.nn.training_settings").TrainingSettings
    except ModuleNotFoundError:  # the name of older commits
        return import_module("mlpcli.nn.course").TrainingSettings


def _of_engine(part: type[Any], engine: str | None) -> type[Any]:
    return part if engine is None else import_module("mlpcli.nn.kernels").of_engine(part, engine)


def _plain(case: Case, engine: str | None, features: Any, dropout: np.random.Generator) -> Any:
    from mlpcli.nn.architecture import NetworkSettings, build_network
    from mlpcli.nn.losses.classes import SoftmaxCrossEntropy
    from mlpcli.nn.optimizers import Adam
    from mlpcli.nn.trainer import Trainer

    named: Any = {} if engine is None else {"engine": engine}
    settings = NetworkSettings(hidden=case.hidden, activation="relu", dropout=0.0)
    network = build_network(settings, case.inputs, case.outputs, dropout, **named)
    network.initialize(np.random.default_rng(0))
    optimizer = _of_engine(Adam, engine)(network.parameters)
    return Trainer(network, _of_engine(SoftmaxCrossEntropy, engine)(), optimizer)


def _default(case: Case, engine: str | None, features: Any, dropout: np.random.Generator) -> Any:
    """As the preset `default` has it for numbers; schedules and averages of weights cost next to nothing."""
    from mlpcli.nn.architecture import NetworkSettings, build_network
    from mlpcli.nn.embeddings import Inputs
    from mlpcli.nn.losses.numbers import MeanSquaredError
    from mlpcli.nn.optimizers import Adam
    from mlpcli.nn.regularization import Regularization, RegularizationSettings
    from mlpcli.nn.trainer import Trainer

    named: Any = {} if engine is None else {"engine": engine}
    settings = NetworkSettings(
        hidden=case.hidden,
        activation="mish",
        parametric=True,
        dropout=0.15,
        number_embedding="pbld",
        frequency_spread=1.0,
        input_scale=True,
    )
    inputs = Inputs(case.inputs, numbers=tuple(range(case.inputs)))
    network = build_network(settings, inputs, case.outputs, dropout, **named)
    network.initialize(np.random.default_rng(0), "data", features[:1000])
    factors = network.rate_factors(RATE_FACTORS, by_width=True)
    optimizer = _of_engine(Adam, engine)(network.parameters, 0.9, 0.95, factors)
    regularization = Regularization(
        network.parameters, RegularizationSettings(weight_decay=0.02, decay_factors=DECAY_FACTORS)
    )
    return Trainer(network, _of_engine(MeanSquaredError, engine)(), optimizer, regularization)
