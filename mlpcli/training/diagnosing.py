"""Sentences on a diagnosed training: dead units, vanishing gradients, steps too long or too short."""

import statistics
from collections.abc import Iterator, Sequence

from mlpcli.errors import Sentence
from mlpcli.nn.diagnosis import LayerDiagnosis
from mlpcli.nn.fitting import EpochRecord
from mlpcli.training.members import Member

MANY_DEAD, MANY_SATURATED = 0.25, 0.5
"""Shares of a layer's units in the last epoch."""
LARGE_UPDATE, SMALL_UPDATE = 3e-2, 1e-6
"""Of a step over the weights before it, in the middle epoch. About 1e-3 is usual (A. Karpathy, A Recipe for
Training Neural Networks, 2019)."""
FADED, EARLY = 3e-2, 5
"""Norm of the first layer's gradient over that of the last hidden one's, each the median of so many epochs
from the start, as one batch says little. On penguins, auto_mpg and digits, 16 to 128 units wide, with adam,
sgd, momentum and rmsprop: 6 sigmoid layers 0.0004 to 0.011, 4 of them 0.012 to 0.2, 2 to 4 ReLU layers 0.3 to
1.8, 10 tanh layers 0.3 to 4."""
GROWN = 100.0
"""The largest gradient norm of an epoch over that of the first."""


def findings_of(members: Sequence[Member]) -> list[str]:
    """A sentence on each conspicuous thing, with what may help; each sentence once for several networks."""
    counted: dict[Sentence, list[int]] = {}
    for member in members:
        for text in _conspicuous(member.history):
            counted.setdefault(text, []).append(member.number)
    if len(members) == 1:
        return list(counted)
    return [
        Sentence.joined([f"network {', '.join(str(number + 1) for number in numbers)}: ", text])
        for text, numbers in counted.items()
    ]


def _conspicuous(history: Sequence[EpochRecord]) -> Iterator[Sentence]:
    watched = [record.layers for record in history if record.layers]
    if not watched:
        return
    layers = list(zip(*watched, strict=True))
    for epochs in layers:
        yield from _of_layer(epochs)
    hidden = [statistics.median(layer.gradient_norm for layer in epochs[:EARLY]) for epochs in layers[:-1]]
    if len(hidden) > 1 and hidden[0] < FADED * hidden[-1]:
        fades = "the gradient fades from {:.2g} in layer {} to {:.2g} in layer 1; "
        advice = "try relu or selu, fewer layers, or another {init}"
        yield Sentence(fades + advice, hidden[-1], len(hidden), hidden[0])
    totals = [max(layer.gradient_norm for layer in each) for each in watched]
    if max(totals) > GROWN * totals[0]:
        grew = "the gradient grew from {:.2g} to {:.2g}; lower {learning_rate}, or give {clip_norm} 1"
        yield Sentence(grew, totals[0], max(totals))


def _of_layer(epochs: Sequence[LayerDiagnosis]) -> Iterator[Sentence]:
    last = epochs[-1]
    dead = "dead; lower {learning_rate}, or try {activation} leaky-relu"
    saturated = "saturated; lower {learning_rate}, or try {activation} relu"
    for share, many, advice in ((last.dead, MANY_DEAD, dead), (last.saturated, MANY_SATURATED, saturated)):
        if share is not None and share >= many:
            yield Sentence("layer {}: {:.0f} % of units are " + advice, last.layer, 100 * share)
    ratio = statistics.median(each.update_ratio for each in epochs)
    text = "layer {}: a step changes the weights by {:.2g} of their size"
    if ratio > LARGE_UPDATE:
        yield Sentence(text + "; lower {learning_rate}", last.layer, ratio)
    elif ratio < SMALL_UPDATE:
        yield Sentence(text + ", almost nothing; raise {learning_rate}", last.layer, ratio)
