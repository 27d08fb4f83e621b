"""Networks in SQLite: a table of weights with a row for each unit, and a column for each of its inputs.

Sums that are written out with their weights, 41,000 numbers, took SQLite 12 s to prepare, as it looks for
equal constants; with tables the whole query over 1,000 rows took 2.6 s.
"""

from collections.abc import Sequence

import numpy as np

from mlpcli.errors import count
from mlpcli.workflows.exporting import description as told
from mlpcli.workflows.exporting.scorer.layers import FURTHEST, TURN, single
from mlpcli.workflows.exporting.sql.activations import activated
from mlpcli.workflows.exporting.sql.chain import ChainLink, chain_of
from mlpcli.workflows.exporting.sql.columns import MOST_JOINS, short
from mlpcli.workflows.exporting.sql.dialects import SQLITE, total
from mlpcli.workflows.exporting.sql.query import ROW, Query, batches

SPLITTER = float(2**29 + 1)
"""x s - (x s - x) is x rounded to float32 (Veltkamp 1968)."""


def sqlite_network(query: Query, network: told.NetworkSteps, number: int, inputs: Sequence[str]) -> list[str]:
    """Add the tables of a network; returns its outputs as expressions of the last one, `network_N_out`."""
    writer = _Writer(query, f"network_{number}")
    return writer.write(network, inputs)


class _Writer:
    def __init__(self, query: Query, name: str) -> None:
        self._query, self._name = query, name
        self._source, self._columns = "inputs", list[str]()

    def write(self, network: told.NetworkSteps, inputs: Sequence[str]) -> list[str]:
        self._columns = list(inputs)
        side, links = chain_of(network)
        if side is not None:
            self._side(side)
        first = self._source, self._columns
        for place, link in enumerate(links, 1):
            straight = (first[0], [first[1][each] for each in link.wide])
            self._dense(link, place, "out" if place == len(links) else f"layer_{place}", straight)
        return self._columns

    def _dense(self, link: ChainLink, place: int, end: str, straight: tuple[str, list[str]]) -> None:
        query, name = self._query, self._name
        n_in, n_out = link.weight.shape
        weights, bias, slope = f"{name}_weights_{place}", f"bias_{place}", f"slope_{place}"
        own = [f"w{place}_{each}" for each in range(1, n_in + 1)]
        wide = [f"v{place}_{each}" for each in range(1, len(straight[1]) + 1)]
        arrays = [link.bias[:, None], link.weight.T]
        heads = [bias, *own]
        if link.wide_weight is not None:
            arrays.append(link.wide_weight.T)
            heads += wide
        if link.slopes is not None:
            arrays.insert(1, link.slopes[:, None])
            heads.insert(1, slope)
        table = np.hstack(arrays)
        rows = [[str(unit), *map(short, row)] for unit, row in enumerate(table.tolist(), 1)]
        said = f"{_title(name)}, layer {place}: for each unit its bias and its weights."
        query.values(weights, ["unit", *heads], rows, said)
        terms = [bias, *map(" * ".join, zip(self._columns, own, strict=True))]
        source = f"{self._source} CROSS JOIN {weights}"
        if wide:
            terms += [f"{first} * {weight}" for first, weight in zip(straight[1], wide, strict=True)]
            if straight[0] != self._source:
                source = f"{self._source} JOIN {straight[0]} USING ({ROW}) CROSS JOIN {weights}"
        slopes = [slope] if link.slopes is not None else []
        said = f"{count(n_in, 'input')}, {count(n_out, 'unit')}: for each row and unit the sum."
        units = query.select(
            f"{name}_sums_{place}", [ROW, "unit", *slopes, f"{total(terms)} AS value"], source, said
        )
        if link.function != "identity":
            text = activated(link.function, "value", SQLITE, slope if slopes else "")
            said = f"The {link.function} of each unit{', as much as it has learned' if slopes else ''}."
            units = query.select(f"{name}_units_{place}", [ROW, "unit", f"{text} AS value"], units, said)
        self._columns = [f"{name}_u{place}_{unit}" for unit in range(1, n_out + 1)]
        self._turned(f"{name}_{end}", units, "value", [*range(1, n_out + 1)], "unit", self._columns)

    def _turned(
        self, name: str, source: str, value: str, places: Sequence[int], by: str, columns: Sequence[str]
    ) -> None:
        """From a row for each unit to a column for each."""
        listed = [
            f"sum({value}) FILTER (WHERE {by} = {place}) AS {column}"
            for place, column in zip(places, columns, strict=True)
        ]
        self._query.select(name, [ROW, *listed], source, "The units as columns.", f"GROUP BY {ROW}")
        self._source = name

    # Embeddings

    def _side(self, step: told.SideStep) -> None:
        columns: list[str] = []
        tables: list[str] = []
        lookups: list[str] = []
        for place, part in enumerate(step.parts, 1):
            if isinstance(part, told.UnchangedPart):
                columns += [self._columns[each] for each in part.columns]
            elif isinstance(part, told.VectorPart):
                columns += self._vectors(part, place, lookups)
            elif isinstance(part, told.BinPart):
                columns += self._bins(part, place, tables)
            else:
                columns += self._waves(part, place, tables)
        source = " ".join([self._source, *(f"JOIN {table} USING ({ROW})" for table in tables)])
        for number, joins in enumerate(batches(lookups, MOST_JOINS), 1):
            joined = "\n    ".join([source, *joins])
            name = f"{self._name}_vectors_{number}"
            self._query.add(
                name, f"    SELECT *\n    FROM {joined}", "What has been learned of the levels of each row."
            )
            source = name
        if not lookups and tables:
            self._query.add(f"{self._name}_embedded", f"    SELECT *\n    FROM {source}", "All columns.")
            source = f"{self._name}_embedded"
        self._source, self._columns = source, columns

    def _vectors(self, part: told.VectorPart, place: int, lookups: list[str]) -> list[str]:
        name = f"{self._name}_vectors_of_{place}"
        columns = [f"{self._name}_vector_{place}_{each}" for each in range(1, part.table.shape[1] + 1)]
        by = f"{self._name}_number_{place}"
        rows = [[str(row), *map(short, values)] for row, values in enumerate(part.table.tolist())]
        said = f"{_title(self._name)}: a vector for each level of an input; the first is for no level."
        self._query.values(name, [by, *columns], rows, said)
        lookups.append(f"LEFT JOIN {name} ON {by} = {self._columns[part.column]}")
        return columns

    def _picked(self, places: Sequence[int]) -> str:
        """The input of the row that a table's `place` names."""
        whens = " ".join(f"WHEN {n} THEN {self._columns[each]}" for n, each in enumerate(places, 1))
        return f"CASE place {whens} END"

    def _bins(self, part: told.BinPart, place: int, tables: list[str]) -> list[str]:
        name, n_bins = f"{self._name}_bins_{place}", part.start.shape[1]
        arrays = (part.start, part.steepness, part.lowest, part.highest)
        heads = [f"{head}_{each}" for head in ("start", "steep", "low", "high") for each in range(n_bins)]
        rows = [[str(n), *map(short, row)] for n, row in enumerate(np.hstack(arrays).tolist(), 1)]
        said = (
            f"{_title(self._name)}: for each number where its bins start, how steep they are, and their ends."
        )
        self._query.values(f"{name}_ends", ["place", *heads], rows, said)
        picked = self._query.select(
            f"{name}_numbers",
            [ROW, f"{name}_ends.*", f"{self._picked(part.columns)} AS number"],
            f"{self._source} CROSS JOIN {name}_ends",
        )
        values = [
            f"max(min((number - start_{each}) * steep_{each}, high_{each}), low_{each}) AS value_{each}"
            for each in range(n_bins)
        ]
        self._query.select(f"{name}_values", [ROW, "place", *values], picked, "The place in each bin.")
        return self._grouped(name, f"{name}_values", len(part.columns), n_bins, tables)

    def _waves(self, part: told.WavePart, place: int, tables: list[str]) -> list[str]:
        name = f"{self._name}_waves_{place}"
        n_out = part.bias.shape[1]
        weights = [f"w_{each}" for each in range(n_out)]
        self._query.values(
            f"{name}_turns",
            ["place", "is_sine", "turn", "phase", *weights],
            _wave_rows(part),
            f"{_title(self._name)}: waves of each number, and their weights.",
        )
        nearest = f"max(min({self._picked(part.columns)}, {FURTHEST!r}), -{FURTHEST!r})"
        self._query.select(
            f"{name}_numbers",
            [ROW, f"{name}_turns.*", f"{nearest} AS far"],
            f"{self._source} CROSS JOIN {name}_turns",
        )
        # The networks round to float32; far out, waves depend on it.
        kept = [ROW, "place", "is_sine", *weights]
        self._query.select(
            f"{name}_wide_angles", [*kept, f"turn * {_rounded('far')} + phase AS wide"], f"{name}_numbers"
        )
        self._query.select(f"{name}_angles", [*kept, f"{_rounded('wide')} AS angle"], f"{name}_wide_angles")
        wave = "CASE WHEN is_sine THEN sin(angle) ELSE cos(angle) END"
        self._query.select(f"{name}_values", [ROW, "place", *weights, f"{wave} AS wave"], f"{name}_angles")
        sums = [f"sum(wave * {weight}) AS sum_{each}" for each, weight in enumerate(weights)]
        self._query.select(
            f"{name}_sums", [ROW, "place", *sums], f"{name}_values", "", f"GROUP BY {ROW}, place"
        )
        biases = [f"bias_{each}" for each in range(n_out)]
        rows = [[str(n), *map(short, row)] for n, row in enumerate(part.bias.tolist(), 1)]
        self._query.values(f"{name}_biases", ["place", *biases], rows, "")
        values = [f"sum_{each} + bias_{each}" for each in range(n_out)]
        if part.phase is None:
            values = [f"max({each}, 0.0)" for each in values]
        values = [f"{text} AS value_{each}" for each, text in enumerate(values)]
        self._query.select(
            f"{name}_outputs", [ROW, "place", *values], f"{name}_sums JOIN {name}_biases USING (place)"
        )
        columns = self._grouped(name, f"{name}_outputs", len(part.columns), n_out, tables)
        straight = [self._columns[each] for each in part.columns] if part.phase is not None else []
        return columns + straight

    def _grouped(self, name: str, source: str, many: int, each: int, tables: list[str]) -> list[str]:
        """From a row for each number to columns for all, those of one number side by side."""
        columns, listed = [], []
        for place in range(1, many + 1):
            for one in range(each):
                columns.append(f"{name}_{place}_{one}")
                listed.append(f"sum(value_{one}) FILTER (WHERE place = {place}) AS {columns[-1]}")
        tables.append(self._query.select(name, [ROW, *listed], source, "", f"GROUP BY {ROW}"))
        return columns


def _wave_rows(part: told.WavePart) -> list[list[str]]:
    # Turns are not shortened: times a number far out, the last digit decides.
    rows: list[list[str]] = []
    for column in range(len(part.columns)):
        turns = single([TURN * each for each in part.frequency[column].tolist()])
        phases = [0.0] * len(turns) if part.phase is None else part.phase[column].tolist()
        waves = [(0, turn, phase) for turn, phase in zip(turns, phases, strict=True)]
        if part.phase is None:
            waves += [(1, turn, phase) for turn, phase in zip(turns, phases, strict=True)]
        weights: list[list[float]] = part.weight[column].tolist()
        for (sine, turn, phase), row in zip(waves, weights, strict=True):
            rows.append([str(column + 1), str(sine), repr(turn), repr(phase), *map(short, row)])
    return rows


def _rounded(column: str) -> str:
    return f"({column} * {SPLITTER!r} - ({column} * {SPLITTER!r} - {column}))"


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()
