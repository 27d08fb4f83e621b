"""Encoders: the cells of one column to numbers, fitted on training rows; one for each kind that is learned.

Later cells that are missing, unreadable or unseen follow a stated rule and are counted.
"""

from mlpcli.data.encoders.base import Encoder
from mlpcli.data.encoders.categories import CategoryEncoder
from mlpcli.data.encoders.dates import DateEncoder
from mlpcli.data.encoders.numbers import NumberEncoder
from mlpcli.data.encoders.text import TextEncoder
from mlpcli.data.schema import BOOLEAN, CATEGORY, DATE, NUMBER, TEXT

ENCODERS: dict[str, type[Encoder]] = {
    NUMBER: NumberEncoder,
    BOOLEAN: NumberEncoder,
    CATEGORY: CategoryEncoder,
    DATE: DateEncoder,
    TEXT: TextEncoder,
}
"""The encoder of each kind of column."""

__all__ = ["ENCODERS", "CategoryEncoder", "DateEncoder", "Encoder", "NumberEncoder", "TextEncoder"]
