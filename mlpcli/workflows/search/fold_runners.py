"""Whoever makes the runs of a cross-validation: processes of this machine, or workers of a cluster.

They start before this process has imported what a training needs, and import it meanwhile.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

from mlpcli.errors import Sentence, SettingsError
from mlpcli.training.cluster import Cluster
from mlpcli.training.cluster_runs import ClusterRunners
from mlpcli.training.spread import Runners
from mlpcli.workflows.search.settings import CrossValidationSettings

if TYPE_CHECKING:
    from mlpcli.workflows.search.fold_run import FoldRun, FoldTask

FoldRunners: TypeAlias = "Runners[FoldTask, FoldRun] | ClusterRunners[FoldTask, FoldRun]"

RUN_FOLD = "mlpcli.workflows.search.fold_run", "run_fold"


@contextmanager
def fold_runners(
    table: Any, own: CrossValidationSettings, dask: str | None, *, twice: bool
) -> "Iterator[FoldRunners]":
    """Those that the settings say, for a list of paths or a DataFrame; `twice` if there are two runs a fold.

    Raises MlpcliError if there is no such cluster.
    """
    if dask is not None and own.workers is not None:
        said = Sentence("{workers} and {dask} cannot be combined")
        raise SettingsError(said, "Leave one of them out.", setting="dask")
    most = own.folds * own.repeats * (2 if twice else 1) if own.fold_column is None else None
    if dask is None:
        local: Runners[FoldTask, FoldRun]
        with (local := Runners(RUN_FOLD, table, own.workers, most)):
            yield local
    else:
        remote: ClusterRunners[FoldTask, FoldRun]
        with Cluster(dask) as cluster, (remote := ClusterRunners(cluster, RUN_FOLD, table, _answers, most)):
            yield remote


def _answers() -> Sequence[type]:
    """The classes of what the workers of a cluster answer."""
    from mlpcli.preparation.finding import Finding
    from mlpcli.workflows.search.fold_run import FoldRun

    return FoldRun, Finding
