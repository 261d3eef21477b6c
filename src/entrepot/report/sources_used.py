"""What a page took from where: sources that stand behind its Figures, and those that do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.model.areas import area_phrase
from entrepot.model.product import NO_CODES
from entrepot.report import phrasing
from entrepot.report.attribution import row_of, source_name
from entrepot.report.parts import Term
from entrepot.sources import is_own, source_info, split_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from entrepot.lake import InventoryItem
    from entrepot.report.brief_context import BriefContext, Subject
    from entrepot.sources.published.read import Published

__all__ = ["data_held", "data_used", "sources"]

_TRADE = ("flows", "inputs")
_INPUTS = "icio"


def sources(book: BriefContext, subject: Subject) -> tuple[Term, ...]:
    """Return every source behind the page, with what was taken from it, and what else is held."""
    used = _used(book, subject)
    found = [_term(name, items) for name, items in used.items()]
    found += _printed(book)
    left = [source_name(name) for name in _by_source(book) if name not in used]
    if left:
        found.append(Term("Held too, and not used on this page", f"{', '.join(left)}."))
    return tuple(found)


def data_used(book: BriefContext) -> list[str]:
    """Return the sources of trade behind the Figures so far, each with its years."""
    return _trade(book, _named(book))


def data_held(book: BriefContext) -> list[str]:
    """Return the sources of trade in the lake, each with its years."""
    return _trade(book, {*_by_source(book)})


def _trade(book: BriefContext, names: set[str]) -> list[str]:
    return [
        f"{source_name(name)} {_years(items)}".strip()
        for name, items in _by_source(book).items()
        if name in names and items[0].table in _TRADE
    ]


def _used(book: BriefContext, subject: Subject) -> dict[str, list[InventoryItem]]:
    """Return what is held of the sources used: of trade, and to follow a list between editions."""
    names = _named(book)
    return {
        name: items
        for name, items in _by_source(book).items()
        if name in names or (subject.listed and items[0].table == "correlations")
    }


def _named(book: BriefContext) -> set[str]:
    """Return the sources of every Figure, of every alternative in its range, and of rows shown."""
    found = {item.source for figure in book.figures for item in figure.evidence} | book.sources
    for figure in book.figures:
        items = figure.specifications.items if figure.specifications else ()
        found |= {item.choices.get("source", "") for item in items}
    return {split_address(name)[0] for name in found if name}


def _by_source(book: BriefContext) -> dict[str, list[InventoryItem]]:
    found: dict[str, list[InventoryItem]] = {}
    for item in book.lake.holdings():
        found.setdefault(item.source, []).append(item)
    return found


def _term(name: str, items: Sequence[InventoryItem]) -> Term:
    info = source_info(name)
    title, publisher = info.title, info.publisher
    if is_own(name):
        title, publisher = items[-1].title or "A table of your own", "a table of your own"
        title += f" ({name})"
    about = [
        _codes(items),
        _years(items),
        f"{sum(item.rows for item in items):,} rows",
        _scope(items),
        f"SHA-256 {', '.join(item.snapshot for item in items)}",
    ]
    text = f"{phrasing.capital(publisher)}; {', '.join(word for word in about if word)}"
    return Term(title, f"{text}. {info.licence}.", info.url)


def _codes(items: Sequence[InventoryItem]) -> str:
    """Return the editions of the product codes; rows without any are totals."""
    names = {name for item in items for name in item.nomenclature.split("+") if name}
    told = sorted(names - {NO_CODES})
    return " and ".join(told) or ("totals over all goods" if names else "")


def _years(items: Sequence[InventoryItem]) -> str:
    years = [period.year for item in items for period in item.periods]
    if not years:
        return ""
    first, last = min(years), max(years)
    return f"{first} to {last}" if first < last else f"{first}"


def _scope(items: Sequence[InventoryItem]) -> str:
    """Say how much of a source is held: an extract, whose reports, which goods."""
    if items[0].table not in _TRADE:
        return ""
    said = []
    tellers = sorted(
        {name.strip(">") for item in items for _, told in item.slices for name in told}
    )
    if any(item.is_partial for item in items):
        said.append("an extract")
    elif tellers == ["*"] or not any(item.reporters for item in items):
        said.append("a table of yours" if is_own(items[0].source) else "the whole")
    else:
        who = area_phrase(tellers[0]) if len(tellers) == 1 else f"{len(tellers)} areas"
        said.append(f"as {who} report{'s' * (len(tellers) == 1)} it")
    if any(item.has_few_products for item in items):
        said.append("some goods only")
    return ", ".join(said)


def _printed(book: BriefContext) -> list[Term]:
    """Return what was taken from print, from tables of inputs and from our own results."""
    found = []
    used = {item.id: item for figure in book.figures for item in figure.evidence if item.id}
    printed = [row for name in sorted(used) if (row := row_of(used[name])) is not None]
    every = {row.id: row for row in printed} | book.shown
    others = _once(row for row in every.values() if not row.id.startswith("CO-"))
    ours = [row for row in printed if row.id.startswith("CO-")]
    if others:
        origins = len({row.origin for row in others})
        stand = "stands" if len(others) == 1 else "stand"
        text = (
            f"{phrasing.count_word(len(others), 'number')} of "
            f"{phrasing.count_word(origins, 'origin')} {stand} on this page; copies of one release "
            "count once."
        )
        found.append(Term("Published figures", phrasing.capital(text)))
    if any(
        split_address(item.source)[0] == _INPUTS
        for figure in book.figures
        for item in figure.evidence
    ):
        found += _inputs(book)
    if ours:
        text = f"{ours[0].origin_words}; {phrasing.count_word(len(ours), 'result')} on this page."
        found.append(Term("Computed results", phrasing.capital(text)))
    return found


def _once(rows: Iterable[Published]) -> list[Published]:
    """Return one row of what an origin printed of one thing in the same digits."""
    found: dict[tuple[object, ...], Published] = {}
    for row in rows:
        what = (row.measure, row.exporter, row.importer, row.flow, row.goods, row.variant)
        how = (row.basis, row.period, row.base, row.printed)
        found.setdefault((row.origin, *what, *how), row)
    return list(found.values())


def _inputs(book: BriefContext) -> list[Term]:
    """Return the tables of inputs, unless they stand among what the lake holds."""
    if book.lake.holds(_INPUTS):
        return []
    info = source_info(_INPUTS)
    used = next(
        f for f in book.figures if f.evidence and split_address(f.evidence[0].source)[0] == _INPUTS
    )
    text = (
        f"{info.publisher}; {used.definition.period}, read from the installed package "
        f"sanction-simulator, SHA-256 {used.evidence[0].snapshot}. {info.licence}."
    )
    return [Term(info.title, text, info.url)]
