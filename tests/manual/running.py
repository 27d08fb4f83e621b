"""Runs a page of the manual from the top in a folder with the sample data."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.manual.checks import Checks
from tests.manual.pages import ROOT, RUN, Block, blocks_of

FIRST_COMPILED = re.compile("^note: numba compiles the engine for the first time.*\n", flags=re.MULTILINE)
"""Written only where nothing has been compiled yet."""


@dataclass
class Example:
    """A block that was run, or made a file."""

    block: Block
    output: str
    failed: list[str]
    """Its checks that do not hold."""


@dataclass
class Place:
    """The folder of a page, and that of the script `mlpcli`."""

    folder: Path
    scripts: Path
    variables: str = ""
    """The lines of the page so far that set variables of the shell."""

    def run(self, text: str, kind: str = "sh") -> str:
        """Run a block of code; returns what it wrote."""
        path = os.pathsep.join([str(self.scripts), str(Path(sys.executable).parent), os.environ["PATH"]])
        shell = ["bash", "-euo", "pipefail", "-c", self.variables + text]
        done = subprocess.run(
            shell if kind == "sh" else [sys.executable, "-c", text],
            cwd=self.folder,
            env=os.environ | {"PATH": path, "PYTHONPATH": str(ROOT), "COLUMNS": "80"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{text}\n{done.stdout}"
        self.variables += "".join(re.findall(r"^export .*\n", text, flags=re.MULTILINE))
        return FIRST_COMPILED.sub("", done.stdout)


def examples_of(page: Path, folder: Path, scripts: Path) -> Iterator[Example]:
    """Run the blocks of a page in order; the current folder must be `folder`."""
    shutil.copytree(ROOT / "sample_data", folder / "sample_data")
    place = Place(folder, scripts)
    for block in blocks_of(page):
        if "pip install" in block.text and block.kind == "sh":
            continue  # the set-up, which .ci/run tries
        output = ""
        if block.file:
            (folder / block.file).parent.mkdir(parents=True, exist_ok=True)
            (folder / block.file).write_text(block.text)
        elif block.kind in RUN:
            output = place.run(block.text, block.kind)
        yield Example(block, output, _failed(block, Checks(output, place.run)))


def _failed(block: Block, checks: Checks) -> list[str]:
    failed = []
    for check in block.checks:
        try:
            held = checks.holds(check)
        except Exception as error:  # which says why, as well as False would
            failed.append(f"{check}  # {type(error).__name__}: {error}")
        else:
            failed += [] if held else [check]
    return failed
