"""Sizes as people write them."""

import pytest

from mlpcli.data.reading.kinds.limits import parse_size
from mlpcli.errors import SettingsError


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("1", 1),
        ("500MB", 500_000_000),
        ("2GB", 2_000_000_000),
        ("2 gb", 2_000_000_000),
        ("1.5k", 1_500),
        ("1KiB", 1_024),
        ("2GiB", 2 << 30),
        ("1T", 10**12),
    ],
)
def test_sizes(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "MB", "-1", "1e9", "1 2", "0", "0.1", "5XB", "nan"])
def test_no_sizes(text: str) -> None:
    with pytest.raises(SettingsError, match="is not a size"):
        parse_size(text)
