"""The source archive: the package and, unlike that of setuptools, everything that its tests need."""

from collections.abc import Iterator
from pathlib import Path

from setuptools.command.sdist import sdist

FOLDERS = ("tests", "sample_data")
"""Those that are no part of the package."""
LEFT_OUT = ("__pycache__", ".hypothesis", ".pytest_cache")


class SourceArchive(sdist):
    """The command of setuptools with the files of `FOLDERS`, which pyproject.toml cannot name."""

    def make_distribution(self) -> None:
        """Add the files, then write the archive."""
        self.filelist.extend(list(files_of(Path.cwd())))
        self.filelist.remove_duplicates()
        super().make_distribution()


def files_of(root: Path) -> Iterator[str]:
    """Paths of the files below `root`, from there, in order."""
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and not set(LEFT_OUT) & set(path.parts):
                yield str(path.relative_to(root))
