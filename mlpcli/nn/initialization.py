"""Starting values: weights whose size keeps the spread of signals, biases zero."""

import numpy as np

from mlpcli.nn.layers import Dense


def draw(layer: Dense, gain: float, generator: np.random.Generator) -> None:
    """Weights from N(0, gain² / n_in), biases 0.

    With gain √2 before ReLU this is He et al. 2015 (arXiv 1502.01852, eq. 10); with gain 1 it is LeCun et
    al. 1998 ("Efficient BackProp", section 4.6). The gain belongs to the activation that follows.
    """
    spread = gain / np.sqrt(layer.n_in)
    layer.weight[:] = generator.standard_normal(layer.weight.shape) * spread
    layer.bias[:] = 0.0
