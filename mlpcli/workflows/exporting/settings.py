"""Settings of an export, and what its writer is told."""

from dataclasses import dataclass

from mlpcli.settings import Settings, setting


@dataclass(frozen=True)
class ExportSettings(Settings):
    """Settings of what is written beside the model."""

    golden: int = setting(
        20,
        "Golden rows to write with their predictions, by which the export tests itself. They are random, not "
        "rows of the training table.",
        group="Output",
        at_least=1,
        at_most=1_000,
        common=True,
    )
    dialect: str | None = setting(
        None,
        "Kind of database for a .sql file; sqlite if it is not given.",
        group="Output",
        choices=("sqlite", "duckdb"),
        common=True,
    )
    table: str | None = setting(
        None,
        "Table or view that a .sql file scores; data if it is not given.",
        group="Output",
        metavar="NAME",
        common=True,
    )


@dataclass(frozen=True)
class ExportWishes:
    """What a writer must know beside the model and its golden rows."""

    file: str
    """The name that the file will have."""
    settings: ExportSettings
