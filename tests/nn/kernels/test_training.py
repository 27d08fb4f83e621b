"""Whole trainings by both engines from one seed, with the kinds of network that the presets build."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from mlpcli.nn.architecture import NetworkSettings, build_network
from mlpcli.nn.batches import Examples
from mlpcli.nn.embeddings import Inputs
from mlpcli.nn.fitting import fit
from mlpcli.nn.kernels import NUMBA, NUMPY, Engine, of_engine
from mlpcli.nn.losses import LOSSES, LossSettings
from mlpcli.nn.optimizers import OPTIMIZERS, UpdateRule
from mlpcli.nn.regularization import Regularization, RegularizationSettings
from mlpcli.nn.trainer import Trainer
from mlpcli.nn.training_settings import TrainingSettings

ROWS, HELD_OUT, EPOCHS = 600, 300, 12
STRONG: dict[str, Any] = {"hidden": (24, 24, 24), "parametric": True, "input_scale": True, "init": "data"}
STEPS: dict[str, Any] = {"schedule": "coslog", "decay_schedule": "flat-cosine"}
FACTORS = {"bias": 0.1, "scale": 6.0, "slope": 0.1, "embedding": 0.1}


@dataclass(frozen=True)
class Kind:
    """A kind of network with its loss and its steps, as a preset has them."""

    loss: str
    network: dict[str, Any]
    training: dict[str, Any]
    smoothing: float = 0.0
    images: bool = False


KINDS = {
    "textbook": Kind(
        "cross-entropy",
        {"hidden": (32, 32), "activation": "relu"},
        {"learning_rate": 1e-3, "schedule": "cosine"},
    ),
    "regression": Kind(
        "mse",
        STRONG | {"activation": "mish", "number_embedding": "pbld", "dropout": 0.3},
        STEPS | {"learning_rate": 0.1, "dropout_schedule": "flat-cosine"},
    ),
    "classes": Kind(
        "cross-entropy",
        STRONG | {"activation": "selu", "number_embedding": "pbld", "dropout": 0.15},
        STEPS | {"learning_rate": 0.04},
        smoothing=0.1,
    ),
    "images": Kind(
        "cross-entropy",
        STRONG | {"hidden": (32, 32), "activation": "gelu", "dropout": 0.3, "input_dropout": 0.1},
        STEPS | {"learning_rate": 0.04},
        smoothing=0.1,
        images=True,
    ),
}


def table(kind: Kind) -> tuple[Inputs, Examples]:
    """Noisy waves of four numbers and a category, or bright spots among 36 pixels in three classes."""
    generator = np.random.default_rng(5)
    rows = ROWS + HELD_OUT
    if kind.images:
        classes = generator.integers(0, 3, rows)
        features = generator.uniform(0.0, 1.0, (rows, 36))
        features[np.arange(rows), 7 * classes + generator.integers(0, 3, rows)] += 1.0
        return Inputs(36, numbers=tuple(range(36))), Examples(features.astype(np.float32), classes)
    features = generator.standard_normal((rows, 5))
    features[:, 4] = generator.integers(0, 5, rows)
    wave = np.sin(2 * features[:, 0]) + features[:, 1] * features[:, 2] + 0.5 * (features[:, 4] == 2)
    wave += 0.3 * generator.standard_normal(rows)
    targets: Any = wave[:, None].astype(np.float32)
    if kind.loss == "cross-entropy":
        targets = np.digitize(wave, [-0.5, 0.5])
    inputs = Inputs(5, numbers=(0, 1, 2, 3), categories=((4, 4),))
    return inputs, Examples(features.astype(np.float32), targets)


def trained(name: str, engine: Engine, seed: int = 0) -> tuple[float, bytes]:
    """The last validation loss and the weights."""
    kind = KINDS[name]
    inputs, examples = table(kind)
    training = Examples(examples.features[:ROWS], examples.targets[:ROWS])
    validation = Examples(examples.features[ROWS:], examples.targets[ROWS:])
    seeds = np.random.SeedSequence(seed).spawn(3)
    weights, shuffle, dropout = (np.random.default_rng(each) for each in seeds)
    network = build_network(
        NetworkSettings(**kind.network), inputs, 1 if kind.loss == "mse" else 3, dropout, engine=engine
    )
    network.initialize(weights, kind.network.get("init", "auto"), training.features)
    strong = name != "textbook"
    rule = of_engine(OPTIMIZERS["adam"], engine)
    assert issubclass(rule, UpdateRule)
    factors = network.rate_factors(FACTORS, by_width=True) if strong else None
    optimizer = rule(network.parameters, beta2=0.95 if strong else None, rate_factors=factors)
    penalties = RegularizationSettings(
        l2=0.0 if strong else 1e-4,
        weight_decay=0.02 if strong else 0.0,
        decay_factors=(("scale", 36.0), ("slope", 0.01), ("embedding", 0.01)),
    )
    loss = of_engine(LOSSES[kind.loss], engine)
    trainer = Trainer(
        network,
        loss(LossSettings(label_smoothing=kind.smoothing)),
        optimizer,
        Regularization(network.parameters, penalties),
        loss(LossSettings()),
    )
    settings = TrainingSettings(epochs=EPOCHS, batch_size=64, **kind.training)
    records = list(fit(trainer, training, settings, {"shuffle": shuffle}, validation=validation))
    last = records[-1].validation_loss
    assert last is not None
    return last, network.parameters.values.tobytes()


@pytest.mark.parametrize("name", KINDS)
def test_both_engines_learn_the_same(name: str) -> None:
    """From one seed the losses of the engines differ by roundings: less than a hundredth of the noise.

    Noise is the standard deviation of NumPy's loss over three seeds; 1 to 5 millionths of it were measured.
    """
    losses = {engine: [trained(name, engine, seed)[0] for seed in range(3)] for engine in (NUMPY, NUMBA)}
    noise = float(np.std(losses[NUMPY], ddof=1))
    between = max(abs(a - b) for a, b in zip(losses[NUMPY], losses[NUMBA], strict=True))
    assert between < noise / 100, (losses, noise)


@pytest.mark.parametrize("name", KINDS)
def test_one_seed_gives_the_same_bytes(name: str) -> None:
    first, second = trained(name, NUMBA), trained(name, NUMBA)
    assert first == second
    assert trained(name, NUMPY)[1] != first[1]
