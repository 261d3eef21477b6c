from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from entrepot.engine import connect
from entrepot.errors import BadFileError
from entrepot.figures import Definition
from entrepot.figures.caveats import doubtful_rows
from entrepot.model.columns import key_columns
from entrepot.sources import source_info
from entrepot.sources.imts.parse import rows, tables
from entrepot.sources.parser import FileOptions, RawFile

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.sources.parser import ParsedRows

PORTAL = (
    "DATASET,SERIES_CODE,OBS_MEASURE,COUNTRY.ID,COUNTRY,INDICATOR.ID,COUNTERPART_COUNTRY.ID,"
    "FREQUENCY.ID,SCALE.ID,SCALE"
)
API = "DATAFLOW,COUNTRY,INDICATOR,COUNTERPART_COUNTRY,FREQUENCY,TIME_PERIOD,OBS_VALUE,SCALE,STATUS"


def series(code: str, *values: str, scale: str = "6,Millions") -> str:
    reporter, indicator, partner, freq = code.split(".")
    head = f"IMF.STA:IMTS(1.0.0),{code},OBS_VALUE,{reporter},Somewhere,{indicator},{partner},{freq}"
    return ",".join((head, scale, *values))


def read(tmp_path: Path, *lines: str) -> tuple[ParsedRows, list[dict[str, Any]]]:
    path = tmp_path / "made.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    [table] = tables(RawFile(path, "made.csv"), tmp_path, FileOptions())
    held = rows(connect(threads=1), table)
    relation = held.relation.order("reported_by, period, exporter, importer")
    return held, [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


def rules_of(held: ParsedRows) -> dict[str, int]:
    return {finding.rule: finding.count for finding in held.findings}


def test_a_series_a_row_becomes_flows_told_by_the_reporter(tmp_path: Path) -> None:
    held, found = read(
        tmp_path,
        f"{PORTAL},2023,2024",
        series("RUS.MG_CIF_USD.CHN.A", "119833.583", ""),
        series("RUS.XG_FOB_USD.CHN.A", "111455.32", "0"),
    )
    assert held.table == "flows"
    assert held.same == {"product": "TOTAL", "nomenclature": "NONE"}
    start = {"freq": "A", "is_estimated": None}
    to_china = {"exporter": "RUS", "importer": "CHN", "valuation": "FOB", "reported_by": "exporter"}
    from_china = {
        "exporter": "CHN",
        "importer": "RUS",
        "valuation": "CIF",
        "reported_by": "importer",
    }
    assert found == [
        {"period": date(2023, 1, 1), **start, "value_usd": 111455320000.0, **to_china},
        {"period": date(2024, 1, 1), **start, "value_usd": 0.0, **to_china},
        {"period": date(2023, 1, 1), **start, "value_usd": 119833583000.0, **from_china},
    ]  # the empty cell is missing, the zero is a zero


def test_quarters_and_months_keep_their_own_frequency(tmp_path: Path) -> None:
    _, found = read(
        tmp_path,
        f"{PORTAL},2023,2023-Q4,2023-M11",
        series("RUS.MG_CIF_USD.CHN.A", "12", "", ""),
        series("RUS.MG_CIF_USD.CHN.Q", "", "3", ""),
        series("RUS.MG_CIF_USD.CHN.M", "", "", "1"),
    )
    assert [(one["freq"], one["period"], one["value_usd"]) for one in found] == [
        ("A", date(2023, 1, 1), 12e6),
        ("Q", date(2023, 10, 1), 3e6),
        ("M", date(2023, 11, 1), 1e6),
    ]


@pytest.mark.parametrize("column", ["2023-Q1", "2023-M01"])
def test_a_month_is_never_taken_for_a_year(tmp_path: Path, column: str) -> None:
    with pytest.raises(BadFileError, match="frequency") as caught:
        read(tmp_path, f"{PORTAL},{column}", series("RUS.MG_CIF_USD.CHN.A", "12"))
    assert "RUS.MG_CIF_USD.CHN" in caught.value.where


def test_totals_are_left_out_and_held_against_the_sum_of_partners(tmp_path: Path) -> None:
    held, found = read(
        tmp_path,
        f"{PORTAL},2022,2023,2024",
        series("RUS.MG_CIF_USD.G001.A", "100", "100", "100"),
        series("RUS.MG_CIF_USD.GX170.A", "40", "40", "40"),
        series("RUS.MG_CIF_USD.G777.A", "1", "1", "1"),  # a group nobody has seen yet
        series("RUS.MG_CIF_USD.GBR.A", "40", "30", "40"),  # begins with G, and is a country
        series("RUS.MG_CIF_USD.CUB.A", "60", "60", "61"),
        series("RUS.MG_CIF_USD.TX910.A", "60", "60", "61"),  # Cuba and North Korea once more
        series("RUS.XG_FOB_USD.CUB.A", "5", "", ""),
    )
    assert {one["exporter"] for one in found} == {"GBR", "CUB", "RUS"}
    assert rules_of(held) == {
        "groups-with-members": 12,
        "adds-up": 1,
        "parts-below-world": 1,
        "parts-above-world": 1,
        "no-world-total": 1,
    }
    above = next(one for one in held.findings if one.rule == "parts-above-world")
    assert above.level == "error"
    assert above.example == ("RUS MG_CIF_USD 2024: world USD 100,000,000, partners USD 101,000,000")


def test_special_partners_stay_as_parts(tmp_path: Path) -> None:
    _, found = read(tmp_path, f"{PORTAL},2023", series("RUS.XG_FOB_USD.TX898.A", "3"))
    assert [one["importer"] for one in found] == ["XNES"]


def test_groups_as_reporters_and_balances_are_left_out(tmp_path: Path) -> None:
    held, found = read(
        tmp_path,
        f"{PORTAL},2023",
        series("G998.MG_CIF_USD.CHN.A", "3"),
        series("RUS.TBG_USD.CHN.A", "3"),
        series("RUS.MG_CIF_USD.CHN.A", "2"),
    )
    assert [one["value_usd"] for one in found] == [2e6]
    assert rules_of(held) == {"group-as-reporter": 1, "balance": 1, "no-world-total": 1}


def test_imports_fob_stand_in_only_where_imports_cif_are_missing(tmp_path: Path) -> None:
    held, found = read(
        tmp_path,
        f"{PORTAL},2022,2023",
        series("CAN.MG_FOB_USD.CHN.A", "9", "8"),
        series("CAN.MG_CIF_USD.CHN.A", "", "10"),
    )
    assert [(one["value_usd"], one["valuation"]) for one in found] == [(9e6, "FOB"), (10e6, "CIF")]
    assert rules_of(held)["fob-with-cif"] == 1


def test_the_scale_of_the_portal_is_applied_and_a_missing_one_is_no_guess(tmp_path: Path) -> None:
    held, found = read(
        tmp_path,
        f"{PORTAL},2023",
        series("RUS.MG_CIF_USD.CHN.A", "7", scale="9,Billions"),
        series("RUS.MG_CIF_USD.IND.A", "7", scale="0,Units"),
        series("RUS.MG_CIF_USD.TUR.A", "7", scale=","),
    )
    assert [one["value_usd"] for one in found] == [7e9, 7.0]
    assert rules_of(held)["no-scale"] == 1


def test_sdmx_values_are_dollars_whatever_their_scale(tmp_path: Path) -> None:
    one = "IMF.STA:IMTS(1.0.0),FRA,MG_CIF_USD,USA,A"
    held, found = read(
        tmp_path,
        API,
        f"{one},2020,NaN,6,",
        f"{one},2021,1,6,E",
        f"{one},2022,56004917567,6,A",
        f"{one},2023,2,6,Q",
        f"{one},,,6,",  # a line that describes the series
    )
    assert [(row["value_usd"], row["is_estimated"]) for row in found] == [
        (1.0, True),
        (56004917567.0, False),
        (2.0, None),
    ]
    assert rules_of(held) == {"no-world-total": 3}


def test_sdmx_csv_2_and_the_portal_with_an_observation_a_row(tmp_path: Path) -> None:
    head, keys = "STRUCTURE[;],STRUCTURE_ID,ACTION", "COUNTRY,INDICATOR,COUNTERPART_COUNTRY"
    _, two = read(
        tmp_path,
        f"{head},{keys},FREQUENCY,TIME_PERIOD,OBS_VALUE,SCALE",
        "dataflow,IMF.STA:IMTS(1.0.0),R,RUS,MG_CIF_USD,CHN,M,2023-M02,5000000,6",
    )
    ids = ",".join(f"{key}.ID" for key in keys.split(","))
    _, portal = read(
        tmp_path,
        f"DATASET,{ids},FREQUENCY.ID,FREQUENCY,TIME_PERIOD,OBS_VALUE,SCALE",
        "IMF.STA:IMTS(1.0.0),RUS,MG_CIF_USD,CHN,M,Monthly,2023-M02,5,Millions",
    )
    assert two == portal
    assert (two[0]["period"], two[0]["value_usd"]) == (date(2023, 2, 1), 5e6)


def test_a_new_column_is_named_not_passed_over(tmp_path: Path) -> None:
    row = series("RUS.MG_CIF_USD.CHN.A", "7", "x")
    held, _ = read(tmp_path, f"{PORTAL},2023,SEASON", row)
    assert next(one.example for one in held.findings if one.rule == "columns-not-read") == "SEASON"


@pytest.mark.parametrize(
    ("line", "words", "column"),
    [
        (series("RUS.MG_CIF_USD.XYZ.A", "1"), "not a known series: 'RUS.MG_CIF_USD.XYZ.A'", "SER"),
        (series("RUS.MG_CIF_USD.CHN.W", "1"), "not a known series", "SERIES_CODE"),
        (series("RUS.MG_CIF_EUR.CHN.A", "1"), "not a known series", "SERIES_CODE"),
        (series("RUS.MG_CIF_USD.CHN.A", "-1"), "not a value of zero or more: '-1'", "2023"),
        (series("RUS.MG_CIF_USD.CHN.A", "1.000.000"), "not a value of zero or more", "2023"),
        (series("RUS.MG_CIF_USD.CHN.A", "1", scale="12,"), "unknown scale: '12'", "SCALE.ID"),
        (
            series("RUS.MG_CIF_USD.CHN.A", "1").replace("IMTS(", "CPI("),
            "another data set of the IMF",
            "DATASET",
        ),
    ],
)
def test_a_bad_cell_is_named_with_row_and_column(
    tmp_path: Path, line: str, words: str, column: str
) -> None:
    with pytest.raises(BadFileError) as caught:
        read(tmp_path, f"{PORTAL},2023", series("RUS.MG_CIF_USD.IND.A", "1"), line)
    assert words in caught.value.what
    assert caught.value.where.startswith(f"made.csv, row 3, column {column}")


def test_values_that_were_multiplied_before_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFileError, match="larger than all trade"):
        read(tmp_path, f"{PORTAL},2023", series("RUS.MG_CIF_USD.CHN.A", "119833583000"))


def test_a_value_without_a_period_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFileError, match="missing or does not fit"):
        read(tmp_path, API, "IMF.STA:IMTS(1.0.0),FRA,MG_CIF_USD,USA,A,,5,6,")


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("t,i,j,k,v,q", "not a file of IMTS"),
        (PORTAL, "not a file of IMTS"),
        (f"{PORTAL},2023,2023", "a column stands twice or has no name: '2023'"),
        (f"{PORTAL},2023,scale", "a column stands twice or has no name: 'SCALE, scale'"),
        (f"{PORTAL},2023,", "a column stands twice or has no name: ''"),
        (f"{PORTAL.removesuffix(',SCALE.ID,SCALE')},2023", "the scale of the values is not said"),
    ],
)
def test_other_files_hear_what_was_expected(tmp_path: Path, head: str, words: str) -> None:
    with pytest.raises(BadFileError, match=words):
        read(tmp_path, head, "1")


def test_a_named_nomenclature_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "made.csv"
    path.write_text("x\n")
    with pytest.raises(BadFileError, match="without products"):
        list(tables(RawFile(path, "made.csv"), tmp_path, FileOptions(nomenclature="HS2017")))


@pytest.mark.parametrize("wide", [True, False])
def test_rows_with_one_key_are_found_again(tmp_path: Path, wide: bool) -> None:
    code, one = "RUS.MG_CIF_USD.CHN.M", "IMF.STA:IMTS(1.0.0),RUS,MG_CIF_USD,CHN,M,2023-M02,1,6,"
    other = "IMF.STA:IMTS(1.0.0),RUS,MG_CIF_USD,CHN,M,2023-M03,1,6,"
    lines = (
        (f"{PORTAL},2023-M02", series("RUS.XG_FOB_USD.CHN.M", "1"), *[series(code, "1")] * 2)
        if wide
        else (API, other, one, one)
    )
    held, found = read(tmp_path, *lines)
    twice = next(
        row for row in found if row["reported_by"] == "importer" and row["period"].month == 2
    )
    key = tuple({**held.same, **twice}.get(name) for name in key_columns("flows"))
    assert held.locate(key) == "made.csv, rows 3 and 4"


def test_what_the_source_says_of_itself_is_complete() -> None:
    info = source_info("imts")
    assert (info.brings, info.valuation, info.whole) == ("flows", None, False)
    assert {quirk.id for quirk in info.quirks} >= {"russia-estimated", "scale-of-sdmx"}


@pytest.mark.parametrize(
    ("asked", "is_said"),
    [
        ({"measure": "import_share", "importer": "RUS", "exporter": "UGA", "period": 2024}, True),
        # In the total of the share, in the ranking and in the base of a growth, too.
        ({"measure": "import_share", "importer": "RUS", "exporter": "CHN", "period": 2024}, True),
        ({"measure": "top_supplier", "importer": "RUS", "period": 2023}, True),
        ({"measure": "growth", "importer": "RUS", "exporter": "UGA", "period": 2022}, True),
        ({"measure": "value", "importer": "RUS", "exporter": "CHN", "period": 2024}, False),
        ({"measure": "import_share", "importer": "RUS", "exporter": "CHN", "period": 2021}, False),
        ({"measure": "export_share", "importer": "CHN", "exporter": "RUS", "period": 2024}, False),
        ({"measure": "import_share", "importer": "DEU", "exporter": "UGA", "period": 2024}, False),
    ],
)
def test_a_row_known_to_be_doubtful_is_said_wherever_it_is_in_the_number(
    asked: dict[str, Any], is_said: bool
) -> None:
    found = doubtful_rows(Definition.build(**asked), "imts")
    assert [one.id for one in found] == ["doubtful-row"] * is_said
    assert all("Uganda" in one.text and len(one.text) <= 200 for one in found)
    assert doubtful_rows(Definition.build(**asked), "comtrade") == []
