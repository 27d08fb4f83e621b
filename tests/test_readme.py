"""Every command and example of the README runs, in its order, in a folder with the sample data."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mlpcli.cli.commands import COMMANDS
from mlpcli.options.options import SETTINGS_CLASSES
from mlpcli.settings import described_fields

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


def made_by(block: str) -> list[str]:
    """Names of the files that a block makes."""
    return re.findall(r"(?:-o|>) ([\w.-]+)", block)


def run_with_what_it_needs(folder: Path, number: int) -> None:
    """Run a block, before it those that make the files that it names and that are not there.

    Another process may have run the blocks before.
    """
    kind, block = BLOCKS[number]
    for earlier in range(1, number):
        needed = [name for name in made_by(BLOCKS[earlier][1]) if re.search(rf"\b{re.escape(name)}", block)]
        needed = [name for name in needed if name not in made_by(block)]
        if any(not (folder / name).exists() for name in needed):
            run_with_what_it_needs(folder, earlier)
    for name in re.findall(r"-o (\S+)", block):
        (folder / name).unlink(missing_ok=True)
    run(folder, kind, block)


@pytest.mark.parametrize("number", range(1, len(BLOCKS)))
def test_examples_run(folder: Path, number: int) -> None:
    run_with_what_it_needs(folder, number)


@pytest.mark.parametrize("number", range(1, len(BLOCKS)))
def test_a_name_is_made_once(number: int) -> None:
    """Or it would not be clear which file an example means; p.joblib is that of the first."""
    block = BLOCKS[number][1]
    earlier = {name for _, other in BLOCKS[1:number] for name in made_by(other)}
    assert not earlier & set(made_by(block))


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
