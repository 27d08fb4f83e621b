"""The engine of a training, and its code before it starts."""

from mlpcli.nn.batches import Batches
from mlpcli.nn.kernels import NUMBA
from mlpcli.options.engines import training_engine
from mlpcli.options.run import generators
from mlpcli.preparation.prepare import Prepared
from mlpcli.training.networks import batch_rows, build_trainer, initial_network

LEAST_LIMIT = 60.0
"""Seconds of a time limit, below which compiling could take a good part of it."""


def with_engine(prepared: Prepared, work: float) -> tuple[Prepared, list[str]]:
    """With an engine instead of `auto`, and a sentence if the user should know of it.

    `work` is rows times parameters times epochs.
    """
    limit = prepared.options.run.time_limit
    if limit is not None and limit < LEAST_LIMIT:
        work = 0.0
    chosen = training_engine(prepared.options.run.engine, work)
    return prepared.changed(engine=chosen.name), list(chosen.notes)


def load_code(prepared: Prepared) -> None:
    """Compile what the networks of a training need, or load it: a step of each configuration, thrown away.

    In one process, before others need the same.
    """
    if prepared.options.run.engine != NUMBA:
        return
    for number in range(0, prepared.networks, prepared.networks // len(prepared.configurations)):
        member = prepared.of_member(number)
        training, held = member.member_parts(number)
        randomness = generators(member.options.run.seed)
        network = initial_network(member, randomness, training)
        trainer, examples = build_trainer(member, network), member.examples(training)
        order = randomness["shuffle"].permutation(len(training))[: batch_rows(member)]
        for batch in Batches(examples, len(order)).in_order(order):
            trainer.step(batch, 0.0)
        network.predict((held if len(held) else training).features[:1])
