"""How much memory a network would take, and how much there is."""

import os
from collections.abc import Sequence
from pathlib import Path

from mlpcli.errors import SettingsError
from mlpcli.nn.layers import Layer
from mlpcli.nn.network import PREDICTION_ROWS, count_parameters
from mlpcli.nn.optimizers import OPTIMIZERS, UpdateRule

BYTES = 4
PARAMETER_COPIES = 5
"""Values, gradients, the best values so far, those of the last epoch, and what is changed by in a step."""
STATE_COPIES = 2
"""The optimizer's, and that of the last epoch."""
UNIT_COPIES = 4
"""Outputs, deltas and scratch memory of a layer for each row of a batch."""
L_BFGS_COPIES = 22
UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")


def refuse_too_large(layers: Sequence[Layer], rows: int, optimizer: str) -> None:
    """Raise SettingsError if training with batches of `rows` needs more memory than is free."""
    rule = OPTIMIZERS[optimizer]
    state = len(rule.state_names) if issubclass(rule, UpdateRule) else L_BFGS_COPIES
    parameters = count_parameters(layers)
    units = sum(layer.n_out for layer in layers)
    rows = max(rows, PREDICTION_ROWS // UNIT_COPIES)
    copies = PARAMETER_COPIES + STATE_COPIES * state
    needed = BYTES * (parameters * copies + units * rows * UNIT_COPIES)
    free = free_memory()
    if free is not None and needed > free:
        raise SettingsError(
            f"--hidden: {parameters:,} parameters need {_size(needed)} of memory, {_size(free)} are free",
            "Write smaller layers" + (", or a smaller --batch-size." if units * rows > parameters else "."),
        )


def free_memory() -> int | None:
    """Bytes that can be had, also under a container's limit; None where that cannot be told."""
    found = [each for each in (_of_machine(), _of_container()) if each is not None]
    return min(found, default=None)


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
        limit, used = ((folder / name).read_text() for name in ("memory.max", "memory.current"))
        return max(int(limit) - int(used), 0)
    except (OSError, ValueError):
        return None  # no control group, or "max"


def _size(number: float) -> str:
    unit = 0
    while number >= 1000 and unit < len(UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{number:.3g} {UNITS[unit]}"
