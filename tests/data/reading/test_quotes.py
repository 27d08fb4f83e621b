"""Quotes that are not closed, and cells that are too large, are named by their line."""

from pathlib import Path

import pytest

from mlpcli.errors import DataError
from tests.data.examples import rows_of, write


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('a,b\n1,2\n3,"x\n4,5\n6,7\n', 3),
        ('a,b\n1,"x', 2),
        ('a,b\n1,"x\n', 2),
        ('a,b\n1,"x\r2,3\r', 2),
        ('a,"b\n1,2\n', 1),
        ('a\n"1\n\n', 2),
        ('a,b\n1,y"\n2,"x\n', 3),
    ],
)
def test_an_unclosed_quote_is_named_by_its_line(tmp_path: Path, text: str, line: int) -> None:
    """Even where all that follows, in one last cell, would make the number of fields right."""
    path = write(tmp_path, "a.csv", text)
    with pytest.raises(DataError, match=rf"a\.csv: line {line}:? .*quote.* not closed"):
        rows_of(path)


@pytest.mark.parametrize("text", ['a,b\n1,"x"', 'a,b\n1,"x"\n', 'a,b\n1,"x\n"\n', 'a,b\n1,x"y\n', 'a\n""\n'])
def test_closed_quotes_at_the_end(tmp_path: Path, text: str) -> None:
    assert len(rows_of(write(tmp_path, "a.csv", text))[1]) == 1


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_large_cell(tmp_path: Path, quote: str) -> None:
    path = write(tmp_path, "a.csv", f"a,b\n1,{quote}" + "x" * 100_000 + f"{quote}\n")
    assert [len(cell) for cell in rows_of(path)[1][0]] == [1, 100_000]


@pytest.mark.parametrize("name", ["a.csv", "a.txt"])
@pytest.mark.parametrize(
    ("text", "line"),
    [("x" * 200_000, 1), ("a,b\n1," + "x" * 200_000, 2), ('a,b\n1,2\n\n3,"' + "\n" * 200_000 + '"\n', 4)],
    ids=["header", "cell", "line feeds"],
)
def test_too_large_a_cell_is_an_error_with_its_line(tmp_path: Path, name: str, text: str, line: int) -> None:
    with pytest.raises(
        DataError, match=rf"{name}: line [\d,]+ has a cell of more than [\d,]+ characters"
    ) as raised:
        rows_of(write(tmp_path, name, text))
    assert f": line {line}" in raised.value.message or "\n\n" in text
