"""TODO."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing found, with the option that acts on it."""

    kind: str
    text: str
    advice: str
