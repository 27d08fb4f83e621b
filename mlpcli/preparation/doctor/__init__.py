"""The data doctor: findings about a table that matter before its scores are trusted, with evidence."""

import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.counts import CellCounts
from mlpcli.data.schema import CHOSEN, IGNORE, LEARNED, SCREENED, Column, Schema
from mlpcli.errors import Sentence, count
from mlpcli.model.encoded_rows import EncodedRows
from mlpcli.model.tasks import Multiclass, Regression, Task
from mlpcli.preparation.doctor.leaks import leaks
from mlpcli.preparation.doctor.looked_at import LookedAt
from mlpcli.preparation.doctor.pairs import pair_leaks
from mlpcli.preparation.finding import (
    FEW_ROWS,
    IMBALANCE,
    LEAK,
    MISSING,
    REPEATED,
    Finding,
)
from mlpcli.text_width import shell_word

RARE_SHARE = 0.05
FEWEST_ROWS = 10
MISSING_SHARE = 0.5
REPEATED_SHARE = 0.01
GAPS_TELL = re.compile("by whether it is missing|(is missing|is given) where .* elsewhere")
"""In a leak's text."""


def examine(
    schema: Schema,
    task: Task,
    parts: Mapping[str, EncodedRows],
    hashes: Mapping[str, Array],
    counts: CellCounts,
    rows: int,
    looked: LookedAt,
) -> list[Finding]:
    """All findings on encoded parts; `counts` are those of the whole table, which has `rows` rows.

    `hashes` of rows by part: of the training rows, and of those parts that may hold some of them again;
    `looked`: the rows in which leaks are looked for.
    """
    alone = leaks(task, looked)
    return [
        *left_out_columns(schema.columns),
        *alone.values(),
        *pair_leaks(task, looked, alone),
        *_repeated(hashes),
        *class_findings(task, parts["train"]),
        *mostly_missing(
            {name: each for name, each in counts.missing.items() if name not in schema.cross},
            rows,
            alone.values(),
        ),
    ]


def left_out_columns(columns: Sequence[Column]) -> list[Finding]:
    """A finding for each reason for which columns were left out, other than by the user."""
    by_reason: dict[tuple[str, str], list[str]] = {}
    for column in columns:
        if column.kind not in LEARNED and column.reason != CHOSEN and column.kind not in (IGNORE, SCREENED):
            by_reason.setdefault((column.kind, column.reason), []).append(column.name)
    return [
        Finding(
            kind,
            f"{_columns(names)} {'is' if len(names) == 1 else 'are'} left out: {reason}",
            Sentence("{kind} {} keeps it", shell_word(names[0] + "=KIND")),
            columns=tuple(names),
        )
        for (kind, reason), names in by_reason.items()
    ]


def _repeated(hashes: Mapping[str, Array]) -> list[Finding]:
    """Held-out rows of `hashes` that are among the training rows."""
    findings = []
    for name in ("validation", "test"):
        if name not in hashes:
            continue
        rows = hashes[name]
        again = int(np.isin(rows, hashes["train"]).sum())
        if again > REPEATED_SHARE * len(rows):
            findings.append(
                Finding(
                    REPEATED,
                    f"{again:,} of {len(rows):,} {name} rows also occur in the training rows, so their "
                    "scores are too good",
                    Sentence(f"use {{group}} COLUMN, or {{{name}}} FILE with other rows"),
                    name,
                )
            )
    return findings


def class_findings(task: Task, train: EncodedRows) -> list[Finding]:
    """Classes of few rows, or of a small share of them."""
    if isinstance(task, Regression):
        return []
    names, counts = task.labels, train.truth.sum(axis=0)
    if isinstance(task, Multiclass):
        counts = np.bincount(train.truth, minlength=len(names))
    rarest = int(np.argmin(counts))
    rows, name = int(counts[rarest]), names[rarest]
    findings = []
    if rows < FEWEST_ROWS:
        few = int((counts < FEWEST_ROWS).sum())
        more = f" ({few:,} classes have fewer than {FEWEST_ROWS})" if few > 1 else ""
        findings.append(
            Finding(
                FEW_ROWS,
                f"class {name!r} has only {count(rows, 'training row')}{more}, so its scores are unreliable",
                "collect more rows of this class",
            )
        )
    shares, of = _shares(task, train), "rows" if train.weights is None else "rows (by weight)"
    smallest = int(np.argmin(shares))
    if shares[smallest] < RARE_SHARE:
        findings.append(
            Finding(
                IMBALANCE,
                f"class {names[smallest]!r} has {shares[smallest]:.1%} of the training {of}",
                Sentence("{class_weight} balanced"),
            )
        )
    return findings


def _shares(task: Task, part: EncodedRows) -> Array:
    """Of each class, or of the ones of each label, in the sum of the row weights."""
    shares = task.probabilities(np.atleast_2d(task.baseline(part.truth, part.weights)))
    assert shares is not None
    return np.asarray(shares[0])


def mostly_missing(missing: Mapping[str, int], rows: int, leaks: Iterable[Finding] = ()) -> list[Finding]:
    """A finding for each column of which most cells are missing; `missing` are counts by column.

    Not for those of which a leak by their gaps is found.
    """
    told = {each.columns for each in leaks if each.kind == LEAK and GAPS_TELL.search(each.text)}
    return [
        Finding(
            MISSING,
            f"column {name!r} is missing in {count / rows:.0%} of the rows",
            Sentence("{drop} {}", shell_word(name)),
            columns=(name,),
        )
        for name, count in missing.items()
        if count > MISSING_SHARE * rows and (name,) not in told
    ]


def _columns(names: list[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:5]) + (", ..." if len(names) > 5 else "")
    return (f"{len(names):,} columns " if len(names) > 1 else "column ") + shown
