"""kill -9 at any moment: what is left is whole, and the same command goes on to the same bytes."""

from pathlib import Path

from tests.benchmarks.kills import MANNERS, kill_and_resume

KILLS, SEED = 5, 0


def test_five_kills(tmp_path: Path) -> None:
    """`tests/benchmarks/robustness.py` has more of them, of several networks too."""
    killed = kill_and_resume(tmp_path, MANNERS["one network"], KILLS, SEED)
    assert killed.problems == []
    assert killed.kills == KILLS
