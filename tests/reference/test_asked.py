"""What ask makes of a lake, against plain Python over the rows that were written into it."""

from __future__ import annotations

import math
import random
import statistics
from typing import TYPE_CHECKING, Any

import pytest

import entrepot as ep
from entrepot.errors import RequestError
from entrepot.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

YEARS = (2018, 2019, 2020, 2021, 2022)
AREAS = ("ARM", "AUT", "BRA", "CHN", "DEU", "FRA", "GEO", "JPN", "KOR", "RUS", "USA")
CODES = ("845710", "848210", "854231", "901320")
GOODS = ",".join(CODES)
Cell = tuple[int, str, str, str]
MAP = """
format: 1
id: made
nomenclature: HS2022
level: 6
reported_by: both
valuation: FOB
columns:
  when: {role: period}
  seller: {role: exporter, codes: ISO3}
  buyer: {role: importer, codes: ISO3}
  code: {role: product}
  value: {role: value, currency: USD}
  mass: {role: mass, unit: kg}
"""


def _made() -> dict[Cell, tuple[float, float]]:
    """Return value and kilograms: some cells are empty, some markets have one main supplier."""
    draw = random.Random(3)
    found = {}
    for year in YEARS:
        for seller in AREAS:
            for buyer in AREAS:
                for code in CODES:
                    if seller == buyer or draw.random() < 0.12:
                        continue
                    large = 40.0 if (seller, code) == ("CHN", CODES[0]) else 1.0
                    value = round(large * draw.lognormvariate(10, 1), 2)
                    found[year, seller, buyer, code] = (value, round(value / draw.uniform(4, 9), 2))
    return found


MADE = _made()


def written(folder: Path, rows: dict[tuple[Any, ...], tuple[float, float]], name: str) -> Lake:
    lines = ["when,seller,buyer,code,value,mass"]
    lines += [",".join(map(str, (*cell, *amounts))) for cell, amounts in rows.items()]
    (folder / f"{name}.csv").write_text("\n".join([*lines, ""]))
    lake = Lake.open(folder / name)
    lake.add("table", [folder / f"{name}.csv"], mapping=MAP)
    return lake


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return written(tmp_path_factory.mktemp("asked"), MADE, "years")


def ask(lake: Lake, measure: str, **keys: Any) -> ep.Figure:
    asked: dict[str, Any] = {"importer": "RUS", "goods": GOODS, "period": 2022} | keys
    return ep.ask(measure, lake=lake, **asked)


def total(
    year: int, seller: str = "", buyer: str = "", code: str = "", *, without: tuple[str, ...] = ()
) -> float:
    return sum(
        value
        for (when, one, other, good), (value, _) in MADE.items()
        if when == year
        and seller in ("", one)
        and buyer in ("", other)
        and code in ("", good)
        and one not in without
    )


def note(figure: ep.Figure, name: str) -> str:
    return next(one.text for one in figure.caveats if one.id == name)


def test_the_loss_of_a_supplier_and_how_much_steeper_it_is(lake: Lake) -> None:
    figure = ask(lake, "supplier_loss", exporter="CHN", sigma=3, base=2020)
    now, then = (total(y, "CHN", "RUS") / total(y, "", "RUS") for y in (2022, 2020))
    assert figure.value == pytest.approx(-math.log(1 - now) / 2)
    assert figure.details["price_multiple"] == pytest.approx((1 - now) ** (-1 / 2))
    assert figure.details["rise"] == pytest.approx(math.log(1 - now) / math.log(1 - then) - 1)
    assert (
        ask(lake, "supplier_loss", exporter="CHN", sigma=6)
        .details.keys()
        .isdisjoint({"rise", "share_base"})
    )
    shares = {
        code: total(2022, "CHN", "RUS", code) / total(2022, "", "RUS", code) for code in CODES
    }
    found = {row["product"]: row["log_loss"] for row in figure.table}
    assert found == pytest.approx({k: -math.log(1 - w) / 2 for k, w in shares.items() if w})
    assert figure.table[0]["product"] == max(shares, key=shares.__getitem__)
    assert "limit" in note(figure, "leverage")


def test_the_loss_needs_an_elasticity_and_another_supplier(lake: Lake, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="needs sigma"):
        ask(lake, "supplier_loss", exporter="CHN")
    for wrong in (1, 0.5, "x"):
        with pytest.raises(RequestError, match="above 1"):
            ask(lake, "supplier_loss", exporter="CHN", sigma=wrong)
    rows = {(2022, "CHN", "RUS", CODES[0]): (5.0, 1.0), (2022, "DEU", "RUS", CODES[1]): (5.0, 1.0)}
    alone = ask(
        written(tmp_path, rows, "alone"),
        "supplier_loss", exporter="CHN", sigma=3, goods=CODES[0],
    )  # fmt: skip
    assert alone.value is None
    assert "only supplier" in str(alone.reason)


def test_contributions_add_up_by_product_and_by_partner(lake: Lake) -> None:
    whole = 100 * (total(2022, "", "RUS") / total(2020, "", "RUS") - 1)
    for by, names in (("product", CODES), ("exporter", AREAS)):
        figure = ask(lake, "growth_contribution", base=2020, by=by)
        parts = {
            name: 100 * (
                total(2022, buyer="RUS", **{_key(by): name})
                - total(2020, buyer="RUS", **{_key(by): name})
            ) / total(2020, "", "RUS")
            for name in names
            if name != "RUS"
        }  # fmt: skip
        found = {row[by]: row["contribution"] for row in figure.table}
        assert found == pytest.approx(parts)
        assert figure.value == pytest.approx(whole)
        assert sum(found.values()) == pytest.approx(whole)
        assert figure.details["value_base_usd"] == pytest.approx(total(2020, "", "RUS"))
        sizes = [abs(row["contribution"]) for row in figure.table]
        assert sizes == sorted(sizes, reverse=True)
    assert figure.unit == "percent"
    with pytest.raises(RequestError, match="has no by"):
        ask(lake, "growth", base=2020, by="product")


def _key(by: str) -> str:
    return {"product": "code", "exporter": "seller"}[by]


def test_growth_in_volume_is_growth_over_paasche(lake: Lake) -> None:
    figure = ask(lake, "real_growth", exporter="CHN", base=2020)
    v0, q0, v1, q1 = (
        {code: MADE[year, "CHN", "RUS", code][place] for code in CODES
         if (year, "CHN", "RUS", code) in MADE}
        for year, place in ((2020, 0), (2020, 1), (2022, 0), (2022, 1))
    )  # fmt: skip
    moved = {code: v1[code] / q1[code] / (v0[code] / q0[code]) for code in v0.keys() & v1.keys()}
    kept = [code for code, by in moved.items() if 1 / 5 <= by <= 5]
    paasche = sum(v1[c] for c in kept) / sum(v0[c] / q0[c] * q1[c] for c in kept)
    nominal = sum(v1.values()) / sum(v0.values())
    assert len(kept) >= 2
    assert figure.value == pytest.approx(100 * (nominal / paasche - 1))
    assert figure.details["price_pct"] == pytest.approx(100 * (paasche - 1))
    assert figure.details["nominal_pct"] == pytest.approx(100 * (nominal - 1))
    assert figure.details["matched_products"] == len(kept)
    assert note(figure, "prices")


def ratios(losers: tuple[str, ...], controls: tuple[str, ...]) -> dict[str, tuple[float, float]]:
    """Return what others added and what losers lost, by product, against the controls' growth."""
    found = {}
    for code in CODES:
        change = {}
        for lost in (True, False):
            growth = 1.0
            if controls:
                growth = bought(2022, code, controls, losers, lost=lost)
                growth /= bought(2020, code, controls, losers, lost=lost)
            before, after = (bought(y, code, ("RUS",), losers, lost=lost) for y in (2020, 2022))
            change[lost] = after - before * growth
        found[code] = (change[False], -change[True])
    return found


def bought(
    year: int, code: str, buyers: tuple[str, ...], losers: tuple[str, ...], *, lost: bool
) -> float:
    return sum(
        value
        for (when, one, other, good), (value, _) in MADE.items()
        if (when, good) == (year, code)
        and other in buyers
        and one not in (*buyers, "RUS")
        and (one in losers) == lost
    )


@pytest.mark.parametrize("controls", [(), ("BRA", "GEO")])
def test_substitution_ratios_and_their_sums(lake: Lake, controls: tuple[str, ...]) -> None:
    keys: dict[str, Any] = {"controls": "+".join(controls), "least": 1} if controls else {}
    figure = ask(lake, "substitution_ratio", exporter="DEU+FRA+USA", base=2020, **keys)
    every = ratios(("DEU", "FRA", "USA"), controls)
    known = {code: (a, lost) for code, (a, lost) in every.items() if lost > 0}
    assert 0 < len(known) < len(CODES)
    each = [a / lost for a, lost in known.values()]
    assert figure.value == pytest.approx(
        sum(a for a, _ in known.values()) / sum(lost for _, lost in known.values())
    )
    assert figure.details["median"] == pytest.approx(statistics.median(each))
    assert figure.details["above_half"] == pytest.approx(sum(x > 0.5 for x in each) / len(each))
    assert figure.details["products"] == len(known)
    assert figure.details["without_ratio"] == len(CODES) - len(known)
    found = {row["product"]: row["ratio"] for row in figure.table if "ratio" in row}
    assert found == pytest.approx({code: a / lost for code, (a, lost) in known.items()})
    assert "path" in note(figure, "reorientation")


def test_rerouting_sets_hubs_against_the_target(lake: Lake) -> None:
    keys: dict[str, Any] = {"exporter": "DEU+FRA", "base": 2020, "controls": "BRA", "least": 1}
    figure = ask(lake, "rerouting_ratio", hubs="ARM+GEO", **keys)

    def sold(year: int, code: str, *buyers: str) -> float:
        return sum(
            total(year, seller, buyer, code) for seller in ("DEU", "FRA") for buyer in buyers
        )

    added = lost = 0.0
    for code in CODES:
        growth = sold(2022, code, "BRA") / sold(2020, code, "BRA")
        less = sold(2020, code, "RUS") * growth - sold(2022, code, "RUS")
        if less > 0:
            lost += less
            added += sold(2022, code, "ARM", "GEO") - sold(2020, code, "ARM", "GEO") * growth
    assert figure.value == pytest.approx(added / lost)
    assert "Armenia" in str(figure).splitlines()[0]
    behind = [
        cell
        for cell in MADE
        if cell[0] >= 2020 and cell[0] != 2021 and cell[1] in ("DEU", "FRA")
        and cell[2] in ("RUS", "ARM", "GEO", "BRA")
    ]  # fmt: skip
    assert figure.evidence[0].rows == len(behind)
    with pytest.raises(RequestError, match="needs hubs"):
        ask(lake, "rerouting_ratio", **keys)
    with pytest.raises(RequestError, match="two sides"):
        ask(lake, "rerouting_ratio", hubs="BRA+GEO", **keys)


def test_imports_that_came_back_from_nobody(lake: Lake) -> None:
    before, after = total(2020, "", "RUS"), total(2022, "", "RUS")
    bought = [sum(total(y, "", who, without=()) for who in ("BRA", "GEO"))
              - total(y, "BRA", "GEO") - total(y, "GEO", "BRA") for y in (2020, 2022)]  # fmt: skip
    paths = [before * bought[1] / bought[0], before]
    gone = [max(0.0, path - after) for path in paths]
    figure = ask(lake, "import_substitution_proxy", base=2020, controls="BRA+GEO")
    assert figure.value == pytest.approx(gone[0])
    assert gone[0] != gone[1]
    assert (figure.low, figure.high) == pytest.approx((min(gone), max(gone)))
    assert "controls" in str(figure.range)
    assert figure.details["path"] == pytest.approx(paths[0])
    assert "proxy" in note(figure, "reorientation").lower()
    assert {row["product"] for row in figure.table} == set(CODES)


def test_net_import_reliance_with_production_given(lake: Lake) -> None:
    bought, sold = total(2022, "", "RUS"), total(2022, "RUS")
    figure = ask(lake, "net_import_reliance", production=1e6)
    assert figure.value == pytest.approx((bought - sold) / (1e6 + bought - sold))
    assert figure.details["imports"] == pytest.approx(bought)
    members = ("DEU", "FRA")
    group = ask(lake, "net_import_reliance", importer="DEU+FRA", production=1e6)
    inside = total(2022, "DEU", "FRA") + total(2022, "FRA", "DEU")
    bought, sold = (
        sum(total(2022, **{side: one}) for one in members) - inside for side in ("buyer", "seller")
    )
    assert group.value == pytest.approx((bought - sold) / (1e6 + bought - sold))
    with pytest.raises(RequestError, match="needs production"):
        ask(lake, "net_import_reliance")
    assert "USD" in str(ask(lake, "net_import_reliance", production=1e6, currency="EUR").reason)


def flags(year: int, members: tuple[str, ...]) -> set[str]:
    """Return the products that the three core dependency indicators flag."""
    found = set()
    for code in CODES:
        here = {
            (one, other): value
            for (when, one, other, good), (value, _) in MADE.items()
            if (when, good) == (year, code)
        }
        outside: dict[str, float] = {}
        for (one, other), value in here.items():
            if other in members and one not in members:
                outside[one] = outside.get(one, 0.0) + value
        imports = sum(outside.values())
        inside = sum(v for (a, b), v in here.items() if a in members and b in members)
        exports = sum(v for (a, _), v in here.items() if a in members)
        index = sum(v * v for v in outside.values()) / imports**2
        if index > 0.4 and imports / (imports + inside) > 0.5 and imports / exports > 1:
            found.add(code)
    return found


def test_core_dependency_indicators_of_a_group(lake: Lake) -> None:
    expected = flags(2022, ("AUT", "DEU", "FRA"))
    assert expected
    assert expected != set(CODES)
    figure = ask(lake, "cdi", importer="AUT+DEU+FRA")
    assert figure.value == len(expected)
    assert {row["product"] for row in figure.table} == expected
    assert figure.details["products"] == len(CODES)
    with pytest.raises(RequestError, match="judged by years"):
        ask(lake, "cdi", importer="AUT+DEU+FRA", period="2022-01..2022-06")


def test_flags_that_come_and_go(lake: Lake) -> None:
    def flagged(year: int) -> set[str]:
        hits: dict[str, int] = {}
        for when in range(year - 2, year + 1):
            for code in CODES:
                own, world = _by_seller(when, code, "JPN"), _by_seller(when, code, "")
                sold = total(when, "JPN", "", code)
                if min(_index(own), _index(world)) > 0.4 and sum(own.values()) > sold:
                    hits[code] = hits.get(code, 0) + 1
        return {code for code, count in hits.items() if count >= 2}

    before, after = flagged(2020), flagged(2022)
    figure = ask(lake, "churn", importer="JPN", base=2020)
    assert before
    assert figure.value == pytest.approx(len(before - after) / len(before))
    assert figure.details["entered"] == len(after - before)
    assert {row["product"] for row in figure.table} == before | after
    assert "2022 with 2018 to 2021" in str(figure)
    assert figure.details["against"] == "2020"
    missing = ask(lake, "churn", importer="JPN", base=2019)
    assert missing.value is None
    assert "2017" in str(missing.reason)


def _by_seller(year: int, code: str, who: str) -> dict[str, float]:
    """Return trade by seller, of one buyer or of the world."""
    found: dict[str, float] = {}
    for (when, one, other, good), (value, _) in MADE.items():
        if (when, good) == (year, code) and who in ("", other):
            found[one] = found.get(one, 0.0) + value
    return found


def _index(sold: dict[str, float]) -> float:
    return sum(v * v for v in sold.values()) / sum(sold.values()) ** 2


@pytest.mark.parametrize(
    ("measure", "keys", "text"),
    [
        ("churn_rate", {}, "ask churn"),
        ("substitution_ratio", {}, "needs an importer and an exporter"),
        ("substitution_ratio", {"exporter": "DEU", "controls": "RUS", "least": 1}, "two sides"),
        ("substitution_ratio", {"exporter": "DEU", "hubs": "GEO"}, "has no hubs"),
        ("event_study", {}, "needs listed"),
        ("event_study", {"listed": "chpl@2024-01-01"}, "not one list"),
        ("event_study", {"listed": "8542"}, "not one list"),
        ("value", {"sigma": 3}, "has no sigma"),
    ],
)
def test_what_cannot_be_asked(lake: Lake, measure: str, keys: dict[str, Any], text: str) -> None:
    with pytest.raises(RequestError, match=text):
        ask(lake, measure, **keys)


def test_a_missing_year_and_an_extract_are_refused(lake: Lake, tmp_path: Path) -> None:
    for measure, keys in (
        ("substitution_ratio", {"exporter": "DEU", "base": 2015}),
        ("growth_contribution", {"base": 2015}),
        ("cdi", {"importer": "DEU+FRA", "period": 2015}),
    ):
        figure = ask(lake, measure, **keys)
        assert figure.value is None
        assert "2015" in str(figure.reason)
    numbers = {"CHN": 156, "RUS": 643}
    extract = Lake.open(tmp_path / "extract")
    for year in YEARS:
        lines = [
            f"{year},{numbers[one]},{numbers[other]},{code},{value:.3f},{mass:.3f}"
            for (when, one, other, code), (value, mass) in MADE.items()
            if {one, other} == set(numbers) and when == year
        ]
        file = tmp_path / f"BACI_HS17_Y{year}_V202501.csv"
        file.write_text("\n".join(["t,i,j,k,v,q", *lines, ""]))
        extract.add("baci", [file])
    for measure, keys, text in (
        ("supplier_loss", {"exporter": "CHN", "sigma": 3}, "only exporter"),
        ("substitution_ratio", {"exporter": "CHN", "base": 2020}, "only exporter"),
        ("import_substitution_proxy", {"base": 2020}, "only exporter"),
        ("net_import_reliance", {"production": 1.0}, "extract"),
        ("cdi", {}, "extract"),
        ("churn", {"base": 2021}, "extract"),
    ):
        figure = ask(extract, measure, source="baci", **keys)
        assert figure.value is None, measure
        assert text in str(figure.reason), measure
