"""A trained model in memory: from an artifact to predictions for rows of its columns."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from mlpcli import artifact as artifact_room
from mlpcli.arrays import Array
from mlpcli.artifact import Artifact
from mlpcli.data.columns.frame import Frame
from mlpcli.data.counts import CellCounts
from mlpcli.data.features import FeatureEncoder
from mlpcli.data.reading.blocks import BLOCK_ROWS as READ_ROWS
from mlpcli.data.reading.blocks import rows_at_once
from mlpcli.data.reading.new_rows import Known
from mlpcli.data.reading.source import ReadingSettings
from mlpcli.data.reading.stream import RowStream
from mlpcli.data.target import TARGETS, NumberTarget
from mlpcli.errors import ArtifactError, DataError, MlpcliError, count
from mlpcli.headlines import headline_table
from mlpcli.metrics.thresholds import DEFAULT_THRESHOLD
from mlpcli.model.blueprint import Blueprint, loss_of
from mlpcli.model.encoded_rows import Data, numbers_of, paths_of
from mlpcli.model.in_pandas import decisions, probabilities, refuse_without_probabilities
from mlpcli.model.known_columns import known_columns
from mlpcli.model.scorer import Scorer, raw_outputs
from mlpcli.model.tasks import TASKS, Task, Threshold
from mlpcli.model.unreadable import refuse_unreadable
from mlpcli.nn.kernels import NUMPY, Engine
from mlpcli.nn.losses import Loss
from mlpcli.nn.network import Network
from mlpcli.nn.products import BLOCK_ROWS
from mlpcli.nn.scratch import QUIET
from mlpcli.options.options import Options
from mlpcli.result_text import ResultTable, ResultText, Shown, listed

CHUNK_OUTPUTS = 1 << 19
"""Of a chunk: each is a number of Python, and text, before it is written."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Model(Shown):
    """A trained model; its `artifact` holds all that is known of its making."""

    artifact: Artifact
    options: Options
    encoder: FeatureEncoder
    task: Task
    """The meaning of the outputs, with the target."""
    networks: tuple[Network, ...]
    """Members of an ensemble, or a single one; the first has the settings of `options`."""
    shares: tuple[float, ...]
    """Of each network in the predictions, with sum 1."""
    loss: Loss
    temperature: Array
    """(1,), or (labels,) of several labels: raw outputs are divided by it."""
    bias: Array
    """(outputs,): added then."""

    @property
    def network(self) -> Network:
        """The first; all have its inputs and outputs."""
        return self.networks[0]

    def only(self, places: Sequence[int]) -> "Model":
        """The model of some of its networks."""
        shares = np.array([self.shares[place] for place in places])
        networks = tuple(self.networks[place] for place in places)
        return replace(self, networks=networks, shares=tuple((shares / shares.sum()).tolist()))

    def on(self, engine: Engine) -> "Model":
        """The same weights on an engine."""
        if engine == self.network.engine:
            return self
        networks = networks_of(self.artifact, self.options, self.encoder, self.task, engine)
        return replace(self, networks=networks)

    @property
    def total_parameters(self) -> int:
        """Of all networks."""
        return sum(network.parameters.size for network in self.networks)

    @property
    def known(self) -> Known:
        """The columns, by which new tables are read."""
        return known_columns(
            self.artifact.schema, self.encoder, self.task, self.options.reading, self.options.data
        )

    @property
    def products_at_once(self) -> int:
        """Multiply-adds of the largest matrix product while rows are scored."""
        return self.network.largest_product * BLOCK_ROWS

    def chunk_rows(self, most: int) -> int:
        """`most` rows of a table at once, or fewer where inputs or outputs are many."""
        return rows_at_once(rows_at_once(most, self.network.n_in), self.network.n_out, CHUNK_OUTPUTS)

    def outputs(self, features: Array, first: int = 0) -> Array:
        """Predictions (rows, outputs) in float64, the mean over the networks by their shares: values in
        encoded units, or probabilities.

        The rows are those from number `first` on of a table; `raw_outputs` tells why it matters.
        """
        outputs = np.empty((len(features), self.network.n_out))
        most = max(rows_at_once(READ_ROWS, self.network.n_out, CHUNK_OUTPUTS), BLOCK_ROWS)
        for start in range(0, len(features), most):
            rows = slice(start, start + most)
            parts = (self.part(number, features[rows], first + start) for number in range(len(self.networks)))
            outputs[rows] = sum(parts)  # in the order of the networks
        return outputs

    def scorer(self) -> Scorer:
        """What scores rows as they come."""
        parts = [partial(self.part, number) for number in range(len(self.networks))]
        return Scorer(parts, self.options.run.threads, self.products_at_once)

    def part(
        self, number: int, features: Array, first: int, is_stopped: Callable[[], bool] = lambda: False
    ) -> Array:
        """The part (rows, outputs) that a network has in the mean."""
        return self.shares[number] * self.predictions(
            raw_outputs(self.networks[number], features, first, is_stopped)
        )

    @QUIET
    def predictions(self, raw: Array) -> Array:
        """Raw outputs of one network as predictions, in float64."""
        return np.asarray(self.loss.link(raw.astype(np.float64) / self.temperature + self.bias))

    @property
    def threshold(self) -> Threshold:
        """The decision threshold that training stored, (1,) or (labels,), else 0.5."""
        stored = self.artifact.target.get("thresholds")
        return DEFAULT_THRESHOLD if stored is None else np.array(stored)

    @property
    def baseline_threshold(self) -> Threshold:
        """The same for the trivial baseline, but 0.5 where it follows from class weights.

        Those of balanced classes are the baseline's own shares, so that rounding would decide.
        """
        weighted = self.options.decision.threshold is None and self.options.objective.class_weight != "none"
        return DEFAULT_THRESHOLD if weighted else self.threshold

    @property
    def quantile_levels(self) -> tuple[float, ...]:
        """The levels that were learned, if any."""
        return self.options.loss.quantiles if self.options.objective.loss == "quantile" else ()

    def quantiles(self, predictions: Array) -> list[Array]:
        """For each level values (rows, targets) in the target's units."""
        levels, target = len(self.quantile_levels), self.task.target
        if not levels:
            return []
        assert isinstance(target, NumberTarget)
        return [target.decode(predictions[:, number::levels]) for number in range(levels)]

    def encode(self, frame: Frame, counts: CellCounts | None = None) -> Array:
        """The input matrix of a frame that has the model's columns."""
        return self.encoder.encode(frame, counts)

    def refuse_infinite(self, frame: Frame, predictions: Array) -> None:
        """Raise DataError where a prediction for a row of the frame is not finite."""
        if not (finite := np.isfinite(predictions).all(axis=1)).all():
            raise DataError(
                f"{frame.place(int(np.argmin(finite)))}: the prediction is not a finite number",
                "Check for cells far outside the range of the training rows.",
            )

    def predict(self, data: Data) -> "pd.Series[Any] | pd.DataFrame":
        """The prediction for each row of a DataFrame or of paths, in order.

        A Series called `prediction`, with several targets a DataFrame with `prediction_<target>`; both have
        the DataFrame's index, so that they can be compared with its columns or joined to it. Classes are as
        pandas reads them from a file: whole numbers, true and false, text. Columns are found by name, further
        ones do not matter. `mlpcli.predict` also keeps columns, takes a threshold and gives intervals.
        """
        threshold, point_prediction = self.threshold, self._point_prediction(data)
        return decisions(self.task, self.task.decide(point_prediction, threshold), _index_of(data))

    def predict_proba(self, data: Data) -> pd.DataFrame:
        """Probabilities for each row as in `predict`: a DataFrame with a column for each class or label.

        Raises SettingsError for a regression.
        """
        refuse_without_probabilities(self.task)
        found = self.task.probabilities(self._point_prediction(data))
        return probabilities(self.task, found, _index_of(data))

    def _point_prediction(self, data: Data) -> Array:
        """Point predictions (rows, outputs) for a table that is read as that of training was."""
        schema, counts, parts = self.artifact.schema, CellCounts(), [np.empty((0, self.network.n_out))]
        reading, rows = reading_for(self, ReadingSettings()), self.chunk_rows(READ_ROWS)
        with RowStream(paths_of(data), reading, rows, self.known) as stream, self.scorer() as scorer:
            schema.require(stream.header, stream.name, target=False)
            inputs = [column.name for column in schema.table_inputs]
            chunks = (
                (frame, self.encode(frame, counts), True)
                for frame, _ in stream.chunks(inputs, numbers_of(schema))
            )
            for frame, predictions in scorer.outputs(chunks):
                self.refuse_infinite(frame, predictions)
                parts.append(predictions)
            refuse_unreadable(self.encoder, schema, counts, stream.name)
        return self.loss.point_prediction(np.concatenate(parts))

    def _shown(self) -> ResultText:
        schema, scores, receipt = self.artifact.schema, self.artifact.scores, self.artifact.receipt
        parameters = count(self.artifact.parameter_count, "parameter")
        networks = "1 network of " if len(self.networks) == 1 else f"{len(self.networks)} networks, each of "
        return ResultText(
            f"Model of {listed(schema.target)} ({schema.task})",
            [
                ("classes", listed(self.task.labels) if "classes" in self.artifact.target else ""),
                ("inputs", f"{len(schema.inputs):,}: {listed([each.name for each in schema.inputs])}"),
                ("model", f"{networks}{parameters}"),
                ("trained", f"on {count(receipt['rows']['train'], 'row')}" if receipt else ""),
                ("written", receipt.get("written", "")),
            ],
            ResultTable(*headline_table(schema.task, scores)) if scores else None,
            ["predict(data)", "predict_proba(data)", "artifact", "options"],
        )


def _index_of(data: Data) -> "pd.Index[Any] | None":
    return data.index if isinstance(data, pd.DataFrame) else None


ModelLike: TypeAlias = "str | Path | Model"


def load(model: ModelLike) -> Model:
    """A model from its file; raises ArtifactError if it cannot be read."""
    if isinstance(model, Model):
        return model
    if not isinstance(model, (str, PathLike)):
        raise ArtifactError(
            f"a model cannot be of type {type(model).__name__}", "Give a path, or what mlpcli.load returns."
        )
    return _whole(artifact_room.load(str(model)), str(model))


def from_bytes(content: bytes, name: str) -> Model:
    """A model from the content of its file, as `load` reads it; `name` stands in errors."""
    return _whole(artifact_room.from_bytes(content, name), name)


def _whole(stored: Artifact, model: str) -> Model:
    """The model of an artifact; raises ArtifactError if its parts do not fit together."""
    try:
        return from_artifact(stored)
    except (
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
        IndexError,
        AssertionError,
        MlpcliError,
    ) as error:
        raise ArtifactError(
            f"{model}: its parts do not fit together ({type(error).__name__}: {error!s:.200})",
            "Train it again.",
        ) from None


def from_artifact(stored: Artifact) -> Model:
    """Rebuild encoders and network; the sizes are checked before anything of their size is made."""
    options = Options.from_values(stored.settings)
    encoder = FeatureEncoder.from_stored(stored.encoders, stored.arrays, stored.schema.crosses)
    target = TARGETS[stored.schema.task].from_description(stored.target, stored.arrays)
    task = TASKS[stored.schema.task](target)
    return built(stored, options, encoder, task)


def built(stored: Artifact, options: Options, encoder: FeatureEncoder, task: Task) -> Model:
    """The model of an artifact's weights; raises ValueError if they do not fit its configurations."""
    networks = networks_of(stored, options, encoder, task)
    temperature = stored.arrays.get("temperature", np.ones(1))
    if len(temperature) not in (1, networks[0].n_out):
        raise ValueError("the temperatures do not match the outputs")
    bias = stored.arrays.get("bias", np.zeros(networks[0].n_out))
    if len(bias) != networks[0].n_out:
        raise ValueError("the biases do not match the outputs")
    return Model(
        artifact=stored,
        options=options,
        encoder=encoder,
        task=task,
        networks=networks,
        shares=tuple(each["share"] for each in stored.receipt["members"]),
        loss=loss_of(options, task),
        temperature=temperature,
        bias=bias,
    )


def networks_of(
    stored: Artifact, options: Options, encoder: FeatureEncoder, task: Task, engine: Engine = NUMPY
) -> tuple[Network, ...]:
    """The networks of an artifact's weights; raises ValueError if they do not fit its configurations."""
    values, members = stored.arrays["parameters"].reshape(-1), stored.receipt["members"]
    configured = [
        options if not each["changes"] else Options.from_values(stored.settings | each["changes"])
        for each in stored.configurations
    ]
    made = [(each["configuration"], each["fold"]) for each in members]
    blueprints = {each: Blueprint.of(configured[each[0]], encoder, task, each[1]) for each in set(made)}
    if len(values) != sum(blueprints[each].n_parameters for each in made):
        raise ValueError("the number of parameters does not match the networks")
    networks = tuple(blueprints[each].build(engine=engine) for each in made)
    constants = stored.arrays.get("constants", np.empty(0, np.float32)).reshape(-1)
    if len(constants) != sum(len(network.parameters.constants) for network in networks):
        raise ValueError("the number of constants does not match the networks")
    for network in networks:
        parameters = network.parameters
        parameters.values[:], values = np.split(values, [parameters.size])
        parameters.constants[:], constants = np.split(constants, [len(parameters.constants)])
    return networks


def reading_for(model: Model, given: ReadingSettings) -> ReadingSettings:
    """The reading of new files: as given, else as in training (header, comments, missing words).

    The decimal mark is told by each file, but for models that versions before 0.3 made.
    """
    reading = given.with_defaults(model.options.reading)
    return reading if model.artifact.schema.exact else replace(reading, decimal=given.decimal)
