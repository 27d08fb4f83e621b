"""The learning rate of `--lr auto`: what a search suggests, kept near the preset's, and what to say of it."""

from mlpcli.errors import DivergenceError
from mlpcli.nn.course import FIND
from mlpcli.workflows.building import batch_rows
from mlpcli.workflows.pairs import is_minimized
from mlpcli.workflows.preparation import Prepared
from mlpcli.workflows.rate_search import LEAST_TRAINING_STEPS, find_rate, grid_for

FURTHEST = 10.0
"""Times the preset's rate, or its inverse: further away a suggestion is not taken. Where textbook takes 0.001
the best of nine rates was 0.0032 or 0.01 on eight of eleven tables, 0.0001 to 0.1 on the others."""


def with_found_rate(prepared: Prepared) -> tuple[Prepared, list[str]]:
    """With a rate instead of `auto`, and a sentence on how it was found; as it is if a rate was given."""
    if prepared.options.training.learning_rate != FIND:
        return prepared, []
    rate, said = _found(prepared)
    return prepared.with_options(prepared.options.changed(learning_rate=rate)), [f"--lr auto: {said}"]


def _found(prepared: Prepared) -> tuple[float, str]:
    usual = prepared.usual_rate
    if is_minimized(prepared.options):
        return usual, f"{prepared.options.optimizer.optimizer} finds its own step lengths"
    epochs = prepared.options.training.epochs
    assert epochs is not None
    steps = epochs * -(-len(prepared.member_parts(0)[0]) // batch_rows(prepared))
    grid = grid_for(steps)
    if grid is None:
        return usual, (
            f"{usual:.2g}, the preset's: a search takes a tenth of {LEAST_TRAINING_STEPS:,} steps, and there "
            f"are {steps:,}"
        )
    try:
        finding = find_rate(prepared, grid)
    except DivergenceError as error:
        return usual, f"{usual:.2g}, the preset's: {error.message}"
    if not finding.stable:
        return usual, f"{usual:.2g}, the preset's, as the search can not be trusted: {finding.reason}"
    rate = min(max(finding.suggestion, usual / FURTHEST), usual * FURTHEST)
    if rate != finding.suggestion:
        return rate, (
            f"{rate:.2g}; lr-find suggests {finding.suggestion:.2g}, but no more than a factor of "
            f"{FURTHEST:g} from the preset's {usual:.2g} is taken"
        )
    low, high = finding.interval
    return rate, f"{rate:.2g}, by lr-find ({finding.rule}; single sweeps {low:.2g} to {high:.2g})"
