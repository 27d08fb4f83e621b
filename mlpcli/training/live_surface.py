"""Predictions over two columns of networks that are still learning.

They are made from copies of the weights, by networks of their own: nothing that trains is touched.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.encoders.numbers import NumberEncoder
from mlpcli.data.schema import NUMBER, TEXT, resolve_names
from mlpcli.errors import DataError, Sentence, SettingsError
from mlpcli.metrics.thresholds import DEFAULT_THRESHOLD
from mlpcli.model.blueprint import loss_of
from mlpcli.model.effects.axes import Axis, axis_of, grid_rows, typical_value
from mlpcli.model.effects.inputs import Inputs
from mlpcli.model.effects.shown import Shown
from mlpcli.model.tasks import Multiclass
from mlpcli.nn.losses import Loss
from mlpcli.nn.network import Network
from mlpcli.nn.scratch import QUIET
from mlpcli.preparation.prepare import Prepared

PLACES = 40
"""Along each axis."""
MOST_POINTS = 200
STAYS = 1.0
"""Seconds without weights of a network after which another is shown: side by side they would take turns."""
KNOTS = 513
"""Values of a column, between which those of rows are found by their encoded form."""


@dataclass(frozen=True)
class LivePoints:
    """Some of the training rows: values of the two columns, and the truth as `Shown.truth` has it."""

    x: Array
    y: Array
    truth: Array


class LiveSurface:
    """The surface of the network whose weights came last."""

    def __init__(self, prepared: Prepared, x: Axis, y: Axis, shown: Shown, matrix: Array) -> None:
        """`matrix`: the encoded rows of the grid; `of` makes all this."""
        self.x, self.y, self.shown = x, y, shown
        self.number = 0
        """Of the network, from 0."""
        self._prepared, self._matrix = prepared, matrix
        self._networks: dict[tuple[int, str], tuple[Network, Loss]] = {}
        self._weights: tuple[Array, Array] | None = None
        self._until = 0.0
        self.points = _points(prepared, x.name, y.name, shown)

    @classmethod
    def of(cls, prepared: Prepared, given: "str | Sequence[str] | None") -> "LiveSurface":
        """Over the two columns given, or the only two; raises MlpcliError unless they are numbers."""
        names = _axis_names(prepared, given)
        task = prepared.task
        first = None if isinstance(task, Multiclass) else task.labels[0]
        threshold = prepared.given.decision.threshold
        shown = Shown.of(task, threshold if isinstance(threshold, float) else DEFAULT_THRESHOLD, first)
        inputs = Inputs(prepared.encoder)
        sketches = {}
        if prepared.sketches is not None:
            of_all = zip(prepared.encoder.encoders, prepared.sketches.columns, strict=True)
            sketches = {encoder.name: sketch for encoder, sketch in of_all}
        encoder_of = dict(zip(inputs.names, inputs.encoders, strict=True))
        x, y = (axis_of(encoder_of[name], PLACES, None, sketches.get(name)) for name in names)
        typical = {
            name: typical_value(encoder, None, sketches.get(name)) for name, encoder in encoder_of.items()
        }
        return cls(prepared, x, y, shown, grid_rows(inputs, x, y, typical).matrix)

    def take(self, number: int, values: Array, constants: Array) -> None:
        """Take weights of network `number`, unless another is shown; the arrays are the surface's then."""
        now = time.perf_counter()
        if number == self.number or now >= self._until:
            self.number, self._weights, self._until = number, (values, constants), now + STAYS

    @property
    def classes(self) -> tuple[str, ...]:
        """As of `Shown`."""
        return self.shown.classes

    @QUIET
    def predicted(self) -> tuple[Array, Array | None] | None:
        """Values (PLACES, PLACES), the lowest y first, and the confidence of classes.

        None before there are weights, or where the loss has run away.
        """
        if self._weights is None:
            return None
        network, loss = self._network(self.number)
        network.parameters.values[:], network.parameters.constants[:] = self._weights
        raw = network.predict(self._matrix).astype(np.float64)
        predictions = np.asarray(loss.link(raw))
        if not np.isfinite(predictions).all():
            return None
        values, confidence = self.shown.values(loss.point_prediction(predictions))
        shape = len(self.y), len(self.x)
        return values.reshape(shape), None if confidence is None else confidence.reshape(shape)

    def _network(self, number: int) -> tuple[Network, Loss]:
        """A network of the configuration and fold of this one, made once."""
        prepared = self._prepared
        key = prepared.configuration_of(number), prepared.fold_of(number)
        if key not in self._networks:
            own = prepared.of_member(number)
            self._networks[key] = own.blueprint.build(), loss_of(own.options, own.task)
        return self._networks[key]


def _axis_names(prepared: Prepared, given: "str | Sequence[str] | None") -> tuple[str, str]:
    columns = {column.name: column.kind for column in prepared.schema.table_columns}
    inputs = [column.name for column in prepared.schema.table_inputs]
    numbers = [name for name in inputs if columns[name] == NUMBER]
    example = ",".join(numbers[:2]) if len(numbers) > 1 else "A,B"
    if len(numbers) < 2:
        said = f"a live surface is over two number columns, and the table has {len(numbers)}"
        raise SettingsError(said, Sentence("Leave out {watch}."), setting="watch")
    if given is None:
        if len(inputs) != 2 or len(numbers) != 2:
            said = f"the surface is over two number columns, and the table has {len(inputs):,} inputs"
            raise SettingsError(said, Sentence("Name two: {axes} {}.", example), setting="watch")
        given = numbers
    given = [given] if isinstance(given, str) else given
    names = resolve_names("axes", given, [*columns, *prepared.schema.target], "the table")
    if len(names) != 2:
        hint = Sentence("Name two different columns, such as {axes} {}.", example)
        raise SettingsError("a surface is over two columns", hint, setting="axes")
    for name in names:
        if name not in numbers:
            kind = columns.get(name)
            what = "the target" if kind is None else "a text" if kind == TEXT else f"of kind {kind}"
            said = f"{name!r} is {what}, and the axes of a live surface are number columns"
            raise DataError(said, f"Choose from {', '.join(numbers[:20])}.", setting="axes")
    return names[0], names[1]


def _points(prepared: Prepared, x: str, y: str, shown: Shown) -> LivePoints:
    """Some training rows, evenly chosen, that have both values."""
    train = prepared.parts["train"]
    rows = np.linspace(0, len(train) - 1, min(len(train), 2 * MOST_POINTS)).astype(np.intp)
    across, up = (_values_of(prepared, name, train.features[rows]) for name in (x, y))
    there = np.flatnonzero(~np.isnan(across) & ~np.isnan(up))[:: 2 if len(rows) > MOST_POINTS else 1]
    return LivePoints(across[there], up[there], shown.truth(train.truth[rows])[there])


def _values_of(prepared: Prepared, name: str, features: Array) -> Array:
    """The values of a number column that encoded rows came from, NaN at gaps."""
    start = 0
    for encoder in prepared.encoder.encoders:
        if encoder.name == name:
            break
        start += encoder.width
    assert isinstance(encoder, NumberEncoder)
    values = np.linspace(encoder.lowest, encoder.highest, KNOTS)
    encoded = np.empty((KNOTS, encoder.width), np.float32)
    encoder.write_values(values.copy(), encoded)
    found = np.interp(features[:, start], encoded[:, 0], values)
    if encoder.had_gaps:
        found[features[:, start + len(encoder.fitted)] == 1] = np.nan
    return np.asarray(found)
