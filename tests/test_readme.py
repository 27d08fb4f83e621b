"""Every command and example of the README runs, in its order, in a folder with the sample data."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mlpcli.cli.main import COMMANDS
from mlpcli.settings import described_fields
from mlpcli.workflows.options import SETTINGS_CLASSES

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```(sh|python)\n(.*?)^```", README, flags=re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(ROOT / "sample_data", folder / "sample_data")
    scripts = folder / "scripts"
    scripts.mkdir()
    command = scripts / "mlpcli"
    command.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m mlpcli "$@"\n')
    command.chmod(0o755)
    return folder


def run(folder: Path, kind: str, block: str) -> str:
    path = f"{folder / 'scripts'}:{os.environ['PATH']}"
    command = ["bash", "-euo", "pipefail", "-c", block] if kind == "sh" else [sys.executable, "-c", block]
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | {"PATH": path, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_the_two_commands_stand_first() -> None:
    kind, block = BLOCKS[0]
    train, test = block.splitlines()
    assert kind == "sh"
    assert all(line.startswith("python3 -m venv .venv && .venv/bin/pip install") for line in (train, test))
    assert "mlpcli train sample_data/" in train
    assert "pytest" in test


@pytest.mark.parametrize("number", range(1, len(BLOCKS)))
def test_examples_run(folder: Path, number: int) -> None:
    kind, block = BLOCKS[number]
    for name in re.findall(r"-o (\S+)", block):
        (folder / name).unlink(missing_ok=True)
    if "p.joblib" in block and not (folder / "p.joblib").exists():
        run(folder, "sh", "mlpcli train sample_data/penguins.csv -t species -o p.joblib")
        block = block.replace("-o p.joblib", "-o p.joblib -f")
    run(folder, kind, block)


def test_the_hand_worked_step(folder: Path) -> None:
    (block,) = (block for kind, block in BLOCKS if kind == "python" and "SGD" in block)
    printed = [float(number) for number in re.findall(r"\d\.\d+", run(folder, "python", block))]
    wanted = [0.70938314, 0.72844306, 0.71791234, 0.73598705, 0.251612, 0.484645, 0.699553]
    assert printed == pytest.approx(wanted, abs=1e-6)


def test_lessons_come_out_as_told(folder: Path) -> None:
    (block,) = (block for kind, block in BLOCKS if kind == "sh" and "no_xor" in block)
    accuracies = []
    export, *lines = block.splitlines()
    for line in lines:
        shown = run(folder, "sh", f"{export}\n{line} -f")
        match = re.search(r"^ *accuracy +(\S+)", shown, flags=re.MULTILINE)
        assert match is not None
        accuracies.append(float(match[1]))
    learned_and, learned_or, no_xor, product, xor = accuracies
    assert learned_and == learned_or == product == xor == 1.0
    assert no_xor <= 0.75


def test_every_command_and_table_is_named() -> None:
    for command in COMMANDS:
        assert f"mlpcli {command} " in README
    listed = dict(re.findall(r"^\| `--([\w-]+)` \| (.*) \|$", README, flags=re.MULTILINE))
    settings = {name: each for kind in SETTINGS_CLASSES for name, each in described_fields(kind).items()}
    for flag, choices in listed.items():
        assert choices.split(", ") == list(settings[flag.replace("-", "_")].choices)
    with_tables = {name for name, each in settings.items() if len(each.choices) > 2} - {"task", "preset"}
    with_tables -= {"decay_schedule", "dropout_schedule"}  # those of the learning rate, but for plateau
    assert {name.replace("_", "-") for name in with_tables} <= set(listed)
