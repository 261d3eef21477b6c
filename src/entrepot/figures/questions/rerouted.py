"""What came through hubs: whose reports of each flow, and the bounds over them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot import measures
from entrepot.figures.questions.hub_cards import beside, margin_words, otherwise, would_change
from entrepot.figures.questions.hub_reporters import HubReporters, require_told, tellers_in, told
from entrepot.figures.questions.question import BOTH, Question, Row
from entrepot.figures.questions.recoded_goods import renamed, renamed_words, without
from entrepot.figures.questions.whose import whose
from entrepot.lake import fetch
from entrepot.measures.rerouting.chain import FEWEST, MIXED, MONTHS
from entrepot.model.areas import area_phrase
from entrepot.model.display import figure_value
from entrepot.model.product import TOTAL

if TYPE_CHECKING:
    from entrepot.figures.definition import Definition
    from entrepot.figures.questions.hub_reporters import Heard
    from entrepot.measures.rerouting import Rerouted, Strait
    from entrepot.measures.rerouting.chain import Frequency

    Frame = nw.LazyFrame[Any]

__all__ = ["QUESTIONS"]

CARD = ("hub", "low", "matched", "high", "alarm", "bought", "excess_in", "excess_out", "others_in")
"""Columns of a hub's row, the answer first, before those that only some rows can say."""
SHOWN = 3
"""Choke points that are named."""


def rerouted(
    rows: Frame,
    asked: Definition,
    column: str,
    others: Frame | None = None,
    heard: Heard | None = None,
    tellers: HubReporters | None = None,
    others_tellers: HubReporters | None = None,
) -> Row:
    """Bound what came through hubs, with a row for each.

    Parameters
    ----------
    heard
        Who tells which side at all, and when; see `tellers_in`.
    tellers
        The same as it was found out of several sources; then the rows are theirs alone.
    others_tellers
        Those of them who tell of all other goods as well.
    """
    names = rows.collect_schema().names()
    every = rows if others is None else nw.concat([rows, others.select(names)])
    tellers = tellers or tellers_in(every, asked, heard)
    require_told(tellers, asked)
    lines = rows.filter(nw.col("product") != TOTAL)
    goods = told(lines, tellers, asked)
    beside_them = None if others is None else told(others, others_tellers or tellers, asked)
    left_out, new = _renamed(goods, beside_them, asked)
    goods, lines = without(goods, left_out), without(lines, left_out)
    hubs = asked.members("hubs")
    [(freq,), *_] = fetch(rows.select("freq").unique()) or [("A",)]
    step = _frequency(freq, asked)
    found = measures.rerouted(
        goods,
        importer=asked.members("importer"),
        origin=asked.members("exporter"),
        hubs=hubs,
        before=asked.base or asked.period.before(),
        after=asked.period,
        frequency=step,
        controls=asked.control_sets or None,
        synthetic=_can_mix(asked, step),
        other_goods=None if beside_them is None else without(beside_them, new),
        silent=frozenset() if tellers.importers is None else hubs - tellers.importers,
        complete=tellers.importers is not None,
        margin=asked.margin,
        least=asked.least or 0.0,
        value=column,
    )
    cards = beside(goods, lines, asked, column, freq, tellers.both(asked))
    reported_by = whose(goods, asked)
    row = _row(found, asked, {hub: card | reported_by[hub] for hub, card in cards.items()})
    if left_out:
        row["renamed_codes"] = renamed_words(left_out)
    return row


def _renamed(goods: Frame, others: Frame | None, asked: Definition) -> tuple[list[str], list[str]]:
    """Return the codes that a hub has in some editions only, of these goods and of others."""
    hubs, ends = sorted(asked.members("hubs")), sorted(asked.members("importer"))
    buys, sells = nw.col("importer").is_in(hubs), nw.col("exporter").is_in(hubs)
    passes = buys | (sells & nw.col("importer").is_in(ends))
    hub = nw.when(buys).then(nw.col("importer")).otherwise(nw.col("exporter"))
    beside = None if others is None else others.filter(passes)
    return renamed(goods.filter(passes), beside, whose=hub)


def _can_mix(asked: Definition, step: Frequency) -> bool:
    """Whether there is enough for a synthetic control as one more set."""
    months = (asked.base or asked.period.before()).months
    calm = asked.members("controls") - asked.members("exporter")
    return len(calm) >= MIXED and months // MONTHS[step] >= FEWEST


def _frequency(freq: str, asked: Definition) -> Frequency:
    """Match by quarters where the rows are of months and the periods of whole quarters."""
    spans = (asked.period, asked.base or asked.period)
    if freq == "M" and all(span.months % 3 == 0 for span in spans):
        return "Q"
    return freq  # type: ignore[return-value]  # of the catalog, which has these three


def _row(found: Rerouted, asked: Definition, more: dict[str, dict[str, Any]]) -> Row:
    row = Row(found.to_dict())
    if found.straits:
        row["choke_points"] = "; ".join(_strait(one, asked) for one in found.straits[:SHOWN])
    row["would_change"] = would_change(found)
    row.table = tuple(
        {name: one[name] for name in CARD if name in one}
        | more[one["hub"]]
        | {"would_change": otherwise(hub)}
        for hub, one in zip(found.hubs, found.table, strict=True)
    )
    if asked.margin is None and (words := margin_words(row.table)):
        row["price_margin"] = words
    return row


def _strait(one: Strait, asked: Definition) -> str:
    """Name the two ends of a flow, those of a chain being the areas asked about, and its size."""
    ends = {"origin": asked.exporter, "importer": asked.importer}
    way = " to ".join(area_phrase(ends.get(end, end)) for end in (one.seller, one.buyer))
    return f"{way} ({figure_value(one.value, asked.unit)})"


QUESTIONS = {
    "rerouted": Question(
        "chain",
        BOTH,
        ("exporter", "base", "controls", "hubs", "least", "margin"),
        rerouted,
        "goods of {seller} that can have come to {buyer} through {hubs}",
        needs=("hubs",),
        columns=("mass_kg",),
        levels=True,
        both_reports=True,
        other_goods=True,
        cause="assumptions",
        span=(
            "what must have come if the hub grew as controls and other goods did, and what can "
            "have come at most"
        ),
        head=("hub", "low", "matched", "high", "alarm", "began", "verdict"),
        point=(
            "what came in and went out beyond the paths, same product, same or next step; neither "
            "the likeliest nor a middle"
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
