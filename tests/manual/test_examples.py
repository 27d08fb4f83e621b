"""Every example of README and manual runs, and does what the sentence before it promises."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.manual.forked import forking
from tests.manual.pages import PAGES, RUN, Block, blocks_of, normal
from tests.manual.running import examples_of

WITH_EXAMPLES = [page for page in PAGES if any(block.kind in RUN for block in blocks_of(page))]
RENEW = "python -m tests.manual.renew shows what programs write now; read the difference before you keep it"


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with forking(tmp_path_factory.mktemp("bin")) as folder:
        yield folder


def name_of(page: Path) -> str:
    return f"{page.parent.name}-{page.stem}"


@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=name_of)
def test_examples(page: Path, tmp_path: Path, scripts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for example in examples_of(page, tmp_path, scripts):
        block = example.block
        assert not example.failed, f"{block.place}\n{block.text}\n{example.output}"
        for shown in block.shown:
            now = shown.cut(example.output)
            assert normal(now) == normal(shown.lines), f"{block.place}\n{RENEW}"


def unchecked(block: Block) -> bool:
    return block.kind in RUN and not block.file and not block.checks and "pip install" not in block.text


@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=name_of)
def test_every_example_says_what_it_promises(page: Path) -> None:
    assert not [block.place for block in blocks_of(page) if unchecked(block)]
