"""Shapes of cells, told without knowing their column: numbers, dates, units, words for totals, footers."""

import re
from collections.abc import Iterable, Sequence

from mlpcli.data.columns.readings import MISSING_WORDS
from mlpcli.data.spelling import cleaned

Row = Sequence[str]

MOSTLY = 0.9
"""Share of the cells of a column that must be numbers or dates for it to be one of these."""
FEWEST = 2
"""Numbers or dates by which a column is known to be one of these."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NUMBER = re.compile(
    r"[-+\u2212\u2013(]?\s?[$€£¥]?\s?[-+]?(?:\d[\d.,'\u2019\s]{0,40}|[.,]\d{1,40})(?:[eE][-+]?\d{1,4})?\s?[%€$£)]?"
)
_DATE = re.compile(
    r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}(?:[T ,].{0,30})?|\d{4}-\d{1,2}|\d{1,2}:\d{2}(?::\d{2}.{0,20})?"
)
_DASHES = ("-", "--", "\u2013", "\u2014", ".", "..", "\\n")
_MISSING = frozenset(word.casefold() for word in (*MISSING_WORDS, *_DASHES))

_SINGLE_LETTERS = frozenset("mshgltVAWKNJCF%‰°$€£¥Ω#")
_UNITS = _words(
    "mm cm km nm µm μm um dm in ft yd mi ha mg kg µg μg ug ng lb lbs oz ml dl cl µl μl ul gal ms µs us ns "
    "sec secs second seconds min mins minute minutes hr hrs hour hours day days week weeks month months yr "
    "yrs year years hz khz mhz ghz pa hpa kpa mpa bar mbar psi atm mv kv ma kw mw gw kwh mwh wh kj mj kcal "
    "cal °c °f ºc degc degf deg degrees rad usd eur gbp jpy chf ppm ppb db mol mmol nmol rpm mph kmh kph "
    "kmph kt kts knots percent pct count counts units unit pcs pieces persons people years_old lx lux"
)
_COMPOUND = re.compile(
    r"[^\W\d_]{0,8}[%°]?[^\W\d_]{0,8}[²³]?(?:\^?-?\d)?(?:\s?[/·*]\s?|\s|\^-?)[°]?[^\W\d_]{1,8}[²³]?(?:\^?-?\d)?"
    r"(?:[/·*\s][^\W\d_]{1,8}[²³]?(?:\^?-?\d)?)?"
)
_MARKS = re.compile(r"[/·^*²³]|-\d$")
_SQUARE = re.compile(r"[^\W\d_]{1,3}(?:[²³]|\^?-?[23])")
_BRACKETED = re.compile(r"\[([^\[\]]{0,30})\]|\(([^()]{1,30})\)")
_TYPES = _words(
    "float float32 float64 int int8 int16 int32 int64 integer bigint smallint str string text char varchar "
    "object category categorical nominal numeric number double real decimal bool boolean date datetime "
    "datetime64[ns] timestamp time continuous discrete"
)

_SUMS = _words(
    "total totals sub-total subtotal sum sums summe summen gesamt gesamtsumme insgesamt zusammen somme suma "
    "totales totale somma totaal razem итого всего сумма 合計 合计 总计 總計 小計 합계 총계 toplam summa "
    "yhteensä celkem összesen"
)
_AGGREGATES = _words(
    "overall average averages avg mean median count min max minimum maximum std stdev stddev std. mittelwert "
    "durchschnitt anzahl moyenne ensemble media promedio gemiddelde среднее 平均 평균 ortalama"
)
_TOTAL_LEADS = re.compile(
    r"(?:grand\s+|sub[- ]?|column\s+|overall\s+)?"
    r"(?:totals?|gesamt\w{0,12}|summe|итого|всего|合計|合计|总计)\b.{0,40}"
)
_FOOTER = re.compile(
    r"\(\s*[\d,. ]+ (?:rows?|records?|lines?|entries|zeilen|lignes|filas)\b.*\)?|"
    r"[\d,. ]+ (?:rows?|records?|zeilen|lignes|filas)\b.*|"
    r"(?:--|==|\*\*|##|//|#|\*)\s*\S.*|[-=*_]{3,}|"
    r"(?:sources?|notes?|footnotes?|quelle|hinweis|anmerkung|copyright|©|generated|exported|created|"
    r"last updated|updated|report)\s*(?:[:.©(].*|by .*|on .*)|end of (?:file|report|data|table).*|<?eof>?",
    re.IGNORECASE | re.DOTALL,
)


def is_missing(cell: str) -> bool:
    """Whether a cell says that there is nothing."""
    return cell.strip().casefold() in _MISSING


def is_number(cell: str) -> bool:
    """Whether a cell is written as a number, with any decimal mark, a currency or a percent sign."""
    cell = cell.strip()
    return len(cell) <= 60 and any(map(str.isdigit, cell)) and _NUMBER.fullmatch(cell) is not None


def is_measured(cell: str) -> bool:
    """Whether a cell is written as a number, a date or a time."""
    return is_number(cell) or _DATE.fullmatch(cell.strip()) is not None


def is_word(cell: str) -> bool:
    """Whether a cell holds something that is neither a number nor a date."""
    return not is_missing(cell) and not is_measured(cell)


def is_type(cell: str) -> bool:
    """Whether a cell names a type of values."""
    return cell.strip().casefold() in _TYPES


def is_unit(cell: str) -> bool:
    """Whether a cell is written as a unit, such as `m/s`, `[mm]` or `days`, or names a type of values."""
    cell = cell.strip()
    if len(cell) <= 1:
        return cell in _SINGLE_LETTERS
    if (bracketed := _BRACKETED.fullmatch(cell)) is not None:
        inside = (bracketed[1] or bracketed[2] or "").strip()
        return inside in ("", "-", "1") or is_unit(inside)
    return (
        cell.casefold() in _UNITS
        or is_type(cell)
        or _SQUARE.fullmatch(cell) is not None
        or (len(cell) <= 20 and bool(_MARKS.search(cell)) and bool(_COMPOUND.fullmatch(cell)))
    )


def is_total(cell: str) -> bool:
    """Whether a cell is a word for a total, an average or a count, such as `Total`, `Summe:` or `合計`."""
    if cell[:1].isdigit() or cell[1:2].isdigit():
        return False
    words = _bare(cell)
    return len(words) <= 60 and (
        words in _SUMS or words in _AGGREGATES or _TOTAL_LEADS.fullmatch(words) is not None
    )


def is_sum(cell: str) -> bool:
    """Whether a cell is a word for a total and nothing else, such as `Total:` or `合計`."""
    return _bare(cell) in _SUMS


def _bare(cell: str) -> str:
    return cleaned(cell[:200]).casefold().strip(" :.*-=()[]").strip()


def is_footer(text: str) -> bool:
    """Whether a text is one that stands below tables, such as `(240 rows affected)` or `Source: ...`."""
    return _FOOTER.fullmatch(cleaned(text[:300])) is not None


def measured_columns(rows: Sequence[Row], width: int) -> list[int]:
    """The positions of columns whose cells are numbers or dates, nearly all that are not missing."""
    found = []
    for position in range(width):
        there = [row[position] for row in rows if not is_missing(row[position])]
        measured = sum(map(is_measured, there))
        if measured >= FEWEST and measured >= MOSTLY * len(there):
            found.append(position)
    return found


def are_names(cells: Row) -> bool:
    """Whether cells may be the names of columns: all there, all different, none a number or a date."""
    names = [cleaned(cell) for cell in cells]
    return (
        all(names)
        and len(set(names)) == len(names)
        and not any(is_measured(name) or len(name) > 200 for name in names)
    )


def is_series(cells: Iterable[str]) -> bool:
    """Whether cells are whole numbers in equal steps, as years are that name columns."""
    texts = [cell.strip() for cell in cells]
    if len(texts) < 3 or not all(text.isdecimal() and len(text) <= 9 for text in texts):
        return False
    values = list(map(int, texts))
    step = values[1] - values[0]
    return step != 0 and values == list(range(values[0], values[0] + step * len(values), step))


def is_header(cells: Row, rows: Sequence[Row]) -> bool:
    """Whether cells are clearly names for the columns of `rows`: words over numbers or dates; or, where no
    column is of these, words that do not come again where others do."""
    width = len(cells)
    # The first may be that of an index, the last one behind a delimiter too many.
    if not all(cell.strip() for cell in cells[1:-1]) or not any(cell.strip() for cell in cells):
        return False
    measured = [cell for cell in cells if is_measured(cell)]
    if measured and not is_series(measured):
        return False
    if any(is_word(cells[position]) for position in measured_columns(rows, width)):
        return True
    columns = [[row[position].strip() for row in rows] for position in range(width)]
    if len(rows) < 5:
        return False
    if measured_columns(rows, width) and not (measured and any(map(is_word, cells))):
        return False
    repeats = measured or any(len(set(column)) < len(column) for column in columns)
    return bool(repeats) and not any(
        cell.strip() in column for cell, column in zip(cells, columns, strict=True) if cell.strip()
    )


def is_data(cells: Row, rows: Sequence[Row]) -> bool:
    """Whether the cells of a first row look like those of the rows below it rather than like names."""
    numbers = [cell for cell in cells if is_measured(cell)]
    if not numbers or len(rows) < 3 or is_series(numbers):
        return False
    width = len(cells)
    measured = measured_columns(rows, width)
    if any(is_word(cells[position]) for position in measured):
        return False
    others = [position for position in range(width) if position not in measured]
    if not all(
        is_missing(cells[position]) or cells[position] in {row[position] for row in rows}
        for position in others
    ):
        return False
    if len(set(numbers)) < len(numbers) or any(not each.strip().isdecimal() for each in numbers):
        return True
    # Whole numbers that are all different may be names, such as those of classes or years.
    return bool(others) and any(is_word(cells[position]) for position in others)
