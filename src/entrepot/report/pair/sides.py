"""The two sides of a comparison: who buys, from whom, what, when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.goods import goods_title
from entrepot.model.areas import area_phrase

if TYPE_CHECKING:
    from entrepot.model.period import Period

__all__ = ["Side", "names", "shared"]


@dataclass(frozen=True, slots=True)
class Side:
    """One side; `period` is None for the newest year in which both sides have a share."""

    importer: str
    supplier: str
    goods: str
    period: Period | None = None

    @property
    def keys(self) -> dict[str, str]:
        """The keys of a definition about a buyer and a seller."""
        return {"importer": self.importer, "exporter": self.supplier, "goods": self.goods}

    @property
    def parts(self) -> tuple[str, str, str, str]:
        """Buyer, seller, goods and period in words; the last empty where none was named."""
        return (
            area_phrase(self.importer),
            area_phrase(self.supplier),
            goods_title(self.goods),
            str(self.period or ""),
        )


def names(sides: tuple[Side, Side]) -> tuple[str, str]:
    """Return what each side is called: only that in which they differ.

    Examples
    --------
    >>> from entrepot.model.period import Period
    >>> names((Side("RUS", "CHN", "all"), Side("KAZ", "CHN", "all")))
    ('Russia', 'Kazakhstan')
    >>> names((Side("RUS", "CHN", "all"), Side("RUS", "TUR", "8542")))
    ('China, all goods', 'Turkey, HS 8542')
    >>> names((Side("RUS", "CHN", "all"), Side("RUS", "CHN", "all", Period.parse(2021))))
    ('newest', '2021')
    >>> names((Side("RUS", "CHN", "all"), Side("CHN", "RUS", "all")))
    ('Russia from China', 'China from Russia')
    """
    first, second = (one.parts for one in sides)
    differing = [place for place in range(4) if first[place] != second[place]]
    found = [_name([(place, one[place]) for place in differing]) for one in (first, second)]
    return found[0] or "newest", found[1] or "newest"


def _name(parts: list[tuple[int, str]]) -> str:
    """Return the parts in a row; buyer and seller as "Russia from China"."""
    named = dict(parts)
    if 0 in named and 1 in named:
        named[0] = f"{named[0]} from {named.pop(1)}"
    return ", ".join(text for text in named.values() if text)


def shared(sides: tuple[Side, Side]) -> tuple[tuple[str, str], ...]:
    """Return what both sides have in common, each with what it is.

    Examples
    --------
    >>> shared((Side("RUS", "CHN", "all"), Side("KAZ", "CHN", "all")))
    (('Seller', 'China'), ('Goods', 'all goods'))
    """
    first, second = (one.parts for one in sides)
    called = ("Buyer", "Seller", "Goods", "Period")
    return tuple(
        (name, one)
        for name, one, other in zip(called, first, second, strict=True)
        if one and one == other
    )
