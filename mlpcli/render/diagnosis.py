"""Diagnosis of layers: a table of a few epochs, and the findings in words."""

from collections.abc import Sequence

from mlpcli.nn.fitting import EpochRecord
from mlpcli.render.console import Screen

SHOWN_EPOCHS = 3
"""Epochs in the table, from the first to the last."""


def diagnosis_report(
    screen: Screen, history: Sequence[EpochRecord], findings: Sequence[str], several: bool
) -> None:
    """Gradients, updates, dead and saturated units layer by layer, of one network."""
    watched = [record for record in history if record.layers]
    if not watched:
        return
    steps = SHOWN_EPOCHS - 1
    shown = sorted({round(part * (len(watched) - 1) / steps) for part in range(steps + 1)})
    rows = []
    for place in range(len(watched[0].layers)):
        for index in shown:
            record = watched[index]
            layer = record.layers[place]
            rows.append(
                [
                    f"{layer.layer} {layer.name}" if index == shown[0] else "",
                    str(record.epoch),
                    f"{layer.gradient_norm:.2g}",
                    f"{layer.update_ratio:.2g}",
                    _share(layer.dead),
                    _share(layer.saturated),
                ]
            )
    screen.heading("Inside the layers" + (" of the first network" if several else ""))
    headers = ["layer", "epoch", "gradient norm", "update ratio", "dead units", "saturated"]
    screen.table(headers, rows, numbers=range(1, len(headers)))
    screen.line()
    for text in findings or ["nothing conspicuous"]:
        screen.line(f"  {screen.told(text)}")


def _share(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.0f} %"
