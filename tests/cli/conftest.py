from pathlib import Path

import pytest

from tests.cli.commands import Commands, sample


@pytest.fixture
def mlpcli(monkeypatch: pytest.MonkeyPatch) -> Commands:
    return Commands(monkeypatch)


@pytest.fixture(scope="session")
def penguins_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "penguins.joblib"
    with pytest.MonkeyPatch.context() as patch:
        Commands(patch).ok(
            "train", sample("penguins.csv"), "-t", "species", "--preset", "textbook", "-o", path
        )
    return path
