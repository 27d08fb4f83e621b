"""Texts, numbers and lists as they are written in Python."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

WIDTH = 110


def text_literal(text: str) -> str:
    """A literal in double quotes where that needs no escape."""
    literal = repr(text)
    return (
        f'"{literal[1:-1]}"' if literal[0] == "'" and '"' not in literal and "\\'" not in literal else literal
    )


def value_literal(value: Any) -> str:
    """A text, or a number with all of its digits."""
    return text_literal(value) if isinstance(value, str) else repr(value)


def short(number: float) -> str:
    """The shortest decimal of a float32."""
    return str(np.float32(number))


def one_line(text: str) -> str:
    """For comments: no line break, and no sign that cannot be seen."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def safe_name(name: str) -> str:
    """A file's name as it may stand in a text of the program."""
    return re.sub(r'[^\w.\- ]|"', "_", name)


def wrapped(values: Iterable[Any], indent: int) -> str:
    """A list, over several lines where it is long."""
    texts = [value_literal(each) for each in values]
    whole = f"[{', '.join(texts)}]"
    if len(whole) + indent < WIDTH - 20:
        return whole
    blank = " " * (indent + 4)
    lines, line = [], blank
    for text in texts:
        if len(line) + len(text) + 2 > WIDTH and line.strip():
            lines.append(line.rstrip())
            line = blank
        line += f"{text}, "
    lines.append(line.rstrip())
    body = "\n".join(lines)
    return f"[\n{body}\n{' ' * indent}]"


def wrapped_rows(rows: Sequence[Sequence[str]], indent: int, marks: str = "[]") -> str:
    """A list of rows, a line each, in other brackets than these if need be."""
    blank = " " * (indent + 4)
    body = "".join(f"{blank}{marks[0]}{', '.join(row)}{marks[1]},\n" for row in rows)
    return f"[\n{body}{' ' * indent}]"
