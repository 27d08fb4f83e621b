"""The report of `accuracy.py`: tables of scores, then what they come to."""

from collections.abc import Iterator

import numpy as np

from tests.benchmarks.accuracy_board import (
    DEVIATIONS,
    LARGE,
    RARE,
    TOO_FAR,
    Board,
    geometric_mean,
)

YARDSTICK = "lightgbm"
LOSS_PEER = "mlp"
USUAL = "default"
"""What other presets are compared with."""
GOOD_CALIBRATION = 0.02


def of_collection(board: Board) -> list[str]:
    """Lines: the scores of each table, and the summary."""
    lines = [*errors(board), *scores(board, "log loss", board.with_probabilities())]
    lines += [*scores(board, "ECE", board.large()), *distances(board), *rare_classes(board)]
    return lines + summary(board)


def summary(board: Board) -> list[str]:
    return [*means(board), *probabilities(board)]


def row(title: str, cells: list[str]) -> str:
    return f"{title:34}" + "".join(f" {cell:>19}" for cell in cells)


def number(value: float | None) -> str:
    return "-" if value is None else format(value, ".4g")


def errors(board: Board) -> Iterator[str]:
    yield row("error, seconds", board.learners)
    for table in board.tables:
        cells = []
        for learner in board.learners:
            error, seconds = board.mean(table, learner, "error"), board.mean(table, learner, "seconds")
            cells.append(number(error) + ("" if seconds is None else f"{seconds:8.1f} s"))
        yield row(table, cells)


def scores(board: Board, score: str, tables: list[str]) -> Iterator[str]:
    if tables:
        yield ""
        yield row(score, board.learners)
        for table in tables:
            yield row(table, [number(board.mean(table, learner, score)) for learner in board.learners])


def distances(board: Board) -> Iterator[str]:
    """Of the presets to one peer, on each table."""
    if YARDSTICK not in board.peers:
        return
    yield ""
    yield row(f"error / {YARDSTICK}'s", board.presets)
    beyond: dict[str, list[str]] = {preset: [] for preset in board.presets}
    for table in board.tables:
        cells = []
        for preset in board.presets:
            distance = board.distance(table, preset, YARDSTICK)
            if distance is None:
                cells.append("-")
                continue
            deviation = "" if distance.deviation is None else f" ± {distance.deviation:.3f}"
            cells.append(f"{'! ' if distance.beyond else ''}{distance.ratio:.3f}{deviation}")
            if distance.beyond:
                beyond[preset].append(table)
        yield row(table, cells)
    yield f"± is the standard error of the ratio's logarithm; !: above {TOO_FAR} and {DEVIATIONS:g} of them"
    for preset, tables in beyond.items():
        yield f"{preset}, beyond: {', '.join(tables) or 'none'}"


def rare_classes(board: Board) -> Iterator[str]:
    tables = board.rare()
    if not tables or LOSS_PEER not in board.peers:
        return
    low, high = RARE
    yield ""
    yield row(f"log loss / {LOSS_PEER}'s, rare classes", board.presets)
    ratios = {preset: board.ratios(preset, LOSS_PEER, "log loss") for preset in board.presets}
    for table in tables:
        share = f"{table}, rarest {board.truths[table].rarest:.1%}"
        yield row(share, [number(ratios[preset].get(table)) for preset in board.presets])
    yield f"rarest class: {low:.0%} to {high:.0%} of the training rows"


def means(board: Board) -> Iterator[str]:
    """Geometric means of the ratios, on the tables where both have a result."""
    yield ""
    heads = ["errors", "lower on", "log losses", "lower on", "seconds, median"]
    yield row("ratios, geometric mean", heads)
    for preset in board.presets:
        others = [name for name in board.learners if name not in board.presets]
        others = [name for name in others if name in board.peers or name == board.before(preset)]
        for other in ([USUAL] if preset != USUAL and USUAL in board.presets else []) + others:
            cells = []
            for score in ("error", "log loss"):
                ratios = list(board.ratios(preset, other, score).values())
                mean = f"{geometric_mean(ratios):.3f}" if ratios else "-"
                cells += [mean, f"{sum(ratio < 1 for ratio in ratios)} of {len(ratios)}"]
            seconds = list(board.ratios(preset, other, "seconds").values())
            cells.append(f"{np.median(seconds):.2f}" if seconds else "-")
            yield row(f"{preset} / {other}", cells)


def probabilities(board: Board) -> Iterator[str]:
    yield ""
    for preset in board.presets:
        wins, tables = board.lowest_loss(preset)
        yield f"{preset}: log loss below every peer's on {wins} of {tables} tables"
        found = {table: board.mean(table, preset, "ECE") for table in board.large()}
        known = {table: error for table, error in found.items() if error is not None}
        if known:
            good = sum(error <= GOOD_CALIBRATION for error in known.values())
            worst = max(known, key=lambda table: known[table])
            yield (
                f"{preset}: ECE up to {GOOD_CALIBRATION} on {good} of {len(known)} tables of {LARGE:,} test "
                f"rows and more, at most {known[worst]:.4f} ({worst})"
            )
