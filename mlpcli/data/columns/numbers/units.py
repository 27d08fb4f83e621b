"""Units, currencies and factors: what stands beside the digits of a number."""

import re
import unicodedata
from functools import lru_cache

_remembered = lru_cache(maxsize=1024)
"""As most columns have one unit."""


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_CODES = _listed("""
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD
    CAD CDF CHF CLF CLP CNH CNY COP CRC CUP CVE CZK DEM DJF DKK DOP DZD EGP ERN ESP ETB EUR FJD FKP FRF
    GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK ITL JMD JOD JPY KES KGS
    KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN
    MYR MZN NAD NGN NIO NLG NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RMB RON RSD RUB RWF SAR SBD
    SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD
    USDT UYU UZS VED VES VND VUV WST XAF XAG XAU XBT XCD XDR XOF XPF YER ZAR ZMW ZWL BTC ETH
""")
"""ISO 4217, some former ones and those of crypto exchanges: in capitals, as `top 10` is no amount."""
_NAMES = _listed("""
    us$ a$ au$ c$ ca$ nz$ hk$ s$ nt$ r$ mx$ kr kr. rs rs. re re. fr fr. sfr sfr. kč zł ft lei руб
    руб. rm rp rp. eur usd gbp chf rub ksh ksh.
""")  # noqa: RUF001
_OTHER_NAMES = {
    "eur": "€ euro",
    "usd": "$ us$ dollar",
    "gbp": "£ pound",
    "jpy": "¥ 円 yen",
    "cny": "元 rmb",
    "krw": "₩ 원 won",
    "inr": "₹ rs re",
    "chf": "fr sfr",
    "try": "₺",
    "aud": "a$ au$",
    "cad": "c$ ca$",
    "brl": "r$",
    "pln": "zł",
    "czk": "kč",
    "rub": "₽ руб",  # noqa: RUF001
    "s": "sec second",
    "min": "minut",
    "h": "hr hour",
    "kg": "kilo",
    "km/h": "kph",
    "°c": "degc",
    "°f": "degf",
}
"""Of one unit, as `unit_key` shortens them."""
_SAME = {name: key for key, names in _OTHER_NAMES.items() for name in names.split()}

FACTORS = {
    name: power
    for power, names in (
        (3, _listed("k K tsd tsd. thousand thsd 천")),
        (4, _listed("만 万")),
        (5, _listed("lakh lakhs")),
        (6, _listed("m M mn mln mio mio. mill. million millions millionen")),
        (7, _listed("crore crores")),
        (8, _listed("억 亿 億")),
        (9, _listed("B bn bln mrd mrd. milliard milliards milliarden billion billions")),
        (12, _listed("T tn trillion trillions 조 兆")),
    )
    for name in names
}
"""Powers of ten, names of more than a letter in lower case; m only beside k."""
_KNOWN = _listed("""
    kg g mg µg t to lb lbs oz st km m cm mm µm nm in inch ft feet mi mile yd yard km/h kmh kph mph m/s kn kt
    l ml cl dl hl µl gal pt qt m2 m3 cm2 cm3 mm2 km2 ha acre sqm sqft ft2 s sec second ms min minute h hr hour
    d day week wk month mo year yr jahr monat tag tage stunde stück stk pc pcs piece kw mw gw kwh mwh wh v kv
    ma mah hz khz mhz ghz pa hpa kpa mpa bar mbar psi mmhg atm j kj mj cal kcal ev nm db dpi px mb gb tb kb
    mbit gbit ppm ppb mol mmol meq iu rpm lux lm °c °f 년 월 일 명 개 세 시간 분 초 kilo person people room
    bedroom door star point pts
""")
"""Units that may stand behind some numbers of a column and be left out behind others, as `unit_key` writes
them or in full; any other word behind some of the numbers says something of these."""
_NO_UNITS = _listed("st nd rd th er ère ème º ª cr dr am pm a.m. p.m. bis ter quater ff f. et bc ad bce ce")
"""Ordinals, credit and debit, halves of the day, house numbers, pages and eras."""
_MEGA_AS_WELL = _listed("W V A J N Pa Hz Wh eV Ω")
"""Behind m, units whose mega is as usual: of these alone the case of the m counts."""
_FIRST_WORDS = _listed("sq sq. square cu cu. cubic fl fl. us imp imp. nautical metric light")
_WORD = re.compile(r"(?:[°‰]|[°%‰/]?[^\W\d_](?:[^\W\d_]|[°µ²³⁻¹·/.*^$€£])*)(?:-?[1-3])?(?:/[^\W\d_]+[23]?)*")
_LONGEST = 24


def is_currency(text: str) -> bool:
    """Whether a text is the sign, the code or the common short name of a currency."""
    return is_sign(text) or text in _CODES or text.lower() in _NAMES


def is_sign(text: str) -> bool:
    """Whether a text is one sign such as $ or €."""
    return len(text) == 1 and unicodedata.category(text) == "Sc"


@_remembered
def is_unit(text: str, glued: bool) -> bool:
    """Whether a text behind a number may be a unit; `glued` if no blank is between."""
    if not text or len(text) > _LONGEST or text.lower() in _NO_UNITS:
        return False
    if is_currency(text) or split_factor(text)[0]:
        return True
    first, *others = text.split(" ")
    if not all(map(_WORD.fullmatch, (first, *others))):
        return False
    # Several words are rather an address: 12 Main Street.
    return not others or first.lower() in _FIRST_WORDS or any(each[-1] in "123" for each in (first, *others))


def is_known(unit: str) -> bool:
    """Whether a text is a common unit or a currency, not a word."""
    if len(unit) == 1 and unit.isascii() and unit.isalpha():
        return unit in "kgmtlshdVWAJKL"  # T is no ton
    return is_currency(unit) or unit.translate(_PLAIN).casefold() in _KNOWN or unit_key(unit) in _KNOWN


@_remembered
def unit_key(text: str) -> str:
    """Equal where texts are one unit: `kg` and `KG`, `year` and `years`, `m²` and `m2`, `€` and `EUR`."""
    plain = text.translate(_PLAIN).rstrip(".")
    if plain[:1] == "m" and plain[1:] in _MEGA_AS_WELL:
        return f"milli{plain[1:]}"
    key = plain.casefold()
    key = _SAME.get(key, key)
    if len(key) > 2 and key.isalpha():
        for ending in ("en", "es", "e", "s"):
            if key.endswith(ending) and len(key) - len(ending) > 1:
                key = key.removesuffix(ending)
                break
    return _SAME.get(key, key)


_PLAIN = str.maketrans({"²": "2", "³": "3", "¹": "1", "⁻": "-", "μ": "µ", "^": "", "·": " "})


@_remembered
def split_factor(text: str) -> tuple[str, str]:
    """The factor at the beginning of a text and the currency behind it; else "" and the text.

    `k`, `Mio. EUR`, `M€` have one, `kg` and `MW` do not.
    """
    first, _, rest = text.partition(" ")
    if is_factor(first) and (not rest or is_currency(rest)):
        return first, rest
    if text[:1] in ("k", "K", "M", "B") and is_currency(text[1:]):
        return text[0], text[1:]
    return "", text


def is_factor(text: str) -> bool:
    """Whether a text is the name of a factor, long ones in any case."""
    return (text if len(text) == 1 else text.lower()) in FACTORS


def power_of(factor: str) -> int:
    """The power of ten of the name of a factor."""
    return FACTORS[factor if len(factor) == 1 else factor.lower()]
