"""Widths of text on a terminal, against rich, and tables whose names take two cells a character."""

import io
import os
import subprocess

import pytest
from rich.cells import cell_len

from mlpcli.render.console import Screen
from mlpcli.text_width import cut, padded, shell_word, width_of, wrapped
from tests.cli.terminals import SEQUENCE

TEXTS = [
    *(
        "plain",
        "가입일",
        "이용기간 (개월)",
        "日本語",
        "\uff41\uff42",
        "naïve",
        "e\u0301a\u0308",
        "±½",
        "😀 ok",
    ),
    *("\u1112\u1161\u11ab\u1100\u1173\u11af", "❤\ufe0f", "", "─│"),
]


@pytest.mark.parametrize("name", ["plain", "two words", "a\x1b[31mred", "it's\na \\", "$x\t`ls`", "é\x85"])
def test_a_shell_reads_a_word_back(name: str) -> None:
    word = shell_word(name)
    assert word.isprintable()
    command = ["bash", "-c", f"printf %s {word}"]
    said = subprocess.run(command, capture_output=True, check=True, env=os.environ | {"LC_ALL": "C.UTF-8"})
    assert said.stdout.decode() == name


@pytest.mark.parametrize("text", TEXTS)
def test_widths_are_those_of_rich(text: str) -> None:
    assert width_of(text) == cell_len(text)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("ellipsis", ["…", "..."])
def test_texts_are_padded_and_cut_to_cells(text: str, ellipsis: str) -> None:
    for width in range(len(ellipsis), 16):
        short = cut(text, width, ellipsis)
        assert width_of(short) <= width
        assert short == text or short.endswith(ellipsis)
        for right in (False, True):
            assert width_of(padded(short, width, right=right)) == width
    assert cut(text, width_of(text), ellipsis) == text
    assert padded(text, width_of(text)) == text


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("terminal", [False, True])
def test_columns_behind_wide_names_are_aligned(terminal: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    stream = Terminal() if terminal else io.StringIO()
    rows = [[text, str(number), "x"] for number, text in enumerate(TEXTS[:9])]
    Screen(stream, width=60).table(["이름", "number", "end"], rows, numbers=[1])
    lines = SEQUENCE.sub("", stream.getvalue()).splitlines()
    assert len(lines) == 10
    places = {width_of(line[: line.rindex("x")]) for line in lines[1:]}
    assert places == {width_of(lines[0][: lines[0].rindex("end")])}


def test_an_item_hangs_behind_its_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    pipe, terminal = io.StringIO(), Terminal()
    for stream in (pipe, terminal):
        Screen(stream, width=30).item("!", "a note that is longer than a line of a terminal")
    assert pipe.getvalue() == "  ! a note that is longer than a line of a terminal\n"
    first, *others = SEQUENCE.sub("", terminal.getvalue()).rstrip().splitlines()
    assert first.startswith("  ! a note")
    assert others
    assert all(line.startswith("    ") and line[4] != " " for line in others)


LONG = [
    "! 열 '가입일' 은 날짜이고 '이용기간 (개월)' 은 숫자이며 64 % 의 행에서 비어 있습니다 " * 3,
    "열" * 200,
    "a_long_name_without_blanks_" * 9 + " is missing in 64% of the rows (--drop it)",
    "😀 ok ❤\ufe0f " * 30,
    "training would fail on this table: /tmp/고객/해지예측/고객명단_2024년.csv: line 5: column 'wind'",
    "e\u0301" * 150,
]


@pytest.mark.parametrize("text", LONG)
@pytest.mark.parametrize("width", [8, 40, 80])
def test_wrapped_texts_lose_nothing(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert max(map(width_of, lines)) <= width
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_words_are_whole_where_they_fit() -> None:
    assert wrapped("one two three", 7) == ["one two", "three"]
    assert wrapped("열 두개 셋", 5) == ["열", "두개", "셋"]
    assert wrapped("of  two blanks", 7) == ["of  two", "blanks"]
    assert wrapped("abcdefgh ij", 3) == ["abc", "def", "gh", "ij"]
    assert wrapped("", 5) == [""]


@pytest.mark.parametrize("text", LONG)
def test_notes_on_a_terminal_lose_nothing(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    screen = Screen(stream, width=80)
    screen.item("!", text, "yellow")
    screen.line(f"  {text}")
    lines = SEQUENCE.sub("", stream.getvalue()).splitlines()
    assert max(map(width_of, lines)) <= 80
    shown = text.replace(" ", "")
    assert "".join(lines).replace(" ", "") == f"!{shown}{shown}"
    assert all(line.startswith("  ") for line in lines)
