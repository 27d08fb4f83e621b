"""The thresholds of a trained model, chosen on rows that were held out."""

from mlpcli.metrics.thresholds import UNDECIDED, best_threshold
from mlpcli.workflows.decisions import rule_of
from mlpcli.workflows.heldout import HeldOut
from mlpcli.workflows.model import Model


def chosen_thresholds(model: Model, held: HeldOut) -> list[float] | None:
    """One of the positive class, or of each label; None if none was asked for.

    Where the held rows are all of one class, 0.5.
    """
    given = model.options.decision.threshold
    if given is None:
        return None
    labels = 1 if model.task.name == "binary" else len(model.artifact.schema.target)
    rule = rule_of(given)
    if isinstance(rule, float):
        return [rule] * labels
    probabilities, truth = held.predicted(model.linked), held.part.truth
    truth = truth[:, None] if truth.ndim == 1 else truth
    chosen = [
        best_threshold(truth[:, label], probabilities[:, label], held.part.weights, rule)
        for label in range(labels)
    ]
    return [UNDECIDED if each is None else each for each in chosen]
