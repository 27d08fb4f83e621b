"""Columns of text aligned for a width: long texts wrap between words, and wide tables go on below."""

from collections.abc import Iterator, Sequence

from mlpcli.text_width import padded, width_of, wrapped

INDENT, GAP = 2, 2
LEAST_WIDTH = 8
"""Cells of a wrapped column, however narrow the screen."""

WIDEST_HEADER = 4
"""Part of the screen that the header of a column of numbers may take before it wraps."""

Piece = tuple[str, str]
"""Text and its style."""


class Styled(str):
    """A cell with a style, such as green."""

    style: str

    def __new__(cls, text: str, style: str) -> "Styled":
        cell = super().__new__(cls, text)
        cell.style = style
        return cell


def style_of(cell: str) -> str:
    """The style of a cell; none for plain text."""
    return cell.style if isinstance(cell, Styled) else ""


def laid_out(
    headers: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int], width: int = 0
) -> Iterator[list[Piece]]:
    """Lines of a table in pieces; columns in `numbers` stand at the right and never wrap.

    Width 0 is no limit. Columns that do not fit stand in a further block below, where the first is repeated.
    """
    styles = [[style_of(cell) for cell in row] for row in rows]
    if headers:
        rows, styles = [headers, *rows], [["dim"] * len(headers), *styles]
    elif rows:
        styles = [["dim", *row[1:]] for row in styles]
    if not rows:
        return
    columns = list(zip(*rows, strict=True))
    natural = [max(map(width_of, cells)) for cells in columns]
    heads = [cells[:1] if headers else () for cells in columns]
    least = [
        _least(cells, head, width, wraps=place not in numbers)
        for place, (cells, head) in enumerate(zip(columns, heads, strict=True))
    ]
    for number, block in enumerate(_blocks(least, width)):
        if number:
            yield []
        widths = _fitted([natural[each] for each in block], [least[each] for each in block], width)
        for row, row_styles in zip(rows, styles, strict=True):
            yield from _lines(
                [row[each] for each in block],
                [row_styles[each] for each in block],
                widths,
                [each in numbers for each in block],
            )


def _least(cells: Sequence[str], head: Sequence[str], width: int, *, wraps: bool) -> int:
    """The least width of a column; of one that does not wrap, only its header does."""
    if not width:
        return max(map(width_of, cells))
    if wraps:
        return max(min(_longest_word(cells), width), 1)
    body = max(map(width_of, cells[len(head) :]), default=0)
    return max(body, min(_longest_word(head), width // WIDEST_HEADER))


def _longest_word(cells: Sequence[str]) -> int:
    return max((width_of(word) for cell in cells for word in cell.split(" ")), default=0)


def _needed(widths: Sequence[int]) -> int:
    return INDENT + sum(widths) + GAP * (len(widths) - 1)


def _blocks(least: Sequence[int], width: int) -> list[list[int]]:
    """Columns that fit beside one another, each block with the first column."""
    blocks = [[0]]
    for place in range(1, len(least)):
        wider = [*blocks[-1], place]
        if width and len(wider) > 2 and _needed([least[each] for each in wider]) > width:
            blocks.append([0, place])
        else:
            blocks[-1] = wider
    return blocks


def _fitted(natural: Sequence[int], least: Sequence[int], width: int) -> list[int]:
    """Widths that fit: the widest of the columns that may wrap gives way."""
    widths = list(natural)
    while width and (excess := _needed(widths) - width) > 0:
        place = max(range(len(widths)), key=lambda each: (widths[each] > least[each], widths[each]))
        if widths[place] <= least[place]:
            # A single word is wider than the screen: it is cut into pieces.
            place = max(range(len(widths)), key=lambda each: widths[each])
            widths[place] = max(widths[place] - excess, LEAST_WIDTH)
            break
        others = [each for other, each in enumerate(widths) if other != place and each > least[other]]
        step = max(1, min(excess, widths[place] - max([*others, 0])))
        widths[place] = max(widths[place] - step, least[place])
    return widths


def _lines(
    cells: Sequence[str], styles: Sequence[str], widths: Sequence[int], to_right: Sequence[bool]
) -> Iterator[list[Piece]]:
    """The lines of a row, as many as its longest cell takes."""
    parts = [
        [cell] if width_of(cell) <= width else wrapped(cell, width)
        for cell, width in zip(cells, widths, strict=True)
    ]
    last = len(cells) - 1
    for number in range(max(map(len, parts))):
        line: list[Piece] = []
        for place, lines in enumerate(parts):
            said = lines[number] if number < len(lines) else ""
            blanks = " " * (GAP if place else INDENT)
            right = to_right[place]
            fitted = said if place == last and not right else padded(said, widths[place], right=right)
            line.append((blanks + fitted, styles[place]))
        yield line
