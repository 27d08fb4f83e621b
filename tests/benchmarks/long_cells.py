"""Time to read one long cell, by its length: no pattern of cells may take more than linear time.

    python tests/benchmarks/long_cells.py [CHARACTERS]

Cells of digits, marks and words that almost match a number or a date, each of a quarter, half and all of the
characters (1,000,000 unless given), are read as missing words, numbers, booleans and dates, with either
decimal mark. Exit code 1 if four times the length takes more than twelve times as long, and over 0.2 s.
"""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))  # a script finds only what lies beside it
from mlpcli.data.columns.cells import Texts
from mlpcli.data.columns.readings import Reading

CHARACTERS = 1_000_000
HOSTILE: dict[str, Callable[[int], str]] = {
    "digits": lambda n: "1" * n,
    "digits, then a letter": lambda n: "1" * n + "x",
    "zeros, then a letter": lambda n: "0" * n + "x",
    "digits, point, digits, a letter": lambda n: "1" * (n // 2) + "." + "1" * (n // 2) + "x",
    "digits, comma, digits, a letter": lambda n: "1" * (n // 2) + "," + "1" * (n // 2) + "x",
    "thousands, then a letter": lambda n: "1" + ",111" * (n // 4) + "x",
    "thousands with apostrophes": lambda n: "1" + "'111" * (n // 4) + "x",
    "thousands with points": lambda n: "1" + ".111" * (n // 4) + "1",
    "an exponent": lambda n: "1e" + "9" * n,
    "a small fraction": lambda n: "0." + "0" * n + "1",
    "blanks inside": lambda n: "1" + " " * n + "x",
    "blanks around": lambda n: " " * (n // 2) + "1" + " " * (n // 2),
    "currencies": lambda n: "$" * n + "1",
    "signs": lambda n: "-" * n + "1",
    "percent signs": lambda n: "1" + "%" * n,
    "slashes": lambda n: "1/" * (n // 2) + "x",
    "colons": lambda n: ":1" * (n // 2),
    "a date with a long fraction": lambda n: "2012-01-31 12:00:00." + "1" * n,
    "months": lambda n: "jan" * (n // 3) + "x",
    "months that are parts of others": lambda n: "march" * (n // 5) + "c",
    "words": lambda n: "a " * (n // 2),
}
READINGS = {"point": Reading(), "comma": Reading(decimal=",")}
MEANINGS: dict[str, Callable[[Texts], object]] = {
    "missing": Texts.missing,
    "numbers": Texts.numbers,
    "booleans": Texts.booleans,
    "formats": Texts.formats,
    "dates": lambda cells: cells.dates(("ISO8601", "%d.%m.%Y", "%b %d, %Y")),
}
MOST_TIMES, LEAST_SECONDS = 12.0, 0.2


def seconds(text: str) -> Iterator[tuple[str, float]]:
    """The time that each meaning of a cell takes, under each reading."""
    for named, reading in READINGS.items():
        for name, meaning in MEANINGS.items():
            cells = Texts(np.zeros(1, np.int32), np.array([text], dtype=object), reading)
            begun = time.process_time()
            meaning(cells)
            yield f"{name} ({named})", time.process_time() - begun


def main() -> None:
    """Print the slowest meaning of each cell and its ratio; exit code 1 if one grows too fast."""
    characters = int(sys.argv[1]) if len(sys.argv) > 1 else CHARACTERS
    dict(seconds("1"))  # imports
    bad = 0
    for name, make in HOSTILE.items():
        quarter, half, whole = (
            dict(seconds(make(size))) for size in (characters // 4, characters // 2, characters)
        )
        slowest = max(whole, key=lambda each: whole[each])
        took = [each[slowest] for each in (quarter, half, whole)]
        grows = took[2] > LEAST_SECONDS and took[2] > MOST_TIMES * took[0]
        bad += grows
        times = "  ".join(f"{each:7.4f}" for each in took)
        print(f"{name:32}  {slowest:18}  {times} s  {'BAD' if grows else ''}")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
