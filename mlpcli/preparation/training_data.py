"""A training's table made ready, with what the model it starts from (`--from`) has to say about it."""

import dataclasses
from typing import Any

from mlpcli.errors import SettingsError
from mlpcli.model.blueprint import Blueprint
from mlpcli.model.encoded_rows import Data
from mlpcli.model.model import Model, load
from mlpcli.options.options import Options
from mlpcli.options.run import generators
from mlpcli.preparation.prepare import Prepared, prepare
from mlpcli.preparation.transfer import SourceModel, transfer_of

OF_THE_MODEL = ("features", "drop", "kind")
"""Settings that say what columns mean; the model has said it."""
KEPT = (
    *("preset", "hidden", "activation", "parametric", "output_activation", "wide", "number_embedding"),
    *("frequency_spread", "input_scale", "embed_above", "embed_spikes", "scaling", "target_scaling"),
)
"""Settings that are the model's unless they are given: what decides its layers, and what they are fed."""
OFF = {"parametric": False, "number_embedding": "none", "input_scale": False, "embed_spikes": False}
"""What None meant to the model; now a preset would fill it."""
OF_TARGET = ("output_activation", "target_scaling")
"""Those that make sense for its target alone."""


def prepared_for(data: Data, settings: dict[str, Any]) -> tuple[Options, Prepared]:
    """The given settings, and the table made ready for training with them.

    Raises MlpcliError for whatever is wrong with either.
    """
    options = Options.from_values(settings)
    if options.transfer.from_model is None:
        if options.transfer.freeze:
            raise SettingsError("--freeze: there is nothing to keep", "Give --from MODEL, too.")
        return options, prepare(data, options, generators(options.run.seed)["split"])
    model = load(options.transfer.from_model)
    options = _with_those_of(model, settings, options)
    source_model = SourceModel(
        options.transfer.from_model or "",
        model.artifact.schema,
        model.encoder,
        model.target,
        model.networks,
        model.options.network.output_activation,
    )
    prepared = prepare(data, options, generators(options.run.seed)["split"], source_model)
    network = Blueprint.of(prepared.options, prepared.encoder, prepared.task, prepared.target).build()
    transfer = transfer_of(
        source_model, network, same_target=prepared.same_target, freeze=options.transfer.freeze
    )
    return options, dataclasses.replace(prepared, transfer=transfer)


def _with_those_of(model: Model, settings: dict[str, Any], options: Options) -> Options:
    for name in OF_THE_MODEL:
        if getattr(options.data, name):
            raise SettingsError(
                f"--{name}: the columns are those of {options.transfer.from_model}",
                "Leave it out with --from.",
            )
    old = model.options.values()
    kept = {name: OFF.get(name) if old[name] is None else old[name] for name in KEPT if name not in settings}
    if "target" not in settings:
        kept["target"] = model.artifact.schema.target
    elif options.data.target != model.artifact.schema.target:
        for name in OF_TARGET:
            kept.pop(name, None)
    return dataclasses.replace(
        options.changed(**kept), reading=options.reading.with_defaults(model.options.reading)
    )
