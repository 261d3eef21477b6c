"""What it would cost if a supplier stopped, over a grid of what others do and of elasticities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.errors import NoEvidenceError, RequestError
from entrepot.figures.questions.cutoff_grid import (
    AT_HEAD,
    COLUMNS,
    ELSEWHERE,
    LEAST,
    MORE,
    grid_of,
    put,
    sellers,
)
from entrepot.figures.questions.question import BOTH, Question, Row
from entrepot.lake import fetch
from entrepot.model.areas import area_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyarrow as pa

    from entrepot.figures.definition import Definition

    Frame = nw.LazyFrame[Any]

__all__ = ["QUESTIONS"]

CRITICAL = 0.5
"""A product is critical if more of its bill stays unmet although others step in."""
_FREE = "0.0 1.0"
"""The point with elasticities of many years, to which limits are taken away."""
_LIMITS = ("unmet", "bill")
"""Least and most that can be lost of a product, whatever its elasticity."""
_NAMED = 5


def cutoff(rows: Frame, asked: Definition, column: str) -> Row:
    """Return loss, unmet part and who replaces the seller, with the ends over the grid."""
    if asked.by == "importer":
        raise RequestError(
            "a cut-off is told by product or exporter",
            why="importers count as one buyer",
            hint="ask each importer by itself",
        )
    if not sellers(asked):
        raise RequestError(
            f"{', '.join(sorted(asked.members('exporter')))} on both sides",
            why="what the buyer's own members sell it is left out",
            hint="ask one member as the buyer",
        )
    held = _held(rows, asked, column)
    grid, head = grid_of(held, asked)
    totals = {row["point"]: row for row in put(grid, asked, by="point")}
    found = totals.get(head)
    if found is None or not found["stopped"]:
        return Row()
    products = put(grid, asked, by="point", detail="product")
    suppliers = put(grid.filter(_is(grid, head)), asked, detail="supplier")
    money = asked.currency.lower()
    flags = dict(zip(*(held[name].to_pylist() for name in COLUMNS[::5]), strict=True))
    told = [row for row in products if row["point"] == head and row["share"] > 0]
    if all(row["loss"] is None for row in told):
        raise NoEvidenceError("none of these goods has an elasticity", hint="add --sigma 3")
    row = Row(
        **_ends("loss", found, totals.values()),
        **_whole_ends(totals, products),
        **_ends("unmet_share", found, totals.values()),
        **{f"{name}_{money}": found[name] for name in ("bill", "stopped", "replaced", "unmet")},
        shadow_price=found["shadow_price"],
        cost_pct=found["cost_pct"],
        known_share=found["known_share"],
        free_loss_share=put(grid.filter(_is(grid, _FREE)), asked, divert=None)[0]["loss"],
        leontief_share=max(row["unmet_share"] for row in products),
        critical_products=sum(row["unmet_share"] > CRITICAL for row in told),
        critical_codes=_critical(told),
        replaced_by=", ".join(_replacing(suppliers, found["replaced"])) or "nobody",
    )
    if asked.sigma is None:
        row["at_least_share"] = _at_least(told, found["bill"])
    row.table = tuple(_told(one, flags.get(one["product"]), money) for one in told)
    if asked.by == "exporter":
        row.table = tuple(_supplier(one, money) for one in suppliers)
    return row


def _critical(told: list[dict[str, Any]]) -> str:
    """Return the critical products that cost most, and how many more there are."""
    found = [row for row in told if row["unmet_share"] > CRITICAL]
    first = sorted(found, key=lambda row: -row["unmet"])[:_NAMED]
    more = len(found) - len(first)
    names = ", ".join(row["product"] for row in first)
    return f"{names} and {more} more" if more else names or "none"


def _at_least(told: list[dict[str, Any]], bill: float) -> float:
    """Return the part of the bill whose elasticity is the least there is."""
    return float(sum(row["bill"] for row in told if row["sigma"] == LEAST) / bill)


def _is(grid: pa.Table, point: str) -> Any:
    import pyarrow.compute as pc

    return pc.equal(grid["point"], point)


def _held(rows: Frame, asked: Definition, column: str) -> pa.Table:
    """Return what each supplier sells of each product to the buyers and elsewhere, in memory."""
    import pyarrow as pa

    buys = sorted(asked.members("importer"))
    ours = nw.col("importer").is_in(buys)
    names = set(rows.collect_schema().names())
    rows = rows.filter(nw.col("exporter") != nw.col("importer")).with_columns(
        nw.when(ours).then(nw.lit(buys[0])).otherwise(nw.lit(ELSEWHERE)).alias("importer"),
        *(
            nw.lit(None, kind()).alias(name)
            for name, kind in (("elasticity", nw.Float64), ("elasticity_basis", nw.String))
            if name not in names
        ),
    )
    sums = rows.group_by(*COLUMNS[:3]).agg(
        nw.col(column).sum().alias("amount"),
        nw.col("elasticity").cast(nw.Float64).min(),
        nw.col("elasticity_basis").min(),
    )
    cells = list(zip(*fetch(sums.select(*COLUMNS)), strict=True)) or [()] * len(COLUMNS)
    kinds = (pa.string(), pa.string(), pa.string(), pa.float64(), pa.float64(), pa.string())
    return pa.table(
        {
            name: pa.array(list(cell), kind)
            for name, cell, kind in zip(COLUMNS, cells, kinds, strict=True)
        }
    )


def _ends(name: str, head: dict[str, Any], rows: Iterable[dict[str, Any]]) -> dict[str, float]:
    values = [row[name] for row in rows]
    return {name: head[name], f"{name}_low": min(values), f"{name}_high": max(values)}


def _whole_ends(
    totals: dict[str, dict[str, Any]], products: list[dict[str, Any]]
) -> dict[str, float]:
    """Return the ends of the loss of all goods, where the elasticity of some is not known.

    Of those, the least is what stays unmet where suppliers are all alike, and the most all of
    them that the seller sells.
    """
    unknown = [row for row in products if row["loss"] is None and row["share"] > 0]
    if not unknown:
        return {}
    ends = []
    for point, total in totals.items():
        here = [row for row in unknown if row["point"] == point]
        known = total["known_share"] * total["loss"]
        ends += [known + sum(row[name] for row in here) / total["bill"] for name in _LIMITS]
    return {"whole_loss_share_low": min(ends), "whole_loss_share_high": max(ends)}


def _replacing(suppliers: list[dict[str, Any]], replaced: float) -> Iterator[str]:
    """Yield the largest of those who step in, with their part of what is replaced."""
    for row in suppliers[:_NAMED]:
        if row["more"] > 0:
            yield f"{area_name(row['exporter'])} {100 * row['more'] / replaced:.3g} %"


def _supplier(row: dict[str, Any], money: str) -> dict[str, Any]:
    amounts = {f"{name}_{money}": row[name] for name in ("before", "after", "more")}
    return {"exporter": row["exporter"], "name": area_name(row["exporter"])} | amounts


def _told(row: dict[str, Any], basis: str | None, money: str) -> dict[str, Any]:
    return {
        "product": row["product"],
        "loss_share": row["loss"],
        "unmet_share": row["unmet_share"],
        f"unmet_{money}": row["unmet"],
        f"bill_{money}": row["bill"],
        "share": row["share"],
        "sigma": row["sigma"],
        "sigma_is": basis or ("given" if row["sigma"] is not None else "not known"),
        "critical": row["unmet_share"] > CRITICAL,
    }


def _note(elasticity: str) -> tuple[tuple[str, str], ...]:
    return (
        (
            "cutoff",
            (
                "The value is a part of what the goods are worth to the buyer. It lets others send "
                f"{AT_HEAD} of what they sell elsewhere{elasticity}: a point inside the range, not "
                "a forecast. Home production, stocks and suppliers that sell nothing today are "
                "left out. A loss of worth is no loss of output: see the page."
            ),
        ),
    )


QUESTIONS = {
    "cutoff": Question(
        "world",
        BOTH,
        ("exporter", "sigma", "by", "fixed_supply"),
        cutoff,
        "share of what these goods are worth to {buyer} lost in the first year if {seller} stopped "
        f"selling and others sent {MORE} (value: {AT_HEAD})",
        elastic=True,
        levels=True,
        compares=False,
        choices=frozenset({"tiers", "territory", "partners", "window"}),
        span=(f"others send {MORE}; 10 to 100 % of the long-run elasticity, at least 1.25"),
        point=f"others send {AT_HEAD} of what they sell elsewhere: one point in the range, no "
        "forecast",
        cause="assumptions",
        span_given=f"others send {MORE}",
        notes=_note(" and takes 30 % of the long-run elasticity"),
        notes_given=_note(", with the elasticity that was given"),
    ),
}
