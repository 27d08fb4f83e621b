"""Settings of training: its length, its batches, and the schedules of rate, decay and dropout."""

from dataclasses import dataclass

from mlpcli.errors import SettingsError
from mlpcli.nn.schedules import ALL_SCHEDULES, PLATEAU, SCHEDULES, Plateau, warmed_up
from mlpcli.settings import AUTO, SOME_METRICS, Settings, is_number, setting

LOSS = "loss"
"""Name of the validation loss among the scores that can be monitored."""


def parse_rate(text: str) -> float | str:
    """A number, or AUTO, which is searched for before training."""
    if text == AUTO:
        return AUTO
    try:
        return float(text)
    except ValueError:
        raise SettingsError(
            f"{text!r} is not a number", "Give a number such as 0.01, or auto.", setting="learning_rate"
        ) from None


@dataclass(frozen=True)
class TrainingSettings(Settings):
    """Length, batches and schedules of training."""

    learning_rate: float | str | None = setting(
        None,
        "Learning rate. With auto it is chosen as lr-find does.",
        group="Optimizer",
        flag="lr",
        metavar="NUMBER|auto",
        parse=parse_rate,
        above=0,
        common=True,
    )
    schedule: str | None = setting(
        None,
        "Learning-rate schedule. With plateau the rate is divided by five when the validation loss stalls.",
        group="Optimizer",
        choices=ALL_SCHEDULES,
        of_steps=True,
    )
    warmup: float = setting(
        0.0,
        "Share of the training in which the learning rate rises from 0.",
        group="Optimizer",
        at_least=0,
        below=1,
        of_steps=True,
    )
    decay_schedule: str | None = setting(
        None,
        "Schedule of the weight decay.",
        group="Regularization",
        needs="weight decay",
        choices=tuple(SCHEDULES),
        of_steps=True,
    )
    dropout_schedule: str | None = setting(
        None,
        "Schedule of the dropout.",
        group="Regularization",
        needs="dropout",
        choices=tuple(SCHEDULES),
        of_steps=True,
    )
    epochs: int | None = setting(
        None,
        "Largest number of epochs.",
        group="Training",
        at_least=1,
        common=True,
        set_by_time=True,
    )
    batch_size: int | None = setting(
        None, "Rows per update.", group="Training", at_least=1, common=True, needs="batches"
    )
    patience: int | None = setting(
        None,
        "Stop after this many epochs without progress.",
        group="Training",
        at_least=1,
        common=True,
        needs="validation rows",
    )
    min_delta: float = setting(
        0.0,
        "Smallest improvement that counts as progress.",
        group="Training",
        at_least=0,
        needs="validation rows",
    )
    monitor: str = setting(
        LOSS,
        f"Validation score that chooses the best epoch: loss or a metric. {SOME_METRICS}",
        group="Training",
        needs="validation rows",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.learning_rate not in (None, AUTO) and not is_number(self.learning_rate):
            raise SettingsError(
                f"{self.learning_rate!r:.40} is not a number",
                "Give a number such as 0.01, or auto.",
                setting="learning_rate",
            )


class StepSchedule:
    """Learning rate and factors of decay and dropout at each step."""

    def __init__(self, settings: TrainingSettings, total_steps: int) -> None:
        assert isinstance(settings.learning_rate, (int, float))
        name = settings.schedule or "constant"
        self._rate, self._total_steps = settings.learning_rate, total_steps
        self._schedule = warmed_up(SCHEDULES["constant" if name == PLATEAU else name], settings.warmup)
        self.plateau = Plateau() if name == PLATEAU else None
        self._decay = SCHEDULES[settings.decay_schedule or "constant"]
        self._dropout = SCHEDULES[settings.dropout_schedule or "constant"]

    def at(self, step: int) -> tuple[float, float, float]:
        """Learning rate, factor of the weight decay, factor of the dropout rates."""
        done = step / self._total_steps
        rate = self._rate * self._schedule(done)
        if self.plateau is not None:
            rate *= self.plateau.factor
        return rate, self._decay(done), self._dropout(done)
