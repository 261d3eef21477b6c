"""Whose number it is, in a word or two or a line of sources, and the printed row behind it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from entrepot.claims.quantity_text import claimed, subject
from entrepot.figures.availability import RECONCILED
from entrepot.figures.citation import data_set, source_name, titled
from entrepot.lake.inventory import SOURCE as BUNDLED
from entrepot.lake.inventory import bundled, bundled_codes, spans
from entrepot.model.areas import area_phrase
from entrepot.model.display import figure_value, joined
from entrepot.model.period import Period
from entrepot.report.breaks import ONE_FIGURE
from entrepot.report.parts import PageLink
from entrepot.sources import is_own, source_info, split_address
from entrepot.sources.published.parse import origin_name, published
from entrepot.sources.reconciled.parse import made_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from entrepot.claims import Check
    from entrepot.claims.result import ConflictBlock
    from entrepot.figures import Evidence, Figure
    from entrepot.figures.scenario import Scenario
    from entrepot.lake import Lake
    from entrepot.reconciliation.mirror_gaps import MirrorPair
    from entrepot.report.parts import SentenceEvidence
    from entrepot.sources.published.row import Published

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@cache
def _rows() -> dict[str, Published]:
    return {row.id: row for row in published("all")}


def row_of(evidence: Evidence) -> Published | None:
    """Return the published or computed row behind a Figure."""
    # A row of a user's own file comes with the evidence; bundled ones are looked up.
    return evidence.statement or _rows().get(evidence.id)


def printed_row(figure: Figure) -> Published | None:
    """Return the row that printed a Figure's value; None if it was computed or derived."""
    # Two rows behind a value mean that it was derived from them and printed by nobody.
    if len(figure.evidence) != 1 or figure.evidence[0].source != "published":
        return None
    return row_of(figure.evidence[0])


def is_computed(figure: Figure) -> bool:
    """Whether the headline is our own arithmetic rather than somebody's printed number."""
    return figure.status == "ok" and printed_row(figure) is None


def when_of(row: Published) -> str:
    """Return the months of a period that is not a whole year ("Jan–Oct"), else nothing."""
    period = row.period
    if period.is_year or period.freq == "D":
        return ""
    if period.start.year != period.end.year:
        return f"{period.start.year}–{period.end.year}"
    first, last = _MONTHS[period.start.month - 1], _MONTHS[period.end.month - 1]
    return first if first == last else f"{first}–{last}"


def in_one_reporter(block: ConflictBlock) -> str:
    """Return what to add to "cannot all be true" of what two countries may count; else nothing."""
    return " within one country’s statistics" if block.first.unless else ""


def likely_cause(block: ConflictBlock, check: Check) -> str:
    """Return which numbers a conflict is laid to; empty where nothing tells who is wrong."""
    if not block.blamed:
        return ""
    return f"Inconsistent with the other figures: {joined(_named(block.blamed, check))}"


def also_conflicting(block: ConflictBlock, check: Check) -> str:
    """Return with which further numbers the blamed do not fit; empty if with none."""
    if not block.also_against:
        return ""
    it = "It also conflicts" if len(block.blamed) == 1 else "They also conflict"
    return f"{it} with {joined(_named(block.also_against, check))}"


def _named(names: Iterable[str], check: Check) -> list[str]:
    claims = {item.id: item.claim for item in check.claims}
    return [f"{subject(claims[name])} ({claimed(claims[name])})" for name in names]


# What carries a sentence, in a line each: a Figure, a printed number, two reports, a scenario.


def evidence_lines(items: Iterable[SentenceEvidence]) -> list[str]:
    """Return a line for each piece of evidence, in their order, once each."""
    return list(dict.fromkeys(evidence_line(item) for item in items))


def evidence_line(item: SentenceEvidence) -> str:
    """Return what is counted, its value with the range, and whose number it is."""
    # Here, as below: a check of a text names printed numbers alone, and goes without measures.
    from entrepot.figures.figure import Figure
    from entrepot.figures.scenario.result import Scenario
    from entrepot.reconciliation.mirror_gaps import MirrorPair

    if isinstance(item, Figure):
        return _figure(item)
    if isinstance(item, MirrorPair):
        return _reports(item)
    if isinstance(item, Scenario):
        return _scenario(item)
    return f"{origin_name(item.origin)}, {item.period}: {item.printed} (row {item.id})"


def evidence_of(figure: Figure) -> str:
    """Return the evidence of a Figure: whose rows or printed row, which snapshot, where."""
    return "; ".join(dict.fromkeys(_evidence(item) for item in figure.evidence))


def _figure(figure: Figure) -> str:
    from entrepot.figures.figure import headline

    if figure.value is None:
        return f"{headline(figure)}: not available"
    ends = figure.range_text
    value = figure.value_text
    if figure.definition.measure == "top_supplier":  # a share of imports has the others below it
        value += " of all named suppliers"
    spread = f" ({ends})" if ends and figure.low != figure.high else ""
    names = dict.fromkeys(
        origin_name(item.origin) if item.origin else source_name(item.source)
        for item in figure.evidence
    )
    return f"{headline(figure)}: {value}{spread}; {', '.join(names)}"


def _reports(pair: MirrorPair) -> str:
    sold, bought = (
        figure_value(value, "USD") if value else "nothing"
        for value in (pair.exporter_low_usd, pair.importer_low_usd)
    )
    what = f"{pair.nomenclature} {pair.product}" if pair.nomenclature != "NONE" else "all goods"
    seller, buyer = area_phrase(pair.exporter), area_phrase(pair.importer)
    return f"{what}, {pair.year}: {seller} reports {sold}, {buyer} {bought}"


def _scenario(found: Scenario) -> str:
    parts = [
        f"{loss.name} loses {figure_value(loss.lost_share.value, 'share')} of output"
        f" ({loss.lost_share.range_text('share') or 'no range'})"
        for loss in (found.economy.sides if found.economy else ())
        if loss.who == "target"
    ]
    return f"Scenario of {found.file.period}, {found.file.title}: {', '.join(parts)}"


def _evidence(item: Evidence) -> str:
    row = row_of(item)
    if row is None:
        return f"{source_name(item.source)}, {item.rows:,} rows, SHA-256 {item.snapshot}"
    where = f", {item.url}" if item.url else ""
    return f"{origin_name(item.origin)}: {row.printed} (row {item.id}{where})"


# Lines of source: publisher, data set or title, vintage or year, with the address of each.

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
    """Return the first and the last of some times, or the only two; empty for none."""
    known = sorted(set(times), key=str)
    if len(known) < 2:
        return "".join(f"{one}" for one in known)
    return f"{known[0]:–} {'and' if len(known) == 2 else 'to'} {known[-1]:–}"


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
    name = _reconciled_of(lake) if name == RECONCILED else name
    # Its name; conditions are on the page of the data.
    licence = "" if not name or is_own(name) else source_info(name).licence
    known = licence.partition(" (")[0].partition(";")[0]
    words = ", ".join(filter(None, [vintage, str(period), *more, known]))
    return link, f" {words}" if vintage else f", {words}"


def _reconciled_of(lake: Lake) -> str:
    """Return the source whose reports reconciled values are of; empty for several or none known."""
    kept = {one.mapping for one in lake.holdings() if one.source == RECONCILED and one.counts}
    names = {made_of(one)[0] for one in kept if one}
    return names.pop() if len(names) == 1 and "" not in kept else ""


def _cited(source: str, lake: Lake) -> tuple[str | PageLink, str]:
    """Return a data set with its address, and its vintage; empty where that is not known."""
    name, vintage = split_address(source)
    if name == RECONCILED:
        of = _reconciled_of(lake)
        words = data_set(name, title=data_set(of) if of else "")
        address = "" if not of or is_own(of) else source_info(of).url
        return (PageLink(words, address) if "://" in address else words), ""
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


def source_on_card(figure: Figure) -> str:
    """Return whose number it is."""
    if not figure.evidence:
        return ""
    first = figure.evidence[0]
    if first.source == "published":
        names = dict.fromkeys(origin_name(item.origin) for item in figure.evidence)
        who = ", ".join(names)
        # Several rows: the value was computed from what was published.
        return f"from published: {who}" if len(figure.evidence) > 1 else who
    return source_name(first.source) if first.source != "computed" else origin_name(first.origin)


def single_figure(when: str, asked: Figure, drawn: float | None, why: str) -> str:
    """Say what `ask` gives where a chart or page shows another number; empty where it is the same.

    Parameters
    ----------
    when
        What the number is of, as the page has several.
    drawn
        The number shown, of one source for all.
    why
        Why the two differ.
    """
    value = figure_value(asked.value, asked.unit)
    if asked.status != "ok" or value == figure_value(drawn, asked.unit):
        return ""
    range_ = f", range {asked.range_text}" if asked.range_text else ""
    return f"{ONE_FIGURE}, {when} is {value} ({source_on_card(asked)}){range_}; {why}."


# The sources of a note, by footnote.


MOST_SOURCES = 5
"""Citations written out; the others are counted."""


def plain_data_set(item: Evidence) -> str:
    """Return publisher and vintage of rows; of a table of one's own its name, never its id.

    Who reads a note does not know the ids of whoever made it.
    """
    name = split_address(item.source)[0]
    own = f"Table “{name.partition('.')[2].replace('-', ' ')}”" if is_own(name) else ""
    title = item.title or own
    return data_set(item.source, item.vintage, title)


class Citations:
    """Numbers the sources in the order in which they are first needed."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[str, set[int]]] = {}

    def marks(self, *figures: Figure) -> tuple[int, ...]:
        """Return the footnotes of Figures."""
        names = [
            self._of(item, period)
            for figure in figures
            for item in figure.evidence
            for period in (figure.definition.base, figure.definition.period)
            if period
        ]
        return self._places(names)

    def rows(self, rows: Iterable[Published]) -> tuple[int, ...]:
        """Return the footnotes of published figures that are shown as they are."""
        return self._places([self._printed(row) for row in rows])

    def _places(self, names: Iterable[str]) -> tuple[int, ...]:
        places = list(self._found)
        # Sources beyond the last that is written out share the footnote that counts them.
        return tuple(sorted({min(places.index(name), MOST_SOURCES) + 1 for name in names}))

    def _printed(self, row: Published) -> str:
        title = f", “{row.title.rstrip('.')}”" if row.title else ""
        when = f", {row.published_on[:4]}" if row.published_on else ""
        name = f"{row.publisher}{title}{when}"
        self._found.setdefault(name, (name, set()))
        return name

    def _of(self, item: Evidence, period: Period) -> str:
        row = row_of(item)
        if row is not None:
            return self._printed(row)
        source = split_address(item.source)[0]
        _, years = self._found.setdefault(source, (plain_data_set(item), set()))
        years.update(range(period.start.year, period.end.year + 1))
        return source

    def texts(self) -> tuple[str, ...]:
        """Return the citations, without links."""
        found = [self._text(name, *said) for name, said in self._found.items()]
        if len(found) <= MOST_SOURCES + 1:
            return tuple(found)
        rest = len(found) - MOST_SOURCES
        return (*found[:MOST_SOURCES], f"{rest} more sources, which the brief lists.")

    @staticmethod
    def _text(name: str, text: str, years: set[int]) -> str:
        if not years:
            return f"{text}."
        licence = "" if ":" in name or "." in name else _licence(name)
        return f"{text}, {spans([Period.parse(one) for one in sorted(years)])}{licence}."


def _licence(name: str) -> str:
    found = source_info(name).licence.partition(" (")[0].rstrip(".")
    return f" ({found})" if found and len(found) < 40 else ""
