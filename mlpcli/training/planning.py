"""All of `train` but the training: what would be done, and everything that can be wrong with it."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlpcli.data.counts import CellCounts
from mlpcli.data.schema import Schema
from mlpcli.files import check_output, refuse_clashes
from mlpcli.model.blueprint import Blueprint
from mlpcli.model.encoded_rows import Data, paths_of
from mlpcli.nn.fitting import EpochRecord
from mlpcli.nn.network import LayerSummary, count_parameters
from mlpcli.options.run import choose_threads, usable_cores
from mlpcli.options.threshold import check_threshold
from mlpcli.preparation.finding import Finding
from mlpcli.preparation.prepare import Prepared
from mlpcli.preparation.training_data import prepared_for
from mlpcli.training.budget import changed_by_time, fit_to_time
from mlpcli.training.checkpointing import CheckpointFile
from mlpcli.training.ensemble import ExecutionMode, choose_mode
from mlpcli.training.identity import identity_of
from mlpcli.training.learning_rate import with_found_rate
from mlpcli.training.members import check_monitor
from mlpcli.training.memory import refuse_what_does_not_fit
from mlpcli.training.networks import batch_rows


@dataclass(frozen=True)
class TrainingPlan:
    """What is known when training starts; for whoever shows progress, and for a dry run."""

    schema: Schema
    settings: dict[str, Any]
    network: list[LayerSummary]
    rows: dict[str, int]
    epochs: int
    """Of each network, at most."""
    members: int
    mode: ExecutionMode
    headline: str
    threads: int
    counts: dict[str, CellCounts]
    """Of the table, and of a validation or test file."""
    notes: list[str]
    """What was guessed of files."""
    findings: list[Finding]
    encoders: list[dict[str, Any]]
    """As they are stored."""
    past: list[EpochRecord]
    """The epochs of an earlier training that goes on."""
    transferred: list[tuple[str, bool]] | None
    """Layers, and whether they start from the weights of another model, if there is one."""


@dataclass(frozen=True)
class ReadyTraining:
    """A training that is ready to begin."""

    prepared: Prepared
    plan: TrainingPlan
    keeper: CheckpointFile | None
    """Of the checkpoint, if there is to be one."""


def start(
    data: Data,
    target: "str | tuple[str, ...] | list[str] | None" = None,
    *,
    output: str | None = None,
    force: bool = False,
    checkpoint: str | None = None,
    reports: Mapping[str, str] | None = None,
    also_read: Sequence[str] = (),
    began: float | None = None,
    **settings: Any,
) -> ReadyTraining:
    """All of `train` but the training: what would be done is its `plan`.

    `began` is when the time limit starts, of `time.perf_counter`; `reports` and `also_read` as in `train`.
    """
    if target is not None:
        settings["target"] = (target,) if isinstance(target, str) else tuple(target)
    paths = paths_of(data)
    named = [settings.get(name) for name in ("from_model", "validation", "test")]
    inputs = [*also_read, *(each for each in named if isinstance(each, str))]
    inputs += paths if isinstance(paths, list) else []
    files = dict(reports or {}) | ({} if output is None else {"output": output})
    refuse_clashes(files | {"checkpoint": checkpoint})
    for name, path in files.items():
        # Those of the same run may be replaced; whether they are turns out below.
        check_output(path, force=force or checkpoint is not None, inputs=inputs, setting=name)
    keeper = None if checkpoint is None else CheckpointFile(checkpoint, inputs)
    try:
        return _started(data, settings, keeper, output, list(files.values()), began, force=force)
    except BaseException:
        if keeper is not None:
            keeper.close()
        raise


def _started(
    data: Data,
    settings: dict[str, Any],
    keeper: CheckpointFile | None,
    output: str | None,
    files: Sequence[str],
    began: float | None,
    *,
    force: bool,
) -> ReadyTraining:
    options, prepared = prepared_for(data, settings)
    check_monitor(prepared)
    held = bool(prepared.folds) or len(prepared.parts["validation"]) > 0
    check_threshold(prepared.options.decision, prepared.task.name, held)
    network = Blueprint.of(prepared.options, prepared.encoder, prepared.task, prepared.target)
    refuse_what_does_not_fit(network, prepared)
    step_products = network.largest_product * batch_rows(prepared)
    notes = list(prepared.notes)
    if options.run.time_limit is not None:
        spent = 0.0 if began is None else time.perf_counter() - began
        if keeper is not None and (settled := keeper.settled(options)) is not None:
            prepared = prepared.with_options(prepared.options.changed(**settled))
        else:
            usual = prepared.options
            prepared = fit_to_time(prepared, options, step_products, options.run.time_limit - spent)
            notes += changed_by_time(usual, prepared.options)
    prepared, of_rate = with_found_rate(prepared)
    chosen = prepared.options
    members = chosen.members
    cores = chosen.run.threads or usable_cores()
    assert chosen.training.epochs is not None
    rows = {name: len(part) for name, part in prepared.parts.items()} | {"dropped": prepared.dropped}
    total = float(rows["train"]) * chosen.training.epochs * count_parameters(network.parts()) * members
    # Members share the cores; a single network has them for itself.
    threads = 1 if members > 1 else choose_threads(chosen.run.threads, step_products)
    notes += of_rate
    past: list[EpochRecord] = []
    if keeper is not None:
        notes += keeper.adopt(identity_of(prepared, threads))
        past = keeper.history
        if not force:
            keeper.refuse_others(files, output)
        keeper.outputs(path for path in files if path != output)
    plan = TrainingPlan(
        prepared.schema,
        chosen.values(),
        network.summary(),
        rows,
        chosen.training.epochs,
        members,
        choose_mode(members, cores, step_products, total),
        prepared.task.headline,
        threads,
        prepared.counts,
        notes,
        prepared.findings,
        prepared.encoder.to_stored()[0],
        past,
        None if prepared.transfer is None else prepared.transfer.described,
    )
    return ReadyTraining(prepared, plan, keeper)
