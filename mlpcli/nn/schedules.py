"""Learning-rate schedules, pure functions from the fraction of training done to a factor: SCHEDULES."""

import math
from collections.abc import Callable


def constant(done: float) -> float:
    """Always 1."""
    return 1.0


def cosine(done: float) -> float:
    """(1 + cos(π done)) / 2: from 1 down to 0 (Loshchilov & Hutter 2017, arXiv 1608.03983, eq. 5)."""
    return 0.5 * (1.0 + math.cos(math.pi * done))


SCHEDULES: dict[str, Callable[[float], float]] = {"constant": constant, "cosine": cosine}
"""Names are stored in model files: add, never rename."""
