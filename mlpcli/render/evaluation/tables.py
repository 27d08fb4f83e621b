"""An evaluation as tables of texts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from mlpcli.errors import count
from mlpcli.number_text import same_precision, short, spans, text
from mlpcli.render.console import Screen
from mlpcli.render.table_layout import Styled

if TYPE_CHECKING:
    from mlpcli.metrics.bootstrap import Interval
    from mlpcli.metrics.gaps import Gap
    from mlpcli.metrics.gates import GateResult
    from mlpcli.workflows.evaluation.comparison import Comparison
    from mlpcli.workflows.evaluation.importance import Importance
    from mlpcli.workflows.evaluation.result import Coverage, Evaluation, SetCoverage
    from mlpcli.workflows.evaluation.slices import SliceScores

ByName: TypeAlias = Mapping[str, Mapping[str, float | None]]
FEW = {
    "binary": ("accuracy", "f1", "roc_auc", "log_loss"),
    "multiclass": ("accuracy", "f1_macro", "roc_auc", "log_loss"),
    "multilabel": ("f1_micro", "f1_macro", "hamming_loss", "roc_auc"),
    "regression": ("rmse", "mae", "r2", "mape"),
}
"""Metrics shown for a slice, by task; JSON has all."""
FEW_OF_TARGET = {"multilabel": ("f1", "precision", "recall", "roc_auc"), "regression": FEW["regression"]}
FEW_OF_CLASS = ("precision", "recall", "f1")
SHARES = {"share": "share", "mean_probability": "mean P"}
"""Shown next to each other, by their headings: alike where probabilities are calibrated."""
WITHOUT_UNIT = ("r2", "explained_variance", "mape")
"""Metrics of several targets together."""
MOST_COLUMNS = 20
"""Columns whose importance a brief report shows."""
BAR = 24
BLOCKS = " ▏▎▍▌▋▊▉█"
VERDICTS = {"better": "green", "worse": "red", "unclear": "dim", "same": "dim"}
"""Styles of the verdicts of a comparison."""


@dataclass(frozen=True)
class ReportTable:
    """A heading, remarks, and aligned columns; those in `numbers` to the right."""

    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: Sequence[int] = ()
    above: Sequence[str] = ()
    below: Sequence[str] = ()


def table_report(screen: Screen, table: ReportTable) -> None:
    """Write a table as text."""
    screen.heading(table.title)
    for remark in table.above:
        screen.line(f"  {remark}", "dim")
    screen.table(table.headers, table.rows, table.numbers)
    for remark in table.below:
        screen.line(f"  {remark}", "dim")


def tables_of(evaluation: "Evaluation", blocks: bool, *, brief: bool = False) -> Iterator[ReportTable]:
    """All tables but the gates; bars are drawn with block characters if `blocks`.

    If `brief`, importance only of the most important columns.
    """
    yield _metrics(evaluation)
    if evaluation.coverage is not None:
        yield _coverage(evaluation.coverage)
    if evaluation.set_coverage is not None:
        yield _set_coverage(evaluation.set_coverage)
    if evaluation.per_class is not None and evaluation.baseline_per_class is not None:
        yield _each("class", FEW_OF_CLASS, evaluation.per_class, evaluation.baseline_per_class)
    if evaluation.per_target is not None and evaluation.baseline_per_target is not None:
        yield target_table(evaluation.task, evaluation.per_target, evaluation.baseline_per_target)
    if evaluation.confusion is not None:
        labels = evaluation.confusion.labels
        rows = [
            [label, *(f"{number:,g}" for number in counts)]
            for label, counts in zip(labels, evaluation.confusion.counts, strict=True)
        ]
        title = "Confusion (rows: true class, columns: predicted)"
        yield ReportTable(title, ["", *labels], rows, range(1, len(labels) + 1))
    if evaluation.residuals is not None:
        names = list(next(iter(evaluation.residuals.values())))
        rows = [
            [label, *same_precision(values[name] for name in names)]
            for label, values in evaluation.residuals.items()
        ]
        yield ReportTable("Residuals (true - predicted)", ["target", *names], rows, range(1, len(names) + 1))
    for column, slices in evaluation.slices.items():
        yield _slices(column, slices, evaluation)
    if evaluation.comparison is not None:
        yield _comparison(evaluation, evaluation.comparison)
    if evaluation.importance is not None:
        yield _importance(
            evaluation.importance, blocks, MOST_COLUMNS if brief else len(evaluation.importance.columns)
        )


def metrics_table(
    title: str,
    metrics: Mapping[str, float | None],
    baseline: Mapping[str, float | None],
    reasons: Mapping[str, str] = MappingProxyType({}),
    spread: "Mapping[str, Interval | None] | None" = None,
    level: float = 0.0,
) -> ReportTable:
    """Each metric, its interval if there is one, and the baseline's; below, why a metric is missing."""
    headers = ["metric", "model", "baseline"]
    if spread is not None:
        headers.insert(2, f"{_percent(level)} interval")
    rows = []
    for name, value in metrics.items():
        between = [] if spread is None else spans([spread[name]])
        ours, trivial = same_precision([value, baseline[name]])
        rows.append([name, ours, *between, trivial])
    return ReportTable(title, headers, rows, range(1, len(headers)), below=_reasons(reasons))


def _reasons(reasons: Mapping[str, str]) -> list[str]:
    """Each reason once, behind the metrics that it is about."""
    by_reason: dict[str, list[str]] = {}
    for name, reason in reasons.items():
        by_reason.setdefault(reason, []).append(name)
    return [f"{', '.join(names)}: {reason}" for reason, names in by_reason.items()]


def _metrics(evaluation: "Evaluation") -> ReportTable:
    dropped = f" ({evaluation.dropped:,} more have no target)" if evaluation.dropped else ""
    title = f"Scores on {count(evaluation.rows, 'row')}{dropped}"
    spread = evaluation.intervals
    table = metrics_table(
        title, evaluation.metrics, evaluation.baseline, evaluation.reasons, spread, evaluation.level
    )
    below = list(table.below)
    if spread is not None:
        below.append(f"Intervals: bootstrap with {evaluation.resamples:,} resamples of the rows.")
    if evaluation.threshold is not None and set(evaluation.threshold) != {0.5}:
        several = evaluation.threshold if len(set(evaluation.threshold)) > 1 else evaluation.threshold[:1]
        below.append(f"Decision threshold: {', '.join(map(short, several))}.")
    return replace(table, below=below)


def target_table(task: str, scores: ByName, baseline: ByName | None = None) -> ReportTable:
    """Some metrics of each target or label."""
    return _each("target", FEW_OF_TARGET[task], scores, baseline)


def _each(kind: str, few: Sequence[str], scores: ByName, baseline: ByName | None) -> ReportTable:
    """Some metrics of each class or target, the baseline's for one of them, shares and rows of a class."""
    beside = "f1" if "f1" in few else few[0]
    of_shares = [name for name in SHARES if all(name in values for values in scores.values())]
    with_rows = all("support" in values for values in scores.values())
    headers = [kind, *few]
    headers += [f"baseline {beside}"] if baseline is not None else []
    headers += [*(SHARES[name] for name in of_shares), *(["rows"] if with_rows else [])]
    columns = [list(scores)]
    columns += [same_precision(values.get(name) for values in scores.values()) for name in few]
    if baseline is not None:
        columns.append(same_precision(baseline[label][beside] for label in scores))
    columns += [same_precision(values[name] for values in scores.values()) for name in of_shares]
    if with_rows:
        columns.append([f"{values['support']:,g}" for values in scores.values()])
    rows = list(zip(*columns, strict=True))
    title = {"class": "Classes", "target": "Targets"}[kind]
    return ReportTable(title, headers, rows, range(1, len(headers)))


def _coverage(found: "Coverage") -> ReportTable:
    named = {name: (each["coverage"], each["mean_width"]) for name, each in found.per_target.items()}
    if len(named) > 1:
        named["mean"] = (found.coverage, found.mean_width)
    shares, widths = zip(*named.values(), strict=True)
    rows = list(zip(named, same_precision(shares), same_precision(widths), strict=True))
    title = f"Coverage of the {_percent(found.level)} prediction intervals"
    return ReportTable(title, ["target", "coverage", "mean width"], rows, (1, 2))


def _set_coverage(found: "SetCoverage") -> ReportTable:
    named: dict[str, tuple[float | None, float | None]] = {
        name: (each["coverage"], each["mean_size"]) for name, each in found.per_class.items()
    }
    named |= {"all rows": (found.coverage, found.mean_size)}
    shares, sizes = zip(*named.values(), strict=True)
    rows = list(zip(named, same_precision(shares), same_precision(sizes), strict=True))
    single, macro = same_precision([found.single, found.coverage_macro])
    below = [
        f"{single} of the sets are of one class. The mean coverage of the classes is {macro}.",
        f"About {_percent(found.level)} are promised of all rows together, not of each class.",
    ]
    title = f"Coverage of the {_percent(found.level)} sets of classes"
    return ReportTable(title, ["true class", "coverage", "mean size"], rows, (1, 2), below=below)


def _slices(column: str, slices: "dict[str, SliceScores]", evaluation: "Evaluation") -> ReportTable:
    several = evaluation.task == "regression" and evaluation.per_target is not None
    few = WITHOUT_UNIT if several else FEW[evaluation.task]
    headers = [column, "rows", *few]
    if evaluation.intervals is not None:
        headers.insert(3, f"{_percent(evaluation.level)} interval")
    columns = [list(slices), [f"{found.rows:,}" for found in slices.values()]]
    columns += [same_precision(found.metrics[name] for found in slices.values()) for name in few]
    if evaluation.intervals is not None:
        intervals = [None if each.intervals is None else each.intervals[few[0]] for each in slices.values()]
        columns.insert(3, spans(intervals))
    rows = list(zip(*columns, strict=True))
    reasons = {each for found in slices.values() for each in found.reasons.items() if each[0] in few}
    below = [f"{name}: {reason}" for name, reason in sorted(reasons)]
    for name, gap in evaluation.gaps.get(column, {}).items():
        below += _gap(name, gap)
    return ReportTable(f"By {column}", headers, rows, range(1, len(headers)), below=below)


def _gap(name: str, gap: "Gap") -> list[str]:
    """A gap with the slices between which it is, and the slices that were left out."""
    left_out = [f"left out of {name}: {each}" for each in _reasons(gap.left_out)]
    if gap.highest is None or gap.lowest is None:
        return [f"{name}: {gap.reason}", *left_out]
    low, high = same_precision([gap.scores[gap.lowest], gap.scores[gap.highest]])
    said = f"{name}: {text(gap.value)}, from {low} ({gap.lowest}) to {high} ({gap.highest})"
    return [said, *left_out]


def _comparison(evaluation: "Evaluation", found: "Comparison") -> ReportTable:
    names = list(evaluation.metrics)
    below = [f"{name}: {reason}" for name, reason in found.reasons.items()]
    headers = ["metric", "this", "other", "difference"]
    rows: list[list[str]] = []
    for name in names:
        pair = evaluation.metrics[name], found.metrics[name]
        difference = same_precision([found.difference[name]], signed=True, scale=pair)
        rows.append([name, *same_precision(pair), *difference])
    if found.intervals is None or found.verdicts is None:
        said = (
            f"Compared with a saved result of {count(found.rows, 'row')}. "
            "Give the model file instead to see whether the differences are significant."
        )
        return ReportTable(
            f"Compared with {found.other}", headers, rows, range(1, 4), above=(said,), below=below
        )
    headers += [f"{_percent(found.level)} interval", ""]
    for row, name in zip(rows, names, strict=True):
        verdict = found.verdicts[name]
        row += [*spans([found.intervals[name]]), Styled(verdict, VERDICTS.get(verdict, ""))]
    said = (
        f'Paired bootstrap with {found.resamples:,} resamples of the same rows. "unclear": not significant.'
    )
    return ReportTable(f"Compared with {found.other}", headers, rows, range(1, 5), (said,))


def _importance(found: "Importance", blocks: bool, most_shown: int) -> ReportTable:
    columns = dict(list(found.columns.items())[:most_shown])
    drops = [each.drop for each in columns.values()]
    most = max((drop for drop in drops if drop is not None), default=0.0)
    intervals = spans(each.interval for each in columns.values())
    bars = [_bar(drop, most, blocks) for drop in drops]
    rows = list(zip(columns, same_precision(drops), intervals, bars, strict=True))
    said = (
        f"How much worse {found.metric} gets when the values of a column are shuffled "
        f"({count(found.repeats, 'time')}, {count(found.rows, 'row')})."
    )
    headers = ["column", "worse by", f"{_percent(found.level)} interval", ""]
    left = len(found.columns) - len(columns)
    below = [f"and {count(left, 'column')} of less importance (-v)"] if left else []
    return ReportTable("Importance", headers, rows, (1, 2), above=(said,), below=below)


def gates_of(gates: "Sequence[GateResult]") -> list[ReportTable]:
    """One table, if there are gates."""
    if not gates:
        return []
    rows = [
        [
            Styled("holds", "green") if gate.holds else Styled("FAILS", "bold red"),
            f"fail if {gate.gate}",
            found_by(gate),
        ]
        for gate in gates
    ]
    failed = sum(not gate.holds for gate in gates)
    title = f"Gates: {failed} of {len(gates)} failed" if failed else "Gates: all hold"
    return [ReportTable(title, ["", "gate", ""], rows)]


def found_by(gate: "GateResult") -> str:
    """The value that a verdict rests on, or why there is none."""
    # Not above: inspect, which shows tables too, starts without metrics.
    from mlpcli.metrics.gates import ColumnGate, SliceGate

    of = f" of {gate.column!r}" if isinstance(gate, ColumnGate) and gate.column is not None else ""
    left_out = ""
    if isinstance(gate, SliceGate):
        slices = " and ".join(repr(each) for each in gate.slices)
        of = f" {'between' if len(gate.slices) > 1 else 'for'} {slices}"
        left_out = "".join(f" (left out: {each})" for each in _reasons(gate.left_out))
    value = gate.value
    # A number of rows is whole; 1 may be an accuracy.
    whole = value is not None and value.is_integer() and value > 1
    number = text(int(value) if whole and value else value)
    return (gate.reason or f"it is {number}{of}") + left_out


def _bar(value: float | None, most: float, blocks: bool) -> str:
    """A bar as long as the value, to an eighth of a character if `blocks`."""
    if value is None or value <= 0 or most <= 0:
        return ""
    if not blocks:
        return "#" * round(value / most * BAR)
    eighths = round(value / most * BAR * 8)
    return (BLOCKS[8] * (eighths // 8) + BLOCKS[eighths % 8]).rstrip()


def _percent(level: float) -> str:
    return f"{level * 100:.10g} %"
