"""Embeddings against plain loops over rows and columns, and by numbers worked out by hand."""

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import pytest

from mlpcli.nn.architecture import NetworkSettings, build_network
from mlpcli.nn.embeddings import NUMBER_EMBEDDINGS, InputLayer, Inputs, input_layer
from mlpcli.nn.embeddings.base import Embedding, PassThrough
from mlpcli.nn.embeddings.categories import CategoryEmbedding
from mlpcli.nn.embeddings.periodic import PBLD, PLR, Periodic
from mlpcli.nn.embeddings.piecewise import PiecewiseLinear
from mlpcli.nn.embeddings.text import TextEmbedding
from mlpcli.nn.parameters import ParameterVector
from mlpcli.nn.scratch import FloatArray
from tests.nn.gradients import assert_gradient

ROWS = 7
INPUTS = Inputs(6, numbers=(4, 1), categories=((0, 3), (5, 2)))
"""Columns 2 and 3 are neither; the numbers do not stand in order."""
By: TypeAlias = dict[str, FloatArray]


def bound(layer: InputLayer, dtype: type = np.float64) -> tuple[ParameterVector, list[By], list[By]]:
    """The parameters, all N(0, 1), and those of each embedding by name, with their gradients."""
    parameters = ParameterVector([layer], dtype)
    parameters.values[...] = np.random.default_rng(3).standard_normal(parameters.values.shape)
    values: list[By] = []
    gradients: list[By] = []
    for number, each in enumerate(layer.embeddings):
        views: tuple[By, By] = ({}, {})
        for name, shape in each.parameter_shapes().items():
            if name.startswith("embedding."):
                place = parameters.slices[0][f"{name}.{number}"]
                for flat, of_name in zip((parameters.values, parameters.gradients), views, strict=True):
                    of_name[name.removeprefix("embedding.")] = flat[place].reshape(shape)
        values.append(views[0])
        gradients.append(views[1])
    return parameters, values, gradients


def rows_of(inputs: Inputs, rows: int = ROWS, seed: int = 1) -> FloatArray:
    generator = np.random.default_rng(seed)
    x: FloatArray = generator.standard_normal((rows, inputs.width))
    for column, levels in inputs.categories:
        x[:, column] = generator.integers(0, levels + 1, rows)
    return x


def made(inputs: Inputs, number_embedding: str) -> InputLayer:
    layer = input_layer(inputs, number_embedding)
    assert layer is not None
    return layer


def embedded(layer: InputLayer, x: FloatArray) -> FloatArray:
    out: FloatArray = np.full((*x.shape[:-1], layer.n_out), np.nan, x.dtype)
    layer.forward(x, out, True)
    return out


def pbld(x: float, p: By, column: int) -> list[float]:
    """Without x itself: (cos(2π x w + b) W + c) of one number."""
    outputs = []
    for each in range(3):
        waves = [
            math.cos(2 * math.pi * x * float(w) + float(b)) * float(weight)
            for w, b, weight in zip(
                p["frequency"][column], p["phase"][column], p["weight"][column, :, each], strict=True
            )
        ]
        outputs.append(math.fsum(waves) + float(p["bias"][column, each]))
    return outputs


def plr(x: float, p: By, column: int) -> list[float]:
    """relu([cos(2π x w), sin(2π x w)] W + b) of one number."""
    angles = [2 * math.pi * x * float(w) for w in p["frequency"][column]]
    waves = [math.cos(angle) for angle in angles] + [math.sin(angle) for angle in angles]
    return [
        max(
            math.fsum(
                wave * float(weight) for wave, weight in zip(waves, p["weight"][column, :, each], strict=True)
            )
            + float(p["bias"][column, each]),
            0.0,
        )
        for each in range(24)
    ]


def test_pbld_is_its_formula() -> None:
    layer = made(Inputs(4, numbers=(3, 0)), "pbld")
    _, (values, _), _ = bound(layer)
    x = rows_of(Inputs(4))
    expected = [
        [*pbld(row[3], values, 0), *pbld(row[0], values, 1), row[3], row[0], row[1], row[2]] for row in x
    ]
    assert layer.n_out == 2 * 4 + 2
    np.testing.assert_allclose(embedded(layer, x), expected, rtol=1e-12, atol=1e-13)


def test_plr_is_its_formula() -> None:
    layer = made(Inputs(4, numbers=(3, 0)), "plr")
    _, (values, _), _ = bound(layer)
    x = rows_of(Inputs(4))
    out = embedded(layer, x)
    expected = [[*plr(row[3], values, 0), *plr(row[0], values, 1), row[1], row[2]] for row in x]
    assert layer.n_out == 2 * 24 + 2
    np.testing.assert_allclose(out, expected, rtol=1e-12, atol=1e-13)
    assert 0.2 < np.mean(out[:, :48] == 0.0) < 0.8


def bins_of(column: list[float], x: list[float], dtype: type = np.float64) -> FloatArray:
    """The 16 outputs for each of `x`, of bins made from a column."""
    layer = InputLayer(1, [PiecewiseLinear(np.array([0]))])
    parameters = ParameterVector([layer], dtype)
    assert parameters.size == 0
    layer.initialize(np.random.default_rng(0), np.array(column, dtype)[:, None])
    return embedded(layer, np.array(x, dtype)[:, None])


def test_piecewise_linear_of_even_bins() -> None:
    """Edges 0 to 16: x is spread over the bins, each takes at most one; the outer ones are open."""
    out = bins_of([float(value) for value in range(17)][::-1], [2.25, -3.0, 16.0, 20.5])
    np.testing.assert_allclose(out[0], [1.0, 1.0, 0.25, *[0.0] * 13], rtol=1e-12)
    np.testing.assert_allclose(out[1], [-3.0, *[0.0] * 15], rtol=1e-12)
    np.testing.assert_allclose(out[2], [1.0] * 16, rtol=1e-12)
    np.testing.assert_allclose(out[3], [*[1.0] * 15, 5.5], rtol=1e-12)


def test_piecewise_linear_of_quantiles() -> None:
    """The 17 squares 0, 1, 4, 9, ... are the edges: 6.5 is half through the bin from 4 to 9."""
    out = bins_of([float(value * value) for value in range(17)], [6.5, 256.0 + 62.0])
    np.testing.assert_allclose(out[0], [1.0, 1.0, 0.5, *[0.0] * 13], rtol=1e-12)
    np.testing.assert_allclose(out[1], [*[1.0] * 15, 3.0], rtol=1e-12)


def test_piecewise_linear_between_the_values() -> None:
    """Of 0 and 32 alone the quantiles are 0, 2, 4, ...: interpolated."""
    np.testing.assert_allclose(bins_of([0.0, 32.0], [5.0])[0], [1.0, 1.0, 0.5, *[0.0] * 13], rtol=1e-12)


def test_piecewise_linear_of_quantiles_that_are_the_same() -> None:
    """Nine zeros and 1 to 8: eight bins of width 1, the other outputs are 0 for all x."""
    out = bins_of([0.0] * 9 + [float(value) for value in range(1, 9)], [2.5, -1.0, 10.0])
    np.testing.assert_allclose(out[0], [1.0, 1.0, 0.5, *[0.0] * 13], rtol=1e-12)
    np.testing.assert_allclose(out[1], [-1.0, *[0.0] * 15], rtol=1e-12)
    np.testing.assert_allclose(out[2], [*[1.0] * 7, 3.0, *[0.0] * 8], rtol=1e-12)


def test_piecewise_linear_of_a_single_bin_has_two_open_ends() -> None:
    np.testing.assert_allclose(
        bins_of([0.0] * 16 + [2.0], [-1.0, 1.0, 6.0])[:, 0], [-0.5, 0.5, 3.0], rtol=1e-12
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_piecewise_linear_of_a_constant_column_is_zero(dtype: type) -> None:
    np.testing.assert_array_equal(bins_of([0.1] * 20, [0.1, 5.0, -5.0], dtype), 0.0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("value", [0.0, 1.0, -3.0])
def test_piecewise_linear_takes_rounding_noise_for_a_constant(value: float, dtype: type) -> None:
    """Neighbouring numbers, whose difference would make a bin of no sensible steepness."""
    above = float(np.nextafter(dtype(value), dtype(10.0)))
    np.testing.assert_array_equal(bins_of([value, above] * 9, [value, above, 5.0], dtype), 0.0)


def test_piecewise_linear_finds_the_bins_of_each_column() -> None:
    inputs = Inputs(3, numbers=(2, 0))
    layer = made(inputs, "ple")
    ParameterVector([layer], np.float64)
    sample = rows_of(inputs, rows=40)
    layer.initialize(np.random.default_rng(0), sample)
    x = rows_of(inputs, seed=2)
    alone = [bins_of(sample[:, column].tolist(), x[:, column].tolist()) for column in (2, 0)]
    np.testing.assert_allclose(embedded(layer, x), np.column_stack([*alone, x[:, 1]]), rtol=1e-12)


def test_a_category_is_looked_up() -> None:
    layer = made(Inputs(2, categories=((1, 3),)), "none")
    _, (values, _), _ = bound(layer)
    assert values["table"].shape == (4, 8)
    x = np.array([[0.5, 2.0], [-1.0, 0.0], [7.0, 3.0], [0.1, 2.0]])
    expected = np.column_stack([values["table"][[2, 0, 3, 2]], x[:, 0]])
    np.testing.assert_array_equal(embedded(layer, x), expected)


def test_a_category_gathers_the_gradients_of_its_rows() -> None:
    layer = made(Inputs(2, categories=((1, 3),)), "none")
    _, _, (gradients, _) = bound(layer)
    x = np.array([[0.5, 2.0], [-1.0, 0.0], [7.0, 3.0], [0.1, 2.0]])
    d_out = np.random.default_rng(2).standard_normal((4, layer.n_out))
    gradients["table"][...] = np.nan
    embedded(layer, x)
    layer.backward(x, np.empty_like(d_out), d_out, None)
    d_rows = d_out[:, :8]
    np.testing.assert_array_equal(
        gradients["table"], [d_rows[1], 0 * d_rows[0], d_rows[0] + d_rows[3], d_rows[2]]
    )


def test_blocks_stand_in_the_order_numbers_categories_rest() -> None:
    layer = made(INPUTS, "pbld")
    assert [type(each) for each in layer.embeddings] == [
        PBLD,
        CategoryEmbedding,
        CategoryEmbedding,
        PassThrough,
    ]
    expected = [4] * 3 + [1] * 3 + [4, 1] + [0] * 8 + [5] * 8 + [2, 3]
    assert layer.column_of_output().tolist() == expected
    assert layer.n_out == len(expected)
    assert layer.n_in == 6
    _, values, _ = bound(layer)
    x = rows_of(INPUTS)
    out = embedded(layer, x)
    np.testing.assert_array_equal(out[:, 8:16], values[1]["table"][x[:, 0].astype(int)])
    np.testing.assert_array_equal(out[:, 16:24], values[2]["table"][x[:, 5].astype(int)])
    np.testing.assert_array_equal(out[:, [6, 7, 24, 25]], x[:, [4, 1, 2, 3]])


@pytest.mark.parametrize("name", ["none", *NUMBER_EMBEDDINGS])
def test_an_output_changes_with_its_column_only(name: str) -> None:
    layer = made(INPUTS, name)
    bound(layer)
    x = rows_of(INPUTS, rows=200)
    layer.initialize(np.random.default_rng(0), x)
    before, origin = embedded(layer, x), layer.column_of_output()
    assert set(origin) == set(range(INPUTS.width))
    for column in range(INPUTS.width):
        moved = x.copy()
        moved[:, column] = np.roll(x[:, column], 1)
        changed = np.any(embedded(layer, moved) != before, axis=0)
        assert not np.any(changed & (origin != column))
        # Of plr's 24 outputs some are 0 nearly everywhere.
        assert np.mean(changed[origin == column]) > 0.6


def test_many_categories_do_not_get_in_each_others_way() -> None:
    """Twelve of them, so that their parameters' names end in .1 and in .11."""
    inputs = Inputs(12, categories=tuple((column, column + 1) for column in range(12)))
    layer = made(inputs, "none")
    parameters, values, _ = bound(layer)
    assert parameters.size == sum(8 * (column + 2) for column in range(12))
    x = rows_of(inputs)
    expected = [values[column]["table"][x[:, column].astype(int)] for column in range(12)]
    np.testing.assert_array_equal(embedded(layer, x), np.concatenate(expected, axis=1))


@pytest.mark.parametrize("name", ["none", *NUMBER_EMBEDDINGS])
def test_nothing_to_embed_is_no_layer(name: str) -> None:
    assert input_layer(Inputs(3), name) is None
    assert (input_layer(Inputs(3, numbers=(0, 2)), name) is None) == (name == "none")
    layer = input_layer(Inputs(3, categories=((0, 2),)), name)
    assert layer is not None
    assert layer.name == "Embedding"


def check_pbld(p: By) -> None:
    assert float(p["frequency"].std()) == pytest.approx(0.1, rel=0.05)
    assert abs(float(p["frequency"].mean())) < 0.01
    assert -math.pi <= p["phase"].min() < -3.1 < 3.1 < p["phase"].max() <= math.pi
    assert float(p["phase"].std()) == pytest.approx(math.pi / math.sqrt(3), rel=0.05)
    for name in ("weight", "bias"):
        assert -0.25 <= p[name].min() < -0.24 < 0.24 < p[name].max() <= 0.25
        assert float(p[name].std()) == pytest.approx(0.25 / math.sqrt(3), rel=0.05)


def check_plr(p: By) -> None:
    assert float(p["frequency"].std()) == pytest.approx(0.01, rel=0.05)
    assert abs(float(p["frequency"].mean())) < 0.001
    limit = 1 / math.sqrt(96)
    for name in ("weight", "bias"):
        assert -limit <= p[name].min() < -0.99 * limit < 0.99 * limit < p[name].max() <= limit


STARTS: dict[str, Callable[[By], None] | None] = {"pbld": check_pbld, "plr": check_plr, "ple": None}
"""Checks of the starting values; None where nothing is drawn."""


def test_every_number_embedding_has_its_reference() -> None:
    assert set(STARTS) == set(NUMBER_EMBEDDINGS)


@pytest.mark.parametrize("name", NUMBER_EMBEDDINGS)
def test_starting_values(name: str) -> None:
    inputs = Inputs(200, numbers=tuple(range(200)))
    layer = made(inputs, name)
    parameters, (values,), _ = bound(layer)
    generator = np.random.default_rng(0)
    before = generator.bit_generator.state
    layer.initialize(generator, rows_of(inputs, rows=30))
    check = STARTS[name]
    if check is None:
        assert generator.bit_generator.state == before
        assert parameters.size == 0
    else:
        check(values)


def test_starting_values_of_categories() -> None:
    layer = made(Inputs(1, categories=((0, 300),)), "none")
    _, (values,), _ = bound(layer)
    layer.initialize(np.random.default_rng(0), None)
    np.testing.assert_array_equal(values["table"][0], 0.0)
    assert float(values["table"][1:].std()) == pytest.approx(1.0, rel=0.05)
    assert float(values["table"][1:].mean()) == pytest.approx(0.0, abs=0.1)


@pytest.mark.parametrize("name", ["none", *NUMBER_EMBEDDINGS])
def test_a_short_batch_after_a_long_one(name: str) -> None:
    """Memory of the long one is used again; the outputs are those of rows one by one."""
    layer = made(INPUTS, name)
    parameters, _, _ = bound(layer)
    for each in layer.embeddings:
        if isinstance(each, PiecewiseLinear):
            each.initialize(np.random.default_rng(0), rows_of(INPUTS, rows=40))
    long, short = (rows_of(INPUTS, rows, seed=0) for rows in (7, 3))
    d_out = np.random.default_rng(2).standard_normal((3, layer.n_out))
    results = []
    for batches in ((long, short), (short,)):
        parameters.gradients[...] = np.nan
        for x in batches:
            out = embedded(layer, x)
        layer.backward(x, out, d_out, None)
        results.append((out, parameters.gradients.copy()))
    for again, fresh in zip(*results, strict=True):
        np.testing.assert_allclose(again, fresh, rtol=1e-12, atol=1e-13)
    one_by_one = [embedded(layer, short[row : row + 1]) for row in range(3)]
    np.testing.assert_allclose(results[0][0], np.concatenate(one_by_one), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("name", ["none", *NUMBER_EMBEDDINGS])
def test_gradient(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PLR, "frequencies", 3)
    monkeypatch.setattr(PLR, "waves", 6)
    monkeypatch.setattr(PLR, "outputs", 4)
    layer = made(INPUTS, name)
    parameters, _, _ = bound(layer)
    parameters.values *= 0.5
    x = 0.5 * rows_of(INPUTS)
    for column, _levels in INPUTS.categories:
        x[:, column] *= 2.0
    if name == "ple":
        layer.initialize(np.random.default_rng(0), x)
    d_out = np.random.default_rng(2).standard_normal((ROWS, layer.n_out))
    out = embedded(layer, x)
    layer.backward(x, out, d_out, None)

    def objective() -> float:
        return float(np.sum(embedded(layer, x) * d_out))

    assert np.any(parameters.gradients != 0.0)
    assert_gradient(objective, parameters.values, parameters.gradients, np.random.default_rng(1))


def test_a_network_starts_its_bins_from_the_sample_and_later_layers_from_what_they_make_of_it() -> None:
    settings = NetworkSettings(hidden=(5,), activation="tanh", number_embedding="ple")
    network = build_network(settings, Inputs(2, numbers=(0, 1)), 1, dtype=np.float64)
    sample = rows_of(Inputs(2), rows=50)
    network.initialize(np.random.default_rng(0), "data", sample)
    first, dense = network.layers[:2]
    signal = np.empty((50, 32))
    first.forward(sample, signal, False)
    raw = np.empty((50, 5))
    dense.forward(signal, raw, False)
    np.testing.assert_allclose(raw.std(axis=0), 1.0, rtol=1e-12)


def test_embeddings_say_how_wide_they_are() -> None:
    """What `n_out` and `column_of_output` promise, for each kind by itself."""
    columns = np.array([4, 1, 2], np.intp)
    kinds: list[Embedding] = [kind(columns) for kind in NUMBER_EMBEDDINGS.values()]
    for each in [*kinds, PassThrough(columns), CategoryEmbedding(4, 3)]:
        assert len(each.column_of_output()) == each.n_out
        assert set(each.column_of_output()) == set(each.columns)


@pytest.mark.parametrize("name", ["pbld", "plr"])
def test_the_spread_of_the_frequencies_is_a_setting(name: str) -> None:
    """Three times the spread: three times the first frequencies, from the same draws."""
    frequencies = []
    for spread in (0.5, 1.5):
        settings = NetworkSettings(
            hidden=(4,), activation="relu", number_embedding=name, frequency_spread=spread
        )
        network = build_network(settings, Inputs(3, numbers=(0, 1, 2)), 1)
        network.initialize(np.random.default_rng(0))
        layer = network.layers[0]
        assert isinstance(layer, InputLayer)
        (embedding,) = layer.embeddings
        assert isinstance(embedding, Periodic)
        frequencies.append(embedding.values["embedding.frequency"].copy())
    np.testing.assert_allclose(frequencies[1], 3 * frequencies[0], rtol=1e-6)


def test_texts_by_hand() -> None:
    """The sum of the vectors of the words, each times its value; other columns stay as they are."""
    layer = made(Inputs(4, bags=((1, 2),)), "none")
    _, values, gradients = bound(layer)
    x = np.array([[7.0, 0.5, -2.0, 9.0], [8.0, 0.0, 0.0, 6.0]])
    out, words = embedded(layer, x), values[0]["words"]
    assert words.shape == (2, TextEmbedding.outputs)
    np.testing.assert_allclose(out[0, :-2], 0.5 * words[0] - 2.0 * words[1])
    np.testing.assert_array_equal(out[1, :-2], 0.0)
    np.testing.assert_array_equal(out[:, -2:], x[:, [0, 3]])
    assert layer.column_of_output().tolist() == [1] * TextEmbedding.outputs + [0, 3]
    d_out = np.random.default_rng(5).standard_normal(out.shape)
    layer.backward(x, out, d_out, None)
    np.testing.assert_allclose(gradients[0]["words"], np.outer([0.5, -2.0], d_out[0, :-2]))


def test_a_text_for_other_networks_has_no_vector() -> None:
    layer = made(Inputs(4, bags=((1, 2),), unread=frozenset({1, 2})), "none")
    assert [type(each) for each in layer.embeddings] == [PassThrough]
    assert layer.column_of_output().tolist() == [0, 3]
