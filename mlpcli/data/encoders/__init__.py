"""Cells of one column to numbers: a small encoder per kind, fitted on training rows.

Later cells that are missing, unreadable or unseen follow a stated rule and are counted.
"""

from mlpcli.data.encoders.categories import CategoryEncoder
from mlpcli.data.encoders.contract import Encoder
from mlpcli.data.encoders.dates import DateEncoder, dates_of, formats_of
from mlpcli.data.encoders.numbers import NumberEncoder

__all__ = ["CategoryEncoder", "DateEncoder", "Encoder", "NumberEncoder", "dates_of", "formats_of"]
