"""The README's picture of a training: the live view in the middle of it, as an SVG.

    python tests/benchmarks/picture.py [FILE]

Digits with the preset textbook, on a screen of 100 x 30; the file is sample_data/pictures/training.svg unless
another is given. Speed and time left are those of the machine it is made on.
"""

import os
import re
import sys
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

import mlpcli
from mlpcli.nn.fitting import EpochRecord
from mlpcli.render.console import Screen
from mlpcli.render.progress.live_view import LiveView
from tests.benchmarks.watching import terminal

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "sample_data" / "pictures" / "training.svg"
SIZE = os.terminal_size((100, 30))
COMMAND = "mlpcli train sample_data/digits.csv.gz -t digit --preset textbook --epochs 100"
EPOCHS, AT = 100, 64
THEME = TerminalTheme(
    (24, 26, 31),
    (214, 218, 224),
    [
        *((24, 26, 31), (224, 108, 117), (126, 200, 120), (229, 173, 86)),
        *((97, 160, 239), (198, 120, 221), (86, 190, 208), (214, 218, 224)),
    ],
)

FONT_FACE = re.compile(r"\n *@font-face \{[^}]*\}")
"""Fonts that a browser would fetch from a server."""


def frame() -> list[str]:
    """The lines of the live view after `AT` epochs."""
    shown: list[str] = []
    with terminal() as stream:
        view = LiveView(Screen(stream))

        def on_epoch(record: EpochRecord) -> None:
            view.on_epoch(record)
            if record.epoch == AT:
                shown.extend(view.frame(SIZE))

        with view:
            data = str(ROOT / "sample_data" / "digits.csv.gz")
            mlpcli.train(
                data,
                "digit",
                preset="textbook",
                epochs=EPOCHS,
                patience=EPOCHS,
                on_start=view.on_start,
                on_epoch=on_epoch,
            )
    return shown


def main() -> None:
    """Write the picture."""
    os.environ |= {"TERM": "xterm-256color"}
    os.environ.pop("NO_COLOR", None)
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURE
    console = Console(file=StringIO(), record=True, width=SIZE.columns, force_terminal=True)
    for line in frame():
        console.print(Text.from_ansi(line), soft_wrap=True)
    drawn = console.export_svg(title=COMMAND, theme=THEME, unique_id="training")
    path.write_text(FONT_FACE.sub("", drawn))


if __name__ == "__main__":
    main()
