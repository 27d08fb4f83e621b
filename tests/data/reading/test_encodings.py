"""Small tables that are not in UTF-8, of several languages: which encoding they are read in."""

import random
from pathlib import Path

import pytest

from mlpcli.data.reading.encodings import likely_encoding
from tests.data.examples import rows_of, write

WORDS = {
    "cp949": "직업 나이 성별 회사원 학생 공무원 자영업 남자 여자 찬성 반대 미혼 기혼 의사 간호사 빨강 파랑",
    "cp932": "職業 年齢 性別 会社員 学生 公務員 主婦 男性 女性 賛成 反対 ラーメン カレー すし 未婚 赤 青",
    "gb18030": "职业 年龄 性别 工人 学生 医生 教师 男 女 同意 反对 咖啡 绿茶 米饭 已婚 红色 蓝色",
    "cp1251": "профессия возраст пол рабочий студент врач учитель мужской согласен против чай кофе рис",
    "cp1252": "métier âge célibataire marié ouvrière infirmière élève français thé café préféré désaccord",
    "cp1252 ": "Größe Länge Höhe Ärztin Schüler Bäcker Öffnung weiß grün süß Brühe Küche Maßstab Prüfung",
    "cp1252  ": "niñez montaña ánimo señora médico año inglés tímido rápido sábado corazón peatón español",
    "cp1252   ": "São ações médico irmã coração país água manhã chá você lâmpada técnico nação calças",
    "cp1250": "zawód płeć męska żona mąż książę źródło ćma łąka śnieg świat kość wieś gołąb dźwięk wrzesień",
    "iso8859_2": "żółty zielony lekarz żołnierz głośnik śliwka ćwikła kość gęś ślimak wąż łoś źrebak",
    "big5": "職業 年齡 性別 工人 學生 醫生 老師 男 女 同意 反對 咖啡 綠茶 米飯 已婚 紅色 藍色",
    "cp1253": "επάγγελμα ηλικία φύλο εργάτης φοιτητής γιατρός άνδρας γυναίκα καφές τσάι ρύζι κόκκινο",
    "koi8_r": "профессия возраст рабочий студент врач учитель мужской женский согласен против кофе",
}
"""By encoding, with blanks behind it for its further languages."""


def table(words: list[str], shape: str, lines: int) -> str:
    """Lines of a table: words in every column, in one, in the header alone, or in a few cells."""
    draw = random.Random(f"{words[0]} {shape} {lines}")
    header = words[:4] if shape in ("all", "header") else ["id", "group", "colour", "x"]
    rows = []
    for row in range(lines):
        word, number = draw.choice(words), f"{draw.gauss(0, 1):.3f}"
        if shape == "all":
            rows.append([word, draw.choice(words), draw.choice(words[4:8]), number])
        elif shape == "few":
            rows.append([f"user{row}", "north", word if row % 7 == 0 else "other", number])
        else:
            rows.append([str(row), word if shape == "one" else "A", "red", number])
    return "\n".join(",".join(row) for row in [header, *rows]) + "\n"


@pytest.mark.parametrize(
    ("shape", "lines"),
    [
        ("all", 3),
        ("all", 20),
        ("all", 200),
        ("one", 20),
        ("one", 100),
        ("header", 20),
        ("few", 40),
        ("few", 200),
    ],
)
@pytest.mark.parametrize("language", WORDS)
def test_a_small_table_is_read_rightly(language: str, shape: str, lines: int) -> None:
    text = table(WORDS[language].split(), shape, lines)
    content = text.encode(language.strip())
    assert content.decode(likely_encoding(content)) == text


def test_the_end_may_be_cut_within_a_character() -> None:
    content = table(WORDS["cp932"].split(), "all", 50).encode("cp932")
    assert {likely_encoding(content[:end]) for end in range(400, 440)} == {"cp932"}


def test_signs_alone_are_cp1252() -> None:
    assert likely_encoding("temperature °C,price €\n1,2\n".encode("cp1252")) == "cp1252"


def test_korean_rows_from_a_file(tmp_path: Path) -> None:
    text = "이름,도시\n김민수,서울\n이영희,부산\n"
    header, cells, _ = rows_of(write(tmp_path, "a.csv", text.encode("cp949")))
    assert (header, cells) == (["이름", "도시"], [["김민수", "서울"], ["이영희", "부산"]])
