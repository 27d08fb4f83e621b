"""Workers that train networks side by side, in threads or in processes, and their messages.

A worker is sent assignments and the reason to stop, and posts records, states and trained networks.
"""

import pickle
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from typing import TypeAlias

from mlpcli.arrays import Array
from mlpcli.artifact.checkpoint import Progress
from mlpcli.errors import Sentence
from mlpcli.nn.fit_state import FitState, StopReason
from mlpcli.nn.fitting import EpochRecord
from mlpcli.options.options import Configuration
from mlpcli.preparation.prepare import Prepared
from mlpcli.training.members import train_member
from mlpcli.training.processes import ServedProcess
from mlpcli.training.shared_data import Shared


@dataclass(frozen=True)
class Kept:
    """The state of a network after the epoch posted before."""

    number: int
    state: FitState


@dataclass(frozen=True)
class Weights:
    """Values and constants of a network as it learns, for a view."""

    number: int
    values: Array
    constants: Array


@dataclass(frozen=True)
class Trained:
    """A network that has come to its end, or as far as it was to be trained."""

    number: int
    progress: Progress


Message: TypeAlias = EpochRecord | Kept | Weights | Trained | BaseException
Post: TypeAlias = Callable[[Message], None]


@dataclass(frozen=True)
class Assignment:
    """A network to train."""

    number: int
    progress: Progress | None
    keeps: bool
    """Whether its state is posted after each epoch."""
    until: int | None = None
    """The epoch after which it pauses."""
    configuration: Configuration | None = None
    """That of a trial, which is none of those of the table."""
    watched: bool = False
    """Whether its weights are posted now and then."""


def train_each(
    prepared: Callable[[], Prepared],
    assignments: Iterable[Assignment],
    should_stop: Callable[[], StopReason | None],
    post: Post,
) -> None:
    """Train networks one after the other, and post what comes of them."""

    def keep(number: int, progress: Progress) -> None:
        if each.keeps:
            post(Kept(number, progress.state))

    def show(number: int, values: Array, constants: Array) -> None:
        post(Weights(number, values, constants))

    for each in assignments:
        try:
            trained = train_member(
                prepared(),
                each.number,
                post,
                should_stop,
                each.progress,
                keep,
                until=each.until,
                configuration=each.configuration,
                on_weights=show if each.watched else None,
            )
            post(Trained(each.number, trained))
        except BaseException as error:  # raised again where it is received
            post(error)


class ThreadWorker:
    """A worker in a thread of this process."""

    def __init__(self, prepared: Prepared, post: Post) -> None:
        self._assignments: SimpleQueue[Assignment | None] = SimpleQueue()
        self._reason: StopReason | None = None
        arguments = (lambda: prepared, iter(self._assignments.get, None), lambda: self._reason, post)
        self._thread = Thread(target=train_each, args=arguments, daemon=True)
        self._thread.start()

    def send(self, message: Assignment | StopReason) -> None:
        """Send an assignment, or the reason to stop after the next batch."""
        if isinstance(message, Assignment):
            self._assignments.put(message)
        else:
            self._reason = message

    def close(self) -> None:
        self._reason = "interrupted"
        self._assignments.put(None)
        self._thread.join()


class ProcessWorker(ServedProcess):
    """A worker in another process, which inherits the `descriptor` of the file of the shared data."""

    advice = Sentence("Give {threads} 1 to train the networks one after another.")

    def __init__(self, descriptor: int | None, post: Post) -> None:
        super().__init__("serve", post, descriptor)

    def send(self, message: Shared | Assignment | StopReason) -> None:
        """Send the shared data, and then assignments, or the reason to stop after the next batch."""
        # As bytes, so that the process can listen before it has imported what they need.
        self.put(message if isinstance(message, str) else pickle.dumps(message))
