"""Words by which people and programs say that there is no value."""

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.blanks import as_seen


def _listed(words: str) -> list[str]:
    return [word.strip() for word in words.split("|")]


_SPREADSHEETS = _listed("""
    #n/a | #n/a n/a | #na | #div/0! | #ref! | #value! | #name? | #null! | #num! | #error | #error! |
    #getting_data | #spill! | #calc! | #field! | #unknown! | #connect! | #blocked! | #busy! | err:502 |
    err:503 | err:508 | err:511 | err:519 | err:522 | err:523 | #wert! | #bezug! | #zahl! | #nv | #name! |
    #leer! | #überlauf! | #valeur! | #nom? | #nombre! | #nul! | #¡valor! | #¡ref! | #¿nombre? | #¡num! |
    #¡div/0! | #valore! | #rif! | #valor! | #núm!
""")
"""In the order of Excel, LibreOffice, and Excel in German, French, Spanish, Italian and Portuguese."""
_DATABASES = _listed("""
    null | \\n | (null) | <null> | [null] | {null} | #null | nul | none | (none) | <none> | <na> |
    (na) | undefined | <undefined> | [] | {} | 0000-00-00 | 0000-00-00 00:00:00 | 00.00.0000 | 00/00/0000
""")
"""With the zero dates of MySQL and SAP."""
_STATISTICS = _listed("""
    . | .a | .b | .c | .d | .e | .f | .g | .h | .i | .j | .k | .l | .m | .n | .o | .p | .q | .r | .s | .t |
    .u | .v | .w | .x | .y | .z | ._ | nan | -nan | +nan | nan(ind) | -nan(ind) | nan(snan) | #nan |
    1.#ind | -1.#ind | 1.#qnan | -1.#qnan | 1.#nan | nat | na | <nan> | na_integer_ | na_real_ |
    na_character_ | #sysmis | sysmis | system missing | missing value
""")
"""Stata and SAS, C and Python, R, SPSS."""
_OFFICES = _listed("""
    .. | ... | .... | … | : | (:) | :c | :u | : c | : u | (x) | (d) | (s) | x? | – | — | − | ― | ‐ | / |
    // | -.- | -.-- | --.- | --.-- | ---.- | ---.-- | --:-- | --:--:-- | --/--/---- | --.--.---- | - - |
    - - - | ----/--/--
""")  # noqa: RUF001
"""Statistical offices and the displays of instruments."""
_LOGGERS = _listed("""
    no data | nodata | no_data | no-data | no value | no reading | bad | bad input | bad data | invalid |
    error | err | err. | fault | sensor error | sensor failure | not connected | disconnected |
    open circuit | overflow | ovf | over range | overrange | under range | i/o timeout | timeout |
    calc failed | pt created | scan off | comm fail | out of range | offline | off-line | unavailable |
    not logged
""")
_PEOPLE = _listed("""
    n/a | n.a. | n.a | n. a. | n a | n/d | n.d. | n.d | nd | n/r | n.r. | nr | n.v. | n/v | na. | n\\a |
    n-a | n/k | nk | n/t | nt | nil | unknown | (unknown) | <unknown> | [unknown] | unk | unk. | unkn |
    unknow | not known | not available | not applicable | not recorded | not reported | not provided |
    not specified | not stated | not measured | not determined | not given | not given. | not tested |
    not done | not set | not found | not assessed | not collected | not entered | not asked | no answer |
    no response | no information | no info | no record | refused | missing | (missing) | <missing> |
    [missing] | miss | blank | (blank) | <blank> | [blank] | (blanks) | empty | (empty) | <empty> |
    [empty] | nothing | void | tbd | t.b.d. | tba | tbc | to be determined | to be confirmed |
    to be announced | unspecified | undetermined | undisclosed | withheld | suppressed |
    redacted | illegible | unreadable | no entry | don't know | dont know | do not know |
    prefer not to say | indeterminate | inapplicable
""")
_GERMAN = _listed("""
    keine angabe | keine angaben | keine daten | kein wert | k. a. | k.a. | k.a | k. a | k.a.a. | ka |
    k. d. | o. a. | o.a. | o. ang. | ohne angabe | entfällt | entf. | unbekannt | unbek. | fehlt |
    fehlend | fehlender wert | leer | (leer) | nicht bekannt | nicht verfügbar | nicht erhoben |
    nicht erfasst | nicht gemessen | nicht vorhanden | nicht zutreffend | trifft nicht zu | n. v. | n. b. |
    n.b. | n. bek. | weiss nicht | keine antwort | ungültig
""")
_FRENCH = _listed("""
    non renseigné | non renseignée | non renseigne | inconnu | inconnue | manquant | manquante | vide |
    (vide) | non disponible | non applicable | sans objet | s.o. | s. o. | s/o | so | n.c. | n/c |
    non communiqué | non connu | non déterminé | non mesuré | pas de donnée | pas de données | aucun |
    aucune | aucune donnée | néant | nsp | ne sait pas | donnée manquante | indisponible
""")
_SPANISH = _listed("""
    s/d | s.d. | sd | s/i | s.i. | sin dato | sin datos | sin información | sin informacion |
    sin registro | desconocido | desconocida | no disponible | no aplica | no aplicable | no consta |
    no especificado | no informado | no registrado | ninguno | ninguna | nulo | nula | vacío | vacio |
    (en blanco) | en blanco | faltante | perdido | ns/nc | ns | nc | no sabe | no responde | sem dados |
    sem informação | desconhecido | não disponível | não informado | ignorado | não se aplica |
    sconosciuto | non disponibile | mancante | nessuno | onbekend | geen gegevens | okänd | saknas |
    ukjent | ukendt | brak | brak danych | bd. | nieznany | нет | нет данных | н/д | неизвестно
""")
"""With some words of their neighbours: Portuguese, Italian, Dutch, Swedish, Danish, Polish and Russian."""
_KOREAN = _listed("""
    없음 | 미상 | 해당없음 | 해당 없음 | 무응답 | 모름 | 불명 | 미기재 | 미입력 | 결측 | 결측치 | 누락 |
    자료없음 | 자료 없음 | 데이터 없음 | 데이터없음 | 정보없음 | 정보 없음 | 미측정 | 미정 | 비공개 |
    빈칸 | 공란 | 알수없음 | 알 수 없음 | 측정불가 | 점검중 | 통신장애 | 無 | 不明 | なし | 無し |
    未記入 | 欠測 | 該当なし | データなし | 無回答 | 未知 | 无 | 缺失 | 无数据 | 不详 | 暂无 | 空
""")
"""With Japanese and Chinese."""
_RUNS = [count * mark for mark in "-*?_" for count in range(1, 13)]
"""Stars stand where Fortran has no room for a number."""

NOTHING_WORDS: frozenset[str] = frozenset(
    [
        *("", *_SPREADSHEETS, *_DATABASES, *_STATISTICS, *_OFFICES, *_RUNS, *_LOGGERS),
        *(*_PEOPLE, *_GERMAN, *_FRENCH, *_SPANISH, *_KOREAN),
    ]
)
"""Casefolded, without blanks at the ends. They say "no value" only beside numbers, dates, booleans or
durations: in a column of words they may be words. A lone x is not among them, which may be a tick, nor are 0,
no, and the letters that instruments write (M, T)."""

_LONGEST = max(map(len, NOTHING_WORDS))
_LONGEST_CELL = 200
"""Characters of a cell with its blanks; longer ones are not looked at."""


def says_nothing(texts: Array) -> Array:
    """(n,) True where a text is one of `NOTHING_WORDS` in any case, with any blanks around it."""
    return np.array([_says_nothing(text) for text in texts], dtype=np.bool_)


def _says_nothing(text: str) -> bool:
    if len(text) > _LONGEST:
        if len(text) > _LONGEST_CELL and not (text := text.strip()):
            return True
        if len(text) > _LONGEST_CELL or len(text := as_seen(text)) > _LONGEST:
            return False
    return text.casefold() in NOTHING_WORDS or as_seen(text).casefold() in NOTHING_WORDS
