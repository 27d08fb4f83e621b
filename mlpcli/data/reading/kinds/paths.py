"""Messages and hints for files that are not there."""

import glob
import os
import re
from pathlib import Path

from mlpcli.data.reading.kinds.file_kinds import in_command
from mlpcli.errors import count, did_you_mean

_FETCHES = {
    "http": "curl -sL {}",
    "https": "curl -sL {}",
    "ftp": "curl -s {}",
    "s3": "aws s3 cp {} -",
    "gs": "gcloud storage cat {}",
    "hdfs": "hdfs dfs -cat {}",
}
"""Commands that write what stands at a URL to stdout."""


def missing_hint(path: str, name: str) -> tuple[str, str]:
    """Message and hint for a file that is not there."""
    if (url := re.match(r"([A-Za-z][A-Za-z0-9+.-]+):/{1,3}", path)) is not None:
        scheme = url[1].lower()
        said = f"{name} is a URL, not a file"
        if scheme == "file":
            return said, f"Name the file: {path[url.end() - 1 :]}"
        if scheme in _FETCHES:
            file = in_command(path.rstrip("/").rpartition("/")[2])
            return said, f"Download it first: {_FETCHES[scheme].format(path)} > {file}"
        return said, "Download it first, and give the file."
    said = f"{name}: no such file"
    if re.fullmatch(r"\d+(\.\d+)?%", path):
        return said, f"If a fraction is meant, write {float(path[:-1]) / 100:g}."
    if re.fullmatch(r"[-+]?\d+(\.\d+)?", path):
        return said, "Write a list of values with commas and no spaces, such as 64,64."
    if glob.has_magic(path) and (found := glob.glob(path)):
        return said, f"Leave out the quotes, so that the shell finds the {count(len(found), 'file')}."
    return said, _near_files(Path(path))


def _near_files(path: Path) -> str:
    parent = path.parent
    if not os.path.isdir(parent):
        return f"There is no folder {str(parent)!r:.200}."
    hint = did_you_mean(path.name, [other.name for other in parent.iterdir() if other.is_file()])
    return hint if hint.startswith("Did") else "Check the name and the folder."
