"""Dates as seconds since 1970 to the parts that networks see."""

import numpy as np

from mlpcli.workflows.exporting.onnx_graph.graph import Graph

EARLIEST, LATEST = -62_135_596_800.0, 253_402_300_800.0
"""Seconds of the years 1 to 9999, the latter excluded."""
LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
CYCLES = {"month": 12, "weekday": 7, "hour": 24}


class Calendar:
    """Parts of dates (rows, dates) of double precision; anything where the seconds are a gap.

    Year, month and day by Howard Hinnant's `civil_from_days`: whole numbers within doubles, of years that
    begin in March.
    """

    def __init__(self, graph: Graph, seconds: str, gaps: str) -> None:
        self._graph = graph
        self._seconds = graph.run("Where", gaps, graph.double(0.0), seconds, name="dates: seconds")
        self.days = self._divided(self._seconds, 86_400, "days")
        self._whole = self._floor(self.days, "whole days")
        self._years: tuple[str, str, str] | None = None

    def year(self) -> str:
        """The year."""
        return self._year_month_day()[0]

    def circle(self, part: str) -> tuple[str, str]:
        """Sine and cosine of the place in the cycle of a month, weekday or hour."""
        place = {"month": self._month, "weekday": self._weekday, "hour": self._hour}[part]()
        angle = self._run("Mul", place, 2 * np.pi / CYCLES[part], f"{part}: angle")
        return (
            self._graph.run("Sin", angle, name=f"dates: {part}, sine"),
            self._graph.cosine(angle, f"dates: {part}, cosine"),
        )

    def _month(self) -> str:
        """Months since January, with the part of the month that is over."""
        graph = self._graph
        year, month, day = self._year_month_day()
        place = graph.cast(self._run("Sub", month, 1, "month from 0"), "int64", "dates: place of the month")
        lengths = graph.constant(np.array(LENGTHS, np.float64), "lengths of months")
        length = graph.run("Gather", lengths, place, name="dates: usual length of the month")
        leap = self._is_leap(year)
        february = graph.run("Equal", month, graph.double(2.0), name="dates: is it February")
        longer = graph.cast(
            graph.run("And", leap, february, name="dates: is it a long February"),
            "double",
            "dates: a day more",
        )
        length = graph.run("Add", length, longer, name="dates: length of the month")
        over = graph.run(
            "Div", self._run("Sub", day, 1, "days over"), length, name="dates: part of the month"
        )
        return graph.run("Add", self._run("Sub", month, 1, "months over"), over, name="dates: month")

    def _is_leap(self, year: str) -> str:
        graph = self._graph

        def divides(number: int) -> str:
            quotient = self._divided(year, number, f"year / {number}")
            return graph.run(
                "Equal",
                quotient,
                self._floor(quotient, f"whole year / {number}"),
                name=f"dates: does {number} divide the year",
            )

        century = graph.run("Xor", divides(100), divides(400), name="dates: is it a short century")
        return graph.run(
            "Greater",
            graph.cast(divides(4), "double", "dates: fourth year"),
            graph.cast(century, "double", "dates: short century"),
            name="dates: is it a leap year",
        )

    def _weekday(self) -> str:
        return self._modulo(self._run("Add", self._whole, 3, "days since a Monday"), 7, "weekday")

    def _hour(self) -> str:
        return self._divided(self._modulo(self._seconds, 86_400, "seconds of the day"), 3600, "hour")

    def _year_month_day(self) -> tuple[str, str, str]:
        if self._years is None:
            self._years = self._computed()
        return self._years

    def _computed(self) -> tuple[str, str, str]:
        graph = self._graph
        since = self._run("Add", self._whole, 719_468, "days since March of year 0")
        cycle = self._floor(self._divided(since, 146_097, "cycles of 400 years"), "cycle")
        day = self._less(since, self._run("Mul", cycle, 146_097, "days before the cycle"), "day of the cycle")
        leaps = [
            self._floor(self._divided(day, days, f"days / {days}"), f"whole days / {days}")
            for days in (1_460, 36_524, 146_096)
        ]
        usual = self._less(day, leaps[0], "days but those of fourth years")
        usual = graph.run("Add", usual, leaps[1], name="dates: and those of centuries")
        usual = self._less(usual, leaps[2], "usual days")
        year = self._floor(self._divided(usual, 365, "years of the cycle"), "year of the cycle")
        before = self._run("Mul", year, 365, "usual days before the year")
        fourth = self._floor(self._divided(year, 4, "fourth years"), "fourth years before")
        century = self._floor(self._divided(year, 100, "centuries"), "centuries before")
        before = graph.run("Add", before, fourth, name="dates: days with those of fourth years")
        before = self._less(before, century, "days before the year")
        of_year = self._less(day, before, "day since March")
        shifted = self._run("Add", self._run("Mul", of_year, 5, "days * 5"), 2, "days * 5 + 2")
        from_march = self._floor(self._divided(shifted, 153, "months since March"), "month since March")
        start = self._run("Add", self._run("Mul", from_march, 153, "months * 153"), 2, "months * 153 + 2")
        start = self._floor(self._divided(start, 5, "days to the month"), "days before the month")
        day_of_month = self._run(
            "Add", self._less(of_year, start, "days of the month"), 1, "day of the month"
        )
        is_late = graph.run("Less", from_march, graph.double(10.0), name="dates: is it before January")
        to_month = graph.run(
            "Where", is_late, graph.double(3.0), graph.double(-9.0), name="dates: to the month"
        )
        month = graph.run("Add", from_march, to_month, name="dates: month of the year")
        later = graph.run("Where", is_late, graph.double(0.0), graph.double(1.0), name="dates: to the year")
        whole = graph.run(
            "Add",
            self._run("Mul", cycle, 400, "years before the cycle"),
            year,
            name="dates: year since March",
        )
        return graph.run("Add", whole, later, name="dates: year"), month, day_of_month

    def _run(self, operator: str, value: str, number: float, name: str) -> str:
        return self._graph.run(operator, value, self._graph.double(number), name=f"dates: {name}")

    def _less(self, value: str, other: str, name: str) -> str:
        return self._graph.run("Sub", value, other, name=f"dates: {name}")

    def _divided(self, value: str, number: int, name: str) -> str:
        return self._run("Div", value, number, name)

    def _floor(self, value: str, name: str) -> str:
        return self._graph.run("Floor", value, name=f"dates: {name}")

    def _modulo(self, value: str, number: int, name: str) -> str:
        whole = self._floor(self._divided(value, number, f"{name}: cycles"), f"{name}: whole cycles")
        return self._less(value, self._run("Mul", whole, number, f"{name}: before"), name)
