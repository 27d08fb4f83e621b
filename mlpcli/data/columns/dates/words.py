"""Words in dates: months, weekdays, zones and what stands between them, and characters as they are typed."""

import re
import unicodedata


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MONTHS: dict[str, int] = {
    word: month
    for month, words in enumerate(
        (
            "january jan januar jän jänner janvier janv enero ene",
            "february feb februar febr février févr fév fevrier fevr febrero",
            "march mar märz mär mrz maerz mars marzo",
            "april apr avril avr abril abr",
            "may mai mayo",
            "june jun juni juin junio",
            "july jul juli juillet juil julio",
            "august aug août aou aoû aout agosto ago",
            "september sep sept septembre septiembre setiembre set",
            "october oct oktober okt octobre octubre",
            "november nov novembre noviembre",
            "december dec dezember dez décembre déc decembre diciembre dic",
        ),
        start=1,
    )
    for word in words.split()
}
"""Names of months in English, German, French and Spanish, in small letters."""

WEEKDAYS = _words(
    "monday mon tuesday tue tues wednesday wed thursday thu thur thurs friday fri saturday sat sunday sun "
    "montag mo dienstag di mittwoch mi donnerstag do freitag fr samstag sonnabend sa sonntag so "
    "lundi lun mardi mar mercredi mer jeudi jeu vendredi ven samedi sam dimanche dim "
    "lunes martes miércoles miercoles mié mie jueves jue viernes vie sábado sabado sáb sab domingo dom "
    "월요일 화요일 수요일 목요일 금요일 토요일 일요일 화 수 목 금 토"
)
"""They say nothing that the date does not; `mar` may also be a month."""

WEEKDAY = re.compile(
    rf"(?<![^\W\d_])(?:{'|'.join(sorted(WEEKDAYS - {'mar'}, reverse=True))})(?![^\W\d_])[.,]?"
    r"|\([월화수목금토일月火水木金土日]\)"
    r"|(?<![^\W\d_])mar[.,]? (?=11?[-/.]11?[-/.]1)"
)
FILLERS = _words("de del of the le den der am um at on à a las el")
ORDINALS = _words("st nd rd th er e º ª")
_PERIODS = _words("q t quarter quartal trimestre h w kw wk week woche sem semaine semana m 년 年 분기 주")
"""Quarters, halves, weeks and the months of Stata, beside the years of Korea, Japan and China."""
_CLOCK_WORDS = _words("am pm p uhr hrs horas heures 오전 오후 上午 下午 午前 午後 시 時 时 点")

ZONES: dict[str, int] = {
    **dict.fromkeys(("z", "utc", "gmt", "wet"), 0),
    **dict.fromkeys(("bst", "west", "cet", "mez"), 60),
    **dict.fromkeys(("cest", "mesz", "eet", "sast"), 120),
    **dict.fromkeys(("eest", "msk"), 180),
    **dict.fromkeys(("kst", "jst"), 540),
    **dict.fromkeys(("edt",), -240),
    **dict.fromkeys(("est", "cdt"), -300),
    **dict.fromkeys(("cst", "mdt"), -360),
    **dict.fromkeys(("mst", "pdt"), -420),
    **dict.fromkeys(("pst",), -480),
}
"""Minutes ahead of UTC by the usual short name; CST and MST are America's, BST is Britain's."""

KNOWN = frozenset().union(MONTHS, WEEKDAYS, FILLERS, ORDINALS, _PERIODS, _CLOCK_WORDS, ZONES)
"""All that may be the first word of a date."""

_BLANKS = dict.fromkeys(map(ord, "\u00a0\u1680\u2007\u2009\u200a\u202f\u205f\u3000"), " ")
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200e\u200f\u202a\u202c\ufeff"))
_WIDE = {0xFF01 + place: 0x21 + place for place in range(94)}
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2212"), "-")
_PLAIN = {**_BLANKS, **_UNSEEN, **_WIDE, **_DASHES}


def plain_characters(text: str) -> str:
    """The text composed (NFC), with ordinary blanks, hyphens, digits and marks for their wider relatives."""
    return unicodedata.normalize("NFC", text.translate(_PLAIN)).strip()
