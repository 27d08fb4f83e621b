"""Numbers that are scaled by quantiles where they are skewed, and robustly where not."""

import numpy as np
import pytest
from scipy.stats import skew

from mlpcli.data.encoders import NumberEncoder
from mlpcli.data.scaling import own_scaling, skew_of

GENERATOR = np.random.default_rng(2)
NORMAL = GENERATOR.normal(size=300)
LONG = GENERATOR.lognormal(sigma=1.0, size=300)


@pytest.mark.parametrize("values", [NORMAL, LONG, -LONG, LONG * 1e200, 1e6 + NORMAL], ids=range(5))
def test_the_skew_is_that_of_the_sample(values: np.ndarray) -> None:
    assert skew_of(values, None) == pytest.approx(float(skew(values / np.abs(values).max())), rel=1e-6)


def test_a_row_of_weight_2_counts_as_two_rows() -> None:
    times = GENERATOR.integers(1, 4, len(LONG))
    assert skew_of(LONG, times.astype(np.float64)) == pytest.approx(skew_of(np.repeat(LONG, times), None))


@pytest.mark.parametrize(
    ("values", "scaling"),
    [
        (NORMAL, "robust"),
        (LONG, "ranks"),
        (-LONG, "ranks"),
        (np.append(np.zeros(99), 1.0), "robust"),
        (np.append(np.zeros(98), [1.0, 2.0]), "ranks"),
        (np.full(9, 5.0), "robust"),
        (np.array([1e308, -1e308, 0.0]), "robust"),
    ],
    ids=["normal", "long tail", "to the left", "two values", "three values", "constant", "largest floats"],
)
def test_a_column_is_scaled_as_what_it_is(values: np.ndarray, scaling: str) -> None:
    encoder = NumberEncoder.of_values("n", "number", values, ["by-skew"])
    assert (encoder.scalings, encoder.variants) == ({"by-skew": scaling}, {})
    alone = NumberEncoder.of_values("n", "number", values, ["quantile" if scaling == "ranks" else "robust"])
    assert {name: each.tobytes() for name, each in encoder.arrays().items()} == {
        name: each.tobytes() for name, each in alone.arrays().items()
    }


def test_robust_means_robust() -> None:
    assert own_scaling("robust", LONG) == "robust"
    assert NumberEncoder.of_values("n", "number", LONG, ["robust"]).scalings == {"robust": "robust"}


def test_networks_of_both_kinds_share_what_they_scale_alike() -> None:
    long, normal = (
        NumberEncoder.of_values("n", "number", values, ["by-skew", "quantile"]) for values in (LONG, NORMAL)
    )
    assert (long.width, long.variants) == (1, {})
    assert (normal.width, normal.variants) == (2, {"scaling": {"by-skew": (0,), "ranks": (1,)}})


def test_dates_have_no_tail() -> None:
    assert NumberEncoder.of_values("d", "date", LONG, ["by-skew"]).scalings == {"by-skew": "robust"}
