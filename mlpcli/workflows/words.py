"""Words of messages that several workflows share."""


def count(number: int, noun: str) -> str:
    """1 epoch, 2 epochs."""
    return f"{number:,} {noun}{'s' * (number != 1)}"
