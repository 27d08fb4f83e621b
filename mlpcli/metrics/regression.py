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
    errors, weights = np.abs(_errors(outcome)), outcome.row_weights
    return float(np.mean([_weighted_median(column, weights) for column in errors.T]))


def r2(outcome: Outcome) -> float:
    """1 - squared error / squared distance from the mean: 1 is perfect, 0 no better than the mean."""
    return _explained(_column_means(_errors(outcome) ** 2, outcome), outcome)


def explained_variance(outcome: Outcome) -> float:
    """As r2, but a constant offset of the predictions costs nothing."""
    return _explained(_variances(_errors(outcome), outcome), outcome)


def mape(outcome: Outcome) -> float:
    """Mean of |error| / |truth|, as a share; a truth of 0 makes it huge, as in scikit-learn."""
    smallest = np.finfo(np.float64).eps
    shares = np.abs(_errors(outcome)) / np.maximum(np.abs(outcome.truth), smallest)
    return float(_column_means(shares, outcome).mean())


def _column_means(values: Array, outcome: Outcome) -> Array:
    return np.asarray(np.average(values, axis=0, weights=outcome.row_weights))


def _variances(values: Array, outcome: Outcome) -> Array:
    # Around a row that counts, so that rounding leaves a constant column exactly 0.
    values = values - values[np.argmax(outcome.row_weights)]
    return _column_means((values - _column_means(values, outcome)) ** 2, outcome)


def _errors(outcome: Outcome) -> Array:
    return np.asarray(outcome.predicted.astype(np.float64) - outcome.truth)


def _explained(unexplained: Array, outcome: Outcome) -> float:
    if np.count_nonzero(outcome.row_weights) < 2:
        raise UnavailableError("it needs at least two rows")
    spread = _variances(outcome.truth.astype(np.float64), outcome)
    flat = spread == 0
    shares = 1 - np.divide(unexplained, spread, out=np.zeros_like(spread), where=~flat)
    # A constant target: perfect if predicted exactly, else 0 (scikit-learn's force_finite).
    return float(np.where(flat, np.where(unexplained == 0, 1.0, 0.0), shares).mean())


def _weighted_median(values: Array, weights: Array) -> float:
    """Mean of the lower and the upper weighted median (Hyndman and Fan 1996, definition 2)."""
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    half = reached[-1] / 2
    rounding = half * len(values) * np.finfo(np.float64).eps
    lower = values[order][np.searchsorted(reached, half - rounding)]
    upper = values[order][np.searchsorted(reached, half + rounding)]
    return float((lower + upper) / 2)
