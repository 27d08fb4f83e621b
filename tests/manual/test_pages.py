"""The pages: the set-up lines, the README's length, links, the generated reference, lists of choices."""

import re
from pathlib import Path

import pytest

from mlpcli.cli.commands import COMMANDS
from mlpcli.options.options import SETTINGS_CLASSES
from mlpcli.render.manual import PAGES, summary_of
from mlpcli.settings import described_fields
from mlpcli.workflows.lessons.settings import LESSONS
from tests.cli.commands import Commands
from tests.manual import pages
from tests.manual.pages import MANUAL, README, ROOT, blocks_of
from tests.manual.reference import JSON, PAGE, reference

LONGEST_LINE = 130
"""For code and text; tables may be longer."""
SAMPLES = ROOT / "sample_data"


def test_the_two_commands_stand_first() -> None:
    train, test = blocks_of(README)[0].text.splitlines()
    assert all(line.startswith("python3 -m venv .venv && .venv/bin/pip install") for line in (train, test))
    assert "mlpcli train sample_data/" in train
    assert "pytest" in test


def test_the_readme_is_short() -> None:
    assert len(README.read_text().splitlines()) <= 180


def test_the_pages_are_listed() -> None:
    assert {path.stem for path in MANUAL.glob("*.md")} == set(PAGES)
    listed = re.findall(r"^\| \[(\w+)\]\(mlpcli/manual/\1\.md\)", README.read_text(), flags=re.MULTILINE)
    assert tuple(listed) == PAGES


@pytest.mark.parametrize("page", PAGES)
def test_a_page_begins_with_its_title_and_one_sentence(page: str) -> None:
    first, *_ = (MANUAL / f"{page}.md").read_text().splitlines()
    assert first.startswith("# ")
    assert summary_of(page).endswith(".")
    assert len(summary_of(page)) <= 65  # so that the list of pages fits 80 columns


@pytest.mark.parametrize("page", PAGES)
def test_headings_are_questions_or_problems(page: str) -> None:
    text = (MANUAL / f"{page}.md").read_text()
    headings = re.findall(
        r"^## (.*)$", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE
    )
    assert headings
    assert [heading for heading in headings if not heading.endswith("?") and "My " not in heading] == []


@pytest.mark.parametrize("page", pages.PAGES, ids=lambda page: f"{page.parent.name}-{page.stem}")
def test_lines_are_not_too_long(page: Path) -> None:
    lines = [line for line in page.read_text().splitlines() if not line.startswith(("|", "python3 -m venv"))]
    text = re.sub(r"^<!--.*?-->\n|^```text.*?^```", "", "\n".join(lines), flags=re.MULTILINE | re.DOTALL)
    if page.parent != SAMPLES:
        assert [line for line in text.splitlines() if len(line) > LONGEST_LINE] == []


@pytest.mark.parametrize("page", pages.PAGES, ids=lambda page: f"{page.parent.name}-{page.stem}")
def test_links_and_pictures_exist(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text())
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_reference_is_that_of_the_program() -> None:
    renew = (
        "python -c 'from tests.manual.reference import write_reference; write_reference()' renews the page"
    )
    assert PAGE.read_text() == reference(), renew


def test_every_command_is_named() -> None:
    text = "".join(page.read_text() for page in pages.PAGES)
    assert [command for command in COMMANDS if f"mlpcli {command}" not in text] == []


def test_tables_of_choices_are_those_of_the_program() -> None:
    text = (MANUAL / "choosing.md").read_text()
    listed = dict(re.findall(r"^\| `--([\w-]+)` \| (.*) \|$", text, flags=re.MULTILINE))
    settings = {name: each for kind in SETTINGS_CLASSES for name, each in described_fields(kind).items()}
    for flag, choices in listed.items():
        assert choices.split(", ") == list(settings[flag.replace("-", "_")].choices)
    with_tables = {name for name, each in settings.items() if len(each.choices) > 2} - {
        "task",
        "preset",
        "engine",
    }
    with_tables -= {"decay_schedule", "dropout_schedule"}  # those of the learning rate, but for plateau
    assert {name.replace("_", "-") for name in with_tables} <= set(listed)


def test_json_fields_are_those_of_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mlpcli = Commands(monkeypatch)
    table, model = str(SAMPLES / "circle.csv"), str(tmp_path / "m.joblib")
    saved = tmp_path / "evaluation.json"
    other = tmp_path / "other.joblib"
    train = f"train {table} -t class --preset textbook --hidden 4 --epochs 2 -o {model}"
    lines = {
        "train --dry-run": f"{train} --dry-run",
        "train": train,
        "describe": f"describe {table}",
        "describe --against": f"describe {table} --against {model}",
        "predict": f"predict {model} {table} -o {tmp_path / 'out.csv'}",
        "evaluate": f"evaluate {model} {table}",
        "explain": f"explain {model} {table}",
        "explain --surface": f"explain {model} {table} --surface x1,x2",
        "lr-find": f"lr-find {table} -t class --preset textbook --steps 20 --sweeps 1",
        "inspect": f"inspect {model}",
        "inspect --verify": f"inspect {model} --verify {table}",
        "inspect --diff": f"inspect --diff {model} {other}",
        "cv": f"cv {table} -t class --preset textbook --epochs 2 --folds 2 --repeats 1 --workers 1",
        "tune": f"tune {table} -t class --preset textbook --epochs 2 --hidden 4 --folds 2 --trials 3",
        "report": f"report {model} -o {tmp_path / 'report.html'}",
        "export": f"export {model} -o {tmp_path / 'scorer.py'}",
        "compare": f"compare {model} {saved}",
        "lessons": "lessons",
        **{f"lessons {name}": f"lessons {name}" for name in LESSONS},
        "manual": "manual",
    }
    assert set(lines) == set(JSON)
    for name, line in lines.items():
        result = mlpcli.ok(*line.split(), "--json")
        fields = set(result.json()) - {"command", "format", "mlpcli"}
        assert (name, fields) == (name, set(JSON[name]))
        if name == "evaluate":
            saved.write_text(result.out)
            other.write_bytes(Path(model).read_bytes())
