"""Metrics whose definition has changed, so that values of earlier versions of mlpcli cannot be compared."""

import re
from collections.abc import Collection

from mlpcli.metrics import METRICS


def measured_otherwise(metrics: Collection[str], task: str, version: object) -> dict[str, str]:
    """The metrics whose definition has changed since a version of mlpcli, with why they are left out."""
    reasons = {}
    for name in metrics:
        since = METRICS[name].changed.get(task) if name in METRICS else None
        if since is not None and _version(version) < _version(since):
            reasons[name] = (
                f"mlpcli {since} changed its definition after the file was written; evaluate again"
            )
    return reasons


def _version(text: object) -> tuple[int, ...]:
    """The numbers of a version, for comparisons; none of what is no version."""
    return tuple(int(number) for number in re.findall(r"[0-9]{1,6}", str(text)[:40]))
