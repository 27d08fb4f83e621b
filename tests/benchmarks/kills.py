"""Kill trainings with a checkpoint at random moments, resume them, compare with an unbroken one."""

import json
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mlpcli import artifact as room
from mlpcli.artifact.checkpoint import load as load_checkpoint
from mlpcli.errors import MlpcliError

SAMPLE = Path(__file__).parents[2] / "sample_data" / "digits.csv.gz"
MODES: dict[str, tuple[str, ...]] = {
    "one network": ("--preset", "textbook", "--epochs", "40"),
    "three in turn": ("--preset", "textbook", "--ensemble", "3", "--threads", "1", "--epochs", "15"),
    "two side by side": ("--epochs", "15", "--hidden", "64,64"),
}


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
