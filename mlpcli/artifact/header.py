"""The header of a model file: JSON values, whose annotations are checked when a file is read.

It may hold more than is named here. Encoders and targets describe themselves in `mlpcli.data`.
"""

from typing import Any, NotRequired, TypedDict

from mlpcli.data.encoders.base import Description
from mlpcli.data.schema import Schema
from mlpcli.data.sketch_sets import Description as Sketches

Metrics = dict[str, float | None]
"""Values by name; None where one is not defined."""


class Target(TypedDict):
    """Names and decisions of the target; the rest depends on the task."""

    thresholds: NotRequired[list[float]]
    """Decision thresholds, of two classes or of each label."""


class Layer(TypedDict):
    """A row of the network table."""

    name: str
    output: int
    parameters: int
    zeros: NotRequired[float]
    """Share of the parameters that are zero."""


class Configuration(TypedDict):
    """Settings with which some of the networks were trained."""

    name: str
    changes: dict[str, Any]
    """What differs from `settings`."""
    network: list[Layer]


class Racer(TypedDict):
    """A configuration that raced, and how far it came."""

    name: str
    reason: str
    changes: dict[str, Any]
    """What differs from the preset's settings."""
    loss: float | None
    """The lowest validation loss up to the decision, the mean over its networks."""
    goes_on: bool
    share: float
    """In the predictions; 0 of one that does not go on, or only harms."""


class Epoch(TypedDict):
    """An epoch of the training history."""

    epoch: int
    train_loss: float
    validation_loss: float | None
    metrics: Metrics
    member: int


class PartScores(TypedDict):
    """Scores of a model on a part of the rows, and of the trivial baseline."""

    rows: int
    metrics: Metrics
    baseline: Metrics
    reasons: NotRequired[dict[str, str]]
    per_target: NotRequired[dict[str, Metrics] | None]


class Member(TypedDict):
    """Training of one of the networks."""

    epochs: int
    best_epoch: int
    stop_reason: str
    validation: Metrics
    configuration: int
    """Its place in the list of configurations."""
    fold: str
    """The fold from whose rows it learned."""
    refit: NotRequired[int]
    """The epochs for which it was trained anew on all rows; what is said of its training is from before."""
    share: float
    """In the predictions."""


class Receipt(TypedDict):
    """Data, command, versions and course of the training."""

    data: str | list[str]
    command: str
    versions: dict[str, str]
    platform: str
    seed: int
    threads: int
    rows: dict[str, int]
    digest: str
    split_digest: NotRequired[str]
    run: NotRequired[str]
    weights: NotRequired[str]
    """SHA-256 of parameters and constants: the same for equal runs."""
    sizes: NotRequired[dict[str, int]]
    engine: NotRequired[str]
    written: NotRequired[str]
    """Date and time (UTC)."""
    best_epoch: int
    stop_reason: str
    seconds: float
    members: list[Member]
    race: NotRequired[list[Racer]]
    findings: NotRequired[list[str]]
    """Sentences on the data and the course, the gravest first."""


class Header(TypedDict):
    """All JSON values of a model file."""

    schema: Schema
    encoders: list[Description]
    target: Target
    settings: dict[str, Any]
    configurations: list[Configuration]
    """That of the largest share first: `settings` are its own."""
    history: list[Epoch]
    scores: dict[str, PartScores]
    receipt: Receipt
    sketches: Sketches | None
