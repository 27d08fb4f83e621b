"""Headers of older formats, made into those of the newest. UPGRADES: one function a format.

Whoever raises FORMAT adds a function here, and a file of the format before to the tests.
"""

from collections.abc import Callable
from typing import Any


def upgraded(header: dict[str, Any], number: int, newest: int) -> dict[str, Any]:
    """A header of format `number` as one of the `newest`; whatever it holds may be nonsense still."""
    for each in range(number, newest):
        UPGRADES[each](header)
    return header


def _from_1(header: dict[str, Any]) -> None:
    """Of a single network: `history` did not say of which, and the receipt had no `members`.

    From format 2 on a target may have `thresholds`: what does not know of them would decide otherwise.
    """
    for record in header["history"]:
        record.setdefault("member", 0)
    receipt = header["receipt"]
    epochs = len(header["history"])
    only = {"epochs": epochs, "validation": {}} | {
        name: receipt[name] for name in ("best_epoch", "stop_reason")
    }
    receipt.setdefault("members", [only])


def _from_2(header: dict[str, Any]) -> None:
    """An encoder's kind followed from its fields, its width from kind and fields; some had defaults."""
    for encoder in header["encoders"]:
        width = int(bool(encoder["had_gaps"]))
        if "levels" in encoder:
            encoder["kind"] = "category"
            embedded = encoder.setdefault("embedded", False)
            width = 1 if embedded else width + len(encoder["levels"])
        else:
            encoder.setdefault("scaling", "standard")
            if "formats" in encoder:
                encoder["kind"] = "date"
                width += sum(1 if part in ("days", "year") else 2 for part in encoder["parts"])
            else:
                width += 1 + bool(encoder.setdefault("spikes", []))
        encoder["width"] = width
    if "names" in header["target"]:
        header["target"].setdefault("scaling", "standard")


UPGRADES: dict[int, Callable[[dict[str, Any]], None]] = {1: _from_1, 2: _from_2}
