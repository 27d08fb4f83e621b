"""Completions: bash runs click's script itself; for zsh and fish, what they send and get is tested."""

import csv
import os
import re
import shlex
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path

import click
import openpyxl
import pytest
from click.shell_completion import ShellComplete

from mlpcli.cli.commands import COMMANDS
from mlpcli.cli.completion import Bash, Fish, Zsh
from mlpcli.cli.grouped import GroupedOption
from mlpcli.cli.main import commands
from mlpcli.data.schema import CHOICES
from mlpcli.nn.optimizers import OPTIMIZERS
from tests.cli import terminals
from tests.cli.commands import sample

ODD = ["plain", "two words", "a,b", 'quo"te', "it's", "star*", "ünï", "x=y", "p:q", "$dollar", "#", "~", "\\"]
PENGUINS = str(sample("penguins.csv"))
KNOWN_FORMS = {
    *(
        "FILE",
        "FRACTION",
        "LINES",
        "MODEL",
        "COLUMN",
        "A,B",
        "COLUMN=KIND",
        "FORMULA,...",
        "SIZE",
        "SIZES",
        "CHAR",
        "NAME",
        "OPTIONS",
        "ADDRESS",
        "WORDS",
    ),
    "COLUMN=WORDS",
    *(
        "CLASS",
        "CLASS=W,...",
        "RATE",
        "RATE,...",
        "LEVELS",
        "KIND=F,...",
        "P",
        "LEVEL",
        "METRIC",
        "CONDITION",
        "METRIC=X,...",
        "cost:FP=1,FN=5",
        "FILE.json",
        "FOLDER",
        "N",
        "NUMBER",
        "K",
        "DURATION",
        "TEXT",
    ),
}


@pytest.fixture
def odd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A table of odd names, called t.csv in the current folder."""
    monkeypatch.chdir(tmp_path)
    with open("t.csv", "w") as file:
        csv.writer(file).writerows([ODD, range(len(ODD))])
    return tmp_path


def answer(shell: type[ShellComplete], monkeypatch: pytest.MonkeyPatch, before: str, after: str = "") -> str:
    """What is printed for a shell whose cursor stands between two parts of a line."""
    words = before.split(" ")
    place, whole = str(len(words) - 1), before + after
    if shell is Fish:
        place, whole = words[-1], before
    monkeypatch.setenv("COMP_WORDS", whole)
    monkeypatch.setenv("COMP_CWORD", place)
    return shell(commands, {}, "mlpcli", "_MLPCLI_COMPLETE").complete()


def offered(
    shell: type[ShellComplete], monkeypatch: pytest.MonkeyPatch, before: str, after: str = ""
) -> list[str]:
    """The values that a shell gets; for bash with a backslash less, which its script reads away."""
    found = answer(shell, monkeypatch, before, after)
    if shell is Zsh:
        return found.split("\n")[1::3]
    return [line.partition(",")[2].partition("\t")[0].replace("\\\\", "\\") for line in found.splitlines()]


@pytest.mark.parametrize("shell", [Bash, Zsh, Fish])
def test_commands_options_choices(shell: type[ShellComplete], monkeypatch: pytest.MonkeyPatch) -> None:
    assert offered(shell, monkeypatch, "mlpcli ") == list(COMMANDS)
    assert offered(shell, monkeypatch, "mlpcli ev") == ["evaluate"]
    assert offered(shell, monkeypatch, "mlpcli nothing ") in ([], [""])
    assert offered(shell, monkeypatch, "mlpcli train --hid") == ["--hidden"]
    assert set(offered(shell, monkeypatch, "mlpcli train --optimizer ")) == set(OPTIMIZERS)
    assert offered(shell, monkeypatch, "mlpcli predict m d --format t") == ["tsv"]
    assert offered(shell, monkeypatch, "mlpcli train --validation no") == ["none"]
    assert offered(shell, monkeypatch, "mlpcli train --help-all --help --hid") == ["--hidden"]


@pytest.mark.parametrize("shell", [Bash, Zsh, Fish])
@pytest.mark.parametrize(
    "line", ["train ", "predict ", "predict m ", "train -o ", "train --validation ", "lr-find --csv "]
)
def test_files_are_left_to_the_shell(
    shell: type[ShellComplete], line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = answer(shell, monkeypatch, f"mlpcli {line}")
    assert re.match(r"file[,\n]", found)


@pytest.mark.parametrize("shell", [Bash, Zsh, Fish])
def test_columns(shell: type[ShellComplete], odd: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(before: str, after: str = "") -> list[str]:
        return offered(shell, monkeypatch, before, after)

    for option in ("-t", "--features", "--drop", "--weight", "--group", "--time", "--wide"):
        assert ask(f"mlpcli train t.csv {option} pl") == ["plain"]
        if shell is not Fish:
            assert ask(f"mlpcli train {option} pl", " t.csv") == ["plain"]
    assert ask("mlpcli predict m t.csv --keep pl") == ["plain"]
    lists = ["plain,star*"] if shell is Zsh else ["plain,star\\*"] if shell is Bash else []
    assert ask("mlpcli train t.csv --drop plain,st") == lists
    assert ask("mlpcli train t.csv --drop plain,pl") in ([], [""])
    assert ask("mlpcli train t.csv --wide a") == ["all", *([] if shell is Fish else ["a,b"])]
    assert ask("mlpcli train t.csv --kind pl") == [f"plain={each}" for each in CHOICES]
    assert ask("mlpcli train t.csv --kind plain=d") == ["plain=date"]


def test_the_delimiter_and_the_packing_are_known(odd: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import gzip

    Path("s.csv.gz").write_bytes(gzip.compress(b"one|two;three\n1|2;3\n"))
    Path("j.jsonl").write_text('{"one": 1, "two": 2}\n')
    assert offered(Fish, monkeypatch, "mlpcli train -d \\; s.csv.gz -t ") == ["one|two", "three"]
    assert offered(Fish, monkeypatch, "mlpcli train -d pipe s.csv.gz -t ") == ["one", "two;three"]
    assert offered(Fish, monkeypatch, "mlpcli train j.jsonl -t ") == ["one", "two"]
    assert offered(Fish, monkeypatch, "mlpcli train ?.jsonl -t ") == ["one", "two"]


def test_tables_that_cannot_be_read_offer_nothing(odd: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo("pipe")
    Path("empty.csv").write_bytes(b"")
    Path("broken.csv.gz").write_bytes(b"\x1f\x8bbroken")
    for name in ("-", "pipe", "empty.csv", "broken.csv.gz", "none.csv", "."):
        assert offered(Fish, monkeypatch, f"mlpcli train {name} -t ") == []
    assert offered(Fish, monkeypatch, "mlpcli train pipe t.csv -t pl") == ["plain"]


def test_archives_workbooks_and_databases(odd: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile("two.zip", "w") as archive:
        archive.writestr("a.csv", "one,two\n1,2\n")
        archive.writestr("b.csv", "three\n3\n")
    book = openpyxl.Workbook()
    book.active.append(["speed", "load"])
    book.save("book.xlsx")
    with closing(sqlite3.connect("data.sqlite")) as connection:
        connection.execute("create table t (power, grade)")
        connection.commit()
    Path("doubled.csv").write_text("a,a,y\n1,2,3\n")
    assert offered(Fish, monkeypatch, "mlpcli train two.zip#a.csv -t ") == ["one", "two"]
    assert offered(Fish, monkeypatch, "mlpcli train two.zip -t ") == []
    assert offered(Fish, monkeypatch, "mlpcli train book.xlsx -t ") == ["speed", "load"]
    assert offered(Fish, monkeypatch, "mlpcli train data.sqlite#t -t p") == ["power"]
    assert offered(Fish, monkeypatch, "mlpcli train doubled.csv --drop ") == ["a", "y"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_form_of_value_is_known(command: str) -> None:
    found = commands.get_command(click.Context(commands), command)
    assert found is not None
    for option in found.params:
        if isinstance(option, GroupedOption) and option.metavar:
            for form in option.metavar.split("|"):
                assert form in KNOWN_FORMS or re.fullmatch("[a-z][a-z0-9]*", form), option.name


BASH_LINES = {
    "train t.csv -t two": ["two\\ words"],
    "train t.csv -t 'two": ["two words"],
    'train t.csv -t "quo': [],
    "train t.csv -t quo": ['quo\\"te'],
    "train t.csv --drop plain,st": ["plain,star\\*"],
    "train t.csv -t x": ["x=y"],
    "train -t a t.csv": ["a,b"],
    "inspect --nothing ü --verb": ["--verbose"],
}
"""What is typed, with the cursor behind the last word that is not t.csv, and what bash puts there."""


def test_the_script_of_bash(odd: Path) -> None:
    """The function that a TAB calls, with what bash gives it."""
    calls = ""
    for line in BASH_LINES:
        # As bash cuts the line: an open quote belongs to its word.
        words = ["mlpcli", *line.split(" ")]
        place = len(words) - 2 if line.endswith("a t.csv") else len(words) - 1
        quoted = " ".join(map(shlex.quote, words))
        calls += f"COMP_WORDS=({quoted}); COMP_CWORD={place}; COMPREPLY=(); _mlpcli_completion mlpcli\n"
        calls += 'printf "%s\\n" ${#COMPREPLY[@]} "${COMPREPLY[@]}"\n'
    folder = Path(terminals.COMMAND[0]).parent  # of a script that forks, and loads nothing anew
    done = subprocess.run(
        ["bash", "-c", f'eval "$(_MLPCLI_COMPLETE=bash_source mlpcli)"\n{calls}'],
        env=os.environ | {"PATH": f"{folder}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    wanted = [[str(len(values)), *values] for values in BASH_LINES.values()]
    assert done.stdout.splitlines() == [each for values in wanted for each in values]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_commands_are_completed_without_numpy(shell: str) -> None:
    code = (
        "import sys\nfrom mlpcli.cli.main import run\n"
        "try:\n    run([])\nexcept SystemExit as end:\n    assert end.code == 0\n"
        "assert not {'numpy', 'pandas', 'rich', 'joblib'} & set(sys.modules)"
    )
    line = {"COMP_WORDS": "mlpcli tr", "COMP_CWORD": "tr" if shell == "fish" else "1"}
    environment = os.environ | line | {"_MLPCLI_COMPLETE": f"{shell}_complete"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "train" in done.stdout
