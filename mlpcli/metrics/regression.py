"""Metrics of values: the mean over targets, where there are several."""

import numpy as np

from mlpcli.metrics.outcome import Array, Outcome, UnavailableError


def rmse(outcome: Outcome) -> float:
    """Root of the mean squared error, in the target's units."""
    return float(np.sqrt(_column_means(_errors(outcome) ** 2, outcome)).mean())


def mae(outcome: Outcome) -> float:
    """Mean absolute error, in the target's units."""
    return float(_column_means(np.abs(_errors(outcome)), outcome).mean())


def median_absolute_error(outcome: Outcome) -> float:
    """Median of the absolute errors."""
    errors = np.abs(_errors(outcome))
    if outcome.weights is None:
        return float(np.median(errors, axis=0).mean())
    return float(np.mean([_weighted_median(column, outcome.weights) for column in errors.T]))


def r2(outcome: Outcome) -> float:
    """1 - squared error / squared distance from the mean: 1 is perfect, 0 no better than the mean."""
    truth = outcome.truth.astype(np.float64)
    spread = _column_means((truth - _column_means(truth, outcome)) ** 2, outcome)
    return _explained(_column_means(_errors(outcome) ** 2, outcome), spread, len(truth))


def explained_variance(outcome: Outcome) -> float:
    """As r2, but a constant offset of the predictions costs nothing."""
    truth, errors = outcome.truth.astype(np.float64), _errors(outcome)
    unexplained = _column_means((errors - _column_means(errors, outcome)) ** 2, outcome)
    spread = _column_means((truth - _column_means(truth, outcome)) ** 2, outcome)
    return _explained(unexplained, spread, len(truth))


def mape(outcome: Outcome) -> float:
    """Mean of |error| / |truth|, as a share; a truth of 0 makes it huge, as in scikit-learn."""
    smallest = np.finfo(np.float64).eps
    shares = np.abs(_errors(outcome)) / np.maximum(np.abs(outcome.truth), smallest)
    return float(_column_means(shares, outcome).mean())


def _column_means(values: Array, outcome: Outcome) -> Array:
    return np.asarray(np.average(values, axis=0, weights=outcome.weights))


def _errors(outcome: Outcome) -> Array:
    return np.asarray(outcome.predicted.astype(np.float64) - outcome.truth)


def _explained(unexplained: Array, spread: Array, rows: int) -> float:
    if rows < 2:
        raise UnavailableError("it needs at least two rows")
    flat = spread == 0
    shares = 1 - np.divide(unexplained, spread, out=np.zeros_like(spread), where=~flat)
    # A constant target: perfect if predicted exactly, else 0 (scikit-learn's force_finite).
    return float(np.where(flat, np.where(unexplained == 0, 1.0, 0.0), shares).mean())


def _weighted_median(values: Array, weights: Array) -> float:
    """Mean of the lower and the upper weighted median."""
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    half = reached[-1] / 2
    lower = values[order][np.searchsorted(reached, half, side="left")]
    upper = values[order][min(np.searchsorted(reached, half, side="right"), len(values) - 1)]
    return float((lower + upper) / 2)
