"""Numbers of all sizes for an engine and its twin, and how far their results may be apart."""

import numpy as np

from mlpcli.nn.scratch import FloatArray

SIZES = {"normal": 1.0, "huge": 1e30, "tiny": 1e-30, "subnormal": 1e-41}
ODD = {"infinite": (np.inf, -np.inf), "nan": (np.nan,)}
"""Numbers that stand among normal ones."""
KINDS_OF_NUMBERS = (*SIZES, *ODD)

RELATIVE = 1e-5
OF_TERMS = 1e-6
"""Parts of the largest result and of the largest term of a sum, which may cancel."""


def numbers_of(kind: str, shape: tuple[int, ...], generator: np.random.Generator) -> FloatArray:
    """Of one of KINDS_OF_NUMBERS in float32; a tenth of them, at least one, is odd."""
    values = (generator.standard_normal(shape) * SIZES.get(kind, 1.0)).astype(np.float32)
    if kind in ODD and values.size:
        places = generator.integers(0, values.size, 1 + values.size // 10)
        values.ravel()[places] = generator.choice(np.array(ODD[kind], np.float32), len(places))
    return values


def largest(*arrays: FloatArray) -> float:
    """The largest finite magnitude."""
    sizes = [np.abs(array[np.isfinite(array)], dtype=np.float64).max(initial=0.0) for array in arrays]
    return float(max(sizes, default=0.0))


def assert_alike(what: str, found: FloatArray, twin: FloatArray, terms: float = 0.0) -> None:
    """Within the parts above, and some of the smallest numbers; NaN and infinities in the same places."""
    assert found.dtype == twin.dtype
    np.testing.assert_array_equal(np.isnan(found), np.isnan(twin), err_msg=what)
    infinite = np.isinf(twin)
    np.testing.assert_array_equal(found[infinite], twin[infinite], err_msg=what)
    inside = np.isfinite(twin)
    least = 8 * float(np.finfo(twin.dtype).smallest_subnormal)
    allowed = RELATIVE * largest(twin) + OF_TERMS * terms + least
    errors = np.abs(found[inside].astype(np.float64) - twin[inside])
    assert errors.max(initial=0.0) <= allowed, f"{what}: {errors.max()} apart, {allowed} allowed"
