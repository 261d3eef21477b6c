"""`ask rerouted` and `ask missing_arrivals` of made-up lakes: whose reports, what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.made_comtrade import GERMANY, RUSSIA, row, text_of
from tests.made_hubs import lake as made

import entrepot as ep
from entrepot.errors import RequestError
from entrepot.figures import flows
from entrepot.figures.figure import as_rows, headline
from entrepot.figures.questions import rerouted
from entrepot.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

KYRGYZSTAN, CHINA = 417, 156
ASKED: dict[str, Any] = {
    "importer": "RUS",
    "exporter": "DEU",
    "hubs": "KGZ",
    "goods": "854231",
    "period": 2022,
    "base": "2017..2021",
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return made(tmp_path_factory.mktemp("whole"))


def test_a_lake_of_both_sides_values(whole: Lake) -> None:
    """USD 500,000 more come in, 400,000 more go out; a doubling comes off the lower end."""
    found = ep.ask("rerouted", lake=whole, **ASKED)
    assert (found.status, found.unit) == ("ok", "USD")
    assert (found.low, found.value, found.high) == pytest.approx((200_000, 400_000, 400_000))
    assert found.details["alarm"] == "yes"
    assert found.details["choke_points"] == "Kyrgyzstan to Russia (USD\N{NO-BREAK SPACE}400,000)"
    (card,) = found.table
    assert card["hub"] == "KGZ"
    assert card["price_margin"] == pytest.approx(0.2)
    assert {one.id for one in found.caveats} >= {"rerouting", "reporter-break"}


def test_a_list_is_asked_like_a_code_and_other_goods_are_beside_it(whole: Lake) -> None:
    listed = ep.ask("rerouted", lake=whole, **(ASKED | {"goods": "chpl"}))
    assert (listed.low, listed.value, listed.high) == pytest.approx((200_000, 400_000, 400_000))
    coats = ep.ask("rerouted", lake=whole, **(ASKED | {"goods": "620331"}))
    assert (coats.value, coats.low, coats.details["alarm"]) == (0, None, "no")  # 0 to 0


@pytest.mark.parametrize("goods", ["854231", "chpl"])
def test_the_rows_of_a_chain_are_read_once(
    whole: Lake, monkeypatch: pytest.MonkeyPatch, goods: str
) -> None:
    """Bounds, prices, editions and who reports are each asked of them."""
    read: list[Any] = []
    usual = flows.reading_once
    monkeypatch.setattr(flows, "reading_once", lambda *said: read.append(said) or usual(*said))
    ep.ask("rerouted", lake=whole, **(ASKED | {"goods": goods}))
    assert len(read) == 1


def test_only_the_value_told_first_has_cards_of_hubs(
    whole: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list is followed in several ways: of the others the value is told, and nothing else."""
    made: list[Any] = []
    usual = rerouted.hub_details
    monkeypatch.setattr(rerouted, "hub_details", lambda *said: made.append(said) or usual(*said))
    found = ep.ask("rerouted", lake=whole, **(ASKED | {"goods": "chpl"}))
    assert len(made) == 1
    assert found.table[0]["price_margin"] == pytest.approx(0.2)


def test_a_margin_and_controls_are_read(whole: Lake) -> None:
    found = ep.ask("rerouted", lake=whole, **ASKED, margin=0.25, controls="GEO+ARM")
    assert found.value == pytest.approx(320_000)
    assert found.low == pytest.approx(320_000)
    assert found.high == pytest.approx(400_000)


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"hubs": "DEU"}, "DEU is on two sides"),
        ({"hubs": "RUS"}, "RUS is on two sides"),
        ({"hubs": "KGZ", "controls": "KGZ"}, "KGZ is on two sides"),
        ({"hubs": None}, "rerouted needs hubs"),
        ({"hubs": "WLD"}, "the world is no hub"),
        ({"controls": "WLD"}, "the world is no hub"),
        ({"exporter": None}, "rerouted needs an importer and an exporter"),
        ({"margin": -1}, "margin is -1"),
        ({"base": "2022"}, "does not end before"),
        ({"quantity": "mass"}, "has no quantity mass"),
    ],
)
def test_what_makes_no_sense_is_refused(whole: Lake, keys: dict[str, Any], words: str) -> None:
    with pytest.raises(RequestError, match=words):
        ep.ask("rerouted", lake=whole, **(ASKED | keys))


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"goods": "010121"}, "no trade of these goods"),
        ({"base": "2011..2012"}, "not for 2011"),
        ({"hubs": "MNG"}, "Mongolia"),
    ],
)
def test_what_cannot_be_answered_has_no_number(
    whole: Lake, keys: dict[str, Any], words: str
) -> None:
    found = ep.ask("rerouted", lake=whole, **(ASKED | keys))
    assert (found.status, found.value, found.low, found.high) == (
        "insufficient_data",
        None,
        None,
        None,
    )
    assert words in (found.reason or "")


BEFORE = range(2017, 2022)
# Reporter, partner, flow: what is reported a year until 2021, and in 2022, in thousands.
GERMAN = {(GERMANY, KYRGYZSTAN, "X"): (10, 610)}
OWN = {
    (KYRGYZSTAN, GERMANY, "M"): (10, 510),
    (KYRGYZSTAN, CHINA, "M"): (20, 20),
    (KYRGYZSTAN, RUSSIA, "X"): (4, 404),
}
RUSSIAN = {(RUSSIA, KYRGYZSTAN, "M"): (4, 304)}


def reports(folder: Path, *books: dict[tuple[int, int, str], tuple[float, float]]) -> Lake:
    """A lake of single countries' reports."""
    lines = [
        row(1000.0 * told, period=year, reporter=who, partner=other, flow=flow)
        for book in books
        for (who, other, flow), (then, now) in book.items()
        for year in (*BEFORE, 2022)
        if (told := now if year == 2022 else then)
    ]
    path = folder / "comtrade.csv"
    path.write_text(text_of(lines), encoding="utf-8")
    held = Lake.open(folder / "lake")
    held.add("comtrade", [path])
    return held


def test_a_hubs_own_books_come_first(tmp_path: Path) -> None:
    found = ep.ask("rerouted", lake=reports(tmp_path, GERMAN, OWN, RUSSIAN), **ASKED)
    assert found.details["excess_in"] == pytest.approx(500_000)
    assert found.details["excess_out"] == pytest.approx(400_000)
    assert found.value == pytest.approx(400_000)
    (card,) = found.table
    assert card["missing_arrivals"] == pytest.approx(610_000 * 1 - 510_000)
    assert "reporter-break" not in {one.id for one in found.caveats}


def test_where_a_hub_is_silent_the_others_are_heard(tmp_path: Path) -> None:
    found = ep.ask("rerouted", lake=reports(tmp_path, GERMAN, RUSSIAN), **ASKED)
    assert found.details["excess_in"] == pytest.approx(600_000)
    assert found.value == pytest.approx(300_000)
    assert found.low == 0  # nobody says what others sold the hub
    (card,) = found.table
    assert "missing_arrivals" not in card


def test_where_nobody_tells_there_is_no_answer(tmp_path: Path) -> None:
    quiet = {key: (then, 0.0) for key, (then, _) in RUSSIAN.items()}
    found = ep.ask("rerouted", lake=reports(tmp_path, GERMAN, quiet), **ASKED)
    assert found.value is None
    assert "what KGZ sold to RUS" in (found.reason or "")


def test_lost_in_transit_is_asked_by_itself(tmp_path: Path) -> None:
    held = reports(tmp_path, GERMAN, OWN)
    keys = {"importer": "KGZ", "exporter": "DEU", "goods": "854231", "period": 2022}
    found = ep.ask("missing_arrivals", lake=held, base=2021, **keys)
    assert found.value == pytest.approx(100_000)
    assert found.details["told_out"] == pytest.approx(610_000)
    assert found.details["arrived_share_base"] == pytest.approx(1)
    (line,) = found.table
    assert (line["product"], line["lost"]) == ("854231", pytest.approx(100_000))


def test_one_report_says_nothing_of_what_was_lost(tmp_path: Path) -> None:
    found = ep.ask(
        "missing_arrivals",
        lake=reports(tmp_path, GERMAN),
        importer="KGZ",
        exporter="DEU",
        goods="854231",
        period=2022,
        base=2021,
    )
    assert found.value is None
    assert (
        "comtrade: has the exporters' reports of this flow only; the importers' have to be in "
        "the same source"
    ) in (found.reason or "")
    assert "null where" not in (found.reason or "")
    assert not found.caveats


def test_hubs_that_report_in_another_edition_are_heard(shared_data: Path, tmp_path: Path) -> None:
    """The direct way is told in HS 2017, the hub's own books in HS 2022, with a new number."""
    lines = [
        row(1000.0 * (now if year == 2022 else then), period=year, reporter=who, partner=other)
        | {"flowCode": flow, "classificationCode": edition, "cmdCode": code}
        for who, other, flow, then, now, edition, code in (
            (GERMANY, RUSSIA, "X", 900, 100, "H5", "852580"),
            (KYRGYZSTAN, GERMANY, "M", 10, 510, "H6", "852589"),
            (KYRGYZSTAN, RUSSIA, "X", 4, 404, "H6", "852589"),
        )
        for year in (*BEFORE, 2022)
    ]
    path = tmp_path / "comtrade.csv"
    path.write_text(text_of(lines), encoding="utf-8")
    held = Lake.open(tmp_path / "lake")
    held.add("comtrade", [path])
    tables = (shared_data / "hs_concordance").glob("HS 2022 to HS 2017*")
    held.add("concordance", list(tables))
    found = ep.ask("rerouted", lake=held, **(ASKED | {"goods": "chpl"}))
    assert found.details["excess_in"] == pytest.approx(500_000)
    assert found.details["excess_out"] == pytest.approx(400_000)
    assert found.value == pytest.approx(400_000)


def test_the_bounds_stand_first_and_the_margin_is_named(whole: Lake) -> None:
    found = ep.ask("rerouted", lake=whole, **(ASKED | {"hubs": "KGZ+CHN"}))
    labels = [label for label, _ in as_rows(found)]
    assert labels[:3] == ["range", "value", "the value"]
    assert "can have come to Russia" in headline(found)
    # China's own price stays as it was, but nothing came through it: Kyrgyzstan's counts.
    words = str(found.details["price_margin"])
    assert words.startswith("0.2 in the median")
    assert "--margin takes the most" in words
    with_margin = ep.ask("rerouted", lake=whole, **ASKED, margin=0.2)
    assert "price_margin" not in with_margin.details
    assert list(found.table[0])[:5] == ["hub", "low", "matched", "high", "alarm"]
    wrong = ep.ask("value", lake=whole, importer="RUS", exporter="DEU", goods="854231", period=2022)
    assert as_rows(wrong)[0][0] == "value"


def test_who_is_silent_is_cut_with_a_mark(tmp_path: Path) -> None:
    many = "AUT+BEL+BGR+CYP+CZE+DEU+FRA"
    found = ep.ask("rerouted", lake=reports(tmp_path, RUSSIAN), **(ASKED | {"exporter": many}))
    assert "KGZ bought from AUT, BEL, BGR, CYP, CZE and 2 more;" in (found.reason or "")


def test_an_extract_without_the_hub_is_called_one(tmp_path: Path) -> None:
    lines = ["t,i,j,k,v,q", *(f"{year},156,643,854231,5,1" for year in (2021, 2022)), ""]
    path = tmp_path / "BACI_HS17_V202601.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    held = Lake.open(tmp_path / "lake")
    held.add("baci", [path])
    keys = ASKED | {"base": "2021", "exporter": "CHN", "source": "baci"}
    assert "an extract, without what Kyrgyzstan buys or sells" in (
        ep.ask("rerouted", lake=held, **keys).reason or ""
    )


def test_lost_in_transit_says_which_time_is_not_told(tmp_path: Path) -> None:
    keys: dict[str, Any] = {"importer": "KGZ", "exporter": "DEU", "goods": "854231"}
    keys |= {"period": 2022, "base": 2021}
    late: dict[tuple[int, int, str], tuple[float, float]] = {(KYRGYZSTAN, GERMANY, "M"): (0, 510)}
    found = ep.ask("missing_arrivals", lake=reports(tmp_path, GERMAN, late), **keys)
    assert "no report of the importer of this flow in 2021" in (found.reason or "")
