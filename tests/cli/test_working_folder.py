"""Files in the working folder may have come with the data: no command imports or reads them as its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import mlpcli
from mlpcli.training.processes import import_path
from tests.cli.commands import sample

MARK = "open({mark!r}, 'a').write(__name__ + '\\n')\n"
MODULES = (
    *("joblib", "numpy", "pandas", "threading", "random", "pickle", "tempfile", "click", "rich"),
    *("matplotlib", "pyarrow", "threadpoolctl", "sitecustomize", "usercustomize"),
    *("mlpcli/__init__", "mlpcli/training/worker_process"),
)
SETTINGS = ("mlpcli.toml", ".mlpcli.toml", ".env", "matplotlibrc", "pyproject.toml", ".numba_config.yaml")
SCRIPT = """
import os, sys
from mlpcli.cli.main import run
from mlpcli.training import planning
from mlpcli.training.ensemble import ExecutionMode

opened = []


def watch(name, values):
    if name == "open" and isinstance(values[0], str):
        opened.append(values[0])


sys.addaudithook(watch)
planning.choose_mode = lambda *measures: ExecutionMode("processes", 2)
out = sys.argv[1] + os.sep
train = ["penguins.csv", "-t", "species", "--preset", "textbook", "--hidden", "4"]
for command in (
    ["train", *train, "--ensemble", "2", "--epochs", "2", "-o", out + "m", "--plot", out + "m.png"],
    ["predict", out + "m", "penguins.csv", "-o", out + "scored.parquet"],
    ["evaluate", out + "m", "penguins.csv",],
    ["lr-find", *train, "--steps", "20", "--sweeps", "1", "--csv", out + "curve.csv"],
    ["inspect", out + "m"],
    ["train", "--help"],
):
    assert run(command) == 0, command
os.environ |= {"_MLPCLI_COMPLETE": "bash_complete", "COMP_CWORD": "4"}
os.environ["COMP_WORDS"] = "mlpcli train penguins.csv -t "
try:
    run([])
except SystemExit as end:
    assert not end.code
here = os.getcwd()
own = {os.path.basename(each) for each in opened if os.path.dirname(os.path.abspath(each)) == here}
assert own <= {"penguins.csv"}, own
"""


def test_no_command_reads_what_lies_there(tmp_path: Path) -> None:
    """The script is started by its path, as an installed one is: Python puts its folder first, not ours."""
    here, mark, out = tmp_path / "here", tmp_path / "mark", tmp_path / "out"
    for name in MODULES:
        path = here / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(MARK.format(mark=str(mark)))
    for name in SETTINGS:
        (here / name).write_text("[train]\nepochs = 1\n")
    (here / "penguins.csv").write_bytes(sample("penguins.csv").read_bytes())
    out.mkdir()
    script = tmp_path / "script"
    script.write_text(SCRIPT)
    environment = {**os.environ, "PYTHONPATH": str(Path(mlpcli.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, script, out], cwd=here, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert not mark.exists(), mark.read_text()


def test_workers_import_from_the_working_folder_only_if_it_is_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    package = str(Path(mlpcli.__file__).parents[1])
    (tmp_path / "link").symlink_to(tmp_path)
    monkeypatch.setattr(sys, "path", ["", str(tmp_path), str(tmp_path / "link"), package, "/usr/lib"])
    for variable in ("", ":", f".:{package}"):
        monkeypatch.setenv("PYTHONPATH", variable)
        assert import_path() == [package, "/usr/lib"]
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert import_path() == [str(tmp_path), str(tmp_path / "link"), package, "/usr/lib"]
    monkeypatch.delenv("PYTHONPATH")
    monkeypatch.chdir(package)
    assert import_path() == [str(tmp_path), str(tmp_path / "link"), package, "/usr/lib"]
