"""Columns: one input each, to the matrix that the networks see."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.encoders.level_means import FIRST, MISSING
from mlpcli.workflows.exporting import description as told
from mlpcli.workflows.exporting.onnx_graph import levels
from mlpcli.workflows.exporting.onnx_graph.dates import EARLIEST, LATEST, Calendar
from mlpcli.workflows.exporting.onnx_graph.formulas import formula_value
from mlpcli.workflows.exporting.onnx_graph.graph import Graph
from mlpcli.workflows.exporting.onnx_graph.input_texts import DOUBLE, kind_of, said_of

LARGEST = float(np.finfo(np.float64).max)
LARGEST_SCALED = 3.4028234663852886e30
FAR = 1e100
"""Beyond, the bend of a robust scaling is level to the last bit; squares of it do not overflow."""
GAP_OF_TRUTH, FALSE, TRUE = 0, 1, 2


@dataclass(frozen=True)
class _Number:
    """A column of the numbers that are scaled together."""

    description: told.NumberInput
    start: int
    """Its first matrix column."""
    gap: int | None
    """The matrix column that is 1 at gaps."""


class Columns:
    """The inputs of a graph, and what becomes of them."""

    def __init__(self, graph: Graph, inputs: Sequence[told.AnyInput]) -> None:
        self._graph, self._inputs = graph, inputs
        widths = [each.width for each in inputs]
        self._starts = dict(
            zip((each.name for each in inputs), itertools.accumulate([0, *widths]), strict=False)
        )
        self.width = sum(widths)
        self._blocks: list[tuple[str, list[int]]] = []
        """Values of single precision, and the matrix columns that they are."""

    def matrix(self) -> str:
        """(rows, columns) of single precision."""
        graph = self._graph
        for each in self._inputs:
            if not isinstance(each, told.CrossInput):
                graph.input(each.name, kind_of(each), said_of(each))
        self._numbers()
        for each in self._inputs:
            if isinstance(each, told.CategoryInput):
                self._category(each)
        order = [column for _, columns in self._blocks for column in columns]
        together = graph.side_by_side([value for value, _ in self._blocks], "all columns")
        places = np.argsort(order).tolist()
        return graph.columns_of(together, places, self.width, "all columns in order")

    def _block(self, value: str, columns: Sequence[int]) -> None:
        self._blocks.append((value, list(columns)))

    # Numbers, booleans, dates, and what is made of them

    def _numbers(self) -> None:
        """Those of all columns side by side, with gaps, scaling, spikes and means of the target."""
        graph = self._graph
        known: list[str] = []
        numbers: list[_Number] = []
        value_of: dict[str, str] = {}
        of_numbers = [each for each in self._inputs if isinstance(each, told.NumberInput)]
        plain = [each for each in of_numbers if not each.is_boolean]
        if plain:
            together = self._known_numbers(plain)
            known.append(together)
            numbers += map(self._number, plain)
            for place, each in enumerate(plain):
                if each.name in self._sources():
                    value_of[each.name] = graph.columns_of(
                        together, [place], len(plain), f"{each.name}: number"
                    )
        for each in of_numbers:
            if each.is_boolean:
                known.append(self._boolean(each))
                value_of[each.name] = known[-1]
                numbers.append(self._number(each))
        for cross in self._inputs:
            if isinstance(cross, told.CrossInput):
                known.append(self._cross(cross, value_of))
                numbers.append(
                    _Number(cross.number, self._starts[cross.name], self._gap_column(cross.number, cross))
                )
        dates = [each for each in self._inputs if isinstance(each, told.DateInput)]
        if dates:
            for value, number in self._dates(dates):
                known.append(value)
                numbers.append(number)
        if numbers:
            self._encoded(graph.side_by_side(known, "numbers"), numbers)

    def _sources(self) -> set[str]:
        return {name for each in self._inputs if isinstance(each, told.CrossInput) for name in each.sources}

    def _number(self, each: told.NumberInput) -> _Number:
        return _Number(each, self._starts[each.name], self._gap_column(each, each))

    def _gap_column(self, each: told.NumberInput, owner: told.Input) -> int | None:
        return self._starts[owner.name] + len(each.scalings) if owner.had_gaps else None

    def _known_numbers(self, plain: Sequence[told.NumberInput]) -> str:
        """(rows, columns) with NaN at infinities and at missing words that are numbers."""
        graph = self._graph
        cells = graph.side_by_side([each.name for each in plain], "cells that are numbers")
        gaps = graph.run("IsInf", cells, name="cells: infinite")
        missing = [levels.missing_numbers(each) for each in plain]
        for row in itertools.zip_longest(*missing, fillvalue=np.nan):
            words = graph.constant(np.array([row], np.float64), "missing words")
            found = graph.run("Equal", cells, words, name="cells: is it a missing word")
            gaps = graph.run("Or", gaps, found, name="cells: gaps")
        return graph.run("Where", gaps, graph.double(np.nan, "gap"), cells, name="cells: numbers")

    def _boolean(self, each: told.NumberInput) -> str:
        graph = self._graph
        words = {
            word: place for place, truth in ((FALSE, 0.0), (TRUE, 1.0)) for word in levels.truth_words(truth)
        }
        table = levels.with_gaps(words, each.missing, GAP_OF_TRUTH)
        place = graph.looked_up(each.name, table, f"{each.name}: false or true")
        values = graph.constant(np.array([np.nan, 0.0, 1.0]), "numbers of gap, false and true")
        return graph.run("Gather", values, place, name=f"{each.name}: number")

    def _cross(self, each: told.CrossInput, value_of: dict[str, str]) -> str:
        graph, name = self._graph, each.name
        value = formula_value(graph, each.formula, value_of, name)
        # No number times 0 is 0, and to the power of 0 it is 1: gaps are told by the sources.
        checked = [value, *(value_of[source] for source in each.sources)]
        zeros = [graph.run("Sub", one, one, name=f"{name}: 0 if it is finite") for one in checked]
        total = zeros[0]
        for zero in zeros[1:]:
            total = graph.run("Add", total, zero, name=f"{name}: 0 if all are finite")
        gap = graph.run("IsNaN", total, name=f"{name}: gaps")
        return graph.run("Where", gap, graph.double(np.nan, "gap"), value, name=f"{name}: number")

    def _dates(self, dates: Sequence[told.DateInput]) -> Iterator[tuple[str, _Number]]:
        """Days and years, which are scaled as numbers are; the circles are written."""
        graph, many = self._graph, len(dates)
        seconds = graph.side_by_side([each.name for each in dates], "dates")
        early = graph.run("GreaterOrEqual", seconds, graph.double(EARLIEST), name="dates: not before year 1")
        late = graph.run("Less", seconds, graph.double(LATEST), name="dates: not after year 9999")
        there = graph.run("And", early, late, name="dates: there")  # as no NaN is
        gaps = graph.run("Not", there, name="dates: gaps")
        calendar = Calendar(graph, seconds, gaps)
        starts = {each.name: self._part_starts(each) for each in dates}
        for part in ("days", "year"):
            having = [place for place, each in enumerate(dates) if part in each.parts]
            if not having:
                continue
            values = calendar.days if part == "days" else calendar.year()
            values = graph.run(
                "Where", gaps, graph.double(np.nan, "gap"), values, name=f"dates: {part} and gaps"
            )
            for place in having:
                each = dates[place]
                gap = self._starts[each.name] + each.width - 1 if part == "days" and each.had_gaps else None
                number = each.days if part == "days" else each.year
                column = graph.columns_of(values, [place], many, f"{each.name}: {part}")
                yield column, _Number(number, starts[each.name][part], gap)
        for part in ("month", "weekday", "hour"):
            having = [place for place, each in enumerate(dates) if part in each.parts]
            if not having:
                continue
            for offset, value in enumerate(calendar.circle(part)):
                at_gaps = graph.run("Where", gaps, graph.double(0.0), value, name=f"{value}, 0 at gaps")
                some = graph.columns_of(at_gaps, having, many, f"{value}, of some dates")
                single = graph.cast(some, "float", f"{value}, single")
                self._block(single, [starts[dates[place].name][part] + offset for place in having])

    def _part_starts(self, each: told.DateInput) -> dict[str, int]:
        starts, column = {}, self._starts[each.name]
        for part in each.parts:
            starts[part] = column
            column += {"days": len(each.days.scalings), "year": len(each.year.scalings)}.get(part, 2)
        return starts

    def _encoded(self, known: str, numbers: Sequence[_Number]) -> None:
        """What networks see of numbers (rows, numbers), NaN at gaps."""
        graph, many = self._graph, len(numbers)
        gaps = graph.run("IsNaN", known, name="numbers: gaps")
        told_gaps = [place for place, each in enumerate(numbers) if each.gap is not None]
        if told_gaps:
            some = graph.columns_of(gaps, told_gaps, many, "numbers: gaps of training columns")
            flags = graph.cast(some, "float", "numbers: 1 at gaps")
            self._block(flags, [each.gap for each in numbers if each.gap is not None])
        fill = graph.constant(np.array([[each.description.fill for each in numbers]]), "numbers: medians")
        filled = graph.run("Where", gaps, fill, known, name="numbers: medians at gaps")
        self._scaled(filled, numbers)
        for place, each in enumerate(numbers):
            description = each.description
            column = each.start + len(description.scalings) + (each.gap is not None)
            if not description.spikes and description.means is None:
                continue
            value = graph.columns_of(filled, [place], many, f"{description.name}: number")
            gap = graph.columns_of(gaps, [place], many, f"{description.name}: gap")
            if description.spikes:
                self._spikes(description, value, gap, column)
                column += 1
            if description.means is not None:
                rows = {number + 0.0: row for row, number in enumerate(description.means.numbers, FIRST)}
                row = graph.looked_up(value, rows, f"{description.name}: row of means")
                self._means(description, description.means, row, gap, column)

    def _spikes(self, each: told.NumberInput, value: str, gap: str, column: int) -> None:
        graph = self._graph
        places = {number + 0.0: place for place, number in enumerate(each.spikes, 1)}
        place = graph.looked_up(value, places, f"{each.name}: place of a spike")
        zero = graph.constant(np.zeros((1, 1), np.int64), "no place")
        place = graph.run("Where", gap, zero, place, name=f"{each.name}: place, none at gaps")
        self._block(graph.cast(place, "float", f"{each.name}: spike"), [column])

    def _means(self, each: told.Input, means: told.Means, row: str, gap: str | None, column: int) -> None:
        """Rows of a table of means; `gap` tells where, unless the row does so."""
        graph = self._graph
        if gap is not None:
            of_gaps = graph.constant(np.full((1, 1), MISSING, np.int64), "row of gaps")
            row = graph.run("Where", gap, of_gaps, row, name=f"{each.name}: row of means or of gaps")
        table = graph.constant(means.rows.astype(np.float32), f"{each.name}: means of the target by level")
        flat = graph.flat(row, f"{each.name}: rows of means")
        found = graph.run("Gather", table, flat, name=f"{each.name}: means of the target")
        self._block(found, range(column, column + means.rows.shape[1]))

    def _scaled(self, filled: str, numbers: Sequence[_Number]) -> None:
        graph = self._graph
        every = [
            (place, each.start + offset, scaling)
            for place, each in enumerate(numbers)
            for offset, scaling in enumerate(each.description.scalings)
        ]
        value = graph.columns_of(filled, [place for place, _, _ in every], len(numbers), "numbers: to scale")
        centre = graph.constant(np.array([[each.centre for *_, each in every]]), "numbers: centres")
        scale = graph.constant(np.array([[each.scale for *_, each in every]]), "numbers: scales")
        value = graph.run("Sub", value, centre, name="numbers: centred")
        value = graph.run("Div", value, scale, name="numbers: in units of the scale")
        value = self._clipped(value, LARGEST, "numbers: finite")
        found: list[tuple[str, list[int]]] = []
        bent = [place for place, (*_, each) in enumerate(every) if each.is_robust]
        straight = [place for place, (*_, each) in enumerate(every) if not each.is_robust and not each.knots]
        if straight:
            found.append((graph.columns_of(value, straight, len(every), "numbers: linear"), straight))
        if bent:
            some = graph.columns_of(value, bent, len(every), "numbers: robust")
            found.append((self._bent(some), bent))
        for place, (_, column, scaling) in enumerate(every):
            if scaling.knots:
                name = f"column {column} of the matrix"
                some = graph.columns_of(value, [place], len(every), name)
                found.append((self._curved(some, scaling.knots, name), [place]))
        for some, places in found:
            clipped = self._clipped(some, LARGEST_SCALED, "numbers: not too far out")
            single = graph.cast(clipped, "float", "numbers: scaled")
            self._block(single, [every[place][1] for place in places])

    def _clipped(self, value: str, most: float, name: str) -> str:
        graph = self._graph
        low, high = (
            graph.constant(np.array(sign * most, np.float64), f"{sign * most:.6g} (limit)")
            for sign in (-1, 1)
        )
        return graph.run("Clip", value, low, high, name=name)

    def _bent(self, value: str) -> str:
        """u / sqrt(1 + (u / 3)²)."""
        graph = self._graph
        value = self._clipped(value, FAR, "robust: not too far out")
        third = graph.run("Div", value, graph.double(3.0), name="robust: a third")
        square = graph.run("Mul", third, third, name="robust: square")
        root = graph.run(
            "Sqrt",
            graph.run("Add", square, graph.double(1.0), name="robust: 1 and square"),
            name="robust: root",
        )
        return graph.run("Div", value, root, name="robust: bent")

    def _curved(self, value: str, knots: Sequence[told.Knot], name: str) -> str:
        """The curve through knots at values (rows, 1), found in two steps: a block of knots, then one."""
        graph = self._graph
        at, end, height, start = (
            np.array([getattr(each, part) for each in knots]) for part in ("at", "end", "height", "start")
        )
        low, high = graph.double(at[0]), graph.double(at[-1])
        inside = graph.run(
            "Max",
            graph.run("Min", value, high, name=f"{name}: not above"),
            low,
            name=f"{name}: within the knots",
        )
        left = self._left_of(inside, at, name)
        last = graph.constant(np.full((1, 1), max(len(at) - 1, 0), np.int64), f"{name}: last knot")
        one = graph.constant(np.ones((1, 1), np.int64), "one")
        right = graph.run(
            "Min", graph.run("Add", left, one, name=f"{name}: next"), last, name=f"{name}: right knot"
        )

        def of(values: object, place: str, said: str) -> str:
            return graph.run(
                "Gather", graph.constant(values, f"{name}: {said}s"), place, name=f"{name}: {said}"
            )

        half = graph.double(0.5)
        # Halves do not overflow.
        halves = [
            graph.run("Mul", each, half, name=f"{name}: half")
            for each in (inside, of(at, left, "left end"), of(at, right, "right end"))
        ]
        distance = graph.run("Sub", halves[0], halves[1], name=f"{name}: from the left")
        at_knot = graph.run("Equal", inside, of(at, left, "left knot"), name=f"{name}: is it a knot")
        length = graph.run("Sub", halves[2], halves[1], name=f"{name}: length")
        length = graph.run("Where", at_knot, graph.double(1.0), length, name=f"{name}: length, never 0")
        share = graph.run("Div", distance, length, name=f"{name}: share of the line")
        begin = of(start, left, "start of the line")
        rise = graph.run("Sub", of(end, right, "end of the line"), begin, name=f"{name}: rise")
        between = graph.run(
            "Add", begin, graph.run("Mul", share, rise, name=f"{name}: risen"), name=f"{name}: between knots"
        )
        found = graph.run("Where", at_knot, of(height, left, "height"), between, name=f"{name}: on the curve")
        below = graph.run("Less", value, low, name=f"{name}: is it below")
        above = graph.run("Greater", value, high, name=f"{name}: is it above")
        found = graph.run("Where", below, graph.double(end[0]), found, name=f"{name}: with those below")
        return graph.run("Where", above, graph.double(start[-1]), found, name=f"{name}: by quantiles")

    def _left_of(self, inside: str, at: Array, name: str) -> str:
        """The place (rows, 1) of the last knot that is not above values within the knots."""
        graph = self._graph
        size = int(np.ceil(np.sqrt(len(at))))
        padded = np.full(-(-len(at) // size) * size, np.inf)
        padded[: len(at)] = at
        blocks = padded.reshape(-1, size)
        block = self._not_above(
            graph.constant(blocks[:, 0][None], f"{name}: first knots"), inside, f"{name}: block"
        )
        flat = graph.flat(block, f"{name}: blocks")
        knots = graph.run(
            "Gather", graph.constant(blocks, f"{name}: knots"), flat, name=f"{name}: knots near"
        )
        within = self._not_above(knots, inside, f"{name}: place in the block")
        length = graph.constant(np.full((1, 1), size, np.int64), "knots of a block")
        before = graph.run("Mul", block, length, name=f"{name}: knots before")
        return graph.run("Add", before, within, name=f"{name}: left knot's place")

    def _not_above(self, knots: str, value: str, name: str) -> str:
        """How many knots of each row are not above its value, less one."""
        graph = self._graph
        reached = graph.run("GreaterOrEqual", value, knots, name=f"{name}: is it reached")
        ones = graph.cast(reached, "int64", f"{name}: 1 where reached")
        axis = graph.indices([1], "over columns")
        many = graph.run("ReduceSum", ones, axis, name=f"{name}: how many", keepdims=1)
        return graph.run("Sub", many, graph.constant(np.ones((1, 1), np.int64), "one"), name=name)

    # Categories

    def _category(self, each: told.CategoryInput) -> None:
        graph, start = self._graph, self._starts[each.name]
        places = {own: place for place, own in enumerate(levels.keys_of(each), 1)}
        codes = len(each.levels) + each.had_gaps
        own_width = 1 if each.is_embedded else codes
        if own_width:
            gap = codes if each.had_gaps else 0
            place = self._place(each, places, gap, "level")
            if each.is_embedded:
                self._block(graph.cast(place, "float", f"{each.name}: code"), [start])
            else:
                every = graph.constant(np.arange(1, codes + 1)[None], f"{each.name}: places of levels")
                is_level = graph.run("Equal", place, every, name=f"{each.name}: is it the level")
                ones = graph.cast(is_level, "float", f"{each.name}: 1 at the level")
                self._block(ones, range(start, start + codes))
        if each.means is not None:
            rows = {level: row for row, level in enumerate(each.means.texts, FIRST)}
            row = self._place(each, rows, MISSING, "row of means")
            self._means(each, each.means, row, None, start + own_width)

    def _place(self, each: told.CategoryInput, place_of: dict[str, int], gap: int, said: str) -> str:
        """(rows, 1) The place of a cell, 0 for what is none."""
        graph, name = self._graph, f"{each.name}: {said}"
        if kind_of(each) != DOUBLE:
            return graph.looked_up(each.name, levels.by_text(each, place_of, gap), name)
        place = graph.looked_up(each.name, levels.by_number(place_of) or {0.0: 0}, name)
        gaps = graph.run("IsNaN", each.name, name=f"{name}: gaps")
        for number in levels.missing_numbers(each):
            found = graph.run("Equal", each.name, graph.double(number), name=f"{name}: is it {number:g}")
            gaps = graph.run("Or", gaps, found, name=f"{name}: gaps")
        of_gaps = graph.constant(np.full((1, 1), gap, np.int64), f"{gap} for a gap")
        return graph.run("Where", gaps, of_gaps, place, name=f"{name} or gap")
