"""Make tables with a planted leak, and honest ones beside them, and count in how many the doctor finds one.

    python tests/benchmarks/leaks.py [--tables 20] [--rows 400,6000]

Of a kind of leak all tables must be found, with one finding that names the column or the pair; of honest
tables none. Half of the tables are of a number target where the kind has one.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[2]))  # a script finds only what lies beside it
from mlpcli.options.options import Options
from mlpcli.preparation.prepare import prepare

START = pd.Timestamp("2022-01-01")


def plain(random: np.random.Generator, rows: int) -> pd.DataFrame:
    """Inputs that have to do with the target: 27 % Yes, and an amount."""
    signal = random.normal(size=rows)
    churned = signal + random.normal(size=rows) > 0.87
    return pd.DataFrame(
        {
            "tenure": (36 + 10 * signal + 15 * random.normal(size=rows)).round(),
            "monthly": random.gamma(4, 15, rows).round(2),
            "plan": random.choice(["basic", "plus", "pro"], rows),
            "age": np.where(random.random(rows) < 0.1, np.nan, random.integers(18, 90, rows)),
            "churn": np.where(churned, "Yes", "No"),
            "amount": (np.exp(0.5 * signal + 0.5 * random.normal(size=rows)) * 100).round(2),
        }
    )


def dates(random: np.random.Generator, rows: int, form: str = "%Y-%m-%d") -> Any:
    days = START + pd.to_timedelta(random.integers(0, 900, rows), unit="D")
    return np.asarray(days.strftime(form), dtype=object)


def gap(cells: Callable[[np.random.Generator, int], Any]) -> Callable[..., tuple[pd.DataFrame, str, str]]:
    """A column that is given only for those who left; of numbers only where the amount is not 0."""

    def make(random: np.random.Generator, rows: int, number: bool) -> tuple[pd.DataFrame, str, str]:
        table = plain(random, rows)
        left = table["churn"] == "Yes"
        table["leak"] = pd.Series(cells(random, rows)).where(left)
        if number:
            return (
                table.drop(columns="churn").assign(amount=table["amount"].where(left, 0.0)),
                "amount",
                "leak",
            )
        return table.drop(columns="amount"), "churn", "leak"

    return make


def made_of(make: Callable[[Any, Any], Any]) -> Callable[..., tuple[pd.DataFrame, str, str]]:
    """A number target of two columns."""

    def table_of(random: np.random.Generator, rows: int, number: bool) -> tuple[pd.DataFrame, str, str]:
        table = plain(random, rows)
        table["one"] = random.gamma(3, 30, rows).round(2) + 1
        table["two"] = (table["one"] * random.uniform(0.3, 1.2, rows)).round(2) + 1
        target = np.round(make(table["one"], table["two"]), 2 if number else 4)
        return table.drop(columns=["churn", "amount"]).assign(y=target), "y", "one two"

    return table_of


def compared(kind: str) -> Callable[..., tuple[pd.DataFrame, str, str]]:
    """A class told by two columns together."""

    def make(random: np.random.Generator, rows: int, _: bool) -> tuple[pd.DataFrame, str, str]:
        table = plain(random, rows).drop(columns="amount")
        yes = (table["churn"] == "Yes").to_numpy()
        days = random.integers(0, 900, rows)
        if kind == "later":
            apart = np.where(yes, 1, -1) * random.integers(1, 200, rows)
            table["one"] = (START + pd.to_timedelta(days, unit="D")).strftime("%Y-%m-%d")
            table["two"] = (START + pd.to_timedelta(days + apart, unit="D")).strftime("%Y-%m-%d")
        elif kind == "larger":
            table["one"] = random.gamma(4, 20, rows).round(2)
            table["two"] = (table["one"] + np.where(yes, 1, -1) * random.uniform(0.1, 30, rows)).round(2)
        elif kind == "equal":
            before = random.integers(0, 5, rows)
            after = np.where(yes, (before + random.integers(1, 5, rows)) % 5, before)
            table["one"], table["two"] = (
                [f"tariff {each}" for each in before],
                [f"tariff {each}" for each in after],
            )
        elif kind == "gaps":
            first = random.random(rows) < 0.5
            table["one"] = np.where(first, random.normal(size=rows), np.nan)
            table["two"] = np.where(first ^ yes, random.normal(size=rows), np.nan)
        else:
            one = random.integers(0, 4, rows)
            table["one"], table["two"] = (
                one,
                np.where(yes, (one + 1) % 4, (one + random.choice([0, 2, 3], rows)) % 4),
            )
            table["one"] = [f"code {each}" for each in table["one"]]
        return table, "churn", "one two"

    return make


def in_order(kind: str) -> Callable[..., tuple[pd.DataFrame, str, str]]:
    """A table sorted by its target, and a column that follows the rows."""

    def make(random: np.random.Generator, rows: int, number: bool) -> tuple[pd.DataFrame, str, str]:
        table = plain(random, rows)
        if number:
            table["rating"] = random.integers(1, 40, rows)
            table = table.drop(columns=["churn", "amount"]).sort_values("rating", kind="stable")
        else:
            table["region"] = random.choice([f"region {each}" for each in range(12)], rows)
            table = table.drop(columns=["churn", "amount"]).sort_values("region", kind="stable")
        steps = np.cumsum(random.integers(1, 9, rows))
        table["leak"] = steps + 1000
        if kind == "time":
            table["leak"] = (START + pd.to_timedelta(steps, unit="h")).strftime("%Y-%m-%d %H:%M")
        elif kind == "count":
            table["leak"] = steps // 2
        return table.reset_index(drop=True), "rating" if number else "region", "leak"

    return make


def honest(kind: str) -> Callable[..., tuple[pd.DataFrame, str, str]]:
    """Tables that only resemble such with leaks."""

    def make(random: np.random.Generator, rows: int, number: bool) -> tuple[pd.DataFrame, str, str]:
        table = plain(random, rows)
        yes = (table["churn"] == "Yes").to_numpy()
        high = table["amount"].to_numpy() > table["amount"].median()
        if kind == "gaps":
            often = high if number else yes
            table["phone"] = pd.Series(dates(random, rows)).where(
                random.random(rows) < np.where(often, 0.8, 0.4)
            )
            table["visits"] = np.where(
                random.random(rows) < np.where(often, 0.15, 0.6), np.nan, random.integers(9, 99, rows)
            )
        elif kind == "pairs":
            side = random.gamma(3, 2, (rows, 3)).round(2)
            table["x"], table["y"], table["z"] = side.T
            table["volume"] = (side.prod(axis=1) * random.uniform(0.97, 1.03, rows)).round(2)
            table["amount"] = (table["volume"] * random.gamma(20, 2, rows)).round(2)
            table["churn"] = np.where(side[:, 0] + side[:, 1] > 12, "Yes", "No")
        elif kind == "boundary":
            table["u"], table["v"] = random.normal(size=(2, rows)).round(3)
            table["churn"] = np.where((table["u"] * table["v"] > 0), "Yes", "No")
            table["amount"] = np.sin(3 * table["u"]) + table["v"] ** 2
        elif kind == "order":
            table = table.sort_values("amount" if number else "churn").reset_index(drop=True)
            table["id"] = random.permutation(rows) * 7
        else:
            table["when"] = (
                START + pd.to_timedelta(np.sort(random.integers(0, 9_000, rows)), unit="h")
            ).astype(str)
            table["amount"] = table["amount"] + 100 * np.sin(np.arange(rows) / 50) + 0.05 * np.arange(rows)
        other, target = ("churn", "amount") if number else ("amount", "churn")
        return table.drop(columns=other), target, ""

    return make


KINDS: dict[str, Callable[..., tuple[pd.DataFrame, str, str]]] = {
    "gap of a date": gap(dates),
    "gap of a date dd/mm/yyyy": gap(lambda random, rows: dates(random, rows, "%d/%m/%Y")),
    "gap of a day number": gap(lambda random, rows: random.integers(19_000, 20_000, rows).astype(float)),
    "gap of an amount": gap(lambda random, rows: random.gamma(2, 40, rows).round(2)),
    "gap of a text": gap(
        lambda random, rows: random.choice([f"v{each}" for each in range(1, 29)], rows).astype(object)
    ),
    "gap of a boolean": gap(lambda random, rows: random.choice(["yes", "no"], rows).astype(object)),
    "sum": made_of(lambda one, two: one + two),
    "difference": made_of(lambda one, two: one - two),
    "product": made_of(lambda one, two: one * two),
    "quotient": made_of(lambda one, two: 100 * one / two),
    "growth": made_of(lambda one, two: two / one - 1),
    "later date": compared("later"),
    "larger number": compared("larger"),
    "equal or not": compared("equal"),
    "gaps of two": compared("gaps"),
    "values of two": compared("values"),
    "order: number": in_order("number"),
    "order: time": in_order("time"),
    "order: count": in_order("count"),
}
HONEST = {f"honest {kind}": honest(kind) for kind in ("gaps", "pairs", "boundary", "order", "time")}


def finds(table: pd.DataFrame, target: str, names: str) -> tuple[bool, list[str]]:
    """Whether there is one finding, about these columns (or none, without names), and all texts."""
    prepared = prepare(table, Options.from_values({"preset": "textbook", "target": target}))
    texts = [each.text for each in prepared.findings if each.kind == "leak"]
    right = [text for text in texts if all(repr(name) in text for name in names.split())]
    return len(texts) == bool(names) and len(right) == len(texts), texts


def main() -> None:
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=form)
    parser.add_argument("--tables", type=int, default=20)
    parser.add_argument("--rows", default="400,6000")
    arguments = parser.parse_args()
    for kind, make in (KINDS | HONEST).items():
        for rows in map(int, arguments.rows.split(",")):
            found = [
                finds(*make(np.random.default_rng([seed, rows]), rows, bool(seed % 2)))
                for seed in range(arguments.tables)
            ]
            right = sum(each for each, _ in found)
            wrong = next((texts for each, texts in found if not each), "")
            print(f"{kind:26} {rows:7,} rows  {right:3} of {len(found)} right  {wrong or ''}", flush=True)


if __name__ == "__main__":
    main()
