"""What one source can add where several are put together: its rows, and who of it is heard."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.errors import NoEvidenceError, RequestError
from entrepot.figures.availability import held
from entrepot.figures.cells import Cells, everything
from entrepot.figures.editions import goods_in
from entrepot.figures.estimate import Missing
from entrepot.figures.partner_basis import reported_on_two_bases
from entrepot.figures.row_facts import editions_of
from entrepot.figures.sides import SIDES, reach
from entrepot.figures.source_limits import unasked, unknown
from entrepot.lake import fetch
from entrepot.model.product import NO_CODES, TOTAL

if TYPE_CHECKING:
    from entrepot.figures.availability import Availability
    from entrepot.figures.cells import Frame, Goods
    from entrepot.figures.definition import Definition
    from entrepot.figures.sides import Side
    from entrepot.lake import Lake
    from entrepot.model.period import Period

__all__ = ["SourceContribution", "asked_about", "part_of", "spans_of"]


@dataclass(frozen=True, slots=True)
class SourceContribution:
    """One source: its rows, and who of it is heard, on each side."""

    cells: Cells
    goods: Goods
    rows: Frame
    buyers: frozenset[str]
    sellers: frozenset[str]

    def kept(self, rows: Frame) -> Frame:
        """Return the reports that are taken from it."""
        side = nw.col("reported_by")
        bought = (side == "importer") & nw.col("importer").is_in(sorted(self.buyers))
        return rows.filter(
            bought | ((side == "exporter") & nw.col("exporter").is_in(sorted(self.sellers)))
        )


def part_of(definition: Definition, lake: Lake, source: str) -> SourceContribution | Missing:
    """Return the rows of one source, or why it cannot be put together with others."""
    one = _delivered(definition, lake, source)
    if isinstance(one, Missing):
        return one
    speakers = one.speakers(spans_of(definition))
    if speakers is None:
        return Missing(f"{source} does not keep who told what, so it stands by itself")
    cells = Cells(lake, one)
    cells = replace(cells, twofold=reported_on_two_bases(cells, definition))
    editions = tuple(name for name in editions_of(cells, definition) if name != NO_CODES)
    if not editions:
        return Missing(f"{source} has totals over all goods only, no {_words(definition)}")
    if one.few_products and definition.goods == "all":
        return Missing(f"{source} is held for some goods only")
    try:
        goods = goods_in(definition, editions, lake)
    except (RequestError, NoEvidenceError) as error:
        return Missing(f"{source} cannot be asked: {error.what}")
    by, there = reach(definition)
    rows = cells.rows(by, goods, definition).filter(nw.col("product") != TOTAL)
    if one.few_products:
        speakers = {side: speakers[side] & _tell(side, rows) for side in SIDES}
    asked = asked_about(definition)
    if not any(speakers[side] & asked for side in SIDES):
        return Missing(f"{source} has no {definition.goods} told by anybody asked about")
    coarse = {side: _coarse(side, speakers[side], cells, definition, goods) for side in SIDES}
    buyers, sellers = (speakers[side] - coarse[side] for side in SIDES)
    if not (buyers | sellers) & asked:
        return Missing(
            f"{source} has totals or codes too coarse for {_words(definition)} of everybody "
            "asked about"
        )
    return SourceContribution(cells, goods, rows.filter(there), buyers, sellers)


def _delivered(definition: Definition, lake: Lake, source: str) -> Availability | Missing:
    """Return the deliveries that cover a question, the coarsest where there are several."""
    if refused := unknown(definition, source):
        return Missing(refused)
    deliveries = held(lake, source, spans_of(definition))
    if isinstance(deliveries, Missing):
        return deliveries
    refused = unasked(definition, source, deliveries[0])
    return Missing(refused) if refused else deliveries[0]


def spans_of(definition: Definition) -> list[Period]:
    """Return the times that a question compares."""
    return [span for span in (definition.period, definition.base) if span]


def asked_about(definition: Definition) -> frozenset[str]:
    """Return everybody whose reports a question is about."""
    sides: tuple[Any, ...] = ("importer", "exporter", "hubs")
    return frozenset[str]().union(*(definition.members(side) for side in sides))


def _tell(side: Side, rows: Frame) -> set[str]:
    """Return who tells of these goods at all."""
    return {
        who for (who,) in fetch(rows.filter(nw.col("reported_by") == side).select(side).unique())
    }


def _coarse(
    side: Side, speakers: frozenset[str], cells: Cells, definition: Definition, goods: Goods
) -> frozenset[str]:
    """Return who does not, in some step, tell goods apart as finely as they are asked for.

    No row is nothing traded only of those who do: books of headings have none of a subheading.
    """
    by, there = reach(definition)
    digits = _digits(side, speakers, cells.rows(by, *_all_goods(definition), there))
    # Who traded nothing on these ways shows its codes in its other trade.
    elsewhere = (speakers & asked_about(definition)) - digits.keys()
    if elsewhere:
        mine = nw.col(side).is_in(sorted(elsewhere))
        digits |= dict.fromkeys(elsewhere, 0)
        digits |= _digits(side, elsewhere, cells.rows(side, *_all_goods(definition), mine))
    return frozenset(who for who, count in digits.items() if count < _needed(goods))


def _all_goods(definition: Definition) -> tuple[Goods, Definition]:
    return (everything(),), definition.but(goods="")


def _digits(side: Side, speakers: frozenset[str], rows: Frame) -> dict[str, int]:
    """Return by teller the longest code of the step in which that is the shortest; 0: a total."""
    mine = rows.filter(nw.col("reported_by") == side, nw.col(side).is_in(sorted(speakers)))
    length = nw.when(nw.col("product") != TOTAL).then(nw.col("product").str.len_chars())
    steps = mine.select(side, "period", length.alias("digits")).group_by(side, "period")
    found: dict[str, int] = {}
    for who, _, digits in fetch(steps.agg(nw.col("digits").max())):
        found[who] = min(found.get(who, digits or 0), digits or 0)
    return found


def _needed(goods: Goods) -> int:
    """Return the digits of the longest code asked for; one where all goods are."""
    codes = (code for one in goods for code in (*(one.codes or ()), *one.prefixes))
    return max(map(len, codes), default=1)


def _words(definition: Definition) -> str:
    return "goods told apart" if definition.goods == "all" else definition.goods
