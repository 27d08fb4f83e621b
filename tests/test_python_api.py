"""The package as a Python user meets it: names, completion, help, and settings that are spelled wrong."""

import ast
import inspect
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import mlpcli
from mlpcli.data.reading.source import ReadingSettings
from mlpcli.errors import SettingsError
from mlpcli.nn.range_test import SweepSettings
from mlpcli.options.options import SETTINGS_CLASSES
from mlpcli.options.run import ClusterSettings
from mlpcli.settings import described_fields
from mlpcli.workflows.comparing.settings import ComparisonSettings
from mlpcli.workflows.describe import DESCRIBED_BY
from mlpcli.workflows.drifting.settings import DriftSettings
from mlpcli.workflows.evaluation.settings import EvaluationSettings
from mlpcli.workflows.explanation.settings import ExplanationSettings
from mlpcli.workflows.exporting.settings import ExportSettings
from mlpcli.workflows.prediction_settings import PredictionSettings
from mlpcli.workflows.reporting.settings import ReportSettings
from mlpcli.workflows.search.settings import CrossValidationSettings, TuneSettings
from mlpcli.workflows.surfaces.settings import SurfaceSettings

FUNCTIONS = [
    "compare",
    "cv",
    "describe",
    "drift",
    "evaluate",
    "explain",
    "export",
    "load",
    "lr_find",
    "predict",
    "report",
    "surface",
    "train",
    "tune",
    "verify",
]
ESTIMATORS = ["MLPClassifier", "MLPRegressor"]
CLASSES: dict[str, tuple[Any, ...]] = {
    "compare": (ComparisonSettings,),
    "cv": (CrossValidationSettings, ClusterSettings, *SETTINGS_CLASSES),
    "describe": DESCRIBED_BY,
    "drift": (DriftSettings, ReadingSettings),
    "evaluate": (EvaluationSettings, ReadingSettings),
    "explain": (ExplanationSettings, ReadingSettings),
    "export": (ExportSettings,),
    "lr_find": (SweepSettings, *SETTINGS_CLASSES),
    "predict": (PredictionSettings, ReadingSettings),
    "report": (ReportSettings, ReadingSettings),
    "surface": (SurfaceSettings, ReadingSettings),
    "train": (ClusterSettings, *SETTINGS_CLASSES),
    "tune": (TuneSettings, ClusterSettings, *SETTINGS_CLASSES),
    "verify": (ReadingSettings,),
}


def test_dir_has_the_public_names_and_no_others() -> None:
    assert dir(mlpcli) == [*ESTIMATORS, "MlpcliError", "__version__", *FUNCTIONS]
    assert sorted([*mlpcli.__all__, *ESTIMATORS]) == dir(mlpcli)  # a star import needs no scikit-learn
    # Completion of editors reads the names that stand in the file.
    assert {"Any", "TYPE_CHECKING", "import_module", "sys"}.isdisjoint(vars(mlpcli))


def test_star_import_and_lazy_loading() -> None:
    """In a process of its own, where nothing is loaded yet."""
    code = (
        "import sys, mlpcli\n"
        "names = dir(mlpcli)\n"
        "assert not {'numpy', 'pandas', 'sklearn'} & set(sys.modules)\n"
        "from mlpcli import *\n"
        "assert all(callable(globals()[name]) for name in names if name[0] != '_' and 'MLP' not in name)\n"
        "assert 'sklearn' not in sys.modules\n"
        "assert train.__module__ == 'mlpcli.workflows.train'\n"
        "assert 'import_module' not in globals()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_misspelt_function_is_answered_as_python_does() -> None:
    with pytest.raises(AttributeError, match=r"^module 'mlpcli' has no attribute 'evalute'$") as raised:
        getattr(mlpcli, "evalute")  # noqa: B009
    assert raised.value.name == "evalute"
    assert raised.value.obj is mlpcli  # by which the interpreter suggests a name


@pytest.mark.parametrize("name", CLASSES)
def test_help_lists_every_setting_once(name: str) -> None:
    text = inspect.getdoc(getattr(mlpcli, name)) or ""
    lines = text.splitlines()
    fields = [field for each in CLASSES[name] for field in described_fields(each)]
    for field in fields:
        assert len([line for line in lines if f"{line} ".startswith(f"    {field} ")]) == 1
    assert max(map(len, lines)) <= 106
    assert "{" not in text.partition("Reading:")[2]


def test_signatures_are_readable() -> None:
    """Neither addresses nor objects stand in the help of `train`."""
    signature = str(inspect.signature(mlpcli.train))
    assert " at 0x" not in signature
    assert "Outputs(" not in signature


def test_type_checkers_see_every_name() -> None:
    """As imports that do not run."""
    nodes = ast.walk(ast.parse(Path(mlpcli.__file__).read_text()))
    imported = {alias.name for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert imported == {*mlpcli.__all__, *ESTIMATORS}


def test_the_signature_of_a_function_stays() -> None:
    parameters = inspect.signature(mlpcli.evaluate).parameters
    assert [*parameters][:3] == ["model", "data", "curves"]
    assert parameters["settings"].kind is inspect.Parameter.VAR_KEYWORD


@pytest.mark.parametrize(
    ("function", "given", "message", "hint"),
    [
        ("train", ["lr"], "there is no setting 'lr'", "Did you mean 'learning_rate'?"),
        ("lr_find", ["lr"], "there is no setting 'lr'", "Did you mean 'learning_rate'?"),
        ("describe", ["lr"], "there is no setting 'lr'", "Did you mean 'learning_rate'?"),
        ("train", ["from_"], "there is no setting 'from_'", "Did you mean 'from_model'?"),
        ("train", ["epocs"], "there is no setting 'epocs'", "Did you mean 'epochs'?"),
        ("train", ["outptu"], "there is no setting 'outptu'", "Did you mean 'output'?"),
        ("train", ["zzz"], "there is no setting 'zzz'", "help(mlpcli.train) lists the settings."),
        (
            "train",
            ["lr", "epocs", "zzz"],
            "there are no settings 'lr', 'epocs', 'zzz'",
            "Did you mean 'learning_rate' for 'lr', 'epochs' for 'epocs'? "
            "help(mlpcli.train) lists the settings.",
        ),
        ("predict", ["porba"], "there is no setting 'porba'", "Did you mean 'proba'?"),
        ("evaluate", ["bootstap"], "there is no setting 'bootstap'", "Did you mean 'bootstrap'?"),
        ("evaluate", ["curve"], "there is no setting 'curve'", "Did you mean 'curves'?"),
        ("drift", ["failif"], "there is no setting 'failif'", "Did you mean 'fail_if'?"),
        ("compare", ["metrics"], "there is no setting 'metrics'", "Did you mean 'metric'?"),
    ],
)
def test_wrong_names(function: str, given: list[str], message: str, hint: str) -> None:
    """All in one error, before any file is looked at."""
    called: Callable[..., Any] = getattr(mlpcli, function)
    with pytest.raises(SettingsError) as raised:
        called("there is no such file.csv", "nor this", **dict.fromkeys(given, 1))
    assert (str(raised.value), raised.value.hint) == (message, hint)


def test_many_wrong_names() -> None:
    called: Callable[..., Any] = mlpcli.predict
    with pytest.raises(SettingsError) as raised:
        called("a", "b.csv", **{f"zz{number}": 1 for number in range(1000)})
    assert len(str(raised.value)) < 100
