"""Settings that were given and cannot act in a training, each with its reason."""

from collections.abc import Callable
from dataclasses import dataclass

from mlpcli.errors import Sentence
from mlpcli.model.compatibility import is_minimized
from mlpcli.model.tasks import Regression
from mlpcli.nn.optimizers import OPTIMIZERS, UpdateRule
from mlpcli.options.options import SETTINGS_CLASSES
from mlpcli.preparation.prepare import Prepared
from mlpcli.settings import described_fields


@dataclass(frozen=True)
class Need:
    """What some settings need in order to act, and what is said of them where it is not there."""

    met: Callable[[Prepared], bool]
    otherwise: str


def _of_loss(name: str) -> Need:
    return Need(lambda prepared: prepared.options.objective.loss == name, "it is for {loss} " + name)


def _of_rule(name: str) -> Need:
    def met(prepared: Prepared) -> bool:
        rule = OPTIMIZERS[str(prepared.options.optimizer.optimizer)]
        return issubclass(rule, UpdateRule) and name in rule.settings

    return Need(met, "this {optimizer} has none")


def _decays(prepared: Prepared) -> bool:
    rule = OPTIMIZERS[str(prepared.options.optimizer.optimizer)]
    given = prepared.options.regularization.weight_decay
    return bool(rule.default_weight_decay if given is None and issubclass(rule, UpdateRule) else given)


def _drops(prepared: Prepared) -> bool:
    network = prepared.options.network
    return any(network.dropout_rates()) or bool(network.input_dropout)


NEEDS: dict[str, Need] = {
    "validation rows": Need(
        lambda prepared: prepared.has_held_rows,
        "no rows are held out: every epoch runs, the last counts",
    ),
    "probabilities of validation rows": Need(
        lambda prepared: prepared.has_held_rows and not isinstance(prepared.task, Regression),
        "it is for classes with rows that are held out",
    ),
    "hidden layers": Need(
        lambda prepared: bool(prepared.options.network.hidden), "there are no hidden layers"
    ),
    "waves": Need(
        lambda prepared: prepared.options.network.number_embedding in ("pbld", "plr"),
        "it is for {number_embedding} pbld and plr",
    ),
    "dropout": Need(_drops, "there is no dropout"),
    "weight decay": Need(_decays, "there is no {weight_decay}"),
    "batches": Need(
        lambda prepared: not is_minimized(prepared.options), "this {optimizer} takes all rows at once"
    ),
    "momentum": _of_rule("momentum"),
    "beta2": _of_rule("beta2"),
    "loss huber": _of_loss("huber"),
    "loss quantile": _of_loss("quantile"),
    "loss focal": _of_loss("focal"),
}
"""By the name that settings give in `Setting.needs`."""


def without_effect(prepared: Prepared) -> list[Sentence]:
    """A sentence on each setting that was given, not by a preset, and has nothing to act on."""
    given = prepared.given.values()
    return [
        Sentence(f"{{{name}}} has no effect: {NEEDS[described.needs].otherwise}")
        for each in SETTINGS_CLASSES
        for name, described in described_fields(each).items()
        if described.needs
        and given[name] not in (None, False, each.__dataclass_fields__[name].default)
        and not NEEDS[described.needs].met(prepared)
    ]
