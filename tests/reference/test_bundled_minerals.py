"""What ships of BACI against the file it was read from, and against sums in plain Python."""

from __future__ import annotations

import csv
import gzip
import hashlib
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

import entrepot as ep
from entrepot.errors import RequestError
from entrepot.figures import bundled_for, flow_sources
from entrepot.figures.evaluate import evaluate
from entrepot.goods import goods_title
from entrepot.goods.parse import code_names
from entrepot.lake import Lake, fetch
from entrepot.lake.inventory import bundled, bundled_codes
from entrepot.model.columns import schema
from entrepot.model.product import EDITIONS, known_codes
from entrepot.report.brief_context import BriefContext
from entrepot.report.compose import opening_in

Flow = tuple[str, str, str]
MAGNETS = "850511"


@pytest.fixture
def empty(tmp_path: Path) -> Lake:
    return Lake.open(tmp_path / "empty")


@pytest.fixture(scope="module")
def official(shared_data: Path) -> dict[Flow, float]:
    path = shared_data / "comtrade_baci_2022_31hs6" / "baci_2022.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {
            (row["i"].replace("S19", "TWN"), row["j"].replace("S19", "TWN"), row["cmd"]): float(
                row["value"]
            )
            for row in csv.DictReader(file)
        }


def shipped(lake: Lake) -> dict[Flow, float]:
    rows = lake.flows("minerals").select("exporter", "importer", "product", "value_usd")
    return {(one, other, code): value for one, other, code, value in fetch(rows)}


def test_every_row_is_that_of_the_file(empty: Lake, official: dict[Flow, float]) -> None:
    found = shipped(empty)
    assert found.keys() == official.keys()
    assert len(found) == 23_167
    assert max(abs(found[flow] - official[flow]) for flow in found) < 1e-6


def test_shares_are_those_of_plain_sums(empty: Lake) -> None:
    bought: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for (exporter, importer, code), value in shipped(empty).items():
        bought[importer, code][exporter] = value
    for importer, exporter, code in [
        ("DEU", "CHN", MAGNETS),
        ("JPN", "CHN", "811292"),
        ("USA", "CAN", "750210"),
        ("CHN", "COD", "282200"),
    ]:
        sellers = bought[importer, code]
        share = ep.ask(
            "import_share",
            lake=empty,
            importer=importer,
            exporter=exporter,
            goods=code,
            period=2022,
        )
        expected = sellers.get(exporter, 0.0) / sum(sellers.values())
        if exporter not in sellers:
            assert share.status == "insufficient_data"
            continue
        assert share.value == pytest.approx(expected, abs=1e-12)
        assert share.definition.source == "minerals"
        assert "bundled-minerals" in {one.id for one in share.caveats}
        hhi = ep.ask("hhi", lake=empty, importer=importer, goods=code, period=2022)
        total = sum(sellers.values())
        assert hhi.value == pytest.approx(sum((v / total) ** 2 for v in sellers.values()))


def test_magnets_of_germany_on_an_empty_lake(empty: Lake) -> None:
    brief = opening_in(BriefContext(empty), "DEU", "CHN", MAGNETS, None)
    assert brief is not None
    [share] = [card for card in brief.cards if card.figure.definition.measure == "import_share"][:1]
    assert share.figure.value == pytest.approx(748_867_153 / 907_734_023)
    assert "BACI (30 codes)" in share.source or "BACI (30 codes)" in str(share)
    said = " ".join(sentence.text for sentence in brief.answer)
    assert "holds only some of these goods" not in said


def test_a_pair_without_rows_opens_with_its_inputs(empty: Lake) -> None:
    """Its page had nothing to show until the whole brief was there."""
    book = BriefContext(empty)
    opening = opening_in(book, "USA", "TWN", "chpl", None)
    assert opening is not None
    assert opening.sections == ()
    title = "No data on the United States’ imports of high-priority goods from Taiwan"
    assert opening.title == title
    keys = {"importer": "USA", "exporter": "TWN", "goods": "inputs", "source": "icio"}
    first = ep.ask("import_share", lake=empty, period=2022, **keys)
    # The share asked for comes first, missing; then what is known.
    missing, known, *_ = (card.figure for card in opening.cards)
    assert (missing.definition.goods, missing.value) == ("chpl", None)
    assert (known.value, known.low, known.high) == (first.value, first.low, first.high)
    whole = BriefContext(empty, book.asked)
    asked = len(whole.asked)
    again = opening_in(whole, "USA", "TWN", "chpl", None)
    assert again == opening
    assert len(whole.asked) == asked  # what the page has asked, the brief does not ask again


def test_thirty_codes_are_not_all_goods(empty: Lake) -> None:
    for goods, words in [
        ("all", "not all goods"),
        ("8505", "of 8505 only 850511"),
        ("85", "of 85 only 850511"),
        ("chpl", "not converted"),
        ("854231", "none of them of 854231"),
    ]:
        figure = ep.ask(
            "import_share",
            lake=empty,
            importer="DEU",
            exporter="CHN",
            goods=goods,
            period=2022,
            source="minerals",
        )
        assert figure.status == "insufficient_data", goods
        assert words in str(figure.reason)
        if goods != "chpl":  # of which figures are published
            unnamed = replace(figure.definition, source=None)
            assert evaluate(unnamed, empty).status == "insufficient_data"
            # Goods of which a part is bundled are answered by naming that part.
            named = "bundled for 2022: 850511" in str(evaluate(unnamed, empty).reason)
            assert named == (goods in ("8505", "85"))
            assert not bundled_for(empty, goods)


def test_one_year_is_no_change(empty: Lake) -> None:
    for measure in ("growth", "value"):
        figure = ep.ask(
            measure, lake=empty, importer="DEU", exporter="CHN", goods=MAGNETS, period=2023
        )
        assert figure.status == "insufficient_data"
        assert "minerals is bundled for 2022, not for 20" in str(figure.reason)


def test_nothing_else_sees_it(empty: Lake) -> None:
    assert empty.holdings() == ()
    assert flow_sources(empty) == []
    with empty.reading():
        ep.ask("value", lake=empty, importer="DEU", exporter="CHN", goods=MAGNETS, period=2022)
        assert empty.holdings() == ()
    [item] = empty.holdings("minerals")
    assert (item.rows, item.products) == (23_167, 30)
    assert empty.holds("minerals")
    assert not empty.holds("minerals@V202501")


def test_a_table_of_ones_own_comes_after_it(empty: Lake, tmp_path: Path) -> None:
    """Of two rows nothing is known: they answer where they are asked for, and are in the range."""
    file = tmp_path / "trade.csv"
    file.write_text("year,seller,code,usd\n2022,CHN,850511,1200\n2022,JPN,850511,300\n")
    columns = {
        "year": "{role: year}",
        "seller": "{role: partner, codes: ISO3}",
        "code": "{role: product}",
        "usd": "{role: value, currency: USD, scale: 1}",
    }
    lines = [f"  {name}: {role}" for name, role in columns.items()]
    head = "id: trade\ntitle: Made up\npublisher: made up\nreporter: DEU\nflow: import\n"
    head += "nomenclature: HS2022\npartner_basis: origin\n"
    empty.add("table", [file], mapping="\n".join(["format: 1", head + "columns:", *lines]) + "\n")
    asked = {"importer": "DEU", "exporter": "CHN", "goods": MAGNETS, "period": 2022}
    figure = ep.ask("import_share", lake=empty, **asked)
    assert figure.definition.source == "minerals"
    assert figure.value == pytest.approx(0.825, abs=5e-4)
    named = ep.ask("import_share", lake=empty, source="table.trade", **asked)
    assert named.value == pytest.approx(0.8)


def test_the_whole_of_baci_goes_before_it(empty: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    [extract] = empty.holdings("minerals")
    whole = replace(extract, source="baci", findings=(), nomenclature="HS2017")
    pair = replace(extract, source="baci", nomenclature="HS2017")  # still of a few products
    other = replace(whole, current=())
    for held, shown in [((), True), ((pair,), True), ((other,), True), ((whole,), False)]:
        monkeypatch.setattr(Lake, "holdings", lambda _, held=held: held)
        assert bundled_for(empty, MAGNETS) is shown
        assert bundled_for(empty, MAGNETS, "minerals")
        assert not bundled_for(empty, MAGNETS, "baci")


def test_what_a_user_loaded_goes_before_it(tmp_path: Path) -> None:
    file = tmp_path / "BACI_HS17_Y2022_V202501.csv"
    rows = ["2022,156,276,850511,90,1", "2022,392,276,850511,10,1", "2022,156,392,850511,5,1"]
    file.write_text("t,i,j,k,v,q\n" + "\n".join(rows) + "\n")
    lake = Lake.open(tmp_path / "lake")
    lake.add("baci", [file])
    keys = {"importer": "DEU", "exporter": "CHN", "goods": MAGNETS, "period": 2022}
    value = ep.ask("value", lake=lake, **keys)
    assert (value.definition.source, value.value) == ("baci", 90_000)
    assert value.high == pytest.approx(749_367_744, rel=1e-3)  # BACI's own is in the range


def test_it_is_not_changed(empty: Lake, tmp_path: Path) -> None:
    file = tmp_path / "some.csv"
    file.write_text("a\n1\n")
    with pytest.raises(RequestError, match="ships with the program"):
        empty.add("minerals", [file])
    with pytest.raises(RequestError, match="ships with the program"):
        empty.remove("minerals")
    assert not empty.path.exists()


def test_the_file_is_what_is_said_of_it() -> None:
    [part] = bundled().partitions
    stored = part.files["importer"]
    data = Path(stored.path).read_bytes()
    assert len(data) == stored.bytes < 1_000_000
    assert hashlib.sha256(data).hexdigest() == stored.sha256
    there = set(pq.read_schema(stored.path).names) | {"source", "freq", "period"}
    assert there == set(schema("flows")), "run tools/bundle_minerals.py again"
    table = pq.read_table(stored.path, columns=["exporter", "importer", "product"])
    assert table.num_rows == part.rows
    assert set(table["product"].to_pylist()) == bundled_codes()
    assert len(set(table["exporter"].to_pylist())) == part.exporters
    assert len(set(table["importer"].to_pylist())) == part.importers


def test_the_edition_is_of_2012_or_2017(shared_data: Path) -> None:
    """What reports of HS2022 have under a code of its own is here in the code it was taken from."""
    known = known_codes()
    since = {one.id for one in EDITIONS if one.year >= 2012}
    common = set.intersection(*(set(known[code]) for code in bundled_codes()))
    assert common == since, "a code that one edition alone has would name it"
    assert set(known["811231"]) == {"HS2022"}  # hafnium, in 811292 until then
    numbers, found = ("36", "826"), set()
    with gzip.open(
        shared_data / "comtrade_baci_2022_31hs6" / "comtrade_2022.csv.gz", "rt", encoding="utf-8"
    ) as opened:
        for row in csv.DictReader(opened):
            sides = (row["reporter"], row["partner"])
            flow = sides if row["flow"] == "X" else sides[::-1]
            if flow == numbers and row["cmd"] in ("811231", "811292"):
                found.add((row["cmd"], row["flow"], round(float(row["value"]))))
    assert found == {("811231", "X", 921_444), ("811231", "M", 978_649)}
    [part] = bundled().partitions
    rows = pq.read_table(part.files["importer"].path).to_pylist()
    [value] = [
        row["value_usd"]
        for row in rows
        if (row["exporter"], row["importer"], row["product"]) == ("AUS", "GBR", "811292")
    ]
    assert value == 974_681


def test_the_thirty_codes_are_the_same_in_both_editions(shared_data: Path) -> None:
    """So nothing depends on which of the two it is."""
    [path] = (shared_data / "hs_concordance").glob("HS 2017 to HS 2012*.xlsx")
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name("Correlation Tables").to_python()
    found = [tuple(map(str, row[:3])) for row in rows if bundled_codes() & set(map(str, row[:2]))]
    assert set(found) == {(code, code, "1:1") for code in bundled_codes()}


def test_titles_say_what_a_code_is() -> None:
    # What statistics keep secret has a code that is in every table.
    assert code_names().keys() == {*bundled_codes(), "999999"}
    assert goods_title("811292") == "gallium, germanium, indium and others (HS 811292)"
    assert goods_title(MAGNETS) == "metal permanent magnets (HS 850511)"


def test_titles_say_how_much_ships(empty: Lake) -> None:
    keys: dict[str, Any] = {"importer": "DEU", "exporter": "CHN", "period": 2022}
    figure = ep.ask("import_share", lake=empty, goods=MAGNETS, **keys)
    title = " ".join(str(figure).partition("\n\n")[0].split())
    assert title.endswith("(HS 850511), bundled data: 30 codes, one year (2022)")
    assert figure.to_dict()["scope"] == {"source": "bundled data: 30 codes, one year (2022)"}
    printed = ep.ask(
        "import_share", lake=empty, importer="RUS", exporter="CHN", goods="chpl", period=2023
    )
    assert "bundled data" not in str(printed)
