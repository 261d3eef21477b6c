"""Two reports of a flow: paired, kept, weighted, refused."""

from __future__ import annotations

import json
import math
import random
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from entrepot.engine import connect
from entrepot.errors import BadFileError, NoEvidenceError, RequestError
from entrepot.figures.reconcile import reconcile_lake
from entrepot.lake import Lake
from entrepot.reconciliation import (
    PairGap,
    ReporterWeights,
    bundled_odds,
    fixed_point,
    pair,
    reconcile,
    variances,
)
from entrepot.sources.reconciled.parse import COLUMNS
from made_comtrade import CHINA, GERMANY, row, text_of

pytestmark = pytest.mark.slow


def reports(*rows: tuple[Any, ...]) -> Any:
    """Rows: exporter, importer, reported_by, value, basis, reexport."""
    names = ("exporter", "importer", "reported_by", "value_usd", "partner_basis", "is_reexport")
    connection = connect()
    table = pa.table(
        {name: [row[place] for row in rows] for place, name in enumerate(names)},
        schema=pa.schema(
            [(name, pa.string()) for name in names[:3]]
            + [("value_usd", pa.float64()), ("partner_basis", pa.string())]
            + [("is_reexport", pa.bool_())]
        ),
    )
    connection.register("made", table)
    return connection.sql("""
        SELECT DATE '2022-01-01' AS period, 'A' AS freq, *, '854231' AS product,
               'HS2022' AS nomenclature, value_usd / 10 AS mass_kg, 'CIF' AS valuation,
               NULL::BOOLEAN AS is_estimated FROM made""")


def paired(*rows: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    found = pair(reports(*rows)).project(
        "exporter, importer, value_exporter_usd, value_importer_usd, is_reexport"
    )
    return sorted(found.fetchall())


def test_both_reports_stand_side_by_side() -> None:
    assert paired(
        ("CHN", "RUS", "exporter", 100.0, "destination", None),
        ("CHN", "RUS", "importer", 110.0, "origin", None),
        ("DEU", "RUS", "exporter", 7.0, "destination", None),
        ("USA", "RUS", "importer", 8.0, "origin", None),
        ("RUS", "RUS", "importer", 9.0, "origin", None),
    ) == [
        ("CHN", "RUS", 100.0, 110.0, None),
        ("DEU", "RUS", 7.0, None, None),
        ("USA", "RUS", None, 8.0, None),
    ]


def test_reexports_are_a_part_of_what_the_exporter_reports() -> None:
    assert paired(
        ("HKG", "RUS", "exporter", 60.0, "destination", True),
        ("HKG", "RUS", "exporter", 5.0, "destination", False),
        ("SGP", "RUS", "exporter", 3.0, "destination", True),
    ) == [("HKG", "RUS", 65.0, None, False), ("SGP", "RUS", 3.0, None, True)]


def test_a_part_of_the_mass_is_not_the_mass() -> None:
    rows = reports(
        ("HKG", "RUS", "exporter", 100.0, "destination", True),
        ("HKG", "RUS", "exporter", 50.0, "destination", False),
        ("SGP", "RUS", "exporter", 100.0, "destination", True),
        ("SGP", "RUS", "exporter", 20.0, "destination", False),
        ("DEU", "RUS", "exporter", 100.0, "destination", True),
        ("DEU", "RUS", "exporter", 0.0, "destination", False),
    ).project("* REPLACE (CASE WHEN value_usd NOT IN (0, 50) THEN mass_kg END AS mass_kg)")
    found = pair(rows).project("exporter, value_exporter_usd, mass_exporter_kg")
    assert sorted(found.fetchall()) == [
        ("DEU", 100.0, 10.0),
        ("HKG", 150.0, None),
        ("SGP", 120.0, 12.0),
    ]


@pytest.mark.parametrize(("mass", "expected"), [("NULL", None), ("5", 15.0)])
def test_a_part_of_the_mass_that_moved_is_not_the_mass(mass: str, expected: float | None) -> None:
    connection = connect()
    flows = connection.sql(f"""
        SELECT DATE '2022-01-01' AS period, 'A' AS freq, 'DEU' AS exporter, 'RUS' AS importer, *,
               'CIF' AS valuation, NULL::VARCHAR AS partner_basis, NULL::BOOLEAN AS is_reexport,
               NULL::BOOLEAN AS is_estimated
        FROM (VALUES ('exporter', 'HS2017', '854231', 100::DOUBLE, 10::DOUBLE),
                     ('exporter', 'HS2017', '854232', 50, {mass}),
                     ('importer', 'HS2022', '854239', 170, 16))
             AS made(reported_by, nomenclature, product, value_usd, mass_kg)""")
    moves = connection.sql("""
        SELECT 'HS2017' AS nomenclature, product, 'HS2022' AS to_nomenclature,
               '854239' AS to_product FROM (VALUES ('854231'), ('854232')) AS old(product)""")
    found = pair(flows, moves).project("value_exporter_usd, mass_exporter_kg, mass_importer_kg")
    assert found.fetchall() == [(150.0, expected, 16.0)]


def test_what_an_importer_tells_twice_counts_once() -> None:
    assert paired(
        ("CHN", "RUS", "importer", 100.0, "origin", None),
        ("CHN", "RUS", "importer", 80.0, "consignment", None),
    ) == [("CHN", "RUS", None, 80.0, None)]


def test_reconciled_rows_are_refused() -> None:
    with pytest.raises(RequestError, match="no reports of one side"):
        pair(reports(("CHN", "RUS", "both", 1.0, None, None)))


def test_nothing_told_twice_is_no_evidence() -> None:
    for way in (variances, fixed_point):
        with pytest.raises(NoEvidenceError, match="both sides"):
            way([])


def test_the_better_reporter_has_the_larger_weight() -> None:
    found = [
        PairGap(a, b, 100, gap, gap / 2)
        for a, gap_a in (("A", 0.05), ("B", 0.4))
        for b, gap_b in (("C", 0.05), ("D", 0.4))
        for gap in [(gap_a**2 + gap_b**2) ** 0.5]
    ]
    for odds in (variances(found).odds(), fixed_point(found)):
        assert odds.weight("A", "D") > 0.8
        assert odds.weight("B", "C") < 0.2
        assert odds.weight("A", "C") == pytest.approx(0.5, abs=0.1)


def test_a_country_without_an_effect_has_the_usual_weight() -> None:
    assert ReporterWeights({}, {}, 0.0).weight("A", "B") == 0.5
    odds = bundled_odds()
    assert odds.weight("nobody", "nothing") == pytest.approx(0.293, abs=0.01)
    assert len(odds.exporter) > 90
    assert len(odds.importer) > 110


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """China's imports from Germany and Germany's exports to China, chips and one more code."""
    file = tmp_path / "reports.csv"
    flows = [
        row(110_000.0),
        row(100_000.0, flow="X", reporter=GERMANY, partner=CHINA),
        row(50_000.0, product="854232"),
        row(40_000.0, product="854233", flow="X", reporter=GERMANY, partner=CHINA),
    ]
    file.write_text(text_of(flows))
    found = Lake.open(tmp_path / "lake")
    found.add("comtrade", [file])
    return found


def kept(lake: Lake) -> dict[str, tuple[Any, ...]]:
    rows = lake.flows("reconciled").to_native()
    names = (
        "product, reported_by, value_usd, value_exporter_usd, value_importer_usd, weight_exporter"
    )
    return {found[0]: found[1:] for found in rows.project(names).fetchall()}


def test_the_lake_keeps_what_was_reconciled(lake: Lake) -> None:
    found = reconcile_lake(lake, weights="variances")
    rows = kept(lake)
    assert rows["854232"][:4] == ("importer", 50_000.0, None, 50_000.0)
    assert rows["854233"][:4] == ("exporter", 40_000.0, 40_000.0, None)
    told, value, one, other, weight = rows["854231"]
    assert (told, one, other) == ("both", 100_000.0, 110_000.0)
    assert value == pytest.approx(weight * 100_000 + (1 - weight) * 110_000)
    assert found.to_dict()["cells"]["both"]["cells"] == 1
    reconcile_lake(lake, weights="official")  # again, in its place
    assert len(kept(lake)) == 3


def test_goods_and_period_choose(lake: Lake, tmp_path: Path) -> None:
    with pytest.raises(NoEvidenceError, match="no reports by product"):
        reconcile_lake(lake, period=2020)
    with pytest.raises(NoEvidenceError, match="both sides"):
        reconcile_lake(lake, goods="854232")
    reconcile_lake(lake, goods="854231", weights="variances", keep=False, out=tmp_path / "o.csv")
    assert len((tmp_path / "o.csv").read_text().splitlines()) == 2
    assert not lake.holds("reconciled")


def test_a_silent_side_has_the_interval_of_what_it_used_to_tell(tmp_path: Path) -> None:
    """Twenty-four cells that both told; then one is silent, and the other's report is all there is.

    Nine in ten of what comes lie between the exclusive 5 % and 95 % quantiles of what was.
    """
    chance = random.Random(3)
    logs, flows = [], []
    for n in range(24):
        code = ("854231", "854232", "854233", "854239")[n % 4]
        year, value = 2015 + n // 4, 100_000.0 * (1 + n % 5)
        more = round(value * math.exp(chance.gauss(0.1, 0.3)))
        logs.append(math.log(more / value))
        changes = {"product": code, "edition": "H4"}
        flows += [
            row(more, **changes) | {"period": year},
            row(value, flow="X", reporter=GERMANY, partner=CHINA, **changes) | {"period": year},
        ]
    flows += [
        row(70_000.0, flow="X", reporter=GERMANY, partner=CHINA, edition="H4") | {"period": 2022},
        row(50_000.0, edition="H4") | {"period": 2023},
    ]
    file = tmp_path / "reports.csv"
    file.write_text(text_of(flows))
    lake = Lake.open(tmp_path / "lake")
    lake.add("comtrade", [file])
    reconcile_lake(lake, weights="variances")
    rows = lake.flows("reconciled").to_native().filter("reported_by <> 'both'").order("period")
    found = rows.project("value_usd, low_usd, high_usd").fetchall()
    twentieths = statistics.quantiles(logs, n=20, method="exclusive")
    least, most = twentieths[0], twentieths[-1]
    assert least < 0 < most
    assert found == [
        pytest.approx((70_000, 70_000 * math.exp(least), 70_000 * math.exp(most))),
        pytest.approx((50_000, 50_000 * math.exp(-most), 50_000 * math.exp(-least))),
    ]


def test_two_reconciliations_at_once_do_not_disturb_each_other() -> None:
    """Of different trade, on one connection; each reads its own until it is closed."""
    first = reports(
        ("CHN", "RUS", "exporter", 100.0, "destination", None),
        ("CHN", "RUS", "importer", 100.0, "origin", None),
        ("DEU", "RUS", "exporter", 20_000.0, "destination", None),
        ("DEU", "RUS", "importer", 21_000.0, "origin", None),
    )
    second = first.project("* REPLACE (value_usd * 10 AS value_usd)")
    connection = connect()
    tables = []
    for relation in (first, second):
        tables.append(connection.from_arrow(relation.to_arrow_table()))
    with reconcile(connection, tables[0]) as one:
        with reconcile(connection, tables[1]) as two:
            assert one.rows.filter("exporter = 'CHN'").project("value_usd").fetchall() == [(100,)]
            assert two.rows.filter("exporter = 'CHN'").project("value_usd").fetchall() == [(1000,)]
        assert len(one.rows.fetchall()) == 2
        with pytest.raises(duckdb.Error):
            two.rows.fetchall()
    with pytest.raises(NoEvidenceError, match="both sides"):
        reconcile(connection, tables[0].filter("exporter = 'CHN' AND reported_by = 'exporter'"))
    assert connection.sql("FROM duckdb_tables()").fetchall() == []
    assert connection.sql("FROM duckdb_schemas() WHERE schema_name ^@ 'reconcile'").fetchall() == []


def test_two_editions_of_one_code_are_one_cell(tmp_path: Path) -> None:
    """The exporter is a year late with the new edition: the flow must not count twice."""
    file = tmp_path / "reports.csv"
    flows = [
        row(110_000.0),
        row(100_000.0, flow="X", reporter=GERMANY, partner=CHINA, edition="H5"),
    ]
    file.write_text(text_of(flows))
    lake = Lake.open(tmp_path / "lake")
    lake.add("comtrade", [file])
    reconcile_lake(lake, weights="variances")
    rows = lake.flows("reconciled").to_native()
    [(told, edition, value)] = rows.project("reported_by, nomenclature, value_usd").fetchall()
    assert (told, edition) == ("both", "HS2022")
    assert 100_000 < value < 110_000


def test_mass_is_weighed_as_value_is(lake: Lake) -> None:
    """Made-up rows have a hundredth of the value as mass: so has what is made of them."""
    reconcile_lake(lake, weights="variances")
    rows = lake.flows("reconciled").to_native().project("value_usd, mass_kg").fetchall()
    assert len(rows) == 3
    assert all(mass == pytest.approx(value / 100) for value, mass in rows)


@pytest.mark.parametrize("gap", [1e2, 1e6, 1e9])
def test_the_interval_of_two_reports_does_not_grow_with_their_gap(gap: float) -> None:
    """It ends where those of the two reports by themselves end, however far these are apart."""
    draw = random.Random(3)
    pairs = [
        (seller, buyer, 1e6 * math.exp(draw.gauss(0, 1)))
        for seller in ("CHN", "DEU", "USA", "FRA", "ITA", "JPN", "KOR", "GBR")
        for buyer in ("RUS", "IND", "BRA", "TUR", "KAZ", "POL", "ESP", "MEX")
    ] * 5
    rows = [
        (seller, buyer, side, value * math.exp(draw.gauss(0, 0.1) * draw.choice((1, 1, 1, 20))))
        for seller, buyer, value in pairs
        for side in ("exporter", "importer")
    ]
    codes = [f"{850000 + place // 2}" for place in range(len(rows))]
    rows += [("CHN", "RUS", "exporter", 1e6), ("CHN", "RUS", "importer", 1e6 * gap)]
    table = {
        name: [row[place] for row in rows]
        for place, name in enumerate(("exporter", "importer", "reported_by", "value_usd"))
    }
    table["product"] = [*codes, "999999", "999999"]
    connection = connect()
    flows = connection.from_arrow(pa.table(table)).project("""
        DATE '2022-01-01' AS period, 'A' AS freq, *, 'HS2022' AS nomenclature, 1.0 AS mass_kg,
        CASE reported_by WHEN 'importer' THEN 'CIF' ELSE 'FOB' END AS valuation,
        NULL::VARCHAR AS partner_basis, NULL::BOOLEAN AS is_reexport, NULL::BOOLEAN AS is_estimated
        """)
    with reconcile(connection, flows) as found:
        assert not math.isinf(found.tails.freedom)
        far = found.rows.filter("product = '999999'").project("low_usd, high_usd").fetchall()
        alone = found.level * math.sqrt(
            max(max(found.variances.doubted(side).values()) for side in ("exporter", "importer"))
        )
    [(low, high)] = far
    assert low <= 1e6
    assert high >= 1e6 * gap
    assert 1e6 * math.exp(-3 * alone) <= low
    assert high <= 1e6 * gap * math.exp(3 * alone)


def test_a_value_of_both_reports_is_neither_fob_nor_cif(lake: Lake) -> None:
    reconcile_lake(lake, weights="variances")
    rows = lake.flows("reconciled").to_native().project("reported_by, valuation").distinct()
    assert set(rows.fetchall()) <= {("both", None), ("exporter", "FOB"), ("importer", "CIF")}
    assert ("both", None) in rows.fetchall()


def test_some_goods_are_no_total(lake: Lake) -> None:
    """What was made of some goods must not pass for all trade."""
    import entrepot as ep

    reconcile_lake(lake, weights="variances")
    keys = {"importer": "CHN", "exporter": "DEU", "goods": "all", "period": 2022}
    figure = ep.ask("value", source="reconciled", lake=lake, **keys)
    assert figure.status == "insufficient_data"
    assert "not all goods" in figure.reason


def test_an_older_result_gives_way(lake: Lake) -> None:
    reconcile_lake(lake, weights="variances")
    reconcile_lake(lake, weights="fixed_point", goods="854231")
    held = [one for one in lake.holdings() if one.source == "reconciled"]
    assert [one.rows for one in held if one.current] == [1]


def test_a_carried_month_is_there_when_its_year_is_named(tmp_path: Path) -> None:
    months = [
        row(value, flow="X", reporter=GERMANY, partner=CHINA) | {"period": month, "freqCode": "M"}
        for month, value in ((202201, 100_000.0), (202202, 90_000.0), (202301, 120_000.0))
    ]
    months += [
        row(110_000.0) | {"period": month, "freqCode": "M"}
        for month in (202201, 202202, 202301, 202302)
    ]
    file = tmp_path / "reports.csv"
    file.write_text(text_of(months))
    lake = Lake.open(tmp_path / "lake")
    lake.add("comtrade", [file])
    reconcile_lake(lake, weights="variances", panel="carried", period="2023-01..2023-02")
    rows = lake.flows("reconciled").to_native()
    found = rows.project("strftime(period, '%Y-%m'), value_exporter_usd, is_estimated").fetchall()
    assert sorted(found) == [("2023-01", 120_000.0, False), ("2023-02", 90_000.0, True)]


def test_reexports_count_or_not(tmp_path: Path) -> None:
    """Hong Kong's exports with their re-exports; the importer's report is of both."""
    hong_kong = 344
    flows = [
        row(100_000.0, flow="X", reporter=hong_kong, partner=CHINA),
        row(90_000.0, flow="RX", reporter=hong_kong, partner=CHINA),
        row(104_000.0, partner=hong_kong),
        row(60_000.0, flow="X", reporter=hong_kong, partner=GERMANY),
    ]
    file = tmp_path / "reports.csv"
    file.write_text(text_of(flows))
    lake = Lake.open(tmp_path / "lake")
    lake.add("comtrade", [file])
    told = {}
    for reexports in (True, False):
        reconcile_lake(lake, weights="variances", reexports=reexports)
        rows = lake.flows("reconciled").to_native().filter("importer = 'CHN'")
        [told[reexports]] = rows.project("value_exporter_usd, value_importer_usd").fetchall()
    assert told == {True: (100_000.0, 104_000.0), False: (10_000.0, 104_000.0)}


def test_partners_that_are_no_country_stay_and_are_counted(tmp_path: Path) -> None:
    file = tmp_path / "reports.csv"
    flows = [
        row(110_000.0),
        row(100_000.0, flow="X", reporter=GERMANY, partner=CHINA),
        row(7_000.0, partner=899),
    ]
    file.write_text(text_of(flows))
    lake = Lake.open(tmp_path / "lake")
    lake.add("comtrade", [file])
    found = reconcile_lake(lake, weights="variances")
    assert found.unspecified == (1, 7_000.0)
    rows = lake.flows("reconciled").to_native().filter("value_usd = 7000").fetchall()
    assert len(rows) == 1


def test_wrong_requests(lake: Lake, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="unknown weights"):
        reconcile_lake(lake, weights="best")
    with pytest.raises(NoEvidenceError, match="imts is not loaded"):
        reconcile_lake(lake, source="imts")
    with pytest.raises(NoEvidenceError, match="distances"):
        reconcile_lake(lake, freight="remove")
    with pytest.raises(RequestError, match="cannot write"):
        reconcile_lake(lake, weights="variances", out=tmp_path / "o.txt")
    assert not lake.holds("reconciled")
    assert not list(tmp_path.glob(".o.*"))


def test_the_command(lake: Lake, tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("entrepot")
    out = tmp_path / "o.parquet"
    words = ["reconcile", "--weights", "variances", "--lake", str(lake.path), "--json"]
    done = subprocess.run(
        [program, *words, "--out", str(out)], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout)["cells"]["exporter"] == {"cells": 1, "value_usd": 40_000.0}
    assert set(COLUMNS) <= set(pq.read_schema(out).names)
    # What was written can be added again.
    pq.write_table(pq.read_table(out), out)
    again = Lake.open(tmp_path / "other")
    again.add("reconciled", [out])
    assert kept(again) == kept(lake)


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("value_usd", -1.0, "value_usd that cannot be"),
        ("low_usd", 1e9, "low_usd that cannot be"),
        ("weight_exporter", 1.5, "weight_exporter that cannot be"),
        ("reported_by", "nobody", "reported_by that cannot be"),
        ("value_exporter_usd", None, "value_exporter_usd that cannot be"),
        ("exporter", "XYZ", "not an area"),
        ("product", "85 42", "product that cannot be"),
    ],
)
def test_a_changed_file_is_refused(
    lake: Lake, tmp_path: Path, column: str, value: Any, words: str
) -> None:
    out = tmp_path / "o.parquet"
    reconcile_lake(lake, weights="variances", keep=False, out=out)
    table = pq.read_table(out).to_pylist()
    place = next(n for n, one in enumerate(table) if one["reported_by"] == "both")
    schema = pq.read_schema(out)
    table[place][column] = value
    pq.write_table(pa.Table.from_pylist(table, schema=schema), out)
    with pytest.raises(BadFileError, match=words):
        Lake.open(tmp_path / "other").add("reconciled", [out])


def test_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(BadFileError, match="not a Parquet file"):
        Lake.open(tmp_path / "lake").add("reconciled", [path])
    pq.write_table(pa.table({"period": ["2022"]}), path)
    with pytest.raises(BadFileError, match="column period"):
        Lake.open(tmp_path / "lake").add("reconciled", [path])


def made(tmp_path: Path, *flows: dict[str, Any]) -> Lake:
    file = tmp_path / "reports.csv"
    file.write_text(text_of(flows))
    found = Lake.open(tmp_path / "lake")
    found.add("comtrade", [file])
    return found


EXPORT = {"flow": "X", "reporter": GERMANY, "partner": CHINA}


Told = tuple[str, str, str, str, float, int]
"""Exporter, importer, product, who tells, value, year."""


@pytest.fixture(scope="module")
def engine() -> duckdb.DuckDBPyConnection:
    return connect(threads=1)


@pytest.mark.parametrize(
    ("instead", "how"),
    [
        (("DEU", "CHN", "8542", "importer", 30_000.0, 2022), "heading"),
        (("DEU", "CHN", "85", "importer", 30_000.0, 2022), "chapter"),
        (("XNES", "CHN", "854231", "importer", 30_000.0, 2022), "partner"),
        (("XSPECIAL", "CHN", "854231", "importer", 30_000.0, 2022), "partner"),
        (("DEU", "CHN", "999999", "importer", 30_000.0, 2022), "goods"),
        # too little to hold half of it
        (("XNES", "CHN", "854231", "importer", 19_000.0, 2022), None),
        # bunkers are no country
        (("XBUNKERS", "CHN", "854231", "importer", 30_000.0, 2022), None),
        (("DEU", "CHN", "8541", "importer", 30_000.0, 2022), None),
        (("RUS", "CHN", "8542", "importer", 30_000.0, 2022), None),
        (("RUS", "CHN", "999999", "importer", 30_000.0, 2022), None),
        (("XNES", "CHN", "854232", "importer", 30_000.0, 2022), None),
        (("XNES", "RUS", "854231", "importer", 30_000.0, 2022), None),
        # the exporter's, who tells the flow
        (("DEU", "XNES", "854231", "exporter", 30_000.0, 2022), None),
        (("XNES", "CHN", "854231", "importer", 30_000.0, 2021), None),
    ],
)
def test_a_silent_side_that_keeps_lines_back_is_flagged(
    engine: duckdb.DuckDBPyConnection, instead: Told, how: str | None
) -> None:
    """China tells nothing of 40,000 that Germany tells; something else of its may hold them."""
    rows: list[Told] = [
        ("DEU", "CHN", "010121", "exporter", 90_000.0, 2022),
        ("DEU", "CHN", "010121", "importer", 90_000.0, 2022),
        ("DEU", "CHN", "854231", "exporter", 40_000.0, 2022),
        instead,
    ]
    names = ("exporter", "importer", "product", "reported_by", "value_usd", "year")
    columns = map(list, zip(*rows, strict=True))
    table = engine.from_arrow(pa.table(dict(zip(names, columns, strict=True))))
    flows = table.project("""
        make_date(year, 1, 1) AS period, 'A' AS freq, *, 'HS2022' AS nomenclature, 1.0 AS mass_kg,
        'CIF' AS valuation, NULL::VARCHAR AS partner_basis, NULL::BOOLEAN AS is_reexport,
        NULL::BOOLEAN AS is_estimated""")
    with reconcile(engine, flows) as found:
        rows_found = found.rows.project("exporter, importer, product, suppressed_in").fetchall()
    flags = {tuple(cell): flag for *cell, flag in rows_found}
    assert len(flags) == len(rows_found)
    assert flags.pop(("DEU", "CHN", "854231")) == how
    assert set(flags.values()) == {None}


def test_what_is_kept_back_is_seen_on_all_goods(tmp_path: Path) -> None:
    chips = (row(90_000.0), row(90_000.0, **EXPORT), row(40_000.0, product="854232", **EXPORT))
    lake = made(tmp_path, *chips, row(30_000.0, product="999999"))
    found = reconcile_lake(lake, weights="variances", goods="8542")
    assert found.to_dict()["suppressed_in"] == {"goods": {"cells": 1, "value_usd": 40_000.0}}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, None),
        ({"weights": "official", "by": "chapter"}, "no chapter has 1,000 cells"),
        ({"by": "year"}, "--by year has no effect: the reports are of one year"),
        ({"panel": "fixed"}, "--panel fixed has no effect: every reporter"),
        ({"panel": "carried"}, "--panel carried has no effect: no country is late"),
        ({"reexports": False}, "--no-reexports has no effect"),
        ({"freight": "remove"}, "--freight remove has no effect"),
    ],
)
def test_options_without_effect_say_so(
    tmp_path: Path, options: dict[str, Any], words: str | None
) -> None:
    at_border = {"cifvalue": "", "fobvalue": 90_000.0}
    lake = made(tmp_path, row(90_000.0) | at_border, row(90_000.0, **EXPORT))
    found = reconcile_lake(lake, **{"weights": "variances"} | options)
    assert len(found.notes) == (words is not None)
    assert words is None or words in found.notes[0]
    assert found.to_dict()["notes"] == list(found.notes)
    rows = lake.flows("reconciled").to_native()
    assert rows.project("valuation").fetchall() == [("FOB",)]


def test_options_with_effect_say_nothing(tmp_path: Path) -> None:
    months = [
        row(90_000.0, **keys) | {"period": month, "freqCode": "M"}
        for month in (202201, 202202, 202301)
        for keys in ({}, EXPORT)
    ]
    re_exports = row(5_000.0, **EXPORT | {"flow": "RX"}) | {"period": 202301, "freqCode": "M"}
    late = row(8_000.0) | {"period": 202302, "freqCode": "M"}
    lake = made(tmp_path, *months, re_exports, late)
    options = {"panel": "carried", "reexports": False, "period": 2023}
    assert reconcile_lake(lake, weights="variances", **options).notes == ()


def test_parts_change_intervals_only_where_weights_are_given(world_lake: Lake) -> None:
    found = reconcile_lake(world_lake, weights="official", by="chapter")
    assert found.result.parts
    assert found.notes == (
        "--by chapter changes intervals only: official weights are the same in every chapter.",
    )


def _chapter_85() -> list[str]:
    from entrepot.model.product import known_codes

    codes = (code for code, there in known_codes().items() if "HS2012" in there)
    return sorted(code for code in codes if code.startswith("85"))[:100]


@pytest.fixture
def world_lake(tmp_path: Path) -> Lake:
    """A thousand cells of chapter 85 that both sides tell."""
    chance = random.Random(1)
    flows = [
        row(round(chance.lognormvariate(12, 1)), product=code, **side) | {"period": year}
        for year in range(2012, 2022)
        for code in _chapter_85()
        for side in ({"edition": "H4"}, EXPORT | {"edition": "H4"})
    ]
    return made(tmp_path, *flows)


def test_rows_that_are_reconciled_already_are_refused(lake: Lake) -> None:
    reconcile_lake(lake, weights="variances")
    for source in ("reconciled", "baci"):  # of neither has the advice to add reports any use
        with pytest.raises(RequestError, match="reconciled already"):
            reconcile_lake(lake, source=source)
    for option in ({"by": "month"}, {"panel": "none"}):
        with pytest.raises(RequestError, match=f"unknown {next(iter(option))}"):
            reconcile_lake(lake, **option)


def test_the_terminal_says_what_was_done(lake: Lake, tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("entrepot")
    words = ["reconcile", "--weights", "variances", "--by", "year", "--lake", str(lake.path)]
    done = subprocess.run([program, *words], capture_output=True, text=True, check=True)
    text = " ".join(done.stdout.split())
    assert "Intervals: 1.64 standard deviations" in text
    assert "--by year has no effect" in text
    assert "ask uses it first; --source comtrade asks for the single reports" in text


MIRROR = "year,reporter,partner,flow,code,worth\n"
MAPPING = """format: 1
id: mirror
nomenclature: HS2017
columns:
  year: {role: year}
  reporter: {role: reporter, codes: ISO3}
  partner: {role: partner, codes: ISO3}
  flow: {role: flow, export: X, import: M}
  code: {role: product}
  worth: {role: value, currency: CURRENCY, scale: 1}
ignore: []
"""


def mirror(folder: Path, currency: str, years: range) -> Lake:
    """A lake with a table of both sides' reports, in one currency."""
    areas = ("DEU", "FRA", "ITA", "POL")
    rows = [
        f"{year},{reporter},{partner},{flow},850511,{30_000 + year * at}\n"
        for year in years
        for at, reporter in enumerate(areas, 1)
        for partner in areas
        if partner != reporter
        for flow in "XM"
    ]
    (folder / "mirror.csv").write_text(MIRROR + "".join(rows))
    found = Lake.open(folder / "lake")
    found.add("table", [folder / "mirror.csv"], mapping=MAPPING.replace("CURRENCY", currency))
    return found


def test_reports_in_another_currency_are_refused_by_that_name(tmp_path: Path) -> None:
    """They were read as if nothing were reported by both sides."""
    lake = mirror(tmp_path, "EUR", range(2020, 2021))
    with pytest.raises(NoEvidenceError, match="is in US dollars") as said:
        reconcile_lake(lake, source="table.mirror")
    assert said.value.where == "reports: 24 in EUR"


def test_only_rows_of_the_same_periods_are_said_to_be_replaced(tmp_path: Path) -> None:
    lake = mirror(tmp_path, "USD", range(2020, 2022))
    first, second = (
        reconcile_lake(lake, source="table.mirror", period=year, weights="variances")
        for year in (2020, 2021)
    )
    assert (first.before, second.before) == (0, 0)
    fewer = reconcile_lake(
        lake, source="table.mirror", period="2020..2021", goods="850511", weights="variances"
    )
    assert fewer.before == 24


def test_python_reconciles_by_the_name_of_the_command(tmp_path: Path) -> None:
    """`import entrepot.reconciliation` does not hide it: the package had the same name."""
    import entrepot as ep

    lake = mirror(tmp_path, "USD", range(2020, 2022))
    found = ep.reconcile(source="table.mirror", period=2021, weights="variances", lake=lake.path)
    frame = found.to_frame("pyarrow")
    stored = {(row["exporter"], row["importer"]): row["value_usd"] for row in frame.to_pylist()}
    assert len(stored) == frame.num_rows == 12
    both = ep.ask("value", exporter="DEU", importer="FRA", period=2021, goods="850511", lake=lake)
    assert both.value == pytest.approx(stored["DEU", "FRA"])
    assert "Stored in the lake" in str(found)
    assert len(found._repr_html_()) < 20_000
    out = tmp_path / "rows.csv"
    written = ep.reconcile(
        source="table.mirror", weights="variances", lake=lake, keep=False, out=out
    )
    assert written.to_frame("pyarrow").num_rows == 24
    with pytest.raises(RequestError, match="not stored"):
        ep.reconcile(source="table.mirror", lake=lake, keep=False).to_frame()
