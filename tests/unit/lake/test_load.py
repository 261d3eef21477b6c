"""What goes in comes out, converted once; the same bytes twice are nothing new."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import tempfile
import zipfile
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from lake_files import HEAD, MAPPING, NAME, ROWS, Put, Write, rows_of, tree

from entrepot.errors import (
    BadFileError,
    NoEvidenceError,
    OutsideError,
    RequestError,
    UnknownNameError,
)
from entrepot.lake import Lake, prepare, publish, staged
from entrepot.lake.catalog import FORMAT, orders
from entrepot.lake.lock import writing
from entrepot.model.columns import flow_schema
from entrepot.model.period import Period
from made_comtrade import USA, WORLD, row, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

MKDTEMP = tempfile.mkdtemp
FIRST = "exporter", "importer", "product", "value_usd", "mass_kg", "reported_by"
EXPECTED = [
    ("CHN", "KAZ", "010121", 1000.0, None, "both"),
    ("CHN", "RUS", "850110", 10500.0, 2000.0, "exporter"),
    ("RUS", "CHN", "270900", 200000.0, 1000000.0, "importer"),
]
NAME_2021 = "BACI_HS17_Y2021_V202501.csv"
ROWS_2021 = ("2021,156,643,850110,7,1", "2021,643,156,270900,5,1")


def test_empty_lake(lake: Lake) -> None:
    assert lake.holdings() == ()
    assert not lake.holds("baci")
    assert lake.check() == ()
    with pytest.raises(NoEvidenceError, match="baci is not loaded"):
        lake.flows("baci")
    with pytest.raises(UnknownNameError, match="did you mean baci"):
        lake.flows("bacci")
    with pytest.raises(NoEvidenceError):
        lake.remove("baci")
    assert not lake.path.exists()


@pytest.mark.parametrize("kind", [str, lambda path: path])
def test_one_file_needs_no_list(lake: Lake, write: Write, kind: Callable[[Path], Any]) -> None:
    lake.add("baci", kind(write()))
    assert rows_of(lake, *FIRST) == EXPECTED


@pytest.mark.parametrize("makes", [os.path.abspath, os.path.relpath])
def test_a_relative_lake_keeps_what_it_is_loading(
    tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch, makes: Callable[[str], str]
) -> None:
    """From Python 3.12 on mkdtemp makes a relative path absolute: the load swept its own folder."""
    path = write()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "mkdtemp", lambda **keys: makes(MKDTEMP(**keys)))
    lake = Lake.open("elsewhere")
    lake.add("baci", [path])
    assert rows_of(lake, *FIRST) == EXPECTED
    assert not list((tmp_path / "elsewhere").glob(".staging-*"))


@pytest.mark.parametrize("by", ["importer", "exporter"])
def test_rows_are_converted_once(lake: Lake, write: Write, by: str) -> None:
    lake.add("baci", [write()])
    assert rows_of(lake, *FIRST, by=by) == EXPECTED
    frame = lake.flows("baci")
    assert frame.collect_schema().names() == list(flow_schema())
    same = "period", "freq", "nomenclature", "valuation", "source", "partner_basis", "is_estimated"
    assert set(rows_of(lake, *same)) == {
        (date(2022, 1, 1), "A", "HS2017", "FOB", "baci", None, None)
    }


def test_before_the_break_both_may_have_told(lake: Lake, write: Write) -> None:
    lake.add("baci", [write(ROWS_2021, NAME_2021)])
    assert {told for (told,) in rows_of(lake, "reported_by")} == {"both"}


@pytest.mark.parametrize(
    "text",
    [
        "\ufefft,i,j,k,v,q\n" + "\n".join(ROWS),
        "\r\n".join([HEAD, *ROWS, "", ""]),
        (
            "k,q,v,t,i,j\n850110,2,10.5,2022,156,643\n270900,1000,2E2,2022,643,156\n"
            "10121,,1.,2022,156,398\n"
        ),
        (
            '"t","i","j","k","v","q"\n"2022","156","643","850110","10.5","2"\n'
            '2022,643,156,"270900",200,1000\n\n2022,156,398,"010121",1,"           NA"\n'
        ),
    ],
)
def test_spellings_of_one_table(lake: Lake, write: Write, text: str) -> None:
    path = write()
    path.write_text(text, encoding="utf-8", newline="")
    lake.add("baci", [path])
    assert rows_of(lake, *FIRST) == EXPECTED


def test_gzip(lake: Lake, write: Write) -> None:
    path = write()
    packed = path.with_name(f"{NAME}.gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    [held] = lake.add("baci", [packed]).added
    assert (held.vintage, held.nomenclature, held.files) == ("V202501", "HS2017", (packed.name,))
    assert rows_of(lake, *FIRST) == EXPECTED


def _zip(path: Path, members: dict[str, Iterable[str]]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in members.items():
            archive.writestr(name, "\n".join([HEAD, *rows, ""]))
        archive.writestr("country_codes_V202501.csv", "country_code,country_name\n4,Afghanistan\n")
        archive.writestr("product_codes_HS17_V202501.csv", "code,description\n10121,Horses\n")
        archive.writestr("Readme.txt", "BACI")
    return path


def test_zip_with_years_and_code_tables(lake: Lake, tmp_path: Path) -> None:
    path = _zip(tmp_path / "BACI_HS17_V202501.zip", {NAME: ROWS, NAME_2021: ROWS_2021})
    [held] = lake.add("baci", [path]).added
    assert held.periods == (Period.parse(2021), Period.parse(2022))
    assert (held.rows, held.areas, held.importers) == (5, 2, 2)


def test_an_extract_is_known_as_one(lake: Lake, write: Write) -> None:
    [held] = lake.add("baci", [write(name="BACI_HS17_CHN_RUS.csv")]).added
    assert held.is_partial
    assert {finding.rule: finding.level for finding in held.findings} == {
        "unknown-vintage": "note",
        "partial-source": "warning",
    }
    assert held.vintage == "unknown"


def test_options_say_what_the_name_does_not(lake: Lake, write: Write) -> None:
    path = write(name="mine.csv")
    [held] = lake.add("baci", [path], nomenclature="hs2017", vintage="v202501").added
    assert (held.nomenclature, held.vintage) == ("HS2017", "V202501")


def test_same_bytes_again(lake: Lake, write: Write) -> None:
    path = write()
    lake.add("baci", [path])
    before = tree(lake.path)
    report = lake.add("baci", [path])
    assert (report.added, report.unchanged) == ((), (NAME,))
    assert tree(lake.path) == before


def test_other_bytes_for_a_period_held(lake: Lake, write: Write) -> None:
    lake.add("baci", [write()])
    before = tree(lake.path)
    path = write([*ROWS[:2], "2022,156,398,010121,3,1"])
    with pytest.raises(BadFileError, match="loaded already") as caught:
        lake.add("baci", [path])
    assert "--replace" in caught.value.hint
    assert "V202501" in caught.value.where
    assert tree(lake.path) == before
    report = lake.add("baci", [path], replace=True)
    assert report.replaced == (Period.parse(2022),)
    assert rows_of(lake, "value_usd") == [(10500.0,), (200000.0,), (3000.0,)]
    assert len(lake.holdings()) == 1
    assert len([name for name in tree(lake.path) if name.startswith(("raw", "flows"))]) == 4


def test_replacing_one_year_keeps_the_others(lake: Lake, tmp_path: Path, write: Write) -> None:
    path = _zip(
        tmp_path / "BACI_HS17_V202401.zip", {NAME_2021.replace("V2025", "V2024"): ROWS_2021}
    )
    lake.add("baci", [path])
    lake.add("baci", [write()])
    lake.add("baci", [write([ROWS[0]])], replace=True)
    assert [str(p) for held in lake.holdings() for p in held.periods] == ["2021", "2022"]
    rules = {finding.rule for finding in lake.check()}
    assert rules == {"partial-source", "mixed-vintage", "stopped-reporting"}


def test_new_name_for_the_same_bytes(lake: Lake, write: Write) -> None:
    path = write(name="mine.csv")
    lake.add("baci", [path], nomenclature="HS2017")
    with pytest.raises(BadFileError, match="loaded already"):
        lake.add("baci", [path], nomenclature="HS2017", vintage="V202501")
    lake.add("baci", [path], nomenclature="HS2017", vintage="V202501", replace=True)
    [held] = lake.holdings()
    assert held.vintage == "V202501"
    assert rows_of(lake, *FIRST) == EXPECTED
    assert not [finding for finding in lake.check() if finding.level == "error"]


def test_one_year_twice_in_one_load(lake: Lake, write: Write) -> None:
    paths = [write(), write(["2022,156,643,850110,1,1"], "BACI_HS17_other_V202501.csv")]
    with pytest.raises(BadFileError, match="2022 comes twice") as caught:
        lake.add("baci", paths)
    assert all(path.name in caught.value.where for path in paths)
    with pytest.raises(BadFileError, match="2022 comes twice"):
        lake.add("baci", [paths[0], paths[0]])
    assert tree(lake.path) == {}


def test_remove_takes_the_delivered_bytes(lake: Lake, write: Write) -> None:
    lake.add("baci", [write()])
    lake.add("baci", [write(ROWS_2021, NAME_2021)])
    first, second = lake.holdings()
    with pytest.raises(UnknownNameError):
        lake.remove("baci", snapshot="0000")
    assert lake.remove("baci", snapshot=first.snapshot[:6]) == (first,)
    assert lake.holdings() == (second,)
    assert {name[4:16] for name in tree(lake.path) if name.startswith("raw")} == {second.snapshot}
    lake.remove("baci")
    assert sorted(tree(lake.path)) == ["catalog.json", "catalog.previous.json"]


def test_raw_bytes_are_kept_with_a_manifest(lake: Lake, write: Write) -> None:
    path = write()
    [held] = lake.add("baci", [path]).added
    files = tree(lake.path)
    [raw] = [name for name in files if name.startswith("raw/") and not name.endswith(".json")]
    assert files[raw] == path.read_bytes()
    assert raw[4:16] == held.snapshot
    manifest = json.loads(files[f"{raw}.1.json"])
    assert manifest["name"] == NAME
    assert manifest["sha256"] == raw[4:]


def test_both_copies_are_sorted_over_row_groups(lake: Lake, write: Write) -> None:
    areas = (156, 643, 398, 842, 276, 699, 410, 392, 251, 826)
    pairs = [(i, j) for i in areas for j in areas if i != j]
    codes = range(100000, 100000 + 1500)
    write_rows = (f"2022,{i},{j},{k},{k % 97}.5,1" for k in reversed(codes) for i, j in pairs)
    lake.add("baci", [write(write_rows)])
    for order, names in orders("flows").items():
        [path] = (lake.path / "flows" / f"by-{order}").rglob("*.parquet")
        file = pq.ParquetFile(path)
        assert file.num_row_groups > 1
        keys = list(zip(*(file.read()[name].to_pylist() for name in names), strict=True))
        assert keys == sorted(keys)


def test_somebodys_folder_is_left_alone(tmp_path: Path, write: Write) -> None:
    folder = tmp_path / "thesis"
    folder.mkdir()
    (folder / "chapter.txt").write_text("mine")
    with pytest.raises(RequestError, match="not a lake"):
        Lake.open(folder).add("baci", [write()])
    assert list(tree(folder)) == ["chapter.txt"]


def test_other_files_in_a_lake_survive_a_sweep(lake: Lake, write: Write) -> None:
    lake.add("baci", [write()])
    (lake.path / "notes.txt").write_text("mine")
    (lake.path / "raw" / "mine.csv").write_text("mine")
    lake.add("baci", [write(ROWS_2021, NAME_2021)])
    assert {"notes.txt", "raw/mine.csv"} <= tree(lake.path).keys()


def test_what_a_worker_of_a_killed_load_deletes_meanwhile_stops_no_load(
    lake: Lake, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen once with workers of Spark that ended while the next load cleared after them."""
    lake.add("baci", [write()])
    with publish.staging_folder(lake.path) as staging:
        left = lake.path / "kept"
        shutil.copytree(staging, left)
    left.rename(staging)  # as a kill leaves it
    (staging / "scratch" / "part-0").touch()
    delete, calls = shutil.rmtree, []

    def meanwhile(path: Path, **more: Any) -> None:
        calls.append(path.name)
        if calls.count(path.name) == 1 and path.name == "scratch":
            (path / "part-0").unlink()
            raise FileNotFoundError(2, "No such file or directory", "part-0")
        delete(path, **more)

    monkeypatch.setattr(publish.shutil, "rmtree", meanwhile)
    lake.add("baci", [write(ROWS_2021, NAME_2021)])
    assert calls.count("scratch") >= 2
    assert not staging.exists()


def test_two_loads_at_once(lake: Lake, write: Write) -> None:
    lake.add("baci", [write()])
    with (
        writing(lake.path),
        pytest.raises(OutsideError, match="another load is writing") as caught,
    ):
        lake.add("baci", [write(ROWS_2021, NAME_2021)])
    assert caught.value.exit_code == 4
    lake.add("baci", [write(ROWS_2021, NAME_2021)])


@pytest.mark.parametrize("months", [2, 12])
def test_columns_that_wait_are_asked_for_once_not_for_each_month(
    lake: Lake, put: Put, monkeypatch: pytest.MonkeyPatch, months: int
) -> None:
    asked: list[int] = []
    for module in (prepare, staged):
        real = module.waiting
        monkeypatch.setattr(
            module, "waiting", lambda held, real=real: asked.append(1) or real(held)
        )
    put("comtrade", *({"period": f"2022-{month:02}"} for month in range(1, months + 1)))
    assert len(lake.holdings()[0].periods) == months
    assert len(asked) == 3  # for the bounds of numbers, for what a file has, for what is written


def test_damaged_catalog(lake: Lake, write: Write) -> None:
    lake.add("baci", [write()])
    catalog = lake.path / "catalog.json"
    text = catalog.read_text()
    catalog.write_text(text[: len(text) // 2])
    with pytest.raises(BadFileError, match="catalog of the lake is damaged"):
        lake.holdings()
    for other, words in ((1, "entrepot data rebuild"), (FORMAT + 1, "update entrepot")):
        catalog.write_text(text.replace(f'"format": {FORMAT}', f'"format": {other}'))
        with pytest.raises(BadFileError, match=f"format {other}") as caught:
            lake.holdings()
        assert words in caught.value.hint


@pytest.mark.parametrize(("name", "like_it"), [("a*", "ab"), ("a?", "ab"), ("a[b]", "ab")])
def test_the_name_of_a_lake_is_no_pattern_for_others(
    tmp_path: Path, write: Write, name: str, like_it: str
) -> None:
    """Two lakes with the same file: each has its own rows, and not those of the other."""
    lakes = [Lake.open(tmp_path / one / "lake") for one in (like_it, name)]
    for lake in lakes:
        lake.add("baci", [write()])
    lakes[0].add("baci", [write(["2021,156,643,850110,3,1"], "BACI_HS17_Y2021_V202501.csv")])
    assert [len(rows_of(lake, "value_usd")) for lake in lakes] == [4, 3]


def test_a_folder_above_the_lake_is_no_column(lake: Lake, write: Write, tmp_path: Path) -> None:
    """The engine took the names of such folders for cells: another year, another value."""
    above = "period=2020-01-01/source=x/Value_usd=7/freq=M/partnerCode=1/c0=1"
    other = Lake.open(tmp_path / above / "lake")
    mine = tmp_path / "mine.csv"
    mine.write_text("year,from,code,usd\n2022,CHN,850110,1\n2022,DEU,850110,2\n")
    said = tmp_path / "comtrade.csv"
    said.write_text(text_of([row(250.0, partner=USA), row(1250.0, partner=WORLD)]))
    for one in (lake, other):
        one.add("baci", [write(ROWS_2021, NAME_2021), write()])
        one.add("table", [mine], mapping=MAPPING)
        one.add("comtrade", [said])
    for change in (lambda: None, other.rebuild):
        change()
        for source in ("baci", "table.mine", "comtrade"):
            ours, theirs = (_every_row(one, source) for one in (lake, other))
            assert ours == theirs
            assert ours


def _every_row(lake: Lake, source: str) -> list[tuple[object, ...]]:
    frames = [lake.flows(source), lake.flows(source, by="exporter"), lake.totals(source)]
    return [one for frame in frames if frame for one in frame.to_native().order("ALL").fetchall()]


@pytest.mark.parametrize(
    "name",
    ["a b", "a/b", "é", "a*", "<b>", "a,b", "..", "a\nb", "x/../../../../../../../out", "a" * 99],
)
def test_a_name_that_no_folder_can_have_is_refused_before_anything_is_written(
    lake: Lake, write: Write, tmp_path: Path, name: str
) -> None:
    """The load ended well, outside of the lake for some; the next command called it damaged."""
    mine = write(["2020,DEU,010121,5"], "mine.csv", head="year,from,code,usd")
    before = tree(tmp_path)
    with pytest.raises(RequestError, match="not a name for a table"):
        lake.add(f"table.{name}", [mine], mapping=MAPPING.replace("id: mine\n", ""))
    assert tree(tmp_path) == before


def test_a_catalog_that_could_not_be_read_again_is_not_written(
    lake: Lake, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = write(["2020,DEU,010121,5"], "mine.csv", head="year,from,code,usd")
    lake.add("baci", [write()])
    before = lake.holdings()
    monkeypatch.setattr("entrepot.sources._FOLDER", re.compile(".*"))
    with pytest.raises(ValueError, match="not the path of a file of ours"):
        lake.add("table.a b", [mine], mapping=MAPPING.replace("id: mine\n", ""))
    assert Lake.open(lake.path).holdings() == before
