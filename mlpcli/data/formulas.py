"""Formulas of column names, numbers and a few functions: parsed within limits, written in one form.

A formula is never run as a program. Needs no NumPy before values are asked for.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from mlpcli.errors import SettingsError, did_you_mean

FUNCTIONS = ("sin", "cos", "tanh", "exp", "log", "sqrt", "abs")
"""Each of one value; those of NumPy of these names."""
LONGEST = 1_000
"""Characters of a formula."""
DEEPEST = 20
"""Parentheses, functions, signs and powers in one another; the recursive functions are safe up to there."""
LIKE_SIGNS = {"×": "*", "·": "*", "∙": "*", "÷": "/", "\u2212": "-", "\u2013": "-", "²": "^2", "³": "^3"}
"""Characters that people take for signs."""
QUOTES = '`"'
_SIGN = r"[\w\u0300-\u036f]"
"""Of a word, which may have its accents apart, as on some file systems."""
_NAME = rf"[^\W\d]{_SIGN}*(?:\.{_SIGN}+)*"
_TOKEN = re.compile(
    rf"(?P<name>{_NAME})"
    r"|(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|`(?P<ticks>(?:[^`]|``)*)`"
    r'|"(?P<quotes>(?:[^"]|"")*)"'
    r"|(?P<sign>\*\*|[-+*/^(),])"
)
_BARE = re.compile(_NAME)


@dataclass(frozen=True)
class Number:
    """A number of the formula, 0 or more."""

    value: float


@dataclass(frozen=True)
class Name:
    """The values of a column."""

    name: str


@dataclass(frozen=True)
class Negative:
    """A minus before a formula."""

    inner: "Formula"


@dataclass(frozen=True)
class Power:
    """Base to the power of an exponent."""

    base: "Formula"
    exponent: "Formula"


@dataclass(frozen=True)
class Call:
    """One of `FUNCTIONS` of a formula."""

    function: str
    inner: "Formula"


@dataclass(frozen=True)
class Chain:
    """Formulas with + and -, or with * and /, between them, from the left to the right."""

    first: "Formula"
    rest: tuple[tuple[str, "Formula"], ...]

    @property
    def is_sum(self) -> bool:
        """Whether the signs are + and -."""
        return self.rest[0][0] in "+-"


Formula: TypeAlias = Number | Name | Negative | Power | Call | Chain
_SUM, _PRODUCT, _SIGNED, _ATOM = range(4)
"""What a place of a formula takes without parentheses."""


def names_in(formula: Formula) -> tuple[str, ...]:
    """The columns of a formula, each once, in its order."""
    return tuple(dict.fromkeys(_names(formula)))


def _names(formula: Formula) -> Iterator[str]:
    if isinstance(formula, Name):
        yield formula.name
    for part in _parts(formula):
        yield from _names(part)


def _parts(formula: Formula) -> tuple[Formula, ...]:
    if isinstance(formula, (Negative, Call)):
        return (formula.inner,)
    if isinstance(formula, Power):
        return (formula.base, formula.exponent)
    if isinstance(formula, Chain):
        return (formula.first, *(part for _, part in formula.rest))
    return ()


def renamed(formula: Formula, names: Mapping[str, str]) -> Formula:
    """The same formula of columns of other names."""
    if isinstance(formula, Name):
        return Name(names[formula.name])
    if isinstance(formula, Negative):
        return Negative(renamed(formula.inner, names))
    if isinstance(formula, Call):
        return Call(formula.function, renamed(formula.inner, names))
    if isinstance(formula, Power):
        return Power(renamed(formula.base, names), renamed(formula.exponent, names))
    if isinstance(formula, Chain):
        rest = tuple((sign, renamed(part, names)) for sign, part in formula.rest)
        return Chain(renamed(formula.first, names), rest)
    return formula


def text_of(formula: Formula) -> str:
    """The formula as it is stored, without blanks and needless parentheses; `parse_formulas` reads it."""
    return _text(formula, _SUM)


def _text(formula: Formula, place: int) -> str:
    if isinstance(formula, Number):
        return _number_text(formula.value)
    if isinstance(formula, Name):
        return quoted_name(formula.name)
    if isinstance(formula, Call):
        return f"{formula.function}({_text(formula.inner, _SUM)})"
    if isinstance(formula, Negative):
        return _within(f"-{_text(formula.inner, _SIGNED)}", _SIGNED, place)
    if isinstance(formula, Power):
        text = f"{_text(formula.base, _ATOM)}^{_text(formula.exponent, _SIGNED)}"
        return _within(text, _SIGNED, place)
    own = _SUM if formula.is_sum else _PRODUCT
    rest = "".join(sign + _text(part, own + 1) for sign, part in formula.rest)
    return _within(_text(formula.first, own + 1) + rest, own, place)


def _within(text: str, own: int, place: int) -> str:
    return f"({text})" if own < place else text


def _number_text(value: float) -> str:
    return repr(value).removesuffix(".0").replace("e+", "e")


def quoted_name(name: str) -> str:
    """The name of a column as formulas have it: in backticks where it is no plain word."""
    return name if _BARE.fullmatch(name) else f"`{name.replace('`', '``')}`"


def value_of(formula: Formula, by_name: Mapping[str, Any]) -> Any:
    """The formula of float64 arrays (rows,) by name; not finite where it cannot be had."""
    import numpy as np

    if isinstance(formula, Number):
        return np.float64(formula.value)
    if isinstance(formula, Name):
        return by_name[formula.name]
    if isinstance(formula, Negative):
        return -value_of(formula.inner, by_name)
    if isinstance(formula, Call):
        return getattr(np, formula.function)(value_of(formula.inner, by_name))
    if isinstance(formula, Power):
        return np.power(value_of(formula.base, by_name), value_of(formula.exponent, by_name))
    operations = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide}
    value = value_of(formula.first, by_name)
    for sign, part in formula.rest:
        value = operations[sign](value, value_of(part, by_name))
    return value


def parse_formulas(text: str) -> list[Formula]:
    """The formulas of a text, separated by commas.

    Raises SettingsError, which says where, for anything else. `**` is read as `^`, a word before a
    parenthesis is a function, and other names than words stand in backticks or double quotes.
    """
    return _Parser(text).formulas()


class _Token(NamedTuple):
    kind: str
    """`name`, `number`, `sign`, or `end`."""
    text: str
    place: int
    """Of its first character, from 1."""


class _Parser:
    """Recursive descent: a sum of products of signed powers."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._place, self._depth = 0, 0
        self._begin = 0
        self._next = self._token()

    def formulas(self) -> list[Formula]:
        """All of the text."""
        found = [self._formula()]
        while self._takes(","):
            self._begin = self._next.place - 1
            found.append(self._formula())
        if self._next.kind != "end":
            raise self._unexpected("+, -, *, /, ^ or a comma")
        return found

    def _formula(self) -> Formula:
        if self._next.kind == "end" or self._next[:2] == ("sign", ","):
            raise self._refusal("a formula is missing", "Separate several by single commas.")
        formula = self._sum()
        if self._next.place - 1 - self._begin > LONGEST or len(text_of(formula)) > LONGEST:
            said = f"this cross has more than {LONGEST:,} characters"
            raise self._refusal(said, "Give a shorter one.", self._begin + 1)
        return formula

    def _sum(self) -> Formula:
        return self._chain("+-", lambda: self._chain("*/", self._signed))

    def _chain(self, signs: str, part: Callable[[], Formula]) -> Formula:
        first, rest = part(), list[tuple[str, Formula]]()
        while self._next.kind == "sign" and self._next.text in signs:
            rest.append((self._take().text, part()))
        if not rest:
            return first
        if isinstance(first, Chain) and first.is_sum == (signs == "+-"):  # (a+b)+c is a+b+c
            return Chain(first.first, (*first.rest, *rest))
        return Chain(first, tuple(rest))

    def _signed(self) -> Formula:
        if self._takes("-"):
            return Negative(self._inside(self._signed))
        if self._takes("+"):
            return self._inside(self._signed)
        base = self._atom()
        if self._takes("^") or self._takes("**"):
            return Power(base, self._inside(self._signed))
        return base

    def _atom(self) -> Formula:
        token = self._next
        if self._takes("("):
            inner = self._inside(self._sum)
            self._close(token)
            return inner
        if token.kind == "number":
            self._take()
            value = float(token.text)
            if not math.isfinite(value):
                raise self._refusal(f"{token.text:.20} is too large", "Give a smaller one.", token.place)
            return Number(value)
        if token.kind == "name":
            self._take()
            bare = self._text[token.place - 1] not in QUOTES
            called = self._next
            if bare and self._takes("("):
                if token.text not in FUNCTIONS:
                    said = f"there is no function {token.text!r:.40}"
                    raise self._refusal(said, did_you_mean(token.text, FUNCTIONS), token.place)
                inner = self._inside(self._sum)
                if self._next[:2] == ("sign", ","):
                    said = f"{token.text} takes one value"
                    raise self._refusal(said, "Leave out the comma and what follows it.")
                self._close(called)
                return Call(token.text, inner)
            return Name(token.text)
        raise self._unexpected("a column, a number, a function or (")

    def _close(self, opened: _Token) -> None:
        if self._takes(")"):
            return
        if self._next.kind == "end":
            raise self._refusal("the ( is never closed", "Add a ).", opened.place)
        raise self._unexpected(")")

    def _inside(self, part: Callable[[], Formula]) -> Formula:
        self._depth += 1
        if self._depth > DEEPEST:
            said = f"more than {DEEPEST} parentheses, functions, signs or powers are nested"
            raise self._refusal(said, "Write it more simply.")
        formula = part()
        self._depth -= 1
        return formula

    def _takes(self, sign: str) -> bool:
        if self._next[:2] != ("sign", sign):
            return False
        self._take()
        return True

    def _take(self) -> _Token:
        taken, self._next = self._next, self._token()
        return taken

    def _token(self) -> _Token:
        while self._place < len(self._text) and self._text[self._place].isspace():
            self._place += 1
        place = self._place + 1
        if self._place == len(self._text):
            return _Token("end", "", place)
        found = _TOKEN.match(self._text, self._place)
        if found is None:
            sign = self._text[self._place]
            if sign in QUOTES:
                raise self._refusal("the quote is never closed", f"Add a {sign}.", place)
            hint = "Write a name with other signs than letters, digits and _ in backticks: `a name`."
            if sign in LIKE_SIGNS:
                hint = f"Write {LIKE_SIGNS[sign]} for it."
            raise self._refusal(f"{sign!r} is not allowed here", hint, place)
        self._place = found.end()
        for quoted, mark in (("ticks", "`"), ("quotes", '"')):
            if found[quoted] == "":
                raise self._refusal("the name in quotes is empty", "Write the name of a column.", place)
            if found[quoted] is not None:
                return _Token("name", found[quoted].replace(mark * 2, mark), place)
        return _Token(str(found.lastgroup), found[0], place)

    def _unexpected(self, wanted: str) -> SettingsError:
        token = self._next
        if token.kind == "end":
            return self._refusal(f"{wanted} is missing", "Write for example x1*x2 or sin(x1).")
        said = f"{self._text[token.place - 1 : self._place]!r:.40} is not {wanted}"
        return self._refusal(said, "Write for example x1*x2 or sin(x1).")

    def _refusal(self, said: str, hint: str, place: int | None = None) -> SettingsError:
        place = self._next.place if place is None else place
        shown = self._text if len(self._text) <= 60 else f"{self._text[:60]}..."
        return SettingsError(f"{shown!r}, character {place:,}: {said}", hint, setting="cross")
