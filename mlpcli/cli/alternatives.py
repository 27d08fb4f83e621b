"""Values of one option that was given several times, where that means a choice."""

from collections.abc import Sequence
from typing import Any

import click


class Alternatives(tuple[Any, ...]):
    """At least two values of an option that takes one."""


def one_or_several(ctx: click.Context, param: click.Parameter, values: Sequence[Any]) -> Any:
    """The value of an option, or all of them if it was given several times; None if it was not given."""
    if len(values) < 2:
        return values[0] if values else None
    return Alternatives(values)
