"""Equal runs can be told by one digest; `train` and `inspect` say the same of a training."""

import re
from pathlib import Path
from typing import Any

import pytest

import mlpcli as api
from mlpcli.model.weights import digest_of_weights
from tests.cli.commands import Commands, sample

TRAIN = ("train", sample("penguins.csv"), "-t", "species", "--epochs", 2)


def train(mlpcli: Commands, path: Path, *options: object) -> Any:
    return mlpcli.ok(*TRAIN, "-o", path, "--json", *options).json()


def test_equal_runs_have_one_digest_of_weights(mlpcli: Commands, tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.joblib" for number in range(3)]
    digests = [
        train(mlpcli, path, "--seed", seed)["weights"] for path, seed in zip(paths, (1, 1, 2), strict=True)
    ]
    assert digests[0] == digests[1] != digests[2]
    for path, digest in zip(paths, digests, strict=True):
        assert mlpcli.ok("inspect", path, "--json").json()["receipt"]["weights"] == digest
        assert f"sha256 {digest}" in mlpcli.ok("inspect", path, "--all").out
    # One weight that differs in its last bit is another run.
    arrays = api.load(paths[0]).artifact
    arrays.arrays["parameters"].view("u4")[0] ^= 1
    assert digest_of_weights(arrays) != digests[0]


def test_the_receipt_tells_date_sizes_and_engine(mlpcli: Commands, tmp_path: Path) -> None:
    train(mlpcli, tmp_path / "m.joblib", "--preset", "textbook")
    receipt = mlpcli.ok("inspect", tmp_path / "m.joblib", "--json").json()["receipt"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", receipt["written"])
    assert receipt["sizes"]["columns"] == 7
    assert receipt["engine"].startswith("numpy")


@pytest.mark.parametrize(
    "options", [("--preset", "textbook"), (), ("--preset", "textbook", "--validation", "none")]
)
def test_the_same_words_in_both_commands(options: tuple[str, ...], mlpcli: Commands, tmp_path: Path) -> None:
    """Rows and folds, networks, epochs, why it ended, what was scored."""
    path = tmp_path / "m.joblib"
    trained = mlpcli.ok(*TRAIN, "-o", path, "-v", *options).out
    inspected = mlpcli.ok("inspect", path, "--all").out
    for start in ("rows", "networks", "epochs"):
        lines = [
            {" ".join(line.split()) for line in text.splitlines() if line.strip().startswith(start + " ")}
            for text in (trained, inspected)
        ]
        assert lines[0] & lines[1] or not lines[0], start
    title = next(line for line in trained.splitlines() if line.startswith("Scores on"))
    assert title in inspected.splitlines()
