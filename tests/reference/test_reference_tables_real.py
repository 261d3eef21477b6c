"""Concordances, descriptions, elasticities and distances against pandas on the same bytes."""

from __future__ import annotations

import zipfile
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import entrepot.model
from entrepot.engine import connect
from entrepot.model.columns import read_table
from entrepot.sources.concordance.parse import rows, tables
from entrepot.sources.parser import FileOptions, RawFile

if TYPE_CHECKING:
    from entrepot.sources.parser import ParsedRows

    Links = dict[tuple[int, int, str], list[tuple[str, str, str | None]]]

# Links as counted in the workbooks by hand of pandas, first when this was written (2026).
COUNTS = {1996: (5426, 5130), 2002: (5611, 5223), 2007: (5664, 5052), 2012: (5364, 5205)}
COUNTS |= {2017: (6141, 5388), 2022: (15657, 5613)}
OLDER = {1996: 1992, 2002: 1996, 2007: 2002, 2012: 2007, 2017: 2012, 2022: 2017}


def read(path: Path, scratch: Path) -> list[ParsedRows]:
    connection = connect(threads=1)
    return [
        rows(connection, one) for one in tables(RawFile(path, path.name), scratch, FileOptions())
    ]


@pytest.fixture(scope="module")
def folder(shared_data: Path) -> Path:
    return shared_data / "hs_concordance"


@pytest.fixture(scope="module")
def books(folder: Path) -> dict[int, Path]:
    return {year: next(folder.glob(f"HS {year} to HS *.xls*")) for year in OLDER}


@pytest.fixture(scope="module")
def links(books: dict[int, Path], tmp_path_factory: pytest.TempPathFactory) -> Links:
    """Links by newer edition, older edition and kind, as the parser returns them."""
    found: Links = {}
    for book in books.values():
        for one in read(book, tmp_path_factory.mktemp("links")):
            newer, older = (int(one.same[f"{side}_nomenclature"][2:]) for side in ("from", "to"))
            query = one.relation.project("from_code, to_code, relation")
            found[newer, older, one.same["kind"]] = query.fetchall()
    return found


@pytest.fixture(scope="module")
def editions() -> dict[int, set[str]]:
    """Codes of each edition, as the list of goods has them."""
    path = Path(next(iter(entrepot.model.__path__)), "hs_codes.csv")
    found: dict[int, set[str]] = {year: set() for year in (1992, *OLDER)}
    for row in read_table(path, ("code", "editions")):
        for span in row["editions"].split():
            first, _, last = span.partition("-")
            for year in found:
                if int(first) <= year <= int(last or first):
                    found[year].add(row["code"])
    return found


def test_links_are_those_that_pandas_reads(books: dict[int, Path], links: Links) -> None:
    assert {(newer, older) for newer, older, _ in links} == set(OLDER.items())
    for year, book in books.items():
        held = pd.read_excel(book, sheet_name=None, header=None, dtype=str, engine="calamine")
        seen = {}
        for sheet in held.values():
            codes = sheet[sheet[0].str.fullmatch(r"\s*\d{5,6}\s*(\.0)?", na=False)]
            plain = codes.apply(lambda column: column.str.strip().str.removesuffix(".0"))
            pairs = zip(plain[0].str.zfill(6), plain[1].str.zfill(6), strict=True)
            seen["correlation" if 2 in sheet.columns else "conversion"] = sorted(pairs)
        for place, kind in enumerate(("correlation", "conversion")):
            ours = links[year, OLDER[year], kind]
            assert sorted((a, b) for a, b, _ in ours) == seen[kind], (year, kind)
            assert len(ours) == COUNTS[year][place]
            assert len({(a, b) for a, b, _ in ours}) == len(ours)


def test_the_consolidated_text_holds_the_same_correlations(
    folder: Path, links: Links, tmp_path: Path
) -> None:
    [text] = read(folder / "HS_consolidated_comtrade_concordances.csv", tmp_path)
    query = "from_nomenclature, to_nomenclature, from_code, to_code, relation"
    seen = text.relation.project(query).fetchall()
    expected = {
        (f"HS{newer}", f"HS{older}", *one)
        for (newer, older, kind), several in links.items()
        if kind == "correlation"
        for one in several
    }
    assert len(seen) == len(expected) == 43863
    assert set(seen) == expected
    assert [(one.rule, one.count) for one in text.findings] == [("sitc", 19865)]


def test_every_correlated_code_is_in_its_edition(
    links: Links, editions: dict[int, set[str]]
) -> None:
    missing = {}
    for (newer, older, kind), several in links.items():
        if kind == "correlation":
            for year, place in ((newer, 0), (older, 1)):
                codes = {one[place] for one in several}
                assert codes <= editions[year], (newer, older, year)
                missing[newer, year] = editions[year] - codes
    # The other way round, these codes have no correlation.
    assert {key: codes for key, codes in missing.items() if codes} == {
        (2012, 2012): {"999999"},
        (2012, 2007): {"291636"},
        (2022, 2017): {"300219"},
    }


def test_conversions_outside_their_edition_or_their_correlations_are_the_declared_ones(
    links: Links, editions: dict[int, set[str]]
) -> None:
    outside, unknown = Counter[int](), {}
    for (newer, older, kind), several in links.items():
        if kind == "conversion":
            assert len({one[0] for one in several}) == len(several)  # one answer for each code
            known = {one[:2] for one in links[newer, older, "correlation"]}
            outside[newer] += sum(one[:2] not in known for one in several)
            unknown[newer] = sorted({one[0] for one in several} - editions[newer] - {"999999"})
    assert +outside == {1996: 20, 2002: 2, 2007: 3}
    oil = [code for code in unknown.pop(1996) if code.startswith("2710")]
    assert len(oil) == 19
    assert {year: codes for year, codes in unknown.items() if codes} == {2002: ["140390"]}


def test_traps_of_2022(links: Links) -> None:
    conversion = dict(one[:2] for one in links[2022, 2017, "conversion"])
    assert conversion["854151"] == conversion["854159"] == "851712"
    assert Counter(conversion.values())["851712"] == 10
    wide = Counter(one[0] for one in links[2022, 2017, "correlation"])
    assert sorted(n for n in wide.values() if n > 400) == [483] * 7 + [1019] * 6
    new = {"854800", "852589", "854149", "854151", "854159", "880730"}
    assert all(conversion[code] != code for code in new)
    assert not new & {one[1] for one in links[2022, 2017, "correlation"]}


def test_a_zip_of_old_workbooks_is_read(books: dict[int, Path], tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(books[1996], "one.xls")
    sizes: list[Any] = [one.relation.shape[0] for one in read(tmp_path / "all.zip", tmp_path)]
    assert sizes == [5426, 5130]


def test_the_workbook_to_sitc_is_refused(folder: Path, tmp_path: Path) -> None:
    from entrepot.errors import BadFileError

    with pytest.raises(BadFileError, match="another classification"):
        read(next(folder.glob("HS 1992 to SITC*.xls")), tmp_path)


def parse(source: str, file: Path, scratch: Path) -> ParsedRows:
    module = import_module(f"entrepot.sources.{source}.parse")
    [table] = module.tables(RawFile(file, file.name), scratch, FileOptions())
    found: ParsedRows = module.rows(connect(threads=1), table)
    return found


def test_every_elasticity_is_where_pandas_finds_it(shared_data: Path, tmp_path: Path) -> None:
    file = shared_data / "elasticities" / "ProTEE_0_1.csv"
    held = parse("elasticities", file, tmp_path)
    plain = pd.read_csv(file, dtype={"HS6": str}).set_index("HS6")
    seen = held.relation.fetchall()
    assert len(seen) == len(plain) == 5050
    counts = Counter(status for *_, status in seen)
    assert counts == {
        "estimated": 3044,
        "not_significant": 1880,
        "wrong_sign": 122,
        "not_estimated": 4,
    }
    for code, own, heading, _ in seen:
        row = plain.loc[code]
        flagged = bool(row["zero"] or row["positive"])
        expected = None if pd.isna(row["sigma"]) else row["sigma"]
        assert (own, heading) == ((None, expected) if flagged else (expected, None))
    found = {one.rule: one.count for one in held.findings}
    assert found == {"heading-average": 1522, "no-elasticity": 484}  # and no average is off


def test_elasticities_are_of_the_edition_of_2007(
    shared_data: Path, tmp_path: Path, editions: dict[int, set[str]]
) -> None:
    held = parse("elasticities", shared_data / "elasticities" / "ProTEE_0_1.csv", tmp_path)
    codes = {code for (code,) in held.relation.project("product").fetchall()}
    assert editions[2007] - codes == {"710820", "711890"}
    assert not codes - editions[2007]
    assert all(codes - editions[year] for year in editions if year != 2007)


def test_descriptions_are_of_the_edition_that_they_say(
    shared_data: Path, folder: Path, tmp_path: Path, editions: dict[int, set[str]]
) -> None:
    tree = parse("hs", folder / "harmonized-system.csv", tmp_path)
    plain = pd.read_csv(
        folder / "harmonized-system.csv", dtype=str, keep_default_na=False
    ).set_index("hscode")
    seen = tree.relation.project("product, parent, section, description").fetchall()
    assert tree.same == {"nomenclature": "HS2022"}
    assert Counter(len(code) for code, *_ in seen) == {2: 97, 4: 1229, 6: 5613}
    assert {code for code, *_ in seen if len(code) == 6} == editions[2022]
    assert {code for code, *_ in seen} == set(plain.index) - {"TOTAL"}
    for code, parent, section, text in seen:
        row = plain.loc[code]
        assert (parent or "TOTAL", section or "TOTAL") == (row["parent"], row["section"])
        assert text == row["description"].strip()
    products = parse(
        "hs", shared_data / "formats" / "baci_product_codes_HS17_V202301.csv", tmp_path
    )
    codes = {code for (code,) in products.relation.project("product").fetchall()}
    assert products.same == {"nomenclature": "HS2017"}
    assert len(codes) == 5384
    assert codes - editions[2017] == {"271000"}  # the declared lump
    lumped = {"271012", "271019", "271020", "271091", "271099"}
    assert editions[2017] - codes == lumped


def test_every_distance_is_where_pandas_finds_it(shared_data: Path, tmp_path: Path) -> None:
    file = shared_data / "geodist" / "dist_cepii.dta"
    held = parse("geodist", file, tmp_path)
    plain = pd.read_stata(file)
    seen = held.relation.fetchall()
    assert len(seen) == len(plain) == 224**2
    assert len({row[:2] for row in seen}) == 224**2
    assert sum(row[2] for row in seen) == pytest.approx(plain["dist"].astype(float).sum())
    assert sum(row[3] or 0 for row in seen) == pytest.approx(plain["distw"].astype(float).sum())
    assert sum(row[3] is None for row in seen) == 2215
    assert sum(row[4] for row in seen) == 616
    pair = {row[:2]: row[2:] for row in seen}
    assert (
        pair["CHN", "RUS"]
        == pair["RUS", "CHN"]
        == (pytest.approx(5795.045), pytest.approx(5506.708), True)
    )
    for (a, b), (far, weighted, border) in pair.items():
        back = pair[b, a]
        assert (far, border) == (pytest.approx(back[0]), back[2])
        assert weighted == (None if back[1] is None else pytest.approx(back[1]))
    assert {"PSE", "ROU", "TLS", "SRB", "COD"} <= {row[0] for row in seen}
    area = 3.141592653589793 * (pair["SRB", "SRB"][0] / 0.67) ** 2
    assert 95_000 < area < 105_000  # Serbia and Montenegro have 102,000 square km
