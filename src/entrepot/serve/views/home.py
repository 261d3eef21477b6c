"""Where a reader starts: search, what the lake holds, and what comes with the program."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from entrepot.errors import EntrepotError
from entrepot.figures import statements
from entrepot.goods import goods_lists
from entrepot.lake import spans
from entrepot.measures import all_metadata
from entrepot.model.areas import WORLD, area_name, areas, by_name, groups, unknown_area
from entrepot.serve.answer import ServedAnswer, as_json
from entrepot.serve.problems import NotFoundError
from entrepot.serve.site import page
from entrepot.sources import bring_in, source_ids

if TYPE_CHECKING:
    from entrepot.lake import InventoryItem, Lake

__all__ = [
    "Hit",
    "Pair",
    "bundled_pairs",
    "home_page",
    "named_area",
    "named_areas",
    "search",
    "search_data",
]

_MOST = 12
"""Hits of one kind that are shown."""
_OFFERED = 10
"""Hits that are offered while one types."""
_UNKNOWN = "unknown"
"""Release of a file that does not say which it is."""
_FIRST = ("baci", "comtrade", "comext", "published")
"""Sources that are told to an empty lake."""


class Pair(NamedTuple):
    """A buyer and a seller of whom numbers in print are held."""

    importer: str
    exporter: str
    numbers: int
    first: int
    last: int


class LoadedRelease(NamedTuple):
    """What counts of one release of a source: its files, periods, rows and codes."""

    source: str
    release: str
    files: int
    periods: str
    rows: int
    codes: str


class Hit(NamedTuple):
    """Something found: its kind, name, what it is, and its address."""

    kind: str
    name: str
    about: str
    address: str


def home_page(lake: Lake, words: str) -> ServedAnswer:
    """Return the first page; with `words`, what was found of them."""
    return page(
        "home.html.j2",
        "/",
        words=words,
        hits=search(words) if words else [],
        loaded=_kept(lake),
        fill=[(name, bring_in(name)) for name in _FIRST if name in source_ids()],
        pairs=[(pair, area_name(pair.importer), area_name(pair.exporter)) for pair in _pairs(lake)],
        lists=goods_lists(skip_broken=True),
        areas=named_areas(),
    )


def _kept(lake: Lake) -> list[LoadedRelease]:
    """Return what counts in the lake, files of one release together."""
    parts: dict[tuple[str, str, str], list[InventoryItem]] = defaultdict(list)
    for one in lake.holdings():
        if one.counts:
            parts[one.source, one.vintage, one.nomenclature].append(one)
    return [
        LoadedRelease(
            source,
            "" if release == _UNKNOWN else release,
            len(files),
            spans(sorted({when for one in files for when in one.current or one.periods})),
            sum(one.rows for one in files),
            "" if codes == "NONE" else codes,
        )
        for (source, release, codes), files in parts.items()
    ]


def _pairs(lake: Lake) -> list[Pair]:
    return sorted(bundled_pairs(lake), key=lambda pair: (-pair.numbers, pair))


def bundled_pairs(lake: Lake) -> list[Pair]:
    """Return buyers and sellers with a published value or share."""
    return lake.remembered.get("published pairs", lambda: _in_print(lake))


def _in_print(lake: Lake) -> list[Pair]:
    years = defaultdict(list)
    for row in statements("all", lake):
        if row.measure in ("value", "import_share", "export_share", "growth"):
            years[row.importer, row.exporter].append(row.period.year)
    named = {side for side in {side for pair in years for side in pair} if _is_named(side)}
    return [
        Pair(*pair, len(found), min(found), max(found))
        for pair, found in years.items()
        if named.issuperset(pair) and pair[0] != pair[1]
    ]


def _is_named(area: str) -> bool:
    """Whether a brief can be asked of an area."""
    try:
        return area != WORLD and bool(area_name(area))
    except EntrepotError:
        return False


def named_areas() -> list[tuple[str, str]]:
    """Return code and name of every group and area, for forms."""
    return [(one.code, one.name) for one in groups()] + [(one.code, one.name) for one in areas()]


def search(words: str) -> list[Hit]:
    """Return areas, lists of goods and measures that words name."""
    wanted = words.strip().lower()
    found = [
        Hit("country", one.name, one.code, f"/country/{one.code}")
        for one in areas()
        if _fits(wanted, one.code, one.name, *one.aliases)
        and one.kind not in ("aggregate", "special")
    ]
    found += [
        Hit("group", one.name, one.code, f"/country/{one.code}")
        for one in groups()
        if _fits(wanted, one.code, one.name)
    ]
    found += [
        Hit("list of goods", one.id, one.title, f"/goods/{one.id}")
        for one in goods_lists(skip_broken=True)
        if _fits(wanted, one.id, one.title, one.short)
    ]
    found += [
        Hit("measure", one.id, one.title, f"/measures/{one.id}")
        for one in all_metadata()
        if _fits(wanted, one.id, one.title)
    ]
    digits = wanted.replace(".", "").replace(" ", "")
    if digits.isdigit() and 2 <= len(digits) <= 10:
        found.append(Hit("code", digits, "on which lists it is", f"/goods/{digits}"))
    return found[: 3 * _MOST]


def search_data(words: str) -> ServedAnswer:
    """Return the first things that words name as JSON, for a search while one types."""
    found = search(words)[:_OFFERED] if words else []
    return as_json([hit._asdict() for hit in found])


def _fits(wanted: str, code: str, *names: str) -> bool:
    """Whether a code is meant, or a word of a name begins like what is wanted."""
    if wanted == code.lower():
        return True
    return any(
        name.lower().startswith(wanted) or f" {wanted}" in f" {name.lower()}" for name in names
    )


def named_area(text: str) -> str:
    """Return the code of an area that is named by code or by name; of several, joined by a plus.

    Raises
    ------
    NotFoundError
        If nothing is called so.
    """
    return "+".join(_code_of(part.strip()) for part in text.split("+"))


def _code_of(wanted: str) -> str:
    known = {code for code, _ in named_areas()}
    for code in (wanted, wanted.upper(), by_name(wanted) or ""):
        if code in known:
            return code
    error = unknown_area(wanted)
    raise NotFoundError(error.what, hint=error.hint)
