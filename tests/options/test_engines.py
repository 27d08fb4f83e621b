"""The engine follows from what is given, what is installed and sizes; with a broken numba work goes on."""

import importlib.util
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import pytest

from mlpcli.errors import MlpcliError
from mlpcli.nn.kernels import NUMBA, NUMPY, code_folder, probe
from mlpcli.nn.kernels.code_folder import CodeFolder
from mlpcli.options import engines
from mlpcli.options.engines import WORTH_SCORING, WORTH_TRAINING, scoring_engine, training_engine

LONG = 2 * WORTH_TRAINING


def raising(error: Exception) -> Any:
    def function(*args: Any, **settings: Any) -> Any:
        raise error

    return function


@pytest.fixture
def missing(monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "numba" else found(name))
    monkeypatch.setattr(engines, "version", raising(PackageNotFoundError()))
    monkeypatch.setattr(
        engines, "require_extra", raising(MlpcliError("no numba", "pip install 'mlpcli[fast]'"))
    )


BROKEN = {
    "old": (engines, "version", lambda name: "0.61.2", "numba 0.61.2 is too old (0.62 or later is needed)"),
    "damaged": (probe, "refuse_broken", raising(OSError("no llvmlite\nmore")), "(OSError: no llvmlite)"),
    "wrong": (probe, "refuse_broken", raising(ArithmeticError("2 + 2 = 5")), "(ArithmeticError: 2 + 2 = 5)"),
}


@pytest.mark.parametrize("work", [0.0, LONG])
def test_what_is_given_decides(work: float, monkeypatch: pytest.MonkeyPatch) -> None:
    assert training_engine(NUMBA, work).name == NUMBA
    monkeypatch.setattr(engines, "_unusable", raising(AssertionError("looked at numba")))
    assert training_engine(NUMPY, work) == engines.ChosenEngine(NUMPY)


def test_auto_takes_numba_for_long_trainings_and_looks_for_it_only_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert training_engine("auto", WORTH_TRAINING).name == NUMBA
    monkeypatch.setattr(importlib.util, "find_spec", raising(AssertionError("looked at numba")))
    assert training_engine("auto", 0.99 * WORTH_TRAINING) == engines.ChosenEngine(NUMPY)


def test_auto_takes_numba_for_large_files(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_bytes(b"x" * 1000)
    parameters = int(WORTH_SCORING / 1000)
    assert scoring_engine("auto", [str(table)], parameters).name == NUMBA
    assert scoring_engine("auto", [str(table)], parameters - 1).name == NUMPY
    assert scoring_engine("auto", [str(table), "-", str(table)], parameters // 2).name == NUMBA
    assert scoring_engine("auto", ["-"], parameters).name == NUMPY
    assert scoring_engine("auto", object(), parameters).name == NUMPY


@pytest.mark.usefixtures("missing")
def test_without_numba_auto_says_nothing_and_asking_for_it_names_the_extra() -> None:
    assert training_engine("auto", LONG) == engines.ChosenEngine(NUMPY)
    with pytest.raises(MlpcliError) as caught:
        training_engine(NUMBA, LONG)
    assert "pip install 'mlpcli[fast]'" in str(caught.value.hint)


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_numba_is_one_note_or_an_error_if_asked_for(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, attribute, value, said = BROKEN[name]
    monkeypatch.setattr(module, attribute, value)
    chosen = training_engine("auto", LONG)
    assert chosen.name == NUMPY
    assert [said in note for note in chosen.notes] == [True]
    with pytest.raises(MlpcliError) as caught:
        training_engine(NUMBA, LONG)
    assert said in str(caught.value.message)


@pytest.mark.parametrize(("value", "engine"), [("1", NUMPY), ("0", NUMBA), ("", NUMBA)])
def test_disabled_compiling(value: str, engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_DISABLE_JIT", value)
    assert training_engine("auto", LONG).name == engine


def test_a_note_on_code_that_cannot_be_kept_or_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(code_folder, "code_folder", lambda: CodeFolder(None, "no room"))
    (note,) = training_engine(NUMBA, LONG).notes
    assert "cannot be kept (no room)" in note
    monkeypatch.setattr(code_folder, "code_folder", lambda: CodeFolder(tmp_path))
    assert training_engine(NUMBA, LONG).notes == (engines.FIRST_USE,)
    (tmp_path / "probe.exponentials.nbi").touch()
    assert training_engine(NUMBA, LONG).notes == (engines.FIRST_USE,)
    (tmp_path / "products.times.nbi").touch()
    assert training_engine(NUMBA, LONG).notes == (engines.FIRST_USE,)
    (tmp_path / "chain.pass_on.nbi").touch()
    assert training_engine(NUMBA, LONG).notes == ()
