"""Pictures: what can be wrong before, what is in them, that texts stay texts and apart, and the files."""

import itertools
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
from mlpcli.nn.diagnosis import LayerDiagnosis
from mlpcli.nn.fitting import EpochRecord
from mlpcli.render.plots import (
    CLASS_PLOTS,
    VALUE_PLOTS,
    check_evaluation_plot,
    check_plot,
    plot_evaluation,
    plot_rates,
    plot_training,
)
from mlpcli.render.plots.canvas import FORMATS, drawing, ending_of, name, number
from mlpcli.render.plots.classes import PLOTS, class_figure, classes_figure
from mlpcli.render.plots.panels import spread
from mlpcli.render.plots.rates import rates_figure
from mlpcli.render.plots.training import training_figure
from mlpcli.render.plots.values import value_figure, values_figure
from mlpcli.workflows.lr_find import LearningRateFinding, RangeTestPoint
from tests.metrics.examples import drawn

UGLY = ["$x^2$", "[/b]bold", "日本語 🎉", "a" * 60 + "1", "a" * 60 + "2", "tab\tline\n", "per\u202ecent"]


def history(
    epochs: int, best: int, *, validated: bool = True, layers: int = 0
) -> tuple[list[EpochRecord], int]:
    records = []
    for epoch in range(1, epochs + 1):
        done = epoch / epochs
        diagnosis = tuple(
            LayerDiagnosis(
                each + 1, "Dense", 0.1**each * (1 + done), 1e-3 * done, 0.1, done if each else None
            )
            for each in range(layers)
        )
        loss = 0.2 + (epoch - best) ** 2 / epochs**2
        records.append(
            EpochRecord(
                epoch,
                epoch * 10,
                0.01 / epoch,
                1.0 / epoch,
                loss if validated else None,
                {"accuracy": 1 - loss} if validated else {},
                epoch * 0.1,
                validated and epoch == best,
                diagnosis,
            )
        )
    return records, best if validated else epochs


def finding(rules: dict[str, float], suggestion: float = 0.01) -> LearningRateFinding:
    rates = np.geomspace(1e-6, 10, 60)
    losses = 1 - 0.8 * np.exp(-((np.log10(rates) + 1.8) ** 2)) + np.where(rates > 0.5, rates**4, 0)
    points = [
        RangeTestPoint(float(rate), float(loss), float(loss))
        for rate, loss in zip(rates, losses, strict=True)
    ]
    points[-1] = RangeTestPoint(10.0, None, None)
    kept = {
        "points": points,
        "suggestion": suggestion,
        "rule": "half_max",
        "interval": (0.008, 0.02),
        "stable": True,
        "rules": rules,
    }
    found = object.__new__(LearningRateFinding)  # whatever other fields it has are not drawn
    for field, value in kept.items():
        object.__setattr__(found, field, value)
    return found


def classes(count: int, *, weighted: bool = False) -> Any:
    generator = np.random.default_rng(count)
    truth = generator.integers(0, count, 60 * count)
    given = generator.dirichlet(np.ones(count), len(truth)) * 0.6 + np.eye(count)[truth] * 0.4
    weights = generator.exponential(size=len(truth)) if weighted else None
    outcome = Outcome(truth, given.argmax(axis=1), given, weights)
    return evaluation_curves(outcome, "binary" if count == 2 else "multiclass")


def labels(count: int = 4) -> Any:
    outcome = drawn("multilabel", True, 0)
    truth, predicted, given = (
        np.resize(part, (len(part), count)) for part in (outcome.truth, outcome.predicted, outcome.scores)
    )
    return evaluation_curves(Outcome(truth, predicted, given, outcome.weights), "multilabel")


def values(rows: int, targets: int) -> Any:
    truth = np.random.default_rng(rows).standard_normal((rows, targets)) * 1e5
    return evaluation_curves(Outcome(truth, truth * 0.9 + 100), "regression")


def numbered(count: int) -> list[str]:
    return [f"class {each}" for each in range(count)]


FIGURES: dict[str, Callable[[], Any]] = {
    "training": lambda: training_figure([history(25, 6)], "accuracy", "a title"),
    "one epoch": lambda: training_figure([history(1, 1, layers=2)], "accuracy"),
    "best at the end": lambda: training_figure([history(500, 500)], "accuracy", "t" * 200),
    "not validated": lambda: training_figure([history(9, 9, validated=False)], "accuracy"),
    "diagnosed": lambda: training_figure([history(25, 6, layers=7)], "accuracy", "deep"),
    "two networks": lambda: training_figure(
        [history(25, 6, layers=3), history(20, 15, layers=3)], "accuracy"
    ),
    "fifty networks": lambda: training_figure([history(20 + each, 5) for each in range(50)], "accuracy"),
    "rates": lambda: rates_figure(finding({"half_max": 0.01, "valley": 1e-3, "steep": 2e-3}), "a title"),
    "equal rates": lambda: rates_figure(finding({"half_max": 0.01, "valley": 0.01, "slide": 0.0099})),
    "rates outside": lambda: rates_figure(finding({"half_max": 5e-8, "steep": 9.0, "minimum": 1e-8}, 5e-8)),
    "two classes": lambda: classes_figure(classes(2), ["no", "yes $"], "two"),
    "three classes": lambda: classes_figure(classes(3, weighted=True), UGLY[:3]),
    "ugly classes": lambda: classes_figure(classes(7, weighted=True), UGLY),
    "ten classes": lambda: classes_figure(classes(10), numbered(10)),
    "forty classes": lambda: classes_figure(classes(40), numbered(40)),
    "labels": lambda: classes_figure(labels(), UGLY[:4]),
    "many labels": lambda: classes_figure(labels(25), numbered(25)),
    "very many labels": lambda: classes_figure(labels(200), numbered(200)),
    "confusion": lambda: class_figure("confusion", classes(7), UGLY, "alone"),
    "one target": lambda: values_figure(values(300, 1), ["$y$"]),
    "many rows": lambda: values_figure(values(5000, 1), ["y" * 60], "dense"),
    "twelve targets": lambda: values_figure(values(50, 12), numbered(12)),
    "predicted": lambda: value_figure("predicted", values(50, 4), UGLY[:4]),
    "residuals": lambda: value_figure("residuals", values(1, 1), ["one row"]),
}
"""The last two are an equal-sided grid and a single row."""


def texts_of(figure: Any) -> list[Any]:
    """All that are drawn; ticks beyond the limits are not."""
    from matplotlib.text import Text

    found = [*figure.texts]
    for axes in figure.axes:
        found += [axes.title, axes._left_title, axes.xaxis.label, axes.yaxis.label, *axes.texts]
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            inside = [tick for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]
            found += [tick.label1 for tick in inside if tick.label1.get_visible()]
    return [each for each in found if isinstance(each, Text) and each.get_text().strip()]


@pytest.mark.parametrize("case", FIGURES)
def test_texts_are_inside_and_apart(case: str) -> None:
    with drawing():
        figure = FIGURES[case]()
        figure.draw_without_rendering()
        boxes = [(each.get_text(), each.get_window_extent()) for each in texts_of(figure)]
        page = figure.bbox
    assert len(boxes) >= 5
    for text, box in boxes:
        assert box.x0 >= page.x0 - 1, f"{text!r} is cut at the left"
        assert box.x1 <= page.x1 + 1, f"{text!r} is cut at the right"
        assert box.y0 >= page.y0 - 1, f"{text!r} is cut below"
        assert box.y1 <= page.y1 + 1, f"{text!r} is cut above"
    for (text, box), (other, its_box) in itertools.combinations(boxes, 2):
        across = min(box.x1, its_box.x1) - max(box.x0, its_box.x0)
        down = min(box.y1, its_box.y1) - max(box.y0, its_box.y0)
        # Boxes of lines one below the other touch; letters do not while less than a third is shared.
        both = across > 1 and down > min(box.height, its_box.height) / 3
        assert not both, f"{text!r} and {other!r} overlap"


def test_names_are_text() -> None:
    with drawing():
        figure = classes_figure(classes(7), UGLY, "$title$ [/b]")
        shown = {each.get_text(): each for each in texts_of(figure)}
        assert not any(each.get_parse_math() for each in shown.values())
    assert {
        "$x^2$",
        "[/b]bold",
        "日本語 🎉",
        "tab\\tline\\n",
        "per\\u202ecent",
        "$title$ [/b]",
    } <= shown.keys()


def test_the_best_epoch_is_marked_where_it_is() -> None:
    with drawing():
        figure = training_figure([history(25, 6)], "accuracy")
        loss, metric = figure.axes[:2]
        dots = [
            line for axes in (loss, metric) for line in axes.lines if line.get_markeredgecolor() == "white"
        ]
        assert [(dot.get_xdata(), dot.get_ydata()) for dot in dots] == [([6], [0.2]), ([6], [0.8])]
        assert "best epoch 6: 0.2000" in {each.get_text() for each in texts_of(figure)}


@pytest.mark.parametrize(("last", "scale"), [(0.5, "linear"), (0.001, "log"), (0.0, "linear")])
def test_the_loss_is_logarithmic_only_if_it_spans_much(last: float, scale: str) -> None:
    records = [
        EpochRecord(1, 1, 0.1, 1.0, None, {}, 1, False),
        EpochRecord(2, 2, 0.1, last, None, {}, 2, False),
    ]
    with drawing():
        assert training_figure([(records, 2)], "rmse").axes[0].get_yscale() == scale


def test_a_metric_without_a_number_has_no_panel() -> None:
    records = [EpochRecord(each, each, 0.1, 1.0, 1.0, {"rmse": float("nan")}, 1, False) for each in (1, 2, 3)]
    with drawing():
        figure = training_figure([(records, 1)], "rmse")
        assert [axes.get_title(loc="left") for axes in figure.axes] == ["loss"]


def test_layers_have_panels_for_what_there_is() -> None:
    with drawing():
        figure = training_figure([history(5, 2, layers=3)], "accuracy")
        titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles[3:] == [
        "gradient norm",
        "update ratio (grey: usual)",
        "share of dead units",
        "share of saturated units",
    ]


def test_the_blow_up_does_not_flatten_the_valley() -> None:
    with drawing():
        axes = rates_figure(finding({"half_max": 0.01})).axes[0]
        low, high = axes.get_ylim()
    assert low < 0.2  # the lowest loss
    assert 1.0 < high < 2.0  # the loss at the start; at the end it is 10,000


def test_every_plot_has_a_file_name() -> None:
    assert tuple(PLOTS) == CLASS_PLOTS


@pytest.mark.parametrize("ending", FORMATS)
def test_the_same_picture_is_the_same_bytes(tmp_path: Path, ending: str) -> None:
    curves = classes(3)
    for copy in ("a", "b"):
        plot_evaluation(str(tmp_path / f"{copy}.{ending}"), curves, UGLY[:3], "$")
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
        check_plot(path, force=False)


@pytest.mark.parametrize("ending", [*FORMATS, "PNG"])
def test_a_good_path(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"plot.{ending}"
    check_plot(str(path), force=False)
    assert not path.exists()
    path.touch()
    with pytest.raises(OutputError, match="exists already"):
        check_plot(str(path), force=False)
    check_plot(str(path), force=True)
    with pytest.raises(OutputError, match="input"):
        check_plot(str(path), force=True, inputs=[str(path)])


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="there is no folder"):
        check_evaluation_plot(f"{tmp_path}/a/b/", force=False)
    with pytest.raises(OutputError, match="cannot be made"):
        plot_evaluation(f"{tmp_path}/a/b/", values(5, 1), ["y"])


def test_without_matplotlib(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for module in ("matplotlib", "matplotlib.style"):
        monkeypatch.setitem(sys.modules, module, None)
    path = str(tmp_path / "a.png")
    attempts: list[Callable[[], None]] = [
        lambda: check_plot(path, force=False),
        lambda: plot_training(path, [history(3, 2)], "accuracy"),
    ]
    for attempt in attempts:
        with pytest.raises(MlpcliError, match="needs the package matplotlib") as caught:
            attempt()
        assert "pip install 'mlpcli[plots]'" in caught.value.hint


def test_checking_does_not_load_matplotlib_and_drawing_no_pyplot(tmp_path: Path) -> None:
    path = str(tmp_path / "a.png")
    program = (
        "import sys; from mlpcli.render.plots import check_plot, plot_training\n"
        "from mlpcli.nn.fitting import EpochRecord\n"
        f"check_plot({path!r}, force=False)\n"
        "assert 'matplotlib' not in sys.modules\n"
        f"plot_training({path!r}, [([EpochRecord(1, 1, 0.1, 1.0, None, {{}}, 1.0, False)], 1)], 'rmse')\n"
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
    ("value", "text"), [(0.0123456, "0.0123"), (1500, "1,500"), (2.5e7, "2.5e7"), (1e-5, "1e-5"), (0, "0")]
)
def test_numbers(value: float, text: str) -> None:
    assert number(value, 4 if value == 1500 else 3) == text


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
