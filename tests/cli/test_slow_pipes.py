"""`predict` in a pipeline: rows of a slow producer come out as they arrive, `head` ends it quietly."""

import gzip
import subprocess
import sys
from pathlib import Path
from threading import Timer

from tests.cli.commands import SAMPLES

LINES = (SAMPLES / "penguins.csv").read_text().splitlines()


def test_the_first_row_is_out_before_the_last_is_in(penguins_model: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "mlpcli", "predict", str(penguins_model), "-", "-q"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    stop = Timer(60, process.kill)
    stop.start()
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(LINES[0] + "\n" + LINES[1] + "\n")
    process.stdin.flush()
    # This waits for the row: were it held back until the end, it would wait until the process is killed.
    assert process.stdout.readline().startswith(LINES[0])
    assert process.stdout.readline().startswith(LINES[1])
    process.stdin.write(LINES[2] + "\n")
    process.stdin.close()
    assert process.stdout.read().startswith(LINES[2])
    assert process.wait() == 0
    stop.cancel()
    process.stdout.close()


def test_head_of_a_long_stream(penguins_model: Path, tmp_path: Path) -> None:
    first, *rows = LINES
    with gzip.open(tmp_path / "big.csv.gz", "wt") as file:
        file.write(
            "\n".join([f"id,{first}", *(f"{number:07},{rows[number % 300]}" for number in range(50_000))])
        )
    command = f"{sys.executable} -m mlpcli predict {penguins_model} - --keep id -q"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"(gunzip < {tmp_path}/big.csv.gz || true) | {command} | head -3"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split(",")[0] for line in done.stdout.splitlines()] == ["id", "0000000", "0000001"]
