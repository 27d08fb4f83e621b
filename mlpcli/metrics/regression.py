"""Metrics of values. Of several targets: the mean where it has no unit, else none, as units may differ."""

import numpy as np

from mlpcli.arrays import Array
from mlpcli.metrics.outcome import Outcome, UnavailableError


def rmse(outcome: Outcome) -> float:
    """Root of the mean squared error, in the target's units."""
    return _in_units(np.sqrt(_column_means(_squares(outcome), outcome)) * _unit(outcome))


def mae(outcome: Outcome) -> float:
    """Mean absolute error, in the target's units."""
    return _in_units(_column_means(_sizes(outcome), outcome))


def median_absolute_error(outcome: Outcome) -> float:
    """Median of the absolute errors, in the target's units."""
    sizes = _sizes(outcome)
    orders = outcome.fixed("orders of errors", lambda: np.argsort(sizes, axis=0))
    pairs = zip(sizes.T, orders.T, strict=True)
    medians = [weighted_median(column, outcome.row_weights, order) for column, order in pairs]
    return _in_units(np.array(medians))


def r2(outcome: Outcome) -> float:
    """1 - squared error / squared distance from the mean: 1 is perfect, 0 no better than the mean."""
    return _explained(_column_means(_squares(outcome), outcome), outcome)


def explained_variance(outcome: Outcome) -> float:
    """r2 that ignores a constant offset of the predictions."""
    return _explained(_variances(errors_of(outcome) / _unit(outcome), outcome), outcome)


def mape(outcome: Outcome) -> float:
    """Mean of |error| / |truth|, as a share; undefined if a truth is 0."""

    def zeros() -> Array:
        return np.asarray((outcome.truth == 0).any(axis=1))

    if count := int(np.count_nonzero(outcome.row_weights[outcome.fixed("zeros", zeros)])):
        raise UnavailableError(f"the target is 0 in {count:,} row{'s' if count > 1 else ''}")

    def shares() -> Array:
        return _sizes(outcome) / np.where(outcome.truth == 0, 1.0, np.abs(outcome.truth))

    return float(_column_means(outcome.fixed("shares", shares), outcome).mean())


def residuals(outcome: Outcome) -> dict[str, Array]:
    """Mean, standard deviation, extremes and quantiles of truth - predicted, each (targets,).

    Not finite where the numbers are too large to subtract.
    """
    with np.errstate(all="ignore"):
        errors, weights = errors_of(outcome), outcome.row_weights
        counted = errors[weights > 0]
        quantiles = {
            f"{percent}%": _quantile(errors, weights, percent / 100) for percent in (5, 25, 50, 75, 95)
        }
        return {
            "mean": _column_means(errors, outcome),
            "std": np.sqrt(_variances(errors, outcome)),
            "min": counted.min(axis=0),
            **quantiles,
            "max": counted.max(axis=0),
        }


def errors_of(outcome: Outcome) -> Array:
    """(rows, targets) true - predicted."""
    return outcome.fixed("errors", lambda: np.asarray(outcome.truth - outcome.predicted.astype(np.float64)))


def _sizes(outcome: Outcome) -> Array:
    return outcome.fixed("sizes of errors", lambda: np.abs(errors_of(outcome)))


def _squares(outcome: Outcome) -> Array:
    """In squares of the units of `_unit`."""
    return outcome.fixed("squares of errors", lambda: np.asarray((errors_of(outcome) / _unit(outcome)) ** 2))


def _unit(outcome: Outcome) -> Array:
    """(targets,) powers of two of the size of the numbers where their squares leave the range of floats."""

    def units() -> Array:
        largest = np.abs(outcome.truth).max(axis=0, initial=0.0)
        extreme = (largest > 0) & np.isfinite(largest) & ((largest > 1e100) | (largest < 1e-100))
        return np.where(extreme, 2.0 ** np.floor(np.log2(np.where(extreme, largest, 1.0))), 1.0)

    return outcome.fixed("units", units)


def _in_units(by_target: Array) -> float:
    """The score of the only target."""
    if len(by_target) > 1:
        raise UnavailableError("the units of the targets may differ; see each target")
    return float(by_target[0])


def _column_means(values: Array, outcome: Outcome) -> Array:
    return np.asarray(np.average(values, axis=0, weights=outcome.row_weights))


def _variances(values: Array, outcome: Outcome) -> Array:
    # Around a row that counts, so that rounding leaves a constant column exactly 0.
    values = values - values[np.argmax(outcome.row_weights)]
    return _column_means((values - _column_means(values, outcome)) ** 2, outcome)


def _explained(unexplained: Array, outcome: Outcome) -> float:
    if np.count_nonzero(outcome.row_weights) < 2:
        raise UnavailableError("it needs at least two rows")
    spread = outcome.weighed("spread", lambda: _variances(outcome.truth / _unit(outcome), outcome))
    flat = spread == 0
    shares = 1 - np.divide(unexplained, spread, out=np.zeros_like(spread), where=~flat)
    # A constant target: perfect if predicted exactly, else 0 (scikit-learn's force_finite).
    return float(np.where(flat, np.where(unexplained == 0, 1.0, 0.0), shares).mean())


def weighted_median(values: Array, weights: Array, order: Array) -> float:
    """Mean of the lower and the upper weighted median (Hyndman and Fan 1996, definition 2)."""
    reached = np.cumsum(weights[order])
    half = reached[-1] / 2
    rounding = half * len(values) * np.finfo(np.float64).eps
    lower = values[order[np.searchsorted(reached, half - rounding)]]
    upper = values[order[np.searchsorted(reached, half + rounding)]]
    return float((lower + upper) / 2)


def _quantile(values: Array, weights: Array, share: float) -> Array:
    """(columns,) the lowest value with `share` of the weight at or below it (Hyndman and Fan, def. 1)."""
    orders = np.argsort(values, axis=0)
    reached = np.cumsum(weights[orders], axis=0)
    wanted = share * reached[-1] * (1 - len(values) * np.finfo(np.float64).eps)
    rows = (reached < wanted).sum(axis=0)
    chosen = np.take_along_axis(orders, rows[None], axis=0)
    return np.asarray(np.take_along_axis(values, chosen, axis=0)[0])
