"""Settings of a cross-validation and of a search."""

from dataclasses import dataclass
from functools import partial

from mlpcli.metrics.gates import Condition
from mlpcli.options.run import parse_number, parse_seconds
from mlpcli.settings import Settings, setting

GROUP = "Cross-validation"


@dataclass(frozen=True)
class CrossValidationSettings(Settings):
    """Folds, repeats, and what is made of them."""

    folds: int = setting(
        5,
        "Number of folds. Each is scored by a training on all others.",
        group=GROUP,
        metavar="K",
        at_least=2,
        at_most=100,
        common=True,
    )
    repeats: int = setting(
        2,
        "How often all rows are dealt into folds anew. Folds by {time} or {fold_column} are dealt once.",
        group=GROUP,
        metavar="N",
        at_least=1,
        at_most=100,
        common=True,
    )
    fold_column: str | None = setting(
        None,
        "Column that says which fold a row is in. Nothing is learned from it.",
        group=GROUP,
        metavar="COLUMN",
    )
    workers: int | None = setting(
        None,
        "Processes that train side by side. By default (auto) as many as cores, if trainings take long.",
        group=GROUP,
        metavar="N|auto",
        parse=partial(parse_number, "workers"),
        at_least=1,
        at_most=1024,
    )
    fail_if: tuple[str, ...] = setting(
        (),
        "Exit with status 3 if this holds of the mean over all folds. Give for example 'accuracy < 0.8'.",
        group=GROUP,
        metavar="CONDITION",
        parse=lambda text: (text,),
        repeatable=True,
        common=True,
    )

    @property
    def conditions(self) -> list[Condition]:
        """The conditions of `fail_if`; SettingsError for one that is none."""
        why = "a cross-validation has no classes, slices or bounds, only the mean over all folds"
        return [Condition.parse(text, only_whole=why) for text in self.fail_if]


SEARCH = "Search"


@dataclass(frozen=True)
class TuneSettings(Settings):
    """How long a search takes, what it tries, and what it keeps."""

    trials: int | None = setting(
        None,
        "Number of settings to try, however long it takes.",
        group=SEARCH,
        metavar="N",
        at_least=2,
        at_most=100_000,
        common=True,
    )
    time_limit: float | None = setting(
        None,
        "Search for about this long, such as 60s, 5m or 1h. [default: 60s]",
        group=SEARCH,
        metavar="DURATION",
        parse=parse_seconds,
        above=0,
        common=True,
    )
    outer: float | None = setting(
        None,
        "Share of the rows that no trial sees. The winner is scored on them; with 0 it is not. "
        "[default: 0.2, from 5,000 rows on 0.1]",
        group=SEARCH,
        metavar="FRACTION",
        at_least=0,
        at_most=0.9,
    )
    keep: int = setting(
        1,
        "Settings that the model combines, each as often as held-out rows say.",
        group=SEARCH,
        metavar="K",
        at_least=1,
        at_most=20,
        common=True,
    )
    workers: int | None = setting(
        None,
        "Networks that train side by side. By default (auto) as many as cores.",
        group=SEARCH,
        metavar="N|auto",
        parse=partial(parse_number, "workers"),
        at_least=1,
        at_most=1024,
    )
