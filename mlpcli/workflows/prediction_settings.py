"""Settings of a prediction; they load no pandas, so that help is fast."""

from dataclasses import dataclass

from mlpcli.data.reading.blocks import BLOCK_ROWS
from mlpcli.errors import SettingsError
from mlpcli.nn.kernels import ENGINES
from mlpcli.settings import AUTO, Settings, setting

ALL_EFFECTS = 0
"""Instead of a number of reasons: the effects of all columns."""


def _parse_explain(text: str) -> int:
    if text.casefold() == "all":
        return ALL_EFFECTS
    if text.isdecimal() and text.isascii() and (number := int(text[:9])) > 0:
        return number
    raise SettingsError(
        f"{text!r:.40} is not a number of reasons", "Give 1, 2, ... or all.", setting="explain"
    )


@dataclass(frozen=True)
class PredictionSettings(Settings):
    """Settings of the columns that are written for each row."""

    keep: str = setting(
        "all",
        "Input columns to write.",
        group="Output",
        metavar="all|none|A,B",
        common=True,
    )
    proba: bool = setting(False, "Add the probability of each class.", group="Output", common=True)
    threshold: float | None = setting(
        None,
        "Decision threshold for the positive class. By default that of training, else 0.5.",
        group="Output",
        above=0,
        below=1,
        common=True,
    )
    interval: float | None = setting(
        None,
        "Add prediction intervals of this level, such as 0.9. For classes it is the set of likely ones; "
        "several labels have none.",
        group="Output",
        metavar="LEVEL",
        above=0,
        below=1,
        common=True,
    )
    explain: int | None = setting(
        None,
        "Add the N columns that moved each prediction most, and by how much. With all, the effect of every "
        "column.",
        group="Output",
        metavar="N|all",
        parse=_parse_explain,
        at_least=0,
        common=True,
    )
    of_class: str | None = setting(
        None,
        "Class, label or target whose prediction {explain} explains. By default the predicted class; of "
        "several labels or targets one must be named.",
        group="Output",
        flag="class",
        metavar="CLASS",
    )
    prefix: str = setting("", "Text before the name of every added column.", group="Output", metavar="TEXT")
    safe_cells: bool = setting(
        False,
        "Put ' before cells that a spreadsheet would run as formulas. For CSV and TSV only.",
        group="Output",
    )
    engine: str = setting(
        AUTO,
        "Engine of the arithmetic: NumPy, or compiled loops (numba, the extra fast). With auto numba "
        "is used if it is installed and the files are large.",
        group="Output",
        choices=ENGINES,
    )
    chunk_rows: int = setting(
        BLOCK_ROWS, "Largest number of rows to score at once.", group="Output", at_least=1
    )
    allow_unreadable: bool = setting(
        False, "Go on although almost no cell of a column can be read.", group="Output"
    )
    strict: bool = setting(
        False,
        "Treat cells that do not fit their column as errors. These are unseen categories, "
        "unreadable cells and values out of range.",
        group="Output",
        common=True,
    )
