"""The estimator that predicts classes or labels."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_array, check_consistent_length, check_is_fitted, column_or_1d

from mlpcli.arrays import Array
from mlpcli.errors import DataError
from mlpcli.estimators.base import MLPEstimator
from mlpcli.estimators.classes import distinct, places_of, texts_of, weights_by_text
from mlpcli.estimators.errors import as_value_errors
from mlpcli.estimators.parameters import constructor, documented, plain, settings_of
from mlpcli.estimators.tables import target_names
from mlpcli.model.in_pandas import class_values
from mlpcli.options.threshold import rule_of

LIGHT = 1e-9
"""Weight, of a mean row's, of a row that only shows that there is a class."""


@documented
class MLPClassifier(ClassifierMixin, MLPEstimator):
    """Predict classes, or labels that a row has or has not, by multilayer perceptrons.

        estimator = mlpcli.MLPClassifier(epochs=50).fit(X, y)
        estimator.predict(X)
        estimator.predict_proba(X)

    Rows are DataFrames with columns of any kind, or arrays; cells may be missing. `y` holds classes of any
    type, or a column of 0 and 1 for each label. `model_` is a model as `mlpcli.train` gives it.
    """

    SETTINGS = settings_of(classes=True)
    __init__ = constructor(SETTINGS)

    class_weight: Any
    threshold: Any
    missing: Any
    classes_: Array
    """Sorted, of the type that `y` had; of labels their numbers."""
    _texts: list[str]
    """The classes to the model; none of labels."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags

    def partial_fit(
        self,
        X: Any,
        y: Any,
        classes: Any = None,
        sample_weight: Any = None,
    ) -> "MLPClassifier":
        """Go on for one epoch on further rows, with the encoders and from the weights of the model.

        The first call makes them; give it all `classes` unless its rows have them all. Cells that are new to
        the encoders are counted in `cell_counts_`. Returns the estimator.
        """
        if isinstance(self.class_weight, str) and self.class_weight == "balanced":
            said = "the shares of all rows are not known; give a weight for each class"
            raise ValueError(f"class_weight 'balanced' is not for partial_fit: {said}")
        with as_value_errors():
            rule = None if self.threshold is None else rule_of(plain(self.threshold))
        if callable(rule):
            said = "no rows are held out to choose it on; give a number"
            raise ValueError(f"threshold {self.threshold!r} is not for partial_fit: {said}")
        with as_value_errors():
            self._announced = None if classes is None else distinct(np.asarray(classes))
            if self._announced is not None and not len(self._announced):
                raise DataError("classes is empty", "Give all classes that further rows may have.")
        try:
            self._go_on(X, y, sample_weight)
        finally:
            del self._announced
        return self

    def predict(self, X: Any) -> Array:
        """The class of each row (rows,), or 1 for each label that it has (rows, labels)."""
        check_is_fitted(self)
        with as_value_errors():
            decided = self.model_.predict(self._known_rows(X)).to_numpy()
        if self._is_multilabel:
            return np.asarray(decided.astype(np.intp).reshape(len(decided), -1))
        place_of = dict(zip(class_values(self.model_.task.labels), self._places, strict=True))
        return np.asarray(self.classes_[[place_of[each] for each in decided.tolist()]])

    def predict_proba(self, X: Any) -> Array:
        """The probability of each class, or label (rows, classes)."""
        check_is_fitted(self)
        with as_value_errors():
            found = self.model_.predict_proba(self._known_rows(X)).to_numpy(np.float64)
        if self._is_multilabel:
            return np.asarray(found)
        probabilities = np.zeros((len(found), len(self.classes_)))
        probabilities[:, self._places] = found  # a class whose rows all have weight 0 is not in the model
        return probabilities

    def predict_log_proba(self, X: Any) -> Array:
        """The logarithm of each probability."""
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    @property
    def _is_multilabel(self) -> bool:
        return not self._texts

    @property
    def _places(self) -> list[int]:
        """The places in `classes_` of the model's classes."""
        return [self._texts.index(each) for each in self.model_.task.labels]

    @property
    def _task(self) -> str:
        if self._is_multilabel:
            return "multilabel"
        return "binary" if self._count == 2 else "multiclass"

    def _settings(self) -> dict[str, Any]:
        given = plain(self.class_weight)
        if not self._is_multilabel:
            given = weights_by_text(given, self.classes_, self._texts)
        return super()._settings() | {"class_weight": given or "none"}

    def _targets(self, y: Any, rows: pd.DataFrame, weights: Array | None) -> dict[str, Array]:
        values, announced = _checked(y, rows), getattr(self, "_announced", None)
        if values.ndim == 2:
            self.classes_, self._texts, self._count = np.arange(values.shape[1]), [], values.shape[1]
            names = target_names(y, values.shape[1], list(rows.columns))
            return dict(zip(names, values.T, strict=True))
        self.classes_ = distinct(values) if announced is None else announced
        self._texts = texts_of(self.classes_, plain(self.missing) or ())
        places = places_of(values, self.classes_)
        there = np.unique(places if weights is None else places[weights > 0])
        self._count = len(there) if announced is None else len(announced)
        if self._count < 2:
            (only,) = self.classes_[there].tolist()
            raise ValueError(f"At least 2 classes are needed, but all rows are of one class: {only!r}")
        (name,) = target_names(y, 1, list(rows.columns))
        return {name: np.array(self._texts, dtype=object)[places]}

    def _later_targets(self, y: Any, rows: pd.DataFrame) -> dict[str, Array]:
        values, names = _checked(y, rows), self.model_.artifact.schema.target
        announced = getattr(self, "_announced", None)
        if announced is not None and not np.array_equal(announced, self.classes_):
            raise ValueError(f"classes={announced!r} differ from those of the first call: {self.classes_!r}")
        if (values.ndim == 2) != self._is_multilabel or (values.ndim == 2 and values.shape[1] != len(names)):
            raise ValueError(f"y has shape {values.shape}, but the model has {len(names)} targets")
        if values.ndim == 2:
            return dict(zip(names, values.T, strict=True))
        return {names[0]: np.array(self._texts, dtype=object)[places_of(values, self.classes_)]}

    def _completed(
        self, rows: pd.DataFrame, targets: dict[str, Array], weights: Array | None
    ) -> tuple[pd.DataFrame, dict[str, Array], Array | None]:
        """With a row of hardly any weight for each class that the first rows do not have."""
        if self.__sklearn_is_fitted__() or self._is_multilabel:
            return super()._completed(rows, targets, weights)
        ((name, values),) = targets.items()
        weights = np.ones(len(rows)) if weights is None else weights
        absent = sorted(set(self._texts) - set(values[weights > 0]))
        if not absent:
            return super()._completed(rows, targets, weights)
        some = np.concatenate([np.arange(len(rows)), np.zeros(len(absent), np.intp)])
        light = np.full(len(absent), LIGHT * weights.mean())
        rows = rows.iloc[some].reset_index(drop=True)
        return rows, {name: np.concatenate([values, absent])}, np.concatenate([weights, light])


def _checked(y: Any, rows: pd.DataFrame) -> Array:
    """Classes (rows,), or 0 and 1 of labels (rows, labels); raises ValueError for anything else."""
    if hasattr(y, "toarray"):
        y = y.toarray()
    values = check_array(y, ensure_2d=False, dtype=None, input_name="y")
    if values.ndim == 2 and values.shape[1] == 1:
        values = column_or_1d(values, warn=True)
    if values.dtype.kind == "O":
        if pd.isna(values).any():
            raise ValueError("Input y contains NaN.")
        if values.ndim == 1:
            values = pd.Series(values).infer_objects().to_numpy()
    check_consistent_length(rows, values)
    check_classification_targets(values)
    if values.ndim == 2 and type_of_target(values) != "multilabel-indicator":
        raise ValueError("y has several columns of classes; give one column, or columns of 0 and 1")
    return np.asarray(values if values.ndim == 1 else values.astype(np.intp))
