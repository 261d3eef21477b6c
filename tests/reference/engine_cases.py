"""A case for every measure that is a function of frames, to be run on every engine.

Whoever adds a measure adds a case here: `test_engines` fails and names it otherwise.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa

import entrepot as ep

if TYPE_CHECKING:
    from collections.abc import Callable

m = ep.measures
NO_FRAMES = {
    "began",
    "change_triple",
    "hhi_bounds",
    "overpayment",
    "measure_metadata",
    "all_metadata",
    "relative_premium",
    "synthetic_weights",
    "value_added_origin",
}
"""Functions of `entrepot.measures` that take no frame."""
IN_MEMORY = {
    "event_study",
    "event_timing",
    "placebo_dates",
    "premium_regression",
    "triple_difference",
}
"""Regressions: they collect cells and go on in pyfixest, on whatever engine the rows lie."""
AREAS = ("CHN", "RUS", "DEU", "HKG", "TUR", "KGZ", "USA")
YEARS = (2021, 2022, 2023)


def _value(draw: random.Random) -> float | None:
    chance = draw.random()
    if chance < 0.05:
        return None
    if chance < 0.08:
        return float("nan")
    return 0.0 if chance < 0.12 else round(10 ** (5 * draw.random()), 2)


def flows(seed: int = 7, count: int = 500) -> pa.Table:
    """Trade with what real trade has: repeats, gaps, zeros, own trade, no supplier's name."""
    draw = random.Random(seed)
    rows = []
    for _ in range(count):
        year, product = draw.choice(YEARS), draw.randrange(5)
        value = _value(draw)
        rows.append(
            {
                "period": date(year, draw.randrange(1, 13), 1),
                "year": year,
                "exporter": draw.choice((*AREAS, None)),
                "importer": draw.choice(AREAS),
                "product": f"{product:06d}",
                "value_usd": value,
                "value_cny": None if value is None else value * draw.uniform(6.0, 7.5),
                "rate": 6.3 + draw.random(),
                "index": 90 + 20 * draw.random(),
                "low_usd": None if value is None else value * 0.9,
                "high_usd": None if value is None else value * 1.2,
                "mass_kg": _value(draw),
                "elasticity": 1.5 + product,
                "dual_use": product < 2,
            }
        )
    return pa.Table.from_pylist(rows)


def flags(seed: int = 8) -> pa.Table:
    """Which products are dependent in which year."""
    draw = random.Random(seed)
    there = [(f"{k:06d}", year) for k in range(30) for year in YEARS if draw.random() < 0.8]
    choice = (True, False, None)
    return pa.table(
        {
            "product": [product for product, _ in there],
            "period": [year for _, year in there],
            "dependent": pa.array([draw.choice(choice) for _ in there], pa.bool_()),
        }
    )


def shares(seed: int = 9) -> pa.Table:
    """The largest shares of some markets."""
    draw = random.Random(seed)
    rows = []
    for product in range(12):
        first = draw.uniform(0.2, 0.7)
        rows.append({"product": product, "share": first, "suppliers": 9})
        rows.append({"product": product, "share": (1 - first) / 2, "suppliers": 9})
    return pa.Table.from_pylist(rows)


def balance(seed: int = 10) -> pa.Table:
    """Production and trade by mass."""
    draw = random.Random(seed)
    columns = ("production", "imports", "exports", "stocks")
    rows = [
        {
            "product": k % 10,
            **{
                name: draw.choice((None, *(draw.uniform(0, 90) for _ in range(9))))
                for name in columns
            },
        }
        for k in range(40)
    ]
    return pa.Table.from_pylist(rows)


@dataclass(frozen=True)
class Case:
    """A measure on data.

    Attributes
    ----------
    call
        From frames to a frame.
    keys
        Columns that identify a row of the result; what is left is compared.
    data
        One table for each frame.
    """

    call: Callable[..., Any]
    keys: tuple[str, ...] = ()
    data: tuple[pa.Table, ...] = ()

    def run(self, make: Callable[[pa.Table], Any]) -> Any:
        """Return the result on frames made of the tables."""
        return self.call(*(make(table) for table in self.data or (FLOWS,)))


def _known(table: pa.Table) -> pa.Table:
    """Return the rows with a value."""
    rows = [row for row in table.to_pylist() if row["value_usd"] == row["value_usd"]]
    return pa.Table.from_pylist([row for row in rows if row["value_usd"] is not None])


def _told(table: pa.Table) -> pa.Table:
    """Return the rows with somebody who told them, in turn."""
    sides = ["exporter" if place % 2 else "importer" for place in range(table.num_rows)]
    return table.append_column("reported_by", pa.array(sides))


def _numbers(result: Any) -> pa.Table:
    """Return the numbers of a result that is no frame, as a row."""
    found = {
        name: getattr(result, name)
        for name in result.__dataclass_fields__
        if isinstance(getattr(result, name), (int, float))
    }
    return pa.table({name: [number] for name, number in found.items()})


FLOWS = flows()
_MARKET = ("importer", "product")
_SPAN: dict[str, Any] = {"period": 2023, "base": 2021}
_EVENT: dict[str, Any] = {"before": 2021, "after": 2023}

CASES: dict[str, list[Case]] = {
    "value": [
        Case(lambda f: m.value(f, by=["product", "year"]), ("product", "year")),
        Case(lambda f: m.value(f, by=[])),
    ],
    "without_own_trade": [
        Case(
            lambda f: m.value(m.without_own_trade(f), by=["importer", "year"]),
            ("importer", "year"),
        )
    ],
    "import_share": [
        Case(
            lambda f: m.import_share(f, exporter="CHN+HKG", by=["importer", "year"]),
            ("importer", "year"),
        )
    ],
    "export_share": [
        Case(
            lambda f: m.export_share(f, importer="RUS", by=["exporter", "year"]),
            ("exporter", "year"),
        )
    ],
    "growth": [
        Case(lambda f: m.growth(f, by=_MARKET, **_SPAN), _MARKET),
        Case(lambda f: m.growth(f, by=["importer"], time="year", log=True, **_SPAN), ("importer",)),
    ],
    "hhi": [Case(lambda f: m.hhi(f, by=_MARKET), _MARKET)],
    "buyer_hhi": [
        Case(lambda f: m.buyer_hhi(f, by=["exporter", "period"]), ["exporter", "period"])
    ],
    "product_shares": [
        Case(
            lambda f: m.product_shares(f, exporter="CHN", by=["importer", "period"]),
            ["importer", "period", "product"],
        )
    ],
    "reliant_goods": [
        Case(
            lambda f: m.reliant_goods(f, exporter="CHN+HKG", by=["importer", "period"]),
            ["importer", "period"],
        )
    ],
    "concentration_ratio": [Case(lambda f: m.concentration_ratio(f, by=_MARKET, k=2), _MARKET)],
    "asymmetry": [
        Case(lambda f: m.asymmetry(f, importer="RUS", exporter="CHN", by=["product"]), ("product",))
    ],
    "top_supplier": [Case(lambda f: m.top_supplier(f, by=_MARKET), _MARKET)],
    "hhi_bounds_of": [
        Case(
            lambda f: m.hhi_bounds_of(f, by="product", suppliers="suppliers"),
            ("product",),
            (shares(),),
        )
    ],
    "net_import_reliance": [
        Case(
            lambda f: m.net_import_reliance(f, by=["product"], stocks="stocks"),
            ("product",),
            (balance(),),
        )
    ],
    "pass_through": [
        Case(
            lambda f: m.pass_through(
                f, middleman="CHN+HKG", importer="RUS", origins="DEU+USA", by=["year"]
            ),
            ("year",),
            (FLOWS,),
        )
    ],
    "geodep": [
        Case(
            lambda i, x, w: m.geodep(i, x, w, year="year", country="importer"),
            ("importer", "product", "year"),
            (
                FLOWS,
                flows(11).rename_columns(
                    [
                        "importer" if n == "exporter" else f"_{n}" if n == "importer" else n
                        for n in FLOWS.column_names
                    ]
                ),
                flows(12),
            ),
        )
    ],
    "cdi": [
        Case(
            lambda i, x: m.cdi(i, x, members=["DEU", "TUR"], year="year"),
            ("product", "year"),
            (FLOWS, flows(11)),
        )
    ],
    "churn": [Case(m.churn, ("product", "period"), (flags(),))],
    "churn_rate": [Case(m.churn_rate, ("period",), (flags(),))],
    "import_substitution_proxy": [
        Case(
            lambda f: m.import_substitution_proxy(
                f, importer="RUS", controls={"near": "KGZ+TUR", "far": "USA"}, **_EVENT
            ),
            ("product",),
        )
    ],
    "allocated_flows": [
        Case(
            lambda f: m.allocated_flows(f, by="importer", **_EVENT), ("importer", "loser", "gainer")
        )
    ],
    "reorientation": [Case(lambda f: m.reorientation(f, **_EVENT), _MARKET)],
    "supplier_changes": [Case(lambda f: m.supplier_changes(f, **_EVENT), (*_MARKET, "exporter"))],
    "rerouting_ratio": [
        Case(
            lambda f: m.rerouting_ratio(
                f, target="RUS", coalition="DEU+USA", hubs="TUR+KGZ", controls="HKG", **_EVENT
            ),
            ("product",),
        )
    ],
    "rerouted": [
        Case(
            lambda f: _numbers(
                m.rerouted(
                    f,
                    origin="DEU+USA",
                    importer="RUS",
                    hubs="TUR+KGZ",
                    controls={"calm": "HKG"},
                    before=2021,
                    after="2022..2023",
                    frequency="A",
                    time="year",
                )
            ),
            data=(_known(FLOWS),),
        )
    ],
    "placebo_hubs": [
        Case(
            lambda f: pa.Table.from_pylist(
                [
                    {"area": one.area, "value": one.value, "low": one.low}
                    for one in m.placebo_hubs(
                        f,
                        origin="DEU+USA",
                        importer="RUS",
                        hubs="TUR",
                        candidates="KGZ+HKG",
                        before=2021,
                        after="2022..2023",
                        frequency="A",
                        time="year",
                    ).placebos
                ]
            ),
            ("area",),
            (_known(FLOWS),),
        )
    ],
    "missing_arrivals": [
        Case(
            lambda f: m.missing_arrivals(
                f, exporter="DEU", importer="TUR+KGZ", before=2021, after=2023, time="year", by=[]
            ),
            data=(_told(_known(FLOWS)),),
        ),
        Case(
            lambda f: m.missing_arrivals(
                f,
                exporter="DEU+USA",
                importer="TUR+KGZ",
                before=2021,
                after=2023,
                time="year",
                by="product",
            ),
            ("product",),
            (_told(FLOWS),),
        ),
    ],
    "chain_prices": [
        Case(
            lambda f: m.chain_prices(
                f, origin="DEU+USA", hubs="TUR+KGZ", importer="RUS", period=2022, time="year"
            ),
            ("hub", "product"),
        )
    ],
    "substitution_ratio": [
        Case(
            lambda f: m.substitution_ratio(
                f, importer="RUS", losers="DEU+USA", controls="KGZ+TUR", **_EVENT
            ),
            ("product",),
        )
    ],
    "substitution_summary": [
        Case(
            lambda f: m.substitution_summary(
                m.substitution_ratio(f, importer="RUS", losers="CHN+DEU", **_EVENT)
            )
        )
    ],
    "change_of_share": [  # Spark plans products for half a minute: once is enough
        Case(lambda f: m.change_of_share(f, exporter="CHN", **_SPAN), ("importer",)),
        Case(
            lambda f: m.change_of_share(
                f, exporter="CHN", product="product", mark="dual_use", long=True, **_SPAN
            ),
            ("importer", "cause"),
        ),
    ],
    "supplier_loss": [
        Case(
            lambda f: m.supplier_loss(f, exporter="CHN", sigma="elasticity", **_SPAN),
            ("importer",),
        ),
    ],
    "salience": [
        Case(lambda f: m.salience(f, country="RUS", partner="CHN", by=["year"]), ("year",))
    ],
    "elastic_power": [
        Case(
            lambda f: m.elastic_power(
                f, country="RUS", partner="CHN", elasticity="elasticity", by=["year"]
            ),
            ("year",),
        )
    ],
    "nested_power": [
        Case(
            lambda f: m.nested_power(
                f, country="RUS", partner="CHN", sigma="elasticity", by=["year"]
            ),
            ("year",),
        )
    ],
    "rank_and_multiple": [
        Case(
            lambda f: m.rank_and_multiple(
                f, partner="RUS", by=["year"], low="low_usd", high="high_usd"
            ),
            ("year",),
        )
    ],
    "retaliation_exposure": [
        Case(
            lambda f: m.retaliation_exposure(
                f, country="RUS", partner="CHN", flag="dual_use", by=["year"]
            ),
            ("year", "product"),
        )
    ],
    "cutoff": [
        Case(
            lambda f: m.cutoff(
                f, importer="RUS", exporter="CHN", sigma=1.7, divert=0.1, by=["year"]
            ),
            ("year",),
        ),
        Case(
            lambda f: m.cutoff(
                f,
                importer="RUS",
                exporter="CHN",
                sigma=1.0,
                divert=0.4,
                cut=0.6,
                fixed_supply=["USA"],
                detail="product",
            ),
            ("product",),
        ),
        Case(
            lambda f: m.cutoff(
                f, importer="RUS", exporter="CHN", sigma=3.0, divert=None, detail="supplier"
            ),
            ("exporter",),
        ),
    ],
    "monthly": [Case(lambda f: m.monthly(f, by=["product"]), ("product", "period"))],
    "growth_contribution": [
        Case(lambda f: m.growth_contribution(f, of="product", **_SPAN), ("product",))
    ],
    "real_growth": [
        Case(lambda f: m.real_growth(f, deflator="index", by=["product"], **_SPAN), ("product",))
    ],
    "conversions": [
        Case(lambda f: m.conversions(f, spot=7.1, by=["product", "year"]), ("product", "year"))
    ],
    "price_index": [
        Case(lambda f: m.price_index(f, by=["importer"], trim=1000.0, **_SPAN), ("importer",))
    ],
    "price_series": [
        Case(
            lambda f: m.price_series(f, by=["importer"], base=2021, time="year"),
            ("importer", "year"),
        ),
        Case(
            lambda f: m.price_series(f, by=["importer"], base=2021, time="year", method="tpd"),
            ("importer", "year"),
        ),
    ],
    "unit_value_change": [
        Case(lambda f: m.unit_value_change(f, by=["importer"], **_SPAN), ("importer",))
    ],
    "value_change": [Case(lambda f: m.value_change(f, by=["importer"], **_SPAN), ("importer",))],
    "unit_values": [
        Case(
            lambda f: m.unit_values(f, by=("importer", "product", "year"), time="year").rows,
            ("importer", "product", "year"),
        ),
        Case(lambda f: m.unit_values(f).log, ("reason",)),
    ],
    "price_premium": [
        Case(
            lambda f: _numbers(m.price_premium(f, buyer="RUS", trim=None, replicates=199, **_SPAN))
        )
    ],
}
