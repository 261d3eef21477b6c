"""Currency and scale as words beside a value say them."""

from __future__ import annotations

import re
from math import prod

from entrepot.model.display import MONEY

# The plain $ is American: other dollars have their letters before it and come first.
_CURRENCIES = (
    ("AUD", r"\bau?d? ?\$|australian dollar"),
    ("CAD", r"\bca?n?d? ?\$|canadian dollar|dollars canadiens"),
    ("NZD", r"\bnz ?\$|new zealand dollar"),
    ("HKD", r"\bhk ?\$|hong kong dollar"),
    ("SGD", r"\bs ?\$|singapore dollar"),
    ("TWD", r"\bnt ?\$|新臺幣|新台币"),
    ("BRL", r"\br ?\$|\breais\b"),
    ("USD", r"us ?\$|\busd\b|us dollar|u\.s\. dollar|долл|美元|\$"),
    ("GBP", r"£|pounds? sterling"),
    ("INR", r"₹|indian rupee"),
    ("NGN", r"₦|\bnaira\b"),
    ("EUR", r"\beur\b|euro|евро|欧元|€"),
    ("CNY", r"\bcny\b|\brmb\b|yuan|юан|人民币"),
    ("RUB", r"\brub\b|rouble|ruble|руб"),
    ("KZT", r"\bkzt\b|tenge|тенге"),
    ("KGS", r"\bkgs\b|\bsoms?\b|сом[аов]*\b"),
)
# Words for a power of ten, the longest first: thousands of millions are neither.
_TENS = (
    (10**12, r"\btrillions?\b|трлн|триллион[а-я]*"),
    (
        10**9,
        (
            r"billion(?!en)|bilh[õo]es|\bbn\b|\bmrd\b|\bmld\b|milliard(?:en|s)?|miliardi|milyar"
            r"|млрд|миллиард[а-я]*"
        ),
    ),
    (10**9, r"\bmil(?:es de)? (?:millones|milh[õo]es)|\bthousands? (?:of )?millions?"),
    (
        10**6,
        (
            r"(?<=[$£€₦₹])[' ]?m\b|millions?|millones|milh[õo]es|milioni|milyon|\bmln\b|\bmio\b"
            r"|\bmn\b|\bjuta\b|млн|миллион[а-я]*"
        ),
    ),
    (10**7, r"\bcrores?\b"),
    (10**5, r"\blakhs?\b"),
    (
        1000,
        (
            r"thousands?|milliers|\bmiles\b|milhares|migliaia|\bbin\b|\bthsd\b|\btsd\b|tausend"
            r"|тыс(?:яч[а-я]*)?|\bmille\b|\btys\b|\btis\b|\bribu\b"
            r"|(?<![0-9])(?<![0-9][ .,'’])['’]?000\b"
        ),
    ),
    (100, r"\bhundred"),
    (10, r"\bten\b"),
)
_HAN = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
_POWER = r"(?<![0-9.,])1(?:0+(?:[ ,.'’]000)*|(?:[ ,.'’]000)+)(?![0-9.,]*[0-9])"
_FACTOR = re.compile(
    f"(?P<han>[{''.join(_HAN)}]+)|(?P<digits>{_POWER})|"
    + "|".join(f"(?P<w{place}>{words})" for place, (_, words) in enumerate(_TENS))
)
_BETWEEN = re.compile(r"[ .\-]*(?:of|de|d')?[ .]*")
_MONEY_UNIT = re.compile(
    r"\b(?:dollars?|dólares|pesos?|francs?|yen|won|rupees?|rupiah|baht|kron[aeo]r?|dirhams?|rand"
    r"|dinars?|riyals?|rials?|lira|currency)\b|\brs\b"
)
_LEAST = 1000  # a smaller number is none that values are counted in
_MASS_UNIT = re.compile(
    r"(?P<kg>kg|кг|千克|公斤|kilogram)"
    r"|(?:metric )?\btons?\b|(?P<kilo>kilo[- ]?|кило)?(?:tonne|тонн)|\bт\b(?!\.? ?р)|公?吨|\bmt\b"
    r"|(?<=[(\[ ])t(?=[)\]]|$)"
)
_UNSURE = re.compile(
    r"\b(?:short|long)\b|\b(?:u\.?s\.?|gross)[ -]t(?:on|n)?s?\b|\bper\b"
    # A thousand in some languages and a million in others; "Mn" may also be manganese.
    r"|\bmill?\b|\bmn\b|\b10(?:\^|\*\*|[²³⁴⁵⁶⁷⁸⁹])"
)
"""Words of other tons, of prices, and of scales that are not sure."""
_PLAIN_WORDS = {"ALL", "TOP", "TRY", "CUP", "PEN", "MOP", "SOS", "MAD", "LAK", "KGS"}
"""Codes of currencies that are words, or units, in names of columns."""


def money_words(words: str) -> dict[str, str | int]:
    """Return currency and scale that words beside a value say, as far as they do.

    Where they name a currency and no scale, they mean whole units only if they stand alone
    ("Value (US$)" may still be in thousands): then there is no scale.

    Examples
    --------
    >>> money_words("Trade Value 1000USD"), money_words("тыс. долларов США")
    ({'currency': 'USD', 'scale': 1000}, {'currency': 'USD', 'scale': 1000})
    >>> money_words("value")
    {}
    """
    spaced = _spaced(words)
    currency = next((code for code, test in _CURRENCIES if re.search(test, spaced)), None)
    currency = currency or _iso(words)
    if currency is None:
        return {}
    scale = scale_words(words)
    return {"currency": currency} | ({"scale": scale} if scale else {})


def scale_words(words: str) -> int | None:
    """Return what words beside a value say that it is counted in: thousands, millions ...

    None where they say two different things.

    Examples
    --------
    >>> scale_words("Imports (Rs.'000)"), scale_words("Imports")
    (1000, None)
    >>> scale_words("miles de millones"), scale_words("USD 10 000"), scale_words("千万元")
    (1000000000, 10000, 10000000)
    """
    found = {scale for _, _, scale in _scales(_spaced(words)) if scale >= _LEAST}
    return found.pop() if len(found) == 1 else None


def _spaced(words: str) -> str:
    """Return words with a blank between digits and letters: usd is a word in "1000USD" then."""
    plain = words.casefold().replace("_", " ")
    return re.sub(r"(?<=[0-9])(?=[a-z])|(?<=[a-z])(?=[0-9])", " ", plain)


def _scales(words: str) -> list[tuple[int, int, int]]:
    """Return where words say a power of ten, and which: neighbours are multiplied."""
    found: list[tuple[int, int, int]] = []
    for one in _FACTOR.finditer(words):
        if one["han"]:
            power = prod(_HAN[sign] for sign in one["han"])
        elif one["digits"]:
            power = int(re.sub("[^0-9]", "", one["digits"]))
        else:
            power = next(number for place, (number, _) in enumerate(_TENS) if one[f"w{place}"])
        start, end = one.span()
        if found and _BETWEEN.fullmatch(words[found[-1][1] : start]):
            start, _, before = found.pop()
            power *= before
        found.append((start, end, power))
    return found


def counts_money(words: str) -> bool:
    """Whether a unit is one of money, also where it does not say whose: "Thousand Dollars".

    Examples
    --------
    >>> counts_money("Thousand Dollars"), counts_money("Rs. lakh"), counts_money("Thousand Litres")
    (True, True, False)
    """
    return bool(money_words(words) or _MONEY_UNIT.search(words.casefold()))


def _iso(words: str) -> str | None:
    """Return the one code of ISO 4217 that stands in capitals by itself, and means money there.

    It stands alone, in brackets or beside a word for amounts: CVE_ENT has states.
    """
    amount = re.search(
        r"value|valor|valeur|wert|amount|import|export|million|thousand", words, re.I
    )
    if not (amount or re.fullmatch(r"[A-Z]{3}|.*\([A-Z]{3}\).*", words.strip())):
        return None
    found = set(re.findall(r"\b[A-Z]{3}\b", words.replace("_", " "))) & MONEY - _PLAIN_WORDS
    return found.pop() if len(found) == 1 else None


def mass_words(words: str) -> dict[str, str | int]:
    """Return the unit of a mass, and its scale, that words beside it say; nothing if unsure.

    Examples
    --------
    >>> mass_words("NetWeight in KGM"), mass_words("тыс. тонн"), mass_words("weight")
    ({'unit': 'kg'}, {'unit': 't', 'scale': 1000}, {})
    >>> mass_words("short tons"), mass_words("万吨"), mass_words("kilotonnes")
    ({}, {'unit': 't', 'scale': 10000}, {'unit': 't', 'scale': 1000})
    """
    spaced = _spaced(words)
    found = _MASS_UNIT.search(spaced)
    # An Mt may be a million tons.
    if found is None or _UNSURE.search(spaced) or re.search(r"\bMt\b", words):
        return {}
    said = [(end, scale) for _, end, scale in _scales(spaced[: found.start()])]
    near = [scale for end, scale in said if _BETWEEN.fullmatch(spaced[end : found.start()])]
    after = _scales(spaced[found.end() :])
    far = sum(scale >= _LEAST for _, scale in said) - len(near)
    if far > 0 or any(scale >= _LEAST for *_, scale in after):
        return {}
    scale = prod(near) * (1000 if found["kilo"] else 1)
    return {"unit": "kg" if found["kg"] else "t"} | ({"scale": scale} if scale > 1 else {})


_PLAIN_MASS = re.compile(
    r"(?<![^\W\d_])kgs?m?(?![^\W\d_])|kilograms?|кг|千克|公斤|\btons?\b|tonnen?|tonnes?|тонн|吨"
    r"|\bт\b(?!\.? ?р)|(?<=[(\[ ])t(?=[)\]]|$)"
)
_RATE = re.compile(r"\b(?:per|pro|je|par|por|за|на|每)\b|/|每")


def counts_mass(words: str) -> bool:
    """Whether words are about masses, also where unit or scale are not sure; prices are not.

    Examples
    --------
    >>> counts_mass("Quantity (thousand tons)"), counts_mass("进口量(万吨)")
    (True, True)
    >>> counts_mass("USD per ton"), counts_mass("KGS mn"), counts_mass("KGZ")
    (False, False, False)
    """
    spaced = _spaced(words)
    found = _PLAIN_MASS.search(spaced) and not _RATE.search(spaced)
    return bool(found) and not money_words(words)
