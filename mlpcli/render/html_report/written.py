"""A report in a file: the function of Python, and the fields of the command's JSON object."""

from dataclasses import dataclass
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

from mlpcli.data.reading.source import ReadingSettings
from mlpcli.files import Outputs, atomic_output
from mlpcli.progress import OnProgress
from mlpcli.render.console import Screen
from mlpcli.render.formatting import file_size
from mlpcli.render.html_report.page import check_extra, page_of
from mlpcli.result_text import ResultText, Shown
from mlpcli.workflows.keyword_settings import takes
from mlpcli.workflows.reporting.parts import NO_DATA
from mlpcli.workflows.reporting.settings import ReportSettings

if TYPE_CHECKING:
    from mlpcli.model.encoded_rows import Data
    from mlpcli.model.model import ModelLike


@dataclass(frozen=True, kw_only=True, repr=False)
class WrittenReport(Shown):
    """Result of `report`."""

    file: str
    """"" if none was written."""
    html: str
    sections: dict[str, str]
    """For each section why it is absent; "" of one that is there."""

    @property
    def bytes(self) -> int:
        """The size of the page in UTF-8."""
        return len(self.html.encode())

    @property
    def absent(self) -> dict[str, str]:
        """The sections that are absent, and why."""
        return {name: reason for name, reason in self.sections.items() if reason}

    def _shown(self) -> ResultText:
        there = [name for name, reason in self.sections.items() if not reason]
        reasons = [(name, reason) for name, reason in self.absent.items()]
        return ResultText(
            f"Report of {file_size(self.bytes)}",
            [("file", self.file), ("sections", ", ".join(there)), *reasons],
            None,
            ["file", "html", "sections"],
        )


@takes(ReportSettings, ReadingSettings)
def report(
    model: "ModelLike",
    data: "Data | None" = None,
    *,
    output: "str | PathLike[str] | None" = None,
    force: bool = False,
    on_progress: OnProgress | None = None,
    **settings: Any,
) -> WrittenReport:
    """A report on a model as one HTML file, with `data` (paths, or a DataFrame) also scores and effects.

    The page is written to `output`, an existing file only with `force`; without `output` it is `.html` of the
    result alone. A part that cannot be had is absent, with its reason in the page. Raises MlpcliError with a
    hint.
    """
    from mlpcli.workflows.report import gather

    check_extra()
    path = None if output is None else fspath(output)
    Outputs({"output": path}, force, _read(model, data)).check()
    page = page_of(gather(model, data, on_progress=on_progress, **settings))
    if path is not None:
        with atomic_output(path, force=force) as file:
            file.write(page.html.encode())
    return WrittenReport(file=path or "", html=page.html, sections=dict(page.sections))


def _read(model: "ModelLike", data: "Data | None") -> list[str]:
    """The files that are read, which must not be written over."""
    from mlpcli.model.encoded_rows import paths_of
    from mlpcli.model.model import Model

    paths = [] if data is None else paths_of(data)
    models = [] if isinstance(model, Model) else [fspath(model)]
    return [*models, *(paths if isinstance(paths, list) else [])]


def fields(written: WrittenReport, output: str) -> dict[str, Any]:
    """The JSON fields of `report`."""
    sections = {name: reason or None for name, reason in written.sections.items()}
    return {"file": output, "bytes": written.bytes, "sections": sections}


def notes_report(screen: Screen, written: WrittenReport, output: str) -> None:
    """Say what was written, and which parts are absent for another reason than that no rows were given."""
    for name, reason in written.absent.items():
        if reason != NO_DATA:
            screen.note(f"the report has no section {name!r}: {reason}")
    if output != "-":
        screen.line(f"Report written to {output} ({file_size(written.bytes)})")
