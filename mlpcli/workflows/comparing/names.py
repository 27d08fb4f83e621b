"""Short names of files: without what all have in common, and each another one."""

import os
from collections import Counter
from collections.abc import Sequence

Parts = tuple[str, ...]


def short_names(paths: Sequence[str]) -> list[str]:
    """A name for each path: its last part, with as many folders before it as tell it from the others.

    An ending that all paths have is left out. Names of equal paths are equal.
    """
    split = [_parts(path) for path in _without_common_ending(paths)]
    kept = [1] * len(paths)
    while True:
        names = [parts[-number:] for parts, number in zip(split, kept, strict=True)]
        counts = Counter(names)
        longer = [
            number + 1 if counts[name] > 1 and number < len(parts) else number
            for name, parts, number in zip(names, split, kept, strict=True)
        ]
        if longer == kept:
            return ["/".join(name).replace("//", "/") for name in names]
        kept = longer


def _without_common_ending(paths: Sequence[str]) -> list[str]:
    endings = {os.path.splitext(path)[1] for path in paths}
    if len(endings) > 1:
        return list(paths)
    return [os.path.splitext(path)[0] for path in paths]


def _parts(path: str) -> Parts:
    """Folders and name, the root as a folder of its own."""
    normal = os.path.normpath(path)
    folders = tuple(each for each in normal.split("/") if each)
    return ("/", *folders) if normal.startswith("/") else folders
