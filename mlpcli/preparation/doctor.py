"""The data doctor: findings about a table that matter before its scores are trusted, with evidence."""

from collections.abc import Mapping
from shlex import quote

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.counts import CellCounts
from mlpcli.data.encoders import CategoryEncoder
from mlpcli.data.features import FeatureEncoder
from mlpcli.data.schema import CHOSEN, IGNORE, Schema
from mlpcli.errors import Sentence
from mlpcli.model.encoded_rows import EncodedRows
from mlpcli.model.tasks import Multiclass, Regression, Task
from mlpcli.preparation.finding import (
    FEW_ROWS,
    IMBALANCE,
    LEAK,
    MISSING,
    REPEATED,
    Finding,
)

LOOKED_AT = 4_000
"""Rows in which a leak is looked for: of the training rows and of the others, each."""
LEAST_ROWS = 60
"""Below this many rows a column may determine the target by chance."""
BINS = 64
WRONG_SHARE = 0.02
"""Of the baseline's errors, those that a single column may leave before it is called a leak."""
CORRELATION = 0.9995
RARE_SHARE = 0.05
FEWEST_ROWS = 10
MISSING_SHARE = 0.5
REPEATED_SHARE = 0.01


def examine(
    schema: Schema,
    encoder: FeatureEncoder,
    task: Task,
    parts: Mapping[str, EncodedRows],
    hashes: Mapping[str, Array],
    counts: CellCounts,
    rows: int,
) -> list[Finding]:
    """All findings on encoded parts; `counts` are those of the whole table, which has `rows` rows."""
    return [
        *_left_out(schema),
        *_leaks(encoder, task, parts),
        *_repeated(hashes),
        *_classes(task, parts["train"]),
        *_mostly_missing(counts, rows),
    ]


def _left_out(schema: Schema) -> list[Finding]:
    """A finding for each reason for which columns were left out, other than by the user."""
    by_reason: dict[tuple[str, str], list[str]] = {}
    for column in schema.left_out:
        if column.reason != CHOSEN and column.kind != IGNORE:
            by_reason.setdefault((column.kind, column.reason), []).append(column.name)
    return [
        Finding(
            kind,
            f"left out {_columns(names)}: {reason}",
            Sentence("{kind} {} keeps it", quote(names[0] + "=KIND")),
        )
        for (kind, reason), names in by_reason.items()
    ]


def _leaks(encoder: FeatureEncoder, task: Task, parts: Mapping[str, EncodedRows]) -> list[Finding]:
    """Input columns that alone predict the target of rows that were not looked at."""
    learned, others = _some(parts["train"], parts["validation"])
    if len(learned) + len(others) < LEAST_ROWS:
        return []
    findings = []
    start = 0
    for each in encoder.encoders:
        columns = slice(start, start + each.width)
        start += each.width
        if not each.width:
            continue
        known, unknown = learned.features[:, columns], others.features[:, columns]
        evidence = ""
        if isinstance(task, Regression):
            if each.numbers:
                values = np.concatenate([known[:, 0], unknown[:, 0]])
                truth = np.concatenate([learned.truth, others.truth])
                evidence = _follows(values, truth, task.labels)
        else:
            is_category = isinstance(each, CategoryEncoder) and not each.embedded
            told = [part.argmax(axis=1) if is_category else part[:, 0] for part in (known, unknown)]
            names = list(task.target.names)
            evidence = _determines(told[0], told[1], learned.truth, others.truth, names)
        if evidence:
            findings.append(
                Finding(
                    LEAK, f"column {each.name!r} {evidence}: a leak?", Sentence("{drop} {}", quote(each.name))
                )
            )
    return findings


def _some(train: EncodedRows, held: EncodedRows) -> tuple[EncodedRows, EncodedRows]:
    """Rows to learn from and rows to look at, from all over the table."""

    def rows(part: EncodedRows, first: int, step: int) -> EncodedRows:
        numbers = np.arange(first, len(part), step)
        numbers = numbers[np.linspace(0, len(numbers) - 1, min(len(numbers), LOOKED_AT)).astype(np.intp)]
        return EncodedRows(part.features[numbers], part.truth[numbers], None)

    if len(held) >= LEAST_ROWS:
        return rows(train, 0, 1), rows(held, 0, 1)
    return rows(train, 0, 2), rows(train, 1, 2)


def _follows(values: Array, truth: Array, names: tuple[str, ...]) -> str:
    """Whether a target rises or falls with the values, in rank or in size."""
    for number, name in enumerate(names):
        for what, one, other in (
            ("is", values.astype(np.float64), truth[:, number]),
            ("orders rows as", _ranks(values), _ranks(truth[:, number])),
        ):
            if one.min() < one.max() and other.min() < other.max():
                correlation = float(np.corrcoef(one / np.abs(one).max(), other / np.abs(other).max())[0, 1])
                if abs(correlation) >= CORRELATION:
                    almost = "almost " if abs(correlation) < 1 - 1e-12 else ""
                    return f"{almost}{what} the target {name!r} (correlation {correlation:.5f})"
    return ""


def _ranks(values: Array) -> Array:
    _, numbers, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - counts / 2)[numbers])


def _determines(known: Array, unknown: Array, truth: Array, others: Array, names: list[str]) -> str:
    """Whether the most frequent class of equal or near values is nearly always right."""
    edges = np.unique(known)
    if len(edges) > BINS:
        edges = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1], method="nearest"))
    bins, looked_up = np.searchsorted(edges, known), np.searchsorted(edges, unknown)
    for number, name in enumerate(names):
        classes = truth if truth.ndim == 1 else truth[:, number]
        right = others if others.ndim == 1 else others[:, number]
        shape = len(edges) + 1, int(max(classes.max(), right.max())) + 1
        cells = bins * shape[1] + classes.astype(np.intp)
        counts = np.bincount(cells, minlength=shape[0] * shape[1]).reshape(shape)
        trivial = int((right != counts.sum(axis=0).argmax()).sum())
        wrong = int((counts.argmax(axis=1)[looked_up] != right).sum())
        # Of few rows, an honest column may have one wrong by chance.
        if trivial >= FEWEST_ROWS and (not wrong or wrong + 1 <= WRONG_SHARE * trivial):
            return f"alone tells {name!r} in {len(right) - wrong:,} of {len(right):,} rows"
    return ""


def _repeated(hashes: Mapping[str, Array]) -> list[Finding]:
    """Rows on both sides of the split."""
    findings = []
    for name in ("validation", "test"):
        rows = hashes[name]
        again = int(np.isin(rows, hashes["train"]).sum())
        if again > REPEATED_SHARE * len(rows):
            findings.append(
                Finding(
                    REPEATED,
                    f"{again:,} of {len(rows):,} {name} rows occur among the training rows, inputs and "
                    "target: scores on them are too good",
                    Sentence(f"{{group}} COLUMN, or {{{name}}} FILE with other rows"),
                    name,
                )
            )
    return findings


def _classes(task: Task, train: EncodedRows) -> list[Finding]:
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
                f"class {name!r} has {rows} training row{'s' * (rows != 1)}{more}: its scores say little",
                Sentence("{validation} none trains on all rows"),
            )
        )
    shares, of = _shares(task, train), "rows" if train.weights is None else "rows by their weight"
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


def _mostly_missing(counts: CellCounts, rows: int) -> list[Finding]:
    return [
        Finding(
            MISSING,
            f"column {name!r} is missing in {count / rows:.0%} of the rows",
            Sentence("{drop} {}", quote(name)),
        )
        for name, count in counts.missing.items()
        if count > MISSING_SHARE * rows
    ]


def _columns(names: list[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:5]) + (", ..." if len(names) > 5 else "")
    return (f"{len(names):,} columns " if len(names) > 1 else "column ") + shown
