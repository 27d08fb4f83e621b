"""Line search: a step along a direction that meets the strong Wolfe conditions."""

import math
from collections.abc import Callable
from typing import NamedTuple

MARGIN = 0.1
"""A trial keeps this share of the bracket away from both of its ends."""
GROWTH = (2.0, 10.0)
"""Before there is a bracket: smallest and largest ratio of a trial to the one before."""
SLOW = 2.0 / 3.0
"""A bracket that a trial leaves larger than this share of itself is halved next."""


class LineSearch(NamedTuple):
    """The accepted step with its loss; `holds` is True if it meets both conditions. Step 0 is no step."""

    step: float
    loss: float
    holds: bool


class _Point(NamedTuple):
    step: float
    loss: float
    slope: float


def wolfe_search(
    evaluate: Callable[[float], tuple[float, float]],
    loss: float,
    slope: float,
    first_step: float = 1.0,
    *,
    c1: float = 1e-4,
    c2: float = 0.9,
    evaluations: int = 25,
    resolution: float = 0.0,
) -> LineSearch:
    """A step α with φ(α) ≤ φ(0) + c1 α φ'(0) and |φ'(α)| ≤ c2 |φ'(0)|: the strong Wolfe conditions.

    Nocedal & Wright, Numerical Optimization (2nd ed. 2006), algorithms 3.5 (bracket) and 3.6 (zoom), as one
    loop: without `high`, the best point's other side is open to infinity, and both algorithms choose by the
    same three cases. `evaluate(α)` gives φ(α) and φ'(α); `loss` and `slope` (negative) are those at 0. A loss
    or slope that is not finite is too far. When the evaluations end first, the answer is the lowest point
    that meets the first condition, or step 0. They also end where a bracket promises less than `resolution`,
    the losses' relative rounding error: what is compared there is noise.
    """
    if not (slope < 0.0 < first_step and all(map(math.isfinite, (loss, slope, first_step)))):
        raise ValueError(f"cannot search from loss {loss}, slope {slope}, first step {first_step}")
    start = before = low = _Point(0.0, float(loss), float(slope))
    high: _Point | None = None
    step = float(first_step)
    for _ in range(evaluations):
        point = _evaluated(evaluate, step)
        width = math.inf if high is None else abs(high.step - low.step)
        # "Not lower" is implied by the first condition at the first trial, but rounding may hide that.
        if point.loss > start.loss + c1 * step * start.slope or point.loss >= low.loss:
            high = point
        elif abs(point.slope) <= -c2 * start.slope:
            return LineSearch(point.step, point.loss, True)
        else:
            # The minimum lies where the slope at the lowest point falls; that may be back at the old one.
            if point.slope * ((math.inf if high is None else high.step) - low.step) >= 0.0:
                high = low
            before, low = low, point
        if high is None:
            step = _beyond(before, low)
            continue
        # Also true of a bracket of no width, to which one between neighbouring numbers comes.
        if abs(low.slope * (high.step - low.step)) <= resolution * abs(start.loss):
            break
        if abs(high.step - low.step) > SLOW * width:
            step = low.step + 0.5 * (high.step - low.step)
        else:
            step = _between(low, high)
    return LineSearch(low.step, low.loss, False)


def _evaluated(evaluate: Callable[[float], tuple[float, float]], step: float) -> _Point:
    """The point at `step`. Plain floats, so that overflow below makes no warnings; not finite is infinite."""
    loss, slope = map(float, evaluate(step))
    finite = math.isfinite(loss) and math.isfinite(slope)
    return _Point(step, loss, slope) if finite else _Point(step, math.inf, math.nan)


def _beyond(before: _Point, low: _Point) -> float:
    """The next trial while the loss only falls: further by the cubic, within GROWTH."""
    least, most = (factor * low.step for factor in GROWTH)
    step = _cubic_minimum(before, low)
    # A cubic that has no minimum ahead says that the curvature does not end the fall soon.
    return min(max(step, least), most) if step > low.step else most


def _between(low: _Point, high: _Point) -> float:
    """The next trial inside the bracket: the cubic's minimum, MARGIN away from the ends."""
    width = high.step - low.step
    if math.isinf(high.loss):
        # Nothing to interpolate: by tens down to where the loss is finite at all, then by halves.
        return low.step + (MARGIN if low.step == 0.0 else 0.5) * width
    share = (_cubic_minimum(low, high) - low.step) / width
    share = min(max(share, MARGIN), 1.0 - MARGIN) if math.isfinite(share) else 0.5
    return low.step + share * width


def _cubic_minimum(a: _Point, b: _Point) -> float:
    """The minimum of the cubic through both losses and slopes (Nocedal & Wright eq. 3.59), or nan."""
    d1 = a.slope + b.slope - 3.0 * (a.loss - b.loss) / (a.step - b.step)
    square = d1 * d1 - a.slope * b.slope
    if square < 0.0:
        return math.nan
    d2 = math.copysign(math.sqrt(square), b.step - a.step)
    denominator = b.slope - a.slope + 2.0 * d2
    if denominator == 0.0:
        return math.nan
    return b.step - (b.step - a.step) * (b.slope + d2 - d1) / denominator
