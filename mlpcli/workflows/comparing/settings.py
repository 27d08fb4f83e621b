"""Settings of a comparison of files."""

from dataclasses import dataclass

from mlpcli.metrics import METRICS
from mlpcli.metrics.gates import check_metric
from mlpcli.settings import SOME_METRICS, Settings, setting


@dataclass(frozen=True)
class ComparisonSettings(Settings):
    """The part of the files that is wanted."""

    metric: str | None = setting(
        None,
        "Metric to show instead of the usual few. Curves show it, too, if the files have its values by "
        f"epoch. {SOME_METRICS}",
        group="Comparison",
        metavar="METRIC",
        common=True,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.metric is not None:
            check_metric("metric", self.metric, METRICS)
