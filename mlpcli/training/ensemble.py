"""All networks of a training: one after the other, or side by side in threads or processes.

Networks do not depend on one another, so their order does not matter. A third way, to stack networks in one
run, is hardly faster than one after the other: 1.05 to 1.11 times for five networks of three layers of 128,
with batches of 64 to 256.
"""

import pickle
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from queue import Empty, Queue
from types import MappingProxyType
from typing import Literal

import numpy as np

from mlpcli.artifact.checkpoint import Progress
from mlpcli.nn.diagnosis import LayerDiagnosis
from mlpcli.nn.fit_state import FitState, StopReason
from mlpcli.nn.fitting import EpochRecord
from mlpcli.nn.kernels import NUMBA, NUMPY, Engine
from mlpcli.options.options import Configuration
from mlpcli.preparation.prepare import Prepared
from mlpcli.training.cluster import Cluster
from mlpcli.training.cluster_runs import NEWS_SECONDS, Remote, networks_of
from mlpcli.training.members import Keep, OnBatch, OnWeights, ShouldStop, Watch, train_member
from mlpcli.training.shared_data import share, unnamed_file
from mlpcli.training.workers import Assignment, Kept, Message, ProcessWorker, ThreadWorker, Trained, Weights

NOTHING: Mapping[int, Configuration] = MappingProxyType({})
POLL_SECONDS = 0.05
ANSWERS = (Kept, Trained, Progress, FitState, EpochRecord, LayerDiagnosis)
"""Classes of what the workers of a cluster answer."""
PROCESS_SECONDS = {NUMPY: 1.2, NUMBA: 1.7}
"""Time that a process takes to start and to import, with the compiled engine also numba and compiled code."""
PROCESS_GAIN = 0.95
"""Gain of each further process: two cores made whole steps 1.6 to 2.1 times as fast."""
THREAD_GAINS = {
    NUMPY: ((1 << 20, 0.0), (1 << 22, 0.25), (1 << 23, 0.45), (1 << 24, 0.7), (1 << 25, 0.95)),
    NUMBA: ((1 << 19, 0.0), (1 << 20, 0.25), (1 << 21, 0.5), (1 << 22, 0.68), (1 << 25, 0.95)),
}
"""Gain of each further thread, by the multiply-adds of a step's largest product; in between linear in their
logarithm. Measured with two: networks of three layers, 128 or 256 wide, batches of 64 to 512. Compiled loops
let other threads run: with the preset `default` at 0.2, 0.3, 2 and 4 M two threads were 0.7, 0.9, 1.5 and 1.7
times as fast as one."""
SECONDS_PER_PRODUCT = 1.5e-10
"""Training time per row and parameter, roughly: it only decides between the modes."""


@dataclass(frozen=True)
class Callbacks:
    """Functions that a training calls, and earlier progress that it starts from."""

    on_epoch: Watch = lambda record: None
    should_stop: ShouldStop = lambda: None
    on_batch: OnBatch | None = None
    """Called after batches, if networks are trained one after the other."""
    keep: Keep = lambda number, progress: None
    """Called if `keeps` is set."""
    keeps: bool = False
    progress: Mapping[int, Progress] = field(default_factory=dict)
    """Progress of networks in an earlier run, by number."""
    on_weights: OnWeights | None = None
    """Called with copies of the weights of networks as they learn, but for those on a cluster."""


@dataclass(frozen=True)
class ExecutionMode:
    """Networks one after the other, or side by side in so many threads or processes."""

    how: Literal["in turn", "threads", "processes"]
    workers: int


def expected_seconds(
    members: int, cores: int, step_products: int, seconds: float, engine: Engine
) -> dict[ExecutionMode, float]:
    """Expected duration of each mode, if training one network after the other takes `seconds`.

    `step_products` are the multiply-adds of the largest product in a step.
    """
    expected = {ExecutionMode("in turn", 1): seconds}
    workers = min(members, cores)
    if workers > 1:
        sizes, gains = zip(*THREAD_GAINS[engine], strict=True)
        gain = float(np.interp(np.log2(step_products), np.log2(sizes), gains))
        seconds *= -(-members // workers) * workers / members  # the last round may leave workers idle
        expected[ExecutionMode("threads", workers)] = seconds / (1 + gain * (workers - 1))
        seconds /= 1 + PROCESS_GAIN * (workers - 1)
        expected[ExecutionMode("processes", workers)] = PROCESS_SECONDS[engine] + seconds
    return expected


def choose_mode(
    members: int, cores: int, step_products: int, total_products: float, engine: Engine
) -> ExecutionMode:
    """The mode with the shortest expected duration, from the multiply-adds of the whole training.

    The weights do not depend on it.
    """
    seconds = total_products * SECONDS_PER_PRODUCT
    expected = expected_seconds(members, cores, step_products, seconds, engine)
    return min(expected, key=lambda mode: expected[mode])


class Trainers(ABC):
    """Whoever trains networks; `progress` is how far each has come, by number."""

    def __init__(self, callbacks: Callbacks) -> None:
        self._callbacks = callbacks
        self.progress = dict(callbacks.progress)

    def _assignment(self, number: int, until: int | None, trials: Mapping[int, Configuration]) -> Assignment:
        known = self.progress.get(number)
        return Assignment(
            number,
            known,
            self._callbacks.keeps,
            until,
            trials.get(number),
            watched=self._callbacks.on_weights is not None,
        )

    @abstractmethod
    def train(self, until: Mapping[int, int | None], trials: Mapping[int, Configuration] = NOTHING) -> None:
        """Train networks, each to an epoch or to its end (None), or until the callbacks stop it.

        `trials` are configurations of networks that are none of the table's.
        """


@contextmanager
def trainers(
    prepared: Prepared, mode: ExecutionMode, callbacks: Callbacks, cluster: Cluster | None = None
) -> Iterator[Trainers]:
    """Trainers of a mode, or the workers of a cluster; threads and processes end with the block."""
    if cluster is not None:
        with Remote(
            cluster, networks_of(prepared, cluster.run_threads), lambda: ANSWERS, NEWS_SECONDS
        ) as remote:
            yield OnCluster(remote, callbacks)
        return
    if mode.workers == 1:
        yield InTurn(prepared, callbacks)
        return
    messages: Queue[tuple[int, Message]] = Queue()
    with _workers(prepared, mode, messages) as workers:
        yield SideBySide(workers, messages, callbacks)


class InTurn(Trainers):
    """One network after the other, in this thread."""

    def __init__(self, prepared: Prepared, callbacks: Callbacks) -> None:
        super().__init__(callbacks)
        self._prepared = prepared

    def train(self, until: Mapping[int, int | None], trials: Mapping[int, Configuration] = NOTHING) -> None:
        callbacks = self._callbacks
        for place, (number, epoch) in enumerate(until.items()):
            if place and callbacks.should_stop() is not None:
                return
            self.progress[number] = train_member(
                self._prepared,
                number,
                callbacks.on_epoch,
                callbacks.should_stop,
                self.progress.get(number),
                callbacks.keep,
                callbacks.on_batch,
                epoch,
                trials.get(number),
                callbacks.on_weights,
            )


class SideBySide(Trainers):
    """Several networks at once, each in a worker."""

    def __init__(
        self,
        workers: Sequence[ThreadWorker | ProcessWorker],
        messages: "Queue[tuple[int, Message]]",
        callbacks: Callbacks,
    ) -> None:
        super().__init__(callbacks)
        self._workers, self._messages = workers, messages

    def train(self, until: Mapping[int, int | None], trials: Mapping[int, Configuration] = NOTHING) -> None:
        callbacks = self._callbacks
        histories = {number: list(each.history) for number, each in self.progress.items()}
        left = (self._assignment(number, epoch, trials) for number, epoch in until.items())
        running = 0
        for worker, assignment in zip(self._workers, left, strict=False):
            worker.send(assignment)
            running += 1
        reason: StopReason | None = None
        while running:
            if reason is None and (reason := callbacks.should_stop()) is not None:
                for worker in self._workers:
                    worker.send(reason)
            try:
                sender, message = self._messages.get(timeout=POLL_SECONDS)
            except Empty:
                continue
            match message:
                case EpochRecord():
                    histories.setdefault(message.member, []).append(message)
                    callbacks.on_epoch(message)
                case Kept(number, state):
                    callbacks.keep(number, Progress(state, tuple(histories.get(number, ()))))
                case Weights(number, values, constants):
                    if callbacks.on_weights is not None:
                        callbacks.on_weights(number, values, constants)
                case Trained(number, progress):
                    self.progress[number] = progress
                    running -= 1
                    if reason is None and (following := next(left, None)) is not None:
                        self._workers[sender].send(following)
                        running += 1
                case error:
                    raise error


class OnCluster(Trainers):
    """Several networks at once, on the workers of a cluster.

    Progress is kept when a network pauses, stops or ends: an epoch's state does not travel.
    """

    def __init__(self, remote: Remote, callbacks: Callbacks) -> None:
        super().__init__(callbacks)
        self._remote = remote

    def train(self, until: Mapping[int, int | None], trials: Mapping[int, Configuration] = NOTHING) -> None:
        callbacks = self._callbacks
        told = {number: len(each.history) for number, each in self.progress.items()}
        messages = (
            (number, pickle.dumps(replace(self._assignment(number, epoch, trials), watched=False)))
            for number, epoch in until.items()
        )

        def tell(record: EpochRecord) -> None:
            if record.epoch > told.get(record.member, 0):  # those of a run made again come twice
                told[record.member] = record.epoch
                callbacks.on_epoch(record)

        for number, answer, kept in self._remote.answers(messages, callbacks.should_stop):
            if isinstance(answer, EpochRecord):
                tell(answer)
                continue
            progress: Progress = answer.progress
            for record in progress.history:
                tell(record)
            self.progress[number] = progress
            if progress.ended or progress.state.stop_reason is None:
                callbacks.keep(number, progress)
            elif kept is not None:
                callbacks.keep(number, Progress(kept.state, progress.history[: kept.state.epoch]))


@contextmanager
def _workers(
    prepared: Prepared, mode: ExecutionMode, messages: "Queue[tuple[int, Message]]"
) -> Iterator[Sequence[ThreadWorker | ProcessWorker]]:
    """Workers that post to `messages`, each with its index; they end with the block."""
    posts = [partial(_post, messages, sender) for sender in range(mode.workers)]
    with ExitStack() as stack:
        if mode.how == "threads":
            yield [stack.enter_context(closing(ThreadWorker(prepared, post))) for post in posts]
            return
        descriptor = stack.enter_context(unnamed_file())
        workers = [stack.enter_context(closing(ProcessWorker(descriptor, post))) for post in posts]
        shared = share(prepared, descriptor)  # while they start
        for worker in workers:
            worker.send(shared)
        yield workers


def _post(messages: "Queue[tuple[int, Message]]", sender: int, message: Message) -> None:
    messages.put((sender, message))
