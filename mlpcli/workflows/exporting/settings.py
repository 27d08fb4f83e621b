"""Settings of an export."""

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
