"""What is in the pictures; texts are texts, inside of the page and apart."""

import itertools
from dataclasses import replace
from typing import Any

import pytest

from mlpcli.nn.fitting import EpochRecord
from mlpcli.render.plots import columns
from mlpcli.render.plots.canvas import drawing
from mlpcli.render.plots.classes import PLOTS, classes_figure
from mlpcli.render.plots.plot_files import (
    CLASS_PLOTS,
)
from mlpcli.render.plots.rates import rates_figure
from mlpcli.render.plots.training import training_figure
from tests.render.examples import FIGURES, UGLY, classes, described, finding, history


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


def test_of_many_columns_those_that_tell_most_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "MOST_PANELS", 4)
    description = described("number 3", 9)
    told = [replace(each, relation=place / 20) for place, each in enumerate(description.columns)]
    with drawing():
        figure = columns.columns_figure(replace(description, columns=told))
        texts = [each.get_text() for each in texts_of(figure)]
        drawn = [each.get_title(loc="left") for each in figure.axes]
    assert any("the 4 of 12 columns that predict the target best" in text for text in texts)
    assert [title for title in drawn if title][:2] == ["number 3", "number 8"]


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


def record_of(epoch: int, loss: float, **metrics: float) -> EpochRecord:
    return EpochRecord(
        epoch=epoch,
        step=epoch,
        learning_rate=0.1,
        train_loss=loss,
        validation_loss=loss if metrics else None,
        metrics=metrics,
        seconds=1.0,
        is_best=False,
    )


@pytest.mark.parametrize(("last", "scale"), [(0.5, "linear"), (0.001, "log"), (0.0, "linear")])
def test_the_loss_is_logarithmic_only_if_it_spans_much(last: float, scale: str) -> None:
    records = [record_of(1, 1.0), record_of(2, last)]
    with drawing():
        assert training_figure([(records, 2)], "rmse").axes[0].get_yscale() == scale


def test_a_metric_without_a_number_has_no_panel() -> None:
    records = [record_of(each, 1.0, rmse=float("nan")) for each in (1, 2, 3)]
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
