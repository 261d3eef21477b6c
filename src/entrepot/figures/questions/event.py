"""What happened to goods after they were put on a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot import measures
from entrepot.errors import NoEvidenceError
from entrepot.figures.questions.question import AnswerRow, Question
from entrepot.lake.fetch import distinct, fetch
from entrepot.model.product import TOTAL

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import pyarrow as pa

    from entrepot.figures.definition import Definition
    from entrepot.measures.event import Coefficient, Design, EventStudy

    Frame = nw.LazyFrame[Any]


@dataclass(frozen=True, slots=True)
class Listing:
    """Goods of a source and the days on which they were listed.

    Attributes
    ----------
    days
        Codes that the list covers as a whole, with the first day on it.
    partly
        Codes of which the list covers a part, so that they are neither listed nor not.
    inferred
        Codes whose day was inferred, or whose listing text was not read itself.
    """

    days: Mapping[str, date]
    partly: frozenset[str]
    inferred: frozenset[str] = frozenset()


MOST = {"M": 12, "Q": 8, "A": 5}
"""Steps before and after the event that are told apart; what lies beyond counts with the last."""
FEW = 20
"""Listed goods below which errors from clusters are too small, and events are dealt to others."""


def event_study(rows: Frame, asked: Definition, column: str, listing: Listing) -> AnswerRow:
    """Compare listed goods with others, step by step around the day on which they were listed."""
    partner = "importer" if asked.controls else "exporter"
    lines = rows.filter(nw.col("product") != TOTAL)
    keys = ["product", partner, "period"]
    cells = fetch(measures.value(lines, by=keys, value=column).select(*keys, column))
    [(freq,), *_] = distinct(lines, "freq") or [("",)]
    if not cells:
        return AnswerRow()
    kept, counts = _kept(cells, asked, listing)
    table = _table(kept, asked, listing, partner)
    design = _design(kept, asked, listing, partner, freq)
    few = counts["listed_products"] < FEW
    # Events are dealt to other goods only where errors of clusters
    # cannot be trusted: each deal is a regression of its own.
    found = measures.event_study(table, design, inference="auto" if few else "cluster")
    return _row(found, counts | {"steps_of": {"M": "months", "Q": "quarters"}.get(freq, "years")})


def _kept(
    cells: list[tuple[Any, ...]], asked: Definition, listing: Listing
) -> tuple[list[tuple[Any, ...]], dict[str, int]]:
    """Leave out goods that are partly listed, and those that were listed from the start."""
    first = min(cell[2] for cell in cells)
    # Listed before the first step: there is no time without the listing to compare with.
    early = {code for code, day in listing.days.items() if day <= first}
    goods = {cell[0] for cell in cells}
    out = (early | listing.partly) & goods
    treated = {code for code in goods - out if code in listing.days} - _later(asked, listing)
    if not treated:
        raise NoEvidenceError(
            f"no good that is traded here came onto {asked.listed} within {asked.period}",
            hint="ask for a time that begins before, and ends after, the day of listing",
        )
    counts = {
        "listed_products": len(treated),
        "other_products": len(goods - out - treated),
        "partly_listed_products": len(listing.partly & goods),
        "inferred_day_products": len(treated & listing.inferred),
        "listed_before_products": len(early & goods - listing.partly),
    }
    return [cell for cell in cells if cell[0] not in out], counts


def _later(asked: Definition, listing: Listing) -> set[str]:
    """Return goods that were listed after the period: in it they are like those never listed."""
    return {code for code, day in listing.days.items() if day > asked.period.end}


def _table(
    cells: list[tuple[Any, ...]], asked: Definition, listing: Listing, partner: str
) -> pa.Table:
    import pyarrow as pa

    later, targets = _later(asked, listing), asked.members("importer")
    # Listed after the period counts as never listed within it.
    events: list[date | None] = [
        None if cell[0] in later else listing.days.get(cell[0]) for cell in cells
    ]
    products, partners, periods, values = zip(*cells, strict=True)
    exposed = [name in targets for name in partners] if asked.controls else [True] * len(cells)
    return pa.table(
        {
            "product": products,
            partner: partners,
            "period": periods,
            "value": pa.array(values, pa.float64()),
            "event": pa.array(events, pa.date32()),
            "exposed": exposed,
        }
    )


def _design(
    cells: list[tuple[Any, ...]], asked: Definition, listing: Listing, partner: str, freq: str
) -> Design:
    """Look as far before and after the events as the periods go."""
    from entrepot.measures.event import Design

    months = {"M": 1, "Q": 3}.get(freq, 12)
    goods, later = {cell[0] for cell in cells}, _later(asked, listing)
    days = [day for code, day in listing.days.items() if code in goods - later]
    start, end = asked.period.start, asked.period.end
    before = max(_steps(start, day, months) for day in days)
    after = max(_steps(day, end, months) for day in days)
    return Design(
        partner=partner,
        value="value",
        exposed="exposed" if asked.controls else None,
        frequency=freq,  # type: ignore[arg-type]  # of the catalog, which has these three
        # At least one step before, which is the reference.
        window=(-max(1, min(before, MOST[freq])), min(after, MOST[freq])),
        cluster=("product",),
        # A missing row is no trade: who does not report was refused before.
        zeros=True,
    )


def _steps(first: date, last: date, months: int) -> int:
    # Steps since year 0: two days of one quarter are none apart.
    one, other = ((day.year * 12 + day.month - 1) // months for day in (first, last))
    return other - one


def _row(found: EventStudy, counts: dict[str, Any]) -> AnswerRow:
    """Return the pooled effect in per cent with its tests, and a row for each step."""
    effect, trend = found.effect, found.pre_trend
    row = AnswerRow(
        effect_pct=effect.change_pct,
        # Errors of few clusters are too small to be a range: then the p-value of dealing counts.
        effect_pct_low=effect.low_pct if found.trusted == "cluster" else None,
        effect_pct_high=effect.high_pct if found.trusted == "cluster" else None,
        log_effect=effect.estimate,
        std_error=effect.std_error,
        std_error_usual=effect.std_error_usual,
        p_value=effect.p_cluster,
        p_randomisation=effect.p_randomisation,
        trusted=found.trusted,
        pre_trend_p=trend.p_value,
        **counts,
        cells=found.counts["rows"],
        zero_cells=found.counts["zeros"],
    )
    if found.remarks:
        row["remarks"] = "; ".join(found.remarks)
    row.table = tuple(_step(one) for one in found.coefficients)
    return row


def _step(one: Coefficient) -> dict[str, Any]:
    found = {
        "step": one.step,
        "change_pct": one.change_pct,
        "low_pct": one.low_pct,
        "high_pct": one.high_pct,
        "estimate": one.estimate,
        "std_error": one.std_error,
        "std_error_usual": one.std_error_usual,
        "p_value": one.p_value,
        "cells": one.cells,
        "is_reference": one.is_reference or None,
        "is_binned": one.is_binned or None,
        "why": one.why or None,
    }
    return {name: value for name, value in found.items() if value is not None}


QUESTIONS = {
    "event_study": Question(
        "panel",
        ("importer",),
        ("exporter", "controls", "listed"),
        event_study,
        "what listing did to exports from {seller} to {buyer}",
        needs=("listed",),
        value="effect_pct",
        unit="percent",
        span="the 95 % interval of the pooled effect, errors by product",
        listed=True,
        notes=(
            (
                "event-study",
                (
                    "The mean over all steps from the event on, in per cent; look at the steps. "
                    "Goods that are not listed are no perfect mirror of those that are."
                ),
            ),
        ),
    ),
}
