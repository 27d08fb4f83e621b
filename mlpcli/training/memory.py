"""Memory: what a network takes, and what is free."""

import os
from collections.abc import Sequence
from pathlib import Path

from mlpcli.errors import Sentence, SettingsError
from mlpcli.nn.layers import Layer
from mlpcli.nn.network import PREDICTION_ROWS, count_parameters
from mlpcli.nn.optimizers import OPTIMIZERS, UpdateRule
from mlpcli.nn.parameters import HasParameters

BYTES = 4
ROOM = 1.2
"""For what is small beside the rest."""
PARAMETER_COPIES = 5
"""Values, gradients, the best values so far, those of the last epoch, and what is changed by in a step."""
STATE_COPIES = 2
"""The optimizer's, and that of the last epoch."""
L_BFGS_COPIES = 22
UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")


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
        found = f"{parameters:,} parameters need {_size(needed)} of memory, but only {_size(free)} is free"
        raise SettingsError(found, hint, setting="hidden")


def free_memory() -> int | None:
    """Bytes that can be had, also under a container's limit; None where that cannot be told."""
    return min((each for each in (_of_machine(), _of_container()) if each is not None), default=None)


def _of_machine() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration, ValueError, IndexError):
        pass  # not Linux: what the machine has in all is better than nothing
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None


def _of_container() -> int | None:
    folder = Path("/sys/fs/cgroup")
    try:
        limit, used = (int((folder / name).read_text()) for name in ("memory.max", "memory.current"))
        counts = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
        # Pages of files that were read can be had back.
        return max(limit - used + int(counts.get("inactive_file", 0)), 0)
    except (OSError, ValueError):
        return None  # no control group, or "max"


def _size(number: float) -> str:
    unit = 0
    while number >= 1000 and unit < len(UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{number:.3g} {UNITS[unit]}"
