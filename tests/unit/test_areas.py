"""Areas and groups: the traps pinned, the tables whole, and what is suggested for a slip."""

from __future__ import annotations

import csv
import itertools
import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from entrepot.errors import RequestError, UnknownNameError
from entrepot.model import areas as area_table
from entrepot.model import areas as model
from entrepot.model.area_names import as_codes
from entrepot.model.areas import (
    area,
    area_name,
    area_or_group,
    area_phrase,
    area_set,
    areas,
    by_code,
    by_name,
    group,
    groups,
    possessive,
)

DAY = date(2023, 1, 1)
KNOWN = {one.code: one for one in areas()}


TRAPS = {
    "comtrade": (
        "490=TWN 699=IND 842=USA 381=ITA 380=ITA 58=BLX 56=BEL 442=LUX 711=XSACU 710=ZAF "
        "891=SCG 890=YUG 688=SRB 499=MNE 278=DDR 280=XFRG 276=DEU 810=SUN 643=RUS 200=CSK "
        "736=XSUDAN 729=SDN 530=ANT 492=XEUNES 899=XNES 837=XBUNKERS 0=WLD"
    ),
    "baci": "490=TWN 251=FRA 579=NOR 757=CHE",
    "m49": "158=TWN 356=IND 840=USA 250=FRA 578=NOR 756=CHE 492=MCO",
    "gacc": "143=TWN 344=RUS 110=HKG 337=GEO 150=GEO",
    "imf": "TX126=BLX G001=WLD WBG=PSE TX899=XSPECIAL",
    "eurostat": "EL=GRC GR=GRC XS=SRB XK=XKX GB=GBR",
    "alpha2": "NA=NAM",
}


@pytest.mark.parametrize(
    ("system", "code", "wanted"),
    [(system, *pair.split("=")) for system, pairs in TRAPS.items() for pair in pairs.split()],
)
def test_traps(system: model.System, code: str, wanted: str) -> None:
    assert by_code(system)[code] == wanted


def test_taiwan_says_why() -> None:
    assert "Other Asia, nes" in area("TWN").note
    assert "in practice" in area("TWN").note


@pytest.mark.parametrize("system", get_args(model.System))
def test_no_code_means_two_areas(system: model.System) -> None:
    meant: dict[str, set[str]] = {}
    for one in areas():
        for code in area_table._codes(one, system):
            meant.setdefault(code, set()).add(one.code)
    assert {code: both for code, both in meant.items() if len(both) > 1} == {}


def test_own_codes_are_distinct_and_well_formed() -> None:
    assert len(KNOWN) == len(areas())
    assert [one.code for one in areas()] == sorted(KNOWN)
    for one in areas():
        assert re.fullmatch(r"[A-Z]{3}|X[A-Z0-9]{3,}", one.code), one.code
        assert one.code not in {each.code for each in groups()} - {"XEU"}
        assert one.kind in get_args(area_table.Kind)
        assert one.alpha2 == "" or re.fullmatch(r"[A-Z]{2}", one.alpha2)
        assert one.m49 == "" or re.fullmatch(r"\d{3}", one.m49)
        assert all(re.fullmatch(r"\d{1,3}", code) for code in one.comtrade + one.baci)
        assert all(re.fullmatch(r"\d{3}", code) for code in one.gacc)
        assert one.name == one.name.strip() != ""
        assert one.article in ("", "the")


def test_iso_counts_and_shape() -> None:
    kinds = Counter(one.kind for one in areas())
    iso = [one for one in areas() if one.kind in ("country", "territory") and one.code != "XKX"]
    assert len(iso) == 249  # ISO 3166-1 has had 249 entries since South Sudan came in
    assert kinds["country"] == 193 + 4  # United Nations, Vatican, Palestine, Taiwan and Kosovo
    assert len({one.alpha2 for one in iso}) == len({one.m49 for one in iso}) == 249


def test_m49_and_comtrade_differ_only_where_known() -> None:
    odd = {
        one.code
        for one in areas()
        if one.kind in ("country", "territory") and one.comtrade[:1] != (str(int(one.m49 or 0)),)
    }
    assert odd == {"FRA", "NOR", "CHE", "USA", "IND", "TWN", "MCO", "XKX"}


def test_historical_areas_end_and_have_successors() -> None:
    for one in areas():
        if one.kind == "historical":
            assert one.successors, one.code
            assert set(one.successors) <= set(KNOWN)
            assert one.valid_to or one.certainty or "still" in one.note, one.code
        else:
            assert one.valid_to is None
            assert not one.successors
        assert one.valid_from is None or one.valid_to is None or one.valid_from < one.valid_to


def test_main_countries_have_an_adjective() -> None:
    for code in (
        "RUS",
        "CHN",
        "HKG",
        "TWN",
        "USA",
        "KOR",
        "DEU",
        "TUR",
        "ARE",
        "KAZ",
        "KGZ",
        "ARM",
    ):
        assert area(code).adjective
    assert (area("KOR").name, area("RUS").name, area("USA").name) == (
        "South Korea",
        "Russia",
        "United States",
    )


SLIPS = {
    "RUSS": "RUS",
    "China": "CHN",
    "rus": "RUS",
    "china": "CHN",
    "Germany": "DEU",
    "Germny": "DEU",
    "south korea": "KOR",
    "UK": "GBR",
    "GB": "GBR",
    "Holland": "NLD",
    "Türkiye": "TUR",
    "Russian Federation": "RUS",
    "eu27": "EU27",
    "colition": "coalition",
    "Hong Kong, China": "HKG",
    "Other Asia, nes": "TWN",
    "RUS+CHIN": "CHN",
}


@pytest.mark.parametrize(("typed", "first"), SLIPS.items())
def test_unknown_names_suggest(typed: str, first: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        area_set(typed, DAY)
    assert caught.value.suggestions[0] == first
    assert f"did you mean {first}" in caught.value.hint


def test_nothing_alike_suggests_the_list() -> None:
    with pytest.raises(UnknownNameError, match="entrepot area list"):
        area_set("XYZQQ", DAY)


def test_names_for_readers() -> None:
    assert area_name("CHN+HKG") == "China and Hong Kong"
    assert area_name("CHN+HKG+MAC") == "China, Hong Kong and Macau"
    assert area_name("EU27") == area_name("E27") == "European Union (27)"
    assert area_name("coalition@2022") == "sanctioning coalition (members of 2022)"
    assert area_phrase("USA+NLD") == "the United States and the Netherlands"
    assert area_phrase("WLD") == "the world"
    assert possessive(area_phrase("NLD")) == "the Netherlands’"
    with pytest.raises(UnknownNameError):
        area_name("Atlantis")


def test_names_read_whatever_the_case_and_blanks() -> None:
    assert by_name("  russian   FEDERATION ") == "RUS"
    assert by_name("Hong Kong，China") == "HKG"  # the wide comma of Chinese files
    assert by_name("Czechia（Czech Republic）") == "CZE"
    assert by_name("Atlantis") is None


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Spain (incl. Canary Islands 'XB' from 1997)", "ESP"),
        ("United States (incl. Navassa Island (part of 'UM') from 1995 -> 2000)", "USA"),
        ("Korea, Democratic People’s Republic of (North Korea)", "PRK"),
        (
            "Countries and territories not specified within the framework of extra-Union trade",
            "XNES",
        ),
        ("Congo, Democratic Republic of", "COD"),
        ("Congo", "COG"),
    ],
)
def test_eurostat_labels(name: str, code: str) -> None:
    assert by_name(name) == code


def test_the_european_union_on_the_day_the_british_left() -> None:
    before, after = area_set("EU", date(2019, 12, 31)), area_set("EU", date(2020, 2, 1))
    assert before - after == {"GBR"}
    assert "GBR" in area_set("EU", date(2020, 1, 31))
    assert len(after) == 27
    assert after == area_set("EU27", date(1999, 1, 1)) == area_set("EU27", DAY)


UNION = {
    "1958-01-01": 6,
    "1973-01-01": 9,
    "1981-01-01": 10,
    "1986-01-01": 12,
    "1995-01-01": 15,
    "2004-04-30": 15,
    "2004-05-01": 25,
    "2007-01-01": 27,
    "2013-06-30": 27,
    "2013-07-01": 28,
    "2020-02-01": 27,
}


@pytest.mark.parametrize(("day", "count"), UNION.items())
def test_the_union_grew(day: str, count: int) -> None:
    assert len(area_set("EU", date.fromisoformat(day))) == count


@pytest.mark.parametrize(
    ("code", "day"),
    [
        ("EU15", "1995-01-01"),
        ("EU25", "2004-05-01"),
        ("EU28", "2013-07-01"),
        ("EU27", "2020-02-01"),
    ],
)
def test_fixed_compositions_are_the_union_of_their_day(code: str, day: str) -> None:
    assert area_set(code, DAY) == area_set("EU", date.fromisoformat(day))


def test_other_groups() -> None:
    assert area_set("EAEU", date(2015, 1, 1)) == {"RUS", "BLR", "KAZ"}
    assert area_set("EAEU", date(2015, 8, 12)) == {"RUS", "BLR", "KAZ", "ARM", "KGZ"}
    assert "GEO" in area_set("CIS", date(2009, 8, 17))
    assert "GEO" not in area_set("CIS", date(2009, 8, 18))
    assert len(area_set("ASEAN", date(2025, 10, 25))) == 10
    assert "TLS" in area_set("ASEAN", date(2025, 10, 26))
    assert len(area_set("G7", DAY)) == 7


def test_the_coalition() -> None:
    final = area_set("coalition", DAY)
    assert len(final) == 39
    assert area_set("EU27", DAY) | {"USA", "GBR", "JPN", "KOR", "TWN", "CHE"} < final
    assert final & {"RUS", "CHN", "HKG", "TUR", "IND", "SGP"} == set()
    assert area_set("coalition", date(2022, 2, 24)) == {"USA", "CAN", "JPN", "AUS", "NZL"}
    assert area_set("coalition@2022", date(2019, 1, 1)) == final
    assert area_set("coalition@2022-02-24", DAY) == area_set("coalition", date(2022, 2, 24))
    assert len(area_set("coalition+SGP", DAY)) == 40


def test_a_group_before_it_was_is_refused_with_the_way_out() -> None:
    with pytest.raises(RequestError, match="no members on 2021-12-31") as caught:
        area_set("coalition", date(2021, 12, 31))
    assert "coalition@2022" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("WLD+CHN", "the world and something more"),
        ("CHN+CHN", "named twice"),
        ("EU27+DEU", "named twice"),
        ("XG110", "a total, not an area"),
        ("XEU", "a total, not an area"),
        ("CHN+", "unknown area"),
        ("", "unknown area"),
        ("CHN@2022", "unknown area"),
        ("EU@soon", "not a period"),
    ],
)
def test_senseless_sums_are_refused(text: str, words: str) -> None:
    with pytest.raises(RequestError, match=words):
        area_set(text, DAY)


def test_historical_and_special_areas_can_be_asked_for() -> None:
    assert area_set("BLX", date(1997, 1, 1)) == {"BLX"}
    assert area_set("XNES", DAY) == {"XNES"}


def test_groups_are_whole() -> None:
    folder = Path(model.__file__).parent
    listed = {one.code for one in groups()}
    with (folder / "group_members.csv").open(encoding="utf-8") as file:
        assert {row["group"] for row in csv.DictReader(file)} == listed
    names = [name for one in groups() for name in (one.code, *one.aliases)]
    assert len(names) == len(set(names))
    assert set(names) & set(KNOWN) == set()
    for one in groups():
        stretches: dict[str, list[tuple[date, date]]] = {}
        for who in one.memberships:
            stay = (who.joined or date.min, who.left or date.max)
            stretches.setdefault(who.area, []).append(stay)
        for stays in stretches.values():  # who left and came back is there twice, apart
            stays.sort()
            assert all(left <= came for (_, left), (came, _) in itertools.pairwise(stays))
        assert set(stretches) <= set(KNOWN)
        for who in one.memberships:
            assert who.source
            assert (who.joined is None) == (one.kind == "fixed")
            assert who.left is None or (who.joined is not None and who.joined < who.left)


@pytest.mark.parametrize(
    ("code", "day", "count", "inside", "outside"),
    [
        ("NATO", "1990-12-31", 16, "DEU GRC ESP", "POL"),
        ("NATO", "2022-12-31", 30, "MKD", "FIN SWE"),
        ("NATO", "2023-12-31", 31, "FIN", "SWE"),
        ("NATO", "2024-12-31", 32, "SWE", "CYP IRL AUT"),
        ("OECD", "1999-12-31", 29, "KOR POL", "SVK CHL"),
        ("OECD", "2023-12-31", 38, "CRI COL LTU", "BRA CHN"),
        ("OPEC", "2008-12-31", 13, "IDN ECU AGO QAT", "GAB"),
        ("OPEC", "2018-12-31", 15, "QAT ECU AGO GAB COG GNQ", "IDN"),
        ("OPEC", "2023-12-31", 13, "AGO", "QAT ECU"),
        ("OPEC", "2024-12-31", 12, "GNQ COG", "AGO RUS"),
        ("OPEC", "2026-04-30", 12, "ARE", "AGO"),
        ("OPEC", "2026-05-01", 11, "SAU", "ARE"),
        ("MERCOSUR", "2024-08-06", 4, "URY", "BOL VEN"),
        ("MERCOSUR", "2024-08-07", 5, "BOL", "VEN"),
        ("MERCOSUR", "2015-12-31", 5, "VEN", "BOL"),
        ("MERCOSUR", "2023-12-31", 4, "PRY", "VEN BOL"),
        ("Mercosur", "2025-12-31", 5, "BOL", "VEN"),
        ("CPTPP", "2018-12-31", 6, "MEX", "VNM PER"),
        ("CPTPP", "2024-12-31", 12, "GBR CHL", "CHN USA"),
        ("USMCA", "2023-12-31", 3, "MEX", ""),
        ("GCC", "2023-12-31", 6, "OMN", "IRQ"),
        ("EFTA", "1972-12-31", 8, "GBR DNK ISL PRT", "FIN"),
        ("EFTA", "2023-12-31", 4, "CHE ISL LIE NOR", "GBR"),
        ("G20", "2023-12-31", 19, "ARG IDN", "ESP NLD"),
        ("AFU", "2023-12-31", 55, "MAR SSD ESH", ""),
        ("AFU", "2010-12-31", 53, "MDG", "MAR SSD"),
        ("RCEP", "2022-12-31", 12, "KOR MYS", "IDN PHL IND"),
        ("SCO", "2024-12-31", 10, "BLR IRN", "TKM"),
    ],
)
def test_trade_groups(code: str, day: str, count: int, inside: str, outside: str) -> None:
    members = group(code).members(date.fromisoformat(day))
    assert len(members) == count
    assert set(inside.split()) <= members
    assert not set(outside.split()) & members


def test_groups_by_name() -> None:
    for text, code in [("African Union", "AFU"), ("nato", "NATO"), ("AU", "AUS"), ("G20", "G20")]:
        assert as_codes(text) == code
    with pytest.raises(RequestError, match="2020-07-01"):
        group("USMCA").members(date(2019, 12, 31))


def test_lookups() -> None:
    assert group("GECC") is group("coalition")
    assert area_or_group("EU").code == "EU"
    assert area_or_group("CHN").code == "CHN"
    with pytest.raises(UnknownNameError, match="EU28"):
        area_or_group("EU29")
    with pytest.raises(UnknownNameError, match="EAEU"):
        group("EAAU")
    with pytest.raises(UnknownNameError, match="alpha2"):
        by_code("alpha")
    with pytest.raises(UnknownNameError, match="CHN"):
        area("CHNA")
