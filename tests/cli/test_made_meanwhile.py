"""Without -f an output is created, never replaced: also if another program makes the file during the work."""

from pathlib import Path

import pytest

from mlpcli import files
from mlpcli.render.plots import plot_files
from tests.cli.commands import Commands, sample

TABLE = sample("penguins.csv")
TRAIN = ("train", TABLE, "-t", "species", "--preset", "textbook", "--hidden", "4", "--epochs", "1")
LR_FIND = ("lr-find", TABLE, "-t", "species", "--preset", "textbook", "--steps", "20", "--sweeps", "1")
COMMANDS = {
    "the model": (*TRAIN, "-o", "{out}"),
    "beside a checkpoint": (*TRAIN, "--checkpoint", "{out}.ck", "-o", "{out}"),
    "history": (*TRAIN, "-o", "{out}.m", "--history", "{out}.csv"),
    "rows": ("predict", "{model}", TABLE, "-o", "{out}"),
    "curve": (*LR_FIND, "--csv", "{out}"),
    "weights": ("inspect", "{model}", "--weights", "{out}.npz"),
    "picture": ("evaluate", "{model}", TABLE, "--plot", "{out}.svg"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_it_stays(
    name: str, mlpcli: Commands, penguins_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [str(each).format(out=tmp_path / "out", model=penguins_model) for each in COMMANDS[name]]
    output = Path(words[-1])
    check = files.check_output

    def check_and_make(path: str, **how: object) -> None:
        check(path, **how)  # type: ignore[arg-type]
        if path == str(output):
            output.write_text("theirs")

    with monkeypatch.context() as patch:
        patch.setattr(files, "check_output", check_and_make)
        patch.setattr(plot_files, "check_output", check_and_make)
        result = mlpcli(*words)
    assert result.code == 1
    assert f"error: {output}: exists already\nhint: " in result.err
    assert "-f" in result.err
    assert output.read_text() == "theirs"
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
    mlpcli.ok(*words, "-f")
    assert output.read_bytes() != b"theirs"
