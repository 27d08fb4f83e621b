"""Settings as the words of a command line, and as a table of a `--config` file."""

import json
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

import click

from mlpcli.settings import NONE, csv_word, parse_list


def command_line(command: click.Command, data: Sequence[str], settings: Mapping[str, Any]) -> str:
    """The command with these files and settings, as a shell takes it."""
    files = (f"./{path}" if path.startswith("-") and path != "-" else path for path in data)
    words = ["mlpcli", str(command.name), *files]
    for option, value in _given(command, settings):
        flag = max(option.opts, key=len)
        if option.is_flag:
            words.append(flag if value else max(option.secondary_opts, key=len))
        elif option.multiple and isinstance(value, tuple):
            for each in value:
                words += [flag, each if isinstance(each, str) else csv_word(_part(each))]
        else:
            words += [flag, _text(value)]
    return shlex.join(words)


def config_table(command: click.Command, settings: Mapping[str, Any]) -> str:
    """The TOML table of the command with these settings."""
    lines = [f"[{command.name}]"]
    for option, value in _given(command, settings):
        key = max(option.opts, key=len)[2:]
        if option.multiple and isinstance(value, tuple):
            value = _listed(value)
        elif not isinstance(value, (bool, int, float)):
            value = _text(value)
        lines.append(f"{key} = {json.dumps(value, ensure_ascii=False)}")  # which TOML reads alike
    return "\n".join(lines) + "\n"


def _given(command: click.Command, settings: Mapping[str, Any]) -> list[tuple[click.Option, Any]]:
    """The options of the settings that have a value, in the order of the settings."""
    options = {each.name: each for each in command.params if isinstance(each, click.Option)}
    return [
        (options[name], value) for name, value in settings.items() if value is not None and name in options
    ]


def _listed(value: tuple[Any, ...]) -> str | list[str]:
    """Values of a repeated option, kept as they were given; those of a list are quoted when it is read."""
    if len(value) == 1 and isinstance(value[0], str):
        return value[0]
    lists = (parse_list(each) if isinstance(each, str) else (_part(each),) for each in value)
    return [word for words in lists for word in words]


def _text(value: Any) -> str:
    """A value as an option takes it."""
    if isinstance(value, tuple):
        return ",".join(csv_word(_part(each)) for each in value) or NONE
    return _part(value)


def _part(value: Any) -> str:
    if isinstance(value, tuple):
        return "=".join(map(_part, value))
    return f"{value:g}" if isinstance(value, float) and float(f"{value:g}") == value else str(value)
