"""Currency and scale as words beside a value say them."""

from __future__ import annotations

import re

from entrepot.model.display import MONEY

__all__ = ["counts_money", "money_words", "scale_words", "unit_words"]

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
# The largest first: 1,000,000 also has 1,000 in it.
_SCALES = (
    (100_000_000, r"亿"),
    (1_000_000_000, r"billion|\bbn\b|\bmrd\b|milliard|miliardi|млрд"),
    (
        1_000_000,
        (
            r"(?<=[$£€₦₹])'?m\b|million|millones|milh[õo]es|milioni|\bmln\b|\bmio\b|млн|百万"
            r"|\b1 ?000 ?000\b|1,000,000"
        ),
    ),
    (10_000, r"万"),
    (
        1000,
        (
            r"thousand|milliers|\bmiles\b|milhares|migliaia|\bbin\b|\bthsd\b|\btsd\b|tausend|тыс|千"
            r"|\b1,?000 ?(?=usd|us\$|eur|\$|\b)|'000|1000"
        ),
    ),
)
_MONEY_UNIT = re.compile(
    r"\b(?:dollars?|dólares|pesos?|francs?|yen|won|rupees?|rupiah|baht|kron[aeo]r?|dirhams?|rand"
    r"|dinars?|riyals?|rials?|lira|currency)\b|\brs\b"
)
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
    plain = words.casefold().replace("_", " ")
    # A blank between digits and letters, so that \b finds usd in "1000USD".
    spaced = re.sub(r"(?<=[0-9])(?=[a-z])|(?<=[a-z])(?=[0-9])", " ", plain)
    currency = next((code for code, test in _CURRENCIES if re.search(test, spaced)), None)
    currency = currency or _iso(words)
    if currency is None:
        return {}
    scale = scale_words(words)
    return {"currency": currency} | ({"scale": scale} if scale else {})


def scale_words(words: str) -> int | None:
    """Return what words beside a value say that it is counted in: thousands, millions ...

    Examples
    --------
    >>> scale_words("Imports (Rs.'000)"), scale_words("Imports")
    (1000, None)
    """
    plain = words.casefold().replace("_", " ")
    spaced = re.sub(r"(?<=[0-9])(?=[a-z])|(?<=[a-z])(?=[0-9])", " ", plain)
    return next((number for number, test in _SCALES if re.search(test, spaced)), None)


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


def unit_words(words: str) -> str | None:
    """Return ``kg`` or ``t`` if words beside a mass say it.

    Examples
    --------
    >>> unit_words("NetWeight in KGM"), unit_words("Gewicht (t)"), unit_words("weight")
    ('kg', 't', None)
    """
    plain = words.casefold().replace("_", " ")
    if re.search(r"kg|кг|千克|公斤|kilogram", plain):
        return "kg"
    tons = r"\btons?\b|tonne|\bт\b|тонн|吨|\bmt\b|[(\[]t[)\]]"
    return "t" if re.search(tons, plain) else None
