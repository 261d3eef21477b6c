"""Tables read with a mapping: made-up files, one rule at a time."""

from __future__ import annotations

import gzip
import struct
import zipfile
from datetime import date
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from entrepot.engine import connect
from entrepot.errors import BadFileError, EntrepotError, UnknownNameError
from entrepot.sources.parser import FileOptions, RawFile
from entrepot.sources.table.parse import rows, tables
from made_workbook import cells, make_workbook
from table_reading import read_table, read_text

if TYPE_CHECKING:
    from pathlib import Path

MAP = """
format: 1
nomenclature: HS2017
period: '2024'
columns:
  reporter: {role: reporter, codes: M49}
  partner: {role: partner, codes: M49}
  cmd: {role: product}
  flow: {role: flow, import: M, export: X}
  value: {role: value, currency: USD, scale: 1}
  netwgt: {role: mass, unit: kg}
ignore: []
"""
FILE = """reporter,partner,cmd,flow,value,netwgt
643,156,854231,M,1000.5,2
156,643,854231,X,900,0
643,156,010121,X,7,
"""


def column(rows: list[dict[str, Any]], name: str) -> list[Any]:
    return [row[name] for row in rows]


def refusal(tmp_path: Path, text: str | bytes, mapping: str) -> EntrepotError:
    with pytest.raises(EntrepotError) as caught:
        read_text(tmp_path, text, mapping)
    return caught.value


def test_the_mapping_of_the_contract_reads_both_flows(tmp_path: Path) -> None:
    found, findings = read_text(tmp_path, FILE, MAP)
    assert [
        (row["exporter"], row["importer"], row["reported_by"], row["valuation"]) for row in found
    ] == [
        ("CHN", "RUS", "importer", "CIF"),
        ("CHN", "RUS", "exporter", "FOB"),
        ("RUS", "CHN", "exporter", "FOB"),
    ]
    assert column(found, "value_usd") == [1000.5, 900.0, 7.0]
    assert column(found, "mass_kg") == [2.0, None, None]
    assert column(found, "product") == ["854231", "854231", "010121"]
    assert {row["period"] for row in found} == {date(2024, 1, 1)}
    assert {(row["freq"], row["nomenclature"]) for row in found} == {("A", "HS2017")}
    assert {row["partner_basis"] for row in found} == {None}, "it is not said"
    assert [(finding.rule, finding.count) for finding in findings] == [("zero-mass", 1)]


@pytest.mark.parametrize(
    ("cell", "text", "where", "hint"),
    [
        ("1000.5", "1000.5 USD", "row 2, column 'value'", "decimal and thousands"),
        ("1000.5", "-1", "row 2, column 'value'", "never negative"),
        ("1000.5", '"1,000"', "row 2, column 'value'", "thousands: ','"),
        ("1000.5", "n.d.", "row 2, column 'value'", "missing: ['n.d.']"),
        ("1000.5", "inf", "row 2, column 'value'", "missing"),
        (",2\n", ",two\n", "row 2, column 'netwgt'", "missing: ['two']"),
        ("643,156,854231", "643,9999,854231", "row 2, column 'partner'", "own: {'9999': CODE}"),
        ("643,156,854231", "643,156,85.42x", "row 2, column 'cmd'", "pattern"),
        ("643,156,854231", "643,156,54231", "row 2, column 'cmd'", "pad"),
        ("643,156,854231", "643,156,004231", "row 2, column 'cmd'", "chapters"),
        ("M,1000.5", "Z,1000.5", "row 2, column 'flow'", "import: M, export: X"),
        ("156,643,854231,X,900,0", "156,643,854231,X,900,0,1", "row 3", "neighbours"),
        ("156,643,854231,X,900,0", "156,643,854231,X,900", "row 3", "neighbours"),
        ("156,643,854231,X,900,0", '156,643,"854231,X,900,0', "row 3", "quotation mark"),
    ],
)
def test_a_bad_cell_is_named_with_its_place(
    tmp_path: Path, cell: str, text: str, where: str, hint: str
) -> None:
    error = refusal(tmp_path, FILE.replace(cell, text, 1), MAP)
    assert where in error.where
    assert error.where.startswith("table.csv")
    assert hint in error.hint


def test_every_column_is_mapped_or_ignored(tmp_path: Path) -> None:
    error = refusal(tmp_path, FILE.replace("netwgt", "netwgt,note").replace(",2\n", ",2,x\n"), MAP)
    assert "neither mapped nor ignored: 'note'" in error.what
    with pytest.raises(UnknownNameError, match="unknown column: 'netwgt'") as caught:
        read_text(tmp_path, FILE.replace("netwgt", "netweight"), MAP)
    assert caught.value.suggestions == ["netweight"]


def test_zeros_at_the_front_are_put_back_only_when_told(tmp_path: Path) -> None:
    text = FILE.replace("010121", "10121")
    assert "5 digits" in refusal(tmp_path, text, MAP).what
    found, _ = read_text(tmp_path, text, MAP.replace("{role: product}", "{role: product, pad: 6}"))
    assert "010121" in column(found, "product")
    mixed = MAP.replace("{role: product}", "{role: product, pad: even}") + "level: 4\n"
    found, findings = read_text(tmp_path, text.replace("854231,X", "101,X"), mixed)
    assert column(found, "product") == ["0101"]
    assert [(f.rule, f.count) for f in findings] == [("other-level", 2), ("zero-mass", 1)]


def test_levels_are_not_mixed_and_not_guessed(tmp_path: Path) -> None:
    text = FILE + "643,156,8542,M,1000.5,2\n643,156,TOTAL,M,1000.5,2\n"
    error = refusal(tmp_path, text, MAP)
    assert error.what == (
        "product codes of several levels: 1 rows of 4 digits, 3 rows of 6 digits, "
        "1 rows of totals over all goods"
    )
    assert "level: 6 in the mapping" in error.hint
    found, findings = read_text(tmp_path, text, MAP + "level: 6\n")
    assert len(found) == 3
    assert {f.rule: f.count for f in findings} == {"other-level": 2, "zero-mass": 1}
    found, _ = read_text(tmp_path, text, MAP + "level: total\n")
    assert [(row["product"], row["nomenclature"]) for row in found] == [("TOTAL", "NONE")]


def test_national_lines_are_cut_to_subheadings_that_add_up(tmp_path: Path) -> None:
    text = "reporter,partner,cmd,flow,value,netwgt\n643,156,8542310001,M,1,2\n"
    text += "643,156,8542319000,M,2,3\n"
    assert "longer than their nomenclature" in refusal(tmp_path, text, MAP).what
    cut = MAP.replace("{role: product}", "{role: product, cut: 6}")
    assert "several rows" in refusal(tmp_path, text, cut).what
    [row], findings = read_text(tmp_path, text, cut + "repeated: sum\n")
    assert (row["product"], row["value_usd"], row["mass_kg"]) == ("854231", 3.0, 5.0)
    assert [(f.rule, f.count) for f in findings] == [("parts-added", 1)]


def test_codes_are_taken_out_of_words(tmp_path: Path) -> None:
    text = FILE.replace("854231", "Chips [854231]").replace("010121", "Horses [010121]")
    by_pattern = MAP.replace("{role: product}", r"{role: product, pattern: '\[([0-9]+)\]'}")
    found, _ = read_text(tmp_path, text, by_pattern)
    assert set(column(found, "product")) == {"854231", "010121"}
    error = refusal(tmp_path, text.replace("Horses [010121]", "Horses"), by_pattern)
    assert "no product code where the pattern looks" in error.what


def test_a_total_beside_its_parts_is_selected_or_refused(tmp_path: Path) -> None:
    text = """reporter,partner,cmd,flow,value,netwgt,mot
643,156,854231,M,10,2,0
643,156,854231,M,4,1,3200
643,156,854231,M,6,1,3900
"""
    ignored = MAP.replace("ignore: []", "ignore: [mot]")
    error = refusal(tmp_path, text, ignored)
    assert "1 flow has several rows" in error.what
    assert "CHN, RUS, 854231" in error.what
    assert error.where == "table.csv, rows 2 and 3 and 4"
    [row], findings = read_text(tmp_path, text, ignored + "select: {mot: '0'}\n")
    assert row["value_usd"] == 10.0
    assert [(f.rule, f.count) for f in findings] == [("not-selected", 2)]
    assert "select leaves no row" in refusal(tmp_path, text, ignored + "select: {mot: 9}\n").what
    parts = ignored + "select: {mot: [3200, 3900]}\nrepeated: sum\n"
    [row], _ = read_text(tmp_path, text, parts)
    assert (row["value_usd"], row["mass_kg"]) == (10.0, 2.0)
    # A column that select looks at is read: it need not stand among the ignored.
    [row], _ = read_text(tmp_path, text, MAP + "select: {mot: '0'}\n")
    assert row["value_usd"] == 10.0


def test_copies_count_once_and_only_if_they_are_equal(tmp_path: Path) -> None:
    twice = FILE + "643,156,854231,M,1000.5,2\n"
    found, findings = read_text(tmp_path, twice, MAP + "repeated: once\n")
    assert sum(column(found, "value_usd")) == 1907.5
    assert ("copies-dropped", 1) in [(f.rule, f.count) for f in findings]
    error = refusal(tmp_path, FILE + "643,156,854231,M,1000,2\n", MAP + "repeated: once\n")
    assert "not equal" in error.what


def test_parts_in_two_editions_do_not_add_up(tmp_path: Path) -> None:
    text = "reporter,partner,cmd,flow,value,hs\n643,156,854231,M,1,H5\n643,156,854231,M,2,H6\n"
    mapping = MAP.replace("nomenclature: HS2017\n", "repeated: sum\n").replace(
        "netwgt: {role: mass, unit: kg}", "hs: {role: nomenclature}"
    )
    assert "differ in nomenclature" in refusal(tmp_path, text, mapping).what
    [one, other], _ = read_text(tmp_path, text.replace("854231,M,2", "854232,M,2"), mapping)
    assert (one["nomenclature"], other["nomenclature"]) == ("HS2017", "HS2022")


def test_the_edition_of_codes_may_change_with_a_year_or_a_day(tmp_path: Path) -> None:
    mapping = MAP.replace(
        "nomenclature: HS2017\nperiod: '2024'\n",
        "editions: {2017: HS2017, 2022-07-01: HS2022}\n",
    ).replace("columns:\n", "columns:\n  time: {role: period}\n")
    head = "time,reporter,partner,cmd,flow,value,netwgt\n"
    times = ("2017-01", "2022-06", "2022-07", "2024-12")
    text = head + "".join(f"{time},643,156,854231,M,7,2\n" for time in times)
    read, _ = read_text(tmp_path, text, mapping)
    assert column(read, "nomenclature") == ["HS2017", "HS2017", "HS2022", "HS2022"]
    early = refusal(tmp_path, text.replace("2017-01", "2016-12"), mapping)
    assert "do not say their nomenclature" in early.what
    assert "before 2017-01-01" in early.hint
    twice = refusal(tmp_path, text, "nomenclature: HS2017\n" + mapping)
    assert "nomenclature and editions say the same" in str(twice)
    unknown = refusal(tmp_path, text, mapping.replace("HS2022", "HS2023"))
    assert "editions" in unknown.where
    with pytest.raises(BadFileError, match="has editions"):
        read_text(tmp_path, text, mapping, nomenclature="HS2017")
    of_a_month = mapping.replace("2022-07-01", "2022-07")
    assert read_text(tmp_path, text, of_a_month)[0] == read


HS = "columns:\n  time: {role: period}\n"
TIMED = MAP.replace("nomenclature: HS2017\nperiod: '2024'\n", "").replace("columns:\n", HS)


def timed(time: str, code: str = "854231") -> str:
    return f"time,reporter,partner,cmd,flow,value,netwgt\n{time},643,156,{code},M,7,2\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("netwgt: {role: mass, unit: kg}", "netwgt: {role: nomenclature}"),
        ("value: {role: value,", "value: {role: value, nomenclature: HS2012,"),
        ("ignore: []", "wide: {role: value, currency: USD, nomenclature: HS2012}"),
    ],
)
def test_a_column_with_the_edition_is_not_dropped_beside_editions(
    tmp_path: Path, old: str, new: str
) -> None:
    mapping = "editions: {2017: HS2017, 2022: HS2022}\n" + TIMED.replace(old, new)
    assert new in mapping
    error = refusal(tmp_path, timed("2022"), mapping)
    assert "the nomenclature is said twice: by editions and by '" in error.what
    assert error.hint


@pytest.mark.parametrize("total", ["product: TOTAL\n", "level: total\n"])
@pytest.mark.parametrize("said", ["editions: {2017: nonsense}\n", "nomenclature: nonsense\n"])
def test_an_edition_that_there_is_not_is_refused_also_of_totals(
    tmp_path: Path, said: str, total: str
) -> None:
    mapping = said + total + TIMED.replace("  cmd: {role: product}\n", "")
    error = refusal(tmp_path, timed("2022"), mapping)
    assert "nonsense" in error.what
    assert error.where == f"mapping, {said.partition(':')[0]}"


@pytest.mark.parametrize(
    ("time", "is_refused"),
    [
        *(("2021", False), ("2022", True), ("2023", False), ("2022Q2", False), ("2022Q3", True)),
        *(("2022-07", False), ("2022-08", True), ("2022-09", False)),
    ],
)
def test_no_row_is_of_two_editions(tmp_path: Path, time: str, is_refused: bool) -> None:
    """Its edition was that of the first day: a year in which HS2022 began was of HS2017."""
    mapping = "editions: {2017: HS2017, 2022-08-02: HS2022}\n" + TIMED
    if is_refused:
        error = refusal(tmp_path, timed(time), mapping)
        assert "the edition changes on 2022-08-02, within the period that begins on" in error.what
        assert "first day" in error.hint
    else:
        [row], _ = read_text(tmp_path, timed(time), mapping)
        assert row["nomenclature"] == ("HS2022" if time in ("2023", "2022-09") else "HS2017")
    # All goods together have no codes.
    [row], _ = read_text(tmp_path, timed(time, "TOTAL"), mapping)
    assert row["nomenclature"] == "NONE"


@pytest.mark.parametrize(
    ("starts", "what"),
    [
        ("2017: HS2017, 2017-01-01: HS2022", "'2017' and '2017-01-01' are the same day"),
        ("17: HS2017", "not the year, month or day when an edition begins: '17'"),
        ("2022.0: HS2022", "edition begins: '2022.0'"),
        ("2022-02-30: HS2022", "edition begins: '2022-02-30'"),
    ],
)
def test_each_start_of_an_edition_is_one_day(tmp_path: Path, starts: str, what: str) -> None:
    error = refusal(tmp_path, timed("2023"), f"editions: {{{starts}}}\n" + TIMED)
    assert what in error.what
    assert error.hint
    assert "line 1: editions" in error.where


def test_the_mass_of_a_sum_is_not_known_where_a_part_is_not(tmp_path: Path) -> None:
    text = FILE + "643,156,854231,M,1,0\n"
    found, _ = read_text(tmp_path, text, MAP + "repeated: sum\n")
    [row] = [row for row in found if row["reported_by"] == "importer"]
    assert (row["value_usd"], row["mass_kg"]) == (1001.5, None)


def test_partners_that_are_totals_are_left_out_and_counted(tmp_path: Path) -> None:
    text = FILE + "643,0,854231,M,5000,9\n643,899,854231,M,1,1\n"
    found, findings = read_text(tmp_path, text, MAP)
    assert len(found) == 4
    assert "XNES" in column(found, "exporter"), "areas not specified trade on their own"
    [total] = [f for f in findings if f.rule == "area-total"]
    assert (total.count, total.example) == (1, "0 (1)")
    only = "reporter,partner,cmd,flow,value,netwgt\n643,0,854231,M,5000,9\n"
    found, findings = read_text(tmp_path, only, MAP)
    assert not found, "values without partners, and no flow of two areas"
    assert [f.rule for f in findings if f.rule == "area-total"] == ["area-total"]


@pytest.mark.parametrize(
    ("world", "differs", "words"),
    [
        ("1100", 1, "in 1 of 1 totals they fall short of it, in 0 they exceed it"),
        ("900", 1, "in 0 of 1 totals they fall short of it, in 1 they exceed it"),
        ("1001", 0, ""),
    ],
)
def test_a_total_over_the_world_is_held_against_its_partners(
    tmp_path: Path, world: str, differs: int, words: str
) -> None:
    text = FILE + f"643,0,854231,M,{world},9\n643,0,010199,M,50,9\n"
    _, findings = read_text(tmp_path, text, MAP)
    found = [f for f in findings if f.rule == "world-differs"]
    assert len(found) == differs, "a total of goods that no partner sells is none of partners"
    for one in found:
        assert (one.level, one.count) == ("warning", 1)
        assert words in one.text
        shown = f"RUS 854231 2024-01-01: world USD {float(world):,.0f}, partners USD 1,000"
        assert one.example == shown


@pytest.mark.parametrize(
    ("codes", "russia", "hong_kong"),
    [
        ("ISO3", "RUS", "hkg"),
        ("ISO2", "ru", "HK"),
        ("names", "Russian Federation", "China, Hong Kong SAR"),
        ("names", "RUSSIA", "Hong Kong"),
        ("comtrade", "643", "344"),
        ("M49", "643.0", "344"),
        ("BACI", "643", "344"),
        ("GACC", "344", "110"),
        ("IMF", "RUS", "HKG"),
        ("eurostat", "RU", "HK"),
        ("{110: HKG, 344: RUS}", "344", "110"),
    ],
)
def test_systems_of_area_codes(tmp_path: Path, codes: str, russia: str, hong_kong: str) -> None:
    text = f'who,to,v\n"{russia}","{hong_kong}",5\n'
    mapping = f"""
format: 1
period: '2024'
product: TOTAL
flow: export
columns:
  who: {{role: reporter, codes: {codes}}}
  to: {{role: partner, codes: {codes}}}
  v: {{role: value, currency: USD}}
"""
    [row], _ = read_text(tmp_path, text, mapping)
    assert (row["exporter"], row["importer"], row["nomenclature"]) == ("RUS", "HKG", "NONE")


def test_a_code_of_thousands_of_digits_is_unknown(tmp_path: Path) -> None:
    mapping = """
format: 1
period: '2024'
product: TOTAL
reporter: CHN
flow: export
columns:
  to: {role: partner, codes: M49}
  v: {role: value, currency: USD}
"""
    assert "unknown area code" in refusal(tmp_path, f"to,v\n{'6' * 5000},5\n", mapping).what
    [row], _ = read_text(tmp_path, "to,v\n0643,5\n", mapping)
    assert row["importer"] == "RUS"


def test_own_spellings_stand_above_the_codes(tmp_path: Path) -> None:
    text = "to,v\nSouth of Russia,5\nAll,9\nAll the rest,9\nGermany,1\n"
    mapping = """
format: 1
period: '2024'
product: TOTAL
reporter: CHN
flow: export
columns:
  to: {role: partner, codes: names, own: {South of Russia: RUS}, leave_out: [All*]}
  v: {role: value, currency: USD, scale: 1000}
"""
    found, findings = read_text(tmp_path, text, mapping)
    assert {row["importer"]: row["value_usd"] for row in found} == {"RUS": 5000.0, "DEU": 1000.0}
    assert [(f.rule, f.count) for f in findings] == [("left-out", 2)]
    assert "unknown area: 'RUX'" in refusal(tmp_path, text, mapping.replace("RUS", "RUX")).what


def test_all_unknown_names_of_a_column_are_told_at_once(tmp_path: Path) -> None:
    names = [f"Nowhere {sign}" for sign in "abcdefghijklmnop"]
    text = "to,v\nGermany,1\n" + "".join(f"{one},5\n" for one in names)
    mapping = """
format: 1
period: '2024'
product: TOTAL
reporter: CHN
flow: export
columns:
  to: {role: partner, codes: names}
  v: {role: value, currency: USD}
"""
    said = refusal(tmp_path, text, mapping).what
    assert said.startswith("unknown name of an area: 'Nowhere a'; and 10 or more: 'Nowhere b', ")
    assert "'Nowhere k'" in said
    assert "Nowhere l" not in said
    few = "to,v\nGermany,1\nNowhere b,5\nNowhere a,5\nNowhere b,6\n"
    assert refusal(tmp_path, few, mapping).what.endswith("'Nowhere a'; and 1 more: 'Nowhere b'")


FLOWS = """
format: 1
period: '2024'
product: TOTAL
columns:
  r: {role: reporter, codes: ISO3}
  p: {role: partner, codes: ISO3}
  f: {role: flow, import: M, export: X, reexport: RX}
  v: {role: value, currency: USD}
"""


def test_reexports_within_exports_or_apart(tmp_path: Path) -> None:
    text = "r,p,f,v\nHKG,RUS,X,10\nHKG,RUS,RX,8\n"
    [row], findings = read_text(tmp_path, text, FLOWS)
    assert (row["value_usd"], row["is_reexport"]) == (10.0, None)
    assert [(f.rule, f.count) for f in findings] == [("part-of-flow", 1)]
    found, _ = read_text(tmp_path, text, FLOWS + "reexports: apart\n")
    assert {row["is_reexport"]: row["value_usd"] for row in found} == {False: 10.0, True: 8.0}


def test_words_for_flows_need_no_list(tmp_path: Path) -> None:
    plain = FLOWS.replace(", import: M, export: X, reexport: RX", "")
    for imports, exports in (("Import", "Export"), ("ИМПОРТ", "экспорт"), ("进口", "出口")):
        found, _ = read_text(
            tmp_path, f"r,p,f,v\nRUS,CHN,{imports},1\nRUS,CHN,{exports},2\n", plain
        )
        assert {row["reported_by"]: row["value_usd"] for row in found} == {
            "importer": 1,
            "exporter": 2,
        }
    assert "neither imports" in refusal(tmp_path, "r,p,f,v\nRUS,CHN,1,5\n", plain).what


SIDES = """
format: 1
period: '2024'
product: TOTAL
columns:
  i: {role: exporter, codes: ISO3}
  j: {role: importer, codes: ISO3}
  v: {role: value, currency: USD}
"""


def test_two_sides_need_to_say_whose_report_it_is(tmp_path: Path) -> None:
    text = "i,j,v\nCHN,RUS,5\n"
    assert "reported_by" in refusal(tmp_path, text, SIDES).what
    assert "valuation" in refusal(tmp_path, text, SIDES + "reported_by: both\n").what
    [row], _ = read_text(tmp_path, text, SIDES + "reported_by: both\nvaluation: FOB\n")
    assert (row["reported_by"], row["valuation"]) == ("both", "FOB")
    [row], _ = read_text(tmp_path, text, SIDES + "flow: import\npartner_basis: origin\n")
    assert (row["reported_by"], row["valuation"], row["partner_basis"]) == (
        "importer",
        "CIF",
        "origin",
    )
    both = SIDES + "flow: import\nreporter: RUS\n"
    assert (
        "reporter or partner together with exporter or importer"
        in refusal(tmp_path, text, both).what
    )


@pytest.mark.parametrize(
    ("gone", "asked"),
    [
        ("  reporter: {role: reporter, codes: M49}\n", "whose statistics"),
        ("  partner: {role: partner, codes: M49}\n", "who is the partner"),
        ("  flow: {role: flow, import: M, export: X}\n", "imports or exports"),
        ("  cmd: {role: product}\n", "which goods"),
        ("period: '2024'\n", "which period"),
        ("nomenclature: HS2017\n", "which edition"),
        (", currency: USD", "which currency"),
    ],
)
def test_what_is_not_said_is_asked(tmp_path: Path, gone: str, asked: str) -> None:
    assert gone in MAP
    name = gone.split(":")[0].strip()
    mapping = MAP.replace(gone, "")
    if f"{name}," in FILE.splitlines()[0] + ",":
        mapping = mapping.replace("ignore: []", f"ignore: [{name}]")
    assert asked in refusal(tmp_path, FILE, mapping).hint


def test_what_is_said_twice_is_refused(tmp_path: Path) -> None:
    assert "flow is said twice" in refusal(tmp_path, FILE, MAP + "flow: import\n").what
    twice = MAP.replace("cmd: {role: product}", "cmd: {role: partner}")
    assert "two columns with the role partner" in refusal(tmp_path, FILE, twice).what
    both = MAP.replace("ignore: []", "ignore: [cmd]")
    assert "mapped and ignored at once: 'cmd'" in refusal(tmp_path, FILE, both).what


WIDE = """
format: 1
reporter: KGZ
flow: import
product: TOTAL
missing: ['-', '...']
columns:
  country: {role: partner, codes: names}
  '2023 1': {role: value, currency: USD, scale: 1000, period: '2023'}
wide: {role: value, currency: USD, scale: 1000}
"""


MADE = """
format: 1
nomenclature: HS2022
reported_by: both
valuation: FOB
columns:
  time: {role: period}
  seller: {role: exporter}
  buyer: {role: importer}
  code: {role: product}
  usd: {role: value, currency: USD, scale: 1}
"""


def test_a_wide_file_has_a_value_a_column(tmp_path: Path) -> None:
    text = "country,2021,2022,2023 1\nChina,1,-,3\nTurkey,...,5,\n1 provisional,,,\n"
    found, findings = read_text(tmp_path, text, WIDE)
    assert {(row["exporter"], row["period"].year): row["value_usd"] for row in found} == {
        ("CHN", 2021): 1000.0,
        ("CHN", 2023): 3000.0,
        ("TUR", 2022): 5000.0,
    }
    assert [(f.rule, f.count) for f in findings] == [("no-value", 6)], "a footnote has no value"
    error = refusal(tmp_path, text.replace("1 provisional,,", "1 provisional,,4"), WIDE)
    assert "row 4, column 'country'" in error.where


@pytest.mark.parametrize(
    ("text", "mapping", "marked"),
    [
        ("country,2021,2022 (p)\nChina,1,2\n", WIDE.replace("  '2023 1'", "  # '2023 1'"), "(p)"),
        ("time,seller,buyer,code,usd\n2023*,CHN,RUS,850511,7\n", MADE, "*"),
    ],
)
def test_a_mark_behind_a_time_is_not_dropped_in_silence(
    tmp_path: Path, text: str, mapping: str, marked: str
) -> None:
    found, findings = read_text(tmp_path, text, mapping)
    assert found
    [one] = [one for one in findings if one.rule == "marked-times"]
    assert one.text.startswith(f"Times are marked as provisional, revised or final: {marked}. ")
    plain = read_text(tmp_path, text.replace(marked, ""), mapping)[1]
    assert "marked-times" not in {one.rule for one in plain}


def test_months_in_columns_beside_a_year(tmp_path: Path) -> None:
    text = "year,who,Jan,Февраль\n2024,China,1,2\n"
    mapping = WIDE.replace(
        "  '2023 1': {role: value, currency: USD, scale: 1000, period: '2023'}\n", ""
    )
    mapping = mapping.replace("country:", "year: {role: year}\n  who:")
    found, _ = read_text(tmp_path, text, mapping)
    assert {(row["period"], row["freq"]) for row in found} == {
        (date(2024, 1, 1), "M"),
        (date(2024, 2, 1), "M"),
    }


def test_value_columns_of_different_meaning(tmp_path: Path) -> None:
    text = "country,year,month,export,import_origin,import_consignment,kg\nChina,2024,2,1,2,3,9\n"
    mapping = """
format: 1
reporter: ARM
product: TOTAL
columns:
  country: {role: partner, codes: names}
  year: {role: year}
  month: {role: month}
  export: {role: value, currency: USD, flow: export}
  import_origin: {role: value, currency: USD, flow: import, partner_basis: origin}
  import_consignment: {role: value, currency: USD, flow: import, partner_basis: consignment}
  kg: {role: mass, unit: t, flow: export}
"""
    found, _ = read_text(tmp_path, text, mapping)
    assert [
        (
            row["exporter"],
            row["reported_by"],
            row["partner_basis"],
            row["value_usd"],
            row["mass_kg"],
        )
        for row in found
    ] == [
        ("ARM", "exporter", None, 1.0, 9000.0),
        ("CHN", "importer", "origin", 2.0, None),
        ("CHN", "importer", "consignment", 3.0, None),
    ]
    assert {row["period"] for row in found} == {date(2024, 2, 1)}
    alone = mapping.replace("unit: t, flow: export", "unit: t")
    assert "belongs to no column of values" in refusal(tmp_path, text, alone).what
    same = mapping.replace("partner_basis: consignment", "partner_basis: origin")
    assert "two columns of one meaning" in refusal(tmp_path, text, same).what


def test_quantities_need_a_unit_and_marks_are_kept(tmp_path: Path) -> None:
    text = "to,v,n,u,e\nRUS,5,7,u,TRUE\nDEU,5,0,u,FALSE\nFRA,5,3,N/A,\n"
    mapping = """
format: 1
reporter: CHN
flow: export
period: 2024-03
product: '8703'
nomenclature: HS2017
missing: [N/A]
columns:
  to: {role: partner, codes: ISO3}
  v: {role: value, currency: USD}
  n: {role: quantity}
  u: {role: quantity_unit, own: {u: items}}
  e: {role: is_estimated}
"""
    found, findings = read_text(tmp_path, text, mapping)
    assert {
        row["importer"]: (row["quantity"], row["quantity_unit"], row["is_estimated"])
        for row in found
    } == {"RUS": (7.0, "items", True), "DEU": (None, None, False), "FRA": (None, None, None)}
    assert {row["product"] for row in found} == {"8703"}
    assert [(f.rule, f.count) for f in findings] == [("unknown-quantity", 2)]


def test_other_currencies_are_not_converted(tmp_path: Path) -> None:
    [row], _ = read_text(
        tmp_path, "i,j,v\nCHN,RUS,5\n", SIDES.replace("USD", "EUR") + "flow: export\n"
    )
    assert (row["value_usd"], row["value_reported"], row["currency"]) == (None, 5.0, "EUR")
    mapping = SIDES.replace(", currency: USD}", "}\n  c: {role: currency}") + "flow: export\n"
    [row], _ = read_text(tmp_path, "i,j,v,c\nCHN,RUS,5,CNY\n", mapping)
    assert (row["value_reported"], row["currency"]) == (5.0, "CNY")
    twice = mapping.replace("{role: value}", "{role: value, currency: USD}")
    assert "the currency is said twice" in refusal(tmp_path, "i,j,v,c\nCHN,RUS,5,CNY\n", twice).what
    mixed = "i,j,v,c\nCHN,RUS,5,CNY\nCHN,DEU,5,USD\n"
    assert "several currencies: 1 in CNY, 1 in USD" in refusal(tmp_path, mixed, mapping).what
    empty = "i,j,v,c\nCHN,RUS,5,CNY\nCHN,DEU,5,\n"
    assert "1 rows with a value do not say their currency" in refusal(tmp_path, empty, mapping).what


@pytest.mark.parametrize(
    ("keys", "cell", "value"),
    [
        ("decimal: ','", '"1376,4"', 1376.4),
        ("thousands: ','", '"1,234,567.5"', 1234567.5),
        ("thousands: ','", "1234567.5", 1234567.5),
        ("decimal: ','\nthousands: '.'", '"1.234.567,5"', 1234567.5),
        ("decimal: ','\nthousands: ' '", '"1 234\u00a0567,5"', 1234567.5),
        ('thousands: "\'"', "1'234", 1234.0),
        ("decimal: '.'", "1.5e3", 1500.0),
        ("decimal: '.'", ".5", 0.5),
    ],
)
def test_numbers_are_read_only_as_declared(
    tmp_path: Path, keys: str, cell: str, value: float
) -> None:
    mapping = SIDES + f"flow: export\n{keys}\n"
    [row], _ = read_text(tmp_path, f"i,j,v\nCHN,RUS,{cell}\n", mapping)
    assert row["value_usd"] == value
    if "thousands" in keys or "," in cell:
        plain = SIDES + "flow: export\n"
        if cell != "1234567.5":
            refusal(tmp_path, f"i,j,v\nCHN,RUS,{cell}\n", plain)


@pytest.mark.parametrize("cell", ["12,34", "1,2345", "1234,567", ",123", "1,,234"])
def test_thousands_that_are_none_are_refused(tmp_path: Path, cell: str) -> None:
    mapping = SIDES + "flow: export\nthousands: ','\n"
    assert "not a number" in refusal(tmp_path, f'i,j,v\nCHN,RUS,"{cell}"\n', mapping).what


def test_encodings_and_delimiters_are_declared(tmp_path: Path) -> None:
    text = "страна;v\nChina;5\n"
    mapping = """
format: 1
delimiter: ';'
reporter: RUS
flow: import
period: '2024'
product: TOTAL
columns:
  страна: {role: partner, codes: names}
  v: {role: value, currency: USD}
"""
    [row], _ = read_text(tmp_path, text, mapping)
    for encoding in ("cp1251", "gb18030", "utf-16-le", "utf-8-sig"):
        again, _ = read_text(tmp_path, text.encode(encoding), mapping + f"encoding: {encoding}\n")
        assert again == [row]
    assert read_text(tmp_path, text.encode("utf-16"), mapping)[0] == [row], "its mark says it"
    error = refusal(tmp_path, text.encode("cp1251"), mapping)
    assert error.what == "not a text in UTF-8"
    assert "encoding: cp1251" in error.hint
    assert (
        "delimiter: ';'"
        in refusal(tmp_path, text * 3, mapping.replace("delimiter: ';'\n", "")).hint
    )
    assert "unknown encoding" in refusal(tmp_path, text, mapping + "encoding: klingon\n").what
    assert "unknown encoding" in refusal(tmp_path, text, mapping + "encoding: base64\n").what
    # Codecs of Python that are no encodings of files: of source code, host names, one machine.
    for codec in ("unicode_escape", "raw-unicode-escape", "IDNA", "punycode", "undefined", "utf-7",
                  "hex", "rot13", "mbcs"):  # fmt: skip
        said = refusal(tmp_path, text, f"{mapping}encoding: {codec}\n")
        assert "unknown encoding" in said.what, codec
        assert said.where == "mapping, encoding"
    tabs = text.replace(";", "\t")
    assert read_text(tmp_path, tabs, mapping.replace("';'", "tab"))[0] == [row]


def test_titles_and_footnotes_stand_outside_the_table(tmp_path: Path) -> None:
    text = "Imports\nin thousand dollars\n\ni,j,v\nCHN,RUS,5\nCHN,DEU,6\n* provisional\n"
    mapping = SIDES + "flow: export\nheader_row: 4\n"
    error = refusal(tmp_path, text, mapping)
    assert error.where == "table.csv, row 7"
    assert "last_row" in error.hint
    found, _ = read_text(tmp_path, text, mapping + "last_row: 6\n")
    assert sum(column(found, "value_usd")) == 11.0
    short = refusal(tmp_path, text, mapping + "last_row: 9\n")
    assert "ends at row 7, before its last_row, 9" in short.what
    bad = refusal(tmp_path, text.replace("DEU", "D3U"), mapping + "last_row: 6\n")
    assert bad.where == "table.csv, row 6, column 'j'", "rows are numbered as in the file"


def test_names_of_columns_that_are_missing_or_repeated(tmp_path: Path) -> None:
    text = ",j,v,v\nCHN,RUS,5,9\n"
    mapping = SIDES.replace("  i:", "  column 1:") + "flow: export\nignore: ['v (2)']\n"
    [row], _ = read_text(tmp_path, text, mapping)
    assert (row["exporter"], row["value_usd"]) == ("CHN", 5.0)


def test_a_workbook_reads_as_its_csv(tmp_path: Path) -> None:
    book = make_workbook(
        tmp_path / "made.xlsx",
        {
            "notes": cells([["read me"]]),
            "data": cells(
                [
                    ["title"],
                    [],
                    ["i", "j", 2021, 2022.0],
                    ["CHN", "RUS", 5.5, "1376,4"],
                    [],
                    ["CHN", "D3U", "-", 7],
                ]
            ),
        },
    )
    mapping = """
format: 1
sheet: data
header_row: 3
decimal: ','
missing: ['-']
flow: export
product: TOTAL
columns:
  i: {role: exporter, codes: ISO3}
  j: {role: importer, codes: ISO3}
wide: {role: value, currency: USD}
"""
    with pytest.raises(BadFileError) as caught:
        read_table(book, mapping, tmp_path)
    assert caught.value.where == "made.xlsx, row 6, column 'j'"
    with pytest.raises(BadFileError, match="2 sheets") as caught:
        read_table(book, mapping.replace("sheet: data\n", ""), tmp_path)
    assert "'notes', 'data'" in caught.value.hint
    good = mapping.replace(
        "  j: {role: importer, codes: ISO3}", "  j: {role: importer, own: {D3U: DEU}}"
    )
    found, _ = read_table(book, good, tmp_path)
    assert {(row["importer"], row["period"].year): row["value_usd"] for row in found} == {
        ("RUS", 2021): 5.5,
        ("RUS", 2022): 1376.4,
        ("DEU", 2022): 7.0,
    }


def test_parquet_reads_as_it_is_typed(tmp_path: Path) -> None:
    path = tmp_path / "made.parquet"
    with connect() as connection:
        connection.sql(
            "SELECT 'CHN' AS i, unnest(['RUS', 'DEU', 'USA']) AS j, "
            "unnest([854231.0, 10121.0, 854232.0]) AS k, DATE '2024-05-01' AS t, "
            "unnest([1.5, 'nan'::DOUBLE, 2.0]) AS v, unnest([NULL, 3, 4]) AS q"
        ).write_parquet(str(path))
    mapping = """
format: 1
flow: export
nomenclature: HS2022
columns:
  i: {role: exporter, codes: ISO3}
  j: {role: importer, codes: ISO3}
  k: {role: product, pad: 6}
  t: {role: period}
  v: {role: value, currency: USD}
  q: {role: mass, unit: t}
"""
    found, findings = read_table(path, mapping, tmp_path)
    assert [
        (row["importer"], row["product"], row["freq"], row["value_usd"], row["mass_kg"])
        for row in found
    ] == [("RUS", "854231", "M", 1.5, None), ("USA", "854232", "M", 2.0, 4000.0)]
    assert [(f.rule, f.count) for f in findings] == [("no-value", 1)]


def test_a_number_of_32_bits_is_what_is_stored(tmp_path: Path) -> None:
    """Written shortly 123456.78906 is 123456.79, a dollar more in 123 million of thousands."""
    path = tmp_path / "made.parquet"
    with connect() as connection:
        connection.sql(
            "SELECT 'CHN' AS i, 'RUS' AS j, '854231' AS k, '2024' AS t, 123456.79::FLOAT AS v"
        ).write_parquet(str(path))
    mapping = """
format: 1
flow: export
nomenclature: HS2022
columns:
  i: {role: exporter, codes: ISO3}
  j: {role: importer, codes: ISO3}
  k: {role: product}
  t: {role: period}
  v: {role: value, currency: USD, scale: 1000}
"""
    found, _ = read_table(path, mapping, tmp_path)
    [stored] = struct.unpack("f", struct.pack("f", 123456.79))
    assert found[0]["value_usd"] == pytest.approx(1000 * stored, abs=0.005)
    assert read_table(path, mapping + "decimal: ','\n", tmp_path)[0] == found
    with pytest.raises(BadFileError) as caught:
        read_table(path, mapping.replace("ISO3}\n  k", "ISO2}\n  k"), tmp_path)
    assert "row " in caught.value.where
    assert "column 'j'" in caught.value.where


def test_archives_give_a_table_a_member(tmp_path: Path) -> None:
    packed = tmp_path / "made.csv.gz"
    packed.write_bytes(gzip.compress(FILE.encode()))
    alone, _ = read_table(packed, MAP, tmp_path)
    assert len(alone) == 3
    head, *lines = FILE.splitlines()
    archive = tmp_path / "made.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        for number, line in enumerate(lines):
            opened.writestr(f"part{number}.csv", f"{head}\n{line}\n")
    assert read_table(archive, MAP, tmp_path)[0] == alone


def test_the_user_may_name_the_edition(tmp_path: Path) -> None:
    mapping = MAP.replace("nomenclature: HS2017\n", "")
    found, _ = read_text(tmp_path, FILE, mapping, nomenclature="HS2022")
    assert {row["nomenclature"] for row in found} == {"HS2022"}
    with pytest.raises(BadFileError, match="HS2022, the mapping says HS2017"):
        read_text(tmp_path, FILE, MAP, nomenclature="HS2022")
    with pytest.raises(EntrepotError, match="unknown nomenclature"):
        read_text(tmp_path, FILE, mapping, nomenclature="HS2018")
    none = MAP.replace("HS2017", "NONE")
    assert "product codes, and nomenclature: NONE" in refusal(tmp_path, FILE, none).what


def test_a_table_needs_a_mapping_and_finds_rows_again(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(FILE)
    with pytest.raises(BadFileError, match="needs a mapping"):
        list(tables(RawFile(path, "table.csv"), tmp_path, FileOptions()))
    with connect() as connection:
        [table] = tables(RawFile(path, "table.csv"), tmp_path, FileOptions(mapping=MAP))
        read = rows(connection, table)
        key = (date(2024, 1, 1), "A", "RUS", "CHN", "010121", "exporter", None, None)
        assert read.locate(key) == "table.csv, rows 4"
        assert table.nomenclature == "HS2017"
        assert read.same == {"freq": "A", "nomenclature": "HS2017"}


def test_no_column_of_ours_is_unknown_to_the_lake(tmp_path: Path) -> None:
    from entrepot.model.columns import flow_schema

    found, _ = read_text(tmp_path, FILE, MAP)
    assert set(found[0]) == set(flow_schema())


@pytest.mark.parametrize(
    "text",
    [b"", b"\x00\x01\x02", b"i,j,v\n", b"\xff\xfe", b",,\n1,2,3\n", b'"', b"i" * 3_000_000],
)
def test_what_is_no_table_is_refused_in_our_words(tmp_path: Path, text: bytes) -> None:
    try:
        refusal(tmp_path, text, SIDES + "flow: export\n")
    except duckdb.Error as error:
        pytest.fail(f"DuckDB's own error came through: {error}")
