"""The picture of a surface: colours of the map, the boundary, rows, scales, small maps."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mlpcli.render.plots.canvas import drawing
from mlpcli.render.plots.plot_files import plot_surface
from mlpcli.render.plots.surfaces import surface_figure
from mlpcli.workflows.surfaces.result import LayerMaps, Surface, UnitMap
from tests.render.surfaces.test_report import LEVELS, slope, surface
from tests.render.test_plots import texts_of


def figure_of(shown: Surface) -> Any:
    """Untyped, as matplotlib's types know little of what a figure holds."""
    return surface_figure(shown)


def said(figure: Any) -> set[str]:
    return {each.get_text() for each in texts_of(figure)}


@pytest.mark.parametrize("shows", ["probability", "class", "value"])
def test_map_and_rows(shows: str) -> None:
    with drawing():
        figure = figure_of(surface(shows))
        axes = figure.axes[0]
        mesh, *others = axes.collections
        assert mesh.get_array().shape == (40, 50, 3)
        (dots,) = (each for each in others if len(each.get_offsets()) == 3)
        np.testing.assert_allclose(dots.get_offsets()[0], [-1.0, 10.0])
        assert axes.get_xlim() == (-2.0, 3.0)
        assert (axes.get_xlabel(), axes.get_ylabel()) == ("across", "up")
        figure.draw_without_rendering()
        assert "at sex male, age 41.5 (typical of new.csv)" in said(figure)


def test_the_boundary_is_a_line_where_the_threshold_is_met() -> None:
    with drawing():
        axes = figure_of(surface()).axes[0]
        (line,) = (each for each in axes.collections if type(each).__name__ == "QuadContourSet")
        assert line.levels.tolist() == [0.4]
        never = figure_of(surface(values=slope() * 0.1)).axes[0]
        assert not [each for each in never.collections if type(each).__name__ == "QuadContourSet"]


def test_classes_have_a_legend_and_numbers_a_scale() -> None:
    with drawing():
        legend = figure_of(surface("class")).axes[0].get_legend()
        assert [each.get_text() for each in legend.get_texts()] == ["ape", "bee", "cat"]
        (strip,) = figure_of(surface("value")).axes[0].child_axes
        assert strip.get_ylim() == (0.0, 40.0)
        assert strip.get_ylabel() == "target"


def test_levels_are_named() -> None:
    with drawing():
        axes = figure_of(surface(x=LEVELS)).axes[0]
        assert [each.get_text() for each in axes.get_xticklabels()] == ["red", "green", "blue"]
        assert axes.get_xlim() == (-0.5, 2.5)


def test_small_maps_of_units() -> None:
    maps = [UnitMap(number, slope()) for number in range(1, 17)]
    with drawing():
        figure = figure_of(surface(units=[LayerMaps(1, 40, maps), LayerMaps(2, 2, maps[:2])]))
        assert len(figure.axes) == 1 + (1 + 16) + (1 + 2)
        figure.draw_without_rendering()
        assert "hidden layer 1: 16 of 40 units, those that move the next layer most" in said(figure)


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_files_have_the_same_bytes_each_time(ending: str, tmp_path: Path) -> None:
    one, two = tmp_path / f"one.{ending}", tmp_path / f"two.{ending}"
    shown = surface("class", of="odd \x1b name", classes=("[/b]", "$x$", "\n"))
    plot_surface(str(one), shown)
    plot_surface(str(two), shown)
    assert one.read_bytes() == two.read_bytes()
    assert 5_000 < one.stat().st_size < 500_000
