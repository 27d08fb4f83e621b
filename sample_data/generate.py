"""Make the small generated tables of this folder: truth tables and points in the plane.

python sample_data/generate.py spiral --rows 500 --noise 0.2 -o noisy_spiral.csv
python sample_data/generate.py circle --extra x1^2,x2^2
python sample_data/generate.py --all sample_data
"""

import argparse
import csv
import io
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Texts: TypeAlias = NDArray[np.str_]
Column: TypeAlias = Floats | Texts
Points: TypeAlias = tuple[Floats, Column]
"""The inputs x1 and x2, one pair a row, and the target."""

DECIMALS = 4
RADIUS = 5.0
"""The points lie within about this distance of the origin."""
GAP = 0.3
"""Between points of quadrants and the axes."""
CENTRES = ((-4.0, 2.5), (0.0, 2.5), (4.0, 2.5), (-4.0, -2.5), (0.0, -2.5), (4.0, -2.5))
SIGNS = (1.0, -1.0, 1.0, -1.0, 1.0, -1.0)
"""Of the bumps at these centres: cones of height 1 and radius 2, of which the higher one counts."""


def logical_and(rows: int, noise: float, rng: np.random.Generator) -> Points:
    """Truth table of AND: one straight line divides it, so no hidden layer is needed."""
    x = _corners(rows)
    return _jitter(x, noise, rng), np.logical_and(x[:, 0], x[:, 1]).astype(np.float64)


def logical_or(rows: int, noise: float, rng: np.random.Generator) -> Points:
    """Truth table of OR: one straight line divides it, so no hidden layer is needed."""
    x = _corners(rows)
    return _jitter(x, noise, rng), np.logical_or(x[:, 0], x[:, 1]).astype(np.float64)


def logical_xor(rows: int, noise: float, rng: np.random.Generator) -> Points:
    """Truth table of XOR: no straight line divides it, the classic need for a hidden layer."""
    x = _corners(rows)
    return _jitter(x, noise, rng), np.logical_xor(x[:, 0], x[:, 1]).astype(np.float64)


def xor_product(rows: int, noise: float, rng: np.random.Generator) -> Points:
    """XOR with the product as a column: linear again, for y = x1 + x2 - 2 * x1*x2."""
    return logical_xor(rows, noise, rng)


def circle(rows: int, noise: float, rng: np.random.Generator) -> Points:
    """A disc inside a ring: needs a hidden layer, or the columns x1^2 and x2^2 and none."""
    side = _two_sides(rows, rng)
    distance = RADIUS * np.where(side == 0, rng.uniform(0.0, 0.5, rows), rng.uniform(0.7, 1.0, rows))
    x = _polar(distance, rng.uniform(0.0, 2.0 * np.pi, rows))
    return _jitter(x, noise, rng), np.where(side == 0, "inner", "outer")


def blobs(rows: int, noise: float, rng: np.random.Generator) -> Points:
    """Two round clouds, as wide as the noise: nearly linear, the easiest of the point tables."""
    side = _two_sides(rows, rng)
    centre = np.where(side == 0, -0.4, 0.4) * RADIUS
    return _jitter(np.column_stack([centre, centre]), noise, rng), _colours(side)


def spiral(rows: int, noise: float, rng: np.random.Generator) -> Points:
    """Two interleaved spirals: the hardest of the point tables, it needs hidden layers."""
    side = _two_sides(rows, rng)
    way = rng.uniform(0.1, 1.0, rows)
    x = _polar(RADIUS * way, 3.5 * np.pi * way + np.pi * side)
    return _jitter(x, noise, rng), _colours(side)


def plane(rows: int, noise: float, rng: np.random.Generator) -> Points:
    """Regression on y = 2 x1 - x2 + 3 plus noise: linear, the best possible RMSE is the noise."""
    x = rng.uniform(-RADIUS, RADIUS, (rows, 2)).round(DECIMALS)
    return x, 2.0 * x[:, 0] - x[:, 1] + 3.0 + noise * rng.standard_normal(rows)


def quadrants(rows: int, noise: float, rng: np.random.Generator) -> Points:
    """XOR of the signs of x1 and x2: needs a hidden layer, or the column x1*x2 and none."""
    x = rng.uniform(-RADIUS, RADIUS, (rows, 2))
    x += np.where(x > 0, GAP, -GAP)
    return _jitter(x, noise, rng), _colours((x[:, 0] * x[:, 1] >= 0).astype(np.int64))


def bumps(rows: int, noise: float, rng: np.random.Generator) -> Points:
    """Regression on three hills and three hollows plus noise: needs hidden layers."""
    x = rng.uniform(-1.2 * RADIUS, 1.2 * RADIUS, (rows, 2)).round(DECIMALS)
    away = np.hypot(*(x[:, None, :] - np.array(CENTRES)).transpose(2, 0, 1))
    heights = np.array(SIGNS) * np.clip(1.0 - away / 2.0, 0.0, 1.0)
    height = heights[np.arange(rows), np.abs(heights).argmax(axis=1)]
    return x, height + noise * rng.standard_normal(rows)


def _corners(rows: int) -> Floats:
    """The corners 00, 01, 10 and 11 of the unit square, again and again."""
    number = np.arange(rows)
    return np.column_stack([number // 2 % 2, number % 2]).astype(np.float64)


def _two_sides(rows: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Zeros and ones in random order, equally many (one zero more if rows is odd)."""
    return rng.permutation(np.arange(rows, dtype=np.int64) % 2)


def _colours(side: NDArray[np.int64]) -> Texts:
    return np.where(side == 0, "blue", "orange")


def _polar(distance: Floats, angle: Floats) -> Floats:
    return np.column_stack([distance * np.cos(angle), distance * np.sin(angle)])


def _jitter(x: Floats, noise: float, rng: np.random.Generator) -> Floats:
    return x + noise * rng.standard_normal(x.shape)


@dataclass(frozen=True)
class Table:
    """How a table is made: its points, the name of its target, its defaults."""

    make: Callable[[int, float, np.random.Generator], Points]
    target: str
    rows: int
    noise: float
    extras: tuple[str, ...] = ()

    def text(self, rows: int | None, noise: float | None, seed: int, extras: Sequence[str]) -> str:
        """The table as CSV; the extra columns are computed from x1 and x2 as they are written."""
        x, y = self.make(
            self.rows if rows is None else rows,
            self.noise if noise is None else noise,
            np.random.default_rng(seed),
        )
        x1, x2 = x.round(DECIMALS).T
        columns: dict[str, Column] = {"x1": x1, "x2": x2}
        columns |= {name: EXTRAS[name](x1, x2) for name in (*self.extras, *extras)}
        columns[self.target] = y
        lines = io.StringIO()
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*map(_cells, columns.values()), strict=True))
        return lines.getvalue()


def _cells(column: Column) -> list[str]:
    """Four decimals, or none in a column of whole numbers; text stays as it is."""
    if column.dtype.kind != "f":
        return [str(value) for value in column]
    values = column.astype(np.float64).round(DECIMALS) + 0.0  # the sum makes -0.0 a plain 0.0
    decimals = 0 if np.all(values == values.round()) else DECIMALS
    return [f"{value:.{decimals}f}" for value in values]


EXTRAS: dict[str, Callable[[Floats, Floats], Floats]] = {
    "x1^2": lambda x1, x2: x1**2,
    "x2^2": lambda x1, x2: x2**2,
    "x1*x2": lambda x1, x2: x1 * x2,
    "sin(x1)": lambda x1, x2: np.sin(x1),
    "sin(x2)": lambda x1, x2: np.sin(x2),
}

TABLES = {
    "and": Table(logical_and, target="y", rows=4, noise=0.0),
    "or": Table(logical_or, target="y", rows=4, noise=0.0),
    "xor": Table(logical_xor, target="y", rows=4, noise=0.0),
    "xor_product": Table(xor_product, target="y", rows=4, noise=0.0, extras=("x1*x2",)),
    "circle": Table(circle, target="class", rows=300, noise=0.1),
    "blobs": Table(blobs, target="class", rows=300, noise=1.0),
    "spiral": Table(spiral, target="class", rows=300, noise=0.1),
    "quadrants": Table(quadrants, target="class", rows=300, noise=0.1),
    "bumps": Table(bumps, target="y", rows=600, noise=0.05),
    "plane": Table(plane, target="y", rows=300, noise=0.5),
}

SEED = 1


def main(arguments: Sequence[str] | None = None) -> None:
    """Write one table, or all of them as they are shipped."""
    parser = _parser()
    given = parser.parse_args(arguments)
    one_only = (given.rows, given.noise, given.seed, given.extra, given.output)
    if (given.name is None) == (given.all is None):
        parser.error("give either the NAME of a table or --all FOLDER")
    if given.all is not None and any(option is not None for option in one_only):
        parser.error("--all writes the tables as they are shipped and takes no other option")
    try:
        if given.all is not None:
            for name, table in TABLES.items():
                _write(given.all / f"{name}.csv", table.text(None, None, SEED, ()))
        else:
            seed = SEED if given.seed is None else given.seed
            text = TABLES[given.name].text(given.rows, given.noise, seed, given.extra or ())
            if given.output is None:
                sys.stdout.write(text)
            else:
                _write(given.output, text)
    except OSError as error:
        sys.exit(f"{parser.prog}: {error}")


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _parser() -> argparse.ArgumentParser:
    listed = (f"  {name:<12} {(table.make.__doc__ or '').strip()}" for name, table in TABLES.items())
    parser = argparse.ArgumentParser(
        description="Make a small table: a truth table or points in the plane.",
        epilog="\n".join(["tables:", *listed]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", nargs="?", choices=TABLES, metavar="NAME", help="the table, see below")
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="write every table as shipped into FOLDER")
    parser.add_argument(
        "--rows", type=_rows, metavar="N", help="rows to make (truth tables 4, bumps 600, others 300)"
    )
    parser.add_argument(
        "--noise",
        type=_noise,
        metavar="X",
        help="standard deviation of the noise on x1 and x2, in plane and bumps on y (each has its default)",
    )
    parser.add_argument("--seed", type=_seed, metavar="S", help=f"seed of the random numbers ({SEED})")
    parser.add_argument(
        "--extra",
        type=_extras,
        metavar="COLUMNS",
        help=f"further input columns, 'all' or some of {','.join(EXTRAS)}",
    )
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write here instead of to stdout")
    return parser


def _rows(text: str) -> int:
    return _whole_number(text, least=2)


def _seed(text: str) -> int:
    return _whole_number(text, least=0)


def _whole_number(text: str, least: int) -> int:
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if number < least:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least {least}")
    return number


def _noise(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0.0 <= number < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of at least 0")
    return number


def _extras(text: str) -> tuple[str, ...]:
    names = tuple(EXTRAS) if text == "all" else tuple(name.strip() for name in text.split(","))
    for name in names:
        if name not in EXTRAS:
            raise argparse.ArgumentTypeError(f"no column {name!r}; there are {', '.join(EXTRAS)}, or 'all'")
    return names


if __name__ == "__main__":
    main()
