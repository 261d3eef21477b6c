"""Places in an order, in four languages: "second-largest", "вторым по величине", "第五大"."""

from __future__ import annotations

import re

from entrepot.claims.numbers.says import Says
from entrepot.errors import RequestError

__all__ = ["PLACES", "place_of", "read_place"]

_SINGLE = "[一二三四五六七八九十]"
_ENGLISH = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"),
    "tenth",
)
_RUSSIAN = (
    *("перв", "втор", "треть|трет", "четв[её]рт", "пят", "шест", "седьм", "восьм", "девят"),
    "десят",
)
_GERMAN = ("erst", "zweit", "dritt", "viert", "fünft", "sechst", "siebt", "acht", "neunt", "zehnt")
_CHINESE = "一二三四五六七八九十"
_LARGEST = r"[- ](?:largest|biggest|most[- ]important)"
_RUSSIAN_ENDING = r"(?:ый|ий|ой|ая|ое|ого|его|ому|ему|ым|им|ом|ую|ей|яя|ья|ьей|ьего|ьим|ьему)"

PLACES = {
    "en": (
        rf"(?:{'|'.join(_ENGLISH)}|\d+(?:st|nd|rd|th)){_LARGEST}"
        r"|(?:no\.?|number|rank|\#) ?\d+|largest|biggest|most important|top|leading|main"
    ),
    "ru": (
        rf"(?:{'|'.join(_RUSSIAN)}){_RUSSIAN_ENDING} "
        r"(?:по (?:величине|объ[её]му|значению|важности)|крупнейш[а-я]+)"
        r"|крупнейш[а-я]+|главн(?:ый|ым|ого|ому|ом)|№ ?\d+"
    ),
    "de": (rf"(?:{'|'.join(_GERMAN[1:])})?(?:größte|wichtigste|bedeutendste)[rnms]?|Nummer \d+"),
    "zh": rf"第(?:{_SINGLE}|\d+)大|最大|头号|首要",
}
"""Words of a place as they stand in front of "supplier", by language."""

_SHORT = re.compile(rf"(?:the )?(?:{'|'.join(_ENGLISH)}|\d+(?:st|nd|rd|th))")
_WHOLE = {
    language: re.compile(f"(?:the )?(?:{words})", re.IGNORECASE)
    for language, words in PLACES.items()
}


def place_of(text: str) -> int | None:
    """Return the place that words name; None if they name none.

    Examples
    --------
    >>> place_of("second-largest"), place_of("largest"), place_of("No. 3"), place_of("27 %")
    (2, 1, 3, None)
    >>> place_of("вторым по величине"), place_of("fünftgrößter"), place_of("第五大")
    (2, 5, 5)
    """
    words = " ".join(text.lower().split())
    if not _SHORT.fullmatch(words) and not any(one.fullmatch(words) for one in _WHOLE.values()):
        return None
    if digits := re.search(r"\d+", words):
        return int(digits[0]) or None
    if sign := re.search(f"第({_SINGLE})", words):
        return _CHINESE.index(sign[1]) + 1
    lead = words.removeprefix("the ")
    for ordinals in (_ENGLISH, _RUSSIAN, _GERMAN):
        for place, word in enumerate(ordinals, start=1):
            if re.match(f"(?:{word})", lead):
                return place
    return 1


def read_place(text: str) -> Says:
    """Return a place as a number phrase.

    Raises
    ------
    RequestError
        If the words name no place.
    """
    place = place_of(text)
    if place is None:
        raise RequestError(
            f"no place in an order: {text!r}",
            hint='write it as in "largest", "second-largest", "No. 3"',
        )
    return Says(text, float(place), "=", "rank", float(place), float(place), 1.0)
