"""Write the reference and the outputs of examples into the pages: `python -m tests.manual.renew [PAGE]`.

Without a page all of them are renewed. Checks that do not hold are listed.
"""

import os
import re
import sys
import tempfile
from pathlib import Path

from tests.manual.forked import forking
from tests.manual.pages import PAGES
from tests.manual.running import examples_of


def renew(page: Path, scripts: Path) -> None:
    """Replace the outputs that a page shows by those of now."""
    lines: list[str | None] = list(page.read_text().splitlines())
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for example in examples_of(page, Path(folder), scripts):
            block, output = example.block, example.output
            for check in example.failed:
                print(f"{block.place}: {check} does not hold\n{block.text}\n{output}")
            for shown in block.shown:
                if timeless(shown.cut(output)) == timeless(shown.lines):
                    continue
                first, old = shown.first, shown.lines
                lines[first : first + len(old)] = [None] * len(old)
                lines[first - 1] = "\n".join([str(lines[first - 1]), *shown.cut(output)])
        os.chdir("/")
    page.write_text("".join(f"{line}\n" for line in lines if line is not None))


def timeless(lines: list[str]) -> list[str]:
    """Lines without durations, which differ in each run."""
    return [re.sub(r"\d[\d.]* s\b", "", line) for line in lines]


def main() -> None:
    """Renew the pages named on the command line."""
    from tests.manual.reference import write_reference

    write_reference()
    with tempfile.TemporaryDirectory() as folder, forking(Path(folder)) as scripts:
        for page in PAGES:
            if not sys.argv[1:] or page.stem in sys.argv[1:]:
                try:
                    renew(page, scripts)
                except AssertionError as error:
                    print(f"{page}: an example fails, so the page stays as it is\n{error}")


if __name__ == "__main__":
    main()
