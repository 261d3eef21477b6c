"""A map of who supplied in one year: each area a tile, the darker the larger its share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrepot.errors import RequestError
from entrepot.figures import ask, flow_sources
from entrepot.goods import goods_title
from entrepot.model.areas import area, area_name, area_phrase, area_set, possessive
from entrepot.model.display import NBSP, number
from entrepot.report import words
from entrepot.report.alone.foot import sources, told_caveats
from entrepot.report.alone.parts import Alone
from entrepot.report.alone.years import asked_years, held_years, require_some
from entrepot.report.charts.world import grid
from entrepot.report.pictures import Picture
from entrepot.report.single_pictures import Supplier, World

if TYPE_CHECKING:
    from entrepot.figures import Figure
    from entrepot.lake import Lake

__all__ = ["of_suppliers", "world"]


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
        raise RequestError("a map of suppliers needs an importer", hint="add --importer RUS")
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
    asked = figure.definition
    suppliers = _suppliers(figure, exporter)
    buyers = tuple(
        (code, area_name(code)) for code in sorted(asked.members("importer")) if code in grid()
    )
    drawn = World(suppliers, buyers)
    title = _title(figure, suppliers)
    deck = f"{words.capital(goods_title(asked.goods))}, {asked.period}, per cent of all suppliers. "
    deck += "Each area is one square, roughly where it lies."
    return Alone(
        title,
        deck,
        Picture(drawn, _spoken(title, suppliers)),
        (sources([figure]), *_absent(suppliers), *told_caveats([figure])),
        tuple(_rows(figure)),
        (figure,),
    )


def _suppliers(figure: Figure, exporter: str | None) -> tuple[Supplier, ...]:
    """Return everybody with a value, the largest first; those of one asked group stand apart."""
    end = figure.definition.period.end
    whose = area_set(exporter, end) if exporter else frozenset()
    values = {str(row["exporter"]): float(row["value"]) for row in figure.table}
    total = sum(values.values())
    ordered = sorted(values, key=lambda code: (-values[code], code))
    largest = next((code for code in ordered if code in grid()), "")
    return tuple(
        Supplier(
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


def _title(figure: Figure, suppliers: tuple[Supplier, ...]) -> str:
    """Name the largest supplier, and the place of the one asked where it is another."""
    asked = figure.definition
    buyers = possessive(area_phrase(asked.importer))
    named = [one for one in suppliers if one.code in grid()]
    if not named:
        return words.capital(f"{buyers} suppliers in {asked.period}: none of them is named")
    first = named[0]
    marked = next((one for one in named if one.marked), None)
    whom = f"of {goods_title(asked.goods)}" if asked.goods != "all" else ""
    if marked is None or marked is first:
        text = f"{area_phrase(first.code)} was {buyers} largest supplier {whom}".rstrip()
        return words.capital(f"{text} in {asked.period}, with {first.text}")
    place = words.ordinal(named.index(marked) + 1)
    text = f"{area_phrase(marked.code)} was {buyers} {place} largest supplier {whom}".rstrip()
    text += f" in {asked.period}, with {marked.text}; {area_phrase(first.code)} had {first.text}"
    return words.capital(text)


def _absent(suppliers: tuple[Supplier, ...]) -> tuple[str, ...]:
    """Say what has no tile: partners without a name, and areas that are no more."""
    without = [one for one in suppliers if one.code not in grid()]
    if not without:
        return ()
    share = number(sum(one.share for one in without))
    names = ", ".join(one.name for one in without[:3])
    more = f" and {words.count_word(len(without) - 3, 'other')}" if len(without) > 3 else ""
    return (f"Without a place on the map: {names}{more}, {share}{NBSP}% in all.",)


def _spoken(title: str, suppliers: tuple[Supplier, ...]) -> str:
    told = ", ".join(f"{one.name} {one.text}" for one in suppliers[:6])
    return f"{title}. Of {words.count_word(len(suppliers), 'supplier')} the largest: {told}."


def _rows(figure: Figure) -> list[dict[str, Any]]:
    values = {str(row["exporter"]): float(row["value"]) for row in figure.table}
    total = sum(values.values())
    return [
        {
            "exporter": code,
            "name": area_name(code),
            "value": value,
            "unit": figure.definition.currency,
            "share": value / total,
        }
        for code, value in sorted(values.items(), key=lambda one: (-one[1], one[0]))
    ]
