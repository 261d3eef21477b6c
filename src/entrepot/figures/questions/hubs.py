"""Flows through hubs: whose report of each is taken, and what arrives nowhere.

A hub's own report counts where it speaks. Arrivals are missing where a seller reports them and a
buyer does not, beyond the gap that their reports had before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot import measures
from entrepot.errors import NoEvidenceError
from entrepot.figures.questions.question import BOTH, AnswerRow, Question
from entrepot.lake.fetch import distinct, fetch
from entrepot.model.display import first_of, joined
from entrepot.model.product import NO_CODES, TOTAL, harmonized, known_codes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Set

    from entrepot.figures.definition import Definition

    Frame = nw.LazyFrame[Any]
    KnownReporters = Mapping[str, Set[tuple[str, date]]]
    AreaCodes = Mapping[tuple[str, str], Set[str]]

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
        # Both ways at once, and first the one that fewer data have: of a source with the reports
        # of one side alone no period has the other.
        buyers = sorted(asked.members("importer") - reporters.importers)
        sellers = sorted(asked.members("exporter") - reporters.exporters)
        ways = []
        if buyers and hub not in reporters.exporters:
            ways.append(f"sold to {first_of(buyers, _NAMED)}")
        if sellers and hub not in reporters.importers:
            ways.append(f"bought from {first_of(sellers, _NAMED)}")
        if ways:
            lacks[hub] = " or ".join(ways)
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
    others: Frame | AreaCodes | None = None,
    *,
    whose: nw.Expr | None = None,
) -> tuple[list[str], list[str]]:
    """Return the products of rows, and of others, whose code is not in every edition of both.

    A code that was split or renumbered would be goods that ended and others that began.

    Parameters
    ----------
    others
        Rows, or their codes by area and edition where they are known.
    whose
        Whose trade a row is: what is compared is of one area each. None: all are compared.

    Raises
    ------
    NoEvidenceError
        If that is every product of `rows`.
    """
    label = (nw.lit("all") if whose is None else whose).alias("__whose")
    reported = [
        _reported_codes(one, label) if isinstance(one, nw.LazyFrame) else one or {}
        for one in (rows, others)
    ]
    every: dict[str, set[str]] = {}
    for area, edition in (place for some in reported for place in some):
        every.setdefault(area, set()).add(edition)
    mine, other = (sorted(_not_in_all(some, every)) for some in reported)
    # Nothing would be left to compare.
    if mine and len(mine) == len(set[str]().union(*reported[0].values())):
        editions = joined(sorted(set[str]().union(*every.values())))
        raise NoEvidenceError(
            f"its goods are in {editions}, and no code is in all of them",
            why="a code that is new would look like goods that are",
            hint="ask codes that are in both, or a source that keeps one edition, such as BACI",
        )
    return mine, other


def _not_in_all(codes: AreaCodes, every: Mapping[str, Set[str]]) -> set[str]:
    """Return the codes that are not in all editions that their area has."""
    # Most areas have the same: a code is looked up once for all of them.
    alike: dict[frozenset[str], set[str]] = {}
    for (area, _), some in codes.items():
        alike.setdefault(frozenset(every[area]), set()).update(some)
    known = known_codes()
    return {
        code
        for editions, some in alike.items()
        for code in some
        # A code that no edition has is national, and taken to be in all.
        if not editions <= known.get(code[:SIX], editions)
    }


def _reported_codes(rows: Frame, label: nw.Expr) -> AreaCodes:
    """Return the codes of every area in each edition, but for totals."""
    keys = ("__whose", "nomenclature", "product")
    found: dict[tuple[str, str], set[str]] = {}
    for area, name, code in distinct(rows.with_columns(label), *keys):
        if name != NO_CODES:
            found.setdefault((area, harmonized(name).id), set()).add(code)
    return found


def without(rows: Frame, products: Iterable[str]) -> Frame:
    """Leave products out."""
    codes = sorted(products)
    return rows.filter(~nw.col("product").is_in(codes)) if codes else rows


def renamed_words(codes: Iterable[str]) -> str:
    """Name what was left out, the first where there are many."""
    return first_of(sorted(codes))


def lost(
    rows: Frame,
    asked: Definition,
    column: str,
    speakers: Mapping[str, frozenset[str]] | None = None,
    known_reporters: KnownReporters | None = None,
) -> AnswerRow:
    """Return what did not arrive, all goods asked for together, with a row for each product.

    Products of which a report has no amount are left out and counted, for a sum without it would
    look like goods that did not arrive. So would a step in which one of the two tells nothing at
    all: it is left out on both sides, and named.

    Parameters
    ----------
    speakers
        Who tells what it buys, and what it sells, of anything: of two who do, no row is nothing.
    known_reporters
        Who tells which side at all, with the first day of each step; None where that is not known.
    """
    # Only of two who both report is a missing row no trade.
    both = speakers is not None and all(asked.members(side) <= speakers[side] for side in BOTH)
    missing = rows.filter(nw.col(column).is_null()).select("product").unique()
    unknown = sorted(code for (code,) in fetch(missing))
    # Masses, mostly: a product of which one report has none is left out on both sides.
    known = rows.filter(~nw.col("product").is_in(unknown)) if unknown else rows
    non_reporting = _non_reporting(known, known_reporters) if known_reporters else {}
    if non_reporting:
        known = known.filter(
            *(
                ~((nw.col(side) == area) & nw.col("period").is_in(sorted(days)))
                for (side, area), days in non_reporting.items()
            )
        )
    found = _lost(known, asked, column, (), complete=both)
    [row] = _rows(found)
    if row["lost"] is not None and not (row["told_out"] or row["told_in"]):
        raise NoEvidenceError(
            (
                f"neither side records {asked.goods} in {asked.period}; “not recorded” does "
                "not mean zero"
            ),
            why="a code that ended with an edition would look like goods that are no longer sent",
        )
    if row["lost"] is None:
        # With all rows, not those that were kept: the reason may be in what was left out.
        _require_both(rows, asked, column, has_non_reporting=bool(non_reporting))
    if unknown:
        row["unknown_products"] = len(unknown)
    if non_reporting:
        row["silent_steps"] = _steps(set[date]().union(*non_reporting.values()), rows)
    answer = AnswerRow(row)
    by_product = _rows(_lost(known, asked, column, ("product",)))
    reported = [one for one in by_product if one["lost"] is not None]
    answer.table = tuple(sorted(reported, key=lambda one: (-one["lost"], one["product"])))
    return answer


def _non_reporting(
    rows: Frame, known_reporters: KnownReporters
) -> dict[tuple[str, str], set[date]]:
    """Return by side and area the steps in which it tells nothing, and who is across does."""
    found: dict[tuple[str, str], set[date]] = {}
    for *pair, day in distinct(rows, *BOTH, "period"):
        for side, area in zip(BOTH, pair, strict=True):
            if (area, day) not in known_reporters[side]:
                found.setdefault((side, area), set()).add(day)
    return found


def _rows(found: Frame) -> list[dict[str, Any]]:
    names = found.collect_schema().names()
    return [dict(zip(names, cells, strict=True)) for cells in fetch(found)]


def _steps(days: set[date], rows: Frame) -> str:
    """Name steps that are left out, the first of them where they are many."""
    [(freq,), *_] = distinct(rows, "freq")
    names = [f"{day:%Y}" if freq == "A" else f"{day:%Y-%m}" for day in sorted(days)]
    return first_of(names)


def _require_both(rows: Frame, asked: Definition, column: str, *, has_non_reporting: bool) -> None:
    """Say which of the four reports is not there; where there is none at all, nothing is said.

    Raises
    ------
    NoEvidenceError
        If one side's reports, or those of one time, are not there, or have no amounts in them.
    """
    is_now = (nw.col("period") >= asked.period.start).alias("now")
    known = rows.filter(~nw.col(column).is_null())
    reported = set(distinct(known, "reported_by", is_now))
    empty = set(distinct(rows, "reported_by", is_now)) - reported
    if reported and empty:
        side = sorted(empty)[0][0]
        raise NoEvidenceError(
            f"the {side}'s reports of this flow have no {asked.quantity} in them",
            why="“not recorded” does not mean zero",
            hint="ask for another quantity" if asked.quantity != "value" else "ask --quantity mass",
        )
    sides = {side for side, _ in reported}
    if not reported:
        return
    here = sides & {"importer", "exporter"}
    if not here:
        raise NoEvidenceError(
            "its values are made of both sides' reports, which it does not keep apart",
            hint="add single reports, such as those of comtrade",
        )
    if len(here) == 1:
        [side] = here
        other = "importer" if side == "exporter" else "exporter"
        raise NoEvidenceError(
            f"has the {side}s' reports of this flow only; the {other}s' have to be in "
            "the same source"
        )
    base = asked.base or asked.period.before()
    for span, now in ((base, False), (asked.period, True)):
        for side in ("exporter", "importer"):
            if (side, now) not in reported:
                raise NoEvidenceError(f"no report of the {side} of this flow in {span}")
    if has_non_reporting:
        raise NoEvidenceError("both sides report in no step before and after")
    if fetch(rows.filter(nw.col(column).is_null()).head(1)):
        raise NoEvidenceError(f"of each product a report has no {asked.quantity}, or no trade")
    raise NoEvidenceError(f"the exporter reports no trade in {base}")


def _lost(
    rows: Frame, asked: Definition, column: str, by: tuple[str, ...], *, complete: bool = False
) -> Frame:
    return measures.missing_arrivals(
        rows,
        exporter=asked.members("exporter"),
        importer=asked.members("importer"),
        before=asked.base or asked.period.before(),
        after=asked.period,
        by=by,
        value=column,
        complete=complete,
    )


# How much of what hubs sell on can be others' goods as they came.


def pass_through(
    rows: Frame, asked: Definition, column: str, reporters: HubReporters | None = None
) -> Frame:
    """Return the bound over all goods asked for together; nothing is the least."""
    found, left_out = _bounds(rows, asked, column, (), reporters)
    if left_out:
        found = found.with_columns(nw.lit(renamed_words(left_out)).alias("renamed_codes"))
    return found.with_columns(
        nw.when(~nw.col("at_most").is_null()).then(0.0).alias("at_most_low"),
        nw.col("at_most").alias("at_most_high"),
    )


def passed_on_by_product(
    rows: Frame, asked: Definition, column: str, reporters: HubReporters | None = None
) -> Frame:
    """Return the same for each product that is shipped, the largest first."""
    found, _ = _bounds(rows, asked, column, ("product",), reporters)
    sold = found.filter(nw.col("shipped") > 0)
    return sold.sort("shipped", "product", descending=[True, False])


def _bounds(
    rows: Frame,
    asked: Definition,
    column: str,
    by: tuple[str, ...],
    reporters: HubReporters | None,
) -> tuple[Frame, list[str]]:
    """Return the bounds, and the codes that are left out: not in every edition of the reports."""
    reporters, hubs = reporters or reporters_of(rows, asked), asked.members("hubs")
    goods = reported(rows.filter(nw.col("product") != TOTAL), reporters, asked)
    # Editions of trade past the hubs do not matter.
    is_hubs = nw.any_horizontal(*(nw.col(x).is_in(sorted(hubs)) for x in BOTH), ignore_nulls=True)
    left_out, _ = renamed(goods.filter(is_hubs))
    found = measures.pass_through(
        without(goods, left_out),
        middleman=hubs,
        importer=asked.members("importer"),
        origins=asked.members("exporter"),
        by=by,
        value=column,
    ).with_columns(
        nw.when(nw.col("unknown_products") > 0).then(nw.col("unknown_products")),
    )
    if reporters.importers is None or hubs <= reporters.importers:
        return found, left_out
    # Of what a silent hub buys, only the origins' sales are sure to be known.
    unknown = nw.lit(None, dtype=nw.Float64).alias("in_proportion")
    return found.with_columns(unknown), left_out


QUESTIONS = {
    "missing_arrivals": Question(
        "flow",
        BOTH,
        ("exporter", "base"),
        lost,
        "exports to {buyer} that {seller} reports and {buyer} does not, beyond the gap of the past",
        by_product=True,
        levels=True,
        both_reports=True,
        notes=(
            (
                "rerouting",
                (
                    "What the exporter reports and the importer does not, beyond the gap of the "
                    "base. Goods recorded by origin, or under another code, look the same."
                ),
            ),
        ),
    ),
    "pass_through": Question(
        "chain",
        BOTH,
        ("exporter", "hubs"),
        pass_through,
        "part of what {hubs} sells to {buyer} that can be goods of {seller} as they came",
        table=passed_on_by_product,
        needs=("hubs",),
        keeps_products=True,
        levels=True,
        both_reports=True,
        compares=False,
        span="nothing, if all is its own, to all that it bought of the same products",
        cause="assumptions",
        notes=(
            (
                "pass-through",
                (
                    "A bound by arithmetic: what is bought of a product and what is sold of it. "
                    "No record says that one is the other; what the hub makes of others' parts "
                    "is no part of it."
                ),
            ),
        ),
    ),
}
