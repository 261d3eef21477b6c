"""What can be asked and what is held: measures, areas, and the lake."""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from entrepot.errors import BadFileError, OutsideError, RequestError, UnknownNameError
from entrepot.figures.breakdown import breakdown, shares_as_reported
from entrepot.figures.citation import source_name
from entrepot.figures.exporter_prices import exporter_prices, unit_value_years
from entrepot.goods import goods_history, goods_list, goods_lists, goods_title
from entrepot.goods.library import list_names
from entrepot.goods.parse import everyday_goods, goods_words, spaced_code
from entrepot.lake import spans
from entrepot.measures import all_metadata, measure_metadata
from entrepot.model.areas import area_name, area_phrase, areas, groups
from entrepot.model.display import figure_value
from entrepot.report.charts import draw
from entrepot.report.goods_overview import (
    goods_cards,
    largest_suppliers,
    list_dates,
    prices_by_exporter,
    prices_over_time,
)
from entrepot.report.overview import (
    COUNTED,
    by_country,
    over_half,
    suppliers_of,
    threshold,
)
from entrepot.report.parts import Note, Remark
from entrepot.report.phrasing import capital
from entrepot.serve.answer import AnswerRows, NotFoundError, ServedAnswer, as_json
from entrepot.serve.site import page
from entrepot.serve.views.home import pickers
from entrepot.serve.views.market import (
    broken_down,
    choices,
    ranges_as_reported,
    sources_differ,
)
from entrepot.serve.views.search import named_goods
from entrepot.sources import bring_in, source_ids, source_info

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.figures.breakdown import Breakdown
    from entrepot.goods import GoodsList
    from entrepot.goods.history import ListedPeriod
    from entrepot.lake import Lake
    from entrepot.report.parts import Section

_LEVELS = ("error", "warning", "note")


def measures_page(_: Lake) -> ServedAnswer:
    """Return the page of all measures."""
    return page("measures.html.j2", "/measures", rows=all_metadata())


def measure_page(_: Lake, name: str) -> ServedAnswer:
    """Return the sheet of a measure."""
    try:
        found = measure_metadata(name)
    except UnknownNameError as error:
        raise NotFoundError(error.what, hint=error.hint) from error
    return page("measure.html.j2", "/measures", found=found)


def measures_data(_: Lake) -> ServedAnswer:
    """Return the sheet of every measure as JSON, as `entrepot measure list --json` prints them."""
    return as_json([one.to_dict() for one in all_metadata()])


def measures_table(_: Lake) -> AnswerRows:
    """Return every measure with title and unit as a table."""
    rows = [[one.id, one.title, one.unit, one.range, one.formula] for one in all_metadata()]
    return AnswerRows(["id", "title", "unit", "range", "formula"], rows, "measures")


def _areas() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [asdict(one) for one in areas()]
    return found + [{**asdict(one), "kind": "group", "composition": one.kind} for one in groups()]


def areas_data(_: Lake) -> ServedAnswer:
    """Return every area and group as JSON, as `entrepot area list --json` prints them."""
    return as_json(_areas())


def areas_table(_: Lake) -> AnswerRows:
    """Return code, name and kind of every area and group as a table."""
    rows = [[one["code"], one["name"], one["kind"], one["note"]] for one in _areas()]
    return AnswerRows(["code", "name", "kind", "note"], rows, "areas")


def data_page(lake: Lake) -> ServedAnswer:
    """Return the page of what is held, of what can be, and of what was noticed at loading."""
    holdings = lake.holdings()
    names = {one.source for one in holdings}
    infos = [source_info(name) for name in source_ids()]
    return page(
        "data.html.j2",
        "/data",
        loaded=[(one, spans(one.periods)) for one in holdings],
        sources=[
            (
                info,
                "comes with the program" if info.bundled else "loaded" if info.id in names else "",
            )
            for info in infos
        ],
        bring={info.id: bring_in(info.id) for info in infos},
        findings=sorted(
            ((one.source, finding) for one in holdings for finding in one.findings),
            key=lambda pair: _LEVELS.index(pair[1].level),
        ),
    )


def holdings_table(lake: Lake) -> AnswerRows:
    """Return what is held as a table."""
    rows = [one.to_dict() for one in lake.holdings()]
    # An empty lake still gives a table with a head.
    names = [key for key in (rows[0] if rows else {"source": 0}) if key != "findings"]
    return AnswerRows(names, [[row[key] for key in names] for row in rows], "holdings")


def findings_table(lake: Lake) -> AnswerRows:
    """Return what was noticed at loading as a table."""
    names = ["source", "snapshot", "rule", "level", "place", "count", "example", "text"]
    rows = [
        [one.source, one.snapshot, *(finding.to_dict()[key] for key in names[2:])]
        for one in lake.holdings()
        for finding in one.findings
    ]
    return AnswerRows(names, rows, "findings")


# Lists of goods as dated law, and single codes: on which lists they are.


_CODE = re.compile(r"\d{2,10}")
_SIX = re.compile(r"\d{6}")
# One code or several; a list has a letter in its id, so the two cannot be confused.
_CODES = re.compile(r"\d{2,10}(?:,\d{2,10})*")


SECTIONS = ("suppliers", "largest", "prices", "prices-over-time", "list-dates")
"""Sections of a page of codes that have a chart."""
_ROWS = ("chpl", "eu-xxiii", "cn-controls")
"""Lists of which every reader asks, so that a code that is not on one is said not to be."""
_COVERED = {"whole": "whole", "ex": "in part, by the text", "part": "in part"}
"""What of a code an entry of a list covers, by the match of `goods_history`."""


def lists_page(_: Lake) -> ServedAnswer:
    """Return the page of all lists."""
    rows = [
        (one, len({entry.code for entry in one.entries})) for one in goods_lists(skip_broken=True)
    ]
    goods = sorted(
        ((one.goods, capital(one.name)) for one in everyday_goods() if one.words),
        key=lambda one: one[1],
    )
    return page("lists.html.j2", "/goods", rows=rows, goods=goods)


def lists_table(_: Lake) -> AnswerRows:
    """Return every list as a table."""
    names = ("id", "title", "direction", "begins", "known_until")
    rows = [
        [getattr(one, name) for name in names] + [len(one.entries)]
        for one in goods_lists(skip_broken=True)
    ]
    return AnswerRows([*names, "entries"], rows, "lists")


def goods_page(lake: Lake, name: str, period: str = "", source: str = "") -> ServedAnswer:
    """Return the page of a list, or of codes."""
    if _CODES.fullmatch(name):
        return _codes_page(lake, named_goods(name), period, source)
    found = _list(name)
    return page("goods.html.j2", "/goods", goods=found, codes=len({e.code for e in found.entries}))


def _codes_page(lake: Lake, codes: str, period: str, source: str) -> ServedAnswer:
    """Return the page of codes: who exports them, who depends on the largest, on which lists."""
    seen = [one for code in codes.split(",") for one in _history(code)]
    is_known = bool(goods_title_of(codes))
    sold = None
    if is_known:
        sold = broken_down("import_share", "exporter", lake, codes, period, source=source)
    chosen = {"goods": codes} | ({"period": period} if period else {})
    chosen |= {"source": source} if source else {}
    charts = {"suppliers": {"show": "exporters"} | chosen, "largest": {"show": "largest"} | chosen}
    parts: dict[str, Any] = {"sections": [], "cards": [], "answer": "", "first": ""}
    if sold is not None:
        parts |= _supplied(lake, codes, sold, seen)
        charts["share"] = {"show": "map", "supplier": sold.parts[0].code} | chosen
    listed = list_dates(codes, seen, [goods_list(one) for one in _ROWS])
    shown = [*parts["sections"], *filter(None, [listed])]
    return page(
        "code.html.j2",
        "/goods",
        code=codes,
        spaced=spaced_code(codes),
        name=goods_words(codes) if is_known else "",
        charts={name: urlencode(chart, safe=",") for name, chart in charts.items()},
        exact=urlencode(
            {name: text for name, text in (("period", period), ("source", source)) if text},
            safe=":@,",
        ),
        drawings={one.id: draw(one.picture, one.table) for one in shown if one.picture},
        listed=listed,
        seen=seen,
        covered=_COVERED,
        bring=bring_in("baci"),
        asked_source=source_name(source) if source else "",
        **(choices(lake, codes, sold, period) if is_known else {}),
        **parts,
        **pickers(),
    )


def goods_section(lake: Lake, codes: str, name: str, period: str = "", source: str = "") -> Section:
    """Return a section of a page of codes with its chart.

    Raises
    ------
    NotFoundError
        For one that no page of codes has, or not this one.
    """
    if name in SECTIONS and _CODES.fullmatch(codes):
        seen = [one for code in codes.split(",") for one in _history(code)]
        found: list[Section | None] = []
        if name == "list-dates":
            found = [list_dates(codes, seen, [goods_list(one) for one in _ROWS])]
        elif goods_title_of(codes) and (
            sold := broken_down("import_share", "exporter", lake, codes, period, source=source)
        ):
            found = _supplied(lake, codes, sold, seen)["sections"]
        for one in found:
            if one and one.id == name:
                return one
    raise NotFoundError(f"there is no chart of {name}", hint=f"charts: {', '.join(SECTIONS)}")


def _supplied(
    lake: Lake, codes: str, sold: Breakdown, seen: Sequence[ListedPeriod]
) -> dict[str, Any]:
    """Return answer, cards and sections of goods of which all trade of a year is loaded."""
    asked = sold.definition
    first = next(iter(by_country(sold.parts)[0]), sold.parts[0])
    time = {"goods": codes, "period": str(asked.period)}
    keys = time | {"source": asked.source}
    bought = breakdown("import_share", "importer", lake, exporter=first.code, **keys)
    tops = breakdown("top_supplier", "importer", lake, **keys)
    reported = shares_as_reported(sold, lake)
    ranged = ranges_as_reported(sold, reported)
    compared = "as exporters or importers report it" if any(ranged.values()) else ""
    is_one = bool(_SIX.fullmatch(codes))
    prices = exporter_prices(lake, **time) if is_one else None
    over_years = unit_value_years(lake, goods=codes, exporter=first.code) if is_one else None
    # Of one importer, so it stands beside the map and not in an answer about the world.
    said = sources_differ(bought, lake)
    beside = (Note("Another source", (Remark(said),)),) if said else ()
    by_importer = largest_suppliers(tops, lake)
    sections: list[Section | None] = [
        suppliers_of(sold, lake, ranged, compared=compared),
        by_importer and replace(by_importer, notes=beside),
        prices_by_exporter(prices, lake),
        prices_over_time(over_years, lake),
    ]
    most, every = over_half(bought)
    answer = (
        f"{capital(area_phrase(first.code))} had "
        f"**{figure_value(first.value, 'share')}** of the world's exports of "
        f"{goods_words(codes)} in {asked.period} and supplied more than half of the imports "
        f"of **{most} of {every}** countries with imports of {threshold(COUNTED, asked.currency)} "
        f"or more. World trade was "
        f"{figure_value(sold.total, asked.currency)}."
    )
    names = dict.fromkeys(one.of.short for one in sorted(seen, key=lambda one: one.entry.starts))
    return {
        "answer": answer,
        "first": area_name(first.code),
        "cards": goods_cards(sold, bought, reported, prices, list(names)),
        "sections": [one for one in sections if one],
    }


def goods_title_of(code: str) -> str:
    """Return the name of a code; empty for one that no edition has."""
    try:
        return goods_title(code)
    except RequestError:
        return ""


def goods_data(_: Lake, name: str) -> ServedAnswer:
    """Return a list or the history of a code as JSON."""
    if _CODE.fullmatch(name):
        return as_json([seen.to_dict() for seen in _history(name)])
    return as_json(_list(name).to_dict())


def goods_rows(_: Lake, name: str) -> AnswerRows:
    """Return the entries of a list, or the history of a code, as a table."""
    rows: list[dict[str, Any]]
    if _CODE.fullmatch(name):
        rows = [seen.to_dict() for seen in _history(name)]
    else:
        rows = [entry.to_dict() for entry in _list(name).entries]
    # Keys of all rows, for one may lack what another has.
    names = list(dict.fromkeys(key for row in rows for key in row))
    return AnswerRows(names, [[row.get(key) for key in names] for row in rows], name)


def _history(code: str) -> tuple[Any, ...]:
    try:
        return goods_history(code)
    except BadFileError as error:  # of whoever runs the server
        raise OutsideError(
            "a list of this server cannot be read",
            where=error.where,
            why="the code may be on it",
            hint="inform the operator of the server",
        ) from error
    except RequestError as error:
        raise NotFoundError(error.what, hint=error.hint) from error


def _list(name: str) -> GoodsList:
    # Before `goods_list`, which would take a name in .csv for a file.
    if name.lower() not in list_names():
        raise NotFoundError(
            f"no list of goods is called {name!r}", hint=f"lists: {', '.join(list_names())}"
        )
    return goods_list(name)
