"""The pages: the set-up lines, the README's length, links, the generated reference, lists of choices."""

import re
from pathlib import Path

import pytest

from mlpcli.cli.commands import COMMANDS
from mlpcli.options.options import SETTINGS_CLASSES
from mlpcli.render.manual import PAGES, summary_of
from mlpcli.settings import described_fields
from tests.manual import pages
from tests.manual.pages import MANUAL, README, ROOT, blocks_of
from tests.manual.reference import PAGE, reference

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
    assert [target for target in targets if not _file_of(page, target).exists()] == []


def _file_of(page: Path, link: str) -> Path:
    """The file of a link, also where the package with its manual is not next to this folder of tests."""
    parts = re.sub(r"^mlpcli/manual/", f"{MANUAL}/", link) if page == README else link
    return ROOT / parts.removeprefix("../../") if parts.startswith("../../") else page.parent / parts


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
