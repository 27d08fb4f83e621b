"""The type of all arrays."""

from typing import Any, TypeAlias

import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
"""Shapes, types and units stand in the docstrings."""
