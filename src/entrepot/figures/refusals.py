"""When rows that are held are no answer: who is silent, which goods are not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw

from entrepot.figures.cells import everything, is_everything, members_of, names_on, totals
from entrepot.figures.completeness import MANY_TELLERS
from entrepot.figures.estimate import Missing
from entrepot.lake import fetch, whole_trade

if TYPE_CHECKING:
    from datetime import date

    from entrepot.figures.cells import Cells, Goods
    from entrepot.figures.definition import Definition

__all__ = ["nothing", "refusal", "silent"]


def refusal(cells: Cells, asked: Definition, goods: Goods) -> Missing | None:
    """Say why the rows held cannot answer, before anything is added up."""
    found = silent(cells, asked) or _mirrored(cells, asked) or _few(cells, asked, goods)
    return found or (_thin(cells, asked) if cells.held.is_partial or cells.voice else None)


def silent(cells: Cells, asked: Definition) -> Missing | None:
    """Refuse a voice that does not speak, or not all the time, or a group of which some are silent.

    A delivery of some goods can have nothing in a month; then it need speak at some time only.
    """
    if cells.voice is None or not (members := members_of(asked, cells.voice)):
        return None
    told = _told(cells, asked, members)
    for span in (asked.period, asked.base or asked.period):
        starts = cells.held.starts(span)
        spans = [starts] if cells.held.few_products else [[start] for start in starts]
        for days in spans:
            absent = sorted(members - {who for who, day in told if day in days})
            if absent:
                form = "%Y" if cells.held.freq == "A" else "%Y-%m"
                when = span if len(starts) == len(days) else f"{days[0]:{form}}"
                names = ", ".join(absent)
                return Missing(f"{names} did not report to {cells.held.source} in {when}")
    return None


def _told(
    cells: Cells, asked: Definition, among: frozenset[str] = frozenset()
) -> set[tuple[str, date]]:
    """Return who of the side that speaks tells something, and in which period.

    The catalog knows, unless the question picks some of the reports. It is asked for every source
    held, most of which have nothing to do with the question: reading rows takes a hundred times
    longer.
    """
    picks = asked.valuation or asked.basis != "dispatch" or cells.twofold
    if cells.held.tellers is not None and not picks:
        told = {(who, day) for side, who, day in cells.held.tellers if side == cells.voice}
    else:
        assert cells.voice is not None
        rows = cells.rows(cells.voice, (everything(),), asked)
        told = set(fetch(rows.select(cells.voice, "period").unique()))
    return {(who, day) for who, day in told if who in among} if among else told


def _mirrored(cells: Cells, asked: Definition) -> Missing | None:
    """Refuse the total of an area that did not report it, added up from few partners' reports."""
    sides = [side for _, side in totals(asked) if side == cells.voice]
    if not sides:
        return None
    side = sides[0]
    tellers = {who for who, _ in _told(cells, asked)}
    if len(tellers) >= MANY_TELLERS:
        return None
    other = "imports" if side == "exporter" else "exports"
    who = asked.importer if side == "exporter" else asked.exporter
    count = f"{len(tellers) or 'no'} {side}{'s' * (len(tellers) != 1)}"
    return Missing(
        f"{cells.held.source} has reports of {count} in {asked.period}, "
        f"too few to add up all {other} of {who}"
    )


def _few(cells: Cells, asked: Definition, goods: Goods) -> Missing | None:
    """Refuse all goods where the lake has some of them only, and a flow without its total."""
    if not cells.held.few_products or not is_everything(goods):
        return None
    is_line = nw.col("product") != "TOTAL"
    rows = cells.rows("importer", goods, asked.but(goods="")).filter(is_line)
    [(count, digits)] = fetch(
        rows.select(
            nw.col("product").n_unique(),
            nw.col("product").str.len_chars().max().alias("digits"),
        )
    )
    if not count or count >= whole_trade(digits):
        return None
    flows = (asked, *(whole for whole, _ in totals(asked)))
    added = (cells.flow(one, goods, inside=True).filter(is_line).head(1) for one in flows)
    if not any(fetch(one.select("product")) for one in added):
        return None
    return Missing(
        f"the lake's {cells.held.source} has {count} product codes of {digits} digits in "
        f"{asked.period}, which are not all goods; name goods that it holds"
    )


def _thin(cells: Cells, asked: Definition) -> Missing | None:
    """Refuse a total to which one partner alone contributes: an extract, or a query for one."""
    for whole, side in totals(asked):
        names = names_on(cells.flow(whole, (everything(),)), side, frozenset())
        if len(names) == 1:
            return Missing(
                f"in the lake's {cells.held.source}, {next(iter(names))} is the only {side}, "
                f"so there is no total; add the whole {cells.held.source}, not an extract"
            )
    return None


def nothing(cells: Cells, asked: Definition, goods: Goods) -> Missing:
    """Say what it means that no row fits: codes that are too coarse, or nothing recorded."""
    wanted = min((len(c) for one in goods for c in one.codes or ()), default=0)
    if wanted and cells.held.few_products:
        lengths = nw.col("product").str.len_chars().max()
        [(digits,)] = fetch(cells.rows("importer", (everything(),), asked).select(lengths))
        if digits and digits < wanted:
            return Missing(
                f"the lake's {cells.held.source} has codes of {digits} digits, too coarse for "
                f"{asked.goods}"
            )
    flow = f"{cells.held.source} records no {asked.goods} from {asked.exporter} to {asked.importer}"
    if asked.measure == "growth":
        return Missing(f"{flow} in {asked.base} or in {asked.period}, so there is no growth")
    return Missing(f"{flow} in {asked.period}, which is not the same as zero")
