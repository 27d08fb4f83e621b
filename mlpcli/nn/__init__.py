"""The network room: arrays and settings in, trained arrays out. It knows no file, no column and no screen.

The numeric contract
--------------------
- Arrays are (rows, features), C order, one dtype throughout (float32 in use, float64 in tests; `Network`
  takes it as an argument). Weights are (n_in, n_out), biases (n_out,).
- One flat vector holds all parameters, a second one their gradients (`ParameterVector`). Layers own shaped
  views of both. Weights of all layers come first, then biases, scales, slopes and embeddings, so each group
  is one slice. Numbers that are set once from the data are a third vector.
- A layer is arithmetic on arrays it is given: `forward` writes `out`, `backward` overwrites its gradients
  and `d_x`. The network owns those arrays (`Workspace`): sized once for the largest batch, a short batch is
  a slice of rows, and a warm training step allocates nothing of batch or weight size.
- A loss takes raw outputs, averages over rows, and owns the link (softmax, sigmoid) to predictions.
- An optimizer changes the flat vector in place: an update rule by the gradient of a batch, a minimizer by the
  loss of all rows. `fit` and `sweep` are generators of records.
- Each family of choices is one table: ACTIVATIONS, LOSSES, OPTIMIZERS, SCHEDULES, INITIALIZATIONS,
  NUMBER_EMBEDDINGS. A new entry is one class or function and one line; options, errors and tests read the
  table.
- Randomness comes only from the generators that are passed in.

Why this layout: the other candidate, (features, rows) with a row of ones under every activation, so that the
bias is one more weight column, was measured on whole steps (gather, forward, backward, Adam with a separate
bias rate and no bias decay, a short last batch) in six nets from 20-100-2 to 100-512-512-10. It was 1.06
(one thread) and 1.04 (two threads) times as fast in geometric mean: 1.1 to 1.17 on the smallest nets, 0.93 to
1.0 on the largest. That is below the 1.15 that would have paid for biases scattered over the flat vector.
"""

from importlib import import_module
from typing import Any

_NAMES = {
    "activations": "ACTIVATIONS",
    "activations.simple": "Identity LeakyRelu Relu Sigmoid Tanh",
    "architecture": "NetworkSettings build_network",
    "batches": "Examples",
    "embeddings": "NUMBER_EMBEDDINGS",
    "fitting": "EpochRecord fit",
    "initialization": "INITIALIZATIONS",
    "layers": "Dense Dropout Scale",
    "losses": "LOSSES",
    "losses.classes": "SoftmaxCrossEntropy",
    "losses.labels": "SigmoidCrossEntropy",
    "losses.numbers": "Huber MeanAbsoluteError MeanSquaredError",
    "network": "Network",
    "optimizers": "OPTIMIZERS",
    "optimizers.lbfgs": "LBFGS",
    "optimizers.rules": "SGD Adam Momentum",
    "range_test": "sweep",
    "regularization": "Regularization RegularizationSettings",
    "schedules": "SCHEDULES",
    "trainer": "Trainer",
    "training_settings": "TrainingSettings",
}
"""Names for whoever builds networks by hand, by module; each is loaded when first asked for."""


def __getattr__(name: str) -> Any:
    for module, names in _NAMES.items():
        if name in names.split():
            return getattr(import_module(f"mlpcli.nn.{module}"), name)
    raise AttributeError(f"module 'mlpcli.nn' has no attribute {name!r}")
