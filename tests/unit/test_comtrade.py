"""Comtrade: one row for a flow, whatever stands beside it; what cannot be told is refused."""

from __future__ import annotations

from datetime import date

import pytest

from entrepot.errors import BadFileError
from entrepot.sources.parser import FileOptions
from made_comtrade import (
    CHINA,
    GERMANY,
    RUSSIA,
    USA,
    WORLD,
    legacy,
    narrow,
    read,
    read_all,
    row,
    rules_of,
    text_of,
)


def values(*rows) -> dict[str, float]:
    found, _ = read(text_of(rows))
    return {
        f"{one['exporter']}-{one['importer']} {one['product']}": one["value_usd"] for one in found
    }


def refused(*rows, said: FileOptions | None = None) -> BadFileError:
    with pytest.raises(BadFileError) as caught:
        read(text_of(rows), said=said)
    return caught.value


def test_a_row_becomes_a_flow() -> None:
    [one], findings = read(text_of([row(1000.0)]))
    assert one == {
        "period": date(2022, 1, 1),
        "freq": "A",
        "exporter": "DEU",
        "importer": "CHN",
        "product": "854231",
        "nomenclature": "HS2022",
        "value_usd": 1000.0,
        "valuation": "CIF",
        "mass_kg": 10.0,
        "quantity": 100.0,
        "quantity_unit": "items",
        "reported_by": "importer",
        "partner_basis": "origin",
        "is_reexport": None,
        "is_estimated": False,
    }
    assert findings == ()


def test_an_export_is_told_by_the_exporter() -> None:
    [one], _ = read(text_of([row(1000.0, flow="X", period=202203, freqCode="M")]))
    assert (one["exporter"], one["importer"], one["reported_by"]) == ("CHN", "DEU", "exporter")
    assert (one["valuation"], one["partner_basis"]) == ("FOB", "destination")
    assert (one["period"], one["freq"]) == (date(2022, 3, 1), "M")


# Totals beside their parts


def crossed(total: float) -> list[dict]:
    """Return a cell and its parts by customs procedure and transport, crossed: four times it."""
    shares = {"customs": {"C00": 1, "C01": 0.75, "C04": 0.25}, "mot": {0: 1, 2100: 0.5, 3200: 0.5}}
    return [
        row(total * a * b, customs=customs, mot=mot)
        for customs, a in shares["customs"].items()
        for mot, b in shares["mot"].items()
    ]


def test_the_total_is_taken_by_its_codes() -> None:
    rows = crossed(1000.0)
    assert sum(one["primaryValue"] for one in rows) == 4000
    assert values(*rows) == {"DEU-CHN 854231": 1000}
    assert values(*rows[::-1]) == {"DEU-CHN 854231": 1000}
    _, [finding] = read(text_of(rows))
    assert (finding.rule, finding.level, finding.count) == ("parts-left-out", "note", 8)


def test_parts_are_added_where_the_total_is_missing_and_breakdowns_agree() -> None:
    rows = crossed(1000.0)[1:]
    [one], [finding] = read(text_of(rows))
    assert (one["value_usd"], one["mass_kg"], one["quantity"]) == (1000, 10, 100)
    assert (finding.rule, finding.count) == ("parts-added", 1)
    assert "In 1 of them two breakdowns agree" in finding.text


def test_one_breakdown_is_added_and_said() -> None:
    rows = [row(600.0, second=156), row(400.0, second=344)]
    [one], [finding] = read(text_of(rows))
    assert one["value_usd"] == 1000
    assert "In 0 of them two breakdowns agree" in finding.text


def test_an_unknown_weight_of_a_part_leaves_the_sum_unknown() -> None:
    [one], _ = read(text_of([row(600.0, mot=2100, mass=""), row(400.0, mot=1000)]))
    assert (one["value_usd"], one["mass_kg"]) == (1000, None)


def test_breakdowns_that_disagree_are_refused() -> None:
    rows = [row(600.0, mot=2100), row(400.0, mot=3200), row(300.0, second=156)]
    rows += [row(500.0, second=344)]
    error = refused(*rows)
    assert "do not agree" in error.what
    assert error.where == "made.csv, rows 2, 3, 4, 5"


def test_a_few_cells_that_disagree_are_left_out_and_said() -> None:
    many = [row(9000.0, product=f"{code}") for code in range(100110, 100990)]
    bad = [row(60.0, mot=2100), row(40.0, mot=3200), row(30.0, second=156), row(5.0, second=344)]
    found, findings = read(text_of(many + bad))
    assert len(found) == len(many)
    assert rules_of(findings) == {"unclear-cells": 1}
    assert "breakdowns differ by USD 65" in findings[0].example


def test_groups_of_transport_beside_their_members_are_not_added() -> None:
    error = refused(row(600.0, mot=2000), row(600.0, mot=2100), row(400.0, mot=3200))
    assert "do not agree" in error.what


@pytest.mark.parametrize("choice", [{"mot": 2100}, {"customs": "C01"}, {"second": 344}])
def test_a_choice_of_one_part_is_never_a_total(choice: dict) -> None:
    error = refused(row(600.0, **choice), row(400.0, product="854232", **choice))
    assert "and none for the total" in error.what
    assert "part of the trade" in error.why


def test_a_row_twice_counts_once_and_two_that_differ_are_refused() -> None:
    found, findings = read(text_of([row(1000.0), row(1000.0), row(7.0, product="854232")]))
    assert sum(one["value_usd"] for one in found) == 1007
    assert rules_of(findings) == {"repeated-rows": 1}
    error = refused(row(5.0, product="854232"), row(1000.0), row(900.0))
    assert "two different totals" in error.what
    assert error.where == "made.csv, rows 3, 4"


def test_two_rows_for_one_part_are_refused() -> None:
    error = refused(row(600.0, mot=2100), row(400.0, mot=3200), row(300.0, mot=3200))
    assert "two different rows for one part" in error.what


# Files without the codes


def sums(*rows) -> tuple[list, dict[str, int]]:
    found, findings = read(text_of(rows), said=FileOptions(nomenclature="HS2022"))
    return found, rules_of(findings)


def test_without_codes_the_total_is_the_sum_of_the_others() -> None:
    for parts in ([], [1000], [600, 400], [1000, 1000, 1000], [600, 400, 1000, 600, 400]):
        rows = [narrow(float(one)) for one in (*parts, 1000)]
        found, rules = sums(*rows, narrow(5.0, cmd="854232"))
        assert sum(one["value_usd"] for one in found) == 1005
        assert rules == ({"totals-by-sums": len(parts)} if parts else {})


def test_rounded_parts_still_add_up() -> None:
    parts = [8.203, 2.734, 2.735, 2.734]
    found, _ = sums(*(narrow(one) for one in parts))
    assert [one["value_usd"] for one in found] == [8.203]


def test_without_codes_three_times_the_largest_is_refused() -> None:
    with pytest.raises(BadFileError, match="no row is the sum of the others") as caught:
        sums(narrow(1000.0), narrow(1000.0), narrow(1000.0))
    assert caught.value.where == "made.csv, rows 2, 3, 4"


def test_without_codes_a_few_unclear_cells_are_left_out() -> None:
    many = [narrow(1000.0, cmd=f"{code}") for code in range(100110, 100990)]
    found, rules = sums(*many, narrow(30.0), narrow(20.0))
    assert (len(found), rules) == (len(many), {"unclear-cells": 1})


def test_weights_of_equal_rows_count_if_they_agree() -> None:
    found, _ = sums(narrow(1000.0, netwgt=10), narrow(1000.0, netwgt=10))
    assert found[0]["mass_kg"] == 10
    found, _ = sums(narrow(1000.0, netwgt=10), narrow(1000.0, netwgt=""))
    assert found[0]["mass_kg"] == 10
    found, _ = sums(narrow(1000.0, netwgt=10), narrow(1000.0, netwgt=7))
    assert found[0]["mass_kg"] is None


def test_without_an_edition_the_codes_mean_nothing() -> None:
    error = refused(narrow(1000.0))
    assert "edition" in error.what
    assert "--nomenclature" in error.hint


def test_a_file_that_lacks_one_code_is_read_by_the_others_and_the_sums() -> None:
    rows = [row(1000.0, customs="C00"), row(600.0, mot=2100), row(400.0, mot=3200)]
    rows += [row(1000.0, customs="C01"), row(600.0, mot=2100, customs="C01")]
    rows += [row(400.0, mot=3200, customs="C01")]
    for one in rows:
        del one["motCode"]
    [one], findings = read(text_of(rows))
    assert one["value_usd"] == 1000
    assert rules_of(findings) == {"parts-left-out": 3, "totals-by-sums": 2}


# Headings, world, groups


def test_headings_and_totals_go_where_their_lines_are() -> None:
    rows = [
        row(1000.0, product="TOTAL"),
        row(900.0, product="85"),
        row(900.0, product="8542"),
        row(500.0),
        row(400.0, product="854232"),
        row(100.0, product="84"),
    ]
    found, findings = read(text_of(rows))
    assert sum(one["value_usd"] for one in found) == 1000
    assert [one["product"] for one in found] == ["84", "854231", "854232"]
    assert rules_of(findings) == {
        "totals-with-lines": 1,
        "headings-with-lines": 2,
        "coarse-products": 1,
    }


def test_what_headings_hold_and_lines_do_not_is_said() -> None:
    _, findings = read(text_of([row(900.0, product="8542"), row(500.0)]))
    assert rules_of(findings) == {"headings-with-lines": 1, "headings-with-lines-differ": 1}
    assert "USD 400 are in no line" in findings[1].text
    assert findings[1].level == "warning"


def test_a_heading_stays_where_a_partner_has_no_lines() -> None:
    rows = [row(900.0, product="8542"), row(900.0), row(70.0, product="8542", partner=USA)]
    assert values(*rows) == {"DEU-CHN 854231": 900, "USA-CHN 8542": 70}


def test_totals_of_all_goods_only_are_kept() -> None:
    [one], findings = read(text_of([row(1000.0, product="TOTAL")]))
    assert (one["product"], one["nomenclature"]) == ("TOTAL", "HS2022")
    assert rules_of(findings) == {"coarse-products": 1}


@pytest.mark.parametrize(
    ("given", "kept"), [("10121", "010121"), ("010121", "010121"), ("9999AA", "999999")]
)
def test_codes_keep_their_zeros(given: str, kept: str) -> None:
    [one], _ = read(text_of([row(1.0, product=given)]))
    assert one["product"] == kept


def test_the_world_is_left_out_and_held_against_the_partners() -> None:
    rows = [row(600.0), row(400.0, partner=USA), row(1000.0, partner=WORLD)]
    found, [finding] = read(text_of(rows))
    assert sum(one["value_usd"] for one in found) == 1000
    assert finding.text.endswith("0 of 1 differ by more than rounding.")
    rows[2] = row(1250.0, partner=WORLD)
    _, findings = read(text_of(rows))
    assert rules_of(findings) == {"world-totals": 1, "world-differs": 1}
    assert "USD 250 are with no partner" in findings[1].text
    assert "USD 1,250, its partners USD 1,000" in findings[1].example


def test_a_world_without_partners_is_said_and_alone_has_no_flow() -> None:
    _, findings = read(text_of([row(600.0), row(77.0, partner=WORLD, product="854232")]))
    assert rules_of(findings) == {"world-totals": 1, "world-alone": 1}
    assert "USD 77 count as partners not in the data" in findings[1].text
    found, findings = read(text_of([row(77.0, partner=WORLD)]))
    assert not found
    assert rules_of(findings) == {"world-totals": 1, "world-alone": 1}
    assert "over groups of countries only" in refused(row(77.0, partner=97)).what


def test_groups_as_partner_or_reporter_are_left_out() -> None:
    rows = [row(600.0), row(900.0, partner=97), row(5.0, reporter=975)]
    found, findings = read(text_of(rows))
    assert len(found) == 1
    assert rules_of(findings) == {"groups-left-out": 2}


def test_special_partners_and_trade_with_oneself_are_kept() -> None:
    found, _ = read(
        text_of([row(6.0, partner=899), row(4.0, partner=CHINA), row(2.0, partner=490)])
    )
    assert {one["exporter"] for one in found} == {"XNES", "CHN", "TWN"}


# Re-exports


def test_reexports_are_a_part_of_exports() -> None:
    rows = [row(1000.0, flow="X"), row(300.0, flow="RX"), row(50.0, flow="X", partner=USA)]
    found, findings = read(text_of(rows))
    told = {(one["importer"], one["is_reexport"]): one["value_usd"] for one in found}
    assert told == {("DEU", False): 700, ("DEU", True): 300, ("USA", False): 50}
    assert {one["mass_kg"] for one in found} == {7, 3, 0.5}
    assert rules_of(findings) == {"reexports-split": 1}


def test_reexports_of_another_product_say_nothing() -> None:
    rows = [row(1000.0, flow="X"), row(300.0, flow="RX"), row(50.0, flow="X", product="854232")]
    found, _ = read(text_of(rows))
    assert {one["is_reexport"] for one in found if one["product"] == "854232"} == {None}


def test_all_exports_may_be_reexports() -> None:
    [one], _ = read(text_of([row(1000.0, flow="X"), row(1000.0, flow="RX")]))
    assert (one["value_usd"], one["is_reexport"]) == (1000, True)


def test_an_unknown_weight_of_reexports_leaves_the_rest_unknown() -> None:
    rows = [row(1000.0, flow="X", isNetWgtEstimated=True), row(300.0, flow="RX", mass="")]
    found, _ = read(text_of(rows))
    assert [one["mass_kg"] for one in found] == [None, None]


def test_reexports_above_exports_are_left_out_and_said() -> None:
    [one], findings = read(text_of([row(1000.0, flow="X"), row(1300.0, flow="RX")]))
    assert (one["value_usd"], one["is_reexport"]) == (1000, None)
    assert rules_of(findings) == {"reexports-above-exports": 1}


def test_reexports_alone_are_kept_as_such() -> None:
    [one], findings = read(text_of([row(300.0, flow="RX")]))
    assert (one["value_usd"], one["is_reexport"], one["reported_by"]) == (300, True, "exporter")
    assert rules_of(findings) == {"reexports-alone": 1}


def test_reimports_and_processing_are_parts() -> None:
    rows = [row(1000.0), row(10.0, flow="RM"), row(20.0, flow="MIP", partner=USA)]
    found, findings = read(text_of(rows))
    assert [one["value_usd"] for one in found] == [1000]
    assert rules_of(findings) == {"parts-of-flows": 2, "parts-without-whole": 1}
    assert findings[1].level == "warning"


def test_domestic_exports_stand_in_for_exports_that_are_missing() -> None:
    found, _ = read(text_of([row(700.0, flow="DX"), row(300.0, flow="RX")]))
    assert {one["is_reexport"]: one["value_usd"] for one in found} == {False: 700, True: 300}
    found, findings = read(text_of([row(1000.0, flow="X"), row(700.0, flow="DX")]))
    assert [(one["value_usd"], one["is_reexport"]) for one in found] == [(1000, None)]
    assert rules_of(findings) == {"parts-of-flows": 1}


# Values, weights, flags


@pytest.mark.parametrize(
    ("flow", "cif", "fob", "valuation"),
    [
        ("M", 1000.0, "", "CIF"),
        ("M", "", 1000.0, "FOB"),
        ("M", 0.0, 1000.0, "FOB"),
        ("M", 1000.0, 900.0, "CIF"),
        ("M", "", "", "CIF"),
        ("X", "", 1000.0, "FOB"),
        ("X", 1000.0, "", "CIF"),
        ("X", "", "", "FOB"),
    ],
)
def test_valuation_is_that_of_the_primary_value(flow, cif, fob, valuation) -> None:
    [one], _ = read(text_of([row(1000.0, flow=flow, cifvalue=cif, fobvalue=fob)]))
    assert one["valuation"] == valuation


def test_zero_weight_is_unknown_and_zero_value_is_zero() -> None:
    [one], _ = read(text_of([row(1000.0, mass=0.0, qty=0.0, isNetWgtEstimated=True)]))
    assert (one["mass_kg"], one["quantity"], one["quantity_unit"]) == (None, None, None)
    assert one["is_estimated"] is False
    [one], _ = read(text_of([row(0.0, mass=3.0)]))
    assert (one["value_usd"], one["mass_kg"]) == (0, 3)


@pytest.mark.parametrize(
    ("unit", "word"),
    [(8, "kg"), (12, "cubic metres"), (-1, None), (1, None), (35, "unit 35 of Comtrade")],
)
def test_units(unit: int, word: str | None) -> None:
    [one], _ = read(text_of([row(1000.0, qtyUnitCode=unit)]))
    assert one["quantity_unit"] == word


def test_estimates_are_marked() -> None:
    for column in ("isQtyEstimated", "isNetWgtEstimated"):
        [one], _ = read(text_of([row(1000.0, **{column: True})]))
        assert one["is_estimated"] is True
    for flag, is_estimated in ((0, False), (2, True), (4, True), (6, True)):
        [one], _ = read(text_of([legacy(1000.0, Flag=flag)]))
        assert one["is_estimated"] is is_estimated
    [one], _ = read(text_of([narrow(1000.0)]), said=FileOptions(nomenclature="HS17"))
    assert one["is_estimated"] is None
    assert one["nomenclature"] == "HS2017"


def test_legacy_flows_and_editions() -> None:
    rows = [
        legacy(1000.0),
        legacy(500.0, **{"Trade Flow Code": 2, "Trade Flow": "Export"}),
        legacy(200.0, **{"Trade Flow Code": 3, "Trade Flow": "Re-Export"}),
        legacy(1.0, **{"Trade Flow Code": 4}),
    ]
    found, findings = read(text_of(rows))
    told = [(one["reported_by"], one["is_reexport"], one["value_usd"]) for one in found]
    assert sorted(told, key=str) == [
        ("exporter", False, 300),
        ("exporter", True, 200),
        ("importer", None, 1000),
    ]
    assert {one["nomenclature"] for one in found} == {"HS2017"}
    assert rules_of(findings) == {"reexports-split": 1, "parts-of-flows": 1}


# Refusals


@pytest.mark.parametrize(
    ("changes", "what", "column"),
    [
        ({"typeCode": "S"}, "not trade in goods", "typeCode"),
        ({"edition": "S4"}, "not an edition of the Harmonized System", "classificationCode"),
        ({"edition": "B5"}, "not an edition of the Harmonized System", "classificationCode"),
        ({"product": "85423110"}, "not a product code", "cmdCode"),
        ({"product": "=1+1"}, "not a product code", "cmdCode"),
        ({"partner": 1234}, "unknown partner", "partnerCode"),
        ({"reporter": 6}, "unknown reporter", "reporterCode"),
        ({"flow": "Q"}, "unknown trade flow", "flowCode"),
        ({"period": 202213}, "no year or month", "period"),
        ({"period": 2099}, "no year or month", "period"),
        ({"primaryValue": -1}, "not a value of zero or more", "primaryValue"),
        ({"primaryValue": ""}, "not a value of zero or more", "primaryValue"),
        ({"primaryValue": "1,000"}, "not a value of zero or more", "primaryValue"),
        ({"mass": "=A1"}, "not a weight", "netWgt"),
        ({"customs": "C0"}, "not a customs procedure", "customsCode"),
        ({"isNetWgtEstimated": "maybe"}, "neither true nor false", "isNetWgtEstimated"),
    ],
)
def test_a_bad_cell_is_named(changes: dict, what: str, column: str) -> None:
    error = refused(row(1.0), row(2.0, product="854232") | row(2.0, **changes))
    assert what in error.what
    assert error.where == f"made.csv, row 3, column {column}"
    assert error.why or error.hint


def test_an_unknown_area_says_where_to_add_it() -> None:
    assert "model/areas.csv" in refused(row(1.0, partner=1234)).hint


def test_a_report_in_two_editions_is_refused() -> None:
    error = refused(row(1.0), row(2.0, product="854232", edition="H5"))
    assert "two classifications" in error.what
    found, _ = read(text_of([row(1.0), row(2.0, reporter=USA, edition="H5")]))
    assert {one["nomenclature"] for one in found} == {"HS2022", "HS2017"}


def test_what_the_user_says_must_fit() -> None:
    assert "the file says HS2022" in refused(row(1.0), said=FileOptions(nomenclature="HS2017")).what
    assert "no edition" in refused(row(1.0), said=FileOptions(nomenclature="CN2022")).what
    assert "what its columns are" in refused(row(1.0), said=FileOptions(mapping="x")).what
    [one], _ = read(text_of([row(1.0)]), said=FileOptions(nomenclature="HS2022"))
    assert one["nomenclature"] == "HS2022"
    [one], _ = read(text_of([row(1.0, edition="HS")]), said=FileOptions(nomenclature="HS2017"))
    assert one["nomenclature"] == "HS2017"


def test_a_month_called_a_year_is_refused() -> None:
    assert "frequency" in refused(row(1.0, period=202201)).what
    assert "frequency" in refused(row(1.0), row(1.0, freqCode="M", product="854232")).what
    found, _ = read(text_of([row(9.0), row(1.0, period=202201, freqCode="M")]))
    assert [one["freq"] for one in found] == ["A", "M"]


def test_columns_are_known_or_refused() -> None:
    one = row(1.0)
    assert "not known surprise" in refused(one | {"surprise": 1}).what
    assert (
        "missing primaryvalue"
        in refused({k: v for k, v in one.items() if k != "primaryValue"}).what
    )
    assert "twice" in refused_text("period,period,reporter,partner,cmd,flow,value\n1,1,1,1,1,1,1\n")
    assert "not the columns of UN Comtrade" in refused_text("t,i,j,k,v,q\n2022,1,2,3,4,5\n")


def refused_text(text: str) -> str:
    with pytest.raises(BadFileError) as caught:
        read(text)
    return caught.value.what


def test_as_many_rows_as_comtrade_sends_at_once() -> None:
    rows = [row(1.0, product=f"{code}") for code in range(100000, 100500)]
    _, findings = read(text_of(rows))
    assert rules_of(findings) == {"maybe-cut-off": 500}
    assert rules_of(read(text_of(rows[:-1]))[1]) == {}


def test_rows_that_the_un_converted_are_said() -> None:
    _, findings = read(text_of([row(1.0, isOriginalClassification=False)]))
    assert rules_of(findings) == {"converted-edition": 1}


def test_two_codes_of_one_area_meet_with_their_places() -> None:
    found, _, places = read_all(text_of([row(1.0, partner=490), row(2.0, partner=158)]))
    assert [one["exporter"] for one in found] == ["TWN", "TWN"]  # the lake refuses two of one key
    assert places[0] == "made.csv, rows 2, 3"


def test_reporter_of_a_country_that_is_no_more() -> None:
    found, _ = read(text_of([row(1.0, reporter=RUSSIA, partner=GERMANY)]))
    assert found[0]["importer"] == "RUS"
