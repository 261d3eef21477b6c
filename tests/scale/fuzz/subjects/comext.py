"""Comext: bulk files old and new, SDMX-CSV, tables with names; text, 7z and Parquet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fuzz.grid import Grid
from fuzz.parquet_forms import write_parquet
from fuzz.subject import Made, Subject
from fuzz.subjects.comext_model import expect
from made_comext import BULK, NAMES, OLD, TABLE, bulk, old, table

if TYPE_CHECKING:
    from random import Random

REPORTERS = ("AT", "DE", "FR", "GR", "EL", "NL")
PARTNERS = ("CN", "US", "RU", "XC", "QW", "NL", "GB", "XS", "RS")
COUNTRIES = {"AT": "Austria", "DE": "Germany (incl. German Democratic Republic)", "FR": "France"}
OTHERS = {"CN": "China", "RU": "Russian Federation", "US": "United States", "NL": "Netherlands"}


def _keys(draw: Random, products: tuple[str, ...]) -> list[tuple[str, str, str, str]]:
    """Return reporter, partner, product and flow of some flows, which all differ."""
    found = {}
    for _ in range(draw.randint(2, 8)):
        reporter = draw.choice(REPORTERS)
        partner = draw.choice([one for one in PARTNERS if one != reporter])
        key = (reporter, partner, draw.choice(products), draw.choice("12"))
        same = tuple({"EL": "GR", "RS": "XS"}.get(one, one) for one in key)
        found.setdefault(same, key)
    return list(found.values())


def make(draw: Random) -> Made:
    kind = draw.randrange(5)
    if kind < 3:
        return _wide(draw, older=kind == 2)
    return _sdmx(draw) if kind == 3 else _labelled(draw)


def _wide(draw: Random, *, older: bool) -> Made:
    products = draw.choice([("01012100", "85423190", "99XXXXXX"), ("010121", "854231")])
    period = draw.choice(["202301", "202352", "201912"])
    with_totals = older and draw.random() < 0.3
    lines: list[list[str]] = []
    for reporter, partner, product, flow in _keys(draw, products):
        trade = "I" if partner == "NL" else "E"
        values = []
        for procedure in draw.sample("123", draw.choice([1, 1, 2])):
            number = str(draw.randint(0, 10**8))
            value = "" if draw.random() < 0.1 and lines and not with_totals else number
            values.append(value)
            lines.append([reporter, partner, trade, product, flow, procedure, period, value])
        if with_totals:
            total = str(sum(map(int, values)))
            lines.append([reporter, partner, trade, product, flow, "4", period, total])
        if draw.random() < 0.2:
            group = draw.choice(["EU27_2020", "WORLD", "EXT_EU27_2020"])
            lines.append([reporter, group, trade, product, flow, "1", period, "77"])
        if draw.random() < 0.2 and len(product) > 6:
            heading = product[: draw.choice([2, 4, 6])]
            if heading not in products and heading[:2] != "99":
                lines.append([reporter, partner, trade, heading, flow, "1", period, "99"])
    texts = [
        f"{r} {p} {t} {k} {f} {s} NO_SU {when} {v or '-'} {draw.randint(0, 99)} 0"
        for r, p, t, k, f, s, when, v in _once(lines)
    ]
    written = (old if older else bulk)(*texts).split("\n")[1:-1]
    rows = [[cell.replace("-", "") for cell in row.split(",")] for row in written]
    return Made(Grid((OLD if older else BULK).split(","), rows), "full.dat")


def _once(lines: list[list[str]]) -> list[list[str]]:
    return list({tuple(line[:7]): line for line in lines}.values())


def _sdmx(draw: Random) -> Made:
    lines: list[str] = []
    freq, period = draw.choice([("M", "2023-01"), ("A", "2022")])
    keys = _keys(draw, ("01012100", "85423190", "854231"))
    for reporter, partner, product, flow in sorted(keys, key=lambda one: -len(one[2])):
        value = draw.choice([str(draw.randint(0, 10**8)), f"{draw.uniform(0, 9e6):.2f}"])
        value = ":" if draw.random() < 0.2 and lines else value
        flag = draw.choice(["", "", "e", "p"])
        start = f"{freq} {reporter} {partner} {product} {flow}"
        lines.append(f"{start} VALUE_IN_EUROS {period} {value} {flag}")
        if draw.random() < 0.6:
            lines.append(f"{start} QUANTITY_IN_100KG {period} {draw.randint(0, 999)} ")
    rows = [row.split(",") for row in table(*lines).split("\n")[1:-1]]
    return Made(Grid(TABLE.split(","), rows), "ds-045409.csv")


def _labelled(draw: Random) -> Made:
    rows = []
    for reporter, partner, product, flow in _keys(draw, ("01012100", "85423190")):
        if reporter in COUNTRIES and partner in OTHERS:
            way, value = "IMPORT" if flow == "1" else "EXPORT", str(draw.randint(0, 10**8))
            who = [COUNTRIES[reporter], OTHERS[partner]]
            rows.append([*who, "goods", way, "VALUE_IN_EUROS", "2021-03", value, product])
    rows = rows or [
        ["Austria", "China", "goods", "IMPORT", "VALUE_EUR", "2021-03", "5", "01012100"]
    ]
    return Made(Grid(NAMES.split(","), rows), "extract.csv")


SUBJECTS = (
    Subject("comext", "comext", make, expect),
    Subject(
        "comext-parquet", "comext", make, expect, write=write_parquet, without_sums=True, weight=20
    ),
)
