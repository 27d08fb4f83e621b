"""Kinds of files by their first bytes, and the way out for those that are not read."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlpcli.errors import DataError, Sentence

if TYPE_CHECKING:
    from zipfile import ZipFile

START_BYTES = 512
"""Of a file, by which its kind is told."""
SURE_BYTES = 7
"""Of a mark that no header of a table begins with; after a shorter one a control character must follow."""

ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
SQLITE_MARK = b"SQLite format 3\x00"

SAVE_AS_CSV = "Save it as CSV or .xlsx in a spreadsheet program."
BY_PANDAS = "Convert it to CSV: python -c \"import pandas; pandas.{}('{}').to_csv('table.csv', index=False)\""
UNPACK = "Unpack it and give the table inside."
_CONTROL = bytes(set(range(32)) - set(b"\t\n\r"))


@dataclass(frozen=True)
class Kind:
    """A kind of file that is not read."""

    name: str
    """With its article."""
    way: str
    """The hint; {} is the file's name."""
    is_table: bool = False
    """Whether it holds a table, in a form that is not read."""

    def refused(self, where: str) -> DataError:
        """The error that names the kind of a file."""
        file = in_command(where)
        way = Sentence(self.way, *[file] * self.way.count("{}"))
        why = "which is not supported" if self.is_table else "not a table"
        return DataError(f"{where} is {self.name}, {why}", way)


def in_command(name: str) -> str:
    """The name of a file in a command; FILE for one that a shell would change, and for stdin."""
    return name if re.fullmatch(r"[\w./@%+=:,-]+", name) and name != "stdin" else "FILE"


def binary_kind(start: bytes) -> Kind | None:
    """The kind of a file that is not read and begins with these bytes; None for all others."""
    for mark, kind in _BINARY:
        if start.startswith(mark) and (len(mark) >= SURE_BYTES or _holds_control(start)):
            return kind
    if start[:1] == b"\x80" and start[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return _MODEL if b"format" in start[:64] and b"header" in start[:96] else _PICKLE
    if start[257:262] == b"ustar":
        return _TAR
    return None


def text_kind(start: str) -> Kind | None:
    """The kind of a text that is no table and begins so, from its first line on; None for all others."""
    first, _, rest = start[:_TEXT_LOOKED_AT].partition("\n")
    head = first.lstrip().lower()
    if head.startswith(("<!doctype html", "<html", "<head", "<body")) or (
        head.startswith("<!--") and "<html" in rest.lower()
    ):
        return _HTML
    if head.startswith(("<?xml", "<svg", "<!doctype")):
        return _SVG if "<svg" in start[:_TEXT_LOOKED_AT] else _XML
    if head.startswith("version https://git-lfs.github.com/"):
        return _LFS
    if re.match(r"/annex/objects/|\.\./(\.\./)*\.git/annex/", head):
        return _ANNEX
    if any(head.startswith(each) for each in _LINKS):
        return _LINK
    lines = (line.strip().lower() for line in start[:_TEXT_LOOKED_AT].splitlines())
    if next((line for line in lines if line and not line.startswith("%")), "").startswith("@relation"):
        return _ARFF
    if _SVMLIGHT.match(first) and all(map(_SVMLIGHT.match, rest.splitlines()[:5][:-1])):
        return _LIBSVM
    if first.strip().startswith("|") and _MARKDOWN_RULE.fullmatch(rest.partition("\n")[0].strip()):
        return _MARKDOWN
    return None


def table_kind(start: bytes, name: str) -> str:
    """The kind of a file that is read as a table, with its article, by its first bytes; "" for others."""
    if start.startswith(ZIP_MARKS):
        return "a workbook" if name.lower().endswith((".xlsx", ".xlsm")) else "a zip archive"
    if start.startswith(SQLITE_MARK):
        return "a SQLite database"
    if start.startswith(b"PAR1"):
        return "a Parquet file"
    text = start.decode(errors="replace")
    if not start or _holds_control(start) or text.rstrip("\ufffd").count("\ufffd") > len(text) // 10:
        return ""
    ending = os.path.splitext(name)[1].lower()
    return {".csv": "a CSV file", ".tsv": "a TSV file", ".jsonl": "JSON lines"}.get(ending, "text")


def kind_inside(what: str, packing: str) -> Kind:
    """The kind of compressed data that hold a file which is not read from there."""
    return Kind(f"{what} inside {packing}", UNPACK, is_table=True)


def archive_kind(names: Sequence[str], archive: "ZipFile") -> Kind | None:
    """The kind of a zip archive that is not one of tables; None for the others."""
    there = set(names)
    for member, kind in _IN_ZIP:
        if member in there:
            return kind
    if names and all(name.endswith(".npy") for name in names):
        return _NPY
    if any(name.endswith(".iwa") for name in names):
        return _NUMBERS
    if names and names[0] == "mimetype" and "content.xml" in there:
        with archive.open("mimetype") as member_file:
            is_sheet = b"spreadsheet" in member_file.read(200)
        return _ODS if is_sheet else _DOCUMENT
    return None


def _holds_control(start: bytes) -> bool:
    return start.translate(None, _CONTROL) != start


_TEXT_LOOKED_AT = 4096
_SVMLIGHT = re.compile(r"[-+]?\d+(\.\d+)?(e[-+]?\d+)?([ \t]+\d+:[-+.\deE]+)+[ \t]*(#.*)?\r?$")
_MARKDOWN_RULE = re.compile(r"\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?")
_LINKS = ('{"url": "https://docs.google.com', '{"url":"https://docs.google.com', "[internetshortcut]")
"""Starts of files that stand for what is kept elsewhere, in small letters."""

_HTML = Kind("an HTML page", "Save the file itself, not the page that shows it (on GitHub: Raw).")
_XML = Kind("XML", "Write the records as CSV or JSON lines.")
_SVG = Kind("a picture", "Give the numbers that it shows, as CSV.")
_LFS = Kind("a Git LFS pointer", "Download the file: git lfs pull")
_ANNEX = Kind("a git-annex pointer", "Download the file: git annex get {}")
_LINK = Kind("a link to a document", "Open it, and download the table as CSV or .xlsx.")
_PLACEHOLDER = Kind("an iCloud placeholder or a property list", "Download the file itself.")
_ARFF = Kind(
    "an ARFF file",
    "Remove its header and give {no_header}: sed '1,/^@[dD][aA][tT][aA]/d' {} > rows.csv",
    is_table=True,
)
_LIBSVM = Kind(
    "a LIBSVM file",
    "Convert it to CSV, for example with scikit-learn's load_svmlight_file and numpy.savetxt.",
    is_table=True,
)
_MARKDOWN = Kind(
    "a Markdown table",
    "Remove line 2 and give {delimiter} '|': sed '2d; s/^ *| *//; s/ *| *$//' {} > rows.txt",
    is_table=True,
)
_MODEL = Kind(
    "an mlpcli model or checkpoint",
    "Give a table. The model comes first: mlpcli predict MODEL DATA; mlpcli inspect shows a model.",
)
_PICKLE = Kind("a Python pickle", BY_PANDAS.replace("{}", "read_pickle", 1), is_table=True)
_TAR = Kind(
    "a tar archive",
    "Extract the table: tar -xOf {} NAME > table.csv",
    is_table=True,
)
_SEVEN = Kind(
    "a 7z archive",
    "Extract the table: 7z x -so {} NAME > table.csv",
    is_table=True,
)
_RAR = Kind(
    "a RAR archive",
    "Extract the table: unrar p -inul {} > table.csv",
    is_table=True,
)
_XLS = Kind("an old Excel workbook (.xls) or another Office file", SAVE_AS_CSV, is_table=True)
_XLSB = Kind("a binary Excel workbook (.xlsb)", SAVE_AS_CSV, is_table=True)
_ODS = Kind("an OpenDocument spreadsheet (.ods)", SAVE_AS_CSV, is_table=True)
_NUMBERS = Kind("a Numbers spreadsheet", "Export it as CSV.", is_table=True)
_DOCUMENT = Kind("a text document", "Copy its table into a spreadsheet, and save that as CSV.")
_SLIDES = Kind("a presentation", _DOCUMENT.way)
_FEATHER = Kind("a Feather file (Arrow IPC)", BY_PANDAS.replace("{}", "read_feather", 1), is_table=True)
_ORC = Kind("an ORC file", BY_PANDAS.replace("{}", "read_orc", 1), is_table=True)
_AVRO = Kind(
    "an Avro file",
    "Write its records as JSON lines: avro-tools tojson {} > rows.jsonl",
    is_table=True,
)
_HDF = Kind("an HDF5 file", BY_PANDAS.replace("{}", "read_hdf", 1), is_table=True)
_NPY = Kind(
    "a NumPy array", "Convert it to CSV with numpy.savetxt; begin with a line of column names.", is_table=True
)
_R = Kind(
    "an R data file",
    "Write the table as CSV in R: write.csv(table, 'table.csv', row.names=FALSE)",
    is_table=True,
)
_SPSS = Kind("an SPSS file (.sav)", BY_PANDAS.replace("{}", "read_spss", 1), is_table=True)
_STATA = Kind("a Stata file (.dta)", BY_PANDAS.replace("{}", "read_stata", 1), is_table=True)
_SAS = Kind("a SAS file", BY_PANDAS.replace("{}", "read_sas", 1), is_table=True)
_PDF = Kind("a PDF document", "Copy its table into a spreadsheet, and save that as CSV.")
_PICTURE = Kind("a picture", _SVG.way)
_PROGRAM = Kind("a program", "Give the file that contains the table.")
_NETCDF = Kind(
    "a NetCDF file", "Convert it to CSV, for example with xarray's to_dataframe and to_csv.", is_table=True
)
_ENCRYPTED = Kind("an encrypted file", "Decrypt it first: gpg -d {} > table.csv")
_JAR = Kind("a program", _PROGRAM.way)
_TORCH = Kind("a PyTorch model", "Give the file that contains the table.")

_BINARY: tuple[tuple[bytes, Kind], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _XLS),
    (b"\x09\x08\x10\x00\x00\x06", _XLS),
    (b"ARROW1\x00\x00", _FEATHER),
    (b"FEA1", _FEATHER),
    (b"\xff\xff\xff\xff\x10\x00\x00\x00", _FEATHER),
    (b"ORC", _ORC),
    (b"Obj\x01", _AVRO),
    (b"\x89HDF\r\n\x1a\n", _HDF),
    (b"\x93NUMPY", _NPY),
    (b"RDX2\n", _R),
    (b"RDX3\n", _R),
    (b"X\n\x00\x00\x00", _R),
    (b"$FL2@(#)", _SPSS),
    (b"$FL3@(#)", _SPSS),
    (b"<stata_dta>", _STATA),
    *((bytes([version, order]) + b"\x01\x00", _STATA) for version in (113, 114, 115) for order in (1, 2)),
    (b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xc2\xea\x81\x60", _SAS),
    (b"HEADER RECORD*******LIBRARY", _SAS),
    (b"CDF\x01", _NETCDF),
    (b"CDF\x02", _NETCDF),
    (b"7z\xbc\xaf\x27\x1c", _SEVEN),
    (b"Rar!\x1a\x07", _RAR),
    (b"%PDF-1.", _PDF),
    (b"%PDF-2.", _PDF),
    (b"\x89PNG\r\n\x1a\n", _PICTURE),
    (b"\xff\xd8\xff", _PICTURE),
    (b"GIF87a", _PICTURE),
    (b"GIF89a", _PICTURE),
    (b"II*\x00", _PICTURE),
    (b"MM\x00*", _PICTURE),
    (b"bplist00", _PLACEHOLDER),
    (b"\x7fELF", _PROGRAM),
    (b"\x85\x01\x0c", _ENCRYPTED),
    (b"\x85\x02\x0c", _ENCRYPTED),
    (b"\x8c\x0d\x04", _ENCRYPTED),
    (b"Salted__", _ENCRYPTED),
)

_IN_ZIP: tuple[tuple[str, Kind], ...] = (
    ("xl/workbook.bin", _XLSB),
    ("word/document.xml", _DOCUMENT),
    ("ppt/presentation.xml", _SLIDES),
    ("META-INF/MANIFEST.MF", _JAR),
    ("archive/data.pkl", _TORCH),
)
