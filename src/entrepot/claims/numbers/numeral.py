"""Digits: what a numeral is worth where points and commas group thousands or part decimals."""

from __future__ import annotations

import re

__all__ = ["readings"]

_GROUPED = re.compile(r"[1-9]\d{0,2}(?:(?P<by>[ ',.])\d{3})(?:(?P=by)\d{3})*(?:(?P<mark>[.,])\d+)?")
_DECIMAL = re.compile(r"\d*[.,]\d+")
_UNCLEAR = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
_LONGEST = 30
_POINT_PARTS = {"en": ".", "zh": ".", "de": ",", "ru": ",."}


def readings(text: str, language: str) -> tuple[tuple[float, float], ...]:
    """Return (value, worth of the last digit) of a numeral, both where the language is not known.

    Parameters
    ----------
    text
        Digits with spaces, points and commas.
    language
        Empty if not known. It decides only what the digits leave open: "1,234".

    Returns
    -------
    tuple
        Empty if it is no number ("3.5.2026").

    Examples
    --------
    >>> readings("1,234", "en"), readings("1,234", "de"), readings("2,7", "en")
    (((1234.0, 1.0),), ((1.234, 0.001),), ((2.7, 0.1),))
    >>> readings("1,234", "")
    ((1234.0, 1.0), (1.234, 0.001))
    """
    if len(text) > _LONGEST:
        return ()
    if text.isdigit():
        return ((float(text), 1.0),)
    if _UNCLEAR.fullmatch(text):
        whole, parted = _worth(re.sub("[.,]", "", text)), _worth(text.replace(",", "."))
        mark = "," if "," in text else "."
        if not language:
            return (whole, parted) if mark == "," else (parted, whole)
        return (parted,) if mark in _POINT_PARTS[language] else (whole,)
    if (found := _GROUPED.fullmatch(text)) and found["mark"] != found["by"]:
        head, tail = text, ""
        if found["mark"]:
            place = found.start("mark")
            head, tail = text[:place], "." + text[place + 1 :]
        return (_worth(re.sub("[ ',.]", "", head) + tail),)
    if _DECIMAL.fullmatch(text):
        return (_worth(text.replace(",", ".")),)
    return ()


def _worth(digits: str) -> tuple[float, float]:
    return float(digits), 10.0 ** -len(digits.partition(".")[2])
