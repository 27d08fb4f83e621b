"""The space of a search: domains, how they are written, and the published ones."""

from typing import Any

import numpy as np
import pytest

from mlpcli.errors import SettingsError
from mlpcli.options.options import Options
from mlpcli.options.presets import PRESETS, TableShape
from mlpcli.options.search_space import CHOOSABLE, Choice, Range, Space, domain_of, published

SHAPES = [
    TableShape(rows=rows, task=task, numbers=numbers, units=rows, one_range=one_range)
    for rows in (100, 2_000, 20_000)
    for task in ("regression", "binary", "multiclass")
    for numbers, one_range in ((0, False), (5, False), (30, True))
]


@pytest.mark.parametrize("preset", PRESETS)
def test_published_values_are_values_of_their_settings(preset: str) -> None:
    generator = np.random.default_rng(0)
    for shape in SHAPES:
        usual = Options.from_values({"preset": preset}).resolved(shape)
        space = Space(published(usual.values(), shape.numbers))
        assert set(space.domains) <= CHOOSABLE
        assert {"hidden", "dropout", "learning_rate", "epochs"} <= set(space.domains)
        for name, domain in space.domains.items():
            assert domain.nearest(usual.values()[name]) == usual.values()[name], name
        values = space.draw(generator)
        for _ in range(20):
            Options.from_values(values)
            values = space.near(values, generator)


def test_a_range_is_covered_to_its_ends() -> None:
    generator = np.random.default_rng(0)
    domain = Range(0.001, 0.1, logarithmic=True)
    drawn = [domain.draw(generator) for _ in range(500)]
    assert 0.001 <= min(drawn) < 0.0013
    assert 0.08 < max(drawn) <= 0.1
    assert 0.007 < np.median(drawn) < 0.014  # the middle of the logarithms
    whole = {Range(2, 5, whole=True).draw(generator) for _ in range(100)}
    assert whole == {2, 3, 4, 5}


def test_a_neighbour_differs_in_few_settings_and_stays_inside() -> None:
    generator = np.random.default_rng(1)
    space = Space({f"s{number}": Range(0.0, 1.0) for number in range(6)} | {"c": Choice((1, 2, 3))})
    values = space.draw(generator)
    counts = set()
    for _ in range(200):
        near = space.near(values, generator)
        counts.add(sum(near[name] != values[name] for name in values))
        assert all(0.0 <= near[name] <= 1.0 for name in values if name != "c")
        assert near["c"] in (1, 2, 3)
    assert max(counts) == 3


@pytest.mark.parametrize(
    ("name", "given", "wanted"),
    [
        ("hidden", ["64,64", [32]], Choice(((64, 64), (32,)))),
        ("dropout", 0.2, Choice((0.2,))),
        ("dropout", {"low": 0, "high": 0.5}, Range(0, 0.5)),
        ("learning_rate", {"low": 0.001, "high": 0.1, "log": True}, Range(0.001, 0.1, True)),
        ("batch_size", {"low": 16, "high": 256, "log": True}, Range(16, 256, True, True)),
        ("parametric", [True, False], Choice((True, False))),
        ("scaling", ["robust", "robust", "standard"], Choice(("robust", "standard"))),
    ],
)
def test_a_domain_as_it_is_written(name: str, given: Any, wanted: object) -> None:
    assert domain_of(name, given) == wanted


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("hiden", ["64"], "there is no setting 'hiden'"),
        ("loss", ["mse", "mae"], "loss cannot vary in a search"),
        ("test", [0.1, 0.2], "test cannot vary in a search"),
        ("hidden", [], "the list is empty"),
        ("hidden", ["x"], "'x'"),
        ("activation", ["reluu"], "'reluu' is not known"),
        ("activation", {"low": 1, "high": 2}, "1 is not a text"),
        ("hidden", {"low": 1, "high": 2}, "hidden: "),
        ("dropout", {"low": 0.5, "high": 0.1}, "low is 0.5 and high is 0.1"),
        ("dropout", {"low": 0.1}, "a range needs the numbers low and high"),
        ("dropout", {"low": 0.1, "high": 0.2, "step": 1}, "a range has low, high and log, not 'step'"),
        ("learning_rate", {"low": 0, "high": 0.2, "log": True}, "0"),
        ("learning_rate", ["auto"], "'auto' cannot be tried"),
        ("dropout", [0.1, 2.0], "2.0"),
        ("dropout", {"low": 0.1, "high": 0.2, "log": 1}, "log is true or false"),
    ],
)
def test_what_is_no_domain(name: str, given: Any, said: str) -> None:
    with pytest.raises(SettingsError) as raised:
        domain_of(name, given)
    assert said in str(raised.value)
    assert raised.value.hint


def test_a_range_of_all_numbers() -> None:
    domain = Range(1e-320, 1e300, logarithmic=True)
    drawn = [domain.draw(np.random.default_rng(seed)) for seed in range(50)]
    assert all(1e-320 <= each <= 1e300 for each in drawn)
    assert len(set(drawn)) == 50
    assert 1e-320 <= domain.near(drawn[0], np.random.default_rng(0)) <= 1e300
