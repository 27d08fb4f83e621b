"""Columns in a file hold the cells that they hold in memory."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpcli.data.columns.cells import Cells, Numbers, Texts
from mlpcli.data.columns.frame import Frame
from mlpcli.data.columns.readings import USUAL
from mlpcli.data.reading.parsing import whole_frame
from mlpcli.data.stored import growing
from mlpcli.data.stored.growing import cell_store
from mlpcli.data.stored.scratch_file import ScratchFile, refuse_small_disk, scratch_folder
from mlpcli.errors import OutputError

CELLS = {"number": ["1.5", "-2", "", "3e5"], "word": ["a", "b", "", "a b"], "mixed": ["7", "x", "", "8"]}


def frames_of(table: pd.DataFrame, sizes: list[int]) -> Any:
    """Frames of so many rows each, as a parser gives them: numbers where a frame has no other text."""

    def frames(columns: Any, numbers: Any) -> Any:
        start = 0
        for size in sizes:
            part = table.iloc[start : start + size]
            cells: dict[str, Cells] = {}
            for name in columns:
                texts = Texts.of(list(part[name]))
                words = texts.words("number")[0].any()
                cells[name] = texts if name not in numbers or words else Numbers(texts.numbers()[0])
            start += size
            yield Frame(cells, size)

    return frames


def texts_in(cells: Cells) -> list[str]:
    return [cells.texts().text(row) for row in range(len(cells))]


@given(sizes=st.lists(st.integers(0, 5), min_size=1, max_size=6), stripe=st.integers(1, 200), data=st.data())
def test_cells_are_those_in_memory(sizes: list[int], stripe: int, data: st.DataObject) -> None:
    rows = sum(sizes)
    drawn = {
        name: data.draw(st.lists(st.sampled_from(cells), min_size=rows, max_size=rows))
        for name, cells in CELLS.items()
    }
    table = pd.DataFrame(drawn)
    frames = frames_of(table, sizes)
    wanted = ["mixed", "number", "word"]
    with pytest.MonkeyPatch.context() as patch, cell_store() as store:
        patch.setattr(growing, "STRIPE_BYTES", stripe)
        memory = whole_frame(frames, wanted, ["number", "mixed"], USUAL, str, expected=0)
        stored = whole_frame(frames, wanted, ["number", "mixed"], USUAL, str, expected=0, store=store)
        assert stored.names == memory.names == wanted
        assert len(stored) == len(memory) == rows
        chosen = np.flatnonzero(data.draw(st.lists(st.booleans(), min_size=rows, max_size=rows)))
        start, stop = sorted(data.draw(st.tuples(st.integers(0, len(chosen)), st.integers(0, len(chosen)))))
        made: dict[str, Cells] = {"made": Numbers(np.arange(float(len(chosen))))}
        some, others = memory.take(chosen).having(made), stored.take(chosen).having(made)
        others["number"], some["number"] = some["number"], some["number"]
        for one, other in (
            (memory, stored),
            (some, others),
            (some.take(slice(1, None)), others.take(slice(1, None))),
            (some.loaded(start, stop), others.loaded(start, stop)),
            (some.compact(), others.compact()),
        ):
            assert other.names == one.names
            assert len(other) == len(one)
            for name in one.names:
                assert type(other[name]) is type(one[name])
                assert texts_in(other[name]) == texts_in(one[name])
        assert others.loaded(start, stop).is_in_memory
        assert not rows or not stored.is_in_memory
        assert not some.is_in_memory or some.pop("word") is not None
        assert "word" not in some.names


def test_rows_keep_their_places() -> None:
    frame = Frame({"x": Numbers(np.arange(6.0))}, 6).take(np.array([1, 3, 5]))
    assert frame.loaded(1, 3).place(1) == "row 5"


def test_a_scratch_file_has_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with ScratchFile() as file:
        first, second = np.arange(3.0), np.array([7], np.int32)
        places = file.append(first), file.append(second)
        assert not list(tmp_path.iterdir())
        again = np.empty(3)
        file.read(places[0], again)
        np.testing.assert_array_equal(again, first)
        file.write(np.array([-1.0]), places[0] + 8)
        mapped = file.mapped((7,), np.int32)
    np.testing.assert_array_equal(mapped[:6].view(np.float64), [0.0, -1.0, 2.0])
    assert mapped[6] == 7


def test_a_folder_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", "/no such folder")
    with pytest.raises(OutputError, match=r"^TMPDIR /no such folder: cannot be written$"):
        scratch_folder()


def test_a_disk_without_room_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    refuse_small_disk(10, "the cells")
    with pytest.raises(OutputError, match=r"the cells take 1e\+03 PB there .* is free"):
        refuse_small_disk(10**18, "the cells")


def test_a_file_that_ends_early_is_an_error() -> None:
    with ScratchFile() as file, pytest.raises(OutputError, match="is shorter than what was written"):
        file.read(0, np.empty(3))
