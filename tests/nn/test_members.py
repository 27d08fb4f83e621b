"""Networks side by side equal each of them alone: same start, own order of rows, own masks, own norms."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from mlpcli.nn.activations import ACTIVATIONS
from mlpcli.nn.architecture import NetworkSettings, build_network
from mlpcli.nn.arrays import AnyArray, FloatArray
from mlpcli.nn.batches import Batches, Examples
from mlpcli.nn.embeddings import NUMBER_EMBEDDINGS, Inputs
from mlpcli.nn.losses import LOSSES, ClassLoss, Loss, LossSettings, Poisson, Quantile
from mlpcli.nn.losses.labels import LabelLoss
from mlpcli.nn.network import Network
from mlpcli.nn.optimizers import OPTIMIZERS, UpdateRule
from mlpcli.nn.parameters import GROUPS
from mlpcli.nn.regularization import Regularization, RegularizationSettings
from mlpcli.nn.trainer import Trainer

MEMBERS, OUTPUTS = 3, 3
ROWS, BATCH, EPOCHS = 11, 4, 3
"""The last of three batches has 3 rows."""
INPUTS = Inputs(5, numbers=(3, 1), categories=((0, 2), (4, 3)))
RATE = 0.02
RULES = [name for name, kind in OPTIMIZERS.items() if issubclass(kind, UpdateRule)]


@dataclass(frozen=True)
class Case:
    """What may be different in single networks and in a stack of them."""

    network: NetworkSettings = NetworkSettings(hidden=(6, 4), activation="tanh")
    regularization: RegularizationSettings = RegularizationSettings()
    loss: str = "mse"
    loss_settings: LossSettings = LossSettings()
    optimizer: str = "adam"
    weighted: bool = False
    wide: bool = False
    output_activation: str = "identity"
    by_width: bool = False


def features() -> FloatArray:
    generator = np.random.default_rng(1)
    x: FloatArray = generator.standard_normal((ROWS, INPUTS.width))
    for column, levels in INPUTS.categories:
        x[:, column] = generator.integers(0, levels + 1, ROWS)
    return x


def targets_for(loss: Loss) -> AnyArray:
    generator = np.random.default_rng(2)
    if isinstance(loss, ClassLoss):
        return generator.integers(0, OUTPUTS, ROWS)
    if isinstance(loss, LabelLoss):
        return generator.integers(0, 2, (ROWS, OUTPUTS)).astype(np.float64)
    if isinstance(loss, Poisson):
        return generator.poisson(2.0, (ROWS, OUTPUTS)).astype(np.float64)
    return generator.standard_normal((ROWS, 1 if isinstance(loss, Quantile) else OUTPUTS))


class Stand:
    """One network, or a stack, with all that trains it; `generators` drop units out."""

    def __init__(self, case: Case, generators: list[np.random.Generator], members: int | None) -> None:
        self.network: Network = build_network(
            case.network,
            INPUTS,
            OUTPUTS,
            generators,
            np.float64,
            wide=np.array([1, 0]) if case.wide else None,
            output_activation=case.output_activation,
            members=members,
        )
        self.loss = LOSSES[case.loss](case.loss_settings)
        parameters = self.network.parameters
        factors = self.network.rate_factors(
            dict.fromkeys(GROUPS, 1.0) | {"bias": 0.5}, by_width=case.by_width
        )
        rule = OPTIMIZERS[case.optimizer]
        assert issubclass(rule, UpdateRule)
        self.trainer = Trainer(
            self.network,
            self.loss,
            rule(parameters, rate_factors=factors if case.by_width else None),
            Regularization(parameters, case.regularization),
        )
        weights = np.random.default_rng(3).uniform(0.1, 2.0, (ROWS, 1)) if case.weighted else None
        self.examples = Examples(features(), targets_for(self.loss), weights)

    def train(self, orders: list[AnyArray]) -> list[float]:
        """The loss of each step, over epochs in the given orders."""
        batches = Batches(self.examples, BATCH)
        losses = []
        for number, order in enumerate(orders):
            self.network.set_dropout(1.0 - 0.25 * number)
            for batch in batches.in_order(order):
                losses.append(self.trainer.step(batch, RATE, 1.0 - 0.25 * number))
        return losses


def assert_equal_to_single_ones(case: Case) -> None:
    def generators() -> list[np.random.Generator]:
        return [np.random.default_rng(10 + member) for member in range(MEMBERS)]

    alone = [Stand(case, [generator], None) for generator in generators()]
    stack = Stand(case, generators(), MEMBERS)
    for member, stand in enumerate(alone):
        stand.network.initialize(np.random.default_rng(20 + member), sample=features())
        if stand.network.shortcut is not None:
            stand.network.shortcut.weight[:] = 0.1
        stack.network.parameters.values[member] = stand.network.parameters.values
        # Bins come from the rows, which all members share.
        stack.network.parameters.constants[:] = stand.network.parameters.constants
    start = stack.network.parameters.values.copy()

    shuffle = np.random.default_rng(30)
    orders = [np.stack([shuffle.permutation(ROWS) for _ in range(MEMBERS)]) for _ in range(EPOCHS)]
    of_stack = stack.train(orders)
    of_each = [stand.train([order[member] for order in orders]) for member, stand in enumerate(alone)]

    values = stack.network.parameters.values
    assert np.all(np.isfinite(values))
    assert np.all(np.any(values != start, axis=1))
    assert_close(of_stack, np.sum(of_each, axis=0))
    assert_close(values, np.stack([stand.network.parameters.values for stand in alone]))
    predictions = stack.network.predict(features())
    assert predictions.shape == (MEMBERS, ROWS, OUTPUTS)
    assert_close(predictions, np.stack([stand.network.predict(features()) for stand in alone]))
    predictions = [stack.loss.link(each) for each in predictions]
    assert_close(stack.loss.link(predictions), np.stack(predictions))


def assert_close(of_stack: FloatArray | list[float], of_members: FloatArray) -> None:
    np.testing.assert_allclose(of_stack, of_members, rtol=1e-10, atol=1e-12)


PLAIN = Case()
CASES = {
    "linear": replace(PLAIN, network=NetworkSettings(hidden=())),
    "dropout": replace(PLAIN, network=replace(PLAIN.network, dropout=(0.5, 0.2))),
    "l2": replace(PLAIN, regularization=RegularizationSettings(l2=0.1)),
    "l1": replace(PLAIN, regularization=RegularizationSettings(l1=0.1)),
    "decay": replace(
        PLAIN, regularization=RegularizationSettings(weight_decay=0.3, decay_factors=(("bias", 0.5),))
    ),
    "clipped": replace(PLAIN, regularization=RegularizationSettings(clip_norm=0.5), optimizer="sgd"),
    "rates": replace(PLAIN, by_width=True),
    "wide": replace(PLAIN, wide=True),
    "output activation": replace(PLAIN, output_activation="softplus", wide=True),
    "smoothed": replace(PLAIN, loss="cross-entropy", loss_settings=LossSettings(label_smoothing=0.1)),
    "everything": Case(
        network=NetworkSettings(
            hidden=(6, 4),
            activation="mish",
            parametric=True,
            dropout=0.2,
            number_embedding="pbld",
            input_scale=True,
        ),
        regularization=RegularizationSettings(l1=0.01, l2=0.1, weight_decay=0.1, clip_norm=0.5),
        loss="cross-entropy",
        weighted=True,
        wide=True,
        by_width=True,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_stack_equals_its_members(name: str) -> None:
    assert_equal_to_single_ones(CASES[name])


@pytest.mark.parametrize("weighted", [False, True], ids=["unweighted", "weighted"])
@pytest.mark.parametrize("loss", LOSSES)
def test_under_every_loss(loss: str, weighted: bool) -> None:
    assert_equal_to_single_ones(replace(PLAIN, loss=loss, weighted=weighted))


@pytest.mark.parametrize("parametric", [False, True], ids=["plain", "parametric"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_with_every_activation(activation: str, parametric: bool) -> None:
    network = replace(PLAIN.network, activation=activation, parametric=parametric)
    assert_equal_to_single_ones(replace(PLAIN, network=network))


@pytest.mark.parametrize("name", ["none", *NUMBER_EMBEDDINGS])
def test_with_every_embedding_and_a_scale(name: str) -> None:
    network = replace(PLAIN.network, number_embedding=name, input_scale=True, parametric=True)
    assert_equal_to_single_ones(replace(PLAIN, network=network))


@pytest.mark.parametrize(
    "optimizer", [name for name, kind in OPTIMIZERS.items() if issubclass(kind, UpdateRule)]
)
def test_with_every_update_rule(optimizer: str) -> None:
    assert_equal_to_single_ones(replace(PLAIN, optimizer=optimizer))


def test_predictions_of_more_rows_than_a_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlpcli.nn.network.PREDICTION_ROWS", 4)
    assert_equal_to_single_ones(replace(PLAIN, wide=True))


def test_members_have_rows_of_their_own() -> None:
    stand = Stand(PLAIN, [], MEMBERS)
    order = np.stack([np.arange(ROWS), np.arange(ROWS)[::-1], np.roll(np.arange(ROWS), 1)])
    batches = Batches(stand.examples, BATCH).in_order(order)
    seen = [batch.features.copy() for batch in batches]
    assert [rows.shape for rows in seen] == [(3, 4, 5), (3, 4, 5), (3, 3, 5)]
    together = np.concatenate(seen, axis=1)
    np.testing.assert_array_equal(together, stand.examples.features[order])


def test_one_member_does_not_feel_the_others() -> None:
    """Whatever the first has for numbers, even none, the second learns the same."""
    results = []
    for first in (0.1, np.nan):
        case = replace(
            PLAIN, regularization=RegularizationSettings(clip_norm=0.5, l2=0.1), loss="cross-entropy"
        )
        stand = Stand(case, [], 2)
        values = stand.network.parameters.values
        values[0], values[1] = first, np.random.default_rng(1).standard_normal(values.shape[1])
        order = np.random.default_rng(2).permutation(ROWS)
        stand.train([np.stack([order, order])])
        results.append(values[1].tobytes())
    assert results[0] == results[1]


def test_parameters_have_a_row_for_each_member() -> None:
    case = CASES["everything"]
    single, stack = Stand(case, [], None).network, Stand(case, [], MEMBERS).network
    assert stack.parameters.values.shape == (MEMBERS, single.parameters.size)
    assert stack.parameters.size == single.parameters.size
    assert stack.parameters.groups == single.parameters.groups
    assert stack.summary() == single.summary()
