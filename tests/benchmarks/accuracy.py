"""Errors of `mlpcli train` on tables with fixed test rows, beside gradient boosting and scikit-learn's MLP.

    python -m tests.benchmarks.accuracy DIR [--presets textbook,default,best] [--peers mlp,trees,lightgbm]
        [--tables a,b] [--seeds 0,1,2] [--json FILE] [--reuse FILE]

DIR has tables NAME.csv or NAME.csv.gz, `reference_test_rows.json.gz` (name to row numbers of the test rows)
and perhaps `targets.json` (name to target columns) for tables that TARGETS does not know. Rows without
target are left out. A preset runs as whole commands, its seconds are those of `mlpcli train`, from the start
of Python on; for the peers' see `peers.py`. A preset that does not exist yet is passed over.

One error of a table decides, smaller is better: of two classes 1 - AUC, of more (wrong + 0.5) / (rows + 1),
of labels 1 - macro AUC, of a number RMSE, of several numbers the mean of RMSE / RMSE of the training mean. A
class is the one with the largest probability. Given are means over the seeds; a learner that fails with one
seed has no result for the table.

`--json` keeps every result as soon as it is there; `--reuse` takes results, of presets as of peers, from such
a file instead of running them again, and may name the same one.
"""

import argparse
import gzip
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from mlpcli.arrays import Array
from mlpcli.options.presets import PRESETS
from tests.benchmarks import peers
from tests.benchmarks.peers import CLASSES, LABELS, NUMBERS, PEERS, Answer, Table

RIVER_SITES = ("CHSI2", "NASI2", "EADM7", "SCLM7", "CLKM7", "VALI2", "NAPM7", "DLDI4")
TARGETS = {
    "penguins": ["species"],
    "heart_disease": ["diameter narrowing"],
    "auto_mpg": ["Miles_per_Gallon"],
    "seattle_weather": ["weather"],
    "digits": ["digit"],
    "adult": ["income"],
    "diamonds": ["price"],
    "california_housing": ["MedHouseVal"],
    "river_flow": [f"{site}_48H__0" for site in RIVER_SITES],
    "yeast": [f"label{number}" for number in range(1, 15)],
    "fashion_mnist_10k": ["label"],
}
ECE_BINS = 15
LARGEST_RATIO = 100.0  # of two errors

Scores: TypeAlias = dict[str, float]


class Result(NamedTuple):
    table: str
    learner: str
    seed: int
    seconds: float
    processors: int
    scores: Scores
    failure: str = ""


Results: TypeAlias = dict[tuple[str, str, int], Result]


def table_paths(folder: Path) -> dict[str, Path]:
    """By name, small files first."""
    paths = sorted([*folder.glob("*.csv"), *folder.glob("*.csv.gz")], key=lambda path: path.stat().st_size)
    return {path.name.split(".csv")[0]: path for path in paths}


def read_tables(folder: Path, wanted: list[str]) -> list[tuple[Path, str, list[str], list[int]]]:
    """What `read_table` takes, of each table; what is missing is said."""
    paths, named = table_paths(folder), folder / "targets.json"
    targets = TARGETS | (json.loads(named.read_text()) if named.exists() else {})
    rows = json.loads(gzip.decompress((folder / "reference_test_rows.json.gz").read_bytes()))
    for name in wanted or paths:
        parts = {"file": paths, "targets": targets, "test rows": rows}
        if missing := [part for part, known in parts.items() if name not in known]:
            print(f"{name}: no {' or '.join(missing)}, left out", file=sys.stderr)
    usable = [name for name in paths if name in targets and name in rows and name in (wanted or paths)]
    return [(paths[name], name, targets[name], rows[name]) for name in usable]


def mlpcli(*arguments: object) -> None:
    command = [sys.executable, "-m", "mlpcli", *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"exit code {done.returncode}: {done.stderr.strip()}")


def run_preset(preset: str, table: Table, seed: int, folder: Path) -> Answer:
    train, test, model, output = (folder / name for name in ("train.csv", "test.csv", "m.joblib", "out.csv"))
    table.train.to_csv(train, index=False)
    table.test.drop(columns=table.targets).to_csv(test, index=False)
    started = time.perf_counter()
    options = ["--preset", preset, "--seed", seed, "-o", model, "-q", "--json", "-f"]
    mlpcli("train", train, "-t", ",".join(table.targets), *options)
    seconds = time.perf_counter() - started
    mlpcli("predict", model, test, "--proba", "--keep", "none", "-o", output, "-f")
    scored = pd.read_csv(output)
    if table.problem.task == CLASSES:
        names = [f"probability_{name}" for name in table.classes]
        outputs = scored.reindex(columns=names).fillna(0.0).to_numpy()  # without a class unseen in training
        if not np.allclose(outputs.sum(axis=1), 1, atol=1e-3):
            raise RuntimeError(f"probabilities of {', '.join(names)} do not sum to 1")
        return Answer(outputs, seconds)
    prefix = "probability_" if table.problem.task == LABELS else "prediction_"
    names = [prefix + name for name in table.targets] if len(table.targets) > 1 else ["prediction"]
    return Answer(scored[names].to_numpy(), seconds)


def area(truth: Array, score: Array) -> float:
    """Under the ROC curve: the share of pairs that are in order."""
    positives = int(truth.sum())
    ranks = pd.Series(score).rank().to_numpy()[truth == 1].sum() - positives * (positives + 1) / 2
    return float(ranks / (positives * (len(truth) - positives)))


def log_loss(truth: Array, probabilities: Array) -> float:
    return float(-np.log(np.clip(probabilities[np.arange(len(truth)), truth], 1e-15, 1)).mean())


def calibration_error(truth: Array, probabilities: Array) -> float:
    """Expected: over equal bins of the largest probability, the mean distance of it and the share of hits."""
    top, hit = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    bins = np.minimum((top * ECE_BINS).astype(int), ECE_BINS - 1)
    return float(np.abs(np.bincount(bins, weights=hit - top)).sum() / len(truth))


def number_scores(table: Table, outputs: Array) -> Scores:
    errors = np.sqrt(((outputs - table.truth) ** 2).mean(axis=0))
    constant = np.sqrt(((table.problem.truth.mean(axis=0) - table.truth) ** 2).mean(axis=0))
    decides = errors / constant if len(errors) > 1 else errors
    return {"error": float(decides.mean()), "RMSE": float(errors.mean())}


def class_scores(table: Table, outputs: Array) -> Scores:
    truth = table.truth
    wrong = int((outputs.argmax(axis=1) != truth).sum())
    scores = {"error": (wrong + 0.5) / (len(truth) + 1), "accuracy": 1 - wrong / len(truth)}
    if len(table.classes) == 2:
        scores["AUC"] = area(truth, outputs[:, 1])
        scores["error"] = 1 - scores["AUC"]
    return scores | {"log loss": log_loss(truth, outputs), "ECE": calibration_error(truth, outputs)}


def label_scores(table: Table, outputs: Array) -> Scores:
    """Means over the labels; the area of those that have both values in the test rows."""
    labels = [
        (label.astype(int), np.column_stack([1 - positive, positive]))
        for label, positive in zip(table.truth.T, outputs.T, strict=True)
    ]
    mean_area = float(np.mean([area(label, both[:, 1]) for label, both in labels if 0 < label.mean() < 1]))
    return {
        "error": 1 - mean_area,
        "macro AUC": mean_area,
        "log loss": float(np.mean([log_loss(*label) for label in labels])),
        "ECE": float(np.mean([calibration_error(*label) for label in labels])),
    }


def scores_of(table: Table, outputs: Array) -> Scores:
    """By name; `error` is the one that decides."""
    if len(outputs) != len(table.truth) or not np.isfinite(outputs).all():
        raise RuntimeError(f"{len(outputs)} outputs for {len(table.truth)} rows, or some are no numbers")
    functions = {NUMBERS: number_scores, CLASSES: class_scores, LABELS: label_scores}
    return functions[table.problem.task](table, outputs)


def run(table: Table, learner: str, seed: int) -> Result:
    """A failure of any kind is a result too."""
    try:
        if learner in PEERS:
            answer = peers.answered(learner, table.problem, seed)
        else:
            with tempfile.TemporaryDirectory() as folder:
                answer = run_preset(learner, table, seed, Path(folder))
        scores = scores_of(table, answer.outputs)
        result = Result(table.name, learner, seed, answer.seconds, peers.processors(), scores)
        outcome = f"error {result.scores['error']:.5g}, {result.seconds:.1f} s"
    except Exception as error:  # whatever it is, it is this learner's result: the others' are hours of work
        outcome = f"{type(error).__name__}: {error}"
        result = Result(table.name, learner, seed, 0.0, peers.processors(), {}, outcome)
    print(f"{table.name}, {learner}, seed {seed}: {outcome}", file=sys.stderr, flush=True)
    return result


def load(path: Path) -> Results:
    """Without failures, which may be over."""
    results = [Result(**each) for each in json.loads(path.read_text())]
    return {(each.table, each.learner, each.seed): each for each in results if not each.failure}


def save(results: Results, path: Path) -> None:
    new = path.with_name(path.name + ".new")
    new.write_text(json.dumps([each._asdict() for each in results.values()], indent=1))
    new.replace(path)


def run_all(table: Table, learners: list[str], seeds: list[int], results: Results, path: Path | None) -> None:
    """Adds the results that are missing; after a failure no other seed is tried."""
    for learner in learners:
        seedless = learner in PEERS and len(table.train) <= PEERS[learner].seedless
        for seed in seeds:
            key = (table.name, learner, seed)
            first = results.get((table.name, learner, seeds[0]))
            if key in results:
                continue
            results[key] = first._replace(seed=seed) if seedless and first else run(table, learner, seed)
            if path:
                save(results, path)
            if results[key].failure:
                break


class Report:
    """Prints means over the seeds; a learner has a column."""

    def __init__(self, results: Results, learners: list[str], seeds: list[int]) -> None:
        self.results, self.learners, self.seeds = results, learners, seeds

    def mean(self, table: str, learner: str, score: str) -> float | None:
        """Of a score or of `seconds`; None where one is missing."""
        found = [self.results.get((table, learner, seed)) for seed in self.seeds]
        scores = [each.scores | {"seconds": each.seconds} for each in found if each and not each.failure]
        present = [each[score] for each in scores if score in each]
        return float(np.mean(present)) if len(present) == len(self.seeds) else None

    def head(self, title: str) -> None:
        print(f"\n{title:32}" + "".join(f"{name:>18}" for name in self.learners), flush=True)

    def errors(self, table: str) -> None:
        line = f"{table:32}"
        for learner in self.learners:
            error, seconds = self.mean(table, learner, "error"), self.mean(table, learner, "seconds")
            failed = error is None or seconds is None
            line += f"{'-':>18}" if failed else f"{error:>10.4g}{seconds:>6.1f} s"
        print(line, flush=True)

    def rows(self, title: str, tables: list[str], names: list[str]) -> None:
        self.head(title)
        for table in tables:
            for name in names:
                means = [self.mean(table, learner, name) for learner in self.learners]
                if any(mean is not None for mean in means):
                    cells = [f"{'-' if mean is None else format(mean, '.4g'):>18}" for mean in means]
                    print(f"{table + ', ' + name:32}" + "".join(cells))

    def ratios(self, tables: list[str], preset: str, peer: str, score: str) -> Array:
        pairs = [(self.mean(table, preset, score), self.mean(table, peer, score)) for table in tables]
        both = np.array([pair for pair in pairs if None not in pair], dtype=float).reshape(-1, 2)
        if score == "error":  # an error of 0 shall not decide alone
            both = np.maximum(both, both.max(axis=1, keepdims=True) / LARGEST_RATIO)
            both[both[:, 0] == both[:, 1]] = 1.0
        return np.asarray(both[:, 0] / both[:, 1])

    def compare(self, tables: list[str]) -> None:
        """Each preset with each peer, on the tables where both have a result."""
        print(f"\n{'ratio of errors, and of seconds':32}geometric mean  median       wins  seconds, median")
        for preset in [name for name in self.learners if name not in PEERS]:
            for peer in [name for name in self.learners if name in PEERS]:
                errors = self.ratios(tables, preset, peer, "error")
                if not len(errors):
                    continue
                seconds = np.median(self.ratios(tables, preset, peer, "seconds"))
                wins = f"{(errors < 1).sum()} of {len(errors)}"
                figures = f"{np.exp(np.log(errors).mean()):14.3f}{np.median(errors):8.3f}{wins:>11}"
                print(f"{preset + ' / ' + peer:32}{figures}{seconds:17.2f}")
        used = {each.processors for each in self.results.values() if each.learner in self.learners}
        if len(used) > 1:
            print(f"\nMeasured on different numbers of processors ({sorted(used)}): seconds do not compare.")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--presets", default="textbook,default,best")
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--tables", default="")
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--reuse", type=Path)
    given = parser.parse_args()
    presets, others, wanted = (
        [name for name in text.split(",") if name] for text in (given.presets, given.peers, given.tables)
    )
    if not set(others) <= set(PEERS):
        parser.error(f"--peers: any of {','.join(PEERS)}")
    learners = [name for name in presets if name in PRESETS] + [
        name for name in others if peers.installed(name)
    ]
    for name in [name for name in presets + others if name not in learners]:
        print(f"{name}: {'not installed' if name in PEERS else 'no such preset'}, left out", file=sys.stderr)
    seeds = [int(seed) for seed in given.seeds.split(",")]
    results = load(given.reuse) if given.reuse and given.reuse.exists() else {}
    report, done = Report(results, learners, seeds), []
    report.head("error, seconds of training")
    for source in read_tables(given.folder, wanted):
        table = peers.read_table(*source)
        run_all(table, learners, seeds, results, given.json)
        report.errors(table.name)
        done.append(table.name)
    report.rows("score", done, ["accuracy", "AUC", "RMSE", "macro AUC"])
    report.rows("probabilities", done, ["log loss", "ECE"])
    report.compare(done)


if __name__ == "__main__":
    main()
