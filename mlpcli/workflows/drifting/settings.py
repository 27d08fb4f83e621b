"""Settings of a comparison with the training rows; they load no pandas, so that help is fast."""

from dataclasses import dataclass

from mlpcli.errors import Sentence, SettingsError
from mlpcli.metrics.gates import Condition
from mlpcli.settings import Settings, parse_list, setting

OF_COLUMNS = ("psi", "ks", "total_variation", "p_value")
GATES = (
    *OF_COLUMNS,
    *("missing", "unseen", "unreadable", "out_of_range", "rows"),
    *(f"prediction_{name}" for name in OF_COLUMNS),
)
"""Numbers on which a gate may be set: the largest of all columns, of p values the smallest."""
EXAMPLE = "psi > 0.2"
WHOLE = "measures of drift are for all columns together, without classes, slices or bounds"


def _some(text: str) -> str:
    """A gate that is empty, as by an unset variable, would be open."""
    if not parse_list(text):
        hint = f"Write for example {EXAMPLE!r}, or leave it out."
        raise SettingsError(Sentence("{fail_if} is empty"), hint, setting="fail_if")
    return text


@dataclass(frozen=True)
class DriftSettings(Settings):
    """The gates that must hold."""

    fail_if: tuple[str, ...] = setting(
        (),
        f"Exit with status 3 if this is true, such as {EXAMPLE!r}. "
        "The column with the largest value counts. "
        f"Measures are {', '.join(GATES)}.",
        group="Comparison",
        metavar="CONDITION",
        parse=lambda text: parse_list(_some(text)),
        repeatable=True,
        common=True,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        for text in self.fail_if:
            Condition.parse(str(text), GATES, EXAMPLE, only_whole=WHOLE)

    @property
    def conditions(self) -> list[Condition]:
        """The conditions under which the comparison fails."""
        return [Condition.parse(text, GATES, EXAMPLE, only_whole=WHOLE) for text in self.fail_if]
