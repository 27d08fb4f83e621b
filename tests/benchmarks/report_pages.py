"""Reports in a real browser: nothing wider than the window, no error in the console, pictures to look at.

    python tests/benchmarks/report_pages.py FOLDER [REPORT.html ...]

Without reports it makes some: of odd names, many columns, several classes, values and no rows. Headless
Chromium opens each at 360, 800 and 1400 pixels, light and dark, and prints it; screenshots and PDFs are in
FOLDER. The browser is $CHROMIUM, or the first of chromium, chromium-browser and google-chrome.
"""

import html
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import mlpcli

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WIDTHS = (360, 800, 1400)
TALL = 7000
"""Pixels of a screenshot: what is below is in the PDF."""
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
DARK = "--blink-settings=preferredColorScheme=0"
MEASURE = """<!DOCTYPE html><html><body style="margin:0"><iframe id="page" style="border:0" width="{width}"
height="900" src="{page}"></iframe><pre id="found"></pre><script>
document.getElementById("page").onload = function () {{
  const page = this.contentDocument.documentElement;
  const boxes = [...page.querySelectorAll("body *")].filter(
    (each) => each.getBoundingClientRect().right > {width} + 1 && !each.closest(".box, pre, svg"));
  document.getElementById("found").textContent = JSON.stringify({{
    width: page.scrollWidth, wide: boxes.slice(0, 5).map((each) => each.outerHTML.slice(0, 100))}});
}};</script></body></html>"""
"""A page that holds the report in a window of that width, and says how wide it is."""
QUICK: dict[str, Any] = {"preset": "textbook", "hidden": (8,), "epochs": 5}


def main() -> None:
    """Check every report, and exit with status 1 if one is not as it should be."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="reports-"))
    folder.mkdir(exist_ok=True)
    browser = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        sys.exit(f"there is no browser: none of {', '.join(BROWSERS)}, and CHROMIUM names none")
    reports = [Path(each) for each in sys.argv[2:]] or made(folder)
    print(f"{'report':16} {'window':>6} {'page':>6} {'errors':>6}")
    failed = False
    for report in reports:
        for width in WIDTHS:
            found, errors = measured(browser, report, width)
            print(f"{report.stem:16} {width:>6} {found['width']:>6} {len(errors):>6}", flush=True)
            for said in (*found["wide"], *errors):
                print(f"    {said}")
            failed |= found["width"] > width or bool(errors)
            for scheme, options in (("light", ()), ("dark", (DARK,))):
                picture = folder / f"{report.stem}-{width}-{scheme}.png"
                seen(browser, report, f"--screenshot={picture}", f"--window-size={width},{TALL}", *options)
        seen(browser, report, "--no-pdf-header-footer", f"--print-to-pdf={folder / report.stem}.pdf")
    print(f"Look at the pictures and PDFs in {folder}.")
    sys.exit(failed)


def measured(browser: str, report: Path, width: int) -> tuple[dict[str, Any], list[str]]:
    """The width that a report takes in a window, what sticks out, and what the console says."""
    with tempfile.TemporaryDirectory() as scratch:
        page = Path(scratch) / "measure.html"
        page.write_text(MEASURE.format(width=width, page=report.resolve().as_uri()))
        result = seen(
            browser,
            page,
            "--allow-file-access-from-files",
            "--enable-logging=stderr",
            "--virtual-time-budget=3000",
            "--window-size=1600,1000",
            "--dump-dom",
        )
    told = re.search(r'<pre id="found">(.*?)</pre>', result.stdout, re.DOTALL)
    if told is None or not told[1]:
        sys.exit(f"{report}: the browser measured nothing\n{result.stderr[-2000:]}")
    errors = [line for line in result.stderr.splitlines() if "CONSOLE" in line]
    return json.loads(html.unescape(told[1])), errors


def seen(browser: str, page: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    """A page opened by a browser that keeps nothing."""
    with tempfile.TemporaryDirectory() as profile:
        command = [browser, *OPTIONS, f"--user-data-dir={profile}", *options, page.resolve().as_uri()]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def made(folder: Path) -> list[Path]:
    """Reports of all kinds."""
    random = np.random.default_rng(0)
    odd = ["<script>alert(1)</script>", "$x$", "a" * 300, "\u202eabc אבג", "😀🎉", "line\nbreak"]
    names = {"odd": odd, "wide": [f"a column with the number {each}" for each in range(60)]}
    tables = {
        name: pd.DataFrame(random.normal(size=(400, len(columns))), columns=columns)
        for name, columns in names.items()
    }
    tables["odd"]["<b>"] = random.choice(["long " * 30, "<i>x</i>", "ü"], 400)
    tables["odd"]["y"] = np.where(tables["odd"].iloc[:, 0] > 0, "<b>yes</b>", "no & never " * 8)
    tables["wide"]["y"] = tables["wide"].iloc[:, 0] + random.normal(size=400)
    tables["classes"] = pd.DataFrame(random.normal(size=(900, 4)), columns=list("abcd"))
    tables["classes"]["y"] = [f"class {int(abs(each) * 6) % 9}" for each in tables["classes"]["a"]]
    tables["values"] = pd.DataFrame(random.normal(size=(5000, 3)), columns=list("abc"))
    tables["values"]["first"] = tables["values"]["a"] * tables["values"]["b"]
    tables["values"]["second"] = 1000 * tables["values"]["c"]
    paths = []
    for name, table in tables.items():
        target = ["first", "second"] if name == "values" else "y"
        model = mlpcli.train(table[: len(table) // 2], target, **QUICK).model
        rows = table[len(table) // 2 :] * (1 if name != "values" else 2)
        paths.append(folder / f"{name}.html")
        mlpcli.report(model, rows, output=paths[-1], force=True)
    paths.append(folder / "without.html")
    mlpcli.report(model, output=paths[-1], force=True)
    return paths


if __name__ == "__main__":
    main()
