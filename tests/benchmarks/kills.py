"""Kill trainings at random moments: what is left behind, and whether they resume to the same weights.

    python tests/benchmarks/kills.py [MOMENTS] [SEED]

Kills (SIGKILL) trainings with a checkpoint at so many moments in each execution mode, half of them with all
their processes at once, and prints all that outlives them by more than five seconds: processes, files in
TMPDIR, beside the output and in shared memory. `robustness.py` has kills with a checkpoint and resumes.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # a script finds only what lies beside it
from mlpcli import artifact as room
from mlpcli.artifact.checkpoint import load as load_checkpoint
from mlpcli.errors import MlpcliError

SAMPLE = Path(__file__).parents[2] / "sample_data" / "digits.csv.gz"
MODES: dict[str, tuple[str, ...]] = {
    "one network": ("--preset", "textbook", "--epochs", "40"),
    "three in turn": ("--preset", "textbook", "--ensemble", "3", "--threads", "1", "--epochs", "15"),
    "two side by side": ("--epochs", "15", "--hidden", "64,64"),
}

EXECUTION_MODES = ("in turn", "threads", "processes")
IN_MODE = """
from mlpcli.cli.main import main
from mlpcli.training import planning
from mlpcli.training.ensemble import ExecutionMode

planning.choose_mode = lambda *measures: ExecutionMode({mode!r}, {workers})
main()
"""
PATIENCE_SECONDS = 5.0
"""Time after a kill in which everything must be gone."""
PIPED = SAMPLE.with_name("penguins.csv")
SHARED_MEMORY = Path("/dev/shm")


@dataclass
class Killed:
    """Result of one training that was killed again and again until it ended."""

    kills: int
    with_epochs: int
    """Kills after which the checkpoint held at least an epoch."""
    problems: list[str]


def command(folder: Path, name: str, options: Sequence[str], *more: str) -> list[str]:
    """Command that trains on the digits and writes the model to the folder."""
    train = [sys.executable, "-m", "mlpcli", "train", str(SAMPLE), "-t", "digit", "--json", "-q"]
    return [*train, *options, "-o", str(folder / name), *more]


def kill_and_resume(folder: Path, options: Sequence[str], kills: int, seed: int) -> Killed:
    """Kill a training this often, at moments spread over an unbroken run's time, then let it end.

    After each kill the checkpoint must be absent or whole, and nothing else may lie in its folder but one
    replacement that was being written; at the end the weights must be those of the unbroken run.
    """
    started = time.perf_counter()
    subprocess.run(command(folder, "unbroken.joblib", options), check=True, capture_output=True)
    whole = time.perf_counter() - started
    generator = random.Random(seed)
    run = folder / "run"
    run.mkdir()
    checkpoint = run / "c.ck"
    resumed = command(run, "resumed.joblib", options, "--checkpoint", str(checkpoint))
    result = Killed(0, 0, [])
    while result.kills < kills:
        process = subprocess.Popen(resumed, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        time.sleep(generator.uniform(0.3 * whole, 1.05 * whole))
        process.kill()
        _, complaint = process.communicate()
        result.kills += 1
        if process.returncode > 0:
            result.problems.append(f"kill {result.kills}: exit {process.returncode}: {complaint}")
        result.with_epochs += _look(run, result)
        if checkpoint.exists() and load_checkpoint(str(checkpoint)).finished and result.kills < kills:
            for path in run.iterdir():  # the next round from the start
                path.unlink()
    done = subprocess.run(resumed, capture_output=True, text=True, check=False)
    if done.returncode:
        result.problems.append(f"the last run: exit {done.returncode}: {done.stderr}")
        return result
    weights = [room.load(str(path)).arrays for path in (folder / "unbroken.joblib", run / "resumed.joblib")]
    if any(weights[0][name].tobytes() != array.tobytes() for name, array in weights[1].items()):
        result.problems.append("the weights are not those of the unbroken run")
    if json.loads(done.stdout)["stop_reason"] not in ("epochs", "patience"):
        result.problems.append("the last run did not come to its end")
    return result


def _look(run: Path, result: Killed) -> bool:
    """Whether the checkpoint holds an epoch; anything wrong in its folder is added to the problems."""
    strange = {path.name for path in run.iterdir()} - {"c.ck", "resumed.joblib"}
    strange = {name for name in strange if not name.startswith((".c.ck.", ".resumed.joblib."))}
    if sum(path.name.startswith(".c.ck.") for path in run.iterdir()) > 1:
        strange.add("more than one replacement")
    if strange:
        result.problems.append(f"kill {result.kills}: left {', '.join(sorted(strange))}")
    if not (run / "c.ck").exists():
        return False
    try:
        return any(member.history for member in load_checkpoint(str(run / "c.ck")).members.values())
    except MlpcliError as error:
        result.problems.append(f"kill {result.kills}: {error.message}")
        return False


class Leftovers:
    """Trainings of three networks in one execution mode, killed, and what they leave behind.

    `folder` must be empty.
    """

    def __init__(self, folder: Path, mode: str) -> None:
        self._temporary, self._outputs = folder / "temporary", folder / "outputs"
        self._temporary.mkdir()
        self._outputs.mkdir()
        code = IN_MODE.format(mode=mode, workers=1 if mode == "in turn" else 2)
        out = str(self._outputs / "m.joblib")
        settings = ("--preset", "textbook", "--ensemble", "3", "--epochs", "200", "--patience", "200")
        files = ("-o", out, "--checkpoint", f"{out}.ck", "-f", "-q")
        # The table comes by a pipe, so that it is copied to TMPDIR.
        self._command = [sys.executable, "-c", code, "train", "-", "-t", "species", *settings, *files]

    def unbroken_seconds(self) -> float:
        """Duration of an unbroken run."""
        started = time.perf_counter()
        self._start().communicate()
        return time.perf_counter() - started

    def after(self, seconds: float, *, whole_group: bool) -> list[str]:
        """Kill a new run after this time, alone or with its workers; names of what is left."""
        shared, temporary = _names(SHARED_MEMORY), _names(self._temporary)
        for path in self._outputs.iterdir():
            path.unlink()
        process = self._start()
        time.sleep(seconds)
        if whole_group:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        try:
            process.communicate(timeout=PATIENCE_SECONDS)  # all that could write to the pipe have ended
            left = []
        except subprocess.TimeoutExpired:
            left = ["a process"]
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
        left += _names(self._temporary) - temporary
        left += _names(self._outputs) - {"m.joblib", "m.joblib.ck"}
        return [*left, *(_names(SHARED_MEMORY) - shared)]

    def _start(self) -> "subprocess.Popen[bytes]":
        with open(PIPED, "rb") as table:
            return subprocess.Popen(
                self._command,
                stdin=table,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env={**os.environ, "TMPDIR": str(self._temporary)},
                start_new_session=True,
            )


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def main(moments: int = 60, seed: int = 0) -> int:
    """Print what is left after kills at so many moments in each execution mode; 1 if there was anything."""
    generator, bad = random.Random(seed), 0
    for mode in EXECUTION_MODES:
        with tempfile.TemporaryDirectory() as folder:
            runs, left_behind = Leftovers(Path(folder), mode), 0
            whole = runs.unbroken_seconds()
            for number in range(moments):
                moment = generator.uniform(0, whole)
                if left := runs.after(moment, whole_group=number % 2 == 1):
                    left_behind += 1
                    print(f"  {mode}, after {moment:.2f} s: {', '.join(left)}")
        print(f"{mode}: {left_behind} of {moments} kills within {whole:.1f} s left something behind")
        bad += left_behind
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
