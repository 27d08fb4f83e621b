"""The compiled engine: kernels in loops that numba compiles, each beside its NumPy twin in `table.KERNELS`.

Nothing here is imported before the engine is chosen; without numba nothing changes.
"""

from typing import Literal, TypeAlias, TypeVar

Engine: TypeAlias = Literal["numpy", "numba"]
NUMPY: Engine = "numpy"
NUMBA: Engine = "numba"
ENGINES = ("auto", NUMPY, NUMBA)
"""The choices of a user."""

Part = TypeVar("Part")


def of_engine(part: type[Part], engine: Engine) -> type[Part]:
    """The class of an embedding, a loss or an update rule for an engine: its kernel, if there is one."""
    if engine == NUMPY:
        return part
    from mlpcli.nn.kernels.table import KERNELS

    return KERNELS.get(part, part)
