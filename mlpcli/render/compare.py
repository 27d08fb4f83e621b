"""Trainings and scores side by side: for people as text and Markdown, and as the fields of a JSON object."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any

from mlpcli.errors import Sentence, count
from mlpcli.headlines import HEADLINES, MOST_HEADLINES
from mlpcli.metrics import METRICS
from mlpcli.number_text import MISSING, Number, same_precision
from mlpcli.render.compared_curves import curves_report
from mlpcli.render.console import Screen
from mlpcli.render.evaluation.report import markdown_tables
from mlpcli.render.evaluation.tables import ReportTable, table_report
from mlpcli.render.formatting import duration, file_size, span
from mlpcli.render.model_tables import setting_text
from mlpcli.render.table_layout import Styled
from mlpcli.workflows.compare import metrics_of
from mlpcli.workflows.comparing.compared_file import (
    EVALUATED,
    OUT_OF_FOLD,
    TEST,
    TRAIN_LOSS,
    TRAINING,
    VALIDATION,
    VALIDATION_LOSS,
)

if TYPE_CHECKING:
    from mlpcli.workflows.compare import FileComparison, ScoreTable
    from mlpcli.workflows.comparing.compared_file import ComparedFile

BEST, OTHER = " *", "  "
"""Endings of the best value and of the others, which keep the digits aligned."""
MOST_SETTINGS = 20
"""Settings that a brief report shows; another preset changes some thirty."""
MOST_LONG = 60
"""Characters of a setting's value."""
KNOWN_PARTS = (TEST, VALIDATION, TRAINING, EVALUATED)


def report(screen: Screen, comparison: "FileComparison") -> None:
    """Write the tables and all curves in one picture."""
    for table in tables_of(comparison, screen.told, every=screen.verbose):
        table_report(screen, table)
    curves_report(screen, comparison)


def markdown(screen: Screen, comparison: "FileComparison") -> None:
    """Write the tables as Markdown for a pull request."""
    markdown_tables(screen, tables_of(comparison, screen.told))


def tables_of(
    comparison: "FileComparison", told: "Callable[[str], str]", *, every: bool = False
) -> Iterator[ReportTable]:
    """The settings that differ, scores on each part of the rows, and trainings; with `every`, all metrics.

    `told` gives a text with settings called as on the screen.
    """
    several = len(comparison.targets) > 1
    yield from _settings(comparison, told, every=every)
    for table in comparison.tables:
        names = _names(table, comparison.metric, every=every)
        if names:
            yield _scores(table, names, several=several)
    if comparison.trained:
        yield _trainings(comparison, told)


def _settings(
    comparison: "FileComparison", told: "Callable[[str], str]", *, every: bool
) -> Iterator[ReportTable]:
    """The settings that differ: files below one another, or settings if these are more.

    Without `every` the first ones, where a preset has changed many.
    """
    files = comparison.with_settings
    if len(files) < 2:
        return
    differ = {
        told(Sentence(f"{{{name}}}")) if name.isidentifier() else name: [_value(each) for each in values]
        for name, values in sorted(comparison.settings.items(), key=lambda each: each[0] != "preset")
    }
    if len({each.data for each in files if each.data}) > 1:
        differ = {"data": [", ".join(each.data) or MISSING for each in files]} | differ
    names, title = [each.name for each in files], "Settings that differ"
    rows = dict(list(differ.items())[: None if every else MOST_SETTINGS])
    left = len(differ) - len(rows)
    below = [f"and {count(left, 'more setting')} (-v)"] if left else []
    if not rows:
        yield ReportTable(title, ["none"], [])
    elif len(rows) > len(files):
        cells = [[name, *values] for name, values in rows.items()]
        yield ReportTable(title, ["setting", *names], cells, below=below)
    else:
        cells = [list(each) for each in zip(names, *rows.values(), strict=True)]
        yield ReportTable(title, ["file", *rows], cells, below=below)


def _value(value: Any) -> str:
    if value is None or value in ("", [], ()):
        return MISSING
    text = "off" if value is False else setting_text(value)
    return text if len(text) <= MOST_LONG else f"{text[: MOST_LONG - 3]}..."


def _names(table: "ScoreTable", wanted: str | None, *, every: bool) -> list[str]:
    """The metrics that are shown of a table."""
    known = metrics_of(table)
    if wanted is not None or every:
        return [name for name in known if name == (wanted or name)]
    usual = [name for name in HEADLINES.get(table.task or "", ()) if name in known]
    return usual or known[:MOST_HEADLINES]


def _scores(table: "ScoreTable", names: Sequence[str], *, several: bool) -> ReportTable:
    """Scores of the files, the best of the same rows marked, and the baseline's where all have one."""
    alike = len(set(table.groups)) == 1
    counts = [each.rows.count for each in table.scores]
    columns = [[each.name for each in table.files]]
    headers = ["file"]
    if (shown := _rows(table)) is not None:
        headers.append("rows")
        columns.append(shown)
    baselines = [{name: each.baseline.get(name) for name in names} for each in table.scores]
    with_baseline = alike and all(each == baselines[0] for each in baselines) and any(baselines[0].values())
    columns[0] += ["baseline"] * with_baseline
    for name in names:
        values = [each.metrics.get(name) for each in table.scores]
        higher = name not in METRICS or METRICS[name].higher_is_better
        baseline = [baselines[0][name]] if with_baseline else []
        columns.append(marked(values, table.groups, higher_is_better=higher, unmarked=baseline))
    headers += [headed(name, cells) for name, cells in zip(names, columns[-len(names) :], strict=True)]
    rows = [list(row) for row in zip(*columns, strict=True)]
    title = _title(table.part, counts[0] if len(set(counts)) == 1 else None)
    if several and table.task:
        title += f": {', '.join(table.target)} ({table.task})"
    return ReportTable(title, headers, rows, range(1, len(headers)), below=list(_remarks(table, rows)))


def _rows(table: "ScoreTable") -> list[str] | None:
    """The numbers of rows if they differ, and a letter for each group of files that have the same rows."""
    counts = [each.rows.count for each in table.scores]
    lettered = 1 < len(set(table.groups)) < len(table.groups)
    if len(set(counts)) == 1 and not lettered:
        return None
    texts = [MISSING if number is None else f"{number:,}" for number in counts]
    if not lettered:
        return texts
    return [f"{text} {_letter(group)}" for text, group in zip(texts, table.groups, strict=True)]


def _title(part: str, rows: int | None) -> str:
    of_rows = "rows" if rows is None else count(rows, "row")
    if part == OUT_OF_FOLD:
        return f"Scores on {of_rows}, out-of-fold"
    if part not in KNOWN_PARTS:
        return f"Scores of {part}" + ("" if rows is None else f" on {of_rows}")
    return f"Scores on {of_rows.removesuffix('rows').removesuffix('row')}{part} {of_rows.split(' ')[-1]}"


def _letter(group: int) -> str:
    """a, b, ..., z, aa, ab, ..."""
    first, last = divmod(group, len(ascii_lowercase))
    return (_letter(first - 1) if first else "") + ascii_lowercase[last]


def _remarks(table: "ScoreTable", rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The meaning of the marks, and how far scores can be compared."""
    if any(cell.endswith(BEST) for row in rows for cell in row):
        yield "* best" + (" of the same rows" if len(set(table.groups)) > 1 else "")
    if len(table.groups) > len(set(table.groups)) > 1:
        yield "Same letter: same rows. Scores on different rows differ by chance, too."
    elif len(set(table.groups)) > 1:
        rows = "No two files have" if table.certain else "The files are not known to have"
        yield f"{rows} the same rows: scores on different rows differ by chance, too."
    if len(table.groups) > len(set(table.groups)) and not table.certain:
        yield "Not all files say which rows these are; the number of rows is the same."


def marked(
    values: Sequence[Number],
    groups: Sequence[int],
    *,
    higher_is_better: bool,
    unmarked: Sequence[Number] = (),
) -> list[str]:
    """Values of one precision, the best of each group of several marked, unless all of it read the same.

    `unmarked` values follow them.
    """
    texts = same_precision([*values, *unmarked])
    best: set[int] = set()
    for group in set(groups):
        places = [place for place, each in enumerate(groups) if each == group and values[place] is not None]
        if len({texts[place] for place in places}) > 1:
            choose = max if higher_is_better else min
            first = choose(places, key=lambda place: values[place] or 0.0)
            best |= {place for place in places if texts[place] == texts[first]}
    if not best:
        return texts
    return [
        Styled(text + BEST, "green") if place in best else text + OTHER for place, text in enumerate(texts)
    ]


def headed(header: str, cells: Sequence[str]) -> str:
    """The header, aligned with the digits of a column that has marks."""
    return header + OTHER if any(cell.endswith(BEST) for cell in cells) else header


@dataclass(frozen=True)
class _Column:
    header: str
    cells: list[str]


def _trainings(comparison: "FileComparison", told: "Callable[[str], str]") -> ReportTable:
    """Epochs, losses at the best one, time and sizes of the files that say something of a training."""
    files = comparison.trained
    columns = [
        _Column("file", [each.name for each in files]),
        _Column("best epoch", [_epochs(each) for each in files]),
        *_at_best(comparison),
        _Column("time", [MISSING if each.seconds is None else duration(each.seconds) for each in files]),
    ]
    if any(len(each.epochs) > 1 for each in files):
        columns.append(_Column("networks", [f"{len(each.epochs):,}" for each in files]))
    if any(each.parameters for each in files):
        columns.append(
            _Column("parameters", [span(each.parameters) if each.parameters else MISSING for each in files])
        )
    if any(each.size is not None for each in files):
        columns.append(
            _Column("size", [MISSING if each.size is None else file_size(each.size) for each in files])
        )
    rows = [list(row) for row in zip(*(each.cells for each in columns), strict=True)]
    below = ["* best"] if any(cell.endswith(BEST) for row in rows for cell in row) else []
    below += [told(each) for each in _loss_remarks(comparison)]
    title = "Training" + (", values at the best epoch" if len(columns) > 3 else "")
    return ReportTable(title, [each.header for each in columns], rows, range(1, len(columns)), below=below)


def _epochs(file: "ComparedFile") -> str:
    trained = f"{span(file.epochs)}"
    return f"{span(file.best_epochs)} of {trained}" if file.best_epochs else f"- of {trained}"


def _at_best(comparison: "FileComparison") -> Iterator[_Column]:
    """Losses at the best epoch, and metrics if a file has no other scores."""
    files = comparison.trained
    groups = comparison.loss_groups
    unmarked = list(range(len(files)))  # each a group of its own
    names = [TRAIN_LOSS, VALIDATION_LOSS]
    if not all(each.scores for each in files):
        measured = dict.fromkeys(name for each in files for name in each.at_best if name in METRICS)
        names += [name for name in measured if comparison.metric in (None, name)]
    for name in names:
        values = [each.at_best.get(name) for each in files]
        if all(each is None for each in values):
            continue
        higher = name in METRICS and METRICS[name].higher_is_better
        compared = groups is not None and name != TRAIN_LOSS
        cells = marked(values, groups if compared and groups else unmarked, higher_is_better=higher)
        yield _Column(headed(name if name in METRICS else name.replace("_", " "), cells), cells)


def _loss_remarks(comparison: "FileComparison") -> Iterator[str]:
    """How far losses can be compared."""
    files, groups = comparison.trained, comparison.loss_groups
    if len(files) < 2:
        return
    if len(comparison.targets) > 1:
        yield "Losses cannot be compared: the targets differ."
    elif names := comparison.different_losses:
        differ = Sentence.joined([Sentence(f"{{{name}}}") for name in names], ", ")
        yield Sentence.joined(["Losses cannot be compared, as these differ: ", differ])
    elif groups is not None and any(each.at_best.get(VALIDATION_LOSS) is not None for each in files):
        known = [each.held_out.known for each in files]
        if all(known) and len(set(groups)) > 1:
            yield "Not all validation losses are of the same rows."
        elif any(known) and not all(known):
            yield "Not all files say which rows were held out, so losses may be of different rows."
        elif not any(known):
            said = "A history does not say which rows were held out: compare those of one table and {seed}."
            yield Sentence(said)


def fields(comparison: "FileComparison") -> dict[str, Any]:
    """The JSON fields of `compare`."""
    names = [each.name for each in comparison.with_settings]
    return {
        "files": [_file(each) for each in comparison.files],
        "settings": {
            name: dict(zip(names, values, strict=True)) for name, values in comparison.settings.items()
        },
        "scores": [
            {
                "part": table.part,
                "task": table.task,
                "target": table.target,
                "files": [
                    {
                        "name": file.name,
                        "rows": scores.rows.count,
                        "same_rows": _letter(group),
                        "metrics": scores.metrics,
                        "baseline": scores.baseline,
                    }
                    for file, scores, group in zip(table.files, table.scores, table.groups, strict=True)
                ],
                "rows_known": table.certain,
            }
            for table in comparison.tables
        ],
    }


def _file(file: "ComparedFile") -> dict[str, Any]:
    return {
        "name": file.name,
        "path": file.path,
        "kind": file.kind,
        "task": file.task,
        "target": file.target,
        "epochs": file.epochs,
        "best_epochs": file.best_epochs,
        "at_best": file.at_best,
        "course": None if file.course is None else {**file.course.losses, **file.course.metrics},
        "parameters": file.parameters,
        "seconds": file.seconds,
        "bytes": file.size,
    }
