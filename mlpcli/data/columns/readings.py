"""Readings: the meaning of cells as text, of all columns of a table or of one."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mlpcli.data.form import PLAIN, Form
from mlpcli.data.reading.source import ReadingSettings
from mlpcli.data.spelling import cleaned

MISSING_WORDS = frozenset(
    [
        *("", "?", "NA", "N/A", "n/a", "#N/A", "#N/A N/A", "#NA", "<NA>", "NULL", "null", "None"),
        *("NaN", "-NaN", "nan", "-nan", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN"),
    ]
)
"""Cells that mean "no value": pandas' own and the question mark of many old tables."""


@dataclass(frozen=True)
class Reading:
    """A reading of cells: of all columns of a table or, from `of_column`, of one of them."""

    missing: frozenset[str] = MISSING_WORDS
    decimal: str = "."
    form: Form = PLAIN
    """Of the column."""
    empty: str = ""
    """The word that an empty cell of the column stands for, if it is a value."""
    kept_words: frozenset[str] = frozenset()
    """Words that are values in the column, whatever they mean elsewhere."""
    exact: bool = False
    """Whether cells are read as by versions before 0.3: blanks count, and fewer forms are known."""
    forms: Mapping[str, Form] = field(default_factory=dict)
    """By column, as far as they have another than the plain one."""
    kept: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Missing words that are values in a column."""
    empties: Mapping[str, str] = field(default_factory=dict)
    """`empty` of columns."""

    @classmethod
    def of(cls, settings: ReadingSettings) -> "Reading":
        """The reading that settings ask for."""
        kept: dict[str, frozenset[str]] = {}
        for name, word in settings.keep_words or ():
            kept[cleaned(name)] = kept.get(cleaned(name), frozenset()) | {word}
        return cls(MISSING_WORDS | set(settings.missing or ()), settings.decimal or ".", kept=kept)

    def of_column(self, name: str) -> "Reading":
        """The reading of one column of the table."""
        empty = self.empties.get(name, "")
        words = self.kept.get(name, frozenset())
        kept = words | ({""} if empty else frozenset())
        form = self.forms.get(name, PLAIN)
        if not kept and form == PLAIN and not (self.forms or self.kept or self.empties):
            return self
        return Reading(
            missing=self.missing - kept,
            decimal=form.decimal or self.decimal,
            form=form,
            empty=empty,
            kept_words=words,
            exact=self.exact,
        )

    def formed(self, form: Form) -> "Reading":
        """The reading of a column that has another form."""
        return replace(self, form=form, decimal=form.decimal or self.decimal)

    @property
    def is_one(self) -> bool:
        """Whether all columns have the same missing words."""
        return not (self.kept or self.empties)


USUAL = Reading()
