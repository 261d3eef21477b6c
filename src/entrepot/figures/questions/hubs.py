"""Whose report of each flow through hubs is taken: the hub's own where it speaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.errors import NoEvidenceError
from entrepot.lake import distinct
from entrepot.model.display import first_of, joined
from entrepot.model.product import NO_CODES, harmonized, known_codes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence, Set
    from datetime import date

    from entrepot.figures.definition import Definition

    Frame = nw.LazyFrame[Any]
    KnownReporters = Mapping[str, Set[tuple[str, date]]]
    AreaCode = tuple[str, str, str]

_NAMED = 5


@dataclass(frozen=True, slots=True)
class HubReporters:
    """Areas that report in every step, as importers and as exporters; None: not of reports."""

    importers: frozenset[str] | None
    exporters: frozenset[str] | None

    def both(self, asked: Definition) -> frozenset[str]:
        """Return the hubs that report what they buy, if the whole origin reports what it sells."""
        if self.importers is None or not asked.members("exporter") <= (self.exporters or set()):
            return frozenset()
        return self.importers & asked.members("hubs")


def reporters_of(
    rows: Frame, asked: Definition, known_reporters: KnownReporters | None = None
) -> HubReporters:
    """Return who reports in every step; see `reporters_in`.

    Raises
    ------
    NoEvidenceError
        If nobody tells of one of the ways through a hub.
    """
    found = reporters_in(rows, asked, known_reporters)
    require_reported(found, asked)
    return found


def reporters_in(
    rows: Frame, asked: Definition, known_reporters: KnownReporters | None = None
) -> HubReporters:
    """Return who reports in every step that the rows have, of the period and of the base.

    Who is silent in one step only would seem to have traded nothing in it.

    Parameters
    ----------
    known_reporters
        Who tells what it bought, and what it sold, of anything and with anybody, with the first
        day of each step: then who tells one side only is silent on the other. None where a
        delivery has some goods only; then a step in which an area reports what it buys is one in
        which it speaks, though it may have sold nothing.
    """
    reports = distinct(rows, "reported_by", "exporter", "importer", "period")
    if not {one for one, *_ in reports} <= {"importer", "exporter"}:
        return HubReporters(None, None)  # values made of both sides' reports, as those of BACI
    steps = {period for *_, period in reports}
    if known_reporters is not None:
        return HubReporters(
            *(_always(known_reporters[side], steps) for side in ("importer", "exporter"))
        )
    spoke: dict[str, set[Any]] = {}
    reporting: dict[str, dict[bool, set[str]]] = {
        side: {True: set(), False: set()} for side in ("importer", "exporter")
    }
    for side, exporter, importer, period in reports:
        area = exporter if side == "exporter" else importer
        spoke.setdefault(area, set()).add(period)
        reporting[side][period >= asked.period.start].add(area)
    # Reports in every step, as a buyer or a seller;
    # `always` then asks for each side in period and base.
    steady = {area for area, periods in spoke.items() if periods == steps}
    always = {
        side: frozenset(steady & times[True] & (times[False] if asked.base else steady))
        for side, times in reporting.items()
    }
    return HubReporters(always["importer"], always["exporter"])


def _always(known_reporters: Iterable[tuple[str, date]], steps: set[date]) -> frozenset[str]:
    """Return who is heard in every step."""
    times: dict[str, set[date]] = {}
    for area, day in known_reporters:
        times.setdefault(area, set()).add(day)
    return frozenset(area for area, days in times.items() if steps <= days)


def require_reported(reporters: HubReporters, asked: Definition) -> None:
    """Refuse a hub that is silent in one of the periods, if whom it trades with is silent too.

    Raises
    ------
    NoEvidenceError
        Naming the hub, what is not told, and the hubs that can be asked.
    """
    if reporters.importers is None or reporters.exporters is None:
        return
    spans = f"both {asked.base} and {asked.period}" if asked.base else str(asked.period)
    lacks: dict[str, str] = {}
    hubs = sorted(asked.members("hubs"))
    for hub in hubs:
        for across, known_reporters, other, what in (
            ("exporter", hub in reporters.importers, reporters.exporters, "bought from"),
            ("importer", hub in reporters.exporters, reporters.importers, "sold to"),
        ):
            non_reporting = sorted(asked.members(across) - other)  # type: ignore[arg-type]
            if not known_reporters and non_reporting:
                lacks.setdefault(hub, f"{what} {first_of(non_reporting, _NAMED)}")
    if not lacks:
        return
    hub, what = next(iter(lacks.items()))
    rest = [one for one in hubs if one not in lacks]
    others = f", nor all that {', '.join(list(lacks)[1:])} traded" if len(lacks) > 1 else ""
    also = f", or leave it to the others: --hubs {'+'.join(rest)}" if rest else ""
    raise NoEvidenceError(
        f"no country reports in {spans} what {hub} {what}{others}",
        why="an unreported flow gives no bound and does not mean zero",
        hint=(f"load reports of the hub or of the other side, ask other periods{also}"),
    )


def reported(rows: Frame, reporters: HubReporters, asked: Definition) -> Frame:
    """Keep one report of each flow: the hub's own where it speaks, else the other side's.

    Of what one hub sells another, the seller's, who knows where it goes: the buyer names as a rule
    where goods were made, so that a chain would not show.
    """
    if reporters.importers is None or reporters.exporters is None:
        return rows
    hubs = sorted(asked.members("hubs"))
    side, buyer, seller = (nw.col(name) for name in ("reported_by", "importer", "exporter"))
    bought = buyer.is_in(sorted(reporters.importers))
    sold = seller.is_in(sorted(reporters.exporters))
    # Take the buyer's report if the seller has none,
    # or if the buyer is a hub and the seller is not.
    first = ~sold | (buyer.is_in(hubs) & bought & ~seller.is_in(hubs))
    return rows.filter(
        ((side == "importer") & bought & first) | ((side == "exporter") & sold & ~first)
    )


SOURCE = "source"
"""Column of the source of a row, where there are several."""
_ACROSS = {"importer": "the buyer", "exporter": "the sellers"}


def whose(reported: Frame, asked: Definition) -> dict[str, dict[str, str]]:
    """Return by hub who tells what it bought of the origin, and what it sold to the importer.

    Parameters
    ----------
    reported
        One report of each flow; empty texts where they are no single reports.
    """
    names = reported.collect_schema().names()
    known = [name for name in ("reported_by", "valuation", SOURCE) if name in names]
    seller, buyer = nw.col("exporter"), nw.col("importer")
    hubs = sorted(asked.members("hubs"))
    found: dict[str, dict[str, str]] = {hub: {} for hub in hubs}
    for column, hub, other, across, ends in (
        ("bought_told_by", buyer, seller, "exporter", asked.members("exporter")),
        ("sold_told_by", seller, buyer, "importer", asked.members("importer")),
    ):
        rows = reported.filter(hub.is_in(hubs), other.is_in(sorted(ends)))
        reporters: dict[str, set[str]] = {}
        for name, *report in distinct(rows, hub.alias("hub"), *known):
            reporters.setdefault(name, set()).add(_words(report, across))
        for name, words in reporters.items():
            found[name][column] = " and ".join(sorted(words))
    return found


def _words(report: Iterable[str | None], across: str) -> str:
    """Return who tells, at which value, and in which source."""
    side, *more = report
    if side not in _ACROSS:
        return "both sides"
    who = _ACROSS[side] if side == across else "the hub"
    extra = ", ".join(one for one in more if one)
    return f"{who} ({extra})" if extra else who


# Codes that are in some editions only: what they hold begins or ends with the edition.


SIX = 6


def renamed(
    rows: Frame,
    others: Frame | Sequence[AreaCode] | None = None,
    *,
    whose: nw.Expr | None = None,
) -> tuple[list[str], list[str]]:
    """Return the products of rows, and of others, whose code is not in every edition of both.

    A code that was split or renumbered would be goods that ended and others that began.

    Parameters
    ----------
    others
        Rows, or the area, edition and code of each product where they are known.
    whose
        Whose trade a row is: what is compared is of one area each. None: all are compared.

    Raises
    ------
    NoEvidenceError
        If that is every product of `rows`.
    """
    label = (nw.lit("all") if whose is None else whose).alias("__whose")
    reported = [
        _reported_codes(one, label) if isinstance(one, nw.LazyFrame) else one or []
        for one in (rows, others)
    ]
    every: dict[str, set[str]] = {}
    for some in reported:
        for area, edition, _ in some:
            every.setdefault(area, set()).add(edition)
    known = known_codes()
    mine, other = (
        sorted(
            {
                code
                for area, _, code in some
                # A code that no edition has is national, and taken to be in all.
                if not every[area] <= known.get(code[:SIX], every[area])
            }
        )
        for some in reported
    )
    # Nothing would be left to compare.
    if mine and len(mine) == len({code for *_, code in reported[0]}):
        editions = joined(sorted(set[str]().union(*every.values())))
        raise NoEvidenceError(
            f"its goods are in {editions}, and no code is in all of them",
            why="a code that is new would look like goods that are",
            hint="ask codes that are in both, or a source that keeps one edition, such as BACI",
        )
    return mine, other


def _reported_codes(rows: Frame, label: nw.Expr) -> list[AreaCode]:
    """Return area, edition and code of every product, but for totals."""
    keys = ("__whose", "nomenclature", "product")
    found = distinct(rows.with_columns(label), *keys)
    return [(area, harmonized(name).id, code) for area, name, code in found if name != NO_CODES]


def without(rows: Frame, products: Iterable[str]) -> Frame:
    """Leave products out."""
    codes = sorted(products)
    return rows.filter(~nw.col("product").is_in(codes)) if codes else rows


def renamed_words(codes: Iterable[str]) -> str:
    """Name what was left out, the first where there are many."""
    return first_of(sorted(codes))
