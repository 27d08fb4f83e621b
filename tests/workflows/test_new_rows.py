"""New rows are read as the rows that they are, whatever program wrote them, or not at all."""

import itertools
import sys
import unicodedata
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

import mlpcli
from mlpcli import artifact
from mlpcli.errors import DataError
from mlpcli.model.encoded_rows import EncodedRows
from mlpcli.model.model import Model
from tests.cli.commands import Commands
from tests.data.examples import stdin_of, write
from tests.workflows.examples import csv_of, prepared
from tests.workflows.messy import path_of

ROWS = 120
QUICK: dict[str, Any] = {"preset": "textbook", "epochs": 3, "hidden": "8", "seed": 0, "batch_size": 32}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Commands:
    return Commands(monkeypatch)


# The reported cases.
@cache
def trained_on(file: str, target: str) -> Model:
    return mlpcli.train(path_of(file), target, preset="textbook", seed=0).model


CASES: dict[str, tuple[str, str, str, float]] = {
    "decimal commas to a model of points": ("decimal-train.csv", "power", "decimal-new.csv", 0.25),
    "points to a model of decimal commas": ("comma-train.csv", "power", "decimal-train.csv", 0.25),
    "ones to a model of words": ("flags-train.csv", "power", "flags-new.csv", 0.4),
    "words to a model of ones": ("flags-new.csv", "power", "flags-train.csv", 0.4),
    "no blanks to a model of blanks": ("blank-train.csv", "power", "blank-new.csv", 0.4),
    "blanks to a model of none": ("blank-new.csv", "power", "blank-train.csv", 0.4),
}


def truth_of(file: str) -> npt.NDArray[np.float64]:
    """The powers of the same rows, which a file for prediction may lack."""
    kind = file.partition("-")[0]
    table = pd.read_csv(path_of(f"{kind}-train.csv"), skipinitialspace=True)
    return table["power"].to_numpy()


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_rows_of_another_program_are_predicted(case: tuple[str, str, str, float]) -> None:
    train, target, new, largest = case
    found = mlpcli.predict(trained_on(train, target), path_of(new))
    errors = found.frame["prediction"].to_numpy() - truth_of(new)
    assert float(np.sqrt(np.mean(errors**2))) < largest
    assert (found.counts.unreadable, found.counts.unseen, found.counts.missing) == ({}, {}, {})


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_same_from_stdin(case: tuple[str, str, str, float], monkeypatch: pytest.MonkeyPatch) -> None:
    train, target, new, _ = case
    model = trained_on(train, target)
    monkeypatch.setattr(sys, "stdin", stdin_of(Path(path_of(new)).read_bytes()))
    piped = mlpcli.predict(model, "-").frame["prediction"]
    pd.testing.assert_series_equal(piped, mlpcli.predict(model, path_of(new)).frame["prediction"])
    errors = piped.to_numpy() - truth_of(new)
    assert float(np.sqrt(np.mean(errors**2))) < case[-1]


@pytest.mark.parametrize("case", [each for name, each in CASES.items() if "decimal commas to" not in name])
def test_rows_of_another_program_are_measured(case: tuple[str, str, str, float]) -> None:
    train, target, new, largest = case
    found = mlpcli.evaluate(trained_on(train, target), path_of(new))
    rmse = found.metrics["rmse"]
    assert rmse is not None
    assert rmse < largest


def test_another_decimal_mark_is_said(run: Commands, tmp_path: Path) -> None:
    model = str(tmp_path / "m.joblib")
    mlpcli.train(path_of("decimal-train.csv"), "power", output=model, **QUICK)
    result = run.ok("predict", model, path_of("decimal-new.csv"))
    assert "decimal comma" in result.err
    assert len(result.out.splitlines()) == 241


# The same rows, written by other programs.
def rows(number: int = ROWS, seed: int = 0) -> pd.DataFrame:
    """Clean rows: two numbers, a date, a boolean, words, codes, and a number and a class to predict."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "speed": random.uniform(1, 9, number).round(3),
            "price": random.uniform(1_000, 900_000, number).round(2),
            "day": pd.Timestamp("2015-01-01") + pd.to_timedelta(random.integers(0, 3_000, number), unit="D"),
            "flag": random.random(number) < 0.5,
            "größe": random.choice(["grün", "rot", "weiß", "Zürich"], number),
            "code": random.choice(["01001", "06037", "48201"], number),
            "level": random.choice(["1", "2", "3"], number),
        }
    )
    frame["y"] = (frame["speed"] * 2 + frame["flag"] + random.normal(size=number)).round(2)
    frame["class"] = np.where(frame["y"] > 10, "high", "low")
    return frame


@cache
def model_of(target: str) -> Model:
    other = "class" if target == "y" else "y"
    return mlpcli.train(texts(rows()), target, drop=other, kind="level=category", **QUICK).model


def texts(frame: pd.DataFrame) -> pd.DataFrame:
    """As pandas writes it to a file."""
    cells = {name: [str(each) for each in frame[name]] for name in frame}
    cells["day"] = [f"{each:%Y-%m-%d}" for each in frame["day"]]
    return pd.DataFrame(cells, dtype="str")


def changed(**columns: Callable[[Any], str]) -> Callable[[pd.DataFrame], str]:
    """A CSV file with the cells of some columns written otherwise."""

    def write_out(frame: pd.DataFrame) -> str:
        cells = {name: [write_cell(each) for each in frame[name]] for name, write_cell in columns.items()}
        return csv_of(texts(frame).assign(**cells))

    return write_out


def german(frame: pd.DataFrame) -> str:
    """By a spreadsheet of Germany: semicolons, decimal commas, points of thousands, dd.mm.yyyy, WAHR."""
    swap = str.maketrans(",.", ".,")
    table = texts(frame).assign(
        speed=[f"{each}".translate(swap) for each in frame["speed"]],
        price=[f"{each:,.2f}".translate(swap) for each in frame["price"]],
        day=[f"{each:%d.%m.%Y}" for each in frame["day"]],
        y=[f"{each}".translate(swap) for each in frame["y"]],
    )
    return str(table.to_csv(index=False, sep=";"))


def decomposed(frame: pd.DataFrame) -> str:
    return unicodedata.normalize("NFD", csv_of(texts(frame)))


def padded(frame: pd.DataFrame) -> str:
    """With every cell as wide as the widest of its column, names too."""
    table = texts(frame)
    wide = {name: [cell.ljust(12) for cell in table[name]] for name in table}
    return csv_of(pd.DataFrame(wide, dtype="str").rename(columns=lambda name: name.ljust(12)))


FULL_WIDTH = str.maketrans({str(digit): chr(ord("\uff10") + digit) for digit in range(10)})

FORMS: dict[str, Callable[[pd.DataFrame], str]] = {
    "clean": lambda frame: csv_of(texts(frame)),
    "semicolons": lambda frame: str(texts(frame).to_csv(index=False, sep=";")),
    "tabs": lambda frame: str(texts(frame).to_csv(index=False, sep="\t")),
    "quotes around all": lambda frame: str(texts(frame).to_csv(index=False, quoting=1)),
    "blanks behind commas": lambda frame: csv_of(texts(frame)).replace(",", ", "),
    "a German spreadsheet": german,
    "another order of columns": lambda frame: csv_of(texts(frame)[[*reversed(frame.columns)]]),
    "decomposed letters": decomposed,
    "fixed width": padded,
    "dates, points": changed(day="{:%d.%m.%Y}".format),
    "dates, month first": changed(day="{:%m/%d/%Y}".format),
    "dates, day first": changed(day="{:%d/%m/%Y}".format),
    "dates of SAS": changed(day=lambda each: f"{each:%d%b%Y}".upper()),
    "dates with names": changed(day="{:%B %d %Y}".format),
    "dates as stamps": changed(day="{:%Y-%m-%dT%H:%M:%S}".format),
    "one and zero": changed(flag=lambda each: str(int(each))),
    "one and zero of floats": changed(flag=lambda each: str(float(each))),
    "TRUE": changed(flag=lambda each: str(each).upper()),
    "yes": changed(flag=lambda each: "yes" if each else "no"),
    "Y": changed(flag=lambda each: "Y" if each else "N"),
    "yes and 1": changed(flag=lambda each: "1" if each else "no"),
    "commas of thousands": changed(price="{:,.2f}".format),
    "dollars": changed(price="${:,.2f}".format),
    "exponents": changed(price="{:.9e}".format),
    "levels of floats": changed(level=lambda each: f"{each}.0"),
    "full width": changed(price=lambda each: str(each).translate(FULL_WIDTH)),
}


def predicted(data: Any, target: str = "y", **settings: Any) -> pd.Series:
    found = mlpcli.predict(model_of(target), data, **settings)
    assert found.counts.unreadable == {}
    assert found.counts.unseen == {}
    assert found.counts.missing == {}
    return found.frame["prediction"]


NEW = rows(90, seed=1)


@cache
def wanted_predictions() -> pd.Series:
    return predicted(texts(NEW))


@cache
def wanted_metrics(target: str) -> dict[str, float | None]:
    return mlpcli.evaluate(model_of(target), texts(NEW)).metrics


@pytest.mark.parametrize("name", FORMS)
def test_rows_in_another_form_are_the_same_rows(name: str, tmp_path: Path) -> None:
    path = write(tmp_path, "new.csv", FORMS[name](NEW))
    wanted = wanted_predictions()
    pd.testing.assert_series_equal(predicted(path), wanted)
    # In small chunks, of which some alone would be open.
    few = write(tmp_path, "few.csv", FORMS[name](NEW.head(28)))
    pd.testing.assert_series_equal(predicted(few, chunk_rows=7), wanted.head(28), rtol=1e-5)


@pytest.mark.parametrize(("name", "target"), [*zip(FORMS, itertools.cycle(["y", "class"]))])
def test_rows_in_another_form_are_measured_alike(name: str, target: str, tmp_path: Path) -> None:
    path = write(tmp_path, "new.csv", FORMS[name](NEW))
    found = mlpcli.evaluate(model_of(target), path)
    assert found.metrics == pytest.approx(wanted_metrics(target))
    assert found.dropped == 0


def held(**files: Any) -> dict[str, EncodedRows]:
    """The rows of a validation and a test file."""
    settings: dict[str, Any] = {"target": "y", "drop": "class", "kind": "level=category"}
    return prepared(texts(rows()), **settings, **files).parts


@cache
def wanted_rows() -> EncodedRows:
    with TemporaryDirectory() as folder:
        path = write(Path(folder), "clean.csv", FORMS["clean"](NEW))
        return held(validation=path, test=path)["test"]


@pytest.mark.parametrize("pair", [*zip([*FORMS][::2], [*FORMS][1::2], strict=True)], ids=" and ".join)
def test_held_rows_in_another_form_are_the_same_rows(pair: tuple[str, str], tmp_path: Path) -> None:
    files = {
        part: write(tmp_path, f"{part}.csv", FORMS[form](NEW))
        for part, form in zip(("validation", "test"), pair, strict=True)
    }
    parts, wanted = held(**files), wanted_rows()
    for part in files:
        np.testing.assert_allclose(parts[part].features, wanted.features, rtol=1e-6, atol=1e-7)
        np.testing.assert_array_equal(parts[part].truth, wanted.truth)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_another_encoding(encoding: str, tmp_path: Path) -> None:
    path = write(tmp_path, "new.csv", german(NEW).encode(encoding))
    pd.testing.assert_series_equal(predicted(path), wanted_predictions())


def test_typed_columns_of_a_data_frame_are_the_same_rows() -> None:
    new = rows(90, seed=1)
    wanted = predicted(texts(new))
    pd.testing.assert_series_equal(predicted(new), wanted)
    ones = new.assign(flag=new["flag"].astype(int), level=new["level"].astype(float))
    pd.testing.assert_series_equal(predicted(ones), wanted)
    objects = new.assign(speed=[str(each).replace(".", ",") for each in new["speed"]])
    pd.testing.assert_series_equal(predicted(objects), wanted)


def test_words_that_say_nothing_are_missing_in_new_rows(tmp_path: Path) -> None:
    new = texts(rows(90, seed=1))
    new.loc[::9, ["speed", "day", "flag"]] = ""
    empty = mlpcli.predict(model_of("y"), new)
    for word in ("-", "unknown", "\\N", "n.d.", "#DIV/0!"):
        other = new.replace("", word)
        found = mlpcli.predict(model_of("y"), write(tmp_path, "new.csv", csv_of(other)))
        pd.testing.assert_series_equal(found.frame["prediction"], empty.frame["prediction"])
        assert found.counts == empty.counts


# Columns that cannot be read.
WRONG: dict[str, tuple[dict[str, Callable[[Any], str]], str, str, str]] = {
    "words for numbers": (
        {"speed": lambda each: "fast" if each > 5 else "slow"},
        "speed",
        "'fast'",
        "number",
    ),
    "words for dates": ({"day": lambda each: f"day {each.day}"}, "day", "'day ", "date"),
    "words for booleans": ({"flag": lambda each: "an" if each else "aus"}, "flag", "'an'", "boolean"),
    "dates for numbers": ({"speed": lambda each: "2019-07-23"}, "speed", "'2019-07-23'", "number"),
    "codes without zeros": ({"code": lambda each: each.lstrip("0")}, "code", "'1001'", "'01001'"),
    "capitals": ({"größe": str.upper}, "größe", "'ROT'", "'rot'"),
    "codes for words": ({"größe": lambda each: str(len(each))}, "größe", "'3'", "'rot'"),
}


def wrong(name: str, number: int) -> tuple[pd.DataFrame, str]:
    columns, column, _, _ = WRONG[name]
    new = rows(number, seed=1)
    if name == "codes without zeros":  # 48201 would be seen
        new["code"] = "01001"
        new.loc[0, "code"] = "06037"
    if name == "words for numbers":
        new.loc[0, "speed"] = 8.0
    if name == "words for booleans":
        new.loc[0, "flag"] = True
    if name in ("capitals", "codes for words"):
        new["größe"] = "rot"
    cells = {key: [write_cell(each) for each in new[key]] for key, write_cell in columns.items()}
    return texts(new).assign(**cells), column


def refused(name: str, error: DataError) -> None:
    """The error names the column, a cell, and what training had."""
    _, column, cell, known = WRONG[name]
    said = f"{error} {error.hint}"
    assert repr(column) in said
    if name == "codes without zeros":
        assert "'1001'" in said or "'6037'" in said
        assert "'01001'" in said or "'06037'" in said or "'48201'" in said
    elif name in ("capitals", "codes for words"):
        assert cell in said
        assert any(f"'{level}'" in said for level in ("grün", "rot", "weiß", "Zürich"))
    else:
        assert cell in said
        assert known in said


@pytest.mark.parametrize("name", WRONG)
def test_a_column_that_cannot_be_read_is_an_error_from_fifty_cells_on(name: str, tmp_path: Path) -> None:
    new, column = wrong(name, 50)
    for data in (new, write(tmp_path, "new.csv", csv_of(new))):
        with pytest.raises(DataError) as caught:
            mlpcli.predict(model_of("y"), data)
        refused(name, caught.value)
    few = new.iloc[:49]
    found = mlpcli.predict(model_of("y"), few)
    assert (found.counts.unreadable | found.counts.unseen)[column] == 49


@pytest.mark.parametrize("name", WRONG)
def test_missing_cells_do_not_count(name: str) -> None:
    new, column = wrong(name, 80)
    new.loc[49:, column] = ""
    found = mlpcli.predict(model_of("y"), new)
    assert (found.counts.unreadable | found.counts.unseen)[column] == 49


@pytest.mark.parametrize("name", WRONG)
def test_it_may_be_allowed(name: str) -> None:
    new, column = wrong(name, 80)
    found = mlpcli.predict(model_of("y"), new, allow_unreadable=True)
    assert (found.counts.unreadable | found.counts.unseen)[column] == 80
    measured = mlpcli.evaluate(model_of("y"), new, allow_unreadable=True)
    assert (measured.counts.unreadable | measured.counts.unseen)[column] == 80


@pytest.mark.parametrize("name", WRONG)
def test_it_is_an_error_of_evaluate(name: str) -> None:
    with pytest.raises(DataError) as caught:
        mlpcli.evaluate(model_of("y"), wrong(name, 80)[0])
    refused(name, caught.value)


@pytest.mark.parametrize(("name", "part"), [*zip(WRONG, itertools.cycle(["validation", "test"]))])
def test_it_is_an_error_of_held_rows(name: str, part: str, tmp_path: Path) -> None:
    new, column = wrong(name, 80)
    path = write(tmp_path, "new.csv", csv_of(new))
    settings: dict[str, Any] = {"target": "y", "drop": "class", "kind": "level=category", part: path}
    with pytest.raises(DataError) as caught:
        prepared(texts(rows()), **settings)
    refused(name, caught.value)
    found = prepared(texts(rows()), **settings, allow_unreadable=True)
    assert (found.counts[part].unreadable | found.counts[part].unseen)[column] == 80


@cache
def model_with_a_unit() -> Model:
    train = texts(rows())[["speed", "y"]]
    return mlpcli.train(train.assign(speed=train["speed"] + " kg"), "y", **QUICK).model


def test_a_unit_may_be_left_out_but_not_be_another() -> None:
    new = texts(rows(80, seed=1))[["speed"]]
    wanted = mlpcli.predict(model_with_a_unit(), new.assign(speed=new["speed"] + " kg")).frame
    found = mlpcli.predict(model_with_a_unit(), new)
    assert found.counts.unreadable == {}
    pd.testing.assert_frame_equal(found.frame, wanted)
    with pytest.raises(DataError) as caught:
        mlpcli.predict(model_with_a_unit(), new.assign(speed=new["speed"] + " lb"))
    assert "lb" in str(caught.value)
    assert "kg" in f"{caught.value} {caught.value.hint}"


def test_a_few_unreadable_cells_are_counted() -> None:
    new, _ = wrong("words for numbers", 80)
    new.loc[:39, "speed"] = "2.5"
    found = mlpcli.predict(model_of("y"), new)
    assert found.counts.unreadable == {"speed": 40}


def test_really_new_levels_are_a_note(run: Commands, tmp_path: Path) -> None:
    new = texts(rows(80, seed=1))
    new["größe"] = [f"Stadt {number % 7}" for number in range(80)]
    assert mlpcli.predict(model_of("y"), new).counts.unseen == {"größe": 80}
    path = write(tmp_path, "new.csv", csv_of(new))
    result = run.ok("predict", saved(tmp_path), path)
    assert "größe" in result.err


def saved(folder: Path) -> str:
    path = str(folder / "model.joblib")
    artifact.save(model_of("y").artifact, path)
    return path


@pytest.mark.parametrize("command", ["predict", "evaluate"])
def test_the_command_line_refuses_before_any_output(command: str, run: Commands, tmp_path: Path) -> None:
    path = write(tmp_path, "new.csv", csv_of(wrong("words for numbers", 80)[0]))
    model = saved(tmp_path)
    said = run.error(1, command, model, path)
    assert "'speed'" in said
    assert "--allow-unreadable" in said
    assert "allow_unreadable" not in said
    run.error(1, command, model, "-", stdin=Path(path).read_bytes())
    run.ok(command, model, path, "--allow-unreadable")


def test_no_output_file_is_left(run: Commands, tmp_path: Path) -> None:
    model, output = saved(tmp_path), tmp_path / "out.csv"
    first = write(tmp_path, "first.csv", csv_of(wrong("words for numbers", 80)[0]))
    run.error(1, "predict", model, first, "-o", output)
    assert not output.exists()


def late(tmp_path: Path) -> str:
    """Ten rows that can be read, and five hundred that cannot."""
    good, bad = texts(rows(10, seed=1)), wrong("words for numbers", 500)[0]
    return write(tmp_path, "late.csv", csv_of(pd.concat([good, bad])))


def test_what_only_later_chunks_show_is_an_error_at_the_end(run: Commands, tmp_path: Path) -> None:
    path, model, output = late(tmp_path), saved(tmp_path), tmp_path / "out.csv"
    with pytest.raises(DataError) as caught:
        mlpcli.predict(model, path, chunk_rows=10)
    refused("words for numbers", caught.value)
    assert "'speed'" in run.error(1, "predict", model, path, "--chunk-rows", 10, "-o", output)
    assert not output.exists()
    piped = run("predict", model, path, "--chunk-rows", 10)
    assert piped.code == 1
    assert "'speed'" in piped.err
    assert run.ok("predict", model, path, "--chunk-rows", 10, "-o", output, "--allow-unreadable")
    assert len(output.read_text().splitlines()) == 511


def test_training_options_of_the_command_line(run: Commands, tmp_path: Path) -> None:
    table = rows(80)[["speed", "y"]].assign(risk=["None", "NA", "high", "low"] * 20)
    path = write(tmp_path, "risk.csv", csv_of(table.astype(str)))
    fields = run.ok(
        *("train", path, "-t", "risk", "--keep-words", "risk=None,NA", "--dry-run", "--json")
    ).json()
    assert fields["task"] == "multiclass"
    assert fields["rows"]["dropped"] == 0
    gaps = write(tmp_path, "gaps.csv", csv_of(table.astype(str)).replace("NA", ""))
    options = ("--keep-words", "risk=None", "--empty", "none", "--dry-run", "--json")
    assert run.ok("train", gaps, "-t", "risk", *options).json()["rows"]["dropped"] == 0


def test_kept_words_are_kept_in_new_rows(tmp_path: Path) -> None:
    table = rows(80)[["speed", "y"]].assign(risk=["None", "NA", "high", "low"] * 20).astype(str)
    model = mlpcli.train(table, "risk", keep_words=("risk=None,NA",), **QUICK).model
    found = mlpcli.evaluate(model, write(tmp_path, "new.csv", csv_of(table)))
    assert (found.rows, found.dropped) == (80, 0)


def test_empty_cells_of_the_target_are_a_class_in_new_rows(tmp_path: Path) -> None:
    table = rows(80)[["speed", "y"]].assign(alley=["Grvl", "", "Pave", ""] * 20).astype(str)
    path = write(tmp_path, "alley.csv", csv_of(table))
    model = mlpcli.train(path, "alley", empty="none", **QUICK).model
    found = mlpcli.evaluate(model, path)
    assert (found.rows, found.dropped) == (80, 0)
    assert set(mlpcli.predict(model, path).frame["prediction"]) <= {"Grvl", "Pave", "none"}


FEW = rows(3, seed=1).assign(day=pd.Timestamp("2019-07-23"))  # of which the order is open in no form


@cache
def wanted_of_few() -> pd.Series:
    return predicted(texts(FEW))


@pytest.mark.parametrize("name", [*FORMS])
def test_few_new_rows_are_the_same_rows(name: str, tmp_path: Path) -> None:
    for number in (1, 3):
        path = write(tmp_path, "new.csv", FORMS[name](FEW.head(number)))
        pd.testing.assert_series_equal(predicted(path), wanted_of_few().head(number), rtol=1e-5)


def test_a_model_is_not_trained_on_with_rows_that_it_cannot_read(tmp_path: Path) -> None:
    model = saved(tmp_path)
    bad = wrong("words for numbers", 80)[0]
    with pytest.raises(DataError) as caught:
        mlpcli.train(bad, "y", from_model=model, epochs=1)
    refused("words for numbers", caught.value)
    mlpcli.train(bad, "y", from_model=model, epochs=1, allow_unreadable=True)
