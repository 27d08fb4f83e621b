"""All of `train` but the training: what would be done, and everything that can be wrong with it."""

import time
from dataclasses import dataclass
from typing import Any

from mlpcli.data.counts import CellCounts
from mlpcli.data.schema import Schema
from mlpcli.files import check_output
from mlpcli.nn.network import LayerSummary, count_parameters
from mlpcli.workflows.budget import fit_to_time
from mlpcli.workflows.building import Plan, batch_rows, refuse_what_does_not_fit
from mlpcli.workflows.decisions import check_threshold
from mlpcli.workflows.doctor import Finding
from mlpcli.workflows.ensemble import Manner, choose_manner
from mlpcli.workflows.members import check_monitor
from mlpcli.workflows.options import Options
from mlpcli.workflows.parts import Data, paths_of
from mlpcli.workflows.preparation import Prepared, prepare
from mlpcli.workflows.run import choose_threads, generators, usable_cores


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
    manner: Manner
    headline: str
    threads: int
    counts: dict[str, CellCounts]
    """Of the table, and of a validation or test file."""
    notes: list[str]
    """What was guessed of files."""
    findings: list[Finding]
    encoders: list[dict[str, Any]]
    """As they are stored."""


@dataclass(frozen=True)
class Started:
    """A training that is ready to begin."""

    prepared: Prepared
    plan: TrainingPlan


def start(
    data: Data,
    target: "str | tuple[str, ...] | list[str] | None" = None,
    *,
    output: str | None = None,
    force: bool = False,
    began: float | None = None,
    **settings: Any,
) -> Started:
    """All of `train` but the training: what would be done is its `plan`.

    `began` is when the time limit starts, of `time.perf_counter`.
    """
    if target is not None:
        settings["target"] = (target,) if isinstance(target, str) else tuple(target)
    options = Options.from_values(settings)
    if output is not None:
        paths = paths_of(data)
        check_output(output, force=force, inputs=paths if isinstance(paths, list) else ())
    prepared = prepare(data, options, generators(options.run.seed)["split"])
    check_monitor(prepared)
    held = bool(prepared.folds) or len(prepared.parts["validation"]) > 0
    check_threshold(prepared.options.decision, prepared.task.name, held)
    network = Plan.of(prepared.options, prepared.encoder, prepared.task, prepared.target)
    refuse_what_does_not_fit(network, prepared)
    if options.run.time_limit is not None:
        spent = 0.0 if began is None else time.perf_counter() - began
        products = network.largest_product * batch_rows(prepared)
        prepared = fit_to_time(prepared, options, products, options.run.time_limit - spent)
    chosen = prepared.options
    members, step_products = chosen.members, network.largest_product * batch_rows(prepared)
    cores = chosen.run.threads or usable_cores()
    assert chosen.training.epochs is not None
    rows = {name: len(part) for name, part in prepared.parts.items()} | {"dropped": prepared.dropped}
    total = float(rows["train"]) * chosen.training.epochs * count_parameters(network.parts()) * members
    # Members share the cores; a single network has them for itself.
    threads = 1 if members > 1 else choose_threads(chosen.run.threads, step_products)
    plan = TrainingPlan(
        prepared.schema,
        chosen.values(),
        network.summary(),
        rows,
        chosen.training.epochs,
        members,
        choose_manner(members, cores, step_products, total),
        prepared.task.headline,
        threads,
        prepared.counts,
        prepared.notes,
        prepared.findings,
        prepared.encoder.to_stored()[0],
    )
    return Started(prepared, plan)
