"""Who depends on whom: the weight of both sides in each other's trade, year by year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrepot.errors import NoEvidenceError
from entrepot.figures import ask, flow_sources
from entrepot.goods import goods_title
from entrepot.report import phrasing
from entrepot.report.attribution import is_computed
from entrepot.report.brief_context import BriefContext, Subject
from entrepot.report.cards import source_on_card
from entrepot.report.chart_data import Butterfly, Flow, Picture, Side, Weights
from entrepot.report.mutual_shares import of_one_source
from entrepot.report.standalone.parts import Alone, asked_years, sources, told_caveats

if TYPE_CHECKING:
    from entrepot.figures import Figure
    from entrepot.lake import Lake

__all__ = ["weights"]

MOST = 6
"""Years that are drawn, the newest ones."""

Pair = tuple["Figure", "Figure"]


def weights(lake: Lake, since: int | None, keys: dict[str, Any]) -> Alone:
    """Return both weights in the flow that was asked for, and in the one back.

    Raises
    ------
    NoEvidenceError
        If no year is held in which either weight is known.
    """
    rest = {name: value for name, value in keys.items() if name != "period"}
    years = asked_years(BriefContext(lake).years(), keys, since)
    last = keys.get("period") or max(years, default=2023)
    ratio = ask("asymmetry", lake=lake, period=last, **rest)
    there, back = (_pairs(lake, years, rest, forward=forward) for forward in (True, False))
    if not there and not back:
        why = ratio.reason or "no year that was asked for is held"
        raise NoEvidenceError("there is nothing to draw of asymmetry", why=why)
    asked = ratio.definition
    subject = Subject(asked.importer, asked.exporter, asked.goods, asked.period, fixed=True)
    flows = tuple(
        _flow(subject, pairs, forward=forward)
        for pairs, forward in ((there, True), (back, False))
        if pairs
    )
    ratio = _known(lake, ratio, there, rest)
    title = _title(subject, ratio)
    figures = [figure for pairs in (there, back) for pair in pairs.values() for figure in pair]
    known = tuple(figure for figure in figures if figure.value is not None)
    deck = (
        f"{phrasing.capital(goods_title(subject.goods))}: weight of each in the other’s trade, per "
    )
    deck += "cent, one scale. Filled: computed; pale or hollow: in print."
    return Alone(
        title,
        deck,
        Picture(Butterfly(flows), _spoken(title, flows)),
        (sources(known), *told_caveats(known)),
        tuple(_row(figure) for figure in known),
        (*((ratio,) if ratio.value is not None else ()), *known),
    )


def _known(lake: Lake, ratio: Figure, there: dict[int, Pair], rest: dict[str, Any]) -> Figure:
    """Return the ratio of the newest year in which both weights are known."""
    both = [year for year, pair in there.items() if all(one.status == "ok" for one in pair)]
    if ratio.value is not None or not both:
        return ratio
    return ask("asymmetry", lake=lake, period=max(both), **rest)


def _pairs(lake: Lake, years: list[int], rest: dict[str, Any], *, forward: bool) -> dict[int, Pair]:
    """Return by year the supplier's weight for the importer, and the reverse, in one flow.

    All years are of one source: that of most of them, or of the newest.
    """
    measures = ("import_share", "export_share")
    keys = dict(rest)
    if not forward:
        measures = ("export_share", "import_share")
        keys |= {"importer": rest.get("exporter"), "exporter": rest.get("importer")}
    book = BriefContext(lake)
    shown = of_one_source(_known_pairs(book, years, measures, keys), _whose)
    named = {one.definition.source for pair in shown.values() for one in pair if one.status == "ok"}
    if len(named) == 1 and named <= set(flow_sources(lake)):
        # It may also have years for which another comes first.
        keys |= {"source": named.pop()}
        shown = _known_pairs(book, years, measures, keys)
    newest = sorted(sorted(shown, reverse=True)[:MOST])
    ranged = ([book.ask(name, period=year, **keys) for name in measures] for year in newest)
    return {year: (left, right) for year, (left, right) in zip(newest, ranged, strict=True)}


def _known_pairs(
    book: BriefContext, years: list[int], measures: tuple[str, str], keys: dict[str, Any]
) -> dict[int, Pair]:
    """Return the years in which both weights are known; where there is none, those with one."""
    found: dict[int, Pair] = {}
    for year in years:
        left, right = (book.value(name, period=year, **keys) for name in measures)
        if left.status == "ok" or right.status == "ok":
            found[year] = (left, right)
    whole = {year: pair for year, pair in found.items() if all(one.status == "ok" for one in pair)}
    return whole or found


def _whose(pair: Pair) -> tuple[str, ...]:
    """Return whose numbers both weights are."""
    return tuple(source_on_card(one) for one in pair)


def _flow(subject: Subject, pairs: dict[int, Pair], *, forward: bool) -> Flow:
    kinds = ("imports", "exports") if forward else ("exports", "imports")
    return Flow(
        title=f"Goods going to {subject.buyer if forward else subject.seller}",
        left=f"{subject.seller} in {subject.buyers} {kinds[0]}",
        right=f"{subject.buyer} in {subject.sellers} {kinds[1]}",
        rows=tuple(
            Weights(str(year), _side(left), _side(right)) for year, (left, right) in pairs.items()
        ),
    )


def _side(figure: Figure) -> Side | None:
    if figure.value is None:
        return None
    text, printed = phrasing.bounded(figure), not is_computed(figure)
    ranged = phrasing.span_like(figure) if figure.specifications else ""
    if not ranged or figure.low is None or figure.high is None:
        return Side(figure.value * 100, text, printed=printed)
    return Side(figure.value * 100, text, figure.low * 100, figure.high * 100, ranged, printed)


def _title(subject: Subject, ratio: Figure) -> str:
    """Say which side weighs more, by the ratio alone."""
    if not ratio.value:
        return f"How {subject.seller} and {subject.buyer} weigh for each other"
    more, less = subject.seller, subject.buyer
    if ratio.value < 1:
        more, less = less, more
    times = phrasing.ratio_words(max(ratio.value, 1 / ratio.value))
    year = ratio.definition.period
    return phrasing.capital(f"{more} weighed {times} as much for {less} as the reverse in {year}")


def _spoken(title: str, flows: tuple[Flow, ...]) -> str:
    parts = [f"{title}."]
    for flow in flows:
        row = flow.rows[-1]
        for name, side in ((flow.left, row.left), (flow.right, row.right)):
            if side:
                ranged = f" ({side.range})" if side.range else ""
                parts.append(f"{name}, {row.year}: {side.text} %{ranged}.")
        parts += [f"{phrasing.capital(gap)}." for gap in flow.gaps.values()]
    return " ".join(parts)


def _row(figure: Figure) -> dict[str, Any]:
    asked = figure.definition
    return {
        "measure": asked.measure,
        "importer": asked.importer,
        "exporter": asked.exporter,
        "period": str(asked.period),
        "value": figure.value,
        "low": figure.low,
        "high": figure.high,
        "unit": figure.unit,
        "kind": "computed" if is_computed(figure) else "in print",
    }
