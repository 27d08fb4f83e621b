"""Names of columns by the cells of a header, and errors of those that are not each their own."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, count

from mlpcli.data.schema import MOST_COLUMNS
from mlpcli.data.spelling import cleaned
from mlpcli.errors import DataError, Sentence, did_you_mean
from mlpcli.text_width import shell_word


def check_same_header(header: list[str], first: list[str], name: str, first_name: str) -> None:
    """Raise DataError unless two files of one table have the same columns in the same order."""
    if header == first:
        return
    for column in header:
        if column not in first:
            said = f"{name}: the column {column!r} is not in {first_name}"
            raise DataError(said, did_you_mean(column, first))
    said = f"{name} does not have the columns of {first_name} in the same order"
    raise DataError(said, "Files given together need the same header.")


def table_names(cells: Sequence[str]) -> list[str]:
    """Names without blanks at their ends, unless two would become one; an empty one is called after its
    position, with a number behind it if another column has that name, as in pandas."""
    names = [cleaned(cell) for cell in cells]
    often = Counter(names)
    own = [cell if often[name] > 1 else name for cell, name in zip(cells, names, strict=True)]
    taken = set(own)
    for position, name in enumerate(own):
        if not name:
            unnamed = f"Unnamed: {position}"
            own[position] = next(each for each in _numbered(unnamed) if each not in taken)
            taken.add(own[position])
    return own


def _numbered(name: str) -> Iterator[str]:
    return chain([name], (f"{name}.{number}" for number in count(1)))


def doubled_names(names: Iterable[str]) -> dict[str, int]:
    """The names that occur several times, by how often."""
    return {name: often for name, often in Counter(names).items() if often > 1}


def doubled_name(name: str, often: int, where: str) -> DataError:
    """The error of a column that is needed and has its name not for itself."""
    said = f"{where}: the column name {name!r} occurs {often} times in the header"
    hint = "Give each column its own name, or exclude them with {drop} {}."
    return DataError(said, Sentence(hint, shell_word(name)))


def column_names(cells: list[str], where: str, spare: Callable[[str], bool] | None) -> list[str]:
    """Column names; DataError for two of one name that is not spare."""
    if not cells:
        raise DataError(f"{where} has no columns", "Give a table whose columns have names.")
    if len(cells) > MOST_COLUMNS:
        said = f"{where} has {len(cells):,} columns, more than {MOST_COLUMNS:,}"
        raise DataError(said, "Check for a missing line end, or remove columns that you do not need.")
    names = table_names(cells)
    for name, often in doubled_names(names).items():
        if spare is None or not spare(name):
            raise doubled_name(name, often, where)
    return names
