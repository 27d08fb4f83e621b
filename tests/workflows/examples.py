"""What the tests of this room share: tables of text and how they are prepared."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from mlpcli.model.encoded_rows import Data
from mlpcli.options.options import Options
from mlpcli.preparation.prepare import Prepared, prepare


def frame_of(**columns: Sequence[str]) -> pd.DataFrame:
    """Columns of text, as read from a file."""
    return pd.DataFrame({name: pd.Series(list(cells), dtype="str") for name, cells in columns.items()})


def prepared(data: Data, seed: int = 0, **settings: Any) -> Prepared:
    """With the preset whose numbers do not follow the table."""
    return prepare(data, Options.from_values({"preset": "textbook", "seed": seed} | settings))


def csv_of(frame: pd.DataFrame) -> str:
    return str(frame.to_csv(index=False))
