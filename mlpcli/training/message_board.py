"""How networks that are trained beside the caller tell of themselves, and are told to stop.

By files in a temporary folder, the same way for threads and processes.
"""

import os
import pickle
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from threading import Thread
from typing import Generic, TypeVar, cast

from mlpcli.artifact.checkpoint import Progress
from mlpcli.nn.fit_state import FitState, StopReason
from mlpcli.nn.fitting import EpochRecord

Result = TypeVar("Result")


class MessageBoard:
    """A folder in which networks tell of their epochs and keep their states, and read whether to stop."""

    def __init__(self, folder: str, *, keeps: bool) -> None:
        self._folder, self._keeps = folder, keeps
        self._read: dict[int, int] = {}
        self._seen: dict[int, tuple[int, int]] = {}

    def tell(self, record: EpochRecord) -> None:
        """Called beside: by each network of its own epochs."""
        with open(self._file(record.member), "ab") as file:
            pickle.dump(record, file)

    def keep(self, number: int, progress: Progress) -> None:
        """Called beside, if states are wanted, once the epochs were told: how far the network has come."""
        if self._keeps:
            state = self._file(number) + ".state"
            Path(state + ".new").write_bytes(pickle.dumps((len(progress.history), progress.state)))
            os.replace(state + ".new", state)

    def reason(self) -> StopReason | None:
        """Called beside: whether, and why, to stop."""
        if not os.path.exists(self._stop_file):
            return None
        return cast(StopReason, Path(self._stop_file).read_text())

    def stop(self, reason: StopReason) -> None:
        """Tell all networks to stop."""
        if not os.path.exists(self._stop_file):
            Path(self._stop_file + ".new").write_text(reason)
            os.replace(self._stop_file + ".new", self._stop_file)

    def states(self, members: int, *, everything: bool = False) -> dict[int, tuple[int, FitState]]:
        """What was kept since the last call, by network: the number of epochs it is of, and the state.

        A clock may be too coarse to tell two of them apart; `everything` does not rely on it.
        """
        found: dict[int, tuple[int, FitState]] = {}
        for number in range(members) if self._keeps else ():
            if os.path.exists(path := self._file(number) + ".state"):
                with open(path, "rb") as file:
                    about = os.fstat(file.fileno())
                    stamp = (about.st_ino, about.st_mtime_ns)
                    if everything or self._seen.get(number) != stamp:
                        self._seen[number], found[number] = stamp, pickle.load(file)
        return found

    def news(self, members: int) -> Iterator[EpochRecord]:
        """What was told since the last call."""
        for number in range(members):
            if not os.path.exists(self._file(number)):
                continue
            with open(self._file(number), "rb") as file:
                file.seek(self._read.get(number, 0))
                while True:
                    try:
                        record: EpochRecord = pickle.load(file)
                    except (EOFError, pickle.UnpicklingError):  # the rest is still being written
                        break
                    self._read[number] = file.tell()
                    yield record

    @property
    def _stop_file(self) -> str:
        return os.path.join(self._folder, "stop")

    def _file(self, member: int) -> str:
        return os.path.join(self._folder, f"member-{member}")


class ProgressListener:
    """The caller's side of a board: passes on what is told there."""

    def __init__(
        self,
        board: MessageBoard,
        members: int,
        progress: Mapping[int, Progress],
        on_epoch: Callable[[EpochRecord], None],
        keep: Callable[[Mapping[int, Progress]], None],
    ) -> None:
        self._board, self._members = board, members
        self._on_epoch, self._keep = on_epoch, keep
        self._histories: dict[int, list[EpochRecord]] = {
            number: list(each.history) for number, each in progress.items()
        }

    def listen(self, *, at_the_end: bool = False) -> None:
        """Pass on what is new. States are read first: the epochs they are of were told before."""
        states = self._board.states(self._members, everything=at_the_end)
        for record in self._board.news(self._members):
            self._histories.setdefault(record.member, []).append(record)
            self._on_epoch(record)
        news = {
            number: Progress(state, tuple(self._histories.get(number, ())[:epochs]))
            for number, (epochs, state) in states.items()
        }
        if news:
            self._keep(news)


class BackgroundCall(Generic[Result]):
    """A function in a thread of its own, so that the caller's can listen."""

    def __init__(self, function: Callable[[], Result]) -> None:
        self._function = function
        self._result: list[Result] = []
        self._error: BaseException | None = None
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def running(self, seconds: float | None) -> bool:
        """Wait so long at most, or to the end; whether it still runs."""
        self._thread.join(seconds)
        return self._thread.is_alive()

    def result(self) -> Result:
        """What the function returned; raises what it raised."""
        if self._error is not None:
            raise self._error
        return self._result[0]

    def _run(self) -> None:
        try:
            self._result = [self._function()]
        except BaseException as error:  # raised again where the result is asked for
            self._error = error
