"""Settings of a report."""

from dataclasses import dataclass

from mlpcli.settings import Settings, setting


@dataclass(frozen=True)
class ReportSettings(Settings):
    """What a report is called, and its random numbers."""

    title: str | None = setting(
        None,
        "Title of the report. By default it names the target.",
        group="Report",
        metavar="TEXT",
        common=True,
    )
    seed: int = setting(
        0,
        "Seed of drawing, resampling and shuffling rows.",
        group="Report",
        at_least=0,
        at_most=2**63 - 1,
        common=True,
    )
