"""Imported inputs: what industries buy abroad, from whom, which sectors lean most, both ways."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.model.areas import area_name, area_phrase, possessive
from entrepot.model.display import NBSP, figure_value, joined, number
from entrepot.report import phrasing
from entrepot.report.amounts import amounts_of
from entrepot.report.cards import percent_span
from entrepot.report.chart_data import Exposed, Exposure, Picture
from entrepot.report.imported_inputs import of_all_inputs, sector_name
from entrepot.report.parts import Note, Remark, Section, Sentence, Table
from entrepot.sources import source_info

if TYPE_CHECKING:
    from entrepot.report.brief_context import BriefContext
    from entrepot.report.imported_inputs import Bought, Direction

__all__ = ["section"]

NAME, EYEBROW = "inputs", "Imported inputs"
CAVEAT = "input-output"


def section(book: BriefContext, found: Bought) -> Section:
    """Return both directions: shares of imported inputs, the sectors that lean most, origins."""
    there, back = found.there, found.back
    buyer, seller = area_phrase(there.buyer), area_phrase(there.seller)
    title = Sentence(
        phrasing.capital(
            f"{seller} made {phrasing.about(there.share)} of the inputs that {buyer} imported in "
            f"{found.period}"
        ),
        (there.share,),
        (CAVEAT,),
    )
    return Section(
        id=NAME,
        eyebrow=EYEBROW,
        title=title,
        deck=(
            "Share of the other country in the inputs, goods and services, that a sector bought "
            f"abroad in {found.period}, per cent, one scale. Sectors that buy at least 1{NBSP}% of "
            "all imported inputs, the most exposed first."
        ),
        picture=_picture(title.text, there, back),
        table=_table(there, back),
        notes=_notes(found),
        source=_source(book, found),
    )


def _picture(title: str, there: Direction, back: Direction) -> Picture | None:
    groups = tuple((_head(way), tuple(_bars(way))) for way in (there, back) if way.sectors)
    if not groups:
        return None
    spoken = [f"{title}."]
    for head, bars in groups:
        parts = (f"{bar.name.lower()} {bar.text}{NBSP}%, {bar.note}" for bar in bars)
        spoken.append(f"{head}: {'; '.join(parts)}.")
    return Picture(Exposure(groups), " ".join(spoken))


def _head(way: Direction) -> str:
    text = f"{possessive(area_phrase(way.buyer))} sectors, share from {area_phrase(way.seller)}"
    return phrasing.capital(text)


def _bars(way: Direction) -> list[Exposed]:
    return [
        Exposed(
            name=sector_name(sector.code),
            value=sector.share * 100,
            text=number(sector.share * 100),
            note=figure_value(sector.value_usd, "USD"),
        )
        for sector in way.sectors
    ]


def _table(there: Direction, back: Direction) -> Table:
    told = [(way, sector) for way in (there, back) for sector in way.sectors]
    shown = amounts_of("USD", (sector.value_usd for _, sector in told))
    rows = [
        (
            f"{area_name(way.buyer)}: {sector_name(sector.code).lower()} ({sector.code})",
            area_name(way.seller),
            number(sector.share * 100),
            shown.text(sector.value_usd),
        )
        for way, sector in told
    ]
    return Table(
        caption="Share in the inputs that a sector bought abroad, per cent, and value, "
        f"{shown.unit}",
        head=("Buying sector", "From", "Share", "Value"),
        numeric=(False, False, True, True),
        units=("", "", "per cent", shown.unit),
        rows=tuple(rows),
    )


def _notes(found: Bought) -> tuple[Note, ...]:
    both: list[Sentence | Remark] = [_one_way(found.there), _one_way(found.back)]
    if found.ratio.value is not None:
        both.append(_weight(found))
    who: list[Sentence | Remark] = [_origins(found)]
    if found.hhi.value is not None:
        who.append(_concentration(found))
    how = (
        "A bar says how much of what the sector bought abroad came from the other country, not "
        "how much of its production hangs on it: most inputs come from home."
    )
    rough = (
        "Sectors are averages, and imports are shared out among them in proportion, so small "
        "differences between bars mean nothing. Goods for final use are left out."
    )
    return (
        Note("Both ways", tuple(both)),
        Note("Where inputs come from", tuple(who)),
        Note("How to read it", (Remark(how), Remark(rough, (CAVEAT,)))),
    )


def _one_way(way: Direction) -> Sentence:
    buyer, seller = area_phrase(way.buyer), area_phrase(way.seller)
    text = (
        f"{seller} made {figure_value(way.value.value, way.value.unit)} of the "
        f"{figure_value(way.total.value, way.total.unit)} of inputs that {buyer} bought abroad, "
        f"or {number(way.share.required() * 100)}{NBSP}%"
    )
    if (whole := of_all_inputs(way.share)) is not None:
        text += f"; of all inputs, those from home too, {number(whole * 100, 2)}{NBSP}%"
    if way.share.low is not None and way.share.high is not None:
        text += f"; the share under every definition: {percent_span(way.share.low, way.share.high)}"
    return Sentence(f"{phrasing.capital(text)}.", (way.value, way.total, way.share))


def _weight(found: Bought) -> Sentence:
    there, ratio = found.there, found.ratio.required()
    more, less = there.seller, there.buyer
    if ratio < 1:
        more, less, ratio = less, more, 1 / ratio
    text = (
        f"In the inputs that flow from {area_phrase(there.seller)} to {area_phrase(there.buyer)}, "
        f"{area_phrase(more)} weighs {phrasing.ratio_words(ratio)} as much for {area_phrase(less)} "
        "as the reverse."
    )
    return Sentence(text, (found.ratio,))


def _origins(found: Bought) -> Sentence:
    named = [
        f"{area_phrase(code)} {number(share.required() * 100)}{NBSP}%"
        for code, share in found.origins
    ]
    text = f"The largest origins of {possessive(area_phrase(found.there.buyer))} imported inputs: "
    return Sentence(f"{text}{joined(named)}.", tuple(share for _, share in found.origins))


def _concentration(found: Bought) -> Sentence:
    equal = number(float(found.hhi.details["effective_suppliers"]), 2)
    text = f"All origins together are as concentrated as {equal} of equal size."
    return Sentence(text, (found.hhi,))


def _source(book: BriefContext, found: Bought) -> tuple[str, ...]:
    info = source_info("icio")
    evidence = found.there.share.evidence[0]
    where = "" if book.lake.holds("icio") else ", as carried by the package sanction-simulator"
    what = f"{info.publisher}, {info.title}{where}"
    return (f"{what}; {found.period}, basic prices, SHA-256 {evidence.snapshot}.",)
