"""The clock of a process that `training.py` makes: it times epochs, turn by turn."""

import json
import sys
import time

WARM_UP, EPOCHS, SECONDS = 1, 2, 0.5
"""A turn is so many epochs that do not count, as others had the caches meanwhile, and then so many that do,
or more until these seconds are over."""
LONGEST = 1.2
"""After so many seconds one epoch that counts is enough."""


class Enough(KeyboardInterrupt):  # at which scikit-learn, too, ends training
    """No other turn is wanted."""


class Clock:
    """Times epochs; holds the training before each turn until a line comes in, and ends it if none does.

    After each turn it writes a line of JSON: [[seconds, training loss] of each epoch].
    """

    def __init__(self) -> None:
        self._answers = sys.stdout
        self._turn: list[tuple[float, float]] = []
        self._last = 0.0

    def start(self) -> None:
        """All is ready for the first epoch."""
        self._hand_over()

    def epoch(self, loss: float) -> None:
        """One epoch more is over."""
        self._turn.append((time.perf_counter() - self._last, loss))
        seconds = [seconds for seconds, _ in self._turn]
        counted = seconds[WARM_UP:]
        if (len(counted) >= EPOCHS and sum(counted) >= SECONDS) or (counted and sum(seconds) >= LONGEST):
            self._hand_over()
        self._last = time.perf_counter()

    def _hand_over(self) -> None:
        print(json.dumps(self._turn), file=self._answers, flush=True)
        self._turn = []
        if not sys.stdin.readline():
            raise Enough
        self._last = time.perf_counter()

    def write(self, text: str) -> None:
        """Stand in for the standard output of scikit-learn."""
        if text.startswith("Iteration"):
            self.epoch(float(text.rpartition("=")[2]))
