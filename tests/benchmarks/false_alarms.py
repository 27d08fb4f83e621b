"""Print what the doctor says of real tables, which have none of the faults that it looks for.

    python tests/benchmarks/false_alarms.py FOLDER ... [--only KIND,...]

A folder holds tables as CSV, `.gz` or not, and a `tables.json` with name, targets, group and time of each;
of tables without that the target is taken from TARGETS.
"""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))  # a script finds only what lies beside it
from mlpcli.errors import MlpcliError
from mlpcli.options.options import Options
from mlpcli.preparation.prepare import prepare

TARGETS = {
    "penguins": "species",
    "heart_disease": "diameter narrowing",
    "auto_mpg": "Miles_per_Gallon",
    "seattle_weather": "weather",
    "digits": "digit",
    "adult": "income",
    "diamonds": "price",
    "california_housing": "MedHouseVal",
    "river_flow": None,
    "yeast": None,
    "fashion_mnist_10k": "label",
}
SEVERAL = {"river_flow": "_48H__0", "yeast": "label"}
"""The end, or the beginning, of the names of several targets."""


def tables(folder: Path) -> list[tuple[str, Path, dict[str, Any]]]:
    """Name, file and settings of each table."""
    listed = folder / "tables.json"
    found = []
    if listed.exists():
        for each in json.loads(listed.read_text()):
            settings = {"target": tuple(each["targets"]), "group": each["group"], "time": each["time"]}
            found.append((each["name"], folder / f"{each['name']}.train.csv.gz", settings))
        return found
    for path in sorted(folder.glob("*.csv*")):
        name = path.name.split(".")[0]
        target = TARGETS.get(name, "")
        if target == "":
            continue
        names = (target,) if target else several_targets(path, SEVERAL[name])
        found.append((name, path, {"target": names}))
    return found


def several_targets(path: Path, part: str) -> tuple[str, ...]:
    """The columns whose names begin or end with `part`."""
    import pandas as pd

    names = pd.read_csv(path, nrows=1).columns
    return tuple(name for name in names if name.startswith(part) or name.endswith(part))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--only", default="leak,sentinel,duplicates,repeated", help="kinds, or all")
    arguments = parser.parse_args()
    kinds = arguments.only.split(",")
    alarms = 0
    for folder in arguments.folders:
        for name, path, settings in tables(folder):
            given = {key: value for key, value in settings.items() if value is not None}
            began = time.perf_counter()
            try:
                prepared = prepare(str(path), Options.from_values({"preset": "textbook"} | given))
            except MlpcliError as error:
                print(f"{name:22} {error}")
                continue
            seconds = time.perf_counter() - began
            found = [each for each in prepared.findings if "all" in kinds or each.kind in kinds]
            alarms += len(found)
            print(f"{name:22} {len(prepared.parts['train']):7,} rows {seconds:6.2f} s  {len(found)} findings")
            for each in found:
                print(f"    {each.kind}: {each.text} ({each.advice})")
    print(f"{alarms} findings")


if __name__ == "__main__":
    main()
