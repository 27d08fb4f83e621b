"""Which columns of words are texts: reviews and remarks; no names, titles, addresses, codes or answers."""

from collections.abc import Callable

import numpy as np
import pytest

from mlpcli.data.columns.free_text import free_text
from tests.data.examples import text_column

Make = Callable[[np.random.Generator], str]
SENTENCE = (
    "the dress is soft and warm but small i love it so very much not for me this fabric feels cheap after "
    "one wash my size was too large color great fit nice"
)
WORDS = SENTENCE.split()
FIRST, LAST = (["".join(letters) for letters in zip(*[iter(text)] * 4, strict=False)] for text in (
    "AnnaBellCaraDoraEllaFaraGinaHeraInesJanaKiraLenaMinaNoraOdaxPiaxQuinRosaSaraTina",
    "KochBeckVogtHaasLangWolfKuhnEngePohlRothSimoWinkGrafDietBuscHornBergFuchKeilNoll",
))  # fmt: skip
HAN = (
    "\u8863\u670d\u5f88\u597d\u770b\u4f46\u662f\u5c3a\u7801\u5c0f\u4e86"
    "\u6211\u559c\u6b22\u989c\u8272\u8d28\u91cf\u4e0d\u9519"
)


def some(generator: np.random.Generator, words: list[str], least: int, most: int) -> str:
    return " ".join(generator.choice(words, generator.integers(least, most + 1)))


TEXTS: dict[str, Make] = {
    "reviews": lambda generator: some(generator, WORDS, 8, 30).capitalize(),
    "reviews in capitals": lambda generator: some(generator, WORDS, 8, 30).upper(),
    "titles of reviews": lambda generator: some(generator, WORDS, 2, 7).capitalize(),
    "Chinese": lambda generator: "".join(generator.choice([*HAN], 30)),
    "web pages": lambda generator: f"<p class='review'>{some(generator, WORDS, 8, 30)}</p>",
}
OTHERS: dict[str, Make] = {
    "names": lambda generator: f"{some(generator, FIRST, 2, 2)} {generator.choice(LAST)}",
    "names in capitals": lambda generator: some(generator, FIRST, 3, 3).upper(),
    "two words": lambda generator: some(generator, WORDS, 2, 2),
    "titles of books": lambda generator: some(generator, WORDS, 3, 7).title(),
    "addresses": lambda generator: f"{generator.integers(999)} {some(generator, LAST, 1, 2)} Street",
    "codes": lambda generator: "-".join(map(str, generator.integers(0, 10_000, 4))),
    "codes of letters": lambda generator: " ".join(map(hex, generator.integers(10**9, size=9))),
    "numbered": lambda generator: f"order number {generator.integers(10**9)} of the shop in the street",
    "answers": lambda generator: f"I do not have children but intend to {generator.choice(WORDS)}",
    "numbers": lambda generator: " ".join(map(str, generator.integers(0, 9, 12))),
}  # fmt: skip


def told(make: Make, rows: int = 2_000) -> str:
    generator = np.random.default_rng(4)
    return free_text(text_column([make(generator) for _ in range(rows)]).compact())


@pytest.mark.parametrize("name", TEXTS)
def test_texts(name: str) -> None:
    assert told(TEXTS[name]).startswith("text of about ")


@pytest.mark.parametrize("name", OTHERS)
def test_others(name: str) -> None:
    assert told(OTHERS[name]) == ""


def test_the_reason() -> None:
    cells = [f"word {word} is beside a {word} and a {other}" for word in WORDS[:15] for other in WORDS[:15]]
    said = "text of about 9 words a cell, most of which other rows have, too"
    assert free_text(text_column(cells).compact()) == said


def test_few_rows_are_no_text() -> None:
    assert told(TEXTS["reviews"], 199) == ""


def test_long_cells_are_read_from_their_beginning() -> None:
    cells = [f"{text} " * 20_000 for text in ("so soft", "too small", "not warm")]
    assert free_text(text_column([f"{cell}{row}" for row, cell in enumerate(cells * 10)]).compact()) == ""
