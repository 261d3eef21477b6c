"""Names of months in the languages that customs print."""

from __future__ import annotations

__all__ = ["month_number"]

_NAMES = (
    "january janvier januar enero январь января",
    "february février fevrier februar febrero февраль февраля",
    "march mars märz marzo март марта",
    "april avril abril апрель апреля",
    "may mai mayo май мая",
    "june juin juni junio июнь июня",
    "july juillet juli julio июль июля",
    "august août aout agosto август августа",
    "september septembre septiembre sept сентябрь сентября",
    "october octobre oktober octubre октябрь октября",
    "november novembre noviembre ноябрь ноября",
    "december décembre decembre dezember diciembre декабрь декабря",
)
_SHORTEST = 3


def month_number(text: str) -> int | None:
    """Return 1 to 12 for a number or name of a month, cut after three letters or more, or None.

    Examples
    --------
    >>> month_number("Aug."), month_number("июль"), month_number("07"), month_number("13")
    (8, 7, 7, None)
    """
    word = text.strip().rstrip(".").casefold()
    if word.isascii() and word.isdigit():
        return int(word) if len(word) < 3 and 1 <= int(word) <= 12 else None
    if len(word) < _SHORTEST:
        return None
    fits = [
        number
        for number, names in enumerate(_NAMES, 1)
        if any(name.startswith(word) for name in names.split())
    ]
    return fits[0] if len(fits) == 1 else None
