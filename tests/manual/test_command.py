"""`mlpcli manual`: contents, pages, near names, search."""

import subprocess
import sys

import pytest

from mlpcli.render.manual import PAGES
from tests.cli.commands import Commands
from tests.cli.terminals import in_terminal


@pytest.fixture
def mlpcli(monkeypatch: pytest.MonkeyPatch) -> Commands:
    return Commands(monkeypatch)


def test_contents(mlpcli: Commands) -> None:
    shown = mlpcli.ok("manual").out
    for page in PAGES:
        assert f"\n  {page} " in shown
    assert [each["page"] for each in mlpcli.ok("manual", "--json").json()["pages"]] == list(PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_plain_markdown_in_a_pipe(mlpcli: Commands, page: str) -> None:
    shown = mlpcli.ok("manual", page)
    assert shown.out.startswith("# ")
    assert "<!--" not in shown.out
    assert "](../" not in shown.out
    assert shown.err == ""
    assert mlpcli.ok("manual", page, "--json").json()["text"].rstrip() == shown.out.rstrip()


@pytest.mark.parametrize("name", ["LESSONS", "les", "Lesson"])
def test_names_in_any_case_and_cut_short(mlpcli: Commands, name: str) -> None:
    assert mlpcli.ok("manual", name).out.startswith("# Lessons")


def test_a_near_name(mlpcli: Commands) -> None:
    assert "'lessons'" in mlpcli.error(1, "manual", "lesons")


@pytest.mark.parametrize("words", [["xor"], ["perceptron", "XOR"], ["--search", "perceptron xor"]])
def test_words_are_searched(mlpcli: Commands, words: list[str]) -> None:
    shown = mlpcli.ok("manual", *words).out
    assert "lessons: Can a perceptron learn XOR?" in shown
    assert "data:" not in shown


def test_a_page_name_can_be_searched(mlpcli: Commands) -> None:
    shown = mlpcli.ok("manual", "--search", "scoring").out
    assert not shown.startswith("# ")
    found = mlpcli.ok("manual", "--search", "scoring", "--json").json()["found"]
    assert all("scoring" in str(section).casefold() for section in found)


def test_a_search_shows_lines_with_most_words(mlpcli: Commands) -> None:
    found = mlpcli.ok("manual", "dvc", "repro", "--json").json()["found"]
    assert ["`dvc repro` runs the stages" in section["lines"][0] for section in found][:1] == [True]


def test_nothing_found(mlpcli: Commands) -> None:
    assert "no section with these words" in mlpcli.error(1, "manual", "zeppelin")


def test_a_terminal_gets_a_page_laid_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGER", "cat")
    shown = in_terminal(["manual", "pipelines"], columns=60)
    lines = shown.screen(60)
    assert "Pipelines and CI" in [line.strip() for line in lines]
    assert "```" not in shown.plain
    assert "## " not in shown.plain
    assert any("exit code" in line and "meaning" in line for line in lines)


def test_neither_numpy_nor_pandas_is_loaded() -> None:
    code = (
        "import sys\nfrom mlpcli.cli.main import run\n"
        "assert run(['manual', 'data']) == 0\n"
        "assert not {'numpy', 'pandas', 'rich'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
