"""The summary of errors against NumPy's."""

import numpy as np
import pytest

from mlpcli.metrics.outcome import Outcome
from mlpcli.metrics.regression import residuals
from tests.metrics.examples import drawn


def test_against_numpy() -> None:
    outcome = drawn("regression", False, 0)
    errors = outcome.truth - outcome.predicted
    found = residuals(outcome)
    expected = {"mean": errors.mean(axis=0), "std": errors.std(axis=0)}
    expected |= {"min": errors.min(axis=0), "max": errors.max(axis=0)}
    for percent in (5, 25, 50, 75, 95):
        expected[f"{percent}%"] = np.quantile(errors, percent / 100, axis=0, method="inverted_cdf")
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-9, err_msg=name)


def test_weights_are_copies_of_rows() -> None:
    outcome = drawn("regression", False, 1)
    counts = np.random.default_rng(0).integers(0, 4, len(outcome.truth))
    rows = np.repeat(np.arange(len(counts)), counts)
    ours = residuals(outcome.reweighted(counts.astype(float)))
    theirs = residuals(Outcome(outcome.truth[rows], outcome.predicted[rows]))
    for name, values in theirs.items():
        assert ours[name] == pytest.approx(values), name
