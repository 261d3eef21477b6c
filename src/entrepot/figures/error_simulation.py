"""What the errors of reconciled rows leave open in measures without a slope: by drawing errors."""

from __future__ import annotations

import math
import random
import statistics
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot import measures
from entrepot.engine import connect
from entrepot.figures.both_reports import ERRORS
from entrepot.figures.questions import of as question
from entrepot.lake import fetch

if TYPE_CHECKING:
    from entrepot.figures.cells import Frame
    from entrepot.figures.definition import Definition

__all__ = ["DRAWS", "MEASURES", "drawn"]

MEASURES = ("rank", "elastic_power", "nested_power", "change_of_share")
"""Measures that jump, bend or split in ways for which a slope does not stand.

Prices have none: what one report lacks, it lacks in value and in mass, so that errors of values
alone would leave open far more than two reports of one price do.
"""
DRAWS = 400
NINE_IN_TEN = statistics.NormalDist().inv_cdf(0.95)
"""How many standard deviations the ends of a row's interval are away."""
SEED = 1901

_KEYS = ("exporter", "importer", "product", "period", "elasticity")

_VALUED = """
SELECT d.draw, r.exporter, r.importer, r.product, r.period, r.elasticity,
       r.value * exp(d.error * CASE WHEN d.error < 0 THEN r.down ELSE r.up END) AS value_usd
FROM told AS r JOIN errors AS d ON d.pair = r.pair
"""


def drawn(rows: Frame, asked: Definition) -> dict[str, tuple[float, float]]:
    """Return the 90 % interval of each column of a measure of reconciled rows.

    As elsewhere, errors of two areas' trade with each other at one time go the same way, and those
    of different pairs and times are independent of each other. Each of `DRAWS` draws moves every
    value within what its two reports leave open, and the measure is put to all of them at once.

    Parameters
    ----------
    rows
        Rows that the measure is made of, with `ERRORS` beside them and elasticities if it needs
        them.

    Returns
    -------
    dict
        By column, its 5 % and 95 % quantiles over the draws; a column that is null in one draw of
        twenty has none, for it may be without bounds.
    """
    how = question(asked.measure)
    lines, pairs = _lines(rows, asked)
    if not lines:
        return {}
    import pyarrow as pa

    random_ = random.Random(SEED)
    every = [(pair, draw) for pair in range(len(pairs)) for draw in range(DRAWS)]
    errors = pa.table(
        {
            "pair": [pair for pair, _ in every],
            "draw": [draw for _, draw in every],
            "error": [random_.gauss(0, 1 / NINE_IN_TEN) for _ in every],
        }
    )
    names = (*_KEYS, "value", "down", "up", "pair")
    cells = (list(column) for column in zip(*lines, strict=True))
    told = pa.table(dict(zip(names, cells, strict=True)), schema=_schema(pa))
    with connect() as connection:
        connection.register("told", told)
        connection.register("errors", errors)
        found = how.run(nw.from_native(connection.sql(_VALUED)), asked, "value_usd", by=["draw"])
        known = set(found.collect_schema().names())
        there = [x for x, _ in measures.passport(asked.measure).columns if x in known]
        answers = fetch(found.select(*there))
    return {
        name: ends
        for name, cells in zip(there, zip(*answers, strict=True), strict=True)
        if (ends := _ends(cells))
    }


def _lines(
    rows: Frame, asked: Definition
) -> tuple[list[tuple[Any, ...]], dict[tuple[str, str, bool], int]]:
    """Return the rows added up as far as the measure allows, each with its pair."""
    how = question(asked.measure)
    value = nw.col("value_usd")
    product = nw.col("product") if how.keeps_products or how.by_product else nw.lit("all")
    elasticity = nw.col("elasticity") if how.elastic else nw.lit(None).cast(nw.Float64)
    table = (
        rows.with_columns(
            product.alias("product"),
            elasticity.alias("elasticity"),
            *((value * nw.col(end)).alias(f"{end}_usd") for end in ERRORS),
        )
        .group_by(*_KEYS)
        .agg(value.sum(), *(nw.col(f"{end}_usd").sum() for end in ERRORS))
    )
    pairs: dict[tuple[str, str, bool], int] = {}
    lines = []
    sums = table.select(*_KEYS, "value_usd", *(f"{end}_usd" for end in ERRORS))
    for *cell, total, low, high in fetch(sums):
        if not total or total <= 0 or not low:
            continue
        pair = (cell[0], cell[1], cell[3] >= asked.period.start)
        number = pairs.setdefault(pair, len(pairs))
        lines.append((*cell, total, math.log(total / low), math.log(high / total), number))
    return sorted(lines, key=lambda line: [str(cell) for cell in line]), pairs


def _schema(pa: Any) -> Any:
    text, number = pa.string(), pa.float64()
    kinds = {"exporter": text, "importer": text, "product": text, "period": pa.date32()}
    kinds |= dict.fromkeys(("elasticity", "value", "down", "up"), number)
    return pa.schema([*kinds.items(), ("pair", pa.int64())])


def _ends(cells: tuple[Any, ...]) -> tuple[float, float] | None:
    if any(isinstance(cell, (bool, str)) for cell in cells):
        return None
    known = sorted(float(cell) for cell in cells if cell is not None)
    if len(known) <= 0.95 * len(cells):
        return None
    found = statistics.quantiles(known, n=20, method="inclusive")
    return found[0], found[-1]
