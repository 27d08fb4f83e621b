"""Parameters of estimators: the settings of a training, but for what scikit-learn's methods are told."""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar, cast

import numpy as np

from mlpcli.errors import Sentence, did_you_mean
from mlpcli.options.options import SETTINGS_CLASSES
from mlpcli.settings import Setting, described_fields
from mlpcli.text_width import wrapped

Estimator = TypeVar("Estimator", bound=type)

TOLD_OTHERWISE = {
    *("target", "task", "label_separator", "empty", "positive"),  # by y
    "weight",  # as sample_weight
    "seed",  # as random_state
    "test",  # by whoever splits the rows
    *("from_model", "freeze"),  # by calls of partial_fit
    "diagnose",  # for the report of a run
    "memory",  # rows that are given are in memory
}
OF_FILES = {"delimiter", "encoding", "no_header", "comment", "quote", "skip", "skip_rows", "max_bytes"}
"""Settings of reading files: estimators are given rows."""
OF_NUMBERS = {"target_scaling", "clip_predictions", "output_activation", "huber_delta", "quantiles"}
"""Settings that act only where numbers are predicted."""
OF_CLASSES = {"class_weight", "threshold", "calibrate", "label_smoothing", "focal_gamma"}
"""Settings that act only where classes are predicted."""
RANDOM_STATE = "random_state"
OF_OTHERS = {
    "seed": RANDOM_STATE,
    "lr": "learning_rate",
    "hidden_layer_sizes": "hidden",
    "solver": "optimizer",
    "alpha": "l2",
    "learning_rate_init": "learning_rate",
    "max_iter": "epochs",
    "n_iter_no_change": "patience",
    "early_stopping": "patience",
    "tol": "min_delta",
    "validation_fraction": "validation",
    "n_jobs": "threads",
}
"""Names that parameters have on the command line, or in scikit-learn's own estimators."""
WIDTH, INDENT = 92, 4


def settings_of(*, classes: bool) -> dict[str, tuple[Any, Setting]]:
    """The settings, default and facts by name, of an estimator that predicts classes, or numbers.

    Common ones come first.
    """
    left_out = TOLD_OTHERWISE | OF_FILES | (OF_NUMBERS if classes else OF_CLASSES)
    settings = {
        name: (getattr(each, name), described)
        for each in SETTINGS_CLASSES
        for name, described in described_fields(each).items()
        if name not in left_out
    }
    return dict(sorted(settings.items(), key=lambda item: not item[1][1].common))


def constructor(settings: Mapping[str, tuple[Any, Setting]]) -> Callable[..., None]:
    """An `__init__` that takes each of the settings by keyword and keeps it as it is.

    scikit-learn reads the parameters of an estimator from the signature of its constructor.
    """
    defaults = {name: default for name, (default, _) in settings.items()} | {RANDOM_STATE: None}
    itself = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    signature = inspect.Signature(
        [
            itself,
            *(
                inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default)
                for name, default in defaults.items()
            ),
        ]
    )

    def __init__(self: Any, **parameters: Any) -> None:  # noqa: N807
        for name in parameters:
            if name not in defaults:
                raise TypeError(
                    f"{type(self).__name__} has no parameter {name!r:.80}. {_meant(name, defaults)}"
                )
        for name, default in defaults.items():
            setattr(self, name, parameters.get(name, default))

    __init__.__qualname__ = "__init__"
    cast(Any, __init__).__signature__ = signature  # which `inspect` looks for first
    return __init__


def _meant(name: str, known: Iterable[str]) -> str:
    """A hint what a wrong name may mean."""
    also = OF_OTHERS.get(name)
    return f"It is called {also!r} here." if also else did_you_mean(name, known)


def described(settings: Mapping[str, tuple[Any, Setting]]) -> str:
    """The parameters, each with its help, as scikit-learn's own docstrings have them."""
    return "\n".join(["Parameters", "----------", *_described(settings)])


def _described(settings: Mapping[str, tuple[Any, Setting]]) -> Iterator[str]:
    for name, (default, setting) in settings.items():
        yield f"{name} : default={default!r}"
        said = str(Sentence(setting.help))
        if setting.choices:
            said += f" One of {', '.join(setting.choices)}."
        yield from _indented(said)
    yield f"{RANDOM_STATE} : int, RandomState instance or None, default=None"
    yield from _indented(
        "Seed of all random numbers. None is 0, so that the same call gives the same weights."
    )


def _indented(text: str) -> Iterator[str]:
    return (" " * INDENT + line for line in wrapped(text, WIDTH - INDENT))


def plain(value: Any) -> Any:
    """A parameter as settings take it: numbers and lists of Python for those of NumPy."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, Mapping):
        return {plain(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return tuple(map(plain, value))
    return value


def documented(estimator: Estimator) -> Estimator:
    """The class with its parameters behind its docstring; a decorator."""
    estimator.__doc__ = f"{inspect.getdoc(estimator)}\n\n{described(cast(Any, estimator).SETTINGS)}\n"
    return estimator
