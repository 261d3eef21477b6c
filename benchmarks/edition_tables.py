"""Made-up tables between editions, in the shape of those of the United Nations, and weights.

Nine codes in ten keep their number; new ones take from one to four old codes of their chapter; a
few gather remainders of many, in the newest table of hundreds. Nothing is drawn at random.
"""

from __future__ import annotations

import itertools
import zlib
from typing import TYPE_CHECKING

from entrepot.goods import Links
from entrepot.goods.weights import CodeSplit, ConversionWeights
from entrepot.model.product import EDITIONS, POOLED, known_codes

if TYPE_CHECKING:
    from collections.abc import Iterator

    Row = tuple[str, str, str, str]

GATHERING = {"HS2022": (16, 600)}
"""By edition: how many of its codes gather remainders, and of how many old codes each."""
FEW = (4, 20)


def codes_of(edition: str) -> list[str]:
    """Return the real codes of an edition."""
    return sorted(
        code for code, there in known_codes().items() if edition in there and code != POOLED
    )


def links() -> list[Row]:
    """Return newer edition, its code, older edition, its code, for all neighbouring editions."""
    names = [one.id for one in EDITIONS][::-1]
    return [row for newer, older in itertools.pairwise(names) for row in _table(newer, older)]


def _table(newer: str, older: str) -> Iterator[Row]:
    new_codes, old_codes = codes_of(newer), codes_of(older)
    kept = set(new_codes) & set(old_codes)
    found = {(code, code) for code in kept}
    fresh = [code for code in new_codes if code not in kept]
    gone = [code for code in old_codes if code not in kept]
    for code in fresh:
        near = _near(code, old_codes)
        found |= {(code, old) for old in _some(code, near, 1 + _hash(code) % 4)}
    for code in gone:
        near = _near(code, fresh) or _near(code, new_codes)
        found |= {(new, code) for new in _some(code, near, 1 + _hash(code) % 2)}
    count, width = GATHERING.get(newer, FEW)
    for code in fresh[:: max(1, len(fresh) // count)][:count]:
        found |= {(code, old) for old in _some(code, old_codes, width)}
    return ((newer, new, older, old) for new, old in sorted(found))


def _near(code: str, codes: list[str]) -> list[str]:
    return [one for one in codes if one[:2] == code[:2]]


def _some(code: str, among: list[str], count: int) -> list[str]:
    return [among[_hash(f"{code} {n}") % len(among)] for n in range(count)] if among else []


def _hash(text: str) -> int:
    return zlib.crc32(text.encode())


def weights(older: str = "HS2017", newer: str = "HS2022") -> ConversionWeights:
    """Return weights forward for every code: by hash where it splits."""
    onward: dict[str, list[str]] = {}
    for new, old in sorted(Links(links()).kept(newer, older)):
        onward.setdefault(old, []).append(new)
    splits = [CodeSplit(POOLED, POOLED, 1.0, 0)]
    for old, news in sorted(onward.items()):
        parts = [1 + _hash(f"{old} {new}") % 100 for new in news]
        splits += [
            CodeSplit(old, new, part / sum(parts), 0) for new, part in zip(news, parts, strict=True)
        ]
    return ConversionWeights(older, newer, tuple(splits))
