"""Settings that were given and cannot act in a training, each with its reason."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from mlpcli.data.schema import CATEGORY, DATE, NUMBER
from mlpcli.errors import Sentence
from mlpcli.model.compatibility import is_minimized
from mlpcli.model.tasks import Regression
from mlpcli.nn.optimizers import OPTIMIZERS, UpdateRule
from mlpcli.nn.schedules import PLATEAU
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


def _has_inputs(*kinds: str) -> Callable[[Prepared], bool]:
    return lambda prepared: any(each.kind in kinds for each in prepared.schema.inputs)


NEEDS: dict[str, Need] = {
    "two classes": Need(lambda prepared: prepared.task.name == "binary", "the target has not two classes"),
    "numbers to predict": Need(
        lambda prepared: isinstance(prepared.task, Regression), "the target is not a number"
    ),
    "number columns": Need(_has_inputs(NUMBER, DATE), "no input is a number"),
    "category columns": Need(_has_inputs(CATEGORY), "no input is a category"),
    "validation rows": Need(
        lambda prepared: prepared.has_held_rows,
        "no rows are held out: every epoch runs, the last counts",
    ),
    "folds to refit": Need(
        lambda prepared: bool(prepared.folds) and prepared.options.training.schedule != PLATEAU,
        "it needs {folds}, and a {schedule} that follows no validation loss",
    ),
    "a race": Need(lambda prepared: len(prepared.configurations) > 1, "there is no race"),
    "probabilities of validation rows": Need(
        lambda prepared: (
            prepared.has_held_rows
            and not isinstance(prepared.task, Regression)
            and not prepared.options.network.threshold_unit
        ),
        "it is for probabilities of classes, with rows that are held out",
    ),
    "hidden layers": Need(
        lambda prepared: bool(prepared.options.network.hidden), "there are no hidden layers"
    ),
    "an activation": Need(
        lambda prepared: bool(prepared.options.network.hidden or prepared.options.network.threshold_unit),
        "there are no hidden layers",
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


def without_effect(prepared: Prepared, named: Collection[str]) -> list[Sentence]:
    """A sentence on each of the named settings that has nothing to act on, also with its default value."""
    given = prepared.given.values()
    unused = [
        Sentence(f"{{{name}}} has no effect: {NEEDS[described.needs].otherwise}")
        for each in SETTINGS_CLASSES
        for name, described in described_fields(each).items()
        if described.needs
        and name in named
        and given[name] not in (None, False)
        and not NEEDS[described.needs].met(prepared)
    ]
    if "validation" in named and given["validation"] == 0.0 and given["folds"]:
        unused.append(Sentence("{validation} none has no effect: by {folds} each network holds out a fold"))
    dropped = [name for name in prepared.schema.target if name in given["drop"]]
    if dropped:
        unused.append(Sentence("{drop} has no effect on {}: it is the target", dropped[0]))
    return unused


def unused_settings(prepared: Prepared) -> frozenset[str]:
    """Names of the settings that have nothing to act on, given or not."""
    return frozenset(
        name
        for each in SETTINGS_CLASSES
        for name, described in described_fields(each).items()
        if described.needs and not NEEDS[described.needs].met(prepared)
    )
