"""`mlpcli export`: a model as one file that scores rows without mlpcli."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from os import PathLike, fspath
from typing import Any, TypeAlias

from mlpcli.errors import SettingsError
from mlpcli.files import Outputs, atomic_output
from mlpcli.model.model import Model, ModelLike, load
from mlpcli.result_text import ResultText, Shown
from mlpcli.settings import build
from mlpcli.workflows.exporting.describing import described
from mlpcli.workflows.exporting.description import ModelSteps
from mlpcli.workflows.exporting.golden import GoldenRows, golden_rows
from mlpcli.workflows.exporting.onnx_graph.graph import OPSET
from mlpcli.workflows.exporting.onnx_scorer import onnx_scorer
from mlpcli.workflows.exporting.python.scorer import python_scorer
from mlpcli.workflows.exporting.settings import ExportSettings, ExportWishes
from mlpcli.workflows.exporting.sql.scorer import sql_scorer
from mlpcli.workflows.keyword_settings import takes

Writer: TypeAlias = Callable[[ModelSteps, GoldenRows, ExportWishes], bytes]
WRITERS: dict[str, Writer] = {".py": python_scorer, ".sql": sql_scorer, ".onnx": onnx_scorer}
"""By the ending of the file: its bytes, from the description, the golden rows and what is wished."""
ONLY_SQL = ("dialect", "table")
"""Settings that no other writer reads."""
USUAL = "scorer.py"


@dataclass(frozen=True, kw_only=True, repr=False)
class Export(Shown):
    """Result of `export`."""

    file: str
    """"" if none was written."""
    content: bytes
    format: str
    """The ending of the file, without its point."""
    columns: tuple[str, ...]
    """That a table must have."""
    networks: int
    parameters: int
    golden: int
    """Rows by which it tests itself, or can be tested."""
    opset: int | None
    """Of ONNX, the version of the operators."""

    def _shown(self) -> ResultText:
        return ResultText(
            f"Export of {len(self.content):,} bytes",
            [
                ("file", self.file),
                ("columns", ", ".join(self.columns)),
                ("networks", f"{self.networks}, with {self.parameters:,} parameters in all"),
                ("golden rows", str(self.golden)),
                *([] if self.opset is None else [("opset", str(self.opset))]),
            ],
            None,
            ["file", "content", "columns"],
        )


def writer_of(path: str) -> Writer:
    """By the ending of a file's name; SettingsError for an unknown one."""
    ending = os.path.splitext(path)[1].lower()
    if ending not in WRITERS:
        said = f"files ending in {ending} cannot be written" if ending else "the name has no ending"
        raise SettingsError(f"{path}: {said}", f"Known are {', '.join(WRITERS)}.", setting="output")
    return WRITERS[ending]


@takes(ExportSettings)
def export(
    model: ModelLike,
    *,
    output: "str | PathLike[str] | None" = None,
    force: bool = False,
    **settings: Any,
) -> Export:
    """A model as one file that scores rows without mlpcli, of the kind that its name's ending says.

    `.py` needs Python 3.9 or newer and nothing else; `.sql` is a query for SQLite or DuckDB; `.onnx` needs a
    program that runs such files. The file is written to `output`, an existing one only with `force`; without
    `output` it is the `.content` of the result alone, in Python. Raises MlpcliError with a hint, also for a
    model of which something cannot be told exactly, such as a column of text.
    """
    chosen = build(ExportSettings, settings)
    path = None if output is None else fspath(output)
    write = writer_of(path or USUAL)
    for name in ONLY_SQL:
        if getattr(chosen, name) is not None and write is not sql_scorer:
            raise SettingsError("it is for .sql files alone", "Leave it out.", setting=name)
    Outputs({"output": path}, force, [] if isinstance(model, Model) else [fspath(model)]).check()
    loaded = load(model)
    steps = described(loaded)
    content = write(
        steps, golden_rows(loaded, chosen.golden), ExportWishes(os.path.basename(path or USUAL), chosen)
    )
    if path is not None:
        with atomic_output(path, force=force) as file:
            file.write(content)
    format = os.path.splitext(path or USUAL)[1].lower().removeprefix(".")
    return Export(
        file=path or "",
        content=content,
        format=format,
        columns=tuple(each.name for each in steps.table_inputs),
        networks=len(steps.networks),
        parameters=loaded.total_parameters,
        golden=chosen.golden,
        opset=OPSET if format == "onnx" else None,
    )
