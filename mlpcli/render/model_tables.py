"""Tables of a model's columns, settings and layers, as planned and as trained."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mlpcli.data.schema import BY_SKEW, RANKS, Schema
from mlpcli.errors import Sentence, count
from mlpcli.number_text import same_precision
from mlpcli.render.console import Screen
from mlpcli.render.formatting import share
from mlpcli.settings import AUTO, NONE

if TYPE_CHECKING:
    from mlpcli.options.options import Configuration


def columns_report(screen: Screen, schema: Schema, encoders: Sequence[Mapping[str, Any]]) -> None:
    """Every column with its kind, and why; of one that is skewed, how it is scaled."""
    by_name = {each["name"]: each for each in encoders}
    rows = []
    for column in schema.columns:
        encoder = by_name.get(column.name, {"width": 0})
        skewed = encoder.get("scalings", {}).get(BY_SKEW) == RANKS
        reason = f"{column.reason}; skewed, so scaled by quantiles" if skewed else column.reason
        rows.append([column.name, column.kind, str(encoder["width"]), reason])
    screen.heading("Columns")
    screen.table(["column", "kind", "inputs", "reason"], rows, numbers=(2,))


def settings_report(
    screen: Screen, settings: Mapping[str, Any], unused: Collection[str] = frozenset()
) -> None:
    """The settings that are neither empty nor off, auto or `unused`, under the names of their options."""
    said = {
        name: value
        for name, value in settings.items()
        if value not in (None, [], (), "", False, NONE, AUTO) and name not in unused
    }
    screen.heading("Settings")
    screen.pairs([(Sentence(f"{{{name}}}"), setting_text(value)) for name, value in said.items()])


def network_report(
    screen: Screen,
    network: Sequence[Mapping[str, Any]],
    encoders: Sequence[Mapping[str, Any]],
    members: int = 1,
) -> None:
    """Layers with output shapes and parameters; of several networks, those of one."""
    rows = [["Input", f"(rows, {sum(each['width'] for each in encoders)})", "0"]]
    for layer in network:
        rows.append([layer["name"], f"(rows, {layer['output']})", f"{layer['parameters']:,}"])
    total = sum(layer["parameters"] for layer in network)
    screen.heading("Network" if members == 1 else f"Each of {members} networks")
    screen.table(["layer", "output", "parameters"], [*rows, ["Total", "", f"{total:,}"]], numbers=(2,))
    zeros = round(sum(layer.get("zeros", 0.0) * layer["parameters"] for layer in network))
    if zeros:
        screen.line(f"  parameters that are exactly zero: {zeros:,} ({share(zeros, total)})")


def race_report(screen: Screen, race: Sequence[Mapping[str, Any]]) -> None:
    """The configurations that raced: what they are, the loss when it was decided, their share since."""
    losses = same_precision(each["loss"] for each in race)
    rows = [
        [each["name"], each["reason"], loss, share(each["share"], 1.0) if each["goes_on"] else "ended"]
        for each, loss in zip(race, losses, strict=True)
    ]
    screen.heading("Race")
    screen.table(["configuration", "what it is", "loss at the decision", "share"], rows, numbers=(2, 3))


def configurations_report(
    screen: Screen, configurations: "Sequence[Configuration]", epochs: int, go_on: int
) -> None:
    """The configurations that will race, and how it is decided."""
    screen.heading("Race")
    rows = [[each.name, each.reason, changes_text(each.changes)] for each in configurations]
    screen.table(["configuration", "what it is", "settings of its own"], rows)
    decided = f"After {count(epochs, 'epoch')} the {go_on} with the lowest loss on held-out rows go on"
    screen.line(
        Sentence("  {}; where that is chance, the first. {race} 1 trains the first alone.", decided),
        "dim",
    )


def changes_text(changes: Mapping[str, Any]) -> Sentence:
    """Settings and their values, as options."""
    return Sentence.joined(
        [Sentence(f"{{{name}}} {{}}", setting_text(value)) for name, value in changes.items()], ", "
    )


def setting_text(value: Any) -> str:
    """The value as the option takes it."""
    if value is True:
        return "on"
    if not isinstance(value, (list, tuple)):
        return str(value)
    return ",".join(
        "=".join(map(str, each)) if isinstance(each, (list, tuple)) else str(each) for each in value
    )
