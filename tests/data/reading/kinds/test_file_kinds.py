"""Files that are no tables, or of kinds that are not read: each is named, with a way out."""

import gzip
import io
import pickle
import tarfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpcli.data.reading.kinds.file_kinds import text_kind
from mlpcli.data.reading.source import TextSource
from mlpcli.errors import DataError
from tests.data.examples import rows_of, write
from tests.data.reading.kinds.examples import read, refusal

FRAME = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})


def made(write_to: str) -> bytes:
    """The bytes that pandas or NumPy writes."""
    file = io.BytesIO()
    if write_to == "npy":
        np.save(file, np.zeros(3))
    elif write_to == "tar":
        with tarfile.open(fileobj=file, mode="w") as archive:
            archive.addfile(tarfile.TarInfo("a.csv"))
    else:
        getattr(FRAME, f"to_{write_to}")(file)
    return file.getvalue()


BINARY = {
    "a Feather file (Arrow IPC)": (made("feather"), "pandas.read_feather('FILE')"),
    "an ORC file": (made("orc"), "pandas.read_orc('FILE')"),
    "a Stata file (.dta)": (made("stata"), "pandas.read_stata('FILE')"),
    "a Python pickle": (pickle.dumps(FRAME), "pandas.read_pickle('FILE')"),
    "a NumPy array": (made("npy"), "numpy.savetxt"),
    "a tar archive": (made("tar"), "tar -xOf FILE NAME > table.csv"),
    "an old Excel workbook (.xls) or another Office file": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99),
        "CSV",
    ),
    "an HDF5 file": (b"\x89HDF\r\n\x1a\n" + bytes(99), "pandas.read_hdf('FILE')"),
    "an Avro file": (b"Obj\x01\x04\x14avro.codec", "avro-tools tojson FILE"),
    "an R data file": (gzip.compress(b"X\n\x00\x00\x00\x03\x00\x04"), "write.csv"),
    "an SPSS file (.sav)": (b"$FL2@(#) SPSS DATA FILE", "pandas.read_spss('FILE')"),
    "a SAS file": (b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!", "pandas.read_sas('FILE')"),
    "a 7z archive": (b"7z\xbc\xaf\x27\x1c\x00\x04", "7z x -so FILE"),
    "a RAR archive": (b"Rar!\x1a\x07\x01\x00", "unrar p -inul FILE"),
    "a PDF document": (b"%PDF-1.7\n%\xe2\xe3", "spreadsheet"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "numbers"),
    "an iCloud placeholder or a property list": (b"bplist00\xd4\x01", "Download"),
    "an encrypted file": (b"\x85\x01\x0c\x03abc", "gpg -d FILE"),
}


@pytest.mark.parametrize("name", BINARY)
def test_binary_kinds(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content, way = BINARY[name]
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "table.csv", content)
    said, hint = refusal("table.csv")
    assert said in (f"is {name}, which is not supported", f"is {name}, not a table")
    assert way.replace("FILE", "table.csv") in hint


TEXTS = {
    "an HTML page": ("<!DOCTYPE html>\n<html><body>a,b</body></html>\n", "(on GitHub: Raw)"),
    "a Git LFS pointer": ("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n", "git lfs pull"),
    "a git-annex pointer": ("/annex/objects/SHA256E-s42--ab.csv\n", "git annex get"),
    "a link to a document": ('{"url": "https://docs.google.com/open?id=1", "doc_id": "1"}\n', "download"),
    "XML": ("<?xml version='1.0'?>\n<rows/>\n", "CSV"),
    "an ARFF file": ("% iris\n\n@RELATION iris\n@ATTRIBUTE a NUMERIC\n@DATA\n1,2\n", "give no_header: sed"),
    "a LIBSVM file": ("1 1:0.5 3:2\n-1 2:0.1\n+1 1:3e-2 # x\n", "load_svmlight_file"),
    "a Markdown table": ("| a | b |\n|---|:-:|\n| 1 | 2 |\n", "give delimiter '|': sed"),
}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_texts(name: str, encoding: str, tmp_path: Path) -> None:
    text, way = TEXTS[name]
    said, hint = refusal(write(tmp_path, "a.csv", text.encode(encoding)))
    assert said in (f"is {name}, which is not supported", f"is {name}, not a table")
    assert way in hint


@pytest.mark.parametrize(
    "text",
    [
        "ORC,elf\n1,2\n",
        "PAR1,b\n1,2\n",
        "RDX3\n1\n",
        "FEA1,b\n1,2\n",
        "GIF87a,b\n1,2\n",
        "<id>,b\n1,2\n",
        "1:2,b\n1,2\n",
        "|a,b\n1,2\n",
        "version,b\n1,2\n",
        "%a,b\n1,2\n",
        "[/b],c\n1,2\n",
        "[a],b\n1,2\n",
        "{a},b\n1,2\n",
        "@a,b\n1,2\n",
        "PK,b\n1,2\n",
    ],
)
def test_tables_that_begin_alike(text: str, tmp_path: Path) -> None:
    assert len(rows_of(write(tmp_path, "a.csv", text))[1]) == 1


@pytest.mark.parametrize(
    ("path", "said", "hint"),
    [
        (
            "https://example.org/d.csv",
            "is a URL, not a file",
            "Download it first: curl -sL https://example.org/d.csv > d.csv",
        ),
        ("HTTP://example.org/d", "is a URL, not a file", "curl -sL HTTP://example.org/d > d"),
        ("s3://bucket/d.csv", "is a URL, not a file", "aws s3 cp s3://bucket/d.csv - > d.csv"),
        ("gs://bucket/d.csv", "is a URL, not a file", "gcloud storage cat gs://bucket/d.csv > d.csv"),
        ("ftp://host/d.csv", "is a URL, not a file", "curl -s ftp://host/d.csv > d.csv"),
        ("file:///tmp/none.csv", "is a URL, not a file", "Name the file: /tmp/none.csv"),
        ("abfs://x@y/z", "is a URL, not a file", "Download it first, and give the file."),
        ("20%", "no such file", "If a fraction is meant, write 0.2."),
        ("64", "no such file", "Write a list of values with commas and no spaces, such as 64,64."),
        ("*.csv", "no such file", "Leave out the quotes, so that the shell finds the 1 file."),
        ("dota.csv", "no such file", "Did you mean 'data.csv'?"),
        (
            "data.csv#x",
            "'data.csv' is not an archive, workbook or database",
            "Remove the # and what follows it.",
        ),
        ("none.zip#x", "no such file", "Check the name and the folder."),
    ],
)
def test_names_that_are_no_files(
    path: str, said: str, hint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "data.csv", "a,b\n1,2\n")
    found, way = refusal(path)
    assert found == said
    assert hint in way


def test_the_ways_of_arff_and_markdown_lead_on(tmp_path: Path) -> None:
    """As the commands in the hints leave the text."""
    assert read(write(tmp_path, "a", "1,2\n"), no_header=True) == (["1", "2"], [["1", "2"]])
    assert read(write(tmp_path, "b", "a | b\n1 | 2\n"), delimiter="|") == (["a", "b"], [["1 ", " 2"]])


def test_a_model_given_as_data(tmp_path: Path) -> None:
    start = b"\x80\x04\x95\x00\x00\x00\x00\x00\x00\x00\x00}\x94(\x8c\x06format\x94K\x05\x8c\x06header\x94"
    said, hint = refusal(write(tmp_path, "m.joblib", start))
    assert said == "is an mlpcli model or checkpoint, not a table"
    assert hint == (
        "Give a table. The model comes first: mlpcli predict MODEL DATA; mlpcli inspect shows a model."
    )


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is a folder"):
        TextSource(str(tmp_path))


@pytest.mark.parametrize("text", ["%" + "\n" * 4000, "|a\n" + " " * 4000, "1 " * 2000, "%\n" * 2000])
def test_it_is_told_fast(text: str) -> None:
    """In well under a second: no pattern takes more than linear time."""
    assert text_kind(text + "x") is None
