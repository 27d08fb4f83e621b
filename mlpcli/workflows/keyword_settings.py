"""Functions whose keyword arguments are settings: unknown names are refused, help lists the known ones."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from types import MappingProxyType
from typing import Any, ParamSpec, TypeVar

from mlpcli.errors import Sentence
from mlpcli.settings import Setting, Settings, described_fields, refuse_unknown
from mlpcli.text_width import wrapped

Given = ParamSpec("Given")
Result = TypeVar("Result")

WIDTH, INDENT = 92, 4
"""Columns of a line of help, and those before a name."""
NAMES = 18
"""Columns of a name."""


def takes(
    *classes: type[Settings], defaults: Mapping[str, Any] = MappingProxyType({})
) -> Callable[[Callable[Given, Result]], Callable[Given, Result]]:
    """A decorator for a function with `**settings`, which are the fields of the classes.

    `defaults` are those of the function, where they differ from the fields'.
    A name that is neither a field nor an argument raises SettingsError with the names that may be meant.
    """

    def decorate(function: Callable[Given, Result]) -> Callable[Given, Result]:
        parameters = inspect.signature(function).parameters.values()
        own = [each.name for each in parameters if each.kind is not inspect.Parameter.VAR_KEYWORD]
        otherwise = f"help(mlpcli.{function.__name__}) lists the settings."

        @wraps(function)
        def checked(*args: Given.args, **settings: Given.kwargs) -> Result:
            refuse_unknown([name for name in settings if name not in own], classes, own, otherwise)
            return function(*args, **settings)

        checked.__doc__ = f"{inspect.getdoc(function) or ''}\n\n{listed(classes, defaults)}"
        return checked

    return decorate


def listed(classes: Iterable[type[Settings]], defaults: Mapping[str, Any] = MappingProxyType({})) -> str:
    """The settings of the classes by group, with their help, choices and defaults; of one name the first."""
    groups: dict[str, list[str]] = {}
    known = set[str]()
    for each in classes:
        for name, described in described_fields(each).items():
            if name in known:
                continue
            known.add(name)
            default = defaults.get(name, getattr(each, name))
            groups.setdefault(described.group, []).extend(_lines(name, described, default))
    return "\n\n".join("\n".join([f"{group}:", *lines]) for group, lines in groups.items())


def _lines(name: str, described: Setting, default: Any) -> list[str]:
    said = str(Sentence(described.help))
    if described.choices:
        said += f" One of {', '.join(described.choices)}."
    if isinstance(default, (int, float, str)) and not isinstance(default, bool) and default != "":
        said += f" [default: {default}]"
    first, *more = wrapped(said, WIDTH - INDENT - NAMES - 2)
    if len(name) > NAMES:
        return [" " * INDENT + name, *(" " * (INDENT + NAMES + 2) + each for each in (first, *more))]
    return [
        f"{'':{INDENT}}{name:{NAMES}}  {first}",
        *(" " * (INDENT + NAMES + 2) + each for each in more),
    ]
