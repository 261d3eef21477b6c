"""What a seller reports and a buyer does not, beyond the gap that their reports had before."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot import measures
from entrepot.errors import NoEvidenceError
from entrepot.figures.questions.hubs import (
    HubReporters,
    renamed,
    renamed_words,
    reported,
    reporters_of,
    without,
)
from entrepot.figures.questions.question import BOTH, AnswerRow, Question
from entrepot.lake import distinct, fetch
from entrepot.model.display import first_of
from entrepot.model.product import TOTAL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from entrepot.figures.definition import Definition
    from entrepot.figures.questions.hubs import KnownReporters

    Frame = nw.LazyFrame[Any]


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
