"""Held-out rows: their predictions and scores, and decision thresholds and error sizes from them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mlpcli.arrays import Array
from mlpcli.errors import Sentence
from mlpcli.metrics.class_sets import ClassErrors
from mlpcli.metrics.conformal import ErrorSizes
from mlpcli.metrics.thresholds import DEFAULT_THRESHOLD, best_threshold, thresholds_by_cost
from mlpcli.model.class_sets import PREFIX as CLASS_PREFIX
from mlpcli.model.encoded_rows import EncodedRows
from mlpcli.model.intervals import PREFIX, clipped, number_target
from mlpcli.model.model import Model
from mlpcli.model.scores import Scores, baseline_outcome, predicted_outcome, score, scores_of
from mlpcli.nn.network import Network
from mlpcli.options.threshold import rule_of
from mlpcli.preparation.finding import NO_BETTER, Finding
from mlpcli.preparation.prepare import Prepared
from mlpcli.training.members import Member

FEWEST_TO_JUDGE = 20
"""Rows: of fewer nothing is clear."""


@dataclass(frozen=True)
class HeldOut:
    """Rows that at least one network held out, with the raw outputs of each that did."""

    part: EncodedRows
    raw: list[tuple[Array, Array]]
    """For each network which of the rows it held out, and its outputs for them."""
    shares: tuple[float, ...]
    """Of each network in the predictions."""

    @classmethod
    def of(
        cls,
        prepared: Prepared,
        members: Sequence[Member],
        networks: Sequence[Network],
        shares: Sequence[float],
    ) -> "HeldOut":
        """The held-out rows of these members, whose networks and shares are given."""
        if not prepared.folds:
            part = prepared.parts["validation"]
            everything = np.arange(len(part))
            raw = [(everything, network.predict(part.features)) for network in networks]
            return cls(part, raw, tuple(shares))
        train = prepared.parts["train"]
        held = [prepared.fold(member.number)[1] for member in members]
        covered = np.unique(np.concatenate(held))
        raw = [
            (np.searchsorted(covered, rows), network.predict(train.take(rows).features))
            for rows, network in zip(held, networks, strict=True)
        ]
        return cls(train.take(covered), raw, tuple(shares))

    def some(self, count: int) -> "HeldOut":
        """About `count` of the rows, from all over."""
        if len(self.part) <= count:
            return self
        chosen = np.linspace(0, len(self.part) - 1, count).astype(np.intp)
        number = np.full(len(self.part), -1)
        number[chosen] = np.arange(count)
        kept = [(number[rows], raw) for rows, raw in self.raw]
        raw = [(rows[rows >= 0], raw[rows >= 0]) for rows, raw in kept]
        return HeldOut(self.part.take(chosen), raw, self.shares)

    def only(self, places: Sequence[int], shares: Sequence[float]) -> "HeldOut":
        """The same of some of the networks, with their shares; each row must be held out by one of them."""
        return HeldOut(self.part, [self.raw[place] for place in places], tuple(shares))

    def predicted(self, link: Callable[[Array], Array]) -> Array:
        """The mean of the networks' predictions (rows, outputs) by their shares, from raw outputs."""
        total: Array | None = None
        weights = np.zeros((len(self.part), 1))
        for (rows, raw), share in zip(self.raw, self.shares, strict=True):
            predictions = link(raw)
            if total is None:
                total = np.zeros((len(self.part), predictions.shape[1]))
            total[rows] += share * predictions
            weights[rows] += share
        assert total is not None
        return np.asarray(total / weights)


def chosen_thresholds(model: Model, held: HeldOut, class_weights: Array | None) -> list[float] | None:
    """Those of `Task.decide` as a list: by the setting, else by the class weights; None without either.

    With a rule, where the held rows are all of one class, 0.5. Calibrated probabilities are of the true
    shares again; `class_weights` still say what a wrong decision costs (Elkan 2001).
    """
    given = model.options.decision.threshold
    if given is None:
        return None if class_weights is None else thresholds_by_cost(class_weights)
    rule = rule_of(given)
    if isinstance(rule, float):
        return [rule] * model.task.outputs
    probabilities, truth = held.predicted(model.predictions), held.part.truth
    labels = zip(np.atleast_2d(truth.T), probabilities.T, strict=True)
    chosen = [best_threshold(*label, held.part.weights, rule) for label in labels]
    return [DEFAULT_THRESHOLD if each is None else each for each in chosen]


def held_errors(model: Model, held: HeldOut) -> dict[str, Array]:
    """The arrays to store; none where no row was held out."""
    if not len(held.part):
        return {}
    target = number_target(model)
    predicted = clipped(target, model.loss.point_prediction(held.predicted(model.predictions)))
    truth = target.encode(held.part.truth).astype(np.float64)
    if not (np.isfinite(predicted).all() and np.isfinite(truth).all()):
        return {}
    if (found := ErrorSizes.of(truth, predicted, held.part.weights)) is None:
        return {}
    return {PREFIX + name: np.asarray(values, np.float64) for name, values in vars(found).items()}


def held_class_errors(model: Model, held: HeldOut) -> dict[str, Array]:
    """The arrays to store of a model of classes, by its calibrated probabilities; none without such rows."""
    if not len(held.part):
        return {}
    probabilities = model.task.probabilities(model.loss.point_prediction(held.predicted(model.predictions)))
    if probabilities is None or not np.isfinite(probabilities).all():
        return {}
    if (found := ClassErrors.of(held.part.truth, probabilities, held.part.weights)) is None:
        return {}
    return {CLASS_PREFIX + name: np.asarray(values, np.float64) for name, values in vars(found).items()}


def no_better(model: Model, scores: Mapping[str, Scores]) -> list[Finding]:
    """A finding about a model that has learned nothing that chance would not explain."""
    part, found = next(iter(scores.items()))
    if found.clearly_better or found.rows < FEWEST_TO_JUDGE:
        return []
    name = model.task.headline
    ours, trivial = found.metrics[name], found.baseline[name]
    numbers = "" if ours is None or trivial is None else f" ({name} {ours:.4g}, baseline {trivial:.4g})"
    said = f"the model is not clearly better than the baseline on the {part} rows{numbers}"
    advice = "try another {learning_rate}, more {epochs}, more rows or other columns"
    return [Finding(NO_BETTER, said, Sentence(advice))]


def score_parts(model: Model, prepared: Prepared, held: HeldOut) -> dict[str, Scores]:
    """Scores of the held-out parts, else of the training rows.

    Where networks hold out different rows, each row is predicted by those that did not learn from it.
    """
    parts = {name: part for name in ("validation", "test") if len(part := prepared.parts[name])}
    scores = {name: score(model, part) for name, part in parts.items()}
    if prepared.folds:
        outcome = predicted_outcome(model, held.part, held.predicted(model.predictions))
        trivial = baseline_outcome(model, held.part)
        scores = {"validation": scores_of(model, outcome, trivial)} | scores
    return scores or {"train": score(model, prepared.parts["train"])}
