"""Click options built from the settings classes, and options that commands share."""

import dataclasses
import itertools
import types
import typing
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol, TypeVar

import click

from mlpcli.cli.alternatives import one_or_several
from mlpcli.cli.config import use_config
from mlpcli.cli.console import show_tracebacks, use_pager
from mlpcli.cli.flags import flag_of_setting, flags_in
from mlpcli.cli.grouped import GroupedOption
from mlpcli.cli.help_pages import CONSOLE, show_all
from mlpcli.errors import Naming, Sentence, SettingsError
from mlpcli.settings import Setting, Settings, described_fields, flag_of, shown

Function = TypeVar("Function", bound=Callable[..., Any])

LONGEST_METAVAR = 20
MOST_LISTED = 2
"""Numbers that the default preset gives to a setting; of more the least and the greatest are shown."""
NOTHING: Mapping[str, Sequence[Any]] = types.MappingProxyType({})
CONFIG_HELP = "Read options from a TOML file with a table for each command."
PAGER_HELP = "Show results that are longer than the terminal in $PAGER, or less. [default: yes]"
QUIET_HELP = "Hide notes, progress and train's summary."


class Decorator(Protocol):
    """Adds options to a function that becomes a command."""

    def __call__(self, function: Function, /) -> Function: ...


class SettingType(click.ParamType[Any]):
    """Type of an option: its text is converted and checked as the setting says."""

    name = "setting"

    def __init__(self, name: str, setting: Setting, kind: type) -> None:
        self._name, self._setting, self._kind = name, setting, kind
        self.choices = setting.choices

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        value = self._spelled(value)
        if self._setting.parse is not None:
            return self._setting.parse(value)
        try:
            converted = self._kind(value)
        except ValueError:
            wanted = {int: "a whole number", float: "a number"}[self._kind]
            raise SettingsError(
                f"{shown(value)} is not {wanted}", f"Give {wanted}.", setting=self._name
            ) from None
        self._setting.check(self._name, converted)
        return converted

    def _spelled(self, value: str) -> str:
        """The choice that is meant, whatever its case, and with hyphens, underscores, blanks or none."""
        meant = {_joined(each): each for each in self.choices}
        return meant.get(_joined(value), value)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """The choices if they fit, else a word for the type."""
        if self._setting.choices:
            return _choices(self._setting) or "NAME"
        return {int: "N", float: "NUMBER"}.get(self._kind, "TEXT")


def settings_options(
    *classes: type[Settings],
    rare: Collection[str] = (),
    usual: Mapping[str, Sequence[Any]] = NOTHING,
    without: Collection[str] = (),
    choosable: Collection[str] = (),
) -> Decorator:
    """A decorator that adds an option for each field of the classes; an option that is not given is None.

    Options of the fields in `rare` are shown by --help-all only, those in `without` have none, and of fields
    with one name the first counts. `usual` are values that the default preset gives to fields without one.
    Options of the `choosable` fields may be given several times, which makes `Alternatives` of their values.
    """
    known = flags_in(reversed(classes))
    owners = {name: each for each in reversed(classes) for name in described_fields(each)}

    def naming(name: str) -> str:
        return known.get(name) or flag_of_setting(name)

    def decorate(function: Function) -> Function:
        for settings_class in reversed(classes):
            hints = typing.get_type_hints(settings_class)
            for field in reversed(dataclasses.fields(settings_class)):
                if field.name in without or owners[field.name] is not settings_class:
                    continue
                described = field.metadata["setting"]
                if field.name in rare:
                    described = dataclasses.replace(described, common=False)
                shown_default = _usual(field.default, usual.get(field.name, ()))
                of: dict[str, Any] = {"of": settings_class, "usual": shown_default}
                if field.name in choosable and not described.repeatable:
                    of["alternatives"] = True
                add = _setting_option(field, described, hints[field.name], naming, of)
                function = add(function)
        return function

    return decorate


def _setting_option(
    field: "dataclasses.Field[Any]", described: Setting, hint: Any, naming: Naming, of: Mapping[str, Any]
) -> Decorator:
    name, default = field.name, field.default
    flag, kind = flag_of(name, described), _plain_type(hint)
    names = [f"-{described.short}"] if described.short else []
    help_text = Sentence(described.help).told(naming)
    details: dict[str, Any] = {"default": None, **of}
    if described.choices and not _choices(described):
        details["named"] = tuple(map(_hyphened, described.choices))
    if kind is bool and default is None:
        # A preset may switch it on.
        opposite = f"--{flag[5:]}" if flag.startswith("--no-") else f"--no-{flag[2:]}"
        names, flag = [], f"{flag}/{opposite}"
        details |= {"is_flag": True, "type": bool}
    elif kind is bool:
        details |= {"is_flag": True, "flag_value": True, "type": bool}
    else:
        details |= {
            "type": SettingType(name, described, kind),
            "metavar": described.metavar or None,
            "multiple": described.repeatable,
            "several": "A,B" in described.metavar or _holds_tuple(hint),
        }
        if described.repeatable:
            details["callback"] = _together
            del details["default"]
        elif of.get("alternatives"):
            details |= {"multiple": True, "callback": one_or_several}
            del details["default"]
    rare = not described.common
    return option(" ".join([*names, flag, name]), described.group, help_text, rare=rare, **details)


def _choices(described: Setting) -> str:
    """The choices as one word, or an empty text if that is too long."""
    word = "|".join(map(_hyphened, described.choices))
    return word if len(word) <= LONGEST_METAVAR else ""


def _joined(choice: str) -> str:
    return choice.casefold().translate({ord(each): None for each in "-_ "})


def _hyphened(choice: str) -> str:
    return choice.replace("_", "-")


def _usual(default: Any, values: Sequence[Any]) -> str:
    """The default in words, or what the default preset makes of it."""
    if isinstance(default, (int, float, str)) and not isinstance(default, bool) and default != "":
        return f"default: {_hyphened(default) if isinstance(default, str) else default}"
    shown = list(dict.fromkeys(map(_in_words, values)))
    if default is not None or not shown or shown == ["off"]:
        return ""
    if len(shown) > MOST_LISTED and all(type(each) in (int, float) for each in values):
        shown = [f"{_in_words(min(values))} to {_in_words(max(values))}"]
    *first, last = shown
    return f"by preset: {', '.join(first)}{' or ' if first else ''}{last}"


def _in_words(value: Any) -> str:
    """A value as it is written on a command line."""
    if isinstance(value, bool) or value is None:
        return "on" if value is True else "off"
    if isinstance(value, tuple):
        return ",".join(
            "=".join(map(_in_words, each)) if isinstance(each, tuple) else _in_words(each) for each in value
        )
    return f"{value:.2g}" if isinstance(value, float) else str(value)


def _plain_type(hint: Any) -> type:
    """The type inside `X | None`; tuples and unions have a parser of their own."""
    kinds = [each for each in typing.get_args(hint) if each is not types.NoneType]
    plain = kinds[0] if isinstance(hint, types.UnionType) and len(kinds) == 1 else hint
    return plain if isinstance(plain, type) else str


def _holds_tuple(hint: Any) -> bool:
    return typing.get_origin(hint) is tuple or any(_holds_tuple(each) for each in typing.get_args(hint))


def _together(ctx: click.Context, param: click.Parameter, values: Sequence[tuple[Any, ...]]) -> Any:
    """The values of a repeated option as one; None if it was not given."""
    return tuple(itertools.chain.from_iterable(values)) or None


def option(names: str, group: str, text: str, **details: Any) -> Decorator:
    """An option in a group of the help; `names` is `-o --output`, perhaps with the parameter's behind it.

    With `rare` only --help-all shows it; the other `details` are those of `click.option`.
    """
    return click.option(*names.split(), cls=GroupedOption, group=group, help=text, **details)


FILE = click.Path(readable=False)
"""A path as given, or -, which the command checks; shells complete file names."""
model_argument: Decorator = click.argument("model", type=FILE)
data_argument: Decorator = click.argument("data", nargs=-1, required=True, metavar="DATA...", type=FILE)


def common_options(function: Function) -> Function:
    """Add the options of every command that may write files."""
    force = option("-f --force", "Output", "Replace existing files.", is_flag=True)
    return force(console_options(function))


def console_options(function: Function) -> Function:
    """Add the options of every command; the command gets them as a `Console`."""
    early = {"is_eager": True, "expose_value": False}
    config = {"metavar": "FILE", "callback": use_config, "rare": True}
    debug = {"is_flag": True, "callback": show_tracebacks, "rare": True}
    help_all = {"is_flag": True, "callback": show_all, "allow_from_autoenv": False}
    pager = {"default": True, "callback": use_pager, "rare": True}
    options = [
        option("--json as_json", CONSOLE, "Write one JSON object to stdout.", is_flag=True),
        option("--config", CONSOLE, CONFIG_HELP, **config, **early),
        option("-q --quiet", CONSOLE, QUIET_HELP, is_flag=True),
        option("-v --verbose", CONSOLE, "Show more.", is_flag=True, rare=True),
        option("--debug", CONSOLE, "Show the traceback of an error.", **debug),
        option("--pager/--no-pager", CONSOLE, PAGER_HELP, **pager, **early),
        option("--help-all", CONSOLE, "Show every option.", **help_all, **early),
    ]
    for add in reversed(options):
        function = add(function)
    return function
