"""What came through hubs: whose reports of each flow, and the bounds over them."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot import measures
from entrepot.figures.questions.hubs import (
    SIX,
    HubReporters,
    renamed,
    renamed_words,
    reported,
    reporters_in,
    require_reported,
    whose,
    without,
)
from entrepot.figures.questions.question import BOTH, AnswerRow, Question
from entrepot.lake.fetch import distinct, fetch
from entrepot.measures.rerouting.cells import FEWEST, MIXED, MONTHS
from entrepot.model.areas import area_phrase
from entrepot.model.display import figure_value
from entrepot.model.product import NO_CODES, TOTAL, harmonized, known_codes

if TYPE_CHECKING:
    from entrepot.figures.definition import Definition
    from entrepot.figures.questions.hubs import AreaCodes, KnownReporters
    from entrepot.measures.rerouting import Rerouted, Strait
    from entrepot.measures.rerouting.cells import Frequency

    Frame = nw.LazyFrame[Any]
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from entrepot.measures.rerouting import Hub
    from entrepot.model.period import Period

CARD = ("hub", "low", "matched", "high", "alarm", "bought", "excess_in", "excess_out", "others_in")
"""Columns of a hub's row, the answer first, before those that only some rows can say."""
SHOWN = 3
"""Choke points that are named."""


def rerouted(
    rows: Frame,
    asked: Definition,
    column: str,
    others: Frame | OtherGoods | None = None,
    known_reporters: KnownReporters | None = None,
    reporters: HubReporters | None = None,
    others_reporters: HubReporters | None = None,
    *,
    with_table: bool = True,
) -> AnswerRow:
    """Bound what came through hubs, with a row for each.

    Parameters
    ----------
    others
        Rows of all other goods, one by one or added up; see `other_goods`.
    known_reporters
        Who tells which side at all, and when; see `reporters_in`.
    reporters
        The same as it was found out of several sources; then the rows are theirs alone.
    others_reporters
        Those of them who report all other goods as well.
    with_table
        Whether the row of a hub has more than its bounds, such as prices, each found in the rows.
    """
    codes = others.codes if isinstance(others, OtherGoods) else None
    others = others.rows if isinstance(others, OtherGoods) else others
    # Who reports is seen on all goods: a hub without these goods may report others.
    every = rows.select(*_REPORT)
    if others is not None:
        every = nw.concat([every, others.select(*_REPORT)])
    reporters = reporters or reporters_in(every, asked, known_reporters)
    require_reported(reporters, asked)
    lines = rows.filter(nw.col("product") != TOTAL)
    goods = reported(lines, reporters, asked)
    other_reported = (
        None if others is None else reported(others, others_reporters or reporters, asked)
    )
    left_out, new = _renamed(goods, other_reported if codes is None else codes, asked)
    goods, lines = without(goods, left_out), without(lines, left_out)
    hubs = asked.members("hubs")
    [(freq,), *_] = distinct(rows, "freq") or [("A",)]
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
        other_goods=None if other_reported is None else without(other_reported, new),
        # What others sold to a hub that does not report is unknown, so its lower bound is zero.
        non_reporting=frozenset() if reporters.importers is None else hubs - reporters.importers,
        complete=reporters.importers is not None,
        margin=asked.margin,
        least=asked.least or 0.0,
        value=column,
    )
    cards: dict[str, dict[str, Any]] = {}
    if with_table:
        cards = hub_details(goods, lines, asked, column, freq, reporters.both(asked))
        reported_by = whose(goods, asked)
        cards = {hub: card | reported_by[hub] for hub, card in cards.items()}
    row = _row(found, asked, cards)
    if left_out:
        row["renamed_codes"] = renamed_words(left_out)
    return row


_REPORT = ("reported_by", "exporter", "importer", "period")
_ALIKE = "other goods"
"""What products that nothing tells apart go by, before which selections they are in."""


@dataclass(frozen=True, slots=True)
class OtherGoods:
    """All goods but some, on the same ways.

    Attributes
    ----------
    rows
        Added up by who trades with whom and when; products that nothing tells apart are one.
    codes
        Codes of the products that pass each hub, by edition.
    """

    rows: Frame
    codes: AreaCodes


@contextmanager
def other_goods(
    every: Frame,
    tests: Sequence[nw.Expr],
    asked: Definition,
    column: str,
    keep: Callable[[Frame], AbstractContextManager[Frame]],
) -> Iterator[list[OtherGoods] | None]:
    """Read all goods once for several selections, and yield what is not in each of them.

    None where the rows are reports: which of them count depends on who reports.

    Parameters
    ----------
    every
        Rows of all goods on the ways that the question is about.
    tests
        Of each selection, whether a row is in it.
    keep
        Keeps rows that are asked many times.
    """
    lines = every.filter(nw.col("product") != TOTAL)
    found = _counted(lines, tests, asked, column)
    if {one.reported_by for one in found} <= {"importer", "exporter"}:
        yield None
        return
    chosen = [{one.code for one in found if one.is_in[place]} for place in range(len(tests))]
    apart = _apart(found)
    labels: dict[str, list[str]] = {}
    for code in sorted({one.code for one in found} - apart):
        places = [str(place) for place, mine in enumerate(chosen) if code in mine]
        labels.setdefault(" ".join((_ALIKE, *places)), []).append(code)
    at_hubs: dict[tuple[str, str], set[str]] = {}
    for one in found:
        if one.hub and one.edition:
            at_hubs.setdefault((one.hub, one.edition), set()).add(one.code)
    with keep(_added_up(lines, labels, apart, column)) as rows:
        yield [
            OtherGoods(
                without(rows, [*(mine & apart), *(x for x in labels if str(number) in x.split())]),
                {at: left for at, codes in at_hubs.items() if (left := codes - mine)},
            )
            for number, mine in enumerate(chosen)
        ]


@dataclass(frozen=True, slots=True)
class _Product:
    """A code in an edition, at a hub or nowhere; in which selections, and if no value lacks."""

    hub: str | None
    reported_by: str | None
    edition: str | None
    code: str
    is_whole: bool
    is_in: Sequence[bool]


def _counted(
    lines: Frame, tests: Sequence[nw.Expr], asked: Definition, column: str
) -> list[_Product]:
    """Return every code of the rows, once for each hub, edition and report that it has."""
    passes, hub = _through(asked)
    keys = ("hub", "reported_by", "nomenclature", "product")
    whole = (nw.col(column).count() == nw.len()).alias("whole")
    groups = lines.with_columns(nw.when(passes).then(hub).alias("hub")).group_by(*keys).agg(whole)
    flags = (test.alias(f"in_{place}") for place, test in enumerate(tests))
    every = fetch(groups.select(*keys, "whole", *flags))
    editions = {name: None if name == NO_CODES else harmonized(name).id for _, _, name, *_ in every}
    return [
        _Product(area, reported_by, editions[name], code, is_whole, is_in)
        for area, reported_by, name, code, is_whole, *is_in in every
    ]


def _apart(found: Sequence[_Product]) -> set[str]:
    """Return the codes that are not to be added up with others.

    Where a value is missing, or the code may have been renamed, sums leave the code out.
    """
    editions, known = {one.edition for one in found if one.edition}, known_codes()
    return {
        one.code
        for one in found
        if not one.is_whole or not editions <= known.get(one.code[:SIX], editions)
    }


def _added_up(
    lines: Frame, labels: Mapping[str, Sequence[str]], apart: set[str], column: str
) -> Frame:
    """Add rows up by who trades with whom and when, and by what tells their products apart."""
    product, value = nw.col("product"), nw.col(column)
    label: nw.Expr = nw.lit(_ALIKE)
    for name, codes in labels.items():
        if name != _ALIKE:
            label = nw.when(product.is_in(codes)).then(nw.lit(name)).otherwise(label)
    if apart:
        label = nw.when(product.is_in(sorted(apart))).then(product).otherwise(label)
    sums = (value.sum().alias("__sum"), (value.count() == nw.len()).alias("__whole"))
    groups = lines.with_columns(label.alias("product")).group_by(*_REPORT, "product").agg(*sums)
    whole = nw.when(nw.col("__whole")).then(nw.col("__sum")).alias(column)
    return groups.select(*_REPORT, "product", whole)


def _through(asked: Definition) -> tuple[nw.Expr, nw.Expr]:
    """Return whether a row passes a hub, and which one."""
    hubs, ends = sorted(asked.members("hubs")), sorted(asked.members("importer"))
    buys, sells = nw.col("importer").is_in(hubs), nw.col("exporter").is_in(hubs)
    # A hub's sales to third countries bound nothing; their codes must not leave a product out.
    passes = buys | (sells & nw.col("importer").is_in(ends))
    return passes, nw.when(buys).then(nw.col("importer")).otherwise(nw.col("exporter"))


def _renamed(
    goods: Frame, others: Frame | AreaCodes | None, asked: Definition
) -> tuple[list[str], list[str]]:
    """Return the codes that a hub has in some editions only, of these goods and of others."""
    passes, hub = _through(asked)
    if isinstance(others, nw.LazyFrame):
        others = others.filter(passes)
    return renamed(goods.filter(passes), others, whose=hub)


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


def _row(found: Rerouted, asked: Definition, more: dict[str, dict[str, Any]]) -> AnswerRow:
    row = AnswerRow(found.to_dict())
    if found.straits:
        row["choke_points"] = "; ".join(_strait(one, asked) for one in found.straits[:SHOWN])
    row["would_change"] = would_change(found)
    row.table = tuple(
        {name: one[name] for name in CARD if name in one}
        | more.get(one["hub"], {})
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
    return f"{way} ({figure_value(one.value, QUESTIONS[asked.measure].unit_of(asked))})"


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
                    "Customs records do not show what a hub re-exported. The value is "
                    "matched excess trade over the no-event counterfactual; low and high "
                    "are bounds under that counterfactual."
                ),
            ),
        ),
    ),
}


# The card of a hub beside its bounds: when it began, prices, what never arrived, what if.


_MONTHS = {"M": 1, "Q": 3, "A": 12}
_LIMITS = {
    "in": "nothing sure, as growth and chance explain what came in",
    "out": "nothing sure, as growth and chance explain what went out",
    "others": "nothing sure, as others can have supplied what went out",
    "steps": "nothing sure, as nothing went out when it came in or soon after",
    "unknown": "nothing sure, as no row says what others sold it",
}
LEAST_STEPS = 9
SURE = 0.05
KEPT = 9
"""Digits of a margin that are kept: those behind them are of the division."""
DIGITS = 4
"""Digits of a margin that are told, fewer than are lost in a quotient of sums."""


def hub_details(
    reported: Frame,
    both: Frame,
    asked: Definition,
    column: str,
    freq: str,
    speak: frozenset[str],
) -> dict[str, dict[str, Any]]:
    """Return further columns of each hub's row, as far as the rows say them.

    Parameters
    ----------
    reported
        One report of each flow.
    both
        The reports of both sides.
    speak
        Hubs that report what they buy, as the origin reports what it sells.
    """
    prices = _prices(reported, asked, column)
    found = {}
    for hub in sorted(asked.members("hubs")):
        row = prices.get(hub, {}) | {
            "began": _began(reported, asked, column, hub, freq),
            "missing_arrivals": _lost(both, asked, column, hub) if hub in speak else None,
        }
        found[hub] = {name: cell for name, cell in row.items() if cell is not None}
    return found


def _prices(reported: Frame, asked: Definition, column: str) -> dict[str, dict[str, Any]]:
    """Return what a kilogram costs on the way in and out of each hub, and what it adds.

    Of products that go both ways: what it adds is the median over them; the two prices are of the
    kilograms that go out, of each product as many.
    """
    rows = measures.chain_prices(
        reported,
        origin=asked.members("exporter"),
        hubs=asked.members("hubs"),
        importer=asked.members("importer"),
        period=asked.period,
        value=column,
    )
    names = ("hub", "margin", "unit_value_in", "unit_value_out", "value_out")
    products: dict[str, list[tuple[float, ...]]] = {}
    for hub, *known in fetch(rows.filter(~nw.col("margin").is_null()).select(*names)):
        products.setdefault(hub, []).append(tuple(known))
    return {hub: _price(known) for hub, known in products.items()}


def _price(products: list[tuple[float, ...]]) -> dict[str, float]:
    margins, price_in, price_out, value_out = zip(*products, strict=True)
    # The kilograms that go out, by which both prices are averaged: the mix is then the same.
    masses = [value / price for value, price in zip(value_out, price_out, strict=True)]
    bill = sum(mass * price for mass, price in zip(masses, price_in, strict=True))
    return {
        "price_margin": round(median(margins), KEPT),
        "price_in": bill / sum(masses),
        "price_out": sum(value_out) / sum(masses),
    }


def margin_words(rows: Iterable[Mapping[str, Any]]) -> str:
    """Say what hubs add to the price in the median; empty where that is not known.

    Only hubs count through which anything can have come. The median is no value for the option,
    which takes the most that they add: half of the products add more.
    """
    known = [row["price_margin"] for row in rows if row["high"] and "price_margin" in row]
    if not known or (usual := round(median(known), DIGITS)) <= 0:
        return ""
    size = f"{usual:.2g}"
    return f"{size} in the median by unit values, not taken off: --margin takes the most they add"


def _lost(both: Frame, asked: Definition, column: str, hub: str) -> float | None:
    found = measures.missing_arrivals(
        both,
        exporter=asked.members("exporter"),
        importer=[hub],
        before=asked.base or asked.period.before(),
        after=asked.period,
        value=column,
        complete=True,
    )
    [(lost,)] = fetch(found.select("lost")) or [(None,)]
    return None if lost is None else float(lost)


def _began(reported: Frame, asked: Definition, column: str, hub: str, freq: str) -> str | None:
    """Return the step from which a hub sells at another level to the importer, with an interval.

    Only of periods that follow each other, for a gap in time would be a break of its own; and only
    if the change is larger than chance, and upwards. A step without any row, or without a value,
    is silence and no zero: then nothing is said.
    """
    steps = _steps(asked, _MONTHS[freq])
    if len(steps) < LEAST_STEPS:
        return None
    sold = reported.filter(
        nw.col("exporter") == hub, nw.col("importer").is_in(sorted(asked.members("importer")))
    )
    sums = dict(fetch(measures.value(sold, by=["period"], value=column).select("period", column)))
    known_reporters = {period for (period,) in distinct(reported, "period")}
    # A step in which nobody reports anything is unknown;
    # one in which the hub alone has no row is zero.
    sold_in = [
        sums.get(step.start, 0.0 if step.start in known_reporters else None) for step in steps
    ]
    values = [one for one in sold_in if one is not None]
    if len(values) < len(steps) or not any(values):
        return None
    found = measures.began(values)
    if found.factor <= 1 or found.p_value > SURE:
        return None
    first, low, high = (
        str(steps[min(n, len(steps) - 1)]) for n in (found.step, found.low, found.high)
    )
    return f"{first} ({low} to {high})" if low < high else first


def would_change(found: Rerouted) -> str:
    """Say of each hub what would explain it otherwise, or why nothing of it is sure."""
    return "; ".join(f"{area_phrase(one.hub)}: {otherwise(one)}" for one in found.hubs)


def otherwise(one: Hub) -> str:
    """Say what would explain a hub's row otherwise, or why nothing of it is sure."""
    if one.limit:
        return _LIMITS[one.limit]
    if one.growth_to_zero is None:
        return "only goods of its own, or recorded under another code"
    return f"growth of its own to {1 + one.growth_to_zero:.1f} times its path"


def _steps(asked: Definition, months: int) -> list[Period]:
    base = asked.base or asked.period.before()
    if (asked.period.start - base.end).days != 1:
        return []
    return [*base.split(months), *asked.period.split(months)]
