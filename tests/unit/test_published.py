"""The published table as it stands: words, areas, intervals, origins, and how rows are found."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from entrepot.errors import BadFileError, UnknownNameError
from entrepot.goods import goods_selection
from entrepot.model.areas import area_set
from entrepot.model.columns import columns
from entrepot.model.interval import Interval
from entrepot.sources import source_info
from entrepot.sources.parser import FileOptions, RawFile
from entrepot.sources.published.parse import by_origin, matching, published, ranked, tables
from entrepot.sources.published.row import COLUMNS, Published
from published_rows import stating

if TYPE_CHECKING:
    from pathlib import Path

ROWS = published("all")
BY_ID = {row.id: row for row in ROWS}
ROUNDED_MORE = {"EU-031": 100, "EU-034": 100, "CP-055": 1000}  # what the sources round to


def test_there_are_at_least_as_many_rows_as_facts() -> None:
    assert len(published()) >= 724 + 45
    assert len(published("all")) == len(published()) + len(published("computed"))
    assert published() is published()


def test_columns_are_those_of_the_dictionary() -> None:
    assert {*COLUMNS, "source", "snapshot"} == {one.name for one in columns("published")}


def test_every_area_is_known_on_its_day() -> None:
    for row in ROWS:
        for area in (row.reporter, row.exporter, row.importer):
            assert not area or area_set(area, row.period.start), row.id


def test_every_goods_key_selects_something() -> None:
    for key in {row.goods for row in ROWS} - {""}:
        assert goods_selection(key).key == key


def test_a_partner_in_words_matches_no_area() -> None:
    rows = [row for row in published() if row.partner_words]
    assert rows
    for row in rows:
        assert "" in (row.exporter, row.importer)
        asked = {"exporter": row.exporter or "WLD", "importer": row.importer or "WLD"}
        assert not matching([row], **asked)


def test_intervals_are_half_a_unit_of_the_last_digit() -> None:
    scale = {"tn": 12, "bn": 9, "m": 6, "thousand": 3}
    seen = 0
    for row in published():
        found = re.fullmatch(r"(?:[A-Z]{3} )?(-?\d+(?:\.(\d+))?) ?(\w+)?.*", row.printed)
        if row.relation != "=" or found is None:
            continue
        number, power = Decimal(found[1]), scale.get(found[3] or "", 0)
        power -= 2 if row.unit in ("share", "ratio") else 0
        step = Decimal(1).scaleb(power - len(found[2] or "")) * ROUNDED_MORE.get(row.id, 1)
        middle = number.scaleb(power)
        assert row.value == float(middle), row.id
        assert (row.low, row.high) == (float(middle - step / 2), float(middle + step / 2)), row.id
        seen += 1
    assert seen > 780


@pytest.mark.parametrize(
    ("id_", "low", "high"),
    [
        ("CR-001", 228.1045e9, 228.1055e9),
        ("RS-004", 0.265, 0.275),  # about 27 %
        ("SG-003", 0.85, 0.95),  # approximately 90 %
        ("SG-024", 850e6, 950e6),  # roughly 900 m
        ("SG-001", 300e6, None),  # over 300 m
        ("SG-015", 8.5e9, 9e9),  # almost 9 bn
        ("RR-015", None, 1880),  # up to 1,880 %
    ],
)
def test_words_widen_or_open_an_interval(id_: str, low: float | None, high: float | None) -> None:
    assert (BY_ID[id_].low, BY_ID[id_].high) == (low, high)


def test_customs_totals_are_the_sum_of_both_ways() -> None:
    """Arithmetic that the table was not made with; one monthly number in it is a known slip."""
    customs = [
        row
        for row in published()
        if row.origin == "GACC" and row.measure == "value" and row.goods == "all"
        if row.confidence != "low" and row.exporter and row.importer
    ]
    checked, off = 0, set()
    for total in (row for row in customs if row.flow == "both"):
        near = [r for r in customs if (r.period, r.currency) == (total.period, total.currency)]
        there = matching(near, flow="one_way", exporter=total.exporter, importer=total.importer)
        back = matching(near, flow="one_way", exporter=total.importer, importer=total.exporter)
        for one, other in itertools.product(there, back):
            checked += 1
            if not (_interval(one) + _interval(other)).meets(_interval(total)):
                off.add(total.id)
    assert checked > 60
    assert off == {"CM-038"}  # 7.99 + 10.656 is not 18.656


def _interval(row: Published) -> Interval:
    assert row.low is not None
    assert row.high is not None
    return Interval(row.low, row.high)


def test_outlets_that_copy_one_release_are_one_origin() -> None:
    rows = stating("growth", "CHN", "RUS", "all", 2025, currency="CNY")
    rows += stating("growth", "RUS", "CHN", "all", 2025, currency="CNY")
    rows += stating("value", "CHN", "RUS", "all", 2025, flow="both")
    copies = [row for row in rows if row.confidence != "low"]
    assert len({row.publisher for row in copies}) >= 4
    assert set(by_origin(copies)) == {"GACC"}


def test_a_spot_conversion_is_not_customs_number() -> None:
    rows = stating("value", "CHN", "RUS", "all", 2025, flow="both", currency="USD")
    voices = by_origin(rows)
    assert set(voices) == {"GACC", "REUTERS-CONVERSION"}
    assert [row.printed for row in voices["GACC"]] == ["USD 228.105 bn", "USD 228.1 bn"]
    assert {row.confidence for row in voices["REUTERS-CONVERSION"]} == {"low"}


def test_every_conversion_has_low_confidence_and_says_so() -> None:
    rows = [row for row in published() if row.origin.endswith("-CONVERSION")]
    assert len(rows) >= 10
    for row in rows:
        assert row.confidence == "low"
        assert re.search("conver", row.note, re.IGNORECASE), row.id


def test_copies_in_the_second_collection_share_the_origin() -> None:
    for copy, first in [
        ("HP-022", "RS-012"),
        ("HP-020", "SG-005"),
        ("HP-017", "SG-007"),
        ("HP-050", "SG-027"),
        ("HP-045", "CR-036"),
        ("HP-007", "HP-001"),
    ]:
        one, other = BY_ID[copy], BY_ID[first]
        assert (one.origin, one.value, one.period) == (other.origin, other.value, other.period)


def test_the_same_goods_under_four_bases_stay_apart() -> None:
    china = stating("import_share", "CHN", "RUS", "chpl", 2023)
    dispatch = matching(china, basis="dispatch", origin="BRUEGEL-KSE")
    assert {row.value for row in dispatch} == {0.563}
    assert {row.value for row in china if row.basis == "origin"} == {0.5}
    assert {row.value for row in china if row.origin == "CARNEGIE"} == {0.9}
    assert stating("import_share", "coalition", "RUS", "chpl", 2023)[0].basis == "producer_hq"


def test_stating_is_exact() -> None:
    assert [row.id for row in stating("value", "CHN", "RUS", "all", 2024)] == ["CR-021", "HP-023"]
    assert stating("value", "CHN", "RUS", "all", "2024-01..2024-07")[0].printed == "USD 61.64 bn"
    assert not stating("value", "CHN", "RUS", "all", 2030)
    growth = stating("growth", "CHN", "RUS", "all", 2023, base="2021")
    assert {row.printed for row in growth} == {"64.2 %"}
    month = stating("value", "CHN", "RUS", "chpl", 2024)
    assert not month
    assert stating("value", "CHN", "RUS", "chpl", 2024, per="month")[0].id == "SG-001"


def test_two_way_trade_has_no_direction_and_a_share_of_it_has() -> None:
    one = stating("value", "CHN", "RUS", "all", 2024, flow="both", reporter="CHN")
    assert one == stating("value", "RUS", "CHN", "all", 2024, flow="both", reporter="CHN")
    russia = stating("trade_share", "RUS", "CHN", "all", 2023)
    china = stating("trade_share", "CHN", "RUS", "all", 2023)
    assert {row.value for row in russia} == {0.34}
    assert {row.value for row in china} == {0.04}


def test_areas_match_in_any_order() -> None:
    assert stating("import_share", "HKG+CHN", "RUS") == stating("import_share", "CHN+HKG", "RUS")


def test_rows_found_by_their_subject_are_those_that_a_look_at_each_finds() -> None:
    for measure, flow, goods in {(row.measure, row.flow, row.goods) for row in ROWS}:
        found = ROWS.about(measure, flow, goods)
        assert found == matching(list(ROWS), measure=measure, flow=flow, goods=goods)
    assert ROWS.about("value", "one_way", "no such goods") == ()


def test_rows_found_by_their_ids_are_in_the_order_of_the_table() -> None:
    wanted = [row.id for row in ROWS[::7]]
    assert ROWS.named(reversed(wanted)) == list(ROWS[::7])


def test_exchange_rates() -> None:
    year = stating("exchange_rate", period=2025, currency="CNY")
    assert [row.value for row in year] == [7.1875]
    day = stating("exchange_rate", period="2025-12-16", currency="CNY")
    assert day[0].valuation == "fixing"
    euro = stating("exchange_rate", currency="EUR")
    assert {row.unit for row in euro} == {"EUR per USD"}


def test_best_prefers_confidence_then_relation_then_digits_then_date() -> None:
    rows = published()
    for better, worse in [
        ("CR-001", "CR-004"),  # confidence
        ("CR-001", "SG-001"),  # relation, both high
        ("CR-001", "CR-002"),  # digits
        ("CR-026", "CR-027"),  # 5.0 % has two digits, 1 % has one
        ("CR-011", "CR-074"),  # confidence before date
    ]:
        pair = [row for row in rows if row.id in (better, worse)]
        assert ranked(pair)[0].id == better
        assert ranked(reversed(pair))[0].id == better


def test_by_origin_keeps_every_row_once() -> None:
    groups = by_origin(ROWS)
    assert Counter(row.id for group in groups.values() for row in group) == Counter(list(BY_ID))
    for origin, group in groups.items():
        assert {row.origin for row in group} == {origin}
        assert group == ranked(reversed(group))


def test_unknown_kind() -> None:
    with pytest.raises(UnknownNameError, match="computed"):
        published("computd")


def test_the_source_describes_itself() -> None:
    info = source_info("published")
    assert info.bundled
    assert {quirk.id for quirk in info.quirks} == {"copies", "spot-conversion"}


def test_notes_are_for_readers() -> None:
    """No trace of how the rows were collected."""
    for row in ROWS:
        assert not re.search(r"unverified|recollection|\[ours\]|look up|index\)", row.note, re.I)
        assert len(row.note) < 240, row.id


@pytest.mark.parametrize("filling", [b"\0", b"7", b" "])
def test_a_filled_file_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, filling: bytes
) -> None:
    path = tmp_path / "mine.csv"
    path.write_bytes(b"id,measure\nMY-001,value\n" + filling * 2_500_000)
    monkeypatch.setattr(type(path), "read_text", lambda *_, **__: pytest.fail("all of it was read"))
    said = FileOptions()
    with pytest.raises(BadFileError, match=r"zero byte|line of more than"):
        list(tables(RawFile(path, path.name), tmp_path, said))
