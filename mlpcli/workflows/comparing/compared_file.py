"""One of the files of a comparison: facts of a training, and scores on parts of the rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

TEST, VALIDATION, OUT_OF_FOLD, TRAINING, EVALUATED, OUTER = (
    "test",
    "validation",
    "out-of-fold",
    "training",
    "evaluated",
    "outer",
)
"""Parts of the rows: those kept apart, those that chose the epoch, and so on."""

Number = float | None
Values = Mapping[str, Number]
"""Numbers by name; None of one that is not known or not finite."""

TRAIN_LOSS, VALIDATION_LOSS = "train_loss", "validation_loss"
"""Values of an epoch next to its metrics, as the columns of a history are called."""


@dataclass(frozen=True)
class Rows:
    """The rows of a part, as far as a file says which they are."""

    count: int | None
    split: str | None = None
    """A digest of the row numbers of each part; None if the file does not say."""
    part_file: str | None = None
    """The file that the rows of this part come from, if it is one of its own."""
    encoded: str | None = None
    """A digest of the encoded rows of the table, which other scalings or columns change."""
    tables: tuple[str, ...] = ()
    """Names of the table's files, without folders; empty if they say nothing, as of stdin."""

    @property
    def known(self) -> bool:
        """Whether the file says which rows they are."""
        return self.split is not None

    def same_as(self, other: "Rows") -> bool:
        """Whether these are the same rows; where neither file says which they are, if they are as many."""
        if not self.known or not other.known:
            return self.known == other.known and self.count == other.count
        same_split = (self.count, self.split, self.part_file) == (other.count, other.split, other.part_file)
        same_table = self.encoded == other.encoded or bool(self.tables and self.tables == other.tables)
        return same_split and same_table


@dataclass(frozen=True, kw_only=True)
class PartScores:
    """Scores on a part of the rows."""

    part: str
    rows: Rows
    metrics: Values
    baseline: Values = field(default_factory=dict)


@dataclass(frozen=True)
class Course:
    """Values by epoch, from the first on; of several networks their means."""

    losses: Mapping[str, Sequence[Number]]
    """TRAIN_LOSS and VALIDATION_LOSS; the latter is empty if no rows were held out."""
    metrics: Mapping[str, Sequence[Number]]

    @property
    def epochs(self) -> int:
        """Of the longest training."""
        return len(self.losses[TRAIN_LOSS])

    @property
    def loss(self) -> str:
        """The loss that says most: that of the rows held out, where there are some."""
        return VALIDATION_LOSS if self.losses[VALIDATION_LOSS] else TRAIN_LOSS


@dataclass(frozen=True, kw_only=True)
class ComparedFile:
    """The content of a model, a history or a result; None or empty where it has nothing to say."""

    path: str
    name: str
    """Short, and another one than those of the other files."""
    kind: str
    """model, history, or the command whose JSON it is."""
    task: str | None = None
    target: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    """Files of the training table."""
    settings: Mapping[str, Any] | None = None
    scores: Sequence[PartScores] = ()
    epochs: tuple[int, ...] = ()
    """Epochs that each network was trained."""
    best_epochs: tuple[int, ...] = ()
    """The epoch of each network that was kept; empty if no rows chose one."""
    at_best: Values = field(default_factory=dict)
    """Losses and metrics at the best epoch, else the last one; of several networks the means."""
    course: Course | None = None
    parameters: tuple[int, ...] = ()
    """Trained numbers of a network, of each configuration."""
    seconds: float | None = None
    """Of the training."""
    size: int | None = None
    """Bytes of a model file."""

    @property
    def trained(self) -> bool:
        """Whether the file says something of a training."""
        return bool(self.epochs)

    @property
    def held_out(self) -> Rows:
        """The rows of the validation loss."""
        found = [each.rows for each in self.scores if each.part in (VALIDATION, OUT_OF_FOLD)]
        return found[0] if found else Rows(None)
