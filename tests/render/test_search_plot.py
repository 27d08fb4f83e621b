"""The picture of a search: what is in it, where dots are, and which settings have a panel."""

from typing import Any

import pytest

from mlpcli.options.search_space import Choice, Range
from mlpcli.render.plots.canvas import BLUE, GREY, INK, VERMILLION, drawing
from mlpcli.render.plots.search import search_figure
from mlpcli.training.brackets import Trial
from tests.render.searches import LISTS, best, figure, many_settings, trial, trials
from tests.render.test_plots import texts_of


def dots_of(axes: Any, colour: str, marker: str = "o") -> list[tuple[float, float]]:
    lines = (each for each in axes.lines if (each.get_color(), each.get_marker()) == (colour, marker))
    return [
        (float(x), float(y))
        for line in lines
        for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)
    ]


def panel_of(drawn: Any, title: str) -> Any:
    return next(axes for axes in drawn.axes if axes.get_title(loc="left") == title)


def legend_of(drawn: Any) -> list[str]:
    return [each.get_text() for each in drawn.axes[0].get_legend().get_texts()]


def said(drawn: Any) -> set[str]:
    return {each.get_text() for each in texts_of(drawn)}


FOUR = [
    trial(0, 0.5),
    trial(1, 0.6, whole=False, dropout=0.1),
    trial(2, 0.45, dropout=0.4),
    trial(3, 0.4, dropout=0.1, learning_rate=0.08),
]


def test_the_course() -> None:
    with drawing():
        drawn = figure(FOUR)
        course = drawn.axes[0]
        legend = legend_of(drawn)
        (steps,) = (each for each in course.lines if each.get_drawstyle() == "steps-post")
        assert {"best 0.4000", "first 0.5000", "4 trials, 3 trained to the end"} <= said(drawn)
    assert dots_of(course, INK) == [(1, 0.5)]
    assert dots_of(course, GREY) == [(2, 0.6)]
    assert dots_of(course, BLUE) == [(3, 0.45)]
    assert dots_of(course, VERMILLION) == [(4, 0.4)]
    assert list(steps.get_ydata()) == [0.5, 0.45, 0.4, 0.4]
    assert legend == [
        "trained to the end",
        "best of these so far",
        "cut: loss of fewer epochs and networks",
        "winner: trial 4",
    ]


def test_one_network_is_not_of_fewer_networks() -> None:
    few = [trial(0, 0.5), trial(1, 0.6, whole=False, dropout=0.1)]
    few[0].progress = dict(list((few[0].progress or {}).items())[:1])
    with drawing():
        legend = legend_of(figure(few))
    assert "cut: loss of fewer epochs" in legend


def test_the_preset_may_win() -> None:
    with drawing():
        drawn = search_figure(FOUR, FOUR[0], {})
        legend = legend_of(drawn)
        texts = said(drawn)
    assert legend[-1] == "winner: the preset"
    assert {"winner and first 0.25", "best 0.4000", "first 0.5000"} <= texts
    assert dots_of(drawn.axes[0], VERMILLION) == [(1, 0.5)]


def test_a_panel_for_each_setting_that_varied() -> None:
    with drawing():
        drawn = figure(FOUR)
        titles = [axes.get_title(loc="left") for axes in drawn.axes[1:]]
        dropout = panel_of(drawn, "dropout")
        ticks = [each.get_text() for each in dropout.get_xticklabels()]
        assert {"winner 0.1", "first 0.25", "winner 0.08", "first 0.04"} <= said(drawn)
    assert sorted(titles) == ["dropout", "learning-rate"]
    assert ticks == ["0.1", "0.25", "0.4"]
    assert dots_of(dropout, INK) == [(1, 0.5)]
    assert dots_of(dropout, VERMILLION) == [(0, 0.4)]
    ((x, y),) = dots_of(dropout, BLUE)
    assert (round(x), y) == (2, 0.45)


@pytest.mark.parametrize(
    ("domain", "scale"),
    [(Range(0.001, 0.5, logarithmic=True), "log"), (Range(0.001, 0.5), "linear"), (Choice((1.0,)), "linear")],
)
def test_a_range_has_the_axis_that_it_is_drawn_on(domain: Any, scale: str) -> None:
    found = [trial(0, 0.5), trial(1, 0.4, learning_rate=0.3), trial(2, 0.6, learning_rate=0.001)]
    with drawing():
        (panel,) = figure(found, {"learning_rate": domain}).axes[1:]
    assert panel.get_xscale() == scale
    assert dots_of(panel, VERMILLION)[0][0] == (2 if isinstance(domain, Choice) else 0.3)


def test_values_have_a_sensible_order() -> None:
    layers = [(256, 256), (64, 64), (128, 64), (), (128, 128, 128, 128)]
    found = [trial(0, 0.5), *(trial(place, 0.6, hidden=each) for place, each in enumerate(layers, 1))]
    found += [trial(7, 0.6, number_embedding=None), trial(8, 0.6, number_embedding="none")]
    with drawing():
        drawn = figure(found)
        ticks = {
            axes.get_title(loc="left"): [each.get_text() for each in axes.get_xticklabels()]
            for axes in drawn.axes
        }
    assert ticks["hidden"] == ["none", "2x64", "128,64", "3x128", "4x128", "2x256"]
    assert ticks["number-embedding"] == ["unset", "none", "pbld"]


def test_a_list_of_one_number_is_the_number() -> None:
    found = [trial(0, 0.5), trial(1, 0.4, dropout=(0.25,)), trial(2, 0.6, hidden=(32,))]
    with drawing():
        drawn = figure([*found, trial(3, 0.6, hidden=(16,))])
        (panel,) = drawn.axes[1:]
        ticks = [each.get_text() for each in panel.get_xticklabels()]
    assert panel.get_title(loc="left") == "hidden"
    assert ticks == ["16", "32", "3x128"]


def test_a_long_list_of_numbers_is_an_axis() -> None:
    with drawing():
        drawn = figure(trials(60, LISTS), LISTS)
        assert panel_of(drawn, "learning-rate").get_xscale() == "log"
        upright = panel_of(drawn, "hidden").get_xticklabels()
    assert {each.get_rotation() for each in upright} == {90.0}


def test_settings_without_room_are_named() -> None:
    with drawing():
        drawn = figure(many_settings())
        titles = {axes.get_title(loc="left") for axes in drawn.axes[1:]}
        (named,) = (each for each in said(drawn) if each.startswith("varied too: "))
    left_out = set(named.removeprefix("varied too: ").split(", "))
    assert len(titles) == 12
    assert {"hidden", "learning-rate"} <= titles
    assert len(left_out) == 7
    assert not left_out & titles


@pytest.mark.parametrize(
    "found",
    [
        [*trials(24, worst=2.0), *(trial(24 + each, 2.0, whole=False) for each in range(5))],
        [*trials(24, worst=2.0), *(trial(24 + each, 1e6, whole=False) for each in range(5))],
        trials(150, worst=1e5),
    ],
    ids=["bad", "terrible", "nearly all terrible"],
)
def test_terrible_trials_do_not_flatten_the_rest(found: list[Trial]) -> None:
    whole = [each.loss_or_infinite for each in found if each.finished]
    with drawing():
        drawn = figure(found)
        course = drawn.axes[0]
        low, high = course.transData.transform([(0, min(whole)), (0, max(whole))])[:, 1]
        axes_low, axes_high = course.transData.transform([(0, each) for each in course.get_ylim()])[:, 1]
        above = dots_of(course, GREY, "^")
        texts = said(drawn)
    assert (high - low) / (axes_high - axes_low) > 0.3
    assert len(above) >= 5
    assert not dots_of(course, BLUE, "v")
    assert f"triangles at the top: {len(above)} with a larger loss" in " ".join(texts)


@pytest.mark.parametrize("loss", [0.5, -0.5])
def test_a_terrible_trial_does_not_flatten_others_if_a_single_one_has_ended(loss: float) -> None:
    others = [loss + 0.1, loss + 0.2, loss + 0.3, 1e6]
    found = [trial(0, loss), *(trial(each, other, whole=False) for each, other in enumerate(others, 1))]
    with drawing():
        course = figure(found).axes[0]
    assert course.get_ylim()[1] < loss + 1
    assert [x for x, _ in dots_of(course, GREY, "^")] == [5]


def test_a_loss_of_nearly_nothing_is_at_the_bottom() -> None:
    with drawing():
        drawn = figure([*trials(24), trial(24, 1e-12, dropout=0.0)])
        course = drawn.axes[0]
        texts = " ".join(said(drawn))
    assert course.get_yscale() == "log"
    assert course.get_ylim()[0] > 1e-3
    assert [x for x, _ in dots_of(course, VERMILLION, "v")] == [25]
    assert "triangles at the bottom: 1 with a smaller loss" in texts


def test_trials_without_a_loss_are_counted() -> None:
    found = [*FOUR, trial(4, None, whole=False), trial(5, float("inf"), whole=False)]
    with drawing():
        drawn = search_figure(found, best(found), {})
        assert any("not drawn: 2 without a finite loss" in each for each in said(drawn))
