"""What it would cost if a supplier stopped, over a grid of what others do and of elasticities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot import measures
from entrepot.errors import NoEvidenceError
from entrepot.figures.questions.question import BOTH, Question, Row, special
from entrepot.lake import fetch
from entrepot.model.areas import area_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from entrepot.figures.definition import Definition

    Frame = nw.LazyFrame[Any]

__all__ = ["QUESTIONS"]

DIVERT = (0.0, 0.05, 0.10, 0.25)
"""Parts of what others sell elsewhere that they could send instead."""
SHORT_RUN = (0.1, 0.3, 1.0)
"""Parts of an elasticity of many years that are there after a short time; 1: many years."""
HEAD = (0.10, 0.3)
"""What the value itself takes of both: somewhere inside the grid."""
CRITICAL = 0.5
"""A product is critical if more of its bill stays unmet although others step in."""
_NAMED = 5
_ELSEWHERE = "elsewhere"
_COLUMNS = ("product", "exporter", "importer", "amount", "elasticity", "elasticity_basis")


def cutoff(rows: Frame, asked: Definition, column: str) -> Row:
    """Return loss, unmet part and who replaces the seller, with the ends over the grid."""
    held = _held(rows, asked, column)
    short_run = SHORT_RUN if asked.sigma is None else (1.0,)
    head = (HEAD[0], HEAD[1] if asked.sigma is None else 1.0)
    grid = {
        (divert, part): _asked(held, asked, divert, part) for divert in DIVERT for part in short_run
    }
    found = grid[head]
    if not found["stopped"]:
        return Row()
    if found["loss"] is None:
        raise NoEvidenceError("none of these goods has an elasticity", hint="add --sigma 3")
    products = _asked_for_each(held, asked, *head)
    unknown = {row["product"] for row in products if row["loss"] is None}
    money = asked.currency.lower()
    row = Row(
        loss=found["loss"],
        **_loss_ends(held, asked, list(grid.values()), unknown),
        **_ends("unmet_share", found, grid.values()),
        **{f"{name}_{money}": found[name] for name in ("bill", "stopped", "replaced", "unmet")},
        shadow_price=found["shadow_price"],
        cost_pct=found["cost_pct"],
        known_share=found["known_share"],
        essential_share=found["essential_share"],
        **_limits(held, asked),
        critical_products=sum(row["unmet_share"] > CRITICAL for row in products),
        replaced_by=", ".join(_replacing(held, asked, head[0], found["replaced"])) or "nobody",
    )
    flags = dict(zip(*(held[name].to_pylist() for name in _COLUMNS[::5]), strict=True))
    row.table = tuple(_told(one, flags.get(one["product"]), money) for one in products)
    if asked.by == "exporter":
        row.table = tuple(_suppliers(held, asked, head[0], money))
    return row


def _held(rows: Frame, asked: Definition, column: str) -> pa.Table:
    """Return what each supplier sells of each product to the buyers and elsewhere, in memory."""
    import pyarrow as pa

    buys = sorted(asked.members("importer"))
    ours = nw.col("importer").is_in(buys)
    names = set(rows.collect_schema().names())
    rows = rows.filter(nw.col("exporter") != nw.col("importer")).with_columns(
        nw.when(ours).then(nw.lit(buys[0])).otherwise(nw.lit(_ELSEWHERE)).alias("importer"),
        *(
            nw.lit(None, kind()).alias(name)
            for name, kind in (("elasticity", nw.Float64), ("elasticity_basis", nw.String))
            if name not in names
        ),
    )
    sums = rows.group_by(*_COLUMNS[:3]).agg(
        nw.col(column).sum().alias("amount"),
        nw.col("elasticity").min(),
        nw.col("elasticity_basis").min(),
    )
    cells = list(zip(*fetch(sums.select(*_COLUMNS)), strict=True)) or [()] * len(_COLUMNS)
    kinds = (pa.string(), pa.string(), pa.string(), pa.float64(), pa.float64(), pa.string())
    return pa.table(
        {
            name: pa.array(list(cell), kind)
            for name, cell, kind in zip(_COLUMNS, cells, kinds, strict=True)
        }
    )


def _put(
    held: pa.Table, asked: Definition, divert: float | None, part: float, **more: Any
) -> list[dict[str, Any]]:
    """Put one point of the grid to the measure."""
    buys = asked.members("importer")
    found: Any = measures.cutoff(
        held,
        **{
            "importer": buys,
            "exporter": asked.members("exporter") - buys,
            "sigma": asked.sigma or "elasticity",
            "divert": divert,
            "short_run": part,
            "unwilling": special(),
            "value": "amount",
        }
        | more,
    )
    return list(found.to_pylist())


def _asked(held: pa.Table, asked: Definition, divert: float, part: float) -> dict[str, Any]:
    return _put(held, asked, divert, part)[0]


def _asked_for_each(
    held: pa.Table, asked: Definition, divert: float, part: float
) -> list[dict[str, Any]]:
    """Return the same for every product that the seller supplies, most unmet first."""
    found = _put(held, asked, divert, part, detail="product")
    return [row for row in found if row["share"] > 0]


def _ends(name: str, head: dict[str, Any], grid: Any) -> dict[str, float]:
    values = [row[name] for row in grid]
    return {name: head[name], f"{name}_low": min(values), f"{name}_high": max(values)}


def _loss_ends(
    held: pa.Table, asked: Definition, grid: list[dict[str, Any]], unknown: set[str]
) -> dict[str, float]:
    """Return the ends of the loss over the grid.

    Of goods whose elasticity is not known, the least is what stays unmet where suppliers are all
    alike, and the most all of them.
    """
    bill, known = grid[0]["bill"], grid[0]["known_share"]
    losses = [row["loss"] for row in grid]
    low, high = known * min(losses), known * max(losses)
    if unknown:
        alike = _put(held, asked, max(DIVERT), 1.0, sigma=float("inf"), detail="product")
        lacking = [row for row in alike if row["product"] in unknown]
        low += sum(row["unmet"] for row in lacking) / bill
        high += sum(row["bill"] for row in lacking) / bill
    return {"loss_low": low, "loss_high": high}


def _limits(held: pa.Table, asked: Definition) -> dict[str, float]:
    """Return the loss without limits to what others send, and the worst product if none does."""
    free = _put(held, asked, None, 1.0)[0]["loss"]
    none = _put(held, asked, 0.0, 1.0, sigma=float("inf"), detail="product")
    return {"free_loss_share": free, "leontief_share": max(row["unmet_share"] for row in none)}


def _suppliers(
    held: pa.Table, asked: Definition, divert: float, money: str
) -> Iterator[dict[str, Any]]:
    for row in _put(held, asked, divert, 1.0, detail="supplier"):
        amounts = {f"{name}_{money}": row[name] for name in ("before", "after", "more")}
        yield {"exporter": row["exporter"], "name": area_name(row["exporter"])} | amounts


def _replacing(held: pa.Table, asked: Definition, divert: float, replaced: float) -> Iterator[str]:
    """Yield the largest of those who step in, with their part of what is replaced."""
    rows = _put(held, asked, divert, 1.0, detail="supplier")
    for row in rows[:_NAMED]:
        if row["more"] > 0:
            yield f"{area_name(row['exporter'])} {100 * row['more'] / replaced:.3g} %"


def _told(row: dict[str, Any], basis: str | None, money: str) -> dict[str, Any]:
    return {
        "product": row["product"],
        "share": row["share"],
        f"bill_{money}": row["bill"],
        f"unmet_{money}": row["unmet"],
        "unmet_share": row["unmet_share"],
        "loss_share": row["loss"],
        "elasticity_used": row["sigma"],
        "elasticity_is": basis or ("given" if row["sigma"] is not None else "not known"),
        "critical": row["unmet_share"] > CRITICAL,
    }


QUESTIONS = {
    "cutoff": Question(
        "world",
        BOTH,
        ("exporter", "sigma", "by"),
        cutoff,
        "what {buyer} would lose if {seller} stopped selling",
        elastic=True,
        flagged=True,
        levels=True,
        compares=False,
        span=(
            "others send 0 to 25 % of what they sell elsewhere; 10 to 100 % of the long-run "
            "elasticity, unless it is given"
        ),
        notes=(
            (
                "cutoff",
                (
                    "The value itself lets others send 10 % of what they sell elsewhere and takes "
                    "30 % of the long-run elasticity: a point inside the range, not a forecast. "
                    "Home production, stocks and suppliers that sell nothing today are left out. "
                    "With an elasticity of one or less every supplier is essential."
                ),
            ),
        ),
    ),
}
