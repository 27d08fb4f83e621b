"""Leaks through two columns that tell the target together, although neither does alone.

Numbers: the target is their sum, difference, product or quotient. Classes: they are told by which of the two
is larger, by whether they are equal, by which of them are missing, or by the values of two columns that have
few. Bins of two continuous columns are left out on purpose: whatever a network can learn from two inputs, a
spiral or circles, is told by enough of them. For the same reason two columns are no leak where a table has no
other inputs: that they tell the target is then all there is to learn.
"""

from collections.abc import Collection

from mlpcli.errors import Sentence
from mlpcli.model.tasks import Regression, Task
from mlpcli.preparation.cell_findings import limited
from mlpcli.preparation.doctor.class_pairs import class_pairs
from mlpcli.preparation.doctor.looked_at import LEAST_ROWS, LookedAt
from mlpcli.preparation.doctor.number_pairs import number_pairs
from mlpcli.preparation.finding import LEAK, Finding
from mlpcli.text_width import shell_word

FEWEST_INPUTS = 3


def pair_leaks(task: Task, looked: LookedAt, alone: Collection[str]) -> list[Finding]:
    """Findings on pairs of columns; those that tell the target `alone` take part in none."""
    if len(looked) < LEAST_ROWS or len(looked.inputs) < FEWEST_INPUTS:
        return []
    columns = [column for column in looked.inputs if column.name not in alone]
    find = number_pairs if isinstance(task, Regression) else class_pairs
    findings = []
    for (one, other), said in find(columns, task, looked).items():
        text = f"columns {one.name!r} and {other.name!r} together {said}. Target leak?"
        advice = Sentence("{drop} {} or {drop} {}", shell_word(one.name), shell_word(other.name))
        findings.append((one.name, Finding(LEAK, text, advice, columns=(one.name, other.name))))
    return limited(findings)
