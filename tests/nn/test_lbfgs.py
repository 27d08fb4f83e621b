"""L-BFGS: minima, a hand-worked start, dense BFGS as reference, both Wolfe conditions, resuming, float32."""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from mlpcli.nn.optimizers.lbfgs import LBFGS
from mlpcli.nn.parameters import ParameterVector
from mlpcli.nn.scratch import AnyArray, FloatArray

Surface = Callable[[AnyArray], tuple[float, AnyArray]]
"""Loss and gradient at a point."""


class Point:
    """A layer that is nothing but `size` weights."""

    def __init__(self, size: int) -> None:
        self._size = size

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        return {"weight": (self._size,)}

    def bind(self, values: dict[str, FloatArray], gradients: dict[str, FloatArray]) -> None:
        self.values, self.gradients = values["weight"], gradients["weight"]


class Descent:
    """L-BFGS on a surface, with a count of evaluations and a record of where it was."""

    def __init__(
        self, surface: Surface, start: Sequence[float], dtype: type = np.float64, memory: int = 10
    ) -> None:
        self._surface = surface
        self.parameters = ParameterVector([Point(len(start))], dtype)
        self.parameters.values[:] = start
        self.optimizer = LBFGS(self.parameters, memory)
        self.evaluations = 0

    @property
    def values(self) -> FloatArray:
        return self.parameters.values

    def objective(self) -> float:
        self.evaluations += 1
        loss, self.parameters.gradients[:] = self._surface(self.values)
        return loss

    def advance(self, first_step: float = 1.0) -> float:
        return self.optimizer.advance(self.objective, first_step)

    def run(self, most: int = 1000) -> "Descent":
        for _ in range(most):
            if self.optimizer.converged:
                return self
            self.advance()
        raise AssertionError(f"not converged after {most} iterations")

    def path(self, most: int, first_step: float = 1.0) -> list[AnyArray]:
        """The start and where each of the iterations ended, up to the one that did not move."""
        points: list[AnyArray] = [self.values.copy()]
        for _ in range(most):
            self.advance(first_step)
            if np.array_equal(self.values, points[-1]):
                break
            points.append(self.values.copy())
        return points

    def pairs(self) -> int:
        return int(self.optimizer.moments()["pairs"][0])


def rosenbrock(x: AnyArray) -> tuple[float, AnyArray]:
    bend = x[1:] - x[:-1] ** 2
    gradient = np.zeros_like(x)
    gradient[:-1] = -400.0 * x[:-1] * bend - 2.0 * (1.0 - x[:-1])
    gradient[1:] += 200.0 * bend
    return float(np.sum(100.0 * bend**2 + (1.0 - x[:-1]) ** 2)), gradient


def rosenbrock_start(size: int) -> list[float]:
    return [-1.2, 1.0] * (size // 2)


def bowl(x: AnyArray) -> tuple[float, AnyArray]:
    """(x₁² + 4 x₂²) / 2, the hand-worked one."""
    curvature = np.array([1.0, 4.0], x.dtype)
    return float(0.5 * np.sum(curvature * x * x)), curvature * x


def quartic(x: AnyArray) -> tuple[float, AnyArray]:
    """No curvature at the minimum."""
    return float(np.sum((x - 1.0) ** 4)), 4.0 * (x - 1.0) ** 3


def barrier(x: AnyArray) -> tuple[float, AnyArray]:
    """-Σ log(1 - x²) + 3 Σ x: nan outside of (-1, 1), infinite at its ends."""
    return float(np.sum(3.0 * x - np.log(1.0 - x * x))), 3.0 + 2.0 * x / (1.0 - x * x)


def saddle(x: AnyArray) -> tuple[float, AnyArray]:
    """25 x₂² - x₁² / 2 between cliffs at |x₁| = 1: convex across, falling more and more along."""
    if abs(x[0]) >= 1.0:
        return math.inf, np.full_like(x, math.nan)
    return float(25.0 * x[1] ** 2 - 0.5 * x[0] ** 2), np.array([-x[0], 50.0 * x[1]], x.dtype)


class SoftmaxRegression:
    """Cross entropy of three classes with l2 / 2 · Σ w², computed in the dtype of its weights."""

    L2 = 1e-3

    def __init__(self) -> None:
        generator = np.random.default_rng(5)
        self.features = generator.standard_normal((120, 4)) * [1.0, 3.0, 0.3, 1.0]
        noisy = self.features[:, :3] + generator.standard_normal((120, 3))
        self.classes = np.argmax(noisy, axis=1)

    def __call__(self, x: AnyArray) -> tuple[float, AnyArray]:
        weights, features = x.reshape(4, 3), self.features.astype(x.dtype)
        rows = np.arange(120)
        raw = features @ weights
        raw -= raw.max(axis=1, keepdims=True)
        probabilities = np.exp(raw)
        sums = probabilities.sum(axis=1, keepdims=True)
        probabilities /= sums
        loss = np.mean(np.log(sums[:, 0]) - raw[rows, self.classes]) + 0.5 * self.L2 * np.sum(x * x)
        probabilities[rows, self.classes] -= 1.0
        return float(loss), (features.T @ probabilities / 120 + self.L2 * weights).ravel()


SOFTMAX = SoftmaxRegression()


@pytest.mark.parametrize(("size", "iterations", "evaluations"), [(2, 45, 55), (10, 100, 120)])
def test_rosenbrock(size: int, iterations: int, evaluations: int) -> None:
    """SciPy's L-BFGS-B takes 39 iterations with 47 evaluations, and 80 with 98."""
    descent = Descent(rosenbrock, rosenbrock_start(size))
    while np.max(np.abs(descent.values - 1.0)) > 1e-8:
        descent.advance()
        assert descent.optimizer.steps <= iterations
    assert descent.evaluations <= evaluations
    descent.run()
    assert np.max(np.abs(descent.values - 1.0)) < 1e-8


def test_softmax_regression() -> None:
    descent = Descent(SOFTMAX, [0.0] * 12).run(60)
    loss, gradient = SOFTMAX(descent.values)
    assert np.max(np.abs(gradient)) < 1e-8
    model = LogisticRegression(C=1 / (120 * SOFTMAX.L2), fit_intercept=False, tol=1e-10, max_iter=1000)
    model.fit(SOFTMAX.features, SOFTMAX.classes)
    assert loss == pytest.approx(SOFTMAX(model.coef_.T.ravel())[0], abs=1e-8)
    np.testing.assert_allclose(descent.values.reshape(4, 3), model.coef_.T, atol=1e-5)
    assert descent.evaluations <= 60


def test_the_first_two_iterations() -> None:
    """From (2, 1/2): g = (2, 2), so the first trial is 1/4, and x = (3/2, 0) with g = (3/2, 0) is accepted.

    s = (-1/2, -1/2), y = (-1/2, -2), s'y = 5/4, s'y / y'y = 5/17. Then q = g: a = s'q / s'y = -3/5,
    q - a y = (6/5, -6/5), times 5/17 is (6/17, -6/17), b = y'r / s'y = 36/85, r + s (a - b) =
    (147/170, 27/170), and a step of 1 is accepted again.
    """
    descent = Descent(bowl, [2.0, 0.5])
    assert descent.advance() == 2.5
    np.testing.assert_allclose(descent.values, [1.5, 0.0], rtol=1e-14)
    assert descent.evaluations == 2
    assert descent.advance() == 1.125
    np.testing.assert_allclose(descent.values, [1.5 - 147 / 170, -27 / 170], rtol=1e-14)
    np.testing.assert_array_equal(descent.parameters.gradients, bowl(descent.values)[1])
    assert (descent.evaluations, descent.optimizer.steps, descent.pairs()) == (3, 2, 2)


def test_the_first_trial() -> None:
    """`first_step` scales it; a gradient whose sum is below 1 is taken as it is."""
    descent = Descent(bowl, [2.0, 0.5])
    descent.advance(first_step=0.5)
    np.testing.assert_allclose(descent.values, [1.75, 0.25], rtol=1e-14)
    descent = Descent(bowl, [0.2, 0.05])
    descent.advance(first_step=0.5)
    np.testing.assert_allclose(descent.values, [0.1, -0.05], rtol=1e-14)


@pytest.mark.parametrize("memory", [1, 3, 20])
def test_directions_are_those_of_dense_bfgs(memory: int) -> None:
    """H ← (I - s y'/s'y) H (I - y s'/s'y) + s s'/s'y over the last pairs, from s'y/y'y I of the newest."""
    descent = Descent(rosenbrock, rosenbrock_start(6), memory=memory)
    points = descent.path(12)
    assert len(points) == 13
    assert descent.pairs() == 12
    gradients = [rosenbrock(point)[1] for point in points]
    changes = [(b - a, e - d) for (a, b), (d, e) in zip(pairwise(points), pairwise(gradients), strict=True)]
    for done in range(1, 12):
        s, y = changes[done - 1]
        inverse = np.eye(6) * (s @ y) / (y @ y)
        for s, y in changes[max(0, done - memory) : done]:
            left = np.eye(6) - np.outer(s, y) / (s @ y)
            inverse = left @ inverse @ left.T + np.outer(s, s) / (s @ y)
        direction = -inverse @ gradients[done]
        step = changes[done][0]
        np.testing.assert_allclose(
            step / np.linalg.norm(step), direction / np.linalg.norm(direction), atol=1e-9
        )


@pytest.mark.filterwarnings("ignore:invalid value encountered in log", "ignore:divide by zero")
@pytest.mark.parametrize("first_step", [1e-6, 1.0, 30.0, 1e6])
@pytest.mark.parametrize(
    ("surface", "start"),
    [
        (rosenbrock, rosenbrock_start(4)),
        (bowl, [2.0, 0.5]),
        (quartic, [3.0, -1.0, 1.5]),
        (barrier, [0.9, -0.9, 0.0]),
        (SOFTMAX, [0.5] * 12),
    ],
    ids=["rosenbrock", "bowl", "quartic", "barrier", "softmax"],
)
def test_both_wolfe_conditions_at_every_point(
    surface: Surface, start: list[float], first_step: float
) -> None:
    descent = Descent(surface, start)
    points = descent.path(12, first_step)
    assert len(points) > 3
    for before, after in pairwise(points):
        (loss, gradient), (next_loss, next_gradient) = surface(before), surface(after)
        if np.max(np.abs(gradient)) < 1e-6:
            break
        step = after - before
        assert gradient @ step < 0
        assert next_loss <= loss + 1e-4 * (gradient @ step)
        assert abs(next_gradient @ step) <= 0.9 * abs(gradient @ step) * (1 + 1e-9)


def test_negative_curvature_is_not_remembered() -> None:
    """Towards the cliff s'y turns negative: the pairs stay, and every direction goes down."""
    descent = Descent(saddle, [0.3, 0.2])
    points, skipped = [descent.values.copy()], False
    for _ in range(6):
        pairs = descent.pairs()
        loss = descent.advance()
        points.append(descent.values.copy())
        step = points[-1] - points[-2]
        if not step.any():
            break
        assert saddle(points[-1])[0] < loss
        assert saddle(points[-2])[1] @ step < 0
        curvature = float((saddle(points[-1])[1] - saddle(points[-2])[1]) @ step)
        assert descent.pairs() == pairs + (curvature > 0)
        skipped = skipped or curvature <= 0
    assert skipped
    assert descent.values[0] > 0.999
    assert np.all(descent.optimizer.moments()["products"] >= 0.0)


def test_a_memory_that_leads_nowhere_is_forgotten() -> None:
    descent = Descent(rosenbrock, rosenbrock_start(4))
    descent.path(6)
    assert descent.pairs() == 6
    descent.optimizer.moments()["products"][:] *= -1.0
    loss, gradient = rosenbrock(descent.values)
    before = descent.values.copy()
    assert descent.advance() == loss
    step = descent.values - before
    np.testing.assert_allclose(step / np.linalg.norm(step), -gradient / np.linalg.norm(gradient), atol=1e-9)
    assert rosenbrock(descent.values)[0] < loss
    assert descent.pairs() == 1


def test_each_point_is_evaluated_once() -> None:
    """The loss before an iteration is the one that the iteration before it found."""
    seen: list[bytes] = []

    def surface(x: AnyArray) -> tuple[float, AnyArray]:
        seen.append(x.tobytes())
        return rosenbrock(x)

    descent = Descent(surface, rosenbrock_start(4))
    for _ in range(15):
        assert rosenbrock(descent.values)[0] == descent.advance()
    assert len(seen) == len(set(seen))


def test_values_changed_from_outside() -> None:
    descent = Descent(rosenbrock, rosenbrock_start(4))
    descent.run()
    descent.values[0] = 3.0
    assert not descent.optimizer.converged
    expected = rosenbrock(descent.values)[0]
    evaluations = descent.evaluations
    assert descent.advance() == expected
    assert descent.evaluations > evaluations + 1
    assert rosenbrock(descent.values)[0] < expected
    descent.run()
    assert np.max(np.abs(descent.values - 1.0)) < 1e-8


def state_of(descent: Descent) -> dict[str, Any]:
    moments = {name: moment.copy() for name, moment in descent.optimizer.moments().items()}
    return {"values": descent.values.copy(), "moments": moments, "steps": descent.optimizer.steps}


def restore(descent: Descent, state: dict[str, Any]) -> None:
    descent.values[:] = state["values"]
    descent.optimizer.steps = state["steps"]
    for name, moment in descent.optimizer.moments().items():
        moment[:] = state["moments"][name]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("broken_after", [0, 1, 2, 7, 15])
def test_resumed_equals_unbroken(broken_after: int, dtype: type) -> None:
    """In another optimizer, whose own state is another one; with a memory that is full or not."""
    unbroken = Descent(rosenbrock, rosenbrock_start(6), dtype, memory=5)
    unbroken.path(broken_after)
    state = state_of(unbroken)
    resumed = Descent(rosenbrock, [0.5] * 6, dtype, memory=5)
    resumed.path(3)
    restore(resumed, state)
    evaluated = unbroken.evaluations, resumed.evaluations
    for _ in range(12):
        assert resumed.advance() == unbroken.advance()
        assert resumed.values.tobytes() == unbroken.values.tobytes()
    assert resumed.evaluations - evaluated[1] == unbroken.evaluations - evaluated[0]
    assert resumed.optimizer.steps == unbroken.optimizer.steps == broken_after + 12
    for name, moment in unbroken.optimizer.moments().items():
        assert resumed.optimizer.moments()[name].tobytes() == moment.tobytes()


def test_a_finished_state_is_resumed_as_finished() -> None:
    finished = Descent(SOFTMAX, [0.0] * 12).run()
    resumed = Descent(SOFTMAX, [0.5] * 12)
    assert not resumed.optimizer.converged
    restore(resumed, state_of(finished))
    assert resumed.optimizer.converged


@pytest.mark.parametrize(
    ("surface", "size"), [(SOFTMAX, 12), (rosenbrock, 10)], ids=["softmax", "rosenbrock"]
)
def test_float32_ends(surface: Surface, size: int) -> None:
    """As low as float32 can tell, without many evaluations in its noise, and then it stays there."""
    start = [0.0] * size if surface is SOFTMAX else rosenbrock_start(size)
    best = surface(Descent(surface, start).run().values)[0]
    descent = Descent(surface, start, np.float32).run(150)
    assert descent.evaluations < 200
    assert surface(descent.values.astype(np.float64))[0] == pytest.approx(best, abs=1e-6)
    evaluations, values = descent.evaluations, descent.values.tobytes()
    descent.advance()
    assert (descent.evaluations, descent.values.tobytes()) == (evaluations, values)
    kept = descent.optimizer.moments()
    assert all(kept[name].dtype == np.float32 for name in ("value_changes", "gradient_changes", "values"))


def test_float32_first_trial_beyond_its_range() -> None:
    """Overflow, first of the loss, then of the values, is too far; no warnings."""
    descent = Descent(bowl, [2.0, 0.5], np.float32)
    descent.advance(first_step=1e22)
    assert 0.0 < bowl(descent.values)[0] < 2.5
    descent = Descent(bowl, [2.0, 0.5], np.float32)
    descent.advance(first_step=1e42)
    assert descent.optimizer.converged
    np.testing.assert_array_equal(descent.values, np.array([2.0, 0.5], np.float32))


def test_float32_gradients_whose_squares_it_cannot_hold() -> None:
    def surface(x: AnyArray) -> tuple[float, AnyArray]:
        loss, gradient = bowl(x)
        return 1e30 * loss, x.dtype.type(1e30) * gradient

    descent = Descent(surface, [2.0, 0.5], np.float32)
    descent.path(3)
    assert descent.pairs() == 3
    assert bowl(descent.run(50).values)[0] < 1e-6


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_a_start_without_a_loss(loss: float) -> None:
    descent = Descent(lambda x: (loss, np.ones_like(x)), [1.0, 2.0])
    assert not descent.optimizer.converged
    np.testing.assert_equal(descent.advance(), loss)
    assert descent.optimizer.converged
    assert descent.evaluations == 1
    np.testing.assert_array_equal(descent.values, [1.0, 2.0])


def test_values_that_are_not_numbers() -> None:
    descent = Descent(bowl, [math.nan, 1.0])
    assert math.isnan(descent.advance())
    assert descent.optimizer.converged
    descent.advance()
    assert descent.evaluations == 1


def test_a_start_at_the_minimum() -> None:
    descent = Descent(bowl, [0.0, 0.0])
    assert descent.advance() == 0.0
    assert descent.optimizer.converged
    assert descent.evaluations == 1


def test_a_wrong_gradient_ends() -> None:
    """A gradient that points down instead of up leads nowhere; the values stay."""
    descent = Descent(lambda x: (bowl(x)[0], -bowl(x)[1]), [2.0, 0.5])
    descent.advance()
    assert descent.optimizer.converged
    np.testing.assert_array_equal(descent.values, [2.0, 0.5])
    np.testing.assert_array_equal(descent.parameters.gradients, [-2.0, -2.0])


def test_an_interrupted_search_goes_back() -> None:
    descent = Descent(rosenbrock, rosenbrock_start(4))
    descent.path(4)
    values = descent.values.copy()

    def interrupted() -> float:
        descent.parameters.gradients[:] = 7.0
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        descent.optimizer.advance(interrupted)
    np.testing.assert_array_equal(descent.values, values)
    np.testing.assert_array_equal(descent.parameters.gradients, rosenbrock(values)[1])
    unbroken = Descent(rosenbrock, rosenbrock_start(4))
    assert descent.path(3)[-1].tobytes() == unbroken.path(7)[-1].tobytes()
