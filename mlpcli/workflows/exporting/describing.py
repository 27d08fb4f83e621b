"""From a model to its description; what cannot be told exactly is refused."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.dates.formats import FORMATS, with_relatives
from mlpcli.data.columns.dates.forms import COMPACT
from mlpcli.data.columns.readings import Reading
from mlpcli.data.encoders import CategoryEncoder, DateEncoder, Encoder, NumberEncoder, TextEncoder
from mlpcli.data.encoders.level_means import LevelMeans
from mlpcli.data.form import PLAIN
from mlpcli.data.scaling import SCALINGS, FittedScaling, MeanScores, MinMax, Robust, Scaling, Standard
from mlpcli.data.schema import BOOLEAN
from mlpcli.data.spelling import BY_NUMBER, BY_TRUTH, TEXT, cleaned
from mlpcli.data.target import LOG, ClassTarget, LabelTarget, NumberTarget
from mlpcli.errors import DataError, Sentence
from mlpcli.model.model import Model
from mlpcli.model.tasks import Binary
from mlpcli.nn.activations import ACTIVATIONS, Parametric
from mlpcli.nn.embeddings import InputLayer
from mlpcli.nn.embeddings.base import Embedding, PassThrough
from mlpcli.nn.embeddings.categories import CategoryEmbedding
from mlpcli.nn.embeddings.periodic import PBLD, PLR, Periodic
from mlpcli.nn.embeddings.piecewise import PiecewiseLinear
from mlpcli.nn.layers import Dense, Dropout, Layer, Scale
from mlpcli.nn.losses.base import Loss
from mlpcli.nn.losses.classes import ClassLoss
from mlpcli.nn.losses.labels import LabelLoss, StepPerceptron
from mlpcli.nn.losses.numbers import Poisson, Quantile
from mlpcli.nn.network import Network
from mlpcli.version import __version__
from mlpcli.workflows.exporting import description as told

LINKS: dict[Callable[..., Any], str] = {
    Loss.link: told.IDENTITY,
    LabelLoss.link: told.SIGMOID,
    StepPerceptron.link: told.STEP,
    ClassLoss.link: told.SOFTMAX,
    Poisson.link: told.EXPONENTIAL,
    Quantile.link: told.IN_ORDER,
}
"""The links of losses by the function that computes them."""
ACTIVATION_NAMES = {kind: name for name, kind in ACTIVATIONS.items()}
SPARE_LAYERS = Dropout


def described(model: Model) -> told.ModelSteps:
    """The description of a model; DataError with the reason where it has a part that cannot be told."""
    if model.artifact.schema.exact:
        raise _refusal("the model is of a version before 0.3, which read cells otherwise", "Train it again.")
    if unknown := [each for each in _readings_told(model) if each]:
        raise unknown[0]
    link = LINKS.get(type(model.loss).link)
    if link is None:
        raise _refusal(
            f"the link of the loss {type(model.loss).__name__} is not known", "Use mlpcli predict."
        )
    outputs = model.network.n_out
    return told.ModelSteps(
        inputs=_inputs(model),
        networks=tuple(
            _network(network, share) for network, share in zip(model.networks, model.shares, strict=True)
        ),
        temperatures=tuple(np.broadcast_to(model.temperature, outputs).tolist()),
        biases=tuple(model.bias.tolist()),
        link=link,
        outcome=_outcome(model),
        delimiter=model.options.reading.delimiter or ",",
        facts=_facts(model),
    )


def reading_of(model: Model) -> Reading:
    """The reading of cells that are written as those of training."""
    schema, settings = model.artifact.schema, model.options.reading
    return dataclasses.replace(Reading.of(settings), forms=schema.forms, exact=schema.exact)


def _readings_told(model: Model) -> list[DataError | None]:
    """For each column a refusal, if there is one."""
    return [_column_refusal(each) for each in model.encoder.encoders]


def _column_refusal(encoder: Encoder) -> DataError | None:
    name = encoder.name
    if isinstance(encoder, TextEncoder):
        said = f"column {name!r} is text, whose words only mlpcli reads"
        return _refusal(said, Sentence("Use mlpcli predict, or train without the column: {drop}."))
    if isinstance(encoder, DateEncoder):
        unknown = [each for each in encoder.formats if each not in (*FORMATS, COMPACT)]
        if unknown:
            said = f"column {name!r} has dates of the format {unknown[0]!r}, which an export cannot read"
            return _refusal(said, "Use mlpcli predict, or train again.")
    if not isinstance(encoder, (NumberEncoder, CategoryEncoder, DateEncoder)):
        return _refusal(f"column {name!r} is of a kind that cannot be exported", "Use mlpcli predict.")
    if isinstance(encoder, CategoryEncoder) and encoder.matching not in (TEXT, BY_NUMBER, BY_TRUTH):
        return _refusal(f"column {name!r} matches levels by {encoder.matching}", "Train it again.")
    return None


def _refusal(said: str, hint: str | Sentence) -> DataError:
    return DataError(f"the model cannot be exported: {said}", hint)


def _inputs(model: Model) -> tuple[told.AnyInput, ...]:
    reading, crosses = reading_of(model), {each.name: each for each in model.encoder.crosses}
    inputs: list[told.AnyInput] = []
    for encoder in model.encoder.encoders:
        if encoder.name in crosses:
            assert isinstance(encoder, NumberEncoder)
            number = _number(encoder, Reading(missing=frozenset()))
            cross = crosses[encoder.name]
            inputs.append(
                told.CrossInput(
                    **_shared(encoder.name, encoder.width, encoder.had_gaps, ()),
                    formula=cross.formula,
                    sources=cross.sources,
                    number=number,
                )
            )
            continue
        own = reading.of_column(encoder.name)
        if isinstance(encoder, NumberEncoder):
            inputs.append(_number(encoder, own))
        elif isinstance(encoder, CategoryEncoder):
            inputs.append(_category(encoder, own))
        else:
            assert isinstance(encoder, DateEncoder)
            inputs.append(_date(encoder, own))
    return tuple(inputs)


def _shared(name: str, width: int, had_gaps: bool, missing: tuple[str, ...]) -> dict[str, Any]:
    return {"name": name, "width": width, "had_gaps": had_gaps, "missing": missing}


def _missing(reading: Reading) -> tuple[str, ...]:
    return tuple(sorted(reading.missing | {cleaned(word) for word in reading.missing}))


def _number(encoder: NumberEncoder, reading: Reading) -> told.NumberInput:
    return told.NumberInput(
        **_shared(encoder.name, encoder.width, encoder.had_gaps, _missing(reading)),
        decimal=reading.decimal,
        form=dataclasses.replace(reading.form, formats=()),
        fill=float(encoder.fill),
        scalings=tuple(map(_scaling, encoder.fitted)),
        is_boolean=encoder.kind == BOOLEAN,
        may_be_boolean=encoder.truth,
        spikes=encoder.spikes,
        means=None if encoder.told is None else _means(encoder.told),
    )


def _category(encoder: CategoryEncoder, reading: Reading) -> told.CategoryInput:
    return told.CategoryInput(
        **_shared(encoder.name, encoder.width, encoder.had_gaps, _missing(reading)),
        decimal=reading.decimal,
        levels=encoder.levels if encoder.decimal == "." else tuple(encoder.keys),
        matching=encoder.matching,
        is_embedded=encoder.embedded,
        means=None if encoder.told is None else _means(encoder.told),
    )


def _date(encoder: DateEncoder, reading: Reading) -> told.DateInput:
    formats = reading.form.formats or encoder.formats
    plain = dataclasses.replace(reading, form=PLAIN)
    return told.DateInput(
        **_shared(encoder.name, encoder.width, encoder.had_gaps, _missing(reading)),
        formats=with_relatives(formats),
        parts=encoder.parts,
        days=_number(encoder.days, plain),
        year=_number(encoder.year, plain),
    )


def _means(means: LevelMeans) -> told.Means:
    rows = _fixed(means.cells.reshape(len(means.cells), means.width))
    return told.Means(rows, means.levels, tuple(means.values.tolist()))


def _scaling(fitted: FittedScaling) -> told.ScalingSteps:
    scaling = SCALINGS[fitted.name]
    linear = float(fitted.centre), float(fitted.scale)
    if isinstance(scaling, Robust):
        return told.ScalingSteps(*linear, is_robust=True)
    if isinstance(scaling, MeanScores):
        curve = scaling.curve(fitted.knots)
        each = (curve.knots, curve.ends, curve.heights, curve.starts)
        knots = zip(*(part.tolist() for part in each), strict=True)
        return told.ScalingSteps(*linear, knots=tuple(told.Knot(*knot) for knot in knots))
    if type(scaling) not in (Standard, MinMax, Scaling):
        raise _refusal(f"the scaling {fitted.name} is not known", "Use mlpcli predict.")
    return told.ScalingSteps(*linear)


def _network(network: Network, share: float) -> told.NetworkSteps:
    steps = tuple(
        step for layer in network.layers if not isinstance(layer, SPARE_LAYERS) for step in (_step(layer),)
    )
    if network.shortcut is None:
        return told.NetworkSteps(share, steps)
    wide = tuple(network.shortcut.columns.tolist())
    return told.NetworkSteps(share, steps, wide, _fixed(network.shortcut.weight))


def _step(layer: Layer) -> told.Step:
    if isinstance(layer, Dense):
        return told.DenseStep(_fixed(layer.weight), _fixed(layer.bias))
    if isinstance(layer, Scale):
        return told.FactorStep(_fixed(layer.scale))
    if isinstance(layer, InputLayer):
        return told.SideStep(tuple(map(_part, layer.embeddings)))
    if isinstance(layer, Parametric) and type(layer.function) in ACTIVATION_NAMES:
        return told.ActivationStep(ACTIVATION_NAMES[type(layer.function)], _fixed(layer.slope))
    if type(layer) in ACTIVATION_NAMES:
        # Whatever has a name there is an activation, which the type of a layer does not say.
        return told.ActivationStep(ACTIVATION_NAMES[type(layer)])  # type: ignore[index]
    raise _refusal(f"the layer {layer.name} is not known to exports", "Use mlpcli predict.")


def _part(
    embedding: Embedding,
) -> told.UnchangedPart | told.VectorPart | told.WavePart | told.BinPart:
    columns = tuple(embedding.columns.tolist())
    if type(embedding) is PassThrough:
        return told.UnchangedPart(columns)
    if isinstance(embedding, CategoryEmbedding):
        return told.VectorPart(columns[0], _fixed(embedding.table))
    if isinstance(embedding, PiecewiseLinear):
        names = ("start", "steepness", "lowest", "highest")
        return told.BinPart(columns, *(_fixed(embedding.constants[f"constant.{name}"]) for name in names))
    if isinstance(embedding, (PBLD, PLR)):
        return _waves(embedding, columns)
    raise _refusal(f"the embedding {type(embedding).__name__} is not known to exports", "Use mlpcli predict.")


def _waves(embedding: Periodic, columns: tuple[int, ...]) -> told.WavePart:
    values = {name.removeprefix("embedding."): _fixed(array) for name, array in embedding.values.items()}
    return told.WavePart(columns, values["frequency"], values.get("phase"), values["weight"], values["bias"])


def _fixed(array: Array) -> Array:
    """A read-only copy."""
    copy = np.array(array)
    copy.flags.writeable = False
    return copy


def _outcome(model: Model) -> told.NumberOutcome | told.ClassOutcome | told.LabelOutcome:
    target = model.task.target
    if isinstance(target, NumberTarget):
        limits = (
            ()
            if target.limits is None
            else tuple(zip(*(each.tolist() for each in target.limits), strict=True))
        )
        return told.NumberOutcome(
            names=target.names,
            means=tuple(target.mean.tolist()),
            spreads=tuple(target.spread.tolist()),
            is_log=target.scaling == LOG,
            limits=limits,
            levels=tuple(model.quantile_levels),
        )
    thresholds = np.broadcast_to(np.asarray(model.threshold, np.float64), model.network.n_out).tolist()
    if isinstance(target, ClassTarget):
        assert len(thresholds) == (1 if isinstance(model.task, Binary) else len(target.classes))
        return told.ClassOutcome(target.classes, tuple(thresholds))
    assert isinstance(target, LabelTarget)
    return told.LabelOutcome(target.labels, tuple(thresholds), target.separator)


def _facts(model: Model) -> Mapping[str, str]:
    """Where the model comes from, in words."""
    receipt, schema = model.artifact.receipt, model.artifact.schema
    versions = receipt.get("versions", {})
    facts = {
        "predicts": f"{', '.join(map(repr, schema.target))} ({schema.task})",
        "trained": f"{receipt.get('written', '')} with mlpcli {versions.get('mlpcli', '')}",
        "rows": f"{receipt.get('rows', {}).get('train', 0):,} to learn from",
        "weights": f"SHA-256 {receipt.get('weights', '')}",
        "exported": f"with mlpcli {__version__}",
    }
    return {name: value for name, value in facts.items() if value.strip()}
