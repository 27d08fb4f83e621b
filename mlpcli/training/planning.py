"""Plan a training: all of `train` but the training itself, and everything that can be wrong with it."""

import time
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from mlpcli.data.counts import CellCounts
from mlpcli.data.schema import Schema
from mlpcli.errors import Sentence, count
from mlpcli.files import Outputs
from mlpcli.model.compatibility import check_threshold
from mlpcli.model.encoded_rows import Data, paths_of
from mlpcli.model.model import Model
from mlpcli.nn.fitting import EpochRecord, check_schedule
from mlpcli.nn.network import LayerSummary
from mlpcli.options.options import Configuration, Options, Racing
from mlpcli.options.threads import choose_threads, usable_cores
from mlpcli.preparation.finding import CALIBRATION, Finding
from mlpcli.preparation.prepare import Prepared, prepared_for
from mlpcli.progress import OnProgress, unwatched
from mlpcli.result_text import ResultText, Shown, listed
from mlpcli.training.budget import changed_by_time, fit_to_time
from mlpcli.training.checkpointing import CheckpointFile
from mlpcli.training.engine import load_code, with_engine
from mlpcli.training.ensemble import ExecutionMode, choose_mode
from mlpcli.training.identity import identity_of
from mlpcli.training.known_model import KnownModel
from mlpcli.training.learning_rate import with_found_rate
from mlpcli.training.members import check_monitor, check_monitor_name
from mlpcli.training.memory import refuse_too_large
from mlpcli.training.networks import batch_rows, engine_of
from mlpcli.training.race import most_networks, raced_epochs, total_epochs
from mlpcli.training.without_effect import unused_settings, without_effect

NO_REPORTS = Outputs({})
USES = {
    "train": "to train",
    "validation": "to validate",
    "test": "to test",
    "dropped": "without target",
    "duplicates": "duplicates left out",
}
"""Uses of rows, by their names in a plan."""


@dataclass(frozen=True, kw_only=True, repr=False)
class TrainingPlan(Shown):
    """All that is known when training starts, for progress displays, dry runs and the result."""

    schema: Schema
    settings: dict[str, Any]
    loss: str
    """The loss that the settings mean, whose name may be auto."""
    unused_settings: frozenset[str]
    """Names of those that have nothing to act on."""
    network: list[LayerSummary]
    rows: dict[str, int]
    epochs: int
    """Of each network, at most."""
    members: int
    """Networks that are trained at least for a part of the epochs, at most."""
    refits: int
    """Those of them that are trained anew on all rows, at most."""
    total_epochs: int
    """Of all networks together, at most."""
    configurations: tuple[Configuration, ...]
    """Those that race, the one that is believed in most first; or a single one."""
    raced_epochs: int
    """The epoch after which a race is decided."""
    mode: ExecutionMode
    headline: str
    threads: int
    counts: dict[str, CellCounts]
    """Of the table, and of a validation or test file."""
    notes: list[str]
    """What was guessed of files, and what was given without effect."""
    findings: list[Finding]
    encoders: list[dict[str, Any]]
    """As they are stored."""
    past: list[EpochRecord]
    """The epochs of an earlier training that goes on."""
    transferred: list[tuple[str, bool]] | None
    """Layers, and whether they start from the weights of another model, if there is one."""

    def name_of(self, number: int) -> str:
        """A network by its number from 1; where configurations race, by its own, and its number there."""
        each = self.members // len(self.configurations)
        if len(self.configurations) == 1:
            return str(number + 1)
        name = self.configurations[number // each].name
        return f"{name} {number % each + 1}" if each > 1 else name

    @property
    def facts(self) -> list[tuple[str, str]]:
        """Rows by their use, inputs and networks in words."""
        rows = {said: self.rows.get(part, 0) for part, said in USES.items()}
        inputs = [each.name for each in self.schema.inputs]
        networks = f"{self.members:,} networks, the first of " if self.members > 1 else "1 network of "
        return [
            ("rows", ", ".join(f"{number:,} {said}" for said, number in rows.items() if number)),
            ("inputs", f"{len(inputs):,}: {listed(inputs)}"),
            ("model", networks + count(sum(each.parameters for each in self.network), "parameter")),
        ]

    def _shown(self) -> ResultText:
        return ResultText(
            f"Training plan for {listed(self.schema.target)} ({self.schema.task})",
            [
                *self.facts,
                ("epochs", f"{self.epochs:,} at most, {count(self.threads, 'thread')}"),
                *(("finding", str(each.text)) for each in self.findings),
            ],
            attributes=["schema", "settings", "network", "findings", "notes"],
        )


@dataclass(frozen=True)
class ReadyTraining:
    """A training that is ready to begin."""

    prepared: Prepared
    plan: TrainingPlan
    checkpoint: CheckpointFile | None
    began: float
    """Start of the time limit, of `time.perf_counter`."""
    replaceable: frozenset[str] = frozenset()
    """Outputs that may be replaced."""


def start(
    data: Data,
    target: "str | tuple[str, ...] | list[str] | None" = None,
    *,
    output: str | None = None,
    force: bool = False,
    checkpoint: str | None = None,
    reports: Outputs = NO_REPORTS,
    replace_same: bool = False,
    on_progress: OnProgress = unwatched,
    racing: Racing = Options.racing,
    begin_with: Model | None = None,
    **settings: Any,
) -> ReadyTraining:
    """All of `train` but the training: what would be done is its `plan`.

    With `replace_same` the output may be replaced without `force` if it is a model of the same table with the
    same settings. `begin_with` is a model in memory that networks start from.
    """
    began = time.perf_counter()
    if target is not None:
        settings["target"] = (target,) if isinstance(target, str) else tuple(target)
    check_monitor_name(Options.from_values(settings))  # before any file is looked at
    paths = paths_of(data)
    named = [settings.get(name) for name in ("from_model", "validation", "test")]
    inputs = [*reports.inputs, *(each for each in named if isinstance(each, str))]
    inputs += paths if isinstance(paths, list) else []
    files = {**reports.paths, "output": output, "checkpoint": checkpoint}
    # With a checkpoint those of the same run may be replaced; whether they are turns out below.
    Outputs(
        files, force or checkpoint is not None, inputs, may_exist=["output"] if replace_same else []
    ).check()
    file = None if checkpoint is None else CheckpointFile(checkpoint)
    try:
        ready = _ready(prepared_for(data, settings, on_progress, racing, begin_with), settings, file, began)
        written = [path for path in reports.paths.values() if path is not None]
        # Not before, as mistakes in settings are to be told first.
        same = None if output is None or force or not replace_same else KnownModel.at(output)
        known = [] if output is None or same is None else [output]
        if same is not None and (file is None or not same.is_of_run(file.run)):
            ready.plan.notes.append(same.replaced_by(ready.prepared, paths))
        if file is not None:
            replaceable = file.claim(written, None if known else output, force=force)
        else:
            replaceable = [*written, *([] if output is None else [output])] if force else []
        return replace(ready, replaceable=frozenset([*replaceable, *known]))
    except BaseException:
        if file is not None:
            file.close()
        raise


def _ready(
    prepared: Prepared, named: Collection[str], checkpoint: CheckpointFile | None, began: float
) -> ReadyTraining:
    given, network = prepared.given, prepared.blueprint
    check_monitor(prepared)
    check_schedule(prepared.options.training, validated=prepared.has_held_rows)
    prepared.scale_of_weights()  # also a dry run is to find that no row counts
    check_threshold(given.decision, type(prepared.task), held=prepared.has_held_rows)
    optimizer, limit = prepared.options.optimizer.optimizer, given.run.time_limit
    assert optimizer is not None
    refuse_too_large(network.parts, batch_rows(prepared), optimizer)
    step_products = network.largest_product * batch_rows(prepared)
    notes = [*prepared.notes, *without_effect(prepared, named)]
    prepared, of_engine = with_engine(prepared, work_of(prepared))
    notes += of_engine
    if limit is not None:
        compiling = time.perf_counter()
        load_code(prepared)
        began += time.perf_counter() - compiling  # the limit is for training
        if checkpoint is not None and (settled := checkpoint.settled(given)) is not None:
            prepared = prepared.changed(**settled)
        else:
            usual = prepared.options
            prepared = fit_to_time(prepared, step_products, began + limit - time.perf_counter())
            notes += changed_by_time(usual, prepared.options)
    prepared, of_rate = with_found_rate(prepared)
    chosen, members = prepared.options, most_networks(prepared.options, len(prepared.configurations))
    all_epochs = total_epochs(chosen, len(prepared.configurations))
    assert chosen.training.epochs is not None
    rows = {name: len(part) for name, part in prepared.parts.items()} | {"dropped": prepared.dropped}
    if chosen.data.drop_duplicates:
        rows["duplicates"] = prepared.duplicates
    # Members share the cores; a single network has them for itself.
    threads = 1 if members > 1 else choose_threads(chosen.run.threads, step_products)
    notes += of_rate
    if checkpoint is not None:
        notes += checkpoint.adopt(identity_of(prepared, threads))
    plan = TrainingPlan(
        schema=prepared.schema,
        settings=chosen.values(),
        loss=prepared.task.loss_name(chosen.objective.loss),
        unused_settings=unused_settings(prepared),
        network=network.summary(),
        rows=rows,
        epochs=chosen.training.epochs,
        members=members,
        refits=members - prepared.networks,
        total_epochs=all_epochs,
        raced_epochs=raced_epochs(chosen),
        configurations=prepared.configurations,
        mode=choose_mode(
            members,
            chosen.run.threads or usable_cores(),
            step_products,
            work_of(prepared),
            engine_of(prepared),
        ),
        headline=prepared.task.headline,
        threads=threads,
        counts=prepared.counts,
        notes=notes,
        findings=[*prepared.findings, *_uncalibrated(prepared)],
        encoders=prepared.encoder.to_stored()[0],
        past=[] if checkpoint is None else checkpoint.history,
        transferred=None if prepared.transfer is None else prepared.transfer.described,
    )
    return ReadyTraining(prepared, plan, checkpoint, began)


def work_of(prepared: Prepared) -> float:
    """Rows times parameters times epochs of all networks, at most."""
    epochs = total_epochs(prepared.options, len(prepared.configurations))
    return float(len(prepared.parts["train"])) * epochs * prepared.blueprint.n_parameters


def _uncalibrated(prepared: Prepared) -> list[Finding]:
    """A finding about probabilities that class weights shift and nothing corrects."""
    if prepared.class_weights is None or prepared.options.objective.calibrate:
        return []
    said = Sentence("probabilities follow {class_weight}, not the true class frequencies")
    return [Finding(CALIBRATION, said, Sentence("{calibrate} corrects them"))]
