"""Trials judged: on rows that chose them, on rows that none saw, and together."""

from collections.abc import Mapping
from typing import Any

from mlpcli.data.reading.source import ReadingSettings
from mlpcli.model.encoded_rows import Data
from mlpcli.model.model import Model
from mlpcli.preparation.dealing import OuterRows
from mlpcli.settings import described_fields
from mlpcli.training.assembly import assemble, receipt
from mlpcli.training.brackets import Trial
from mlpcli.training.held_out import score_parts
from mlpcli.training.search import CANDIDATES, Search
from mlpcli.training.shares import with_shares
from mlpcli.workflows.evaluate import evaluate
from mlpcli.workflows.evaluation.result import Evaluation
from mlpcli.workflows.search.some_of import some_of
from mlpcli.workflows.search.tuned import Judged

RESAMPLES = 200
"""For the interval of an outer score."""
AT_EVALUATION = frozenset({*described_fields(ReadingSettings), "allow_unreadable"})
"""Settings of a training that also say how the rows to score are read."""


def judged(search: Search, trial: Trial, data: Data, rows: OuterRows, fixed: Mapping[str, Any]) -> Judged:
    """The scores of a trial, whose networks learned from a part of the data."""
    prepared = search.prepared
    model, held, _ = assemble(prepared, trial.members)
    inner = score_parts(model, prepared, held)["validation"]
    if not len(rows.scored):
        return Judged(trial=trial, inner=inner, outer=None)
    model.artifact.receipt.update(
        receipt(data, "", model.artifact),
        rows={part: len(each) for part, each in prepared.parts.items()},
        digest=prepared.digest,
    )
    return Judged(trial=trial, inner=inner, outer=_outer(model, some_of(data, rows.scored), fixed))


def _outer(model: Model, rows: Data, fixed: Mapping[str, Any]) -> Evaluation:
    reading = {name: value for name, value in fixed.items() if name in AT_EVALUATION}
    return evaluate(model, rows, bootstrap=RESAMPLES, **reading)


def kept_trials(search: Search, count: int) -> list[tuple[Trial, float]]:
    """The winner alone, or so many trials that do best together, with their shares."""
    if count == 1:
        return [(search.winner, 1.0)]
    prepared = search.prepared
    places = [each.place for each in search.finished[:CANDIDATES]]
    for _ in range(2):  # of all, then of those that are kept
        members = [member for place in places for member in search.trials[place].members]
        shares = dict.fromkeys(places, 0.0)
        for member, share in zip(*with_shares(prepared, members), strict=True):
            shares[prepared.configuration_of(member.number)] += share
        places = sorted((each for each in places if shares[each]), key=lambda each: (-shares[each], each))
        places = places[:count]
    return [(search.trials[place], shares[place]) for place in places]
