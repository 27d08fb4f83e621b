"""Cells of one column to numbers: a small encoder per kind, fitted on training rows. ENCODERS.

Later cells that are missing, unreadable or unseen follow a stated rule and are counted.
"""

from mlpcli.data.columns.dates import dates_of, formats_of
from mlpcli.data.encoders.base import Encoder
from mlpcli.data.encoders.categories import CategoryEncoder
from mlpcli.data.encoders.dates import DateEncoder
from mlpcli.data.encoders.numbers import NumberEncoder
from mlpcli.data.schema import BOOLEAN, CATEGORY, DATE, NUMBER

__all__ = ["ENCODERS", "CategoryEncoder", "DateEncoder", "Encoder", "NumberEncoder", "dates_of", "formats_of"]

ENCODERS: dict[str, type[Encoder]] = {
    NUMBER: NumberEncoder,
    BOOLEAN: NumberEncoder,
    CATEGORY: CategoryEncoder,
    DATE: DateEncoder,
}
