"""Epochs and networks that fit into a time limit."""

import itertools
import time

from mlpcli.errors import Sentence, count
from mlpcli.nn.batches import Batches
from mlpcli.options.options import Options
from mlpcli.options.run import generators
from mlpcli.options.threads import limited_threads, usable_cores
from mlpcli.preparation.prepare import Prepared
from mlpcli.training.ensemble import expected_seconds
from mlpcli.training.networks import batch_rows, build_trainer, engine_of, initial_network
from mlpcli.training.race import most_networks, total_epochs

SPENT = 0.85
"""Of the limit: the rest is for what follows training, and for a machine that slows down."""
STRETCHED = 2.0
"""Times the preset's epochs; only then there are more networks."""
MOST_MEMBERS = 50
TRIED_SECONDS = 0.2
LEAST_STEPS = 5


def fit_to_time(prepared: Prepared, step_products: int, seconds: float) -> Prepared:
    """As many epochs and networks as `seconds` allow for; settings that the user has `given` stay.

    Epochs are shortened to fit, so that schedules still end at their end, or stretched; if time is left,
    there are more networks. `step_products` are the multiply-adds of a step's largest product.
    """
    options, given = prepared.options, prepared.given
    assert options.training.epochs is not None
    per_epoch = seconds_per_epoch(prepared)
    cores = options.run.threads or usable_cores()

    count = len(prepared.configurations)

    def fits(repetitions: int, epochs: int) -> bool:
        folds = max(options.ensemble.folds or 1, 1)
        each = options.changed(epochs=epochs, ensemble=repetitions // folds)
        trained = per_epoch * total_epochs(each, count)
        networks = most_networks(each, count)
        expected = expected_seconds(networks, cores, step_products, trained, engine_of(prepared))
        return min(expected.values()) <= SPENT * seconds

    repetitions, epochs = options.repetitions, options.training.epochs
    if given.training.epochs is None:
        tried = range(round(STRETCHED * epochs), 1, -1)
        epochs = next((each for each in tried if fits(repetitions, each)), 1)
    if given.ensemble.ensemble is None:
        folds = max(options.ensemble.folds or 1, 1)
        more = range(repetitions, max(MOST_MEMBERS // count, repetitions) + 1, folds)
        repetitions = max((each for each in more if fits(each, epochs)), default=repetitions)
    ensemble = repetitions // max(options.ensemble.folds or 1, 1)
    return prepared.changed(epochs=epochs, ensemble=ensemble)


def changed_by_time(usual: Options, fitted: Options) -> list[str]:
    """A sentence on what the limit has changed."""
    before, after = (
        f"{count(_networks(each), 'network')} of {count(each.training.epochs or 0, 'epoch')}"
        for each in (usual, fitted)
    )
    return [] if before == after else [Sentence("{time_limit} allows {} instead of {}", after, before)]


def _networks(options: Options) -> int:
    """Those that train to the end."""
    return options.repetitions * min(options.ensemble.finalists or 1, options.ensemble.race or 1)


def seconds_per_epoch(prepared: Prepared) -> float:
    """Measured on some steps of a network that is thrown away, and on its predictions."""
    training, held = prepared.member_parts(0)
    randomness = generators(prepared.options.run.seed)
    with limited_threads(1):
        network = initial_network(prepared, randomness, training)
        trainer = build_trainer(prepared, network)
        batches = Batches(prepared.examples(training), batch_rows(prepared))
        order = randomness["shuffle"].permutation(len(training))
        started = 0.0
        endless = itertools.chain.from_iterable(batches.in_order(order) for _ in itertools.count())
        for steps, batch in enumerate(endless):
            trainer.step(batch, 1e-6, with_loss=False)
            if not steps:
                started = time.perf_counter()  # the first makes room
            elif steps >= LEAST_STEPS and time.perf_counter() - started > TRIED_SECONDS:
                break
        per_step = (time.perf_counter() - started) / steps
        if len(held):
            network.predict(held.features)  # which may compile
        started = time.perf_counter()
        if len(held):
            network.predict(held.features)
    return per_step * len(batches) + time.perf_counter() - started
