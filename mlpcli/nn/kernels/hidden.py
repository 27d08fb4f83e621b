"""The pass after a product of a layer: bias, activation, learned slope, dropout; and the way back."""

import numpy as np

from mlpcli.nn.kernels.activations import LINEAR, RELU, activate, apply
from mlpcli.nn.kernels.compiling import compiled
from mlpcli.nn.kernels.elementary import ONE, ZERO
from mlpcli.nn.scratch import ByteArray, FloatArray

AT_ONCE = 4096
"""Numbers between the passes over them: they stay in the cache, and the work on views of rows is little."""


@compiled
def finish(kind: int, out: FloatArray, bias: FloatArray, slope: FloatArray, parametric: bool) -> None:
    """Turn products (rows, n) into outputs."""
    rows, columns = out.shape
    step = max(AT_ONCE // columns, 1)
    values = np.empty((min(step, rows) if parametric else 0, columns), out.dtype)
    for start in range(0, rows, step):
        part = out[start : start + step]
        if parametric:
            bent = values[: len(part)]
            for row in range(len(part)):
                for column in range(columns):
                    part[row, column] += bias[column]
                    bent[row, column] = part[row, column]
            apply(kind, bent.reshape(-1))
            for row in range(len(part)):
                for column in range(columns):
                    x = part[row, column]
                    part[row, column] = x + slope[column] * (bent[row, column] - x)
        else:
            for row in range(len(part)):
                for column in range(columns):
                    part[row, column] += bias[column]
            apply(kind, part.reshape(-1))


@compiled
def finish_and_keep(
    kind: int,
    out: FloatArray,
    bias: FloatArray,
    slope: FloatArray,
    parametric: bool,
    draws: ByteArray,
    dropped: int,
    slopes: FloatArray,
    bends: FloatArray,
) -> None:
    """Turn products (rows, n) into outputs; `slopes` become their derivatives by the products, `bends` those
    by the learned slopes. Without slopes to keep it is a plain ReLU, or nothing bends the sums."""
    rows, columns = out.shape
    step = max(AT_ONCE // columns, 1)
    for start in range(0, rows, step):
        part, derivatives = out[start : start + step], slopes[start : start + step]
        if kind == LINEAR or (kind == RELU and not parametric):
            for row in range(len(part)):
                for column in range(columns):
                    total = part[row, column] + bias[column]
                    part[row, column] = ZERO if kind == RELU and total <= ZERO else total
        elif parametric:
            bent = bends[start : start + step]
            for row in range(len(part)):
                for column in range(columns):
                    part[row, column] += bias[column]
                    bent[row, column] = part[row, column]
            activate(kind, bent.reshape(-1), derivatives.reshape(-1))
            for row in range(len(part)):
                for column in range(columns):
                    x, a = part[row, column], slope[column]
                    bend = bent[row, column] - x
                    bent[row, column] = bend
                    part[row, column] = x + a * bend
                    derivatives[row, column] = ONE + a * (derivatives[row, column] - ONE)
        else:
            for row in range(len(part)):
                for column in range(columns):
                    part[row, column] += bias[column]
            activate(kind, part.reshape(-1), derivatives.reshape(-1))
        if dropped:
            drawn = draws[start : start + step].reshape(-1)
            drop(part.reshape(-1), drawn, dropped)
            drop(derivatives.reshape(-1), drawn, dropped)
            if parametric:
                drop(bends[start : start + step].reshape(-1), drawn, dropped)


@compiled
def drop(values: FloatArray, draws: ByteArray, dropped: int) -> None:
    """Set to zero what drew a byte below `dropped`, and stretch the others."""
    threshold, factor = np.uint8(dropped), np.float32(256.0) / np.float32(256 - dropped)
    for place in range(len(values)):
        values[place] *= factor if draws[place] >= threshold else ZERO


@compiled
def go_back(
    d_out: FloatArray,
    slopes: FloatArray,
    bends: FloatArray,
    parametric: bool,
    d_bias: FloatArray,
    d_slope: FloatArray,
) -> None:
    """Turn the gradient by the outputs (rows, n) into that by the products, and sum up its columns."""
    rows, columns = d_out.shape
    d_bias[:] = ZERO
    d_slope[:] = ZERO
    for row in range(rows):
        if parametric:
            for column in range(columns):
                d_slope[column] += d_out[row, column] * bends[row, column]
        for column in range(columns):
            gradient = d_out[row, column] * slopes[row, column]
            d_out[row, column] = gradient
            d_bias[column] += gradient


@compiled
def go_back_by_sign(d_out: FloatArray, out: FloatArray, dropped: int, d_bias: FloatArray) -> None:
    """As `go_back`, for a plain ReLU: what is above 0 has been kept, and stretched by dropout."""
    rows, columns = d_out.shape
    factor = np.float32(256.0) / np.float32(256 - dropped)
    d_bias[:] = ZERO
    for row in range(rows):
        for column in range(columns):
            gradient = d_out[row, column] * (factor if out[row, column] > ZERO else ZERO)
            d_out[row, column] = gradient
            d_bias[column] += gradient


@compiled
def add_bias_gradient(d_out: FloatArray, d_bias: FloatArray) -> None:
    """Sums of columns (rows, n)."""
    d_bias[:] = ZERO
    for row in range(len(d_out)):
        for column in range(len(d_bias)):
            d_bias[column] += d_out[row, column]
