"""The files of pictures: what can be wrong before, whole or absent, the same bytes; and small helpers."""

import logging
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mlpcli
from mlpcli.errors import MlpcliError, OutputError, SettingsError
from mlpcli.metrics.evaluation_curves import evaluation_curves
from mlpcli.metrics.outcome import Outcome
from mlpcli.render.plots.canvas import FORMATS, drawing, ending_of, name, number
from mlpcli.render.plots.panels import spread
from mlpcli.render.plots.plot_files import (
    CLASS_PLOTS,
    VALUE_PLOTS,
    check_evaluation_plot,
    check_plot,
    plot_evaluation,
    plot_rates,
    plot_training,
)
from tests.render.examples import UGLY, classes, finding, history, values


@pytest.mark.parametrize("ending", FORMATS)
def test_the_same_picture_is_the_same_bytes(tmp_path: Path, ending: str) -> None:
    for copy in ("a", "b"):
        plot_rates(str(tmp_path / f"{copy}.{ending}"), finding({"half_max": 0.01}), UGLY[2])
    first, second = ((tmp_path / f"{copy}.{ending}").read_bytes() for copy in ("a", "b"))
    assert first == second
    start = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[ending]
    assert first.startswith(start)


def test_a_real_training_and_range_test(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    data: Any = "sample_data/penguins.csv"
    run = mlpcli.train(data, "species", preset="textbook", epochs=4, hidden="8")
    histories = [(member.history, member.best_epoch) for member in run.members]
    plot_training(str(tmp_path / "training.png"), histories, "accuracy", "日本語")
    plot_rates(str(tmp_path / "rates.svg"), mlpcli.lr_find(data, "species", preset="textbook", sweeps=1))
    assert {each.name for each in tmp_path.iterdir()} == {"training.png", "rates.svg"}
    assert not [each for each in caplog.records if each.name.startswith("matplotlib") and each.levelno > 20]
    assert capfd.readouterr() == ("", "")


def test_a_folder_gets_a_file_for_each_plot(tmp_path: Path) -> None:
    folder = f"{tmp_path}/new/"
    check_evaluation_plot(folder, "binary", force=False)
    written = plot_evaluation(folder, classes(2), ["no", "yes"])
    assert [Path(each).name for each in written] == [f"{plot}.png" for plot in CLASS_PLOTS]
    assert all(Path(each).read_bytes().startswith(b"\x89PNG") for each in written)
    with pytest.raises(OutputError, match=r"confusion\.png: exists already"):
        check_evaluation_plot(folder, "binary", force=False)
    check_evaluation_plot(folder, "binary", force=True)
    check_evaluation_plot(folder, "regression", force=False)
    written = plot_evaluation(folder.rstrip("/"), values(5, 2), ["a", "b"])
    assert [Path(each).name for each in written] == [f"{plot}.png" for plot in VALUE_PLOTS]


def test_rows_of_one_class_have_a_picture_too(tmp_path: Path) -> None:
    outcome = Outcome(np.zeros(4, int), np.zeros(4, int), np.full((4, 2), 0.5))
    written = plot_evaluation(f"{tmp_path}/", evaluation_curves(outcome, "binary"), ["no", "yes"])
    assert [Path(each).stem for each in written] == ["confusion", "calibration"]


def test_a_picture_that_fails_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from matplotlib.figure import Figure

    def fail(self: Figure, file: Any, **options: Any) -> None:
        file.write(b"half")
        raise RuntimeError

    monkeypatch.setattr(Figure, "savefig", fail)
    with pytest.raises(RuntimeError):
        plot_training(str(tmp_path / "plot.png"), [history(3, 2)], "accuracy")
    assert not list(tmp_path.iterdir())


def test_only_installed_fonts_are_looked_for() -> None:
    """For every text matplotlib would look for each that is missing again."""
    import matplotlib
    from matplotlib.font_manager import findfont

    with drawing():
        families = matplotlib.rcParams["font.family"]
        assert families[0] == "DejaVu Sans"
        assert all(findfont(each, fallback_to_default=False) for each in families)


def test_nothing_global_is_changed_and_no_configuration_followed() -> None:
    import matplotlib

    before = dict(matplotlib.rcParams)
    logger = logging.getLogger("matplotlib")
    level = logger.level
    with matplotlib.rc_context({"text.usetex": True, "axes.grid": True}), drawing():
        assert matplotlib.rcParams["text.usetex"] is False
        assert matplotlib.rcParams["axes.grid"] is False
    assert dict(matplotlib.rcParams) == before
    assert logger.level == level


@pytest.mark.parametrize("path", ["plot.jpg", "plot", "-", "folder.png/plot", ".png/x"])
def test_an_unknown_ending(path: str) -> None:
    with pytest.raises(SettingsError, match=r"\.png, \.svg, \.pdf"):
        check_plot(path)


@pytest.mark.parametrize("ending", [*FORMATS, "PNG"])
def test_a_good_path(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"plot.{ending}"
    check_plot(str(path))
    assert not path.exists()
    check_evaluation_plot(str(path), force=False)
    path.touch()
    with pytest.raises(OutputError, match="exists already"):
        check_evaluation_plot(str(path), force=False)
    check_evaluation_plot(str(path), force=True)
    with pytest.raises(OutputError, match="input"):
        check_evaluation_plot(str(path), force=True, inputs=[str(path)])


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="there is no folder"):
        check_evaluation_plot(f"{tmp_path}/a/b/", force=False)
    with pytest.raises(OutputError, match="cannot be made"):
        plot_evaluation(f"{tmp_path}/a/b/", values(5, 1), ["y"])


def test_without_matplotlib(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for module in ("matplotlib", "matplotlib.style", "matplotlib.figure"):
        monkeypatch.setitem(sys.modules, module, None)
    path = str(tmp_path / "a.png")
    attempts: list[Callable[[], None]] = [
        lambda: check_plot(path),
        lambda: plot_training(path, [history(3, 2)], "accuracy"),
    ]
    for attempt in attempts:
        with pytest.raises(MlpcliError, match="needs the package matplotlib") as caught:
            attempt()
        assert "pip install 'mlpcli[plots]'" in caught.value.hint


def test_importing_does_not_load_matplotlib_and_drawing_no_pyplot(tmp_path: Path) -> None:
    path = str(tmp_path / "a.png")
    program = (
        "import sys; from mlpcli.render.plots.plot_files import check_plot, plot_training\n"
        "from mlpcli.nn.fitting import EpochRecord\n"
        "assert 'matplotlib' not in sys.modules\n"
        f"check_plot({path!r})\n"
        "record = EpochRecord(epoch=1, step=1, learning_rate=0.1, train_loss=1.0, validation_loss=None,\n"
        "                     metrics={}, seconds=1.0, is_best=False)\n"
        f"plot_training({path!r}, [([record], 1)], 'rmse')\n"
        "assert 'matplotlib.figure' in sys.modules and 'matplotlib.pyplot' not in sys.modules\n"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0


@pytest.mark.parametrize(
    ("places", "gap", "expected"),
    [
        ([0.1, 0.5], 0.1, [0.1, 0.5]),
        ([0.5, 0.5], 0.1, [0.45, 0.55]),
        ([0.5, 0.5, 0.58], 0.1, [0.4267, 0.5267, 0.6267]),
        ([0.0, 0.0, 0.0], 0.1, [0.0, 0.1, 0.2]),
        ([1.0, 1.0, 1.0], 0.1, [0.8, 0.9, 1.0]),
        ([0.0, 0.5, 1.0], 0.6, [0.0, 0.6, 1.2]),
    ],
)
def test_names_are_moved_apart(places: Sequence[float], gap: float, expected: Sequence[float]) -> None:
    assert spread(np.array(places), gap).tolist() == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0123456, "0.0123"), (15_000, "15,000"), (2.5e10, "2.5e10"), (1e-5, "1e-5"), (0, "0")],
)
def test_numbers(value: float, text: str) -> None:
    assert number(value) == text


def test_long_names_keep_both_ends() -> None:
    assert name("x" * 30) == "x" * 30
    cut = name("start" + "x" * 50 + "end 1")
    assert len(cut) == 30
    assert cut.startswith("start")
    assert cut.endswith("end 1")
    assert "…" in cut


@pytest.mark.parametrize(
    ("path", "ending"), [("a.PNG", "png"), ("a.tar.svg", "svg"), ("b.png/a", ""), ("a", "")]
)
def test_endings(path: str, ending: str) -> None:
    assert ending_of(path) == ending
