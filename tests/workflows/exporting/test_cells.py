"""Cells are read one at a time as columns of them are: numbers, dates and their parts."""

import math
import random
import re

import numpy as np
import pytest

from mlpcli.arrays import Array
from mlpcli.data.columns.cells import Texts
from mlpcli.data.columns.dates.formats import FORMATS, with_relatives
from mlpcli.data.columns.dates.formats import parse_dates as parsed_dates
from mlpcli.data.columns.numbers.numerals import read_numerals
from mlpcli.data.columns.readings import USUAL
from mlpcli.data.encoders.dates import calendar as calendar_of_many
from mlpcli.data.form import PLAIN, Form
from mlpcli.data.spelling import cleaned
from mlpcli.workflows.exporting.scorer.cells import calendar, seconds_of_date, written_number

NUMBERS = (
    *(
        "1",
        "-2.50",
        "+3e5",
        ".5",
        "7.",
        "1,234.5",
        "1'234",
        "1 234,5",
        "12,34,567",
        "(3 €)",
        "$5",
        "5 %",
        "1e400",
    ),
    *(
        "4.8 kg",
        "1.2K",
        "3 Mio",
        "\uff11\uff12",
        "48°51'24\"N",
        "-",
        "1_000",
        "0x1",
        "\u0661",
        "5,-",
        "1 × 10^3",
    ),
)
DATES = (
    *(
        "2019-03-05",
        "2019-3-5",
        "2019/03/05 14:05",
        "20190305",
        "20190305T140506",
        "2019-03-05T14:05:06.123456789Z",
    ),
    *(
        "2019-03-05 14:05:06+05:30",
        "2019-03-05 14 -0800",
        "2019-03",
        "2019",
        "05.03.2019",
        "5.3.19 14:05",
        "3/5/2019",
    ),
    *("03/05/19 2:05 pm", "14:05", "2:05:06 PM", "5 March 2019", "Mar 5, 2019 10am", "Q1 2019", "2019-W05-1"),
    *(
        "Tue, 05 Mar 2019 14:05:06 GMT",
        "2019년 3월 5일",
        "07/2019",
        "2019-02-30",
        "24:00",
        "2019-03-05 23:59:60",
    ),
    *(
        "9999-12-31",
        "0001-01-01",
        "1999-13-01",
        "20190305.0",
        "2019.03.05",
        "2019 03 05",
        "31-12-69",
        "5. März 2019",
    ),
)
FIRST_DAY = -62_135_596_800.0
SIGNS = "0123456789 .,-/:'+%TZ()e$€kg\u00a0"


def mutated(samples: tuple[str, ...], many: int) -> list[str]:
    """The samples, and others with some signs changed, left out or put in."""
    chance = random.Random(0)
    found = list(samples)
    while len(found) < many:
        text = list(chance.choice(samples))
        for _ in range(chance.randint(1, 3)):
            place = chance.randrange(len(text) + 1)
            text[place : place + chance.randint(0, 1)] = chance.choice(SIGNS) if chance.random() < 0.8 else ""
        found.append("".join(text).strip())
    return list(dict.fromkeys(found))


def as_array(texts: list[str]) -> Array:
    array = np.empty(len(texts), dtype=object)
    array[:] = texts
    return array


@pytest.mark.parametrize("decimal", [".", ","])
@pytest.mark.parametrize(
    "form", [PLAIN, Form(unit="kg"), Form(unit="% k/m"), Form(unit="°"), Form("%", "", True)]
)
def test_numbers(form: Form, decimal: str) -> None:
    texts = mutated(NUMBERS, 3_000)
    together = read_numerals(as_array(texts), decimal, form)
    for text, wanted in zip(texts, together.tolist(), strict=True):
        if re.search("e [-+0-9]", text):  # pandas reads +3e 5, but not 3e 5
            continue
        found = written_number(text, decimal, form)
        assert math.isclose(found, wanted, rel_tol=1e-14) or (math.isnan(found) and math.isnan(wanted)), text
    assert 200 < int(np.isfinite(together).sum()) < len(texts) - 200


@pytest.mark.parametrize(
    "formats",
    [
        ("ISO8601",),
        ("%d.%m.%Y",),
        ("%m/%d/%Y %I:%M %p", "%d-%m-%y"),
        ("%H:%M",),
        ("%Y%m%d",),
        ("%m/%Y",),
        FORMATS,
    ],
)
def test_dates(formats: tuple[str, ...]) -> None:
    texts = mutated(DATES, 3_000)
    together = parsed_dates(as_array(texts), formats)
    related = with_relatives(formats)
    for text, wanted in zip(texts, together.tolist(), strict=True):
        found = seconds_of_date(text, related)
        if wanted < FIRST_DAY:  # where Python's calendar begins
            continue
        assert math.isclose(found, wanted, abs_tol=1e-6) or (math.isnan(found) and math.isnan(wanted)), text
    assert np.isfinite(together).any()


def test_parts_of_dates() -> None:
    seconds = [*np.random.default_rng(0).uniform(-6e10, 2.5e11, 2_000).tolist(), 0.0, -1.0, 253_402_300_799.0]
    together = calendar_of_many(np.array(seconds))
    for place, each in enumerate(seconds):
        for name, value in calendar(each).items():
            assert math.isclose(value, together[name][place], abs_tol=1e-9), (each, name)


def test_blanks_at_the_ends_and_composed_letters() -> None:
    cells = [" a\u0308 ", "\u00e4", "\u200bx", "\u00a0x ", "", "\ufeff"]
    read = Texts.read(np.arange(len(cells), dtype=np.int32), as_array(cells), USUAL)
    assert [read.text(row) for row in range(len(cells))] == [cleaned(each) for each in cells]
