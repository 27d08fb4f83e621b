"""The memory that a network takes."""

from collections.abc import Sequence

from mlpcli.data.reading.memory import free_memory
from mlpcli.errors import Sentence, SettingsError
from mlpcli.nn.layers import Layer
from mlpcli.nn.network import PREDICTION_ROWS, count_parameters
from mlpcli.nn.optimizers import OPTIMIZERS, UpdateRule
from mlpcli.nn.parameters import HasParameters
from mlpcli.number_text import size_text

BYTES = 4
ROOM = 1.2
"""For what is small beside the rest."""
PARAMETER_COPIES = 5
"""Values, gradients, the best values so far, those of the last epoch, and what is changed by in a step."""
STATE_COPIES = 2
"""The optimizer's, and that of the last epoch."""
L_BFGS_COPIES = 22


def refuse_too_large(parts: Sequence[HasParameters], rows: int, optimizer: str) -> None:
    """Raise SettingsError if training with batches of `rows` needs more memory than is free."""
    rule = OPTIMIZERS[optimizer]
    state = len(rule.state_names) if issubclass(rule, UpdateRule) else L_BFGS_COPIES
    parameters = count_parameters(parts)
    layers = [part for part in parts if isinstance(part, Layer)]
    for_rows = sum(layer.floats_per_row for layer in layers) * rows
    # In prediction a layer has its outputs, and what it needs on the way.
    for_rows += sum(layer.floats_per_row // 2 for layer in layers) * PREDICTION_ROWS
    for_parameters = parameters * (PARAMETER_COPIES + STATE_COPIES * state)
    needed = ROOM * BYTES * (for_parameters + for_rows)
    free = free_memory()
    if free is not None and needed > free:
        smaller = Sentence("Give smaller layers or a smaller {batch_size}.")
        hint = smaller if for_rows > for_parameters else "Give smaller layers."
        found = f"{parameters:,} parameters need {size_text(needed)} of memory"
        found += f", but only {size_text(free)} is free"
        raise SettingsError(found, hint, setting="hidden")
