"""Which addresses make up a request, source by source."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from entrepot.cli.data_get import wanted_of
from entrepot.errors import RequestError, UnknownNameError
from entrepot.sources import source_ids, source_info
from entrepot.sources.get import DataRequest, PlannedFile, pieces
from entrepot.sources.get.plan import installed, short_name

FETCHED = [name for name in source_ids() if source_info(name).download]
SAMPLES = {
    "baci": DataRequest(nomenclature="HS2017"),
    "comext": wanted_of("2023-01", "", "", "", "", "", ""),
    "comtrade": wanted_of("2023", "", "RUS", "", "", "", ""),
    "imts": wanted_of("2023", "", "", "", "", "", ""),
    "concordance": DataRequest(),
    "elasticities": DataRequest(),
    "geodist": DataRequest(),
}


def asked(source: str, period: str = "", freq: str = "", **words: str) -> tuple[PlannedFile, ...]:
    given = [words.get(name, "") for name in ("reporter", "partner", "goods")]
    rest = [words.get(name, "") for name in ("nomenclature", "vintage")]
    return pieces(source, wanted_of(period or None, freq, *given, *rest))


@pytest.mark.parametrize("source", FETCHED)
def test_addresses_are_whole_and_names_are_plain(source: str) -> None:
    found = pieces(source, SAMPLES[source])
    assert found
    assert len({piece.name for piece in found}) == len(found)
    for piece in found:
        parts = urlsplit(piece.address)
        assert parts.scheme == "https"
        assert parts.hostname
        assert not set("{} ") & set(piece.address)
        assert not set("/\\: ") & set(piece.name)
        assert not piece.name.startswith(".")


@pytest.mark.parametrize("source", FETCHED)
def test_a_source_says_how_its_addresses_are_known(source: str) -> None:
    download = source_info(source).download
    assert download is not None
    for way in download.ways:
        assert way.known_from
        assert "2026" in way.known_from
        assert way.verified or "not tried from here" in way.known_from.lower()


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ({"period": "2017..2023"}, "BACI_HS17_V202601.zip"),
        ({"period": "2022"}, "BACI_HS22_V202601.zip"),
        ({"period": "1990..2000"}, None),
        ({"period": "1995"}, "BACI_HS92_V202601.zip"),
        ({"nomenclature": "HS2012", "vintage": "V202401b"}, "BACI_HS12_V202401b.zip"),
        ({"period": "2020", "nomenclature": "HS2022"}, None),
        ({"vintage": "newest", "period": "2022"}, None),
        ({}, None),
    ],
)
def test_baci_has_a_zip_an_edition(words: dict[str, str], name: str | None) -> None:
    if name is None:
        with pytest.raises(RequestError):
            asked("baci", **words)
        return
    [piece] = asked("baci", **words)
    assert piece.name == name
    assert piece.address == f"https://www.cepii.fr/DATA_DOWNLOAD/baci/data/{name}"


def test_comext_comes_by_month_or_by_reporter() -> None:
    bulk = asked("comext", "2022-11..2023-01")
    assert [piece.name[-9:-3] for piece in bulk] == ["202211", "202212", "202301"]
    tables = asked("comext", "2023-01", partner="RUS")
    assert len(tables) == 27
    assert all("/DS-045409/M." in piece.address for piece in tables)
    assert len(asked("comext", "2019", "A", partner="RUS")) == 28  # with the United Kingdom
    years = asked("comext", "2022..2023", "A")
    assert [piece.name for piece in years] == ["full_v2_202252.7z", "full_v2_202352.7z"]
    assert all(piece.address.endswith(piece.name) for piece in years)
    with pytest.raises(RequestError, match="not whole months"):
        asked("comext", "2023-01-05")


def test_comext_splits_by_flow_then_partner() -> None:
    [piece] = asked("comext", "2023-01", reporter="DEU", partner="RUS+CHN")
    assert piece.split
    flows = piece.split()
    assert [one.address.split("..")[1][0] for one in flows] == ["1", "2"]
    assert flows[0].split
    partners = flows[0].split()
    assert [one.address.split(".DE.")[1].split(".")[0] for one in partners] == ["CN", "RU"]
    assert partners[0].split
    assert partners[0].split() == ()


def test_imts_comes_by_year() -> None:
    yearly = asked("imts", "2021..2022", reporter="RUS+CHN")
    assert [piece.name for piece in yearly] == [
        "IMTS_A_2021_CHN+RUS.csv",
        "IMTS_A_2022_CHN+RUS.csv",
    ]
    monthly = asked("imts", "2022-11..2023-02")
    assert [parse_qs(urlsplit(piece.address).query) for piece in monthly] == [
        {"startPeriod": ["2022-11"], "endPeriod": ["2022-12"]},
        {"startPeriod": ["2023-01"], "endPeriod": ["2023-02"]},
    ]
    assert "/.XG_FOB_USD+MG_CIF_USD.G001.M?" in asked("imts", "2023-01", partner="WLD")[0].address


@pytest.mark.parametrize(
    ("source", "words", "says"),
    [
        ("baci", {"period": "2022", "reporter": "RUS"}, "does not come by reporter"),
        ("imts", {"period": "2022", "goods": "chpl"}, "does not come by goods"),
        ("imts", {}, "which period of imts"),
        ("gacc", {"period": "2022"}, "no address that files can be fetched from"),
        ("published", {}, "comes with the program: nothing is fetched"),
        ("imts", {"period": "2022", "freq": "D"}, "not a frequency"),
        ("imts", {"period": "2022", "reporter": "RSU"}, "did you mean"),
        ("imts", {"period": "2022", "reporter": "XBUNKERS"}, "the IMF has no code"),
    ],
)
def test_what_cannot_be_asked_is_said(source: str, words: dict[str, str], says: str) -> None:
    if source not in source_ids():
        pytest.skip(f"{source} is not here yet")
    with pytest.raises(RequestError, match=says):
        asked(source, **words)


def test_an_unknown_source() -> None:
    with pytest.raises(UnknownNameError, match="did you mean baci"):
        pieces("bacii", DataRequest())
    with pytest.raises(UnknownNameError):
        installed("bacii", DataRequest())


def test_what_is_installed_is_not_fetched() -> None:
    pytest.importorskip("sanction_simulator", reason="the extra icio is not installed")
    found = installed("icio", DataRequest())
    assert found is not None
    assert found.is_file()
    with pytest.raises(RequestError, match="does not come by vintage"):
        installed("icio", DataRequest(vintage="2025"))


def test_goods_become_codes_of_the_editions_in_use() -> None:
    codes = wanted_of("2023", "", "", "", "chpl", "", "").codes
    assert {"854231", "854151"} <= set(codes)  # the second is new in HS2022
    assert "880330" in codes  # what 880730 was in HS2017, which some still use in 2023
    before = wanted_of("2018", "", "", "", "8542", "", "").codes
    assert "854231" in before
    assert all(code.startswith("8542") for code in before)
    assert wanted_of("2023", "", "", "", "all", "", "").codes == ()


def test_long_lists_make_short_names() -> None:
    long = [f"{n:06d}" for n in range(50)]
    one, other = (short_name("x", "2023", some, suffix="json") for some in (long, long[1:]))
    assert one != other
    assert len(one) < 30


def test_countries_go_by_their_names() -> None:
    named = wanted_of("2023", "", "Russland, Китай", "Germany", "", "", "")
    assert named == wanted_of("2023", "", "RUS+CHN", "DEU", "", "", "")
