"""The table of paths or of a DataFrame, opened."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

import pandas as pd

from mlpcli.data.reading.file_table import FileTable
from mlpcli.data.reading.open_rows import OpenRows
from mlpcli.data.reading.some_rows import PartOfTable, SomeRows
from mlpcli.data.reading.source import ReadingSettings, TextSource, spooled
from mlpcli.data.reading.table import FrameTable, Table
from mlpcli.data.spelling import cleaned
from mlpcli.data.stored.growing import cell_store
from mlpcli.errors import DataError, Sentence
from mlpcli.progress import OnProgress, unwatched
from mlpcli.text_width import shell_word


@contextmanager
def open_table(
    data: "Sequence[str] | SomeRows | pd.DataFrame",
    settings: ReadingSettings,
    empties: Mapping[str, str] | None = None,
    dropped: Sequence[str] = (),
    on_progress: OnProgress = unwatched,
    *,
    stored: bool = False,
) -> Iterator[Table]:
    """The table of paths (`-` is stdin), of some of their rows, or a DataFrame; files stay readable until the
    end.

    `empties`: the word that an empty cell of a column stands for. `dropped`: columns, or lists of them, that
    are left out, so that several may have such a name. `stored`: the cells of files are kept in another file
    instead of memory.
    """
    if isinstance(data, pd.DataFrame):
        yield FrameTable(data, settings, empties, dropped)
        return
    if isinstance(data, SomeRows):
        with open_table(data.paths, settings, empties, dropped, on_progress, stored=stored) as whole:
            yield PartOfTable(whole, data.rows)
        return
    with ExitStack() as stack:
        sources: list[TextSource] = []
        for path in data:
            try:
                sources.append(stack.enter_context(spooled(path)))
            except DataError as error:
                if sources and not os.path.exists(path) and _is_column(path, sources[0], settings):
                    hint = Sentence("It is a column of {}: {target} {}?", sources[0].name, shell_word(path))
                    raise DataError(error.message, hint) from None
                raise
        table = FileTable(sources, settings, empties, dropped)
        table.on_progress = on_progress
        if stored:
            table.store = stack.enter_context(cell_store())
        yield table


def _is_column(name: str, source: TextSource, settings: ReadingSettings) -> bool:
    """Whether what was taken for a file is a column of another one."""
    try:
        with OpenRows(source, settings, spare=lambda _: True) as rows:
            return cleaned(name) in map(cleaned, rows.header)
    except DataError:
        return False  # said of the other file once this one is there
