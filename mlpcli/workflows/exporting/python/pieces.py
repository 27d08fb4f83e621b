"""Parts that all code of an export shares: what is copied, tables of weights, functions of formulas."""

import base64
from collections.abc import Iterator

import numpy as np

from mlpcli.arrays import Array
from mlpcli.workflows.exporting.python.literals import (
    WIDTH,
    text_literal,
)

ROOM = "mlpcli.workflows.exporting.scorer"


class Pieces:
    """What the file needs besides its own lines, as its parts ask for it."""

    def __init__(self) -> None:
        self.wanted = {
            (f"{ROOM}.outputs", "Scorer"),
            (f"{ROOM}.program", "run"),
            (f"{ROOM}.layers", "TABLES"),
        }
        self.formulas: list[str] = []
        self._tables: dict[str, Array] = {}

    def use(self, module: str, name: str) -> str:
        """The name of something in a module that is copied."""
        self.wanted.add((f"{ROOM}.{module}", name))
        return name

    def table(self, name: str, array: Array) -> str:
        """The literal by which the file names an array, of any shape, that stands at its end."""
        self._tables[name] = array
        return text_literal(name)

    def table_lines(self) -> Iterator[str]:
        """The lines of all arrays, as base64 of float32."""
        for name, array in self._tables.items():
            text = base64.b64encode(np.ascontiguousarray(array, dtype="<f4").tobytes()).decode()
            shape = " x ".join(f"{size:,}" for size in array.shape)
            lines = [text[start : start + WIDTH - 4] for start in range(0, len(text), WIDTH - 4)]
            if len(lines) == 1:
                yield f"TABLES[{text_literal(name)}] = {text_literal(text)}  # {shape}\n"
            else:
                body = "\n".join(lines)
                yield f'TABLES[{text_literal(name)}] = """\n{body}\n"""  # {shape}\n'
