"""Examination of a table by the data doctor, as before a training."""

from dataclasses import dataclass, field

from mlpcli.data.reading.table import Table
from mlpcli.errors import DataError, MlpcliError, Sentence, SettingsError
from mlpcli.model.encoded_rows import EncodedRows
from mlpcli.preparation.deciding import DecidedTable
from mlpcli.preparation.doctor import class_findings, examine
from mlpcli.preparation.encoding import Part, encode_table
from mlpcli.preparation.finding import FEW_ROWS, IMBALANCE, MISSING, REFUSED, Finding

EXAMINED = Part(rows=30_000, cells=10_000_000)
"""The part of a table in which leaks and repeated rows are looked for."""
OF_ALL_ROWS = (FEW_ROWS, IMBALANCE, MISSING)
"""Findings that a part of the rows cannot give."""


@dataclass(frozen=True)
class Examination:
    """The findings on encoded rows, and how many rows these were; none if the rows cannot be encoded."""

    findings: list[Finding] = field(default_factory=list)
    rows: int = 0
    told: dict[str, tuple[float, str]] = field(default_factory=dict)
    """Columns that are also encoded by means of the target: how much these tell, and the measure."""


def examine_table(table: Table, decided: DecidedTable) -> Examination:
    """Findings as those of a training; the columns are removed from the frame of the decided rows."""
    try:
        encoded = encode_table(table, decided, part=EXAMINED)
    except (DataError, SettingsError) as error:
        return Examination([refusal(error)])
    parts, split = encoded.parts, encoded.split.parts
    compared = ("train",) if encoded.keeps_equal else tuple(parts)
    hashes = {part: parts[part].hashes() for part in compared}
    found = examine(
        encoded.schema,
        encoded.task,
        parts,
        hashes,
        encoded.counts,
        decided.rows.count,
        encoded.looked_at,
    )
    findings = [*encoded.findings, *(each for each in found if each.kind not in OF_ALL_ROWS)]
    train, weights = split["train"], decided.rows.weights
    rows = EncodedRows(train[:, None], encoded.truth[train], None if weights is None else weights[train])
    findings += class_findings(encoded.task, rows)
    means = {each.name: each.told for each in encoded.encoder.encoders if each.told is not None}
    told = {name: (each.gain, each.measure) for name, each in means.items()}
    return Examination(findings, sum(map(len, parts.values())), told)


def refusal(error: MlpcliError) -> Finding:
    """An error that training would end with, as a finding."""
    text = Sentence("training would fail on this table: {}", error.message)
    if isinstance(error.message, Sentence):
        text = Sentence.joined(["training would fail on this table: ", error.message])
    elif error.setting:
        text = Sentence(f"training would fail on this table: {{{error.setting}}}: {{}}", error.message)
    return Finding(REFUSED, text, error.hint)
