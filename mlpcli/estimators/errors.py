"""Errors as scikit-learn's callers catch them: a mistake in data or settings is a ValueError as well."""

from collections.abc import Iterator
from contextlib import contextmanager

from mlpcli.errors import DataError, MlpcliError, SettingsError, told
from mlpcli.estimators.parameters import RANDOM_STATE


class InputError(MlpcliError, ValueError):
    """A mistake in the data or the parameters given to an estimator; its text has the hint, too."""

    def __str__(self) -> str:
        return f"{self.message}. {self.hint}" if self.hint else str(self.message)


@contextmanager
def as_value_errors() -> Iterator[None]:
    """In it, errors of data and settings are raised as InputError."""
    try:
        yield
    except (DataError, SettingsError) as error:
        message, hint = error.told(_parameter), told(error.hint, _parameter)
        raise InputError(message, hint, setting=_parameter(error.setting)) from None


def _parameter(setting: str) -> str:
    """The parameter, or what a method takes, by which a setting is given."""
    return {"seed": RANDOM_STATE, "weight": "sample_weight", "target": "y"}.get(setting, setting)
