"""A cross-validation for people, as text or as Markdown, and as the fields of a JSON object."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mlpcli.errors import Sentence, count
from mlpcli.headlines import HEADLINES
from mlpcli.number_text import same_precision
from mlpcli.render.console import Screen
from mlpcli.render.evaluation.report import markdown_tables
from mlpcli.render.evaluation.tables import ReportTable, gates_of, table_report
from mlpcli.render.formatting import duration

if TYPE_CHECKING:
    from mlpcli.preparation.dealing import Way
    from mlpcli.workflows.search.result import CrossValidation, Versus

HOW: "Mapping[Way, str]" = {
    "random": "at random",
    "classes": "with the same share of each class",
    "groups": "of whole groups",
    "time": "by time: each is scored by a training on all rows before it",
    "column": "as the column says",
}


NOT_IN_JSON = ("predictions", "headline", "findings")
"""Fields of a run."""


def report(screen: Screen, found: "CrossValidation", files: str) -> None:
    """Scores over all folds next to the baseline's; of a verbose screen all metrics, and each fold."""
    screen.line()
    screen.pairs(_facts(found, files))
    for table in [*_tables(found, whole=screen.verbose), *gates_of(found.gates)]:
        table_report(screen, table)
    screen.line()
    screen.pairs([("trained", _times(found))])


def markdown(screen: Screen, found: "CrossValidation", files: str) -> None:
    """The tables as Markdown, gates first, and what was measured above them."""
    scores, *others = _tables(found, whole=screen.verbose)
    scores = replace(scores, above=[f"{label}: {said}" for label, said in _facts(found, files)])
    markdown_tables(screen, [*gates_of(found.gates), scores, *others])


def fields(found: "CrossValidation", data: Sequence[str]) -> dict[str, Any]:
    """The JSON fields of `cv`."""
    dealt = found.dealt
    return {
        "data": list(data),
        "task": dealt.schema.task,
        "target": dealt.schema.target,
        "rows": found.scored,
        "apart": dealt.apart,
        "dropped": dealt.rows - dealt.counted,
        "folds_by": dealt.how,
        "split_digest": dealt.digest,
        "repeats": dealt.repeats,
        "headline": found.headline,
        "metrics": {name: each.mean for name, each in found.metrics.items()},
        "deviations": {name: each.deviation for name, each in found.metrics.items()},
        "baseline": {name: each.mean for name, each in found.baseline.items()},
        "settings": found.settings,
        "runs": [_run(each) for each in found.runs],
        "versus": None if found.versus is None else _versus_fields(found.versus),
        "gates": found.gates,
        "seconds": found.seconds,
    }


def _run(run: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(run).items() if name not in NOT_IN_JSON}


def _versus_fields(versus: "Versus") -> dict[str, Any]:
    return {
        "options": versus.options,
        "metrics": {name: each.mean for name, each in versus.metrics.items()},
        "deviations": {name: each.deviation for name, each in versus.metrics.items()},
        "differences": {
            name: vars(each) | {"is_clear": each.is_clear, "is_better": versus.is_better(name)}
            for name, each in versus.differences.items()
        },
        "runs": [_run(each) for each in versus.runs],
    }


def _facts(found: "CrossValidation", files: str) -> list[tuple[str, str]]:
    dealt, schema = found.dealt, found.dealt.schema
    rows = count(dealt.counted - dealt.apart, "row")
    if dealt.apart:
        rows += f"; {dealt.apart:,} kept apart for a test"
    if (uncounted := dealt.rows - dealt.counted - dealt.duplicates) > 0:
        rows += f"; {uncounted:,} without target or weight"
    if dealt.duplicates:
        rows += f"; {dealt.duplicates:,} equal to an earlier one left out"
    return [
        ("data", f"{files}, {rows}"),
        ("target", f"{', '.join(schema.target)} ({schema.task}: {schema.task_reason})"),
        ("folds", f"{found.folds}, {HOW[dealt.how]}"),
    ]


def _tables(found: "CrossValidation", *, whole: bool) -> Iterator[ReportTable]:
    metrics, baseline = found.metrics, found.baseline
    names = [found.headline, *(name for name in HEADLINES[found.dealt.schema.task] if name != found.headline)]
    names = [name for name in names if metrics[name].mean is not None]
    if whole:
        names += [name for name in metrics if name not in names and metrics[name].mean is not None]
    rows = []
    for name in names:
        mean, spread, trivial = same_precision(
            [metrics[name].mean, metrics[name].deviation, baseline[name].mean]
        )
        rows.append([name, f"{mean} ± {spread}", trivial])
    below = [
        f"Mean ± standard deviation over {found.folds}. Each row was scored by trainings that never saw it."
    ]
    reasons = {name: reason for run in found.runs for name, reason in run.reasons.items()}
    for name in names:
        if (runs := metrics[name].runs) < len(found.runs):
            below.append(f"{name}: {runs} of {len(found.runs)} folds ({reasons[name]})")
    yield ReportTable("Scores", ["metric", "cross-validated", "baseline"], rows, (1, 2), below=below)
    if found.versus is not None:
        yield _versus_table(found, found.versus, names)
    if whole:
        yield _folds(found, names)


def _versus_table(found: "CrossValidation", versus: "Versus", names: Sequence[str]) -> ReportTable:
    rows = []
    for name in names:
        difference = versus.differences.get(name)
        if difference is None:
            continue
        ours, theirs = same_precision([found.metrics[name].mean, versus.metrics[name].mean])
        mean, low, high = same_precision([difference.mean, difference.low, difference.high], signed=True)
        better = "better" if versus.is_better(name) else "worse"
        verdict = f"clearly {better}" if difference.is_clear else "unclear"
        rows.append([name, ours, theirs, mean, f"{low} to {high}", verdict])
    headers = ["metric", "first", "second", "difference", "95 % interval", "second is"]
    below = [
        f"First: as given. Second: also {versus.options}. The same folds.",
        "Corrected resampled t test (Nadeau and Bengio 2003), as folds share training rows.",
    ]
    return ReportTable("Comparison", headers, rows, (1, 2, 3, 4), below=below)


def _folds(found: "CrossValidation", names: Sequence[str]) -> ReportTable:
    few = [name for name in HEADLINES[found.dealt.schema.task] if name in names]
    columns = [same_precision(run.metrics[name] for run in found.runs) for name in few]
    rows = [
        [*(f"{each:,}" for each in (run.repeat + 1, run.fold + 1, run.learned, run.scored)), *values]
        for run, values in zip(found.runs, zip(*columns, strict=True), strict=True)
    ]
    rows = [[*row, _epochs(run.epochs)] for row, run in zip(rows, found.runs, strict=True)]
    headers = ["repeat", "fold", "to train", "scored", *few, "best epoch"]
    return ReportTable("Folds", headers, rows, range(len(headers)))


def _epochs(epochs: Sequence[int]) -> str:
    lowest, highest = min(epochs), max(epochs)
    return f"{lowest:,}" if lowest == highest else f"{lowest:,} to {highest:,}"


def _times(found: "CrossValidation") -> str:
    runs = len(found.runs) * (1 if found.versus is None else 2)
    return Sentence("{} times in {}", f"{runs:,}", duration(found.seconds))
