"""The estimator that predicts numbers."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import RegressorMixin
from sklearn.utils.validation import check_array, check_consistent_length, check_is_fitted, column_or_1d

from mlpcli.arrays import Array
from mlpcli.estimators.base import MLPEstimator
from mlpcli.estimators.errors import as_value_errors
from mlpcli.estimators.parameters import constructor, documented, settings_of
from mlpcli.estimators.tables import target_names


@documented
class MLPRegressor(RegressorMixin, MLPEstimator):
    """Predict numbers, one or several of each row, by multilayer perceptrons.

        estimator = mlpcli.MLPRegressor(epochs=50).fit(X, y)
        estimator.predict(X)

    Rows are DataFrames with columns of any kind, or arrays; cells may be missing. `model_` is a model as
    `mlpcli.train` gives it.
    """

    SETTINGS = settings_of(classes=False)
    __init__ = constructor(SETTINGS)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> "MLPRegressor":
        """Go on for one epoch on further rows, with the encoders and from the weights of the model.

        The first call makes them. Cells that are new to the encoders are counted in `cell_counts_`. Returns
        the estimator.
        """
        self._go_on(X, y, sample_weight)
        return self

    def predict(self, X: Any) -> Array:
        """The predicted numbers (rows,), of several targets (rows, targets)."""
        check_is_fitted(self)
        with as_value_errors():
            return np.asarray(self.model_.predict(self._known_rows(X)).to_numpy(np.float64))

    @property
    def _task(self) -> str:
        return "regression"

    def _targets(self, y: Any, rows: pd.DataFrame, weights: Array | None) -> dict[str, Array]:
        values = _numbers(y, rows)
        return dict(zip(target_names(y, values.shape[1], list(rows.columns)), values.T, strict=True))

    def _later_targets(self, y: Any, rows: pd.DataFrame) -> dict[str, Array]:
        values, names = _numbers(y, rows), self.model_.artifact.schema.target
        if len(names) != values.shape[1]:
            raise ValueError(f"y has {values.shape[1]} targets, but the model has {len(names)}")
        return dict(zip(names, values.T, strict=True))


def _numbers(y: Any, rows: pd.DataFrame) -> Array:
    """Finite numbers (rows, targets); raises ValueError for anything else."""
    values = check_array(y, ensure_2d=False, dtype=np.float64, input_name="y")
    if values.ndim == 2 and values.shape[1] == 1:
        values = column_or_1d(values, warn=True)
    check_consistent_length(rows, values)
    return np.asarray(values.reshape(len(values), -1))
