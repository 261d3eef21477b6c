"""What it would cost if a supplier stopped, over a grid of what others do and of elasticities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw

from entrepot import measures
from entrepot.errors import NoEvidenceError, RequestError
from entrepot.figures.questions.question import BOTH, AnswerRow, Question
from entrepot.lake.fetch import fetch
from entrepot.model.areas import area_name, area_phrase, areas
from entrepot.model.display import NBSP, first_of, joined, number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyarrow as pa

    from entrepot.figures.definition import Definition

    Frame = nw.LazyFrame[Any]
    from collections.abc import Sequence

DIVERT = (0.0, 0.05, 0.10, 0.25)
"""Parts of what others sell elsewhere that they could send instead."""
SHORT_RUN = (0.1, 0.3, 1.0)
"""Parts of an elasticity of many years that are there after a short time; 1: many years."""
LEAST = 1.25
"""Smallest elasticity that is taken from such a part: at one and below, the formula makes every
supplier essential, however small it is, and the loss of a whole cut is everything."""
HEAD = (0.10, 0.3)
"""What the value itself takes of both: somewhere inside the grid."""
MORE = f"{100 * min(DIVERT):.0f} to {100 * max(DIVERT):.0f}{NBSP}% of what they sell elsewhere"
AT_HEAD = f"{100 * HEAD[0]:.0f}{NBSP}%"
"""What others send instead, in words: over the grid, and for the value itself."""
ELSEWHERE = "elsewhere"
"""All other buyers, under one name."""
COLUMNS = ("product", "exporter", "importer", "amount", "elasticity", "elasticity_basis")


def grid_of(table: pa.Table, asked: Definition) -> tuple[pa.Table, str]:
    """Return the rows once for each point of the grid, and the name of the point of the value."""
    import pyarrow as pa
    import pyarrow.compute as pc

    parts = SHORT_RUN if asked.sigma is None else (1.0,)
    tables = []
    for divert in DIVERT:
        for part in parts:
            # skip_nulls=False: an elasticity that is not
            # known would become the least one otherwise.
            used = pc.max_element_wise(
                pc.multiply(table["elasticity"], part), LEAST, skip_nulls=False
            )
            size = table.num_rows
            columns = {
                "point": pa.array([f"{divert} {part}"] * size, pa.string()),
                "divert": pa.array([divert] * size, pa.float64()),
                "sigma": used if asked.sigma is None else pa.array([asked.sigma] * size),
            }
            one = table
            for name, cells in columns.items():
                one = one.append_column(name, cells)
            tables.append(one)
    return pa.concat_tables(tables), f"{HEAD[0]} {HEAD[1] if asked.sigma is None else 1.0}"


def put(grid: pa.Table, asked: Definition, **more: Any) -> list[dict[str, Any]]:
    """Put points of the grid to the measure."""
    buys = asked.members("importer")
    keys: dict[str, Any] = {"sigma": "sigma", "divert": "divert", "value": "amount"}
    found: Any = measures.cutoff(
        nw.from_native(grid),
        importer=buys,
        exporter=sellers(asked),
        fixed_supply=[*_nowhere(), *asked.members("fixed_supply")],
        **keys | more,
    )
    return list(found.rows(named=True))


def _nowhere() -> list[str]:
    """Return areas not specified and the like; states of their time can send more."""
    return [one.code for one in areas() if one.kind in ("special", "aggregate")]


def sellers(asked: Definition) -> frozenset[str]:
    """Return who stops; a member of the buyer cannot."""
    return frozenset(asked.members("exporter") - asked.members("importer"))


class Lost(NamedTuple):
    """What is lost of one market: of its worth, None where that is not known; bill; who stops."""

    loss: float | None
    bill: float
    share: float


def losses(
    markets: Sequence[tuple[str, str, bool, float, float, float | None]], asked: Definition
) -> dict[tuple[float, float], dict[str, Lost]]:
    """Return what is lost of each market at each point of the grid, one area named on each side.

    Parameters
    ----------
    markets
        Name of the market, a supplier that sells to the buyer, whether it stops, what it sells to
        the buyer and elsewhere, and the elasticity.
    """
    import pyarrow as pa

    [buyer], [seller] = asked.members("importer"), asked.members("exporter")
    rows = [
        (market, seller if stops else exporter, importer, amount, elasticity)
        for market, exporter, stops, before, elsewhere, elasticity in markets
        for importer, amount in ((buyer, before), (ELSEWHERE, elsewhere))
    ]
    kinds = (pa.string(), pa.string(), pa.string(), pa.float64(), pa.float64())
    # Not strict: the sixth column, where an elasticity is from, is not needed here.
    columns = zip(COLUMNS, zip(*rows, strict=True), kinds, strict=False)
    table = pa.table({name: pa.array(cells, kind) for name, cells, kind in columns})
    grid, _ = grid_of(table, asked)
    found: dict[tuple[float, float], dict[str, Lost]] = {}
    for row in put(grid, asked, by="point", detail="product"):
        divert, part = map(float, row["point"].split())
        lost = Lost(row["loss"], row["bill"], row["share"])
        found.setdefault((divert, part), {})[row["product"]] = lost
    return found


CRITICAL = 0.5
"""A product is critical if more of its bill stays unmet although others step in."""
_FREE = "0.0 1.0"
"""The point with elasticities of many years, to which limits are taken away."""
_LIMITS = ("unmet", "bill")
"""Least and most that can be lost of a product, whatever its elasticity."""
_NAMED = 5


def cutoff(rows: Frame, asked: Definition, column: str) -> AnswerRow:
    """Return loss, unmet part and who replaces the seller, with the ends over the grid."""
    if asked.by == "importer":
        raise RequestError(
            "a cut-off is computed by product or exporter",
            why="importers count as one buyer",
            hint="ask each importer by itself",
        )
    if not sellers(asked):
        raise RequestError(
            f"{', '.join(sorted(asked.members('exporter')))} on both sides",
            why="what the buyer's own members sell it is left out",
            hint="ask one member as the buyer",
        )
    table = _sales_table(rows, asked, column)
    grid, head = grid_of(table, asked)
    totals = {row["point"]: row for row in put(grid, asked, by="point")}
    found = totals.get(head)
    if found is None or not found["stopped"]:
        return AnswerRow()
    products = put(grid, asked, by="point", detail="product")
    suppliers = put(grid.filter(_is(grid, head)), asked, detail="supplier")
    money = asked.currency.lower()
    # COLUMNS[::5] are product and elasticity_basis: by product, where its elasticity is from.
    flags = dict(zip(*(table[name].to_pylist() for name in COLUMNS[::5]), strict=True))
    reported = [row for row in products if row["point"] == head and row["share"] > 0]
    if all(row["loss"] is None for row in reported):
        raise NoEvidenceError("none of these goods has an elasticity", hint="add --sigma 3")
    row = AnswerRow(
        **_ends("loss", found, totals.values()),
        **_total_ends(totals, products),
        **_ends("unmet_share", found, totals.values()),
        **{f"{name}_{money}": found[name] for name in ("bill", "stopped", "replaced", "unmet")},
        shadow_price=found["shadow_price"],
        cost_pct=found["cost_pct"],
        known_share=found["known_share"],
        free_loss_share=put(grid.filter(_is(grid, _FREE)), asked, divert=None)[0]["loss"],
        # As if output needed all inputs in fixed proportions: the scarcest product limits it.
        leontief_share=max(row["unmet_share"] for row in products),
        critical_products=sum(row["unmet_share"] > CRITICAL for row in reported),
        critical_codes=_critical(reported),
        replaced_by=", ".join(_replacing(suppliers, found["replaced"])) or "nobody",
    )
    if asked.sigma is None:
        row["at_least_share"] = _at_least(reported, found["bill"])
    row.table = tuple(_product_row(one, flags.get(one["product"]), money) for one in reported)
    if asked.by == "exporter":
        row.table = tuple(_supplier(one, money) for one in suppliers)
    return row


def _critical(reported: list[dict[str, Any]]) -> str:
    """Return the critical products that cost most, and how many more there are."""
    found = [row for row in reported if row["unmet_share"] > CRITICAL]
    found.sort(key=lambda row: -row["unmet"])
    return first_of([row["product"] for row in found], _NAMED) or "none"


def _at_least(reported: list[dict[str, Any]], bill: float) -> float:
    """Return the part of the bill whose elasticity is the least there is."""
    # Exact equality is safe, as smaller ones were set to this very number.
    return float(sum(row["bill"] for row in reported if row["sigma"] == LEAST) / bill)


def _is(grid: pa.Table, point: str) -> Any:
    import pyarrow.compute as pc

    return pc.equal(grid["point"], point)


def _sales_table(rows: Frame, asked: Definition, column: str) -> pa.Table:
    """Return what each supplier sells of each product to the buyers and elsewhere, in memory."""
    import pyarrow as pa

    buys = sorted(asked.members("importer"))
    is_buyer = nw.col("importer").is_in(buys)
    names = set(rows.collect_schema().names())
    rows = rows.filter(nw.col("exporter") != nw.col("importer")).with_columns(
        # Several buyers count as one, under the code of the first.
        nw.when(is_buyer).then(nw.lit(buys[0])).otherwise(nw.lit(ELSEWHERE)).alias("importer"),
        *(
            nw.lit(None, kind()).alias(name)
            for name, kind in (("elasticity", nw.Float64), ("elasticity_basis", nw.String))
            if name not in names
        ),
    )
    sums = rows.group_by(*COLUMNS[:3]).agg(
        nw.col(column).sum().alias("amount"),
        # Constant within a product; an aggregate is needed, and min skips nulls.
        nw.col("elasticity").cast(nw.Float64).min(),
        nw.col("elasticity_basis").min(),
    )
    # Without rows zip has no columns; the table needs them empty.
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


def _total_ends(
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
        # The loss is a part of what has an elasticity:
        # times its share of the bill, one of all goods.
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


def _product_row(row: dict[str, Any], basis: str | None, money: str) -> dict[str, Any]:
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


# What it would cost to lose a supplier, and what a country makes itself.


def supplier_loss(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return the loss if the sellers fall away, and how much more than in the base it is."""
    return measures.supplier_loss(
        rows,
        exporter=asked.members("exporter"),
        sigma=_sigma(asked),
        period=asked.period,
        base=asked.base,
        by=[],
        value=column,
    )


def lost_by_product(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return the same for each product that they supply, those without another supplier first."""
    found = measures.supplier_loss(
        rows,
        exporter=asked.members("exporter"),
        sigma=_sigma(asked),
        period=asked.period,
        by=["product"],
        value=column,
    )
    some = found.filter(nw.col("share") > 0)
    return some.sort("share", "product", descending=[True, False])


def _sigma(asked: Definition) -> float:
    assert asked.sigma is not None, "a question without it was refused"
    return asked.sigma


def reliance(rows: Frame, asked: Definition, column: str) -> AnswerRow:
    """Set net imports against what is used, with the production that the asker gives."""
    import pyarrow as pa

    members = sorted(asked.members("importer"))
    bought, sold = (nw.col(side).is_in(members) for side in ("importer", "exporter"))
    amounts = {"production": asked.production}
    for name, crosses in (("imports", bought & ~sold), ("exports", sold & ~bought)):
        [(amounts[name],)] = fetch(measures.value(rows.filter(crosses), by=[], value=column))
    if missing := [name for name, amount in amounts.items() if amount is None]:
        raise NoEvidenceError(
            f"it has no {joined(missing)} of these goods by {area_phrase(asked.importer)}"
        )
    table = pa.table({name: [amount] for name, amount in amounts.items()})
    [found] = measures.net_import_reliance(table, by=[]).to_pylist()
    if found["net_import_reliance"] is None:
        unit = "kg" if asked.quantity == "mass" else asked.currency
        said = joined(
            [f"{name} of {unit} {number(amount)}" for name, amount in amounts.items() if amount]
        )
        raise NoEvidenceError(
            f"{said} leave {area_phrase(asked.importer)} nothing to use, of which net imports "
            "could be a part",
            hint=f"state --production in {unit}, as imports and exports are",
        )
    return AnswerRow(found | amounts)


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
    "supplier_loss": Question(
        "market",
        BOTH,
        ("exporter", "base", "sigma"),
        supplier_loss,
        "what {buyer} would lose without {seller}, if others can supply more",
        table=lost_by_product,
        needs=("sigma",),
        compares=False,
        notes=(
            (
                "leverage",
                (
                    "The rise of the price index (in logarithms) with one elasticity for all goods "
                    "and no limit to what others can supply: the least that the loss would cost."
                ),
            ),
        ),
    ),
    "net_import_reliance": Question(
        "own",
        ("importer",),
        ("production",),
        reliance,
        "{buyers} net imports as a part of what it uses",
        needs=("production",),
        levels=True,
    ),
}
