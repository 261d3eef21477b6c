"""What a chart that stands alone is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from entrepot.errors import NoEvidenceError, RequestError
from entrepot.figures.citation import data_set
from entrepot.model.period import Period
from entrepot.report.attribution import row_of, span_of, statement_title
from entrepot.report.phrasing import capital, partial_goods
from entrepot.sources.published.parse import origin_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from entrepot.figures import Figure
    from entrepot.lake import Lake
    from entrepot.report.charts import Chart
    from entrepot.sources.published.row import Published


@dataclass(frozen=True, slots=True)
class StandaloneChart:
    """A chart with everything that a reader needs beside it.

    Attributes
    ----------
    title
        What it shows, in a sentence.
    deck
        What is plotted, in which unit and on which scale.
    foot
        Value with its range, sources, and what was left out; a line each.
    rows
        What is drawn, with all digits: one entry a mark.
    figures
        Figures behind it.
    statements
        Published figures that are drawn with them.
    """

    title: str
    deck: str
    picture: Chart
    foot: tuple[str, ...]
    rows: tuple[dict[str, Any], ...]
    figures: tuple[Figure, ...] = field(default=())
    statements: tuple[Published, ...] = field(default=())

    def to_dict(self) -> dict[str, Any]:
        """Return words and numbers as plain JSON types."""
        return {
            "title": self.title,
            "deck": self.deck,
            "alternative": self.picture.alt_text,
            "source": list(self.foot),
            "rows": list(self.rows),
            "definitions": [figure.definition.to_dict() for figure in self.figures],
        }


NEEDED = (
    "doubtful-row",
    "missing-codes",
    "partial-source",
    "one-report",
    "edition-break",
    "prices",
)
"""Caveats that a reader of a picture needs: what is not in it."""


def foot(figure: Figure) -> tuple[str, ...]:
    """Return the lines below the chart of one Figure."""
    return (spread_line(figure), sources([figure]), *caveat_lines([figure]))


def spread_line(figure: Figure) -> str:
    """Return the value, with its range and what spans it."""
    value = figure.value_text
    ends = figure.range_text
    return f"{value}; {ends}: {figure.range}." if ends else f"{value}; no range: {figure.no_range}."


def sources(
    figures: Iterable[Figure], printed: Sequence[str] = (), also: Sequence[str] = ()
) -> str:
    """Return whose the numbers are: publisher, data set and vintage; who published others.

    `also` are data sets of other numbers in the chart, at the time of the last Figure.
    """
    found: dict[str, list[Period]] = {}
    computed = ""
    for figure in figures:
        for one in figure.evidence:
            # A number that others printed is no computation of ours.
            computed = computed or ("" if one.origin else "; Entrepôt computation")
            if one.origin:
                row = row_of(one)
                found[statement_title(row) if row else origin_name(one.origin)] = []
            else:
                times = found.setdefault(data_set(one.source, one.vintage, one.title), [])
                times += [] if one.vintage else _times(figure)
        for name in also:
            computed = "; Entrepôt computation"
            found.setdefault(data_set(name), []).extend(_times(figure))
    # Titles have commas of their own. What has no release is known by its time.
    named = [", ".join(filter(None, (name, span_of(times)))) for name, times in found.items()]
    listed = f"Source: {'; '.join(named)}{computed}." if found else ""
    shown = f"Published: {', '.join(dict.fromkeys(printed))}." if printed else ""
    return " ".join(text for text in (listed, shown) if text)


def _times(figure: Figure) -> list[Period]:
    """Return the times that a Figure is of: a change has two."""
    asked = figure.definition
    return [one for one in (asked.base, asked.period) if one is not None]


def caveat_lines(figures: Iterable[Figure]) -> tuple[str, ...]:
    """Return the caveats about what a picture leaves out, each kind of a flow in one wording.

    It is the newest. Where the newest Figure of the flow has none of the kind, it says until when.
    """
    known = tuple(figures)
    flows: dict[tuple[str, str], list[Figure]] = {}
    for figure in known:
        asked = figure.definition
        flows.setdefault((asked.importer, asked.exporter), []).append(figure)
    return (
        *partial_goods_lines(known),
        *dict.fromkeys(
            line for name in NEEDED for flow in flows.values() for line in _newest(name, flow)
        ),
    )


def _newest(name: str, flow: list[Figure]) -> Iterator[str]:
    """Yield the newest wording of a kind of caveat about one flow, if there is one."""
    ordered = sorted(flow, key=lambda one: str(one.definition.period))
    for figure in reversed(ordered):
        for text in (one.text for one in figure.caveats if one.id == name):
            when = figure.definition.period
            newest = when == ordered[-1].definition.period
            yield capital(text) if newest else f"Up to {when}: {text}"
            return


def partial_goods_lines(figures: Iterable[Figure]) -> tuple[str, ...]:
    """Return of which codes alone the newest Figures are, one line a source."""
    said = (text for figure in figures if (text := partial_goods(figure)))
    # By source, for the number of codes that are loaded may change from year to year.
    newest = {text.partition(":")[0]: text for text in said}
    return tuple(f"{text}." for text in newest.values())


def available_years(lake: Lake, source: str | None = None) -> list[int]:
    """Return every calendar year of which the lake, or one source, holds flows, oldest first."""
    flows = (item for item in lake.holdings(source) if item.table == "flows")
    return sorted({period.year for item in flows for period in item.current})


def asked_years(years: Iterable[int], keys: dict[str, Any], since: int | None) -> list[int]:
    """Return those years that lie between `since` and the end of the period, oldest first.

    Raises
    ------
    RequestError
        If the period is no whole year, or ends before `since`.
    """
    last = keys.get("period")
    until = None
    if last is not None:
        period = Period.parse(last)
        if not period.is_year:
            raise RequestError(
                f"{period} is not a calendar year, and this chart shows years",
                hint=f"name the last year to be drawn: --period {period.end.year}",
            )
        until = period.year
    if since is not None and until is not None and since > until:
        raise RequestError(
            f"--since {since} is after --period {until}",
            hint="--period is the last year shown; leave it out for all available years",
        )
    low = since if since is not None else min(years, default=0)
    return [year for year in sorted(years) if low <= year and (until is None or year <= until)]


def require_some(years: list[int], what: str, why: str) -> None:
    """Refuse to draw nothing.

    Raises
    ------
    NoEvidenceError
        If there is no year.
    """
    if not years:
        raise NoEvidenceError(
            f"no data for a chart of {what}", why=why, hint="see: entrepot data list"
        )
