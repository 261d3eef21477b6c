"""A map of who supplied, or who bought, in one year: the darker a tile, the larger its share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from entrepot.errors import RequestError
from entrepot.figures import ask, flow_sources
from entrepot.goods import goods_title
from entrepot.model.areas import area, area_name, area_phrase, area_set, possessive
from entrepot.model.display import NBSP, number
from entrepot.report import phrasing
from entrepot.report.chart_data import Partner, Picture, World
from entrepot.report.charts.world import grid
from entrepot.report.standalone.parts import (
    Alone,
    asked_years,
    held_years,
    require_some,
    sources,
    told_caveats,
)

if TYPE_CHECKING:
    from entrepot.figures import Definition, Figure
    from entrepot.lake import Lake

__all__ = ["of_buyers", "of_suppliers", "world"]


@dataclass(frozen=True, slots=True)
class _Way:
    """Which side is on the map: its column and that of whose partners they are, in words too."""

    partner: Literal["exporter", "importer"]
    own: Literal["importer", "exporter"]
    are: Literal["suppliers", "buyers"]
    one: str
    trade: str
    did: str


SUPPLIERS = _Way("exporter", "importer", "suppliers", "supplier", "imports", "made")
BUYERS = _Way("importer", "exporter", "buyers", "buyer", "exports", "took")


def world(lake: Lake, keys: dict[str, Any]) -> Alone:
    """Return the map of an importer's suppliers in the newest year that is held.

    Raises
    ------
    RequestError
        If no importer is named, or the period is no year.
    NoEvidenceError
        If no year is held in which all suppliers are known.
    """
    rest = {name: v for name, v in keys.items() if name not in ("period", "exporter", "by", "k")}
    if not rest.get("importer"):
        raise RequestError(
            "a map of suppliers needs an importer",
            hint="add --importer RUS; who buys from somebody: entrepot chart rank",
        )
    years = asked_years(held_years(lake), keys, None)
    wanted = [years[-1]] if keys.get("period") and years else years[::-1]
    names = [rest["source"]] if rest.get("source") else flow_sources(lake)
    reason = "the lake holds no flows of such a year"
    for year in wanted:
        for source in names:
            figure = ask("top_supplier", lake=lake, period=year, **(rest | {"source": source}))
            if figure.table:
                return of_suppliers(figure, keys.get("exporter"))
            reason = figure.reason or reason
    what = f"{possessive(area_phrase(str(rest['importer'])))} suppliers"
    require_some([], what, reason)
    raise AssertionError  # nothing to draw has been refused


def of_suppliers(figure: Figure, exporter: str | None = None) -> Alone:
    """Return the map of the suppliers of a Figure; `exporter` is the one that it is about."""
    return _placed(figure, SUPPLIERS, exporter)


def of_buyers(figure: Figure) -> Alone:
    """Return the map of who bought from the seller of a Figure, about the importer it names."""
    return _placed(figure, BUYERS, figure.definition.importer)


def _placed(figure: Figure, way: _Way, about: str | None) -> Alone:
    asked = figure.definition
    partners = _partners(figure, way, about)
    own = tuple((code, area_name(code)) for code in sorted(asked.members(way.own)))
    drawn = World(partners, tuple(one for one in own if one[0] in grid()), way.are)
    title = _title(asked, way, partners, about)
    deck = (
        f"{phrasing.capital(goods_title(asked.goods))}, {asked.period}, per cent of all {way.are}. "
    )
    deck += "Each area is one square, roughly where it lies."
    return Alone(
        title,
        deck,
        Picture(drawn, _spoken(title, way, partners)),
        (sources([figure]), *_absent(partners), *told_caveats([figure])),
        tuple(_rows(figure, way)),
        (figure,),
    )


def _partners(figure: Figure, way: _Way, about: str | None) -> tuple[Partner, ...]:
    """Return everybody with a value, the largest first; those of one asked group stand apart."""
    end = figure.definition.period.end
    whose = area_set(about, end) if about else frozenset()
    values = {str(row[way.partner]): float(row["value"]) for row in figure.table}
    total = sum(values.values())
    ordered = sorted(values, key=lambda code: (-values[code], code))
    largest = next((code for code in ordered if code in grid()), "")
    return tuple(
        Partner(
            code,
            area(code).alpha2 or code,
            area_name(code),
            100 * values[code] / total,
            f"{number(100 * values[code] / total)}{NBSP}%",
            marked=code in whose if whose else code == largest,
        )
        for code in ordered
        if values[code] > 0
    )


def _title(asked: Definition, way: _Way, partners: tuple[Partner, ...], about: str | None) -> str:
    """Name the largest partner, and the place or the part of the one asked where it is another."""
    own = possessive(area_phrase(getattr(asked, way.own)))
    named = [one for one in partners if one.code in grid()]
    if not named:
        return phrasing.capital(f"{own} {way.are} in {asked.period}: none of them is named")
    first, marked = named[0], [one for one in named if one.marked]
    whom = f"of {goods_title(asked.goods)}" if asked.goods != "all" else ""
    if len(marked) > 1 and about is not None:
        part = f"{number(sum(one.share for one in marked))}{NBSP}%"
        text = f"{area_phrase(about)} {way.did} {part} of {own} {way.trade} {whom}".rstrip()
        text += f" in {asked.period}; {area_phrase(first.code)} was the largest {way.one}"
        return phrasing.capital(f"{text}, with {first.text}")
    if not marked or marked[0] is first:
        text = f"{area_phrase(first.code)} was {own} largest {way.one} {whom}".rstrip()
        return phrasing.capital(f"{text} in {asked.period}, with {first.text}")
    place = phrasing.ordinal(named.index(marked[0]) + 1)
    text = f"{area_phrase(marked[0].code)} was {own} {place} largest {way.one} {whom}".rstrip()
    text += f" in {asked.period}, with {marked[0].text}; {area_phrase(first.code)} had {first.text}"
    return phrasing.capital(text)


def _absent(partners: tuple[Partner, ...]) -> tuple[str, ...]:
    """Say what has no tile: partners without a name, and areas that are no more."""
    without = [one for one in partners if one.code not in grid()]
    if not without:
        return ()
    share = number(sum(one.share for one in without))
    names = ", ".join(one.name for one in without[:3])
    more = f" and {phrasing.count_word(len(without) - 3, 'other')}" if len(without) > 3 else ""
    return (f"Without a place on the map: {names}{more}, {share}{NBSP}% in all.",)


def _spoken(title: str, way: _Way, partners: tuple[Partner, ...]) -> str:
    told = ", ".join(f"{one.name} {one.text}" for one in partners[:6])
    return f"{title}. Of {phrasing.count_word(len(partners), way.one)} the largest: {told}."


def _rows(figure: Figure, way: _Way) -> list[dict[str, Any]]:
    values = {str(row[way.partner]): float(row["value"]) for row in figure.table}
    total = sum(values.values())
    return [
        {
            way.partner: code,
            "name": area_name(code),
            "value": value,
            "unit": figure.definition.currency,
            "share": value / total,
        }
        for code, value in sorted(values.items(), key=lambda one: (-one[1], one[0]))
    ]
