"""Facts that several results show: cells that stood out, findings, gates, rows of a DataFrame."""

from collections.abc import Sequence

import pandas as pd

from mlpcli.data.counts import CellCounts
from mlpcli.errors import count
from mlpcli.metrics.gates import GateResult
from mlpcli.number_text import same_precision
from mlpcli.result_text import ResultTable

CELLS = {"missing": "missing", "unseen": "unseen", "unreadable": "unreadable", "out_of_range": "out of range"}
SHOWN_FINDINGS = 3
SHOWN_ROWS, SHOWN_COLUMNS = 10, 20
"""Of a DataFrame."""

Fact = tuple[str, str]


def cells_fact(counts: CellCounts) -> Fact:
    """Cells without a plain value of their own."""
    totals = {said: sum(getattr(counts, name).values()) for name, said in CELLS.items()}
    return "cells", ", ".join(f"{number:,} {said}" for said, number in totals.items() if number)


def findings_facts(texts: Sequence[str]) -> list[Fact]:
    """The first findings, and how many more there are."""
    shown = [("finding", each) for each in texts[:SHOWN_FINDINGS]]
    left = len(texts) - len(shown)
    return [*shown, ("", f"and {count(left, 'more finding')}" if left else "")]


def gates_facts(gates: Sequence[GateResult]) -> list[Fact]:
    """Whether all gates hold, and those that do not."""
    failed = [
        ("gate", f"fails: {each.gate}{f' ({each.reason})' if each.reason else ''}")
        for each in gates
        if not each.holds
    ]
    return failed or [("gates", "all hold" if gates else "")]


def frame_table(frame: pd.DataFrame) -> ResultTable:
    """The first rows of a DataFrame, each column of numbers in one precision."""
    shown = frame.iloc[:SHOWN_ROWS, :SHOWN_COLUMNS]
    columns = [list(map(str, shown.index))]
    for place in range(shown.shape[1]):
        values = shown.iloc[:, place].tolist()
        numbers = bool(values) and all(isinstance(each, float) for each in values)
        columns.append(same_precision(values) if numbers else list(map(str, values)))
    rows = [list(row) for row in zip(*columns, strict=True)]
    return ResultTable(["", *map(str, shown.columns)], rows, more=len(frame) - len(rows))
