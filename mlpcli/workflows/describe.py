"""`mlpcli describe`: what is in the columns of a table, and what training would do with each."""

from dataclasses import replace
from typing import Any

import numpy as np

from mlpcli.data.reading.opening import open_table
from mlpcli.data.reading.table import Table
from mlpcli.data.schema import LEARNED
from mlpcli.errors import DataError, SettingsError
from mlpcli.model.encoded_rows import Data, left_out, paths_of
from mlpcli.model.model import Model
from mlpcli.model.tasks import Regression
from mlpcli.options.options import SETTINGS_CLASSES, Options
from mlpcli.options.run import TransferSettings
from mlpcli.preparation.cell_findings import level_findings
from mlpcli.preparation.columns import TrainingRows, training_rows
from mlpcli.preparation.deciding import DecidedTable, ReadTable, decide_table, empty_targets, read_table
from mlpcli.preparation.doctor import left_out_columns, mostly_missing
from mlpcli.preparation.doctor.infinite import infinite_cells
from mlpcli.preparation.doctor.sentinels import sentinels_in
from mlpcli.preparation.finding import Finding, by_gravity
from mlpcli.progress import OnProgress, unwatched
from mlpcli.workflows.description.columns import copy_of, described_columns
from mlpcli.workflows.description.examination import Examination, examine_table, refusal
from mlpcli.workflows.description.relations import related
from mlpcli.workflows.description.result import INPUT, Description
from mlpcli.workflows.keyword_settings import takes

DESCRIBED_BY = tuple(each for each in SETTINGS_CLASSES if each is not TransferSettings)
"""The settings of `describe`: those of a training that does not start from a model."""


@takes(*DESCRIBED_BY)
def describe(
    data: Data,
    target: "str | tuple[str, ...] | list[str] | None" = None,
    *,
    by_target: bool = False,
    on_progress: OnProgress | None = None,
    **settings: Any,
) -> Description:
    """Statistics of each column of `data` (paths, or a DataFrame), and what a training would do with it.

    With a `target` also how well each column alone predicts it, and what is found about both. `by_target`
    adds the target to histograms and levels, as for a picture. Raises MlpcliError with a hint if the table
    cannot be read, or a column is named that is not there; that it cannot be learned from is a finding.
    """
    watch = on_progress or unwatched
    if target is not None:
        settings["target"] = (target,) if isinstance(target, str) else tuple(target)
    if isinstance(data, Model):
        raise DataError(
            "a model is not a table", "Give paths, or a DataFrame; `mlpcli inspect` shows a model."
        )
    given = Options.from_values(settings)
    empties, dropped = empty_targets(given.data), given.data.drop
    with open_table(paths_of(data), given.reading, empties, dropped, watch) as table:
        read = read_table(table, given, describes=True)
        decided, rows, findings = _decided(table, read)
        findings += rows.findings
        columns = described_columns(table, read, rows, decided, on_progress=watch)
        description = Description(
            name=table.name,
            rows=len(read.frame),
            columns=columns,
            crosses=len(columns) - len(table.columns),
            target=read.roles.target,
            dropped=rows.dropped,
            notes=[*table.notes, *left_out(rows.weightless, table.name)],
        )
        examination = Examination()
        inputs = [each for each in rows.columns if each.kind in LEARNED]
        infinite = infinite_cells(inputs, rows.frame)
        if decided is not None:
            description = related(description, decided, by_target=by_target, on_progress=watch)
            if not infinite:  # else it would be refused
                examination = examine_table(table, decided)
                findings += examination.findings
        if not examination.rows:
            findings += level_findings(inputs, rows.frame, np.arange(len(rows.frame)), np.zeros(0, np.intp))
            regression = decided is not None and decided.schema.task == Regression.name
            numbers = read.roles.target if regression else ()
            findings += [*infinite, *sentinels_in(inputs, rows.frame, numbers)]
            findings += left_out_columns(rows.columns)
        inputs_of_table = [each for each in columns if each.use == INPUT and each.name in table.columns]
        missing = {each.name: each.statistics.missing for each in inputs_of_table}
        findings += mostly_missing(missing, description.rows, examination.findings)
    return replace(
        description,
        examined_rows=examination.rows,
        told=examination.told,
        findings=by_gravity(findings),
    )


def _decided(table: Table, read: ReadTable) -> tuple[DecidedTable | None, TrainingRows, list[Finding]]:
    """The table as a training decides, if that is possible; else its columns, and why it is not."""
    refused = []
    roles, settings = read.roles, read.options.data
    if roles.target:
        try:
            decided = decide_table(table, replace(read, frame=copy_of(read.frame)))
            return decided, decided.rows, []
        except (DataError, SettingsError) as error:
            refused = [refusal(error)]
            roles = replace(roles, target=(), weight=None)
            settings = replace(settings, strict=False, allow_unreadable=True)
    options = replace(read.options, data=settings)
    rows = training_rows(table, copy_of(read.frame), read.columns, roles, options)
    # The reasons are in the findings on columns that are left out.
    reasons = [f"{column.name}: {column.reason}" for column in rows.columns]
    refused = [
        replace(each, advice="") if any(said in each.advice for said in reasons) else each for each in refused
    ]
    return None, rows, refused
