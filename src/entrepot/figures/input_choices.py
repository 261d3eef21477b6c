"""Which inputs a definition means, and the other defensible ways to count them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.errors import RequestError
from entrepot.figures.definition import territories, territory
from entrepot.model.areas import WORLD
from entrepot.sources.icio.sectors import sector, sectors

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from entrepot.figures.definition import Definition

BASIS = "value_added"

GOODS = "inputs"
"""Goods of a definition that means inputs: ``inputs``, ``inputs:C26``, ``inputs:C26,C27``."""
ORIGIN = "origin"
"""The measure that only inputs can answer."""
_VARIED = {
    "import_share": ("home", "goods_only", "factories"),
    "export_share": ("home", "goods_only", "factories"),
    "asymmetry": ("goods_only", "factories"),
    "hhi": ("goods_only", "factories"),
    "cr": ("goods_only", "factories"),
    "value": ("goods_only",),
}
_SPANS = {
    "home": "domestic inputs counted or not",
    "goods_only": "services counted or not",
    "factories": "manufacturers or every sector",
}


@dataclass(frozen=True, slots=True)
class InputChoice:
    """One way to count.

    Attributes
    ----------
    asked
        The definition, whose areas may be another's.
    home
        Whether the total holds inputs from (or for) home.
    goods_only
        Whether services are left out.
    factories
        Whether manufacturing is the only buyer.
    """

    asked: Definition
    home: bool = False
    goods_only: bool = False
    factories: bool = False

    def named(self, goods: str) -> dict[str, str]:
        """Return what was chosen, as a specification carries it."""
        kind = "sold" if self.asked.measure == "export_share" else "bought"
        return {
            "goods": goods,
            "territory": territory(self.asked),
            "total": f"all inputs {kind}" if self.home else f"inputs {kind} abroad",
            "inputs": "goods" if self.goods_only else "goods and services",
            "buyers": "manufacturing" if self.factories else "every sector",
        }


def is_inputs(definition: Definition) -> bool:
    """Whether a definition is about inputs, by its goods, its source or its measure."""
    source = (definition.source or "").partition("@")[0]
    named = definition.goods.partition(":")[0] == GOODS or source == "icio"
    return named or definition.measure == ORIGIN


def own_sectors(source: str | None) -> bool:
    """Whether a source is one release, which says itself which sectors it has: ``icio@NAME``."""
    _, _, release = (source or "").partition("@")
    return bool(release) and release != "2025"


def goods_key(goods: str, source: str | None = None) -> str:
    """Return the goods of a definition about inputs in one spelling.

    Parameters
    ----------
    source
        Where they are asked of: a table of one's own has its own sectors.

    Raises
    ------
    RequestError
        For goods that are no inputs.
    UnknownNameError
        For an unknown sector.

    Examples
    --------
    >>> goods_key("all"), goods_key("inputs:c27,C26")
    ('inputs', 'inputs:C26,C27')
    """
    name, colon, codes = goods.strip().partition(":")
    if goods.strip().lower() in ("all", GOODS):
        return GOODS
    if name.strip().lower() != GOODS:
        raise RequestError(
            f"input-output tables know sectors, not {goods!r}",
            why="a sector makes many products, so its tables have no product codes",
            hint="ask for inputs, or for the inputs that a sector makes: inputs:C26",
        )
    own = own_sectors(source)
    wanted = {sector(one.strip().upper(), own=own).code for one in codes.split(",") if one.strip()}
    if colon and not wanted:
        raise RequestError(f"no sector in {goods!r}", hint="write inputs:C26, or inputs")
    order = list(sectors())
    # The table's own order; sectors of a user's table come first,
    # by name. So one set of sectors has one spelling, and one id.
    listed = sorted(wanted, key=lambda code: (order.index(code) if code in order else -1, code))
    return f"{GOODS}:{','.join(listed)}"


def made_by(goods: str) -> frozenset[str]:
    """Return the sectors that make the inputs of a key of `goods_key`; none for all sectors."""
    _, _, codes = goods.partition(":")
    return frozenset(codes.split(",")) if codes else frozenset()


def inputs_title(goods: str, buyer_sector: str | None = None) -> str:
    """Return a name for inputs as it stands in a sentence.

    Examples
    --------
    >>> inputs_title("inputs"), inputs_title("inputs:C26", "C29")
    ('inputs', 'inputs made by electronics, bought by motor vehicles')
    """
    _, _, codes = goods.partition(":")
    names = " and ".join(sector(code, own=True).name for code in codes.split(",")) if codes else ""
    made = f"inputs made by {names}" if names else "inputs"
    if not buyer_sector:
        return made
    return f"{made}{',' if names else ''} bought by {sector(buyer_sector, own=True).name}"


def choices(definition: Definition, *, kinds: bool = True) -> list[InputChoice]:
    """Return the ways to count, the headline first: bought abroad, every sector, everything.

    Parameters
    ----------
    kinds
        Whether it is known of every sector of the table if it makes goods, or is manufacturing.
    """
    open_ = [
        name
        for name in _VARIED[definition.measure]
        if (kinds or name == "home")
        # One buying sector is manufacturing or not: nothing to choose.
        and not (name == "factories" and definition.sector)
        and not (name == "goods_only" and not _mixed(definition.goods))
        and not (name == "home" and _among_members(definition))
    ]
    apart = [one for one in territories(definition) if not _among_members(one)]
    found = []
    for asked in (definition, *apart):
        for picked in itertools.product((False, True), repeat=len(open_)):
            found.append(InputChoice(asked, **dict(zip(open_, picked, strict=True))))
    return found


def _mixed(goods: str) -> bool:
    """Whether the inputs are both goods and services."""
    made = made_by(goods)
    # Two values, true and false: some make goods and some do not.
    return not made or len({sector(code, own=True).makes_goods for code in made}) == 2


def _among_members(definition: Definition) -> bool:
    """Whether one side is a part of the other, so that home is not what it seems."""
    return bool(definition.members("importer") & definition.members("exporter"))


def spans(made: Sequence[InputChoice]) -> Iterator[str]:
    """Yield in words what differs among the ways to count."""
    for name, words in _SPANS.items():
        if len({getattr(choice, name) for choice in made}) > 1:
            yield words
    if len({choice.asked for choice in made}) > 1:
        yield "with and without Hong Kong"


def sides(asked: Definition) -> tuple[frozenset[str], frozenset[str]]:
    """Return the areas that buy and those that sell; none for the world, which is everybody."""
    buyers = frozenset() if asked.importer == WORLD else asked.members("importer")
    sellers = frozenset() if asked.exporter == WORLD else asked.members("exporter")
    return buyers, sellers
