"""Arrays that layers write into: made once for the largest batch, sliced for a short one."""

from collections.abc import Sequence

import numpy.typing as npt

from mlpcli.nn.layers import Layer
from mlpcli.nn.scratch import FloatArray, aligned


class Workspace:
    """`outputs[i]` is (rows, n_out) of layer i, `deltas[i]` the gradient of the loss by it.

    With `share`, a layer overwrites the output before it if that is not needed again: it is elementwise, it
    does not read `x` in backward, and the layer before does not read its `out`. Deltas of elementwise layers
    are always changed in place.
    """

    def __init__(
        self,
        layers: Sequence[Layer],
        rows: int,
        dtype: npt.DTypeLike,
        *,
        training: bool = True,
        share: bool = True,
    ) -> None:
        self.capacity = rows
        self._outputs: list[FloatArray] = []
        self._deltas: list[FloatArray] = []
        for index, layer in enumerate(layers):
            previous = layers[index - 1] if index else None
            overwrites = (
                share
                and previous is not None
                and layer.elementwise
                and not (training and ("x" in layer.backward_reads or "out" in previous.backward_reads))
            )
            shape = (rows, layer.n_out)
            self._outputs.append(self._outputs[-1] if overwrites else aligned(shape, dtype))
            if training:
                in_place = previous is not None and layer.elementwise
                self._deltas.append(self._deltas[-1] if in_place else aligned(shape, dtype))
        self.use(rows)

    def use(self, rows: int) -> None:
        """Set `outputs` and `deltas` for a batch of `rows` (at most `capacity`)."""
        self.rows = rows
        whole = rows == self.capacity
        self.outputs = self._outputs if whole else [array[:rows] for array in self._outputs]
        self.deltas = self._deltas if whole else [array[:rows] for array in self._deltas]
