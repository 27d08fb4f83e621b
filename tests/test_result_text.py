"""Results as one screen: nothing is wider or longer, what is left out is counted, and nothing is markup."""

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpcli.result_text import COLUMNS, LINES, ResultTable, ResultText, Shown, listed
from mlpcli.text_width import width_of

TEXTS = st.text(max_size=120)


@st.composite
def results(draw: st.DrawFn) -> ResultText:
    columns = draw(st.integers(1, 30))
    row = st.lists(TEXTS, min_size=columns, max_size=columns)
    table = ResultTable(draw(row), draw(st.lists(row, max_size=40)), more=draw(st.sampled_from([0, 7])))
    facts = draw(st.lists(st.tuples(st.text(max_size=20), TEXTS), max_size=40))
    attributes = draw(st.lists(st.sampled_from(["metrics", "per_class", "save(path)"]), max_size=9))
    return ResultText(draw(TEXTS), facts, draw(st.sampled_from([table, None])), attributes)


@given(results())
def test_a_screen_at_most(result: ResultText) -> None:
    lines = str(result).split("\n")
    assert len(lines) <= LINES
    assert max(map(width_of, lines)) <= COLUMNS
    assert all(line.isprintable() for line in lines)


@given(results())
def test_html_is_text_in_tables(result: ResultText) -> None:
    root = ET.fromstring(result.html())
    assert {each.tag for each in root.iter()} <= {"div", "p", "b", "table", "tr", "th", "td"}
    assert not any(each.attrib for each in root.iter())


def test_markup_and_control_characters_in_names() -> None:
    name = "<script>alert(1)</script>\x1b[31m\u202e&"
    result = ResultText(name, [("note", name)], ResultTable(["", name], [[name, name]]))
    for shown in (str(result), result.html()):
        assert "\x1b" not in shown
        assert "\u202e" not in shown
    assert "<script" not in result.html()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\\x1b[31m\\u202e&amp;" in result.html()


def test_what_is_left_out_is_counted() -> None:
    rows = [[f"column {number}", str(number)] for number in range(100)]
    shown = str(ResultText("title", table=ResultTable(["", "n"], rows, more=900))).split("\n")
    assert len(shown) == LINES
    told = int(shown[-1].split()[2].replace(",", ""))
    assert told + len(shown) - 3 == 1000  # beside the title, the header and this line
    assert result_of_columns(3) == ["     a0  a1  a2", "  x   0   1   2"]
    header, row = result_of_columns(60)
    assert " ... " in header
    assert header.split()[0] == "a0"
    assert header.split()[-1] == "a59"
    assert row.split()[-1] == "59"


def result_of_columns(number: int) -> list[str]:
    table = ResultTable(["", *(f"a{each}" for each in range(number))], [["x", *map(str, range(number))]])
    return str(ResultText("title", table=table)).split("\n")[1:]


def test_facts_without_a_text_are_left_out() -> None:
    result = ResultText("title", [("cells", ""), ("rows", "3")], attributes=["frame"])
    assert str(result) == "title\n  rows  3\n  See .frame"
    assert "cells" not in result.html()


def test_many_facts_leave_room_for_the_table() -> None:
    facts = [(f"fact {number}", "text") for number in range(50)]
    shown = str(ResultText("title", facts, ResultTable(["metric", "model"], [["accuracy", "0.9"]])))
    assert shown.endswith("\n  ...\n  metric    model\n  accuracy    0.9")


def test_listed() -> None:
    assert listed(["a", "b"]) == "'a', 'b'"
    assert listed(list("abcdefg")) == "'a', 'b', 'c', 'd', 'e' and 2 more"


def test_a_result_without_a_text_is_an_error() -> None:
    with pytest.raises(TypeError, match="abstract"):
        Shown()  # type: ignore[abstract]
