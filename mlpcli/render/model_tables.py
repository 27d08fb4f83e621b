"""Tables of a model's columns, settings and layers, as planned and as trained."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from mlpcli.data.schema import Schema
from mlpcli.errors import Sentence
from mlpcli.render.console import Screen
from mlpcli.render.formatting import share
from mlpcli.settings import AUTO, NONE


def columns_report(screen: Screen, schema: Schema, encoders: Sequence[Mapping[str, Any]]) -> None:
    """Every column with its kind, and why."""
    widths = {each["name"]: each["width"] for each in encoders}
    rows = [
        [column.name, column.kind, str(widths.get(column.name, 0)), column.reason]
        for column in schema.columns
    ]
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
    screen.pairs([(Sentence(f"{{{name}}}"), _setting(value)) for name, value in said.items()])


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


def _setting(value: Any) -> str:
    """The value as the option takes it."""
    if value is True:
        return "on"
    if not isinstance(value, (list, tuple)):
        return str(value)
    return ",".join(
        "=".join(map(str, each)) if isinstance(each, (list, tuple)) else str(each) for each in value
    )
