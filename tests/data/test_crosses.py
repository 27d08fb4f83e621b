"""Crosses: formulas are parsed within limits, written in one form, and computed as NumPy computes them."""

import random

import numpy as np
import pytest

from mlpcli.arrays import Array
from mlpcli.data.crosses import MOST_CROSSES, MOST_TEXT, Cross, checked_crosses, parse_crosses
from mlpcli.data.formulas import DEEPEST, FUNCTIONS, LONGEST
from mlpcli.errors import SettingsError

COLUMNS = {"a": np.array([1.5, -2.0, 0.25]), "b": np.array([3.0, 0.5, -1.0]), "odd `name`": np.arange(3.0)}
A, B = COLUMNS["a"], COLUMNS["b"]

WRITTEN = {
    "a*b": "a*b",
    " a  *\tb ": "a*b",
    "a**2": "a^2",
    "((a))*(b)": "a*b",
    "(a+b)+a": "a+b+a",
    "(a*b)/a": "a*b/a",
    "a-(b-a)": "a-(b-a)",
    "a/(b*a)": "a/(b*a)",
    "(a+b)*2": "(a+b)*2",
    "-a^2": "-a^2",
    "(-a)^2": "(-a)^2",
    "2^-a^2": "2^-a^2",
    "(2^a)^2": "(2^a)^2",
    "+a*b": "a*b",
    "a- -b": "a--b",
    "SIN * a": "SIN*a",
    "sin (a)": "sin(a)",
    "sin*a": "sin*a",
    "a*2.50": "a*2.5",
    "1e300*a": "1e300*a",
    ".5*a": "0.5*a",
    "exp(-(a^2+b^2)/2)": "exp(-(a^2+b^2)/2)",
    '"two words"*a': "`two words`*a",
    "`a,b`^2": "`a,b`^2",
    "`say ``hi```*a": "`say ``hi```*a",
    '"say ""hi"""*a': '`say "hi"`*a',
    "`1`*2": "`1`*2",
    "größe*größe": "größe*größe",
    "petal.length^2": "petal.length^2",
    "`sin`*2": "sin*2",
}


@pytest.mark.parametrize(("text", "name"), WRITTEN.items())
def test_a_formula_is_called_by_its_one_form(text: str, name: str) -> None:
    (cross,) = parse_crosses(text)
    assert cross.name == name
    assert parse_crosses(name) == (cross,)


VALUES = {
    "a*b": A * B,
    "a-b-a": A - B - A,
    "a-(b-a)": A - (B - A),
    "a/b/2": A / B / 2,
    "a/b*2": A / B * 2,
    "-a^2": -(A**2),
    "2^-b": 2.0**-B,
    "abs(b)^2^a": np.abs(B) ** (2.0**A),
    "2^b^2": 2.0 ** (B**2),
    "1+2*a": 1 + 2 * A,
    "(1+2)*a": 3 * A,
    "abs(a)^0.5": np.abs(A) ** 0.5,
    "`odd ``name```+0*a": np.arange(3.0),
    "tanh(a)+sin(b)*cos(a)-exp(b)": np.tanh(A) + np.sin(B) * np.cos(A) - np.exp(B),
}


@pytest.mark.parametrize(("text", "wanted"), VALUES.items())
def test_values_are_those_of_numpy(text: str, wanted: Array) -> None:
    (cross,) = parse_crosses(text)
    wanted = np.where(np.isfinite(wanted), wanted, np.nan)
    found = cross.values(COLUMNS)
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, wanted)


def drawn(generator: random.Random, depth: int = 4) -> str:
    """A formula in Python's notation, which ours is a part of but for the power."""
    kind = generator.choice(["name", "number"] if not depth else ["name", "sign", "chain", "power", "call"])
    if kind == "name":
        return generator.choice("ab")
    if kind == "number":
        return generator.choice(["2", "0.5", "3"])
    inner = drawn(generator, depth - 1)
    if kind == "sign":
        return f"(-{inner})"
    if kind == "call":
        return f"{generator.choice(['sin', 'abs', 'tanh'])}({inner})"
    if kind == "power":
        return f"({inner})**{generator.choice(['2', '3', '-1'])}"
    return f"({inner} {generator.choice('+-*/')} {drawn(generator, depth - 1)})"


def test_drawn_formulas_are_as_python_computes_them() -> None:
    generator = random.Random(0)
    names = {"a": A, "b": B, "sin": np.sin, "abs": np.abs, "tanh": np.tanh, "__builtins__": {}}
    for _ in range(300):
        text = drawn(generator)
        (cross,) = parse_crosses(text)
        assert parse_crosses(cross.name) == (cross,), text
        assert len(cross.name) <= len(text)
        if not cross.sources:
            continue
        with np.errstate(all="ignore"):
            wanted = np.broadcast_to(np.asarray(eval(text, names), np.float64), 3)  # of this test's own text
        gaps = np.isin(np.arange(3), np.flatnonzero(~np.isfinite(wanted)))
        np.testing.assert_allclose(cross.values(COLUMNS), np.where(gaps, np.nan, wanted), rtol=1e-12)


@pytest.mark.parametrize("text", ["1/a", "log(a-1)", "sqrt(a-2)", "exp(1000*a)", "(a-2)^0.5", "a^1e300*2"])
def test_what_is_not_finite_is_missing(text: str) -> None:
    (cross,) = parse_crosses(text)
    values = cross.values({"a": np.array([0.0, -5.0, 1e3, np.nan])})
    assert np.isnan(values).any()
    assert not np.isinf(values).any()
    assert np.isnan(values[3])


def test_a_gap_stays_one_where_numpy_would_fill_it() -> None:
    """NaN to the power of 0 is 1."""
    assert np.isnan(parse_crosses("a^0")[0].values({"a": np.array([np.nan])})).all()


def test_sources_are_the_columns_each_once() -> None:
    crosses = parse_crosses("a*b+a, sin(`c d`)")
    assert [cross.sources for cross in crosses] == [("a", "b"), ("c d",)]
    assert crosses[0].of({"a": "x y", "b": "b"}).name == "`x y`*b+`x y`"


def test_the_values_given_are_not_changed() -> None:
    given = np.array([1.0, 2.0])
    parse_crosses("-a")[0].values({"a": given})
    values = parse_crosses("a+0")[0].values({"a": given})
    values[:] = 7
    assert given.tolist() == [1.0, 2.0]


REFUSED = {
    "": "character 1: a formula is missing",
    " ": "a formula is missing",
    ",": "character 1: a formula is missing",
    "a*b,": "character 5: a formula is missing",
    "a*b,,b*a": "character 5: a formula is missing",
    "a*": "character 3: a column, a number, a function or ( is missing",
    "a b": "character 3: 'b' is not",
    "2a": "character 2: 'a' is not",
    "a+)": "character 3: ')' is not",
    "(a*b": "character 1: the ( is never closed",
    "sin(a": "character 4: the ( is never closed",
    "sin(a,b)": "character 6: sin takes one value",
    "tan(a)": "there is no function 'tan'",
    "a(b)": "there is no function 'a'",
    "__import__(a)": "there is no function '__import__'",
    "__import__('os').system('x')": 'character 12: "\'" is not allowed',
    "a.__class__()": "there is no function 'a.__class__'",
    "a[0]": "character 2: '[' is not allowed",
    "lambda: a": "character 7: ':' is not allowed",
    "a if b else a": "character 3: 'if' is not",
    "a%b": "'%' is not allowed",
    "a//b": "character 3: '/' is not",
    "a*\0": "'\\x00' is not allowed",
    "😀*2": "character 1: '😀' is not allowed",
    "`abc": "character 1: the quote is never closed",
    'a*"abc': "character 3: the quote is never closed",
    "a*1e999": "character 3: 1e999 is too large",
    "a*" + "9" * 400: "is too large",
    "(" * 10_000 + "a" + ")" * 10_000: f"more than {DEEPEST}",
    "-" * 10_000 + "a": f"more than {DEEPEST}",
    "a" + "^a" * 5_000: f"more than {DEEPEST}",
    "sin(" * 100 + "a" + ")" * 100: f"more than {DEEPEST}",
    "a" + "+a" * LONGEST: f"more than {LONGEST:,} characters",
    "a*b," + "a" * 2 * LONGEST: f"character 5: this cross has more than {LONGEST:,} characters",
    "a*b" + " " * MOST_TEXT: f"{MOST_TEXT + 3:,} characters are given",
}


@pytest.mark.parametrize(("text", "said"), REFUSED.items(), ids=lambda text: text[:20])
def test_anything_else_is_refused_with_its_place(text: str, said: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        parse_crosses(text)
    assert said in refusal.value.message
    assert refusal.value.hint
    assert refusal.value.setting == "cross"
    assert len(refusal.value.message.splitlines()) == 1
    assert len(refusal.value.message) < 250


def test_the_hint_names_a_near_function() -> None:
    with pytest.raises(SettingsError) as refusal:
        parse_crosses("tang(a)")
    assert "tanh" in refusal.value.hint
    with pytest.raises(SettingsError) as refusal:
        parse_crosses("xyzzy(a)")
    assert all(name in refusal.value.hint for name in FUNCTIONS)


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["a*b, b*a", "a * b"], "'a*b' is given twice"),
        (["1+2"], "'1+2' names no column"),
        (["(a)"], "'a' is a name and no formula"),
        ([f"a^{number}" for number in range(1, MOST_CROSSES + 2)], f"{MOST_CROSSES + 1} crosses are given"),
    ],
)
def test_crosses_that_are_none(texts: list[str], said: str) -> None:
    with pytest.raises(SettingsError, match="cross: ") as refusal:
        checked_crosses(texts)
    assert said in refusal.value.message


def test_the_longest_and_deepest_are_computed() -> None:
    deepest: Cross = parse_crosses("(" * DEEPEST + "a+1" + ")" * DEEPEST)[0]
    assert deepest.values(COLUMNS).tolist() == (A + 1).tolist()
    nested = parse_crosses("sin(" * DEEPEST + "a" + ")" * DEEPEST)[0]
    assert np.isfinite(nested.values(COLUMNS)).all()
    longest = parse_crosses("+".join(["a"] * (LONGEST // 2)))[0]
    np.testing.assert_allclose(longest.values(COLUMNS), A * (LONGEST // 2))
    assert parse_crosses(longest.name) == (longest,)
