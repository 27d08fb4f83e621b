"""A search that is ready to begin: its table encoded, its space and its first trials."""

import dataclasses
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from mlpcli.data.schema import DATE, NUMBER
from mlpcli.data.split import SplitSettings
from mlpcli.errors import DataError, Sentence, SettingsError, count
from mlpcli.model.compatibility import refuse_impossible
from mlpcli.model.encoded_rows import Data
from mlpcli.model.tasks import TASKS
from mlpcli.options.options import Configuration, Options
from mlpcli.options.presets import TableShape
from mlpcli.options.run import generators
from mlpcli.options.search_space import CHOOSABLE, Choice, Domain, Space, published
from mlpcli.options.threads import limited_threads, usable_cores
from mlpcli.preparation.dealing import OuterRows
from mlpcli.preparation.prepare import Prepared
from mlpcli.progress import OnProgress
from mlpcli.settings import AUTO, described_fields
from mlpcli.training.brackets import Trial, full_trainings
from mlpcli.training.cluster import Cluster
from mlpcli.training.engine import load_code, with_engine
from mlpcli.training.ensemble import Callbacks, choose_mode, trainers
from mlpcli.training.networks import batch_rows, engine_of
from mlpcli.training.planning import ReadyTraining, start, work_of
from mlpcli.training.search import BRACKET, MOST_DRAWS, Search
from mlpcli.workflows.search.asked import Asked
from mlpcli.workflows.search.some_of import some_of

FOLDED, FOLDS = 5_000, 5
"""Rows up to which trials are judged by so many folds: of more a part judges as well."""
FIRST = 6
"""Trials at most that are the recipes of the race of `train`."""


@dataclass(frozen=True, kw_only=True)
class ReadySearch:
    """A search, and what was found on the way to it."""

    search: Search
    training: ReadyTraining
    notes: list[str]
    preset: Options
    """The preset's own settings for the rows that trials learn from."""
    compiling: float
    """Seconds that no time limit counts."""
    whole: TableShape
    """Of the table with the rows that trials do not see."""
    fixed: Mapping[str, Any]
    """Settings of all trials."""
    shared: Mapping[str, Any]
    """Settings that a training on all rows has whatever is found."""
    varying: frozenset[str]
    """Those to which the user has given values to choose from."""

    def shortened(self) -> list[str]:
        """A sentence if trials have fewer epochs than the preset gives them."""
        epochs, usual = self.search.first.training.epochs, self.preset.training.epochs
        if self.varying & {"epochs"} or epochs is None or usual is None or epochs >= usual:
            return []
        said = "{time_limit} allows {} in each trial instead of {:,}"
        return [Sentence(said, count(epochs, "epoch"), usual)]

    @property
    def begins_with_preset(self) -> bool:
        """Whether the first trial has the preset's own settings."""
        first, preset = self.search.first.values(), self.preset.values()
        return all(first[name] == preset[name] for name in CHOOSABLE)

    def settings_of(self, trial: Trial) -> dict[str, Any]:
        """The settings beside the given ones with which a training on all rows has the trial's.

        Those of the preset differ with the number of rows: where the trial's are others, they are among them.
        Only a trial of the preset's own settings leaves them to it.
        """
        wanted = trial.configuration.options.values()
        found = {name: wanted[name] for name in self.varying} | dict(trial.configuration.changes)
        if not found and self.begins_with_preset:
            return {}
        while True:  # one that is given may change what the preset makes of others
            options = Options.from_values({**self.shared, **found, "race": 1})
            resolved = options.resolved(self.whole).values()
            others = {
                name: wanted[name]
                for name in sorted(CHOOSABLE - found.keys())
                if wanted[name] not in (None, resolved[name])
            }
            if not others:
                return found
            found |= others


@contextmanager
def ready_search(
    asked: Asked,
    data: Data,
    rows: OuterRows,
    *,
    engine: str | None,
    cluster: Cluster | None,
    callbacks: Callbacks,
    on_trials: Callable[[Search], None],
    watch: OnProgress,
) -> Iterator[ReadySearch]:
    """The search in the rows that trials see, and who trains them.

    The `engine` is that of an earlier run that goes on, unless one is given.
    """
    given, domains, fixed = asked.given, asked.domains, fixed_settings(asked.of_training, rows)
    ready, whole = _ready(some_of(data, rows.learned), fixed, domains, rows, watch)
    prepared = ready.prepared
    brackets = full_trainings(BRACKET, prepared.repetitions) * asked.about_trials / BRACKET
    work = brackets * work_of(prepared) / len(prepared.configurations)
    wanted = engine if engine is not None and given.run.engine == AUTO else given.run.engine
    prepared, notes = with_engine(prepared.changed(engine=wanted), work)
    prepared, first = _first_trials(prepared, domains, only=asked.only)
    space = Space(domains if asked.only else {**_published(prepared, given), **domains})
    step_products = prepared.blueprint.largest_product * batch_rows(prepared)
    members, cores = BRACKET * prepared.repetitions, asked.own.workers or given.run.threads or usable_cores()
    mode = choose_mode(members, cores, step_products, work, engine_of(prepared))
    begun = time.perf_counter()
    load_code(prepared)
    compiling = time.perf_counter() - begun
    side_by_side = mode.workers
    if cluster is not None:
        cluster.engine(prepared.options.run.engine)
        side_by_side = max(cluster.threads, 1)
    with limited_threads(1), trainers(prepared, mode, callbacks, cluster) as team:
        search = Search(
            prepared,
            space,
            first,
            team=team,
            workers=side_by_side,
            should_stop=callbacks.should_stop,
            on_trials=on_trials,
        )
        yield ReadySearch(
            search=search,
            training=ready,
            notes=[*ready.plan.notes, *notes],
            preset=ready.prepared.options,
            compiling=compiling,
            whole=whole,
            fixed=fixed,
            shared={"target": given.data.target, **asked.of_training, "folds": fixed.get("folds")},
            varying=frozenset(domains),
        )


def fixed_settings(of_training: Mapping[str, Any], rows: OuterRows) -> dict[str, Any]:
    """The settings of all trials: few rows are dealt into folds, if the user does not say what judges."""
    decided = {*described_fields(SplitSettings), "folds", "ensemble"} - {"test", "group"}
    fixed = {"sketches": False, **of_training, "test": None}
    few = len(rows.learned) < FOLDED and rows.units >= 2 * FOLDS
    if few and not any(of_training.get(name) is not None for name in decided):
        fixed["folds"] = FOLDS
    return fixed


def _ready(
    data: Data, fixed: Mapping[str, Any], domains: Mapping[str, Domain], rows: OuterRows, watch: OnProgress
) -> tuple[ReadyTraining, TableShape]:
    """The table encoded with all scalings that trials may have; and the shape of one with all rows."""
    scalings, shapes = domains.get("scaling"), list[TableShape]()

    def racing(options: Options, table: TableShape) -> list[Configuration]:
        shapes.append(table)
        first, *others = options.racing(table)
        found, usual = [first, *(each for each in others if _is_possible(each.options, table))], first.options
        if isinstance(scalings, Choice):
            found += [
                Configuration(each, "", {"scaling": each}, usual.changed(scaling=each))
                for each in scalings.of
            ]
        return found

    races: dict[str, Any] = {"race": FIRST, "finalists": FIRST}
    ready = start(data, **fixed, **races, on_progress=watch, racing=racing)
    if not ready.prepared.has_held_rows:
        if fixed.get("validation") is None:
            said = f"{count(len(rows.learned), 'row')} are too few to hold out some"
            raise DataError(said, Sentence("Give {outer} 0, or more rows."))
        said = "no rows are held out, so that trials cannot be compared"
        raise SettingsError(said, Sentence("Leave out {validation}."), setting="validation")
    more, part = len(rows.scored), shapes[0]
    units = part.units + round(more * part.units / max(part.rows, 1))
    return ready, dataclasses.replace(part, rows=part.rows + more, units=units)


def _is_possible(options: Options, table: TableShape) -> bool:
    try:
        refuse_impossible(options, TASKS[table.task])
    except SettingsError:
        return False
    return True


def _first_trials(
    prepared: Prepared, domains: Mapping[str, Domain], *, only: bool
) -> tuple[Prepared, list[Mapping[str, Any]]]:
    """The table with the usual settings alone, and the changes that the first trials make to them.

    Where settings must vary within other values, the usual ones are the nearest of those; or any that go
    together, if these do not.
    """
    values, generator = prepared.options.values(), generators(prepared.options.run.seed)["search"]
    nearest = {name: domain.nearest(values[name]) for name, domain in domains.items()}
    for draw in range(MOST_DRAWS):
        try:
            usual = prepared.options.changed(**nearest)
            refuse_impossible(usual, type(prepared.task))
            break
        except SettingsError:
            if draw == MOST_DRAWS - 1:
                raise
        nearest = Space(domains).draw(generator)
    changes: list[Mapping[str, Any]] = [{}]
    if not only:
        changes += [each.changes for each in prepared.configurations if not set(each.changes) & set(domains)]
    first = Configuration("1", "", {}, usual)
    return dataclasses.replace(prepared, configurations=(first,)), changes


def _published(prepared: Prepared, given: Options) -> dict[str, Domain]:
    values = prepared.options.values()
    free = {name for name, value in given.values().items() if value in (None, AUTO)}
    numbers = sum(column.kind in (NUMBER, DATE) for column in prepared.schema.inputs)
    return published({name: value for name, value in values.items() if name in free}, numbers)
