"""Runs command lines in this process, as a shell would see them: exit code, stdout, stderr.

A JSON object on stdout must be as its schema says.
"""

import io
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import pytest

from tests.json_schemas import require_valid

SAMPLES = Path(__file__).parent.parent.parent / "sample_data"


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str

    def json(self) -> Any:
        import json

        return json.loads(self.out)


class Commands:
    """`run("train", ...)` with optional stdin."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def __call__(
        self,
        *arguments: object,
        stdin: bytes = b"",
        stdout: TextIO | None = None,
        stderr: TextIO | None = None,
    ) -> Result:
        """With streams in place of those that are kept, `out` and `err` of the result are empty."""
        from mlpcli.cli.main import run

        out, err = io.BytesIO(), io.BytesIO()
        with self._monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(stdin))))
            stdout = stdout or io.TextIOWrapper(out, encoding="utf-8", newline="")
            stderr = stderr or io.TextIOWrapper(err, encoding="utf-8", newline="")
            patch.setattr(sys, "stdout", stdout)
            patch.setattr(sys, "stderr", stderr)
            texts = [str(each) for each in arguments]
            patch.setattr(sys, "argv", ["mlpcli", *texts])
            code = run(texts)
            stdout.flush()
            stderr.flush()
        result = Result(code, out.getvalue().decode(), err.getvalue().decode())
        require_valid(result.out)
        return result

    def ok(self, *arguments: object, stdin: bytes = b"") -> Result:
        result = self(*arguments, stdin=stdin)
        assert result.code == 0, result.err
        return result

    def error(self, code: int, *arguments: object, stdin: bytes = b"") -> str:
        """The error's two lines; stdout must be empty."""
        result = self(*arguments, stdin=stdin)
        assert result.code == code, (result.code, result.err)
        assert result.out == ""
        lines = [line for line in result.err.splitlines() if not line.startswith("note:")]
        assert lines[0].startswith("error: "), result.err
        assert len(lines) <= 2, result.err
        assert len(lines) == 1 or lines[1].startswith("hint: ")
        assert "Traceback" not in result.err
        return result.err


@contextmanager
def unread() -> Iterator[TextIO]:
    """The end of a pipe whose reader has left, without a buffer."""
    reader, writer = os.pipe()
    os.close(reader)
    with io.FileIO(writer, "w") as raw, io.TextIOWrapper(raw, encoding="utf-8", write_through=True) as text:
        yield text


@contextmanager
def full_device() -> Iterator[TextIO]:
    """A file to which nothing can be written, without a buffer."""
    with io.FileIO("/dev/full", "w") as raw, io.TextIOWrapper(raw, write_through=True) as text:
        yield text


def sample(name: str) -> Path:
    return SAMPLES / name


def write(folder: Path, name: str, lines: Sequence[str]) -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n")
    return path
