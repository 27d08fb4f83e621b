"""Columns as spreadsheets, databases, statistical packages and loggers write them, by kind of trouble."""

import sys
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.errors import DataError, MlpcliError
from tests.data.examples import stdin_of, write
from tests.workflows.examples import frame_of, prepared
from tests.workflows.messy import all_rows, described, gaps, kind_of, of_columns, told, told_of, written

ROWS = 60
VALUES = [round(float(value), 2) for value in np.random.default_rng(5).gamma(2, 40, ROWS) + 1.01]
SPREAD = sorted(VALUES)


def among(cells: Sequence[str], words: Sequence[str], every: int = 12) -> list[str]:
    """The cells with one of the words in turn instead of every so manieth."""
    return [words[row // every % len(words)] if row % every == 3 else cell for row, cell in enumerate(cells)]


def cycled(*words: str, rows: int = ROWS) -> list[str]:
    """The words in a mixed order that repeats with no other column."""
    order = np.random.default_rng(len(words)).integers(len(words), size=rows)
    order[: len(words)] = range(len(words))
    return [words[number] for number in order]


PLAIN = [f"{value:.2f}" for value in VALUES]
DAYS = [f"20{row % 20 + 4:02}-{row % 12 + 1:02}-{row * 7 % 28 + 1:02}" for row in range(ROWS)]
LONG_TIMES = [f"{24 + row}:{row * 7 % 60:02}:{row * 11 % 60:02}" for row in range(ROWS)]

FULL_WIDTH = str.maketrans({str(digit): chr(ord("\uff10") + digit) for digit in range(10)})

# Kind 1: nearly numbers, dates, booleans, durations. Cells, words, every how manieth is one, the kind.
NEARLY: dict[str, tuple[list[str], list[str], int, str]] = {
    "errors of Excel": (PLAIN, ["#DIV/0!", "#N/A", "#VALUE!"], 12, "number"),
    "Excel in accounting style": ([f"({cell})" for cell in PLAIN], ["-"], 6, "number"),
    "Stata": (PLAIN, [".", ".a", ".b"], 12, "number"),
    "zero dates of MySQL": (DAYS, ["0000-00-00"], 12, "date"),
    "null of MySQL in dates": (DAYS, ["\\N"], 6, "date"),
    "the World Bank": (PLAIN, [".."], 5, "number"),
    "Eurostat": (PLAIN, [":"], 12, "number"),
    "a Campbell logger": (PLAIN, ["NAN"], 6, "number"),
    "public data of Korea": ([cell.translate(FULL_WIDTH) for cell in PLAIN], ["-"], 5, "number"),
    "a German survey": (PLAIN, ["k.A.", "k. A."], 12, "number"),
    "below the limit of detection": (PLAIN, ["<LOD"], 12, "number"),
    "flags": (cycled("yes", "no"), ["unknown"], 6, "boolean"),
    "results of a race": (LONG_TIMES, ["DNF"], 12, "number"),
}


def nearly(name: str) -> list[str]:
    cells, words, every, _ = NEARLY[name]
    return among(cells, words, every)


@pytest.mark.parametrize("name", NEARLY)
def test_nearly_numbers_keep_their_kind(name: str) -> None:
    _, words, _, kind = NEARLY[name]
    found = all_rows(of_columns(x=nearly(name)))
    assert kind_of(found, "x") == kind
    assert gaps(found, "x") == sum(cell in words for cell in nearly(name)) > 0
    said = told(found)
    for word in words:
        if word not in ("#N/A", "NAN"):  # which are missing in any column
            assert repr(word) in said or f"'{word}'" in said


@pytest.mark.parametrize("name", NEARLY)
def test_the_same_from_a_file_and_from_stdin(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = of_columns(x=nearly(name))
    path = written(tmp_path, table)
    from_file = all_rows(path)
    monkeypatch.setattr(sys, "stdin", stdin_of(Path(path).read_bytes()))
    piped = all_rows("-")
    assert kind_of(from_file, "x") == kind_of(piped, "x") == NEARLY[name][-1]
    assert gaps(from_file, "x") == gaps(piped, "x") == gaps(all_rows(table), "x") > 0


def test_words_that_say_nothing_are_words_among_words() -> None:
    found = all_rows(of_columns(x=cycled("red", "blue", "-", "unknown", "n.d.", "..")))
    assert set(described(found, "x")["levels"]) == {"red", "blue", "-", "unknown", "n.d.", ".."}
    assert gaps(found, "x") == 0


def test_half_numbers_are_text_and_named() -> None:
    cells = [cell if row % 3 else ["red", "blue"][row % 2] for row, cell in enumerate(PLAIN)]
    found = all_rows(of_columns(x=cells))
    assert kind_of(found, "x") in ("category", "identifier", "text")
    assert any("'x'" in each.text and "number" in each.text for each in found.findings)


@pytest.mark.parametrize("name", ["errors of Excel", "Stata", "flags", "null of MySQL in dates"])
def test_strict_names_the_first_word_and_its_line(name: str, tmp_path: Path) -> None:
    cells, words = nearly(name), NEARLY[name][1]
    path = written(tmp_path, of_columns(x=cells))
    with pytest.raises(DataError) as caught:
        prepared(path, target="y", strict=True)
    line = 2 + cells.index(next(cell for cell in cells if cell in words))
    assert f"line {line}" in str(caught.value)
    assert "'x'" in str(caught.value)


def test_a_category_of_many_levels_is_named() -> None:
    cells = [f"part {row * 7 % 45}" for row in range(ROWS)]
    found = all_rows(of_columns(x=cells))
    assert kind_of(found, "x") == "category"
    assert any("'x'" in each.text and "45" in each.text for each in found.findings)


def test_a_category_that_is_mostly_unseen_in_validation_is_named(tmp_path: Path) -> None:
    held = written(tmp_path, of_columns(x=[f"other {row % 9}" for row in range(40)]))
    found = prepared(of_columns(x=[f"part {row % 9}" for row in range(ROWS)]), target="y", validation=held)
    assert any("'x'" in each.text and "validation" in each.text for each in found.findings)


# Kind 2: one value, several spellings.
NFD, NFC = unicodedata.normalize("NFD", "Zürich"), "Zürich"
SPELLINGS: dict[str, tuple[list[str], set[str]]] = {
    "fixed width": (cycled("low", "low   ", "high  ", "mid   ", "high", "mid"), {"low", "high", "mid"}),
    "a blank before": (cycled("low", " low", "high", "\thigh"), {"low", "high"}),
    "a blank that does not break": (cycled("low", "low\u00a0", "high", "mid"), {"low", "high", "mid"}),
    "macOS": (
        cycled(NFC, NFD, "Bern", "Genève", unicodedata.normalize("NFD", "Genève")),
        {NFC, "Bern", "Genève"},
    ),
    "leading zeros": (cycled("1", "01", "2", "02"), {"1", "01", "2", "02"}),
    "case": (cycled("Red", "red", "blue"), {"Red", "red", "blue"}),
    "a word that is no boolean": (cycled("true", "1", "yes", "maybe"), {"true", "1", "yes", "maybe"}),
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_levels_are_values(name: str) -> None:
    cells, levels = SPELLINGS[name]
    found = all_rows(of_columns(x=cells))
    assert kind_of(found, "x") == "category"
    assert sorted(described(found, "x")["levels"]) == sorted(levels)


@pytest.mark.parametrize("name", SPELLINGS)
def test_classes_are_values(name: str) -> None:
    cells, classes = SPELLINGS[name]
    found = all_rows(frame_of(x=PLAIN, y=cells))
    assert sorted(found.task.labels) == sorted(classes)


@pytest.mark.parametrize("name", ["fixed width", "a blank that does not break", "macOS"])
def test_classes_of_a_file_are_values(name: str, tmp_path: Path) -> None:
    cells, classes = SPELLINGS[name]
    found = all_rows(written(tmp_path, frame_of(x=PLAIN, y=cells)))
    assert sorted(found.task.labels) == sorted(classes)


def test_numbers_as_classes_are_numbers() -> None:
    found = all_rows(frame_of(x=PLAIN, y=cycled("1", "0.0", "1.0", "0")))
    assert found.task.name == "binary"
    assert found.task.labels == ("0.0", "1")


def test_numbers_by_choice_a_category_are_numbers() -> None:
    found = all_rows(of_columns(x=cycled("3", "3.0", "7", "7.0", "12")), kind="x=category")
    assert sorted(described(found, "x")["levels"]) == ["12", "3", "7"]


@pytest.mark.parametrize("cells", [cycled("yes", "1", "no", "0"), cycled("TRUE", "1", "False", "n")])
def test_boolean_words_beside_one_and_zero_are_booleans(cells: list[str]) -> None:
    found = all_rows(of_columns(x=cells))
    assert kind_of(found, "x") == "boolean"
    assert gaps(found, "x") == 0
    as_target = all_rows(frame_of(x=PLAIN, y=cells))
    assert as_target.task.name == "binary"


def test_differences_in_case_are_named() -> None:
    found = all_rows(of_columns(x=cycled("Red", "red", "blue")))
    assert any("'Red'" in each.text and "'red'" in each.text for each in found.findings)
    as_target = all_rows(frame_of(x=PLAIN, y=cycled("Red", "red", "blue")))
    assert any("'Red'" in each.text and "'red'" in each.text for each in as_target.findings)


@pytest.mark.parametrize(
    ("header", "asked"),
    [("speed ", "speed"), ("speed", " speed"), (unicodedata.normalize("NFD", "größe"), "größe")],
)
def test_names_of_columns_are_matched_so_too(header: str, asked: str, tmp_path: Path) -> None:
    table = of_columns(x=PLAIN).rename(columns={"y": header})
    found = prepared(written(tmp_path, table), target=asked)
    assert [column.name for column in found.schema.columns] == ["x"]


# Kind 5: two readings.
def test_years_first_where_only_that_fits() -> None:
    found = all_rows(
        of_columns(x=[f"{60 + row % 40}.{row % 12 + 1:02}.{row % 28 + 1:02}" for row in range(ROWS)])
    )
    assert kind_of(found, "x") == "date"
    assert gaps(found, "x") == 0


def test_an_open_order_of_year_and_day_is_said() -> None:
    cells = [f"{row * 7 % 12 + 10}.{row % 12 + 1:02}.{row * 5 % 12 + 12}" for row in range(ROWS)]
    found = all_rows(of_columns(x=cells))
    assert kind_of(found, "x") == "date"
    said = told_of(found, "x")
    assert "year" in said
    assert "day" in said


def test_the_order_of_day_and_month_follows_the_other_columns() -> None:
    open_order = [f"{row * 7 % 12 + 1:02}/{row * 5 % 12 + 1:02}/2019" for row in range(ROWS)]
    settled = [f"{row % 28 + 1:02}/{row % 12 + 1:02}/2019" for row in range(ROWS)]
    told_of_one = told(all_rows(of_columns(x=open_order)))
    assert "is also possible" in told_of_one
    of_two = all_rows(of_columns(x=open_order, other=settled))
    assert "is also possible" not in told(of_two)


def test_percent_beside_fractions_are_hundredths() -> None:
    cells = [f"{row}%" if row % 2 else f"0.{row:02}" for row in range(ROWS)]
    found = all_rows(of_columns(x=cells))
    assert described(found, "x")["range"] == pytest.approx([0.0, 0.59])
    assert "'x'" in told(found) or "%" in told(found)


def test_percent_alone_stays_as_written() -> None:
    found = all_rows(of_columns(x=[f"{row}%" for row in range(0, 2 * ROWS, 2)]))
    assert described(found, "x")["range"] == [0, 2 * ROWS - 2]


POINTS = [
    f"{row * 37 % 9 + 1}.{row * 101 % 1000:03}" if row % 3 else str(row * 13 + 9) for row in range(ROWS)
]


def test_points_are_thousands_where_another_column_has_a_decimal_comma(tmp_path: Path) -> None:
    table = frame_of(x=POINTS, other=[cell.replace(".", ",") for cell in PLAIN], y=cycled("low", "high"))
    found = all_rows(written(tmp_path, table, sep=";", decimal=","))
    wanted = [float(cell.replace(".", "")) for cell in POINTS]
    assert described(found, "x")["range"] == [min(wanted), max(wanted)]


def test_points_are_decimal_where_another_column_has_decimals(tmp_path: Path) -> None:
    found = all_rows(written(tmp_path, of_columns(x=POINTS, other=PLAIN), sep=";"))
    wanted = [float(cell) for cell in POINTS]
    assert described(found, "x")["range"] == [min(wanted), max(wanted)]


def test_an_open_point_is_said(tmp_path: Path) -> None:
    table = frame_of(x=POINTS, y=cycled("low", "high"))
    found = all_rows(written(tmp_path, table, sep=";"))
    said = told_of(found, "x")
    assert "thousands" in said
    assert "decimal" in said


def test_hours_or_minutes_are_said() -> None:
    found = all_rows(of_columns(x=[f"{row * 7 % 90}:{row * 11 % 60:02}" for row in range(ROWS)]))
    assert kind_of(found, "x") == "number"
    said = told_of(found, "x")
    assert "hours" in said
    assert "minutes" in said


# Kind 6: numbers that are names.
NAMES: dict[str, tuple[list[str], str]] = {
    "telephones": (cycled("+49 30 901820", "+49 89 2180", "+49 40 42838", "+49 221 4700"), "category"),
    "telephones with leading zeros": (cycled("030901820", "0892180", "04042838"), "category"),
    "accounts": (cycled("DE89370400440532013000", "FR7630006000011234567890189"), "category"),
    "posts above 2**53": ([str(1_288_834_974_657_000_000 + row % 17) for row in range(ROWS)], "category"),
    "unique posts": ([str(1_288_834_974_657_000_000 + row * row) for row in range(ROWS)], "identifier"),
    "agents": (cycled("007", "006", "009", "7"), "category"),
    "codes of places": (cycled("01001", "06037", "36061", "48201"), "category"),
}


@pytest.mark.parametrize("name", NAMES)
def test_numbers_that_are_names(name: str) -> None:
    cells, kind = NAMES[name]
    found = prepared(of_columns(x=cells, other=PLAIN), target="y", validation="none")
    assert kind_of(found, "x") == kind
    if kind == "category":
        assert sorted(described(found, "x")["levels"]) == sorted(set(cells))


def test_an_index_that_was_written_along_is_an_identifier(tmp_path: Path) -> None:
    table = of_columns(x=PLAIN)
    table.index = table.index * 3 + table.index % 3
    path = str(tmp_path / "index.csv")
    table.to_csv(path)
    found = all_rows(path)
    assert found.schema.columns[0].kind == "identifier"
    assert kind_of(found, "x") == "number"


def test_a_named_column_that_only_grows_is_a_number() -> None:
    found = all_rows(of_columns(x=[str(row * 3 + row % 3) for row in range(ROWS)]))
    assert kind_of(found, "x") == "number"


def test_the_user_decides_about_names() -> None:
    found = all_rows(of_columns(x=cycled("01001", "06037", "36061")), kind="x=number")
    assert described(found, "x")["range"] == [1001, 36061]


def test_codes_as_classes_keep_their_zeros() -> None:
    found = all_rows(frame_of(x=PLAIN, y=cycled("007", "7", "07")))
    assert sorted(found.task.labels) == ["007", "07", "7"]


# Kind 7: words for missing and empty cells as values.
def test_namibia_is_a_country() -> None:
    table = of_columns(x=cycled("NA", "DE", "ZA"), other=PLAIN)
    assert sorted(described(all_rows(table, keep_words="x=NA"), "x")["levels"]) == ["DE", "NA", "ZA"]
    assert sorted(described(all_rows(table), "x")["levels"]) == ["DE", "ZA"]


def test_words_are_kept_in_their_column_alone() -> None:
    table = of_columns(x=cycled("NA", "DE", "ZA"), other=cycled("NA", "north", "south"))
    found = all_rows(table, keep_words=("x=NA",))
    assert sorted(described(found, "other")["levels"]) == ["north", "south"]
    both = all_rows(table, keep_words=("x=NA", "other=NA"))
    assert sorted(described(both, "other")["levels"]) == ["NA", "north", "south"]


def test_several_words_are_kept() -> None:
    cells = cycled("None", "NA", "null", "few")
    found = all_rows(of_columns(x=cells, other=PLAIN), keep_words="x=None,NA")
    assert sorted(described(found, "x")["levels"]) == ["NA", "None", "few"]
    assert gaps(found, "x") == cells.count("null")


@pytest.mark.parametrize(("words", "named"), [("z=NA", "'z'"), ("NA", "'NA'")])
def test_words_of_no_column_are_refused(words: str, named: str) -> None:
    with pytest.raises(MlpcliError) as caught:
        all_rows(of_columns(x=cycled("NA", "DE"), other=PLAIN), keep_words=words)
    assert "keep_words" in str(caught.value)
    assert named in str(caught.value)


def test_empty_cells_of_the_target_are_a_class(tmp_path: Path) -> None:
    path = written(tmp_path, frame_of(x=PLAIN, y=cycled("Grvl", "", "Pave")))
    found = all_rows(path, empty="none")
    assert sorted(found.task.labels) == ["Grvl", "Pave", "none"]
    assert found.dropped == 0
    assert all_rows(path).dropped > 0


def test_a_target_of_one_value_and_empty_cells_says_so(tmp_path: Path) -> None:
    path = written(tmp_path, frame_of(x=PLAIN, y=cycled("yes", "")))
    with pytest.raises(DataError) as caught:
        all_rows(path)
    assert "empty" in str(caught.value)
    assert "{empty}" not in caught.value.hint
    assert "empty" in caught.value.hint
    assert all_rows(path, empty="no").task.name == "binary"


def test_a_target_that_loses_few_rows_says_nothing() -> None:
    few = all_rows(frame_of(x=PLAIN, y=["None", *cycled("low", "high")[1:]]))
    assert not any("None" in each.text for each in few.findings)
    many = all_rows(frame_of(x=PLAIN, y=cycled("low", "high", "NA")))
    assert any("'NA'" in each.text for each in many.findings)


# Kind 8: more forms, as inputs and as targets.
TARGETS: dict[str, tuple[Any, float, float]] = {
    "ISO durations": (lambda row: f"PT{row % 5}H{row * 7 % 60}M", 0, 5 * 3600),
    "beyond a day": (lambda row: f"{row + 1} days {row % 24:02}:00:00", 24 * 3600, 61 * 24 * 3600),
    "hours and minutes": (lambda row: f"{row % 9}h {row * 7 % 60}m", 0, 9 * 3600),
    "accounting": (lambda row: f"({row * 37 + 1000:,}.50)", -4000, -1000),
    "prices with a code": (lambda row: f"EUR {row * 37 + 100}.25", 100, 4000),
    "thousands as k": (lambda row: f"{row * 3 + 1}.{row % 10}k", 1000, 200_000),
}


@pytest.mark.parametrize("name", TARGETS)
def test_targets_of_further_forms(name: str) -> None:
    written_as, low, high = TARGETS[name]
    found = all_rows(frame_of(x=PLAIN, y=[written_as(row) for row in range(ROWS)]))
    assert found.task.name == "regression"
    truth = found.parts["train"].truth
    assert low <= truth.min() < truth.max() <= high


@pytest.mark.parametrize("cells", [DAYS, [f"{day.replace('-', '/')} 10:30" for day in DAYS]])
def test_a_date_as_target_is_refused_with_what_to_do(cells: list[str]) -> None:
    with pytest.raises(DataError) as caught:
        all_rows(frame_of(x=PLAIN, y=cells))
    assert "date" in str(caught.value)
    assert caught.value.hint


def test_prices_of_a_german_list(tmp_path: Path) -> None:
    cells = [f"{value * 100:,.2f} €".translate(str.maketrans(",.", ".,")) for value in VALUES]
    found = all_rows(written(tmp_path, of_columns(x=cells), sep=";", decimal=","))
    assert kind_of(found, "x") == "number"
    wanted = [round(value * 100, 2) for value in VALUES]
    assert described(found, "x")["range"] == pytest.approx([min(wanted), max(wanted)])


# Bad input.
FEW: dict[str, tuple[str, str, str]] = {
    "numbers": ("1.5", "-", "2.5"),
    "spellings": ("low", "low ", "high"),
    "decimal commas": ("1,5", "2,5", "n.d."),
    "orders": ("01/02/2019", "13/02/2019", "x"),
    "codes": ("007", "07", "7"),
    "kept words": ("None", "NA", ""),
    "durations": ("26:10:05", "PT1H", "1h 30m"),
}


@pytest.mark.parametrize("rows", [1, 2, 3])
@pytest.mark.parametrize("name", FEW)
def test_few_rows_end_in_a_result_or_an_error(name: str, rows: int, tmp_path: Path) -> None:
    cells = FEW[name][:rows]
    path = written(tmp_path, frame_of(x=cells, z=["2.25", "1.5", "7"][:rows], y=["1.5", "2.5", "4"][:rows]))
    for target in ("y", "x"):
        with suppress(MlpcliError):  # and nothing else
            found = prepared(path, target=target, validation="none")
            assert len(found.parts["train"]) <= rows


def test_a_column_half_of_one_kind_and_half_of_another() -> None:
    halves = [DAYS[row] if row % 2 else PLAIN[row] for row in range(ROWS)]
    found = all_rows(of_columns(x=halves, other=PLAIN))
    assert kind_of(found, "x") in ("category", "identifier", "text")
    assert "number" in told_of(found, "x")


LATE = 12_000


@pytest.mark.parametrize(
    ("early", "late", "kind"),
    [
        (lambda row: f"{row % 97}.5", lambda row: f"({row % 97:,}.50)", "number"),
        (lambda row: f"2019-07-{row % 28 + 1:02}", lambda row: f"{row % 28 + 1}.08.2019", "date"),
        (lambda row: f"{row % 97}.5", lambda row: "-", "number"),
        (lambda row: str(row % 97 + 100), lambda row: f"{row % 97:05}", "category"),
        (lambda row: ["yes", "no"][row % 2], lambda row: ["1", "0"][row % 2], "boolean"),
    ],
    ids=["accounting", "dates", "dashes", "leading zeros", "booleans"],
)
def test_a_form_that_changes_after_the_sample(early: Any, late: Any, kind: str, tmp_path: Path) -> None:
    rows = ((early if row < 11_000 else late)(row) for row in range(LATE))
    lines = "".join(f"{cell},{row * 7 % 13}.5\n" for row, cell in enumerate(rows))
    found = all_rows(write(tmp_path, "late.csv", f"x,y\n{lines}"))
    assert kind_of(found, "x") == kind
    assert gaps(found, "x") == (1000 if late(0) == "-" else 0)


def test_two_thousand_columns(tmp_path: Path) -> None:
    numbers = range(2_000)
    lines = [",".join([*(f"c{number}" for number in numbers), "y"])]
    for row in range(12):
        cells = [f"{row * (number % 16 + 1) % 17}.{number}5" for number in numbers]
        cells[row * 40] = "-"
        lines.append(",".join([*cells, f"{row * 5 % 7}.25"]))
    found = all_rows(write(tmp_path, "wide.csv", "\n".join(lines) + "\n"), hidden="2")
    assert {column.kind for column in found.schema.columns} == {"number"}
    assert [gaps(found, f"c{number}") for number in range(0, 480, 20)] == [1, 0] * 12
    assert len(found.findings) < 50


def test_columns_may_have_marks_of_their_own(tmp_path: Path) -> None:
    """Prices of another program beside numbers with points; the word comes after the sample."""
    rows = 12_000
    values = np.random.default_rng(3).uniform(1, 5000, rows).round(2)
    prices = [f"{value:,.2f}".translate(str.maketrans(",.", ".,")) for value in values]
    prices[11_000] = "sold"
    table = pd.DataFrame({"price": prices, "size": (values / 7).round(3), "y": values.round(1)})
    path = written(tmp_path, table)
    found = prepared(path, target="y", validation="none")
    assert described(found, "price")["range"] == [values.min(), values.max()]
    assert "'sold'" in told_of(found, "price")
    run = mlpcli.train(path, "y", epochs=1, hidden="4", preset="textbook", validation="none")
    assert mlpcli.predict(run.model, path).counts.unreadable == {"price": 1}
    assert mlpcli.evaluate(run.model, path).metrics["rmse"] == run.scores["train"].metrics["rmse"]


def test_many_codes_as_target_are_classes(tmp_path: Path) -> None:
    codes = [f"{row % 30:04}" for row in range(300)]
    path = written(tmp_path, pd.DataFrame({"x": np.arange(300) % 7, "y": codes}))
    found = prepared(path, target="y")
    assert (found.schema.task, found.task.labels[:2]) == ("multiclass", ("0000", "0001"))


def test_other_notations_keep_a_column_text_sooner_than_words() -> None:
    numbers = [f"{60 + row % 17}" for row in range(94)]
    words = all_rows(frame_of(x=[*numbers, *["gone"] * 6], y=cycled("low", "high", rows=100)))
    assert kind_of(words, "x") == "number"
    heights = all_rows(frame_of(x=[*numbers, *["5'6\"", "5 feet 7"] * 3], y=cycled("low", "high", rows=100)))
    assert kind_of(heights, "x") == "category"
    assert "94% of its cells are numbers" in told_of(heights, "x")


NOT_MERGED = {
    "remarks": ["3 failed", "2 failed"],
    "engines": ["1.6T", "2.0T"],
    "versions": ["1.1beta", "2.0rc1"],
    "halves": ["2½", "3½"],
    "directions": ["12.5 S", "13.5 S"],
    "grades": ["1-", "2-", "3-"],
}


@pytest.mark.parametrize("name", NOT_MERGED)
def test_what_stands_behind_some_numbers_is_no_unit(name: str) -> None:
    """Beside the same numbers without it, in two of three rows."""
    cells = cycled(*NOT_MERGED[name], *(["1", "2", "3"] if name == "grades" else ["1.6", "2.0", "12.5"]))
    found = all_rows(frame_of(x=cells, y=cycled("low", "high")))
    assert kind_of(found, "x") == "category"
    assert set(described(found, "x")["levels"]) == set(cells)


def test_one_slip_of_another_length_leaves_numbers_numbers() -> None:
    cells = [str(row * 7 % 2000) for row in range(300)]
    for slip in ("0056", "12345-6789", "1" * 40):
        found = all_rows(frame_of(x=[*cells[:-1], slip], y=cycled("low", "high", rows=300)))
        assert kind_of(found, "x") == "number", slip


def test_codes_with_a_letter_are_levels() -> None:
    """E5 is no exponent alone."""
    cells = [f"E{row % 9}" for row in range(ROWS)]
    found = all_rows(frame_of(x=cells, y=[f"E{row % 3}" for row in range(ROWS)]))
    assert described(found, "x")["levels"] == sorted(set(cells))
    assert found.task.labels == ("E0", "E1", "E2")


@pytest.mark.parametrize(
    "cells", [["ND", "NC", "NO"], ["no", "none", "na"], ["on", "error", "offline", "timeout", "error"]]
)
def test_words_that_may_say_nothing_do_not_make_booleans_of_few(cells: list[str]) -> None:
    assert kind_of(all_rows(frame_of(x=cycled(*cells), y=cycled("low", "high"))), "x") == "category"


def test_words_of_a_target_can_be_made_classes() -> None:
    x, y = [row % 7 for row in range(ROWS)], ["yes", "no", "unknown"] * 20
    left_out = prepared(pd.DataFrame({"x": x, "y": y}), target="y")
    assert (left_out.task.labels, left_out.dropped) == (("no", "yes"), 20)
    assert "'unknown' in 20 rows" in told(left_out)
    keeping: list[dict[str, Any]] = [{"task": "multiclass"}, {"keep_words": "y=unknown"}]
    for settings in keeping:
        found = prepared(pd.DataFrame({"x": x, "y": y}), target="y", **settings)
        assert (found.task.labels, found.dropped) == (("no", "unknown", "yes"), 0)


def test_the_word_that_is_lost_is_named_where_one_value_is_left() -> None:
    frame = pd.DataFrame({"x": [row % 7 for row in range(ROWS)], "y": ["X", "NA"] * 30})
    with pytest.raises(DataError, match="it is 'NA' in 30 rows") as caught:
        prepared(frame, target="y")
    assert "y=NA" in caught.value.hint
    assert prepared(frame, target="y", keep_words="y=NA").task.labels == ("NA", "X")


def test_many_columns_of_one_trouble_are_few_notes() -> None:
    columns = {f"c{number}": among(PLAIN, ["-"]) for number in range(40)}
    found = all_rows(of_columns(**columns))
    words = [each for each in found.findings if each.kind == "words"]
    assert len(words) == 6
    assert words[-1].text.startswith("the same holds for 35 more columns: 'c5', 'c6'")


def test_dates_in_both_orders_say_how_many_are_open() -> None:
    days = pd.date_range("2019-01-01", periods=200)
    cells = [day.strftime("%d/%m/%Y" if row % 2 else "%m/%d/%Y") for row, day in enumerate(days)]
    found = all_rows(frame_of(x=cells, y=cycled("low", "high", rows=200)))
    assert "could be either" in told_of(found, "x")


def test_a_chosen_kind_that_reads_nothing_is_an_error() -> None:
    frame = frame_of(x=[f"~{row}" for row in range(ROWS)], y=cycled("low", "high"))
    with pytest.raises(DataError, match="'~0' is not a number, and neither is any other cell"):
        prepared(frame, target="y", kind="x=number")


def test_long_whole_numbers_of_a_data_frame_are_exact() -> None:
    ids = [2**60 + row % 3 for row in range(ROWS)]
    found = all_rows(pd.DataFrame({"x": ids, "y": cycled("low", "high")}))
    assert described(found, "x")["levels"] == sorted(map(str, set(ids)))
