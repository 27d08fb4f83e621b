"""Description of a table and of each of its columns."""

from dataclasses import dataclass, field, replace

from mlpcli.arrays import Array
from mlpcli.data.form import PLAIN, Form
from mlpcli.preparation.finding import Finding
from mlpcli.result_text import LINES, ResultTable, ResultText, Shown, listed
from mlpcli.workflows.result_facts import findings_facts

INPUT, TARGET, WEIGHT, GROUP, LEFT_OUT, DROPPED = "input", "target", "weight", "group", "left out", "dropped"
"""Uses of a column in training: left out for its kind, or dropped by the user."""


@dataclass(frozen=True)
class Histogram:
    """Counts of values in bins of equal width: `counts` (bins,), `edges` (bins + 1,)."""

    edges: Array
    counts: Array


@dataclass(frozen=True, kw_only=True)
class Statistics:
    """Statistics of the cells of a column that hold a value, in units of the column; dates in seconds since
    1970, durations in seconds. Without numbers minimum to deviation are None."""

    missing: int
    """Cells without a value, or without one of the column's kind."""
    distinct: int
    minimum: float | None = None
    median: float | None = None
    maximum: float | None = None
    mean: float | None = None
    deviation: float | None = None
    """The standard deviation of the column as it is, not of what it may be a sample of."""
    histogram: Histogram | None = None
    """Of the finite values."""
    top: tuple[tuple[float | str, int], ...] = ()
    """The most frequent values with their counts."""


@dataclass(frozen=True, kw_only=True, repr=False)
class ColumnDescription:
    """A column of a table as training would take it."""

    name: str
    kind: str
    reason: str
    """Why it is of that kind."""
    use: str
    form: Form = PLAIN
    statistics: Statistics
    relation: float | None = None
    """Share of a target that the column alone tells, out of fold, from 0 to 1; of several the largest."""
    related_to: str = ""
    """That target, if there are several."""
    by_target: "ByTarget | None" = None

    def related(self, relation: float | None, target: str) -> "ColumnDescription":
        """With its relation to a target."""
        return replace(self, relation=relation, related_to=target)

    def __repr__(self) -> str:
        told = "" if self.relation is None else f", predicts {self.relation:.2f}"
        cells = f"{self.statistics.missing:,} missing, {self.statistics.distinct:,} distinct"
        return f"ColumnDescription({self.name!r}, {self.kind}, {self.use}, {cells}{told})"


@dataclass(frozen=True)
class ByTarget:
    """The target beside the bins of a histogram, or the most frequent levels.

    `values`: of classes the count of each in each bin (bins, classes), of numbers the mean (bins,).
    """

    values: Array
    labels: tuple[str, ...]
    """The classes; none for numbers."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Description(Shown):
    """Result of `describe`."""

    name: str
    """The table's, as messages call it."""
    rows: int
    columns: list[ColumnDescription]
    crosses: int = 0
    """The number of the last columns that are crosses, not columns of the table."""
    """In the table's order, then the crosses."""
    target: tuple[str, ...] = ()
    task: str = ""
    """Empty without a target, or if nothing could be learned."""
    task_reason: str = ""
    measure: str = ""
    """The measure of the relations."""
    related_rows: int = 0
    """The rows by which relations are measured."""
    examined_rows: int = 0
    """The rows in which leaks and repeated rows were looked for; 0 if they were not."""
    told: dict[str, tuple[float, str]] = field(default_factory=dict)
    """Columns that a training also encodes by means of the target: the share of the loss that these take away
    out of fold, and the measure, r2 or log_loss."""
    dropped: int = 0
    """Rows without target."""
    findings: list[Finding] = field(default_factory=list)
    """The grave ones first."""
    notes: list[str] = field(default_factory=list)
    """On how the file is read."""

    def _shown(self) -> ResultText:
        learned = f" for {listed(self.target)} ({self.task or 'not learnable'})" if self.target else ""
        rows = [
            [
                *(each.name, each.kind, each.use),
                *(f"{number:,}" for number in (each.statistics.missing, each.statistics.distinct)),
                *(["-" if each.relation is None else f"{each.relation:.2f}"] if self.target else []),
            ]
            for each in self.columns[:LINES]
        ]
        headers = ["column", "kind", "use", "missing", "distinct", *["predicts"] * bool(self.target)]
        return ResultText(
            f"Description of {self.name}{learned}",
            [
                ("rows", f"{self.rows:,}" + f", {self.dropped:,} without target" * bool(self.dropped)),
                ("columns", f"{len(self.columns):,}"),
                *findings_facts([str(each.text) for each in self.findings]),
            ],
            ResultTable(headers, rows, texts=3, more=len(self.columns) - len(rows)),
            ["columns", "findings", "notes"],
        )
