"""Hidden trade between two reports: all that was planted is found, clean trade is silent."""

from __future__ import annotations

import math
import random
import re
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from entrepot.engine import connect
from entrepot.figures.mirror import mirror_gap_findings
from entrepot.lake import Lake
from entrepot.reconciliation import MirrorGaps, hidden

if TYPE_CHECKING:
    from collections.abc import Iterable

Row = dict[str, Any]
pytestmark = pytest.mark.slow

TEXTS = ("freq", "exporter", "importer", "product", "nomenclature", "currency", "valuation")
SCHEMA = pa.schema(
    [("period", pa.date32())]
    + [(name, pa.string()) for name in (*TEXTS, "reported_by", "partner_basis", "source")]
    + [(name, pa.float64()) for name in ("value_usd", "value_reported", "mass_kg")]
    + [(name, pa.bool_()) for name in ("is_reexport", "is_estimated")]
)
AREAS = ("CHN", "DEU", "FRA", "IND", "ITA", "JPN", "KAZ", "RUS")
CODES = tuple(f"{8501 + at}10" for at in range(10))
YEARS = range(2018, 2023)


def report(reported_by: str, value: float | None, **keys: Any) -> Row:
    """One report of chips from China to Russia; keys are the columns that differ."""
    return {
        "period": date(2022, 1, 1),
        "freq": "A",
        "exporter": "CHN",
        "importer": "RUS",
        "product": "854231",
        "nomenclature": "HS2017",
        "value_usd": value,
        "reported_by": reported_by,
        "source": "comtrade",
    } | keys


def relation(rows: Iterable[Row]) -> Any:
    connection = connect(threads=1)
    connection.register("made", pa.Table.from_pylist(list(rows), schema=SCHEMA))
    return connection.sql("FROM made")


def found(rows: Iterable[Row]) -> dict[str, MirrorGaps]:
    kinds = hidden(relation(rows))
    assert len({one.rule for one in kinds}) == len(kinds)
    return {one.rule: one for one in kinds}


def context(**keys: Any) -> list[Row]:
    """Other trade, which shows that both sides tell of the good, the partner and more."""
    sold = [
        report("exporter", 5e5, importer="KAZ"),
        report("exporter", 5e5, exporter="KAZ"),
        report("exporter", 5e5, product="270900"),
    ]
    bought = [
        report("importer", 5e5, exporter="KAZ"),
        report("importer", 5e5, importer="KAZ"),
        report("importer", 5e5, product="270900"),
    ]
    return [row | keys for row in (*sold, *bought)]


def clean(seed: int = 1) -> list[Row]:
    chance = random.Random(seed)
    rows = []
    for exporter in AREAS:
        for importer in AREAS:
            for code in CODES if exporter != importer else ():
                size = math.exp(chance.gauss(14.5, 1.5))
                for year in YEARS:
                    true = size * math.exp(chance.gauss(0, 0.3))
                    keys = {"period": date(year, 1, 1), "exporter": exporter, "importer": importer}
                    keys |= {"product": code}
                    for side, freight in (("exporter", 1.0), ("importer", 1.05)):
                        value = true * freight * math.exp(chance.gauss(0, 0.2))
                        rows.append(report(side, value, **keys))
    return rows


@pytest.fixture(scope="module")
def trade() -> list[Row]:
    return clean()


def cells(rows: Iterable[Row]) -> dict[tuple[Any, ...], dict[str, float]]:
    """Both sides of each cell, in plain Python; where both speak of everything."""
    sums: dict[tuple[Any, ...], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in rows:
        key = (row["period"].year, row["exporter"], row["importer"], row["product"])
        sums[key][row["reported_by"]] += row["value_usd"]
    return sums


def test_clean_trade_is_silent(trade: list[Row]) -> None:
    assert len(trade) == 8 * 7 * 10 * 5 * 2
    assert found(trade) == {}


def plant(trade: list[Row], side: str, factor: float, seed: int = 2) -> list[Row]:
    """Let one side report a part of one cell in twelve: none, where the factor is 0."""
    chance = random.Random(seed)
    rows = []
    for row in trade:
        hides = row["reported_by"] == side and chance.random() < 1 / 12
        if not hides:
            rows.append(row)
        elif factor:
            rows.append(row | {"value_usd": row["value_usd"] * factor})
    return rows


@pytest.mark.parametrize("factor", [0.0, 0.02, 0.2])
@pytest.mark.parametrize(
    ("side", "rule", "sign"),
    [("importer", "lost-in-transit", 1), ("exporter", "missing-export", -1)],
)
def test_what_one_side_hides_is_found(
    trade: list[Row], side: str, rule: str, sign: int, factor: float
) -> None:
    rows = plant(trade, side, factor)
    seen, compared = [], 0
    for key, told in cells(rows).items():
        one, other = (told["exporter"], told["importer"])[::sign]
        compared += max(one, other) >= 1e6
        if one >= 1e6 and one >= 10 * other:
            seen.append((one - other, key))
    if factor == 0.2:
        assert rule not in found(rows)
        assert not seen
        return
    assert len(seen) > 80
    kind = found(rows)[rule]
    assert (kind.cells, kind.compared) == (len(seen), compared)
    assert kind.value_usd == pytest.approx(sum(gap for gap, _ in seen))
    assert (kind.year, kind.exporter, kind.importer, kind.product) == max(seen)[1]
    assert (kind.sources, kind.years, kind.freq) == (("comtrade",), (2018, 2022), "A")


def test_a_line_that_the_other_side_still_reports_is_suppressed(trade: list[Row]) -> None:
    """Two sides stop to tell of some lines from 2021 on; the trade goes on."""
    stops = {
        ("exporter", "CHN", "RUS", code) for code in CODES[:6]
    } | {("importer", "FRA", "JPN", code) for code in CODES[4:]}  # fmt: skip
    rows = [
        row
        for row in trade
        if row["period"].year < 2021
        or tuple(row[name] for name in ("reported_by", "exporter", "importer", "product"))
        not in stops
    ]
    both = cells(rows)
    want = 0.0
    count = 0
    for side, *line in stops:
        other = "importer" if side == "exporter" else "exporter"
        own = [both[year, *line][side] for year in (2018, 2019, 2020)]
        still = both[2021, *line][other]
        if min(own) >= 1e6 and still >= max(1e6, own[-1] / 2):
            count += 1
            want += still
    assert 4 < count < len(stops)
    kind = found(rows)["hidden-line"]
    assert kind.cells == count
    assert kind.value_usd == pytest.approx(want)
    assert kind.years == (2021, 2021)


@pytest.mark.parametrize(
    ("editions", "is_found"),
    [
        (("HS2017", "HS2017", "HS2017", "HS2022"), False),
        (("HS2017", "HS2017", "HS2022", "HS2022"), True),
    ],
)
def test_no_line_is_suppressed_by_another_edition(
    editions: tuple[str, ...], is_found: bool
) -> None:
    rows = []
    for at, edition in enumerate(editions):
        keys = {"period": date(2018 + at, 1, 1), "nomenclature": edition}
        rows += [*context(**keys), report("importer", 5e6, **keys)]
        rows += [report("exporter", 5e6, **keys)] if at < 3 else []
    assert ("hidden-line" in found(rows)) is is_found


def test_a_line_that_ends_on_both_sides_is_not_hidden(trade: list[Row]) -> None:
    line = {"exporter": "CHN", "importer": "RUS", "product": CODES[0]}
    rows = [
        row
        for row in trade
        if row["period"].year < 2021 or any(row[name] != value for name, value in line.items())
    ]
    assert found(rows) == {}


def test_totals_differ_where_all_goods_do(trade: list[Row]) -> None:
    rows = [
        row | {"value_usd": row["value_usd"] * 0.3}
        if (row["exporter"], row["importer"], row["reported_by"]) == ("DEU", "KAZ", "importer")
        else row
        for row in trade
    ]
    sums: dict[tuple[int, str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in rows:
        key = (row["period"].year, row["exporter"], row["importer"])
        sums[key][row["reported_by"]] += row["value_usd"]
    gaps = {
        key: one["exporter"] - one["importer"]
        for key, one in sums.items()
        if max(one.values()) >= 1e7 and one["exporter"] >= 2 * one["importer"]
    }
    assert {key[1:] for key in gaps} == {("DEU", "KAZ")}
    kind = found(rows)["mirror-gap"]
    assert kind.cells == len(gaps) == 5
    assert kind.value_usd == pytest.approx(sum(gaps.values()))
    assert (kind.product, kind.year) == ("TOTAL", max(gaps, key=lambda key: gaps[key])[0])


def test_a_total_goes_before_its_goods() -> None:
    total = {"product": "TOTAL", "nomenclature": "NONE"}
    rows = [
        *context(),
        report("exporter", 2e7, **total),
        report("importer", 1.8e7, **total),
        report("exporter", 1.2e7),
        report("importer", 2e6),
    ]
    assert found(rows) == {}
    rows[-3] = report("importer", 9e6, **total)
    assert found(rows)["mirror-gap"].importer_low_usd == 9e6


@pytest.mark.parametrize("more", [0, 1])
def test_goods_of_two_editions_are_counted_once(more: int) -> None:
    """Both sides report the same trade in two editions: gaps and sums were twice as large."""
    rows = [*context(), *context(nomenclature="HS2022")]
    for edition in ("HS2017", "HS2022"):
        rows += [report("exporter", 2e7, nomenclature=edition)]
        rows += [report("importer", 1e6, nomenclature=edition)]
    # New codes of the later edition are old ones under other names.
    for at in range(more):
        keys = {"product": f"85414{at}", "nomenclature": "HS2022"}
        rows += [report("exporter", 1e7, **keys), report("importer", 1e5, **keys)]
    kinds = found(rows)
    lost = 2e7 - 1e6 + more * (1e7 - 1e5)
    assert kinds["lost-in-transit"].cells == 1 + more
    assert kinds["lost-in-transit"].value_usd == pytest.approx(lost)
    gap = kinds["mirror-gap"]
    assert gap.exporter_low_usd - gap.importer_low_usd == pytest.approx(lost)


ALONE = report("exporter", 5e6)


@pytest.mark.parametrize(
    ("rows", "is_found"),
    [
        ([*context(), ALONE], True),
        ([row for row in context() if row["reported_by"] == "exporter"] + [ALONE], False),
        (
            [
                row for row in context()
                if not (row["importer"] == "RUS" and row["reported_by"] == "importer")
            ] + [ALONE],
            False,
        ),
        (
            [
                row for row in context()
                if row["reported_by"] == "exporter" or row["product"] != "854231"
            ] + [ALONE],
            False,
        ),
        (
            [
                row for row in context()
                if row["reported_by"] == "exporter" or row["exporter"] != "CHN"
            ] + [ALONE],
            False,
        ),
        ([*context(nomenclature="HS2022"), ALONE], False),
        ([*context(period=date(2021, 1, 1)), ALONE], False),
        ([*context(source="reconciled"), report("both", 1.0, source="reconciled"), ALONE], False),
        ([*context(), ALONE | {"importer": "CHN"}], False),
        ([*context(), ALONE | {"value_usd": 9e5}], False),
        ([*context(), ALONE, report("importer", 6e5)], False),
        ([*context(), ALONE, report("importer", 4e5)], True),
        ([*context(), ALONE, report("importer", 4e5), report("importer", 2e5, is_reexport=True)],
         False),
    ],
    ids=[
        "both speak", "nobody imports", "the importer is silent", "nobody buys the good",
        "nobody buys from the exporter", "another edition", "another year", "a blend",
        "its own trade", "small", "a ninth", "a twelfth", "a ninth in two parts",
    ],
)  # fmt: skip
def test_an_empty_cell_is_a_zero_of_a_side_that_speaks(rows: list[Row], is_found: bool) -> None:
    assert ("lost-in-transit" in found(rows)) is is_found


def months(side: str, values: dict[int, float], **keys: Any) -> list[Row]:
    return [
        report(side, value, period=date(2022, month, 1), freq="M", **keys)
        for month, value in values.items()
    ]


def test_twelve_months_are_a_year() -> None:
    year = dict.fromkeys(range(1, 13), 1e6)
    sold = months("exporter", year, source="comext")
    around = [row for row in context() if row["reported_by"] == "importer"]
    rows = [*around, *sold, report("importer", 5e5)]
    kind = found(rows)["lost-in-transit"]
    assert (kind.freq, kind.exporter_low_usd, kind.importer_low_usd) == ("A", 12e6, 5e5)
    assert kind.sources == ("comext", "comtrade")
    # As many rows a period, once as a year: the year is what was told.
    assert found([*rows, report("exporter", 4e6)]) == {}


def test_fewer_months_are_compared_with_months() -> None:
    out, into = range(1, 8), range(3, 13)
    sold = months("exporter", dict.fromkeys(out, 1e6))
    bought = months("importer", dict.fromkeys(into, 1e4))
    around = [
        row
        for at in range(1, 13)
        for row in context(period=date(2022, at, 1), freq="M")
        if at in (out if row["reported_by"] == "exporter" else into)
    ]
    kind = found([*around, *sold, *bought])["lost-in-transit"]
    # Both speak from March to July.
    assert (kind.freq, kind.exporter_low_usd, kind.importer_low_usd) == ("M", 5e6, 5e4)


@pytest.mark.parametrize(
    ("euros", "dollars", "rule"),
    [(13e6, 1e6, "lost-in-transit"), (12e6, 1e6, None), (1e6, 17e6, "missing-export"),
     (1e6, 15e6, None)],
)  # fmt: skip
def test_a_gap_in_another_currency_holds_at_every_rate(
    euros: float, dollars: float, rule: str | None
) -> None:
    """Ten times, at 0.82 and at 1.60 USD a euro."""
    sold = report("exporter", None, value_reported=euros, currency="EUR", source="comext")
    rows = [*context(), *context(source="comext"), sold, report("importer", dollars)]
    rows += [sold | {"product": f"85{at:04}", "value_reported": 1.0} for at in range(20)]
    kinds = set(found(rows)) - {"mirror-gap"}
    assert kinds == ({rule} if rule else set())
    unknown = [row | {"currency": "KGS"} if row["value_usd"] is None else row for row in rows]
    assert "lost-in-transit" not in found(unknown)


def test_codes_of_the_union_are_read_by_six_digits() -> None:
    keys = {"source": "comext", "nomenclature": "CN2021"}
    lines = [report("exporter", 3e6, product=f"854231{end}", **keys) for end in ("10", "90")]
    rows = [*context(), *context(source="comext"), *lines, report("importer", 5e5)]
    kind = found(rows)["lost-in-transit"]
    assert (kind.product, kind.exporter_low_usd, kind.importer_low_usd) == ("854231", 6e6, 5e5)


def test_a_reporter_speaks_by_the_source_that_has_most_of_it() -> None:
    """Two sources with one report are not added up."""
    again = [row | {"source": "comext"} for row in (*context(), ALONE)]
    kind = found([*context(), ALONE, *again[:2], again[-1]])["lost-in-transit"]
    assert kind.exporter_low_usd == 5e6
    assert kind.sources == ("comtrade",)


def test_every_rule_is_explained_and_has_words(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    code = (root / "src/entrepot/reconciliation/mirror_gaps.py").read_text(encoding="utf-8")
    rules = set(re.findall(r"['\"]([a-z]+-[a-z-]+)['\"]", code))
    assert rules == {"lost-in-transit", "missing-export", "hidden-line", "mirror-gap"}
    for page in ("how-to/maintain-the-lake.md", "explanation/mirror-gaps.md"):
        text = (root / "docs" / page).read_text(encoding="utf-8")
        assert {rule for rule in rules if f"`{rule}`" not in text} == set()
    assert mirror_gap_findings(Lake.open(tmp_path / "lake")) == ()
