"""What every sentence of a brief must keep, read from its words alone."""

from __future__ import annotations

import re

__all__ = ["faults", "number_of"]

NUMBER = r"[\u2212-]?\d[\d,]*(?:\.\d+)?"
UNIT = r"(?:\u00a0(?:%|tn|bn|m|USD))*"
SCALE = {"tn": 1e12, "bn": 1e9, "m": 1e6}
UP = r"rose|gained|went up|added|more"
DOWN = r"fell|lost|went down|took|less"


def number_of(text: str) -> float:
    """Return a printed number: true minus, commas, and a unit of money in front of USD."""
    found = re.match(rf"({NUMBER})(?:[\u00a0 ](tn|bn|m)\b)?", text)
    assert found, text
    value = float(found[1].replace(",", "").replace("\u2212", "-"))
    return value * SCALE.get(found[2] or "", 1.0)


def faults(text: str) -> list[str]:
    """Return what is wrong with a sentence, in words; nothing for one that keeps all rules."""
    bare = text.replace("**", "")
    return [
        why
        for why, is_wrong in (
            ("empty", not bare.strip()),
            ("two blanks, or a blank before a stop", bool(re.search(r"  | [.,;:](?!\d)", bare))),
            ("two stops", bool(re.search(r"\.\.(?!\d)|;\.|,\.|,,|;;", bare))),
            ("begins small", bare[:1].islower()),
            ("a value of the program", bool(re.search(r"\b(None|nan|inf|True|False)\b", bare))),
            ("a plain minus before a digit", bool(re.search(r"(?<![\w.–-])-\d", bare))),
            ("a number without a no-break space", bool(re.search(r"\d %|\d (bn|tn|m) USD", bare))),
            ("a code in place of a name", bool(re.search(r"\b(CHN|RUS|DEU|IND|TUR|KGZ)\b", bare))),
            ("from and to the wrong way", _turned(bare)),
            ("most of less than half", _most_of_less(bare)),
            ("a half that is none", _no_half(bare)),
            ("a size with a sign", bool(re.search(rf"(?:{UP}|{DOWN})(?: by)? [\u2212-]\d", bare))),
        )
        if is_wrong
    ]


def _turned(text: str) -> bool:
    """Whether something rose from more to less, or fell from less to more."""
    found = re.finditer(
        rf"\b(rose|fell|went up|went down)(?: most)?,? from ({NUMBER}){UNIT}(?: in \d{{4}})?"
        rf"(?: \([a-z ]+\))? to ({NUMBER})",
        text,
    )
    for one in found:
        before, after = number_of(one[2]), number_of(one[3])
        years = all(re.fullmatch(r"(19|20)\d\d", end) for end in (one[2], one[3]))
        if not years and (after < before if one[1] in ("rose", "went up") else after > before):
            return True
    return False


def _most_of_less(text: str) -> bool:
    """Whether "most" stands beside a share of half or less."""
    if (
        not re.search(r"\b(made|Most of|made most|most of)\b", text)
        or "most of" not in text.lower()
    ):
        return False
    shares = re.findall(rf"({NUMBER})\u00a0%", text)
    return bool(shares) and max(map(number_of, shares)) <= 50


def _no_half(text: str) -> bool:
    """Whether "half" is said of a number that is not 50 without a word beside it."""
    for found in re.finditer(r"(\w+ \w+ )?\bhalf\b", text):
        allowed = ("about", "over", "than", "below", "one", "just", "more", "less")
        words = (found[1] or "").lower().split()
        if not set(words) & set(allowed) and "printed" not in text and "in print" not in text:
            return True
    return False
