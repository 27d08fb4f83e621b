"""Differences that golden rows may have from what an export finds."""

from mlpcli.workflows.exporting import description as told

TOLERANCE = 1e-5
"""Of probabilities, and of numbers in ranges of the target, which are some spreads."""
SPREADS = 4.0


def tolerances(steps: told.ModelSteps) -> list[float]:
    """Of each number that is told of a row: the targets and then their quantiles, or the probabilities."""
    outcome = steps.outcome
    if isinstance(outcome, told.NumberOutcome):
        return [TOLERANCE * SPREADS * spread for spread in outcome.spreads] * (1 + len(outcome.levels))
    names = outcome.classes if isinstance(outcome, told.ClassOutcome) else outcome.labels
    return [TOLERANCE] * len(names)
