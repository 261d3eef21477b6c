"""What came through hubs: whose reports of each flow, and the bounds over them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot import measures
from entrepot.figures.questions.hub_cards import beside, would_change
from entrepot.figures.questions.question import BOTH, Question, Row
from entrepot.figures.questions.tellers import tellers_of, told
from entrepot.lake import fetch
from entrepot.measures.rerouting.chain import FEWEST, MONTHS
from entrepot.model.areas import area_phrase
from entrepot.model.product import TOTAL

if TYPE_CHECKING:
    from entrepot.figures.definition import Definition
    from entrepot.measures.rerouting import Rerouted, Strait
    from entrepot.measures.rerouting.chain import Frequency

    Frame = nw.LazyFrame[Any]

__all__ = ["QUESTIONS"]

CARD = ("hub", "bought", "excess_in", "excess_out", "others_in", "matched", "low", "high", "alarm")
"""Columns of a hub's row, before those that only some rows can say."""
SHOWN = 3
"""Choke points that are named."""


def rerouted(rows: Frame, asked: Definition, column: str, others: Frame | None = None) -> Row:
    """Bound what came through hubs, with a row for each."""
    names = rows.collect_schema().names()
    every = rows if others is None else nw.concat([rows, others.select(names)])
    tellers = tellers_of(every, asked)
    lines = rows.filter(nw.col("product") != TOTAL)
    goods = told(lines, tellers, asked)
    calm = asked.members("controls")
    [(freq,), *_] = fetch(rows.select("freq").unique()) or [("A",)]
    step = _frequency(freq, asked)
    found = measures.rerouted(
        goods,
        importer=asked.members("importer"),
        origin=asked.members("exporter"),
        hubs=asked.members("hubs"),
        before=asked.base or asked.period.before(),
        after=asked.period,
        frequency=step,
        controls={"controls": calm} if calm else None,
        synthetic=_can_mix(asked, step),
        other_goods=None if others is None else told(others, tellers, asked),
        margin=asked.margin,
        least=asked.least or 0.0,
        value=column,
    )
    return _row(found, asked, beside(goods, lines, asked, column, freq, tellers.both(asked)))


def lost(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return what did not arrive, all goods asked for together."""
    return _lost(rows, asked, column, ())


def lost_by_product(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return the same for each product that both sides tell, the most lost first."""
    found = _lost(rows, asked, column, ("product",))
    known = found.filter(~nw.col("lost").is_null())
    return known.sort("lost", "product", descending=[True, False])


def _lost(rows: Frame, asked: Definition, column: str, by: tuple[str, ...]) -> Frame:
    return measures.lost_in_transit(
        rows,
        exporter=asked.members("exporter"),
        importer=asked.members("importer"),
        before=asked.base or asked.period.before(),
        after=asked.period,
        by=by,
        value=column,
    )


def _can_mix(asked: Definition, step: Frequency) -> bool:
    """Whether there is enough for a synthetic control as one more set."""
    months = (asked.base or asked.period.before()).months
    calm = asked.members("controls") - asked.members("exporter")
    return len(calm) > 1 and months // MONTHS[step] >= FEWEST


def _frequency(freq: str, asked: Definition) -> Frequency:
    """Match by quarters where the rows are of months and the periods of whole quarters."""
    spans = (asked.period, asked.base or asked.period)
    if freq == "M" and all(span.months % 3 == 0 for span in spans):
        return "Q"
    return freq  # type: ignore[return-value]  # of the catalog, which has these three


def _row(found: Rerouted, asked: Definition, more: dict[str, dict[str, Any]]) -> Row:
    row = Row(found.to_dict())
    if found.straits:
        row["choke_points"] = "; ".join(_way(one, asked) for one in found.straits[:SHOWN])
    row["would_change"] = would_change(found)
    row.table = tuple(
        {name: one[name] for name in CARD if name in one} | more[one["hub"]] for one in found.table
    )
    return row


def _way(one: Strait, asked: Definition) -> str:
    """Name the two ends of a flow; those of a chain are the areas asked about."""
    ends = {"origin": asked.exporter, "importer": asked.importer}
    return " to ".join(area_phrase(ends.get(end, end)) for end in (one.seller, one.buyer))


QUESTIONS = {
    "lost_in_transit": Question(
        "flow",
        BOTH,
        ("exporter", "base"),
        lost,
        "goods that {seller} sent to {buyer} and that never arrived, beyond those of the past",
        table=lost_by_product,
        by_product=True,
        levels=True,
        both_reports=True,
        notes=(
            (
                "rerouting",
                (
                    "What the exporter reports and the importer does not, beyond the gap of the "
                    "base. Goods recorded by origin, or under another code, look the same."
                ),
            ),
        ),
    ),
    "rerouted": Question(
        "chain",
        BOTH,
        ("exporter", "base", "controls", "hubs", "least", "margin"),
        rerouted,
        "goods of {seller} that came to {buyer} through {hubs}",
        needs=("hubs",),
        columns=("mass_kg",),
        levels=True,
        both_reports=True,
        other_goods=True,
        span=(
            "what must have come if the hub grew as controls and other goods did, and what can "
            "have come at most"
        ),
        notes=(
            (
                "rerouting",
                (
                    "No customs record says what a hub passed on. This is what came in and went "
                    "out beyond the paths without the event; the ends are bounds under them."
                ),
            ),
        ),
    ),
}
