"""Tables fitted to a width: nothing is lost, and no word is broken that fits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpcli.render.table_layout import Styled, laid_out
from mlpcli.text_width import width_of

COMPARED = [
    ["median_absolute_error", "9,758", "10,350", "-594", "-1,326 to 435", Styled("unclear", "dim")],
    ["mape", "0.0895", "0.0881", "+0.0014", "-0.0020 to 0.0049", "unclear"],
]
HEADERS = ["metric", "this", "other", "difference", "95 % interval", ""]


def lines_of(width: int) -> list[str]:
    return ["".join(text for text, _ in line) for line in laid_out(HEADERS, COMPARED, (1, 2, 3, 4), width)]


def test_eighty_columns_take_the_comparison() -> None:
    lines = lines_of(80)
    assert len(lines) == 3
    assert max(map(width_of, lines)) <= 80


@pytest.mark.parametrize("width", [79, 60, 45])
def test_narrow_screens_show_every_cell_whole(width: int) -> None:
    lines = lines_of(width)
    assert max(map(width_of, lines)) <= width
    shown = "\n".join(lines)
    for cell in [*HEADERS, *COMPARED[0], *COMPARED[1]]:
        assert cell in shown


def test_styles_stay_with_their_cells() -> None:
    styles = {text.strip(): style for line in laid_out(HEADERS, COMPARED, (), 0) for text, style in line}
    assert styles["unclear"] == ""  # of the second row, a plain cell
    assert styles["metric"] == "dim"
    first = next(line for line in laid_out(HEADERS, COMPARED[:1], (), 0) if "unclear" in line[-1][0])
    assert first[-1][1] == "dim"


def test_wide_characters_are_aligned() -> None:
    rows = [["体重", "1"], ["ab", "22"]]
    first, second = ["".join(text for text, _ in line) for line in laid_out((), rows, (1,), 0)]
    assert width_of(first) == width_of(second) == 2 + 4 + 2 + 2


def test_a_long_text_wraps_between_words_under_its_beginning() -> None:
    text = "as many words as it takes to fill some lines of a narrow terminal"
    lines = ["".join(part for part, _ in line) for line in laid_out((), [["target", text]], (), 30)]
    assert all(line.startswith(" " * 10) for line in lines[1:])
    assert " ".join([lines[0].strip().removeprefix("target").strip(), *map(str.strip, lines[1:])]) == text


@given(
    st.integers(12, 60),
    st.lists(st.lists(st.text("ab ", max_size=30), min_size=3, max_size=3), min_size=1, max_size=4),
)
def test_no_line_is_wider_than_the_screen(width: int, rows: list[list[str]]) -> None:
    lines = ["".join(text for text, _ in line).rstrip() for line in laid_out((), rows, (), width)]
    assert all(width_of(line) <= max(width, 30) for line in lines)
    kept = sum(line.count("a") + line.count("b") for line in lines)
    assert kept >= sum(cell.count("a") + cell.count("b") for row in rows for cell in row)


def test_long_headers_of_numbers_wrap() -> None:
    """As classes of a confusion matrix."""
    headers = ["", "a class of some words", "x" * 90]
    lines = ["".join(text for text, _ in line) for line in laid_out(headers, [["a", "10", "3"]], (1, 2), 60)]
    assert max(map(width_of, lines)) <= 60
    assert lines[-1].split() == ["a", "10", "3"]
    assert sum(line.count("x") for line in lines) == 90
