"""Settings: dataclass fields with a default, a range, a help text and further facts.

Every room declares its own settings classes with `setting(...)`; the command line builds its options and
the Python API its keyword arguments from the same fields, so nothing is listed twice. A field whose default
is None is filled by the preset.
"""

import dataclasses
import math
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import PurePath
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from mlpcli.errors import SettingsError, did_you_mean, near_names

AUTO, NONE = "auto", "none"
"""Values of settings: chosen by the program, and off."""

SOME_METRICS = (
    "Metrics are accuracy, f1_macro, roc_auc, log_loss, rmse, mae, r2 and others (mlpcli manual reference)."
)
"""Sentence for the help of settings that take a metric."""


@dataclass(frozen=True)
class Setting:
    """All that is known of a field beside its name and default: its range, its words for people."""

    help: str
    group: str
    flag: str = ""
    """Name of the command-line option, when it is not the field's name with dashes."""
    short: str = ""
    metavar: str = ""
    choices: tuple[str, ...] = ()
    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None
    below: float | None = None
    parse: Callable[[str], Any] | None = None
    """Turns the option's text into the field's value; raises SettingsError."""
    repeatable: bool = False
    """May be given several times on a command line; the values are put together."""
    common: bool = False
    """Shown by the short help; the others by the whole one."""
    changes_weights: bool = True
    """Whether other weights may come of it, other than through the rows, which are compared themselves."""
    encodes_rows: bool = False
    """Whether the same table becomes other encoded rows by it."""
    of_model: bool = False
    """Decides layers and what they are fed: a training that starts from a model keeps its value."""
    of_target: bool = False
    """As `of_model`, as long as the target is the same."""
    off: Any = None
    """What None means to a model where a preset would fill it."""
    decides_columns: bool = False
    """Says what columns mean; a training that starts from a model takes that from the model."""
    needs: str = ""
    """What a training must have for the setting to act, by its name in `mlpcli.training.without_effect`."""
    of_steps: bool = False
    """Of no use to an optimizer that takes all rows at once and searches for its steps."""
    set_by_time: bool = False
    """A time limit sets it where it is not given; a resumed run keeps the first run's value."""
    stored: bool = False
    """How the training table was read: another table of the model is read alike unless it is given again."""

    def check(self, name: str, value: object) -> None:
        """Raise SettingsError unless `value` lies in the stated choices and range."""
        if self.choices and value not in self.choices:
            raise SettingsError(
                f"{shown(value)} is not known", did_you_mean(str(value), self.choices), setting=name
            )
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            return
        for bad, limit in (
            (self.at_least is not None and not value >= self.at_least, f"at least {self.at_least}"),
            (self.above is not None and not value > self.above, f"above {self.above}"),
            (self.at_most is not None and not value <= self.at_most, f"at most {self.at_most}"),
            (self.below is not None and not value < self.below, f"below {self.below}"),
        ):
            if bad:
                raise SettingsError(f"{shown(value)} is out of range", f"It must be {limit}.", setting=name)


def setting(default: Any, help: str, *, group: str, **details: Any) -> Any:
    """A dataclass field that is a setting; `details` are the other fields of `Setting`."""
    return field(default=default, metadata={"setting": Setting(help=help, group=group, **details)})


@dataclass(frozen=True)
class Settings:
    """Base of all settings classes: values are checked when an object is made."""

    def __post_init__(self) -> None:
        hints = get_type_hints(type(self))
        for name, described in described_fields(type(self)).items():
            value = getattr(self, name)
            if not is_of_kind(value, hints[name]):
                infinite = isinstance(value, float) and not math.isfinite(value)
                wanted = "a finite number" if infinite else _in_words(hints[name])
                raise SettingsError(f"{shown(value)} is not {wanted}", f"Give {wanted}.", setting=name)
            if value is not None:
                described.check(name, value)


AnySettings = TypeVar("AnySettings", bound=Settings)


def described_fields(settings_class: type[Settings]) -> dict[str, Setting]:
    """The settings of a class by field name, in order."""
    return {each.name: each.metadata["setting"] for each in dataclasses.fields(settings_class)}


def _in_words(kind: Any) -> str:
    """An annotation in words: what a field takes."""
    inner = [each for each in get_args(kind) if each not in (NoneType, ...)]
    if get_origin(kind) in (Union, UnionType):
        return " or ".join(dict.fromkeys(map(_in_words, inner)))
    if get_origin(kind) is tuple:
        return "a list" if get_args(kind)[-1] is ... else "a pair"
    return {int: "a whole number", float: "a number", bool: "true or false"}.get(kind, "a text")


def is_number(value: object, wanted: str = "a number") -> bool:
    """Whether it is a number that is finite as a float, or the whole number that is wanted."""
    if isinstance(value, int) and not isinstance(value, bool):
        return abs(value) <= sys.float_info.max
    return isinstance(value, float) and math.isfinite(value) and wanted == "a number"


def is_of_kind(value: object, kind: Any) -> bool:
    """Whether a value is of the kind of an annotation: plain types, tuples and unions of them."""
    if kind in (int, float):
        return is_number(value, "a whole number" if kind is int else "a number")
    if kind in (str, bool, NoneType):
        return isinstance(value, kind)
    inner = get_args(kind)
    if get_origin(kind) in (Union, UnionType):
        return any(is_of_kind(value, each) for each in inner)
    if get_origin(kind) is tuple:
        if not isinstance(value, tuple):
            return False
        if inner[-1] is ...:
            return all(is_of_kind(each, inner[0]) for each in value)
        return len(value) == len(inner) and all(map(is_of_kind, value, inner))
    return True


def shown(value: object, most: int = 40) -> str:
    """The value for an error, cut where it is long."""
    try:
        text = str(value) if isinstance(value, (int, float)) else repr(value)
    except (ValueError, RecursionError):  # a whole number of thousands of digits; a list in itself
        return "a value that cannot be shown"
    return text if len(text) <= most else f"{text[:most]}..."


def flag_of(name: str, described: Setting) -> str:
    """The long option of a field: `--learning-rate`, or the name its setting gives."""
    return "--" + (described.flag or name.replace("_", "-"))


def build(settings_class: type[AnySettings], values: Mapping[str, Any]) -> AnySettings:
    """An object of `settings_class` from those of `values` it has; texts are parsed as on a command line."""
    chosen: dict[str, Any] = {}
    for name, described in described_fields(settings_class).items():
        if name in values:
            value = values[name]
            if described.parse is not None and isinstance(value, str):
                value = described.parse(value)
            elif described.parse is not None and described.repeatable and _are_texts(value):
                value = [each for text in value for each in described.parse(text)]
            chosen[name] = _plain(value)
    return settings_class(**chosen)


def _are_texts(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(each, str) for each in value)


def given(values: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the values that are not None."""
    return {name: value for name, value in values.items() if value is not None}


def _plain(value: Any) -> Any:
    """Values of Python and of JSON as fields hold them: tuples, pairs for a mapping, text for a path."""
    if isinstance(value, Mapping):
        value = list(value.items())
    if isinstance(value, PurePath):
        return str(value)
    return tuple(_plain(each) for each in value) if isinstance(value, (list, tuple)) else value


def refuse_unknown(
    values: Iterable[str], classes: Iterable[type[Settings]], also: Iterable[str] = (), otherwise: str = ""
) -> None:
    """Raise SettingsError, once for all of them, if there are names that are a field of none of the classes.

    The hint names what may be meant: fields, other arguments in `also`, and for an option that is not called
    as its field (`lr`) that field. `otherwise` is the hint where no name is near.
    """
    fields = {name: described for each in classes for name, described in described_fields(each).items()}
    wrong = [name for name in values if name not in fields]
    if not wrong:
        return
    meant = {name: name for name in (*fields, *also)}
    meant |= {described.flag: name for name, described in fields.items() if described.flag}
    shown = wrong[:MOST_NAMED]
    near = {name: " or ".join(map(repr, _nearest(name, meant))) for name in shown}
    if len(wrong) == 1:
        hint = otherwise or did_you_mean(wrong[0], fields)
        hint = f"Did you mean {near[wrong[0]]}?" if near[wrong[0]] else hint
        said = f"there is no setting {wrong[0]!r:.80}"
    else:
        found = [f"{names} for {name!r}" for name, names in near.items() if names]
        hint = f"Did you mean {', '.join(found)}?" if found else ""
        hint = f"{hint} {otherwise}".strip() if len(found) < len(wrong) else hint
        said = f"there are no settings {', '.join(f'{name!r:.80}' for name in shown)}"
        said += ", ..." * (len(wrong) > len(shown))
    raise SettingsError(said, hint)


MOST_NAMED = 5
"""Unknown names in an error."""
VERY_NEAR = 0.8
"""Similarity of a name from which on less similar ones are not meant."""


def _nearest(name: str, meant: Mapping[str, str]) -> list[str]:
    """The fields that a name may stand for; of the exact name of an option only its field."""
    plain = name.replace("-", "_").strip("_")
    near = [plain] if plain in meant else near_names(plain, meant)
    very_near = get_close_matches(plain, near, cutoff=VERY_NEAR)
    return list(dict.fromkeys(meant[each] for each in very_near or near))


def parse_list(text: str) -> tuple[str, ...]:
    """Comma-separated words; CSV quoting protects a comma inside a word.

    As `csv` reads a row without the spaces before its cells, but line ends are text, and words of any length.
    """
    words = (quoted.replace('""', '"') + rest for quoted, rest in _WORD.findall(text))
    return tuple(word for word in words if word != "")


_WORD = re.compile(r' *(?:"((?:[^"]|"")*)"?)?([^,]*)(?:,|\Z)')


def csv_word(text: str) -> str:
    """The text as a word that `parse_list` reads back."""
    if text == text.strip() and not set(text) & set(',"\r\n'):
        return text
    return '"' + text.replace('"', '""') + '"'


def parse_pairs(setting: str, text: str) -> dict[str, str]:
    """`NAME=VALUE,NAME=VALUE` as a dict; the last = of a part separates."""
    pairs = {}
    for part in parse_list(text):
        name, equals, value = part.rpartition("=")
        if not equals or not name:
            raise SettingsError(f"{part!r} is not NAME=VALUE", "Separate several by commas.", setting=setting)
        pairs[name] = value
    return pairs


def parse_factors(setting: str, text: str) -> tuple[tuple[str, float], ...]:
    """`NAME=NUMBER,NAME=NUMBER` as pairs."""
    pairs = parse_pairs(setting, text).items()
    try:
        factors = tuple((name, float(value)) for name, value in pairs)
    except ValueError:
        said = f"{text!r:.80} has no number after ="
        raise SettingsError(said, "Write NAME=2.5.", setting=setting) from None
    for name, factor in factors:
        if not math.isfinite(factor):
            raise SettingsError(f"{name}={factor} is out of range", "Give 0 or more.", setting=setting)
    return factors


def check_factors(setting: str, factors: Any, known: Sequence[str]) -> None:
    """Raise SettingsError unless these are pairs of a known name and a finite number of 0 or more."""
    if not isinstance(factors, tuple):
        raise SettingsError(
            f"{factors!r:.40} is not a list of names with numbers", "Write NAME=2.5.", setting=setting
        )
    for pair in factors:
        if not (isinstance(pair, tuple) and len(pair) == 2):
            raise SettingsError(
                f"{pair!r:.40} is not a name with a number", "Write NAME=2.5.", setting=setting
            )
        name, factor = pair
        if name not in known:
            raise SettingsError(f"{name!r:.40} is not known", did_you_mean(str(name), known), setting=setting)
        if not is_number(factor, "a number") or not 0 <= factor < math.inf:
            raise SettingsError(f"{name}={factor} is out of range", "Give 0 or more.", setting=setting)
