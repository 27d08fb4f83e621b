"""`mlpcli describe` at the shell: the report, JSON, pictures, the pager, and what is refused."""

import io
import json
import signal
import sys
from pathlib import Path

import pytest

from mlpcli.cli.console import Console
from mlpcli.cli.pager import paged
from mlpcli.text_width import width_of
from tests.cli.commands import Commands, sample, write
from tests.cli.terminals import Shown, in_terminal

PENGUINS = sample("penguins.csv")


@pytest.fixture(scope="module")
def churn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table with Korean names, a leak, words among numbers, an identifier and a constant."""
    lines = ["고객번호,이용기간,해지 사유,국가,월 요금,가입일,해지"]
    for number in range(300):
        left = number * 7 % 10 < 3
        fee = "확인 중" if number < 3 else f"{40 + number * 37 % 50}.5"
        lines.append(
            f"K{number * 7919 % 1000:04d},{number * 13 % 70 + 1},{'가격' if left else ''},한국,{fee},"
            f"20{10 + number % 14}-0{1 + number % 9}-11,{'예' if left else '아니오'}"
        )
    return write(tmp_path_factory.mktemp("churn"), "churn.csv", lines)


def test_the_report_in_a_pipe(mlpcli: Commands, churn: Path) -> None:
    result = mlpcli.ok("describe", churn, "-t", "해지")
    assert result.err == ""
    lines = result.out.splitlines()
    assert lines[0] == f"{churn}: 300 rows, 7 columns"
    assert lines[1] == "target 해지 (binary: '해지' is true or false)"
    assert lines[2].startswith("told by the target: 이용기간 (out-of-fold log loss ")
    head, *table = lines[4:12]
    assert head.split() == ["column", "kind", "missing", "distinct", "values", "predicts", "reason"]
    marks = {line[2:].split("  ")[0]: line[0] for line in table}
    assert marks == {
        "고객번호": "-",
        "이용기간": " ",
        "해지 사유": "!",
        "국가": "-",
        "월 요금": "!",
        "가입일": " ",
        "해지": " ",
    }
    start = head.index("values")
    for line in table:
        cells = 0
        while width_of(line[:cells]) < start:
            cells += 1
        assert line[cells - 1] == " "
        assert line[cells] != " "
    assert "2010-01-11 to 2023-" in result.out
    assert "left out: the same value in every row" in result.out
    notes = lines[lines.index("Notes") + 1 :]
    assert notes[0].startswith("  ! column '해지 사유' alone predicts '해지' in ")
    assert "(--drop '해지 사유')" in notes[0]
    assert (
        notes[-1]
        == "  - column '국가' is left out: the same value in every row (--kind '국가=KIND' keeps it)"
    )


def test_without_a_target(mlpcli: Commands) -> None:
    out = mlpcli.ok("describe", PENGUINS).out
    assert "predicts" not in out
    assert "Notes" not in out
    assert "Adelie 44 %, Gentoo 36 %, Chinstrap 20 %" in out


def test_the_json_object(mlpcli: Commands, churn: Path) -> None:
    found = mlpcli.ok("describe", churn, "-t", "해지", "--json").json()
    assert (found["command"], found["rows"], found["target"]) == ("describe", 300, ["해지"])
    assert found["relation_measure"] == "uncertainty_coefficient"
    columns = {each["name"]: each for each in found["columns"]}
    assert columns["해지"]["top"] == [{"value": "아니오", "count": 210}, {"value": "예", "count": 90}]
    assert columns["가입일"]["minimum"] == "2010-01-11T00:00:00"
    assert columns["이용기간"]["histogram"]["edges"][0] == columns["이용기간"]["minimum"] == 1.0
    assert sum(columns["이용기간"]["histogram"]["counts"]) == 300
    assert columns["국가"]["use"] == "left out"
    assert columns["해지 사유"]["relation"] > 0.95
    assert columns["국가"]["histogram"] is None
    (leak,) = (each for each in found["findings"] if each["kind"] == "leak")
    assert leak["columns"] == ["해지 사유"]
    assert leak["advice"] == "--drop '해지 사유'"


def test_the_json_object_has_no_infinity(mlpcli: Commands, tmp_path: Path) -> None:
    table = write(tmp_path, "t.csv", ["a,b", "inf,1", "2,", "-inf,"])
    text = mlpcli.ok("describe", table, "--json").out
    found = json.loads(text, parse_constant=lambda word: pytest.fail(word))
    assert (found["columns"][0]["minimum"], found["columns"][0]["median"]) == (None, 2.0)


def test_kinds_are_those_of_a_dry_run(mlpcli: Commands, churn: Path) -> None:
    options = ("-t", "해지", "--kind", "이용기간=category", "--drop", "가입일")
    found = mlpcli.ok("describe", churn, *options, "--json").json()
    dry = mlpcli.ok("train", churn, *options, "--json", "--dry-run").json()
    described = {each["name"]: (each["kind"], each["reason"]) for each in found["columns"]}
    for column in dry["columns"]:
        assert described[column["name"]] == (column["kind"], column["reason"])
    texts = {each["text"] for each in dry["notes"] if each["kind"] != "guess"}
    assert texts == {each["text"] for each in found["findings"]}
    (dropped,) = (each for each in found["columns"] if each["use"] == "dropped")
    assert dropped["name"] == "가입일"


def test_several_files_and_stdin(mlpcli: Commands, tmp_path: Path) -> None:
    one = write(tmp_path, "one.csv", ["a,b", "1,x", "2,y"])
    two = write(tmp_path, "two.csv", ["a,b", "3,x"])
    assert mlpcli.ok("describe", one, two, "--json").json()["rows"] == 3
    result = mlpcli.ok("describe", "-", "-q", stdin=b"a;b\n1;x\n2;y\n")
    assert result.out.startswith("stdin: 2 rows, 2 columns\n")
    assert "stdin: the delimiter was detected as ';' (--delimiter overrides it)" in result.out


def test_what_is_refused(mlpcli: Commands, tmp_path: Path) -> None:
    assert "there is no column 'speces'" in mlpcli.error(1, "describe", PENGUINS, "-t", "speces")
    assert "nothing to compare with" in mlpcli.error(2, "describe", PENGUINS, "--fail-if", "psi > 0.2")
    assert "nothing to compare with" in mlpcli.error(2, "describe", PENGUINS, "--format", "markdown")
    assert "--plot" in mlpcli.error(2, "describe", PENGUINS, "--plot", "p.gif")
    assert "is empty" in mlpcli.error(1, "describe", write(tmp_path, "e.csv", []))
    same = write(tmp_path, "same.svg", ["a", "1"])
    assert "same.svg" in mlpcli.error(1, "describe", same, "--plot", same, "-f")


@pytest.mark.parametrize("target", [(), ("-t", "해지"), ("-t", "이용기간")])
def test_a_picture(mlpcli: Commands, churn: Path, tmp_path: Path, target: tuple[str, ...]) -> None:
    picture = tmp_path / "p.svg"
    result = mlpcli.ok("describe", churn, *target, "--plot", picture)
    assert result.err == f"Plot saved to {picture}\n"
    assert b"<svg" in picture.read_bytes()
    assert "exists" in mlpcli.error(1, "describe", churn, "--plot", picture)


def shown(path: Path, *options: str, columns: int = 80, rows: int = 40) -> Shown:
    return in_terminal(["describe", path, *options], columns=columns, rows=rows)


@pytest.mark.parametrize("columns", [80, 120])
def test_nothing_is_wrapped_in_the_table_on_a_terminal(churn: Path, columns: int) -> None:
    lines = shown(churn, "-t", "해지", columns=columns).plain.replace("\r", "").splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("  column"))
    table = lines[start : start + 8]
    assert [line[2:].split()[0] for line in table[1:3]] == ["고객번호", "이용기간"]
    assert all(width_of(line) <= columns for line in table)
    assert ("reason" in table[0]) == (columns == 120)


def test_a_long_report_is_paged_with_the_notes_first(
    churn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pager = write(tmp_path, "pager", ["#!/bin/sh", 'echo "paged $LESS"', "cat"])
    pager.chmod(0o755)
    monkeypatch.setenv("PAGER", f"{pager} --any")
    monkeypatch.delenv("LESS", raising=False)
    short = shown(churn, "-t", "해지", rows=10).plain
    assert short.startswith("paged FRX")
    assert short.index("Notes") < short.index("column  ")


class Terminal(io.StringIO):
    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"

    def isatty(self) -> bool:
        return True


CASES: dict[str, tuple[dict[str, str], int, bool]] = {
    "longer": ({}, 30, True),
    "as long": ({}, 20, True),
    "shorter": ({}, 19, False),
    "a dumb terminal": ({"TERM": "dumb"}, 30, False),
    "none": ({"PAGER": ""}, 30, False),
    "cat": ({"PAGER": "cat"}, 30, False),
    "not there": ({"PAGER": "/nowhere/pager -x"}, 30, False),
    "failing": ({"PAGER": "false"}, 30, False),
    "not one word": ({"PAGER": "less '"}, 30, False),
}


@pytest.mark.parametrize("case", CASES)
def test_when_a_pager_is_used(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    environment, lines, is_paged = CASES[case]
    pager = write(tmp_path, "pager", ["#!/bin/sh", "echo paged", "cat"])
    pager.chmod(0o755)
    for name, value in ({"PAGER": str(pager), "TERM": "xterm", "LINES": "20"} | environment).items():
        monkeypatch.setenv(name, value)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    with paged(Console()) as screen:
        for number in range(lines):
            screen.line(f"line {number}")
    monkeypatch.undo()
    shown = capfd.readouterr().out.splitlines()
    assert (shown[:1] == ["paged"]) == is_paged
    assert (len(shown), terminal.getvalue().count("\n")) == ((lines + 1, 0) if is_paged else (0, lines))


def test_a_pager_may_be_left_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pager = write(tmp_path, "pager", ["#!/bin/sh", "exit 1"])
    pager.chmod(0o755)
    for name, value in {"PAGER": str(pager), "TERM": "xterm", "LINES": "20"}.items():
        monkeypatch.setenv(name, value)
    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(sys, "stdout", Terminal())
    with paged(Console()) as screen:
        screen.raw("more than a pipe holds\n" * 10_000)
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("columns", [40, 30])
def test_a_narrow_terminal_has_fewer_columns(churn: Path, columns: int) -> None:
    text = shown(churn, "-t", "해지", "--no-pager", columns=columns).plain
    lines = [line.rstrip() for line in text.splitlines()]
    assert all(width_of(line) <= columns for line in lines)
    head = next(place for place, line in enumerate(lines) if line.startswith("  column"))
    assert lines[head].split() == ["column", "values", "predicts"]
    rows = lines[head + 1 : head + 8]
    assert [line[2:4] for line in rows] == ["고객", "이용", "해지", "국가", "월 ", "가입", "해지"]
    notes = "".join(lines[lines.index("Notes") + 1 :]).replace(" ", "")
    assert "고객번호" in notes


def test_lines_left_out_come_before_columns_left_out(tmp_path: Path, mlpcli: Commands) -> None:
    rows = [f"k{number},{number % 7}.5,{number % 3}" for number in range(40)]
    path = write(tmp_path, "t.csv", ["key,size,kind", ",cm,", *rows])
    out = mlpcli.ok("describe", path).out
    assert out.index("contains units, skipped") < out.index("column 'key' is left out")


def test_the_model_of_a_comparison_is_asked_for_before_its_gates(mlpcli: Commands) -> None:
    out = mlpcli.ok("describe", "--help").out
    assert out.index("--against MODEL") < out.index("--fail-if CONDITION")
