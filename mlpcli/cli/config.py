"""Values of options from a `--config FILE.toml` and from environment variables.

Command line > environment > file > preset. A file has a table for each command; its keys are the long
options without their dashes. An error about such a value names the place it came from.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Any

import click
from click.core import ParameterSource

from mlpcli.cli.commands import COMMANDS
from mlpcli.cli.flags import flags_of
from mlpcli.cli.mistakes import MISTAKES, near_options, raise_all
from mlpcli.errors import MlpcliError, SettingsError, did_you_mean, told
from mlpcli.settings import csv_word

MOST_BYTES = 1_000_000
MOST_DOTS = 1000
"""Of a line: each may open a table in another, which takes square time and memory."""
ORIGINS = "mlpcli.origins"
"""Key in `Context.meta` of {option's name: variable or place in the file}."""
CONFIG = "mlpcli.config"
"""Key in `Context.meta` of the file's name."""
BY_HAND = frozenset({"config", "help", "help-all"})
"""Options that a file cannot give."""


def keys_of(option: click.Option) -> dict[str, bool]:
    """Names of an option in a file, and whether each switches it on; no-x switches off."""
    on = {flag[2:]: True for flag in option.opts if flag.startswith("--")}
    return on | {flag[2:]: False for flag in option.secondary_opts if flag.startswith("--")}


def from_environment(ctx: click.Context, option: click.Option) -> str | bool | None:
    """The option's variable as text, or what the variable of its --no- form means; None if unset."""
    names = {f"{ctx.auto_envvar_prefix}_{_as_variable(key)}": on for key, on in keys_of(option).items()}
    found = [name for name in names if os.environ.get(name)]
    if not found:
        return None
    if len(found) > 1:
        raise SettingsError(f"{found[0]} and {found[1]} are both set", "Unset one of them.")
    variable, text = found[0], os.environ[found[0]]
    _origins(ctx)[str(option.name)] = variable
    if names[variable]:
        return text
    try:
        return not click.BOOL.convert(text, option, ctx)
    except click.BadParameter:
        raise SettingsError(f"{variable}: {text!r:.80} is not true or false", "Set it to true.") from None


def unknown_variables(ctx: click.Context) -> Iterator[str]:
    """A note on each variable that is meant for an option of this command, and is the name of none."""
    prefix = f"{ctx.auto_envvar_prefix}_"
    options = [each for each in ctx.command.params if isinstance(each, click.Option)]
    known = [prefix + _as_variable(key) for option in options for key in keys_of(option)]
    commands = [f"{prefix.split('_')[0]}_{_as_variable(name)}_" for name in COMMANDS]
    for name in sorted(os.environ):
        others = any(name.startswith(each) for each in commands) and not name.startswith(prefix)
        if name in known or others or not name.startswith("MLPCLI_"):
            continue
        near = [each for each in known if each == prefix + name.removeprefix("MLPCLI_")]
        near = near or get_close_matches(name, known, n=1, cutoff=0.85)
        if near or name.startswith(prefix):
            meant = f"Did you mean {near[0]}?" if near else f"See {ctx.command_path} --help-all."
            yield f"the variable {name} is ignored: {ctx.info_name} has no such option. {meant}"


def _as_variable(key: str) -> str:
    return key.upper().replace("-", "_")


def use_config(ctx: click.Context, param: click.Parameter, path: str | None) -> None:
    """Make the file's values the defaults of this command's options."""
    if path is None or ctx.resilient_parsing:
        return
    ctx.meta[CONFIG] = path
    tables = read_config(path)
    command = str(ctx.info_name)
    params = ctx.command.params
    options = {key: each for each in params if isinstance(each, click.Option) for key in keys_of(each)}
    options = {key: each for key, each in options.items() if key not in BY_HAND}
    arguments = [each.name for each in params if isinstance(each, click.Argument)]
    values: dict[str, Any] = {}
    mistakes: list[MlpcliError] = []
    for key, value in tables.get(command, {}).items():
        place = f"{path}: [{command}] {key}"
        try:
            if key in arguments and key not in options:
                hint = f"Give {key.upper()} on the command line; a file holds only options."
                raise MlpcliError(f"{place} is not an option", hint)
            if key not in options:
                near = [flag[2:] for flag in near_options(ctx.command, key) if flag[2:] in options]
                hint = f"Did you mean {' or '.join(map(repr, near))}?" if near else did_you_mean(key, options)
                raise MlpcliError(f"{path}: [{command}]: there is no option {key!r}", hint)
            option = options[key]
            name = str(option.name)
            if name in values:
                raise MlpcliError(f"{place} and its opposite are both set", "Remove one of the two lines.")
            values[name] = _as_on_command_line(place, option, value, on=keys_of(option)[key])
            _origins(ctx)[name] = place
        except MlpcliError as error:
            mistakes.append(error)
    ctx.default_map = values
    if MISTAKES in ctx.meta:
        ctx.meta[MISTAKES] += mistakes  # told with those of values and of the command line
    else:
        raise_all(mistakes)


def read_config(path: str) -> dict[str, dict[str, Any]]:
    """The file's tables by command; raises MlpcliError."""
    tables = read_toml(path)
    for name, table in tables.items():
        if name in COMMANDS and not isinstance(table, dict):
            raise MlpcliError(f"{path}: {name} is not a table", f"Write [{name}] on a line of its own.")
        if not isinstance(table, dict):
            hint = "Put it below [train] or another command."
            raise MlpcliError(f"{path}: {name} is outside all tables", hint)
        if name not in COMMANDS:
            raise MlpcliError(f"{path}: there is no command [{name}]", did_you_mean(name, COMMANDS))
    return tables


def read_toml(path: str) -> dict[str, Any]:
    """The file's content; raises MlpcliError."""
    import tomllib  # takes 4 ms, and few commands read a file

    try:
        with open(path, "rb") as file:
            content = file.read(MOST_BYTES + 1)
    except IsADirectoryError:
        raise MlpcliError(f"{path} is a folder", "Give a TOML file.") from None
    except FileNotFoundError:
        raise MlpcliError(f"{path}: no such file", "Check its name and folder.") from None
    except (OSError, ValueError) as error:
        raise MlpcliError(f"{path} cannot be read ({error})", "Check its permissions.") from None
    if len(content) > MOST_BYTES:
        raise MlpcliError(f"{path} has more than {MOST_BYTES:,} bytes", "Give a TOML file of options.")
    if any(line.count(b".") > MOST_DOTS for line in content.splitlines()):
        raise MlpcliError(f"{path}: a line has more than {MOST_DOTS:,} dots", "Give a TOML file of options.")
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise MlpcliError(f"{path}: line {line} is not UTF-8", "Save the file as UTF-8 text.") from None
    except RecursionError:
        raise MlpcliError(f"{path} is nested too deeply", "Write a table for each command.") from None
    except ValueError as error:  # TOMLDecodeError, or a number of too many digits
        raise MlpcliError(f"{path}: {_placed(str(error))}", "Write lines as epochs = 50.") from None


@contextmanager
def origins_told(ctx: click.Context) -> Iterator[None]:
    """Add to an error about a setting where its value came from, if not from the command line."""
    try:
        yield
    except MlpcliError as error:
        source = ctx.get_parameter_source(error.setting)
        if source not in (ParameterSource.ENVIRONMENT, ParameterSource.DEFAULT_MAP):
            raise
        naming, place = flags_of(ctx.command), _origins(ctx)[error.setting]
        kind = MlpcliError  # what a file says is not wrong from the command line alone
        if source is ParameterSource.ENVIRONMENT:
            kind, place = type(error), f"{place} ({naming(error.setting)})"
        message = told(error.message, naming)
        placed = f"{message} [{place}]" if error.names_setting else f"{place}: {message}"
        raise kind(placed, error.hint) from error


def _origins(ctx: click.Context) -> dict[str, str]:
    origins: dict[str, str] = ctx.meta.setdefault(ORIGINS, {})
    return origins


def _placed(message: str) -> str:
    """tomllib's message, led by the place."""
    if match := re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", message, flags=re.DOTALL):
        return f"line {match[2]}, column {match[3]} is not TOML ({match[1]})"
    return f"is not TOML ({message})"


def _as_on_command_line(place: str, option: click.Option, value: Any, *, on: bool) -> Any:
    """The value as the option's type takes it: a bool for a flag, else text, or texts if repeatable."""
    if option.is_flag:
        if not isinstance(value, bool):
            hint = f"Write {place.split()[-1]} = true."
            raise MlpcliError(f"{place} is {_kind(value)}, not true or false", hint)
        return value is on
    if isinstance(value, list):
        if getattr(option, "alternatives", False):
            return [_text(place, each) for each in value]
        if not getattr(option, "several", False):
            raise MlpcliError(f"{place} is a list, where one value is wanted", "Write the value alone.")
        words = [csv_word(_text(place, each)) for each in value]
        return words if option.multiple else ",".join(words)
    return [_text(place, value)] if option.multiple else _text(place, value)


def _text(place: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        hint = "Write it in quotes" + ("." if isinstance(value, bool) else ", as on a command line.")
        raise MlpcliError(f"{place} is {_kind(value)}, where text or a number is wanted", hint)
    if isinstance(value, str) and "\0" in value:
        raise MlpcliError(f"{place} holds a NUL character", "Take it out.")
    try:
        return str(value)
    except ValueError:  # hexadecimal, of thousands of digits
        raise MlpcliError(f"{place} is a number of too many digits", "Write a smaller one.") from None


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    kinds = {int: "a number", float: "a number", str: "text", list: "a list", dict: "a table"}
    return kinds.get(type(value), "a date or time")
