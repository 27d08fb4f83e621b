"""Numbers as people write them: grouping, signs, currencies, units, factors, percent, degrees, comma."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpcli.arrays import Array
from mlpcli.data.columns.numbers.numerals import described_form, number_form, read_numerals
from mlpcli.data.form import PLAIN, Form
from tests.data.examples import sampled

NAN, INF = np.nan, np.inf
BLANK, NARROW, MINUS = "\u00a0", "\u202f", "\u2212"


def array(*texts: str) -> Array:
    return np.array([*texts, None], dtype=object)[:-1]


def read(*texts: str, decimal: str = ".", form: Form = PLAIN) -> list[float]:
    values = read_numerals(array(*texts), decimal, form)
    assert values.dtype == np.float64
    return [float(value) for value in values]


def form_of(*texts: str, decimal: str = ".") -> Form:
    return number_form(array(*texts), np.ones(len(texts), dtype=np.int64), decimal)


def column(*texts: str, decimal: str = ".") -> list[float]:
    """The values of a column read by its own form."""
    return read(*texts, decimal=decimal, form=form_of(*texts, decimal=decimal))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234", 1234.0),
        ("-1,234,567.89", -1234567.89),
        ("1'234.5", 1234.5),
        ("1\u2019234", 1234.0),
        ("1 234 567", 1234567.0),
        (f"1{BLANK}234", 1234.0),
        (f"1{NARROW}234.", 1234.0),
        ("$5", 5.0),
        ("$ 1,234.50", 1234.5),
        ("-$5", -5.0),
        ("$-5", -5.0),
        ("5 €", 5.0),
        ("-3 €", -3.0),
        (f"{MINUS}3", -3.0),
        ("£.5", 0.5),
        ("+¥7", 7.0),
        ("12 %", 12.0),
        ("-0.5%", -0.5),
        (" 1,000 ", 1000.0),
    ],
)
def test_written_numbers(text: str, value: float) -> None:
    assert read(text) == [value]


@pytest.mark.parametrize(
    "text",
    [
        *("1,23", "1234,567", "1,234,56", "1,234 567", "1,234e3", "1,234x10^3", ",234", "1.234.567"),
        *("0,123", "00,123", "5 USD", "USD 5", "%5", "5%%", "$$5", "$5€", "--5", "-", "$", "%"),
        *(
            "12-34",
            "12a 5",
            "192.168.1.1",
            "<10",
            ">=5",
            "~5",
            "3+",
            "10-20",
            "5 CR",
            "(-5)",
            "-(5)",
            "5 -",
            "((5))",
        ),
        *(
            "5'",
            "5 kg 3 g",
            "12 Main Street",
            "3B",
            "5th",
            "48 N",
            "23.5\u00b0",
            "1.2K",
            "361\u00b0N",
            "4\u00b060'N",
        ),
        *("3:2", "1/2", "5 kg", "v1.0", "2020-01-01", "٣", "٣٬٤٥٦", "²", "", " ", ".", "1,234,"),
    ],
)
def test_texts_that_are_no_number(text: str) -> None:
    assert np.isnan(read(text)).all()


@pytest.mark.parametrize(
    ("text", "value"),
    [("1,5", 1.5), ("1.234,5", 1234.5), ("1.234", 1234.0), ("1 234,5 €", 1234.5), (",5", 0.5), ("1e3", 1e3)],
)
def test_a_decimal_comma(text: str, value: float) -> None:
    assert read(text, decimal=",") == [value]


@pytest.mark.parametrize("text", ["1.5", "1,5,6", "1,234.5", "0.123", "1.2345"])
def test_a_point_is_no_decimal_mark_beside_a_decimal_comma(text: str) -> None:
    assert np.isnan(read(text, decimal=",")).all()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        # Accounting, and prices without cents.
        ("(1,234.50)", -1234.5),
        ("($5)", -5.0),
        ("$(5)", -5.0),
        ("(5) €", -5.0),
        ("(12 %)", -12.0),
        ("125-", -125.0),
        ("1,234.50-", -1234.5),
        ("5- €", -5.0),
        ("$5-", -5.0),
        ("5.-", 5.0),
        ("5,-", 5.0),
        ("5.--", 5.0),
        ("500/-", 500.0),
        ("5.\u2013", 5.0),
        # Lakhs and crores.
        ("12,34,567", 1234567.0),
        ("1,00,000", 100000.0),
        ("-1,23,45,678.9", -12345678.9),
        # Signs and digits of other keyboards.
        ("\uff11\uff12\uff13\uff14", 1234.0),
        ("\uff0d\uff15", -5.0),
        ("\uff11\uff0c\uff12\uff13\uff14\uff0e\uff15", 1234.5),
        ("\uff04\uff15", 5.0),
        ("\uff11\uff12\uff05", 12.0),
        ("\u20135", -5.0),
        ("\u20105", -5.0),
        # Blanks that nobody sees.
        ("\ufeff5", 5.0),
        ("5\u200b", 5.0),
        ("\u200e-5\u200f", -5.0),
        ("\u00a05\u00a0", 5.0),
        ("\t5\t", 5.0),
        ("\u30005", 5.0),
        ("1\u2009234", 1234.0),
        ("1\u2007234\u2007567", 1234567.0),
        ("1\t234", 1234.0),
        # Powers of ten.
        ("1.5e3", 1500.0),
        ("1.5E+03", 1500.0),
        ("1.5\u00d710^3", 1500.0),
        ("1.5x10^3", 1500.0),
        ("1.5 * 10**-3", 0.0015),
        ("2\u00b710\u207b\u00b3", 0.002),
        ("-1.5 x 10^3", -1500.0),
        # Degrees, minutes and seconds: 51 / 60 + 24 / 3600 = 0.85666...
        ("48\u00b051'24\"N", 48 + 3084 / 3600),
        ("2\u00b0 21\u2032 3\u2033 W", -8463 / 3600),
        ("N 48\u00b051.4'", 48 + 51.4 / 60),
        ("48.85\u00b0 N", 48.85),
        ("48.85\u00b0S", -48.85),
        ("-48\u00b0 30'", -48.5),
        ("0\u00b030'0\"e", 0.5),
        ("48\u00ba51'24''S", -(48 + 3084 / 3600)),
    ],
)
def test_odd_forms(text: str, value: float) -> None:
    assert read(text) == [value]


@pytest.mark.parametrize(
    ("texts", "unit", "values"),
    [
        (["EUR 12", "-13 EUR", "eur 5"], "EUR", [12, -13, 5]),
        (["12 USD", "12USD", "-USD 3"], "USD", [12, 12, -3]),
        (["Rs. 5", "Rs.5", "rs 1,200"], "Rs.", [5, 5, 1200]),
        (["US$5", "US$ 1,200.5"], "US$", [5, 1200.5]),
        (["CHF 1'200.50", "CHF 5.-"], "CHF", [1200.5, 5]),
        (["\u20a9 1,200", "\u20a9900"], "\u20a9", [1200, 900]),
        (["kr 5", "5 kr", "5 kr."], "kr", [5, 5, 5]),
        (["(EUR 5)", "EUR 6"], "EUR", [-5, 6]),
        (["\u20ac5", "7 EUR", "\u20ac6"], "\u20ac", [5, 7, 6]),
        (["4.8 kg", "4.8kg", "5", "6 KG"], "kg", [4.8, 4.8, 5, 6]),
        (["12 km/h", "-3 km/h"], "km/h", [12, -3]),
        (["3 m\u00b2", "4 m2"], "m\u00b2", [3, 4]),
        (["3\u33a1"], "m2", [3]),
        (["120 mmHg", "1.2e2 mmHg"], "mmHg", [120, 120]),
        (["35 years", "1 year"], "years", [35, 1]),
        (["3 Tage", "1 Tag"], "Tage", [3, 1]),
        (["12 sq ft", "1,200 sq ft"], "sq ft", [12, 1200]),
        (["3 W m-2", "4.5 W m-2"], "W m-2", [3, 4.5]),
        (["5 \u00b5g/m3", "6 \u03bcg/m\u00b3", "7 \u00b5g/m3"], "\u00b5g/m3", [5, 6, 7]),
        (["5 \u2030"], "\u2030", [5]),
        (["23.5\u00b0", "-4\u00b0", "20"], "\u00b0", [23.5, -4, 20]),
        (["23.5 \u00b0C", "23.5\u2103"], "\u00b0C", [23.5, 23.5]),
        (["3\uac1c", "4 \uac1c"], "\uac1c", [3, 4]),
        (["1.2K", "3.4 M", "950", "2k"], "k/M", [1200, 3.4e6, 950, 2000]),
        (["\u20ac1.2M", "\u20ac565K", "\u20ac0"], "\u20ac k/M", [1.2e6, 565e3, 0]),
        (["1.2k", "3m"], "k/m", [1200, 3e6]),
        (["3 Mio. EUR", "2 Mrd EUR", "1 Mio \u20ac"], "EUR k/M", [3e6, 2e9, 1e6]),
        (["$1.5bn", "$12 mn", "$1T"], "$ k/M", [1.5e9, 12e6, 1e12]),
        (["5 k\u20ac", "1 M\u20ac"], "\u20ac k/M", [5e3, 1e6]),
        (["3 lakh", "1.5 crore"], "k/M", [3e5, 1.5e7]),
        (["1.2\ub9cc", "3\uc5b5"], "k/M", [12e3, 3e8]),
        (["1.2 K", "950", "810"], "k/M", [1200, 950, 810]),
        (["950", "12K", "3K", "700"], "k/M", [950, 12e3, 3e3, 700]),
        (["Rs. 500/-", "Rs. 1,200/-"], "Rs.", [500, 1200]),
        (["290 K", "300 K", "310"], "K", [290, 300, 310]),
        (["5 m", "7.5 m"], "m", [5, 7.5]),
        (["5 MW", "6 mw"], "MW", [5, 6]),
        (["5 percent", "6 %", "7 Prozent"], "%", [5, 6, 7]),
        (["5 min", "6 minutes"], "min", [5, 6]),
        (["60 W", "75 W"], "W", [60, 75]),
        (["48.85 N", "12.5 S", "3"], "\u00b0", [48.85, -12.5, 3]),
        (["2.3522 W", "87.6298 W"], "\u00b0", [-2.3522, -87.6298]),
        (["48\u00b051'24\"N", "48.85\u00b0"], "\u00b0", [48 + 3084 / 3600, 48.85]),
    ],
)
def test_a_unit_of_the_whole_column(texts: list[str], unit: str, values: list[float]) -> None:
    assert form_of(*texts).unit == unit
    assert column(*texts) == values


@pytest.mark.parametrize(
    "texts",
    [
        *(
            ["10 A", "12 B"],
            ["5 kg", "5 lb"],
            ["1st", "2nd", "3rd"],
            ["5th", "6th"],
            ["5 CR", "3 DR"],
            ["5 DR"],
        ),
        *(
            ["12 Main Street", "5 Oak Avenue"],
            ["12 Main Street"],
            ["12a", "12b"],
            ["12", "12a", "14"],
            ["3B"],
        ),
        *(
            ["5A", "6A", "7A"],
            ["05.5A", "07A"],
            ["5'"],
            ["v1.0"],
            ["A12"],
            ["top 10", "top 5"],
            ["5 am", "7 pm"],
        ),
        *(
            ["10K", "5K"],
            ["5 mW", "5 MW"],
            ["5 kg 3 g"],
            ["12 Apple", "3 Pears"],
            ["12-door"],
            ["5%%"],
            ["10^3"],
            ["7 1/2"],
        ),
    ],
)
def test_codes_and_addresses_have_no_unit(texts: list[str]) -> None:
    form = form_of(*texts)
    assert form == PLAIN
    assert np.isnan(read(*texts, form=form)).sum() == sum(not text.isdigit() for text in texts)


def test_a_lone_letter_is_a_unit_of_many_values_or_decimals() -> None:
    assert form_of(*(f"{number}A" for number in range(29))).unit == ""
    assert form_of(*(f"{number}A" for number in range(40))).unit == "A"
    assert form_of("5.5A", "6A").unit == "A"


def test_a_stray_unit_does_not_undo_that_of_the_column() -> None:
    texts = [f"{number} kg" for number in range(20)]
    assert form_of(*texts, "5 lb", "word", "-").unit == "kg"
    assert column(*texts, "5 lb", "word", "-")[-4:] == pytest.approx([19, NAN, NAN, NAN], nan_ok=True)
    assert form_of(*texts, "5 lb", "6 lb", "7 lb").unit == ""
    counts = np.array([90, 10, 1])
    assert number_form(array("1 kg", "1 lb", "1 g"), counts, ".").unit == ""
    assert number_form(array("1 kg", "1 lb", "1 g"), counts * [2, 1, 1], ".").unit == "kg"


def test_signs_of_two_currencies_are_not_one_unit() -> None:
    assert column("$5", "\u20ac6", "$7") == pytest.approx([5, NAN, 7], nan_ok=True)


def test_a_unit_is_read_in_any_case_and_no_other() -> None:
    form = Form(unit="kg")
    assert read("5 KG", "5Kg", "5", form=form) == [5, 5, 5]
    assert np.isnan(read("5 g", "kg", "5 kg 3 g", "$5", "5 kg kg", "5 %", "EUR 5", form=form)).all()
    assert np.isnan(read("5 kg", "1.2K", "EUR 5")).all()


@pytest.mark.parametrize(
    ("texts", "values", "hundredths", "described"),
    [
        (
            ["12 %", "0.5", "0.25"],
            [0.12, 0.5, 0.25],
            True,
            ", 12 % read as 0.12 because other cells are fractions",
        ),
        (
            ["12%", "0.5", "-0.25"],
            [0.12, 0.5, -0.25],
            True,
            ", 12% read as 0.12 because other cells are fractions",
        ),
        (["12 %", "5", "7"], [12, 5, 7], False, ", 12 % read as 12 like the other cells"),
        (["12 %", "0", "1"], [12, 0, 1], False, ", 12 % read as 12 like the other cells"),
        (["12 %", "0.5", "7"], [12, 0.5, 7], False, ", 12 % read as 12 like the other cells"),
        (["12 %", "13%"], [12, 13], False, " in percent"),
        (
            ["12.5 %", "7 %", "0.5"],
            [0.125, 0.07, 0.5],
            True,
            ", 7 % read as 0.07 because other cells are fractions",
        ),
        (["12", "13"], [12, 13], False, ""),
    ],
)
def test_percent_beside_other_numbers(
    texts: list[str], values: list[float], hundredths: bool, described: str
) -> None:
    form = form_of(*texts)
    assert form.hundredths == hundredths
    assert read(*texts, form=form) == values
    assert described_form(array(*texts), form) == described


@pytest.mark.parametrize(
    ("texts", "described"),
    [
        (["4.8 kg", "5 kg"], " in kg"),
        (["EUR 5", "7"], " in EUR"),
        (["1.2K", "3M"], ", k and M read as thousand and million"),
        (["1.2k", "3m"], ", k and m read as thousand and million"),
        (["$1.2K", "$3M"], " in $, k and M read as thousand and million"),
        (["4.8\u00b0", "5"], " in degrees"),
        (["1,234", "5"], ""),
    ],
)
def test_what_was_decided_is_said(texts: list[str], described: str) -> None:
    assert described_form(array(*texts), form_of(*texts)) == described


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,5E+03", 1500.0),
        ("(1.234,50)", -1234.5),
        ("5,-", 5.0),
        ("1,5\u00d710^3", 1500.0),
        ("48,85\u00b0 S", -48.85),
    ],
)
def test_odd_forms_with_a_decimal_comma(text: str, value: float) -> None:
    assert read(text, decimal=",") == [value]


def test_units_with_a_decimal_comma() -> None:
    assert column("4,8 kg", "1.200 kg", decimal=",") == [4.8, 1200]
    assert column("1,2 Mio. EUR", "3 Mio. EUR", decimal=",") == [1.2e6, 3e6]


# Values of the function before it knew more forms (commit 521309c): text, beside a point, beside a comma.
RECORDED = (
    ("1", 1.0, 1.0),
    ("-1.5", -1.5, NAN),
    ("1e3", 1000.0, 1000.0),
    ("1,234", 1234.0, 1.234),
    ("1,234.5", 1234.5, NAN),
    ("1'234.5", 1234.5, NAN),
    ("1\u2019234", 1234.0, 1234.0),
    ("1 234 567", 1234567.0, 1234567.0),
    ("1\xa0234", 1234.0, 1234.0),
    ("1\u202f234.", 1234.0, NAN),
    ("$5", 5.0, 5.0),
    ("-$5", -5.0, -5.0),
    ("$-5", -5.0, -5.0),
    ("5 \u20ac", 5.0, 5.0),
    ("12 %", 12.0, 12.0),
    ("-0.5%", -0.5, NAN),
    (" 1,000 ", 1000.0, 1.0),
    ("\u22123", -3.0, -3.0),
    ("\xa3.5", 0.5, NAN),
    ("+\xa57", 7.0, 7.0),
    ("$5%", 5.0, 5.0),
    ("5%\u20ac", 5.0, 5.0),
    ("inf", INF, INF),
    ("-Infinity", -INF, -INF),
    ("1e400", INF, INF),
    ("nan", NAN, NAN),
    ("\t5\n", 5.0, 5.0),
    ("1,23", NAN, 1.23),
    ("12,34,567", NAN, NAN),
    ("1234,567", NAN, 1234.567),
    ("0,123", NAN, 0.123),
    ("00,123", NAN, 0.123),
    ("007", 7.0, 7.0),
    ("1.234", 1.234, 1234.0),
    ("1.234,5", NAN, 1234.5),
    ("1.234.567", NAN, 1234567.0),
    ("1,5", NAN, 1.5),
    (",5", NAN, 0.5),
    ("(5)", NAN, NAN),
    ("5-", NAN, NAN),
    ("5.-", NAN, NAN),
    ("1,234e3", NAN, 1234.0),
    ("1,5E+03", NAN, 1500.0),
    ("5 USD", NAN, NAN),
    ("EUR 5", NAN, NAN),
    ("4.8 kg", NAN, NAN),
    ("1.2K", NAN, NAN),
    ("\uff11\uff12", NAN, NAN),
    ("\ufeff5", NAN, NAN),
    ("1\u2009234", NAN, NAN),
    ("23.5\xb0", NAN, NAN),
    ("48\xb051'24\"N", NAN, NAN),
    ("1.5\xd710^3", NAN, NAN),
    ("9007199254740993", 9007199254740992.0, 9007199254740992.0),
    ("0.1", 0.1, NAN),
    ("1e-320", 1e-320, 1e-320),
    ("123456789012345678901234567890", 1.2345678901234568e29, 1.2345678901234568e29),
    ("- 5", -5.0, -5.0),
    ("+5", 5.0, 5.0),
    ("--5", NAN, NAN),
    ("%", NAN, NAN),
    ("$", NAN, NAN),
    ("", NAN, NAN),
    ("\u0663", NAN, NAN),
    ("3:2", NAN, NAN),
    ("$$5", NAN, NAN),
    ("$5\u20ac", NAN, NAN),
)


def test_older_models_read_as_they_did() -> None:
    texts = array(*(text for text, _, _ in RECORDED))
    for decimal, column in ((".", 1), (",", 2)):
        expected = np.array([row[column] for row in RECORDED])
        np.testing.assert_array_equal(read_numerals(texts, decimal, Form(unit="kg"), exact=True), expected)


def test_what_was_read_before_is_still_read() -> None:
    texts = array(*(text for text, _, _ in RECORDED))
    for decimal, column in ((".", 1), (",", 2)):
        before = np.array([row[column] for row in RECORDED])
        now = read_numerals(texts, decimal)
        known = ~np.isnan(before) & (texts != "5%\u20ac")
        np.testing.assert_array_equal(now[known], before[known])


def test_each_text_is_read_for_itself() -> None:
    np.testing.assert_array_equal(read("1", "x", "$2", "3e0"), [1.0, np.nan, 2.0, 3.0])
    assert read() == []


CENTS = st.integers(-(10**13), 10**13)
BEFORE = st.sampled_from(["", "$", "€ ", "£"])
AFTER = st.sampled_from(["", " €", "%", " %", "€"])
MARKS = st.sampled_from([",", "'", "\u2019", " ", BLANK, NARROW, ".", ""])


@sampled
@given(CENTS, BEFORE, AFTER, MARKS, st.sampled_from([".", ","]))
def test_formatted_numbers_are_read_back(
    cents: int, before: str, after: str, mark: str, decimal: str
) -> None:
    if mark == decimal or (before and "€" in after):
        return
    value = cents / 100
    digits = f"{abs(value):,.2f}".replace(".", "d").replace(",", mark).replace("d", decimal)
    sign = "-" if cents < 0 else ""
    assert read(f"{sign}{before}{digits}{after}", decimal=decimal) == [value]
    assert read(f"{before}{sign}{digits}{after}", decimal=decimal) == [value]


@sampled
@given(st.floats(allow_nan=False))
def test_every_float_is_read_exactly_with_either_mark(value: float) -> None:
    assert read(repr(value)) == [value]
    assert read(repr(value).replace(".", ","), decimal=",") == [value]


@sampled
@given(st.text(max_size=12), st.sampled_from([".", ","]))
def test_no_text_is_an_error(text: str, decimal: str) -> None:
    assert len(read(text, decimal=decimal)) == 1


UNITS = st.sampled_from(["kg", "km/h", "EUR", "USD", "m\u00b2", "years", "\u00b0C", "mmHg", "\u20a9", "kWh"])


@sampled
@given(st.lists(CENTS, min_size=1, max_size=5, unique=True), UNITS, st.sampled_from(["", " ", NARROW]), MARKS)
def test_numbers_with_a_unit_are_read_back(cents: list[int], unit: str, blank: str, mark: str) -> None:
    if mark == ".":
        return
    texts = [f"{each / 100:,.2f}".replace(",", mark) + blank + unit for each in cents]
    assert column(*texts) == [each / 100 for each in cents]


@sampled
@given(
    st.integers(-(10**6), 10**6), st.sampled_from([("K", 3), ("M", 6), ("bn", 9), (" Mio.", 6), (" Mrd.", 9)])
)
def test_factors_are_read_to_the_bit(tenths: int, factor: tuple[str, int]) -> None:
    name, power = factor
    number = Decimal(tenths) / 10
    assert read(f"{number:.1f}{name}", form=Form(unit="k/M")) == [float(number.scaleb(power))]


@sampled
@given(st.integers(0, 89), st.integers(0, 59), st.integers(0, 59), st.sampled_from("NSEWnw"))
def test_degrees_are_read_back(degrees: int, minutes: int, seconds: int, direction: str) -> None:
    sign = -1 if direction.upper() in "SW" else 1
    text = f"{degrees}\u00b0{minutes:02d}'{seconds:02d}\"{direction}"
    assert read(text) == [sign * (degrees * 3600 + minutes * 60 + seconds) / 3600]


@sampled
@given(st.integers(0, 10**12))
def test_lakhs_are_read_back(number: int) -> None:
    head, tail = divmod(number, 1000)
    groups = []
    while head >= 100:
        head, group = divmod(head, 100)
        groups.append(f"{group:02d}")
    text = ",".join([str(head), *reversed(groups), f"{tail:03d}"]) if number >= 1000 else str(number)
    assert read(text, f"({text})", f"{text}- €") == [number, -number, -number]


@sampled
@given(st.lists(st.text(max_size=12), max_size=6), st.sampled_from([".", ","]))
def test_no_column_is_an_error(texts: list[str], decimal: str) -> None:
    texts = list(dict.fromkeys(texts))
    form = form_of(*texts, decimal=decimal)
    assert len(read(*texts, decimal=decimal, form=form)) == len(texts)
    assert isinstance(described_form(array(*texts), form), str)


MEGABYTE = 1 << 20


@pytest.mark.parametrize(
    "text",
    [
        *(
            "1," * (MEGABYTE // 2),
            "(" * MEGABYTE,
            "1" + ",000" * (MEGABYTE // 4) + "x",
            "5" + " " * MEGABYTE + "kg",
        ),
        *(
            "1" * MEGABYTE + "a",
            "5" + "k" * MEGABYTE,
            "\u00a0" * MEGABYTE,
            "-" * MEGABYTE,
            "5\u00b0" * MEGABYTE,
        ),
    ],
    ids=lambda text: ascii(text[:4]),
)
def test_hostile_cells_are_no_numbers(text: str) -> None:
    for decimal in (".", ","):
        assert np.isnan(read(text, decimal=decimal)).all()
        assert form_of(text, decimal=decimal) == PLAIN


def test_a_unit_of_few_numbers_that_are_of_another_size_is_none_of_the_column() -> None:
    """Inches, and someone who wrote centimetres; people who name the unit that all have."""
    inches = [str(number) for number in range(60, 76)]
    mixed = np.array([*inches, "170 cm", "182 cm"], dtype=object)
    assert number_form(mixed, np.ones(18, np.int64), ".").unit == ""
    alike = np.array([*inches, "66 in", "71 in"], dtype=object)
    assert number_form(alike, np.ones(18, np.int64), ".").unit == "in"
