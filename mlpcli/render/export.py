"""An export: what was written, and the fields of the command's JSON object."""

from typing import TYPE_CHECKING, Any

from mlpcli.errors import count
from mlpcli.render.console import Screen
from mlpcli.render.formatting import file_size

if TYPE_CHECKING:
    from mlpcli.workflows.export import Export


def report(screen: Screen, found: "Export") -> None:
    """Say what was written, and how it tests itself."""
    size = file_size(len(found.content))
    opset = "" if found.opset is None else f", opset {found.opset}"
    tested = f"{count(found.golden, 'golden row')} to test it with"
    screen.line(
        f"Export of {count(found.networks, 'network')} written to {found.file} ({size}){opset}, {tested}"
    )


def fields(found: "Export") -> dict[str, Any]:
    """The JSON fields of `export`."""
    return {
        "file": found.file,
        "target_format": found.format,
        "bytes": len(found.content),
        "columns": list(found.columns),
        "networks": found.networks,
        "parameters": found.parameters,
        "golden": found.golden,
        "opset": found.opset,
    }
