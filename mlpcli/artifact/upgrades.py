"""Headers of older formats, turned into the newest format. UPGRADES: one function for each older format.

With every new format, add a function here, and a file of the previous format to the tests.
"""

from collections.abc import Callable
from typing import Any


def upgraded(header: dict[str, Any], number: int, newest: int) -> dict[str, Any]:
    """A header of format `number` in the `newest` format; its content is not checked yet."""
    for each in range(number, newest):
        UPGRADES[each](header)
    return header


def _from_1(header: dict[str, Any]) -> None:
    """Add `member` to the history and `members` to the receipt: the only network.

    From format 2 on a target may have `thresholds`; programs that ignore them would decide differently.
    """
    for record in header["history"]:
        record.setdefault("member", 0)
    receipt = header["receipt"]
    only = {name: receipt[name] for name in ("best_epoch", "stop_reason")}
    receipt.setdefault("members", [{"epochs": len(header["history"]), "validation": {}} | only])


def _from_2(header: dict[str, Any]) -> None:
    """Add kinds and widths of encoders, which followed from their other fields, and defaults."""
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
