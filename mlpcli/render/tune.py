"""A search for settings for people, as text or as Markdown, and as the fields of a JSON object."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mlpcli.errors import count
from mlpcli.headlines import HEADLINES
from mlpcli.number_text import same_precision
from mlpcli.render.console import Screen
from mlpcli.render.evaluation.report import markdown_tables
from mlpcli.render.evaluation.tables import ReportTable, table_report
from mlpcli.render.formatting import changes_text, duration, option_name, setting_text

if TYPE_CHECKING:
    from mlpcli.training.brackets import Trial
    from mlpcli.workflows.search.tuned import Judged, Tuning

MOST_TRIALS = 3
"""In a brief report."""
OPTIMISTIC = 0.01
"""From which share on a word is said about it."""


def report(screen: Screen, found: "Tuning", files: Sequence[str], line: str) -> None:
    """The winner's settings and scores, the best trials, and the command that trains it."""
    screen.line()
    screen.pairs(_facts(found, files))
    for table in _tables(found, whole=screen.verbose):
        table_report(screen, table)
    screen.line()
    screen.line(line)
    if found.model is not None:
        screen.line()
        screen.pairs([("model", _model(found))])


def markdown(screen: Screen, found: "Tuning", files: Sequence[str], line: str) -> None:
    """The tables as Markdown, with what was searched above them and the command below."""
    first, *others = _tables(found, whole=screen.verbose)
    first = replace(first, above=[f"{label}: {said}" for label, said in _facts(found, files)])
    markdown_tables(screen, [first, *others])
    screen.raw(f"\n    {line}")


def fields(found: "Tuning", data: Sequence[str], line: str) -> dict[str, Any]:
    """The JSON fields of `tune`."""
    rows = found.rows
    return {
        "data": list(data),
        "task": rows.schema.task,
        "target": rows.schema.target,
        "rows": len(rows.scored),
        "searched": rows.counted - rows.apart - len(rows.scored),
        "apart": rows.apart,
        "split_digest": rows.digest,
        "headline": found.headline,
        "metrics": None if found.winner.outer is None else found.winner.outer.metrics,
        "baseline": None if found.winner.outer is None else found.winner.outer.baseline,
        "winner": _judged_fields(found.winner),
        "first": None if found.usual is None else _judged_fields(found.usual),
        "optimism": found.optimism,
        "trials": [_trial_fields(each, found.headline) for each in found.trials],
        "kept": [{"trial": trial.place + 1, "share": share} for trial, share in found.kept],
        "settings": found.settings,
        "command_line": line,
        "model": None if found.model is None else found.model.output,
        "seconds": found.seconds,
    }


def _judged_fields(judged: "Judged") -> dict[str, Any]:
    outer = judged.outer
    return {
        "trial": judged.trial.place + 1,
        "changes": judged.trial.configuration.changes,
        "inner": judged.inner.metrics,
        "outer": None if outer is None else outer.metrics,
        "intervals": None if outer is None else outer.intervals,
    }


def _trial_fields(trial: "Trial", metric: str) -> dict[str, Any]:
    return {
        "trial": trial.place + 1,
        "changes": trial.configuration.changes,
        "epochs": trial.epochs,
        "finished": trial.finished,
        "loss": trial.loss,
        metric: trial.scores.get(metric),
    }


def _facts(found: "Tuning", files: Sequence[str]) -> list[tuple[str, str]]:
    rows = found.rows
    names = ", ".join("stdin" if each == "-" else each for each in files)
    said = f"{names}, {count(rows.counted - rows.apart, 'row')}"
    if len(rows.scored):
        said += f"; {len(rows.scored):,} that no trial sees"
    if rows.apart:
        said += f"; {rows.apart:,} more kept apart for a test"
    whole = len(found.finished)
    return [
        ("data", said),
        ("target", f"{', '.join(rows.schema.target)} ({rows.schema.task}: {rows.schema.task_reason})"),
        ("search", f"{count(len(found.trials), 'trial')}, {whole:,} to the end, {duration(found.seconds)}"),
    ]


def _tables(found: "Tuning", *, whole: bool) -> Iterator[ReportTable]:
    yield _scores(found, whole=whole)
    if found.changes:
        rows = [
            [option_name(name), setting_text(found.first[name]), setting_text(value)]
            for name, value in found.changes.items()
        ]
        yield ReportTable("Settings", ["setting", _first(found), "winner"], rows)
    yield _trials(found, whole=whole)


def _first(found: "Tuning") -> str:
    """What the first trial is called."""
    return "preset" if found.begins_with_preset else "first trial"


def _scores(found: "Tuning", *, whole: bool) -> ReportTable:
    """The winner's scores beside the preset's and the baseline's, where they say most."""
    winner, usual, task = found.winner, found.usual, found.rows.schema.task
    names = [found.headline, *(name for name in HEADLINES[task] if name != found.headline)]
    if whole:
        names += [name for name in winner.inner.metrics if name not in names]
    outer = winner.outer
    columns = [winner.inner.metrics if outer is None else outer.metrics]
    headers = ["metric", "winner"]
    if usual is not None:
        columns.append(usual.inner.metrics if usual.outer is None else usual.outer.metrics)
        headers.append(_first(found))
    columns.append(winner.inner.baseline if outer is None else outer.baseline)
    rows = []
    for name in names:
        interval = None if outer is None else (outer.intervals or {}).get(name)
        *shown, low, high = same_precision([*(each[name] for each in columns), *(interval or (None, None))])
        if outer is not None:
            shown.insert(1, "-" if interval is None else f"{low} to {high}")
        rows.append([name, *shown])
    below = []
    if usual is None:
        below.append("The first trial came to no end: its loss is not finite.")
    elif not found.changes:
        own = "the preset's own" if found.begins_with_preset else "those of the first trial"
        below.append(f"No settings are better than {own} by more than chance would explain.")
    if outer is None:
        below.append("These are the rows that chose the winner, so it looks better than it is.")
        title = "Scores"
    else:
        below += _on_optimism(found)
        headers.insert(2, "95 % interval")
        title = "Scores on rows that no trial saw"
    headers.append("baseline")
    numbers = [place for place in range(1, len(headers)) if headers[place] != "95 % interval"]
    return ReportTable(title, headers, rows, numbers, below=below)


def _on_optimism(found: "Tuning") -> list[str]:
    optimism, outer = found.optimism, found.winner.outer
    if optimism is None or outer is None or not found.changes:
        return []
    name = found.headline
    inner = same_precision([found.winner.inner.metrics[name], outer.metrics[name]])[0]
    said = f"On the rows that chose it the winner has {name} {inner}"
    if optimism < OPTIMISTIC:
        return [f"{said}: choosing has not flattered it."]
    return [f"{said}: it looks {100 * optimism:.0f} % better than it is, as the best of many does."]


def _trials(found: "Tuning", *, whole: bool) -> ReportTable:
    ranked = found.finished
    if whole:
        ranked = [*ranked, *(each for each in found.trials if not each.finished)]
    shown = ranked if whole else ranked[:MOST_TRIALS]
    losses = same_precision([each.loss for each in shown])
    scores = same_precision([each.scores.get(found.headline) for each in shown])
    shares = {trial.place: share for trial, share in found.kept} if len(found.kept) > 1 else {}
    rows = []
    for trial, loss, score in zip(shown, losses, scores, strict=True):
        changes = changes_text(trial.configuration.changes) or f"as the {_first(found)}"
        rows.append([f"{trial.place + 1:,}", loss, score, f"{trial.epochs:,}", changes])
        if shares:
            rows[-1].insert(1, f"{100 * shares[trial.place]:.0f} %" if trial.place in shares else "")
    headers = ["trial", *["share"] * bool(shares), "loss", found.headline, "epochs", "settings"]
    left, cut = len(ranked) - len(shown), len(found.trials) - len(found.finished)
    said = [f"{left:,} more to the end"] * bool(left) + [f"{cut:,} cut earlier"] * bool(cut)
    below = [] if whole or not said else [f"Not shown: {', '.join(said)} (-v)."]
    if found.winner.trial.configuration.options.repetitions > 1:
        below.append("Loss and score are means over networks; above all held-out rows are taken together.")
    if whole and cut:
        below.append("Trials that were cut show the loss of the networks and epochs until then.")
    numbers = range(len(headers) - 1)
    return ReportTable("Best trials", headers, rows, numbers, below=below)


def _model(found: "Tuning") -> str:
    of = "the winner" if len(found.kept) == 1 else f"{len(found.kept):,} settings together"
    assert found.model is not None
    rows = f"all rows but the {found.rows.apart:,} for a test" if found.rows.apart else "all rows"
    return f"{found.model.output}: {of}, of {rows}, trained in {duration(found.model.seconds)}"
