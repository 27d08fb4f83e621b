"""Settings of a prediction; they load no pandas, so that help is fast."""

from dataclasses import dataclass

from mlpcli.data.reading.blocks import BLOCK_ROWS
from mlpcli.settings import Settings, setting


@dataclass(frozen=True)
class PredictionSettings(Settings):
    """Settings of the columns that are written for each row."""

    keep: str = setting(
        "all",
        "Input columns to write: all, none or A,B.",
        group="Output",
        metavar="all|none|A,B",
        common=True,
    )
    proba: bool = setting(False, "Add the probability of each class.", group="Output", common=True)
    threshold: float | None = setting(
        None,
        "Probability from which the positive class, or a label, is predicted; else as in training, or 0.5.",
        group="Output",
        above=0,
        below=1,
        common=True,
    )
    interval: float | None = setting(
        None,
        "Add the ends of an interval that holds about so many of the true numbers, as 0.9; for regression.",
        group="Output",
        metavar="LEVEL",
        above=0,
        below=1,
        common=True,
    )
    prefix: str = setting("", "Text before the name of every added column.", group="Output", metavar="TEXT")
    safe_cells: bool = setting(
        False,
        "Put ' before cells and names that a spreadsheet would run as formulas; for CSV and TSV.",
        group="Output",
    )
    chunk_rows: int = setting(
        BLOCK_ROWS, "Rows scored at once, at most; fewer of a wide table.", group="Output", at_least=1
    )
    allow_unreadable: bool = setting(
        False, "Go on although almost no cell of a column can be read.", group="Output"
    )
    strict: bool = setting(
        False,
        "Unseen categories, unreadable cells and values out of range are errors.",
        group="Output",
        common=True,
    )
