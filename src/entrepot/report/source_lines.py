"""Lines of source: publisher, data set or title, vintage or year, with the address of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.figures.availability import BUNDLED
from entrepot.figures.citation import titled
from entrepot.lake.bundled import bundled, bundled_codes
from entrepot.report.attribution import row_of
from entrepot.report.parts import PageLink
from entrepot.sources import is_own, source_info, split_address
from entrepot.sources.published.read import origin_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from entrepot.figures import Figure
    from entrepot.lake import Lake
    from entrepot.model.period import Period
    from entrepot.sources.published.read import Published

__all__ = ["source_label", "source_line", "sources_line", "span_of", "statement_title"]

OWN = "Entrepôt"
"""Publisher of bundled results, which are sums of our own over a data set."""


def source_line(source: str, period: object, lake: Lake, *more: str) -> tuple[str | PageLink, ...]:
    """Return publisher and data set with their address, vintage, time, and what else is to say."""
    return ("Source: ", *_data_set(source, period, lake, *more), ", Entrepôt computation.")


def source_label(source: str, lake: Lake) -> str:
    """Return a data set with its publisher and vintage, as a reader chooses it from a list."""
    link, vintage = _cited(source, lake)
    name = link.text if isinstance(link, PageLink) else link
    extract = f", {len(bundled_codes())} codes" if split_address(source)[0] == BUNDLED else ""
    return f"{name} {vintage}".strip() + extract


def sources_line(
    figures: Iterable[Figure],
    lake: Lake,
    printed: Iterable[Published] = (),
    also: Iterable[str] = (),
) -> tuple[str | PageLink, ...]:
    """Return the source line of all figures of a chart, and who published what is drawn with them.

    Each data set is named once, with the first and the last time of its figures; `also` are those
    of other numbers in the chart, of the time of the last Figure.
    """
    times: dict[str, list[Period]] = {}
    rows: dict[PageLink, list[Period]] = {}
    is_computed = False
    for figure in figures:
        asked = figure.definition
        for one in figure.evidence:
            # What is derived from several published figures is published by nobody; the name of
            # a bundled sum says itself that it is ours.
            is_computed |= not one.origin or len(figure.evidence) > 1
            if row := row_of(one) if one.origin else None:
                rows.setdefault(PageLink(statement_title(row), row.url), []).append(asked.period)
                continue
            # The definition knows the release that was asked for, the evidence the source alone.
            named = asked.source or ""
            source = named if split_address(named)[0] == one.source else one.source
            times.setdefault(source, []).append(asked.period)
        for source in also:
            times.setdefault(source, []).append(asked.period)
            is_computed = True
    listed = [_data_set(source, span_of(when), lake) for source, when in times.items()]
    listed += [(link, f", {span_of(when)}") for link, when in rows.items()]
    said = [piece for one in listed for piece in ("; ", *one)][1:]
    line = ("Source: ", *said, ", Entrepôt computation." if is_computed else ".") if said else ()
    return (*line, *_published_by(printed, " Published: " if line else "Published: "))


def span_of(times: Sequence[Period]) -> str:
    """Return the first and the last of some times; empty for none."""
    if not times:
        return ""
    first, last = min(times, key=str), max(times, key=str)
    return str(last) if first == last else f"{first} to {last}"


def statement_title(row: Published) -> str:
    """Return what a published figure is cited as; a sum of our own, as the data set it is of."""
    if row.publisher == OWN:
        return row.origin_words
    who = row.origin_words or origin_name(row.origin)
    by = row.publisher if row.publisher not in ("", who) else ""
    title = f"“{row.title}”" if row.title else ""
    said = ", ".join(filter(None, (who, by, title)))
    return f"{said} ({row.published_on[:4]})" if row.published_on else said


def _published_by(printed: Iterable[Published], head: str) -> Iterator[str | PageLink]:
    """Yield each name once, with its newest statement's year and address."""
    newest: dict[str, Published] = {}
    for row in printed:
        name = origin_name(row.origin)
        if name not in newest or newest[name].published_on < row.published_on:
            newest[name] = row
    for place, (name, row) in enumerate(newest.items()):
        year = row.published_on[:4]
        yield ", " if place else head
        yield PageLink(f"{name} ({year})" if year else name, row.url)
    if newest:
        yield "."


def _data_set(source: str, period: object, lake: Lake, *more: str) -> tuple[str | PageLink, str]:
    link, vintage = _cited(source, lake)
    name = split_address(source)[0]
    # Its name; conditions are on the page of the data.
    licence = "" if is_own(name) else source_info(name).licence
    known = licence.partition(" (")[0].partition(";")[0]
    words = ", ".join(filter(None, [vintage, str(period), *more, known]))
    return link, f" {words}" if vintage else f", {words}"


def _cited(source: str, lake: Lake) -> tuple[str | PageLink, str]:
    """Return a data set with its address, and its vintage; empty where that is not known."""
    name, vintage = split_address(source)
    if is_own(name):
        titles = [one.title for one in lake.holdings(name) if one.title]
        link: str | PageLink = titles[0] if titles else name
    else:
        info = source_info(name)
        link = PageLink(titled(info), info.url if "://" in info.url else "")
    if name == BUNDLED:
        link = PageLink("CEPII BACI", source_info("baci").url)
        vintage = bundled().vintage
    # Only releases of which some row is current; superseded ones may still be loaded.
    releases = {one.vintage for one in lake.holdings(name) if one.counts} - {"unknown", ""}
    return link, vintage or ", ".join(sorted(releases))
