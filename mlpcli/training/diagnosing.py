"""What `--diagnose` has watched, in plain words: dead units, fading gradients, steps too long or short."""

import statistics
from collections.abc import Iterator, Sequence

from mlpcli.nn.diagnosis import LayerDiagnosis
from mlpcli.nn.fitting import EpochRecord
from mlpcli.training.members import Member

MANY_DEAD, MANY_SATURATED = 0.25, 0.5
"""Shares of a layer's units in the last epoch."""
LARGE_UPDATE, SMALL_UPDATE = 3e-2, 1e-6
"""Of a step over the weights before it, in the middle epoch. About 1e-3 is usual (A. Karpathy, A Recipe for
Training Neural Networks, 2019)."""
FADED = 1e-2
"""Norm of the first layer's gradient over that of the last hidden one's, at the end of the first epoch."""
GROWN = 100.0
"""The largest gradient norm of an epoch over that of the first."""


def findings_of(members: Sequence[Member]) -> list[str]:
    """A sentence for whatever is conspicuous, with what may help; of several networks each sentence once."""
    counted: dict[str, list[int]] = {}
    for member in members:
        for text in _conspicuous(member.history):
            counted.setdefault(text, []).append(member.number)
    if len(members) == 1:
        return list(counted)
    return [
        f"network {', '.join(str(number + 1) for number in numbers)}: {text}"
        for text, numbers in counted.items()
    ]


def _conspicuous(history: Sequence[EpochRecord]) -> Iterator[str]:
    watched = [record.layers for record in history if record.layers]
    if not watched:
        return
    layers = list(zip(*watched, strict=True))
    for course in layers:
        yield from _of_units(course[-1])
        yield from _of_updates(course)
    hidden = [course[0].gradient_norm for course in layers[:-1]]
    if len(hidden) > 1 and hidden[0] < FADED * hidden[-1]:
        yield (
            f"the gradient fades from {hidden[-1]:.2g} in layer {len(hidden)} to {hidden[0]:.2g} in layer 1; "
            "try relu or selu, fewer layers, or another --init"
        )
    totals = [max(layer.gradient_norm for layer in each) for each in watched]
    if max(totals) > GROWN * totals[0]:
        yield (f"the gradient grew from {totals[0]:.2g} to {max(totals):.2g}; lower --lr, or --clip-norm 1")


def _of_units(last: LayerDiagnosis) -> Iterator[str]:
    if last.dead is not None and last.dead >= MANY_DEAD:
        yield (
            f"layer {last.layer}: {last.dead:.0%} of units are dead; lower the rate (--lr) or try "
            "--activation leaky-relu"
        ).replace("%", " %")
    if last.saturated is not None and last.saturated >= MANY_SATURATED:
        yield (
            f"layer {last.layer}: {last.saturated:.0%} of units are saturated; lower the rate (--lr), or try "
            "--activation relu"
        ).replace("%", " %")


def _of_updates(course: Sequence[LayerDiagnosis]) -> Iterator[str]:
    ratio, layer = _middle([each.update_ratio for each in course]), course[0].layer
    if ratio > LARGE_UPDATE:
        yield f"layer {layer}: a step changes the weights by {ratio:.2g} of their size; lower the rate (--lr)"
    elif ratio < SMALL_UPDATE:
        yield (
            f"layer {layer}: a step changes the weights by {ratio:.2g} of their size, next to nothing; raise "
            "the rate (--lr)"
        )


def _middle(values: Sequence[float]) -> float:
    return statistics.median(values)
