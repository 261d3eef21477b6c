"""Answers at a publisher's limit are split or refused; keys go out in a header and nowhere else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from get_server import Server, send, serve, status

from entrepot.errors import OutsideError, RequestError
from entrepot.model.period import Period
from entrepot.sources.comtrade.get import pieces as comtrade
from entrepot.sources.get import DataRequest, PlannedFile, get
from entrepot.sources.get.client import RetryPolicy
from entrepot.sources.info import Download, DownloadAddress

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.server import BaseHTTPRequestHandler
    from pathlib import Path

    from entrepot.sources.get import DownloadedFile

KEY = "0123456789abcdef0123456789abcdef"
# (flow, code, partner): what the made-up interface has
TRADE = [(flow, code, partner) for flow in "MX" for code in "abcd" for partner in range(3)]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("HTTP_PROXY", "ALL_PROXY", "http_proxy", "all_proxy", "COMTRADE_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    state, stop = serve()
    yield state
    stop()


def interface(limit: int) -> Server:
    """Answers like Comtrade's: at most `limit` rows, and no word of those beyond."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        asked = {key: value[0] for key, value in parse_qs(urlsplit(handler.path).query).items()}
        flows, codes = asked["flowCode"].split(","), asked["cmdCode"].split(",")
        partners = asked.get("partnerCode", "").split(",")
        rows = [
            {"flowCode": flow, "cmdCode": code, "partnerCode": partner}
            for flow, code, partner in TRADE
            if flow in flows and code in codes and (partners == [""] or str(partner) in partners)
        ]
        sent = rows[:limit]
        body = json.dumps({"count": len(sent), "data": sent, "error": ""}).encode()
        send(handler, 200, body)

    return reply


def described(server: Server, limit: int) -> Download:
    given = {"format": "json", "rows": limit, "pause": 0, "known_from": "test"}
    key = {"key": "COMTRADE_API_KEY", "key_header": "Ocp-Apim-Subscription-Key"}
    return Download(
        ways=(
            DownloadAddress(id="preview", address=f"{server.url}/preview/{{freq}}", **given),
            DownloadAddress(id="full", address=f"{server.url}/full/{{freq}}", **given, **key),
        )
    )


def fetch(found: tuple[PlannedFile, ...], folder: Path) -> tuple[DownloadedFile, ...]:
    return get(found, folder, patience=RetryPolicy(sleep=lambda _: None, chance=lambda: 0.0))


def wanted(**more: object) -> DataRequest:
    given: dict[str, object] = {"reporters": ("RUS",), "codes": tuple("abcd")} | more
    return DataRequest(period=Period.parse("2023"), **given)


@pytest.mark.parametrize("limit", [100, 24, 13, 12, 7, 5, 4])
def test_every_row_comes_once_however_small_an_answer_is(
    server: Server, tmp_path: Path, limit: int
) -> None:
    server.answers(interface(limit))
    got = fetch(comtrade(wanted(), described(server, limit)), tmp_path)
    rows = [row for one in got if one.path for row in json.loads(one.path.read_text())["data"]]
    assert sorted((r["flowCode"], r["cmdCode"], r["partnerCode"]) for r in rows) == TRADE
    assert all(one.rows is not None and one.rows < limit for one in got)


def test_what_cannot_be_split_is_refused(server: Server, tmp_path: Path) -> None:
    server.answers(interface(3))
    with pytest.raises(OutsideError, match="more than fits one answer of 3 rows") as caught:
        fetch(comtrade(wanted(), described(server, 3)), tmp_path)
    assert "--partner" in caught.value.hint
    assert not list(tmp_path.glob("*.json.part"))


def test_named_partners_can_be_split(server: Server, tmp_path: Path) -> None:
    server.answers(interface(3))
    some = wanted(partners=("WLD", "AFG"))  # codes 0 and 4: the interface has the first
    got = fetch(comtrade(some, described(server, 3)), tmp_path)
    assert sum(one.rows or 0 for one in got) == 8


def test_the_second_run_asks_nothing_again(server: Server, tmp_path: Path) -> None:
    server.answers(interface(5))
    first = fetch(comtrade(wanted(), described(server, 5)), tmp_path)
    asked = len(server.seen)
    again = fetch(comtrade(wanted(), described(server, 5)), tmp_path)
    assert len(server.seen) == asked
    assert [one.name for one in again] == [one.name for one in first]
    assert {one.state for one in again} == {"held"}


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b'{"data": [{}], "count": 1, "error": "quota"}', "an error in place.*quota"),
        (b'{"statusCode": 404, "message": "x"}', "JSON without rows"),
        (b'{"data": [', "no readable JSON"),
        (b"[1, 2]", "JSON without rows"),
    ],
)
def test_json_that_is_no_data(server: Server, tmp_path: Path, body: bytes, says: str) -> None:
    server.answers(status(200, body))
    with pytest.raises(OutsideError, match=says):
        fetch(comtrade(wanted(), described(server, 100)), tmp_path)


def test_a_count_larger_than_the_rows_is_a_cut_off_answer(server: Server, tmp_path: Path) -> None:
    server.answers(status(200, b'{"count": 900, "data": [{}], "error": ""}'))
    with pytest.raises(OutsideError, match="more than fits one answer"):
        fetch(comtrade(wanted(codes=("a",)), described(server, 100)), tmp_path)


def test_nothing_is_an_answer(server: Server, tmp_path: Path) -> None:
    server.answers(status(200, b'{"count": 0, "data": [], "error": ""}'))
    [got] = fetch(comtrade(wanted(), described(server, 100)), tmp_path)
    assert (got.state, got.rows) == ("empty", 0)


@pytest.mark.parametrize(
    "reply",
    [
        status(413),
        status(200, b"<?xml version='1.0'?><e:Envelope><queued><id>1</id></queued></e:Envelope>"),
        status(200, b"<?xml version='1.0'?><S:Fault>EXTRACTION_TOO_BIG: 42 rows</S:Fault>"),
    ],
)
def test_a_ticket_in_place_of_data_is_split_too(
    server: Server, tmp_path: Path, reply: object
) -> None:
    way = DownloadAddress(id="table", address="", format="csv", pause=0, known_from="test")
    small = tuple(PlannedFile(f"{n}.csv", f"{server.url}/{n}", way) for n in range(2))
    server.answers(reply, status(200, b"a,b\n1,2\n"))
    got = fetch((PlannedFile("all.csv", f"{server.url}/all", way, lambda: small),), tmp_path)
    assert [one.name for one in got] == ["0.csv", "1.csv"]


def test_without_a_key_the_preview_is_asked(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    [piece] = comtrade(wanted(), described(server, 100))
    assert "/preview/A?" in piece.address
    monkeypatch.setenv("COMTRADE_API_KEY", KEY)
    [piece] = comtrade(wanted(), described(server, 100))
    assert "/full/A?" in piece.address
    assert KEY not in piece.address


def test_the_key_is_in_the_header_and_nowhere_else(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMTRADE_API_KEY", KEY)
    server.answers(interface(100))
    got = fetch(comtrade(wanted(), described(server, 100)), tmp_path)
    assert server.seen[0].headers["ocp-apim-subscription-key"] == KEY
    assert KEY not in repr(got)
    assert all(KEY not in path.read_text() for path in tmp_path.iterdir())


@pytest.mark.parametrize("code", [401, 403])
def test_a_refused_key_is_named_and_not_shown(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    monkeypatch.setenv("COMTRADE_API_KEY", KEY)
    server.answers(status(code, f'{{"message": "invalid subscription key {KEY}"}}'.encode()))
    with pytest.raises(OutsideError, match="invalid subscription key") as caught:
        fetch(comtrade(wanted(), described(server, 100)), tmp_path)
    assert "COMTRADE_API_KEY" in caught.value.hint
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("key", [f"{KEY}\nX-Other: 1", f'"{KEY}"', "короткий ключ", "x"])
def test_what_is_no_key_is_not_sent_and_not_shown(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("COMTRADE_API_KEY", key)
    with pytest.raises(RequestError, match="does not look like a key") as caught:
        fetch(comtrade(wanted(), described(server, 100)), tmp_path)
    assert key not in str(caught.value)
    assert server.seen == []


def test_the_key_does_not_follow_a_redirect_to_another_server(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, stop = serve()
    try:
        monkeypatch.setenv("COMTRADE_API_KEY", KEY)
        monkeypatch.setattr("entrepot.sources.get.client._may_lead", lambda *_: True)
        server.answers(status(302, Location=f"{other.url}/elsewhere"))
        other.answers(interface(100))
        server.answers(status(302, Location=f"{other.url}/?flowCode=M&cmdCode=a"))
        fetch(comtrade(wanted(), described(server, 100)), tmp_path)
        assert "ocp-apim-subscription-key" in server.seen[0].headers
        assert "ocp-apim-subscription-key" not in other.seen[0].headers
    finally:
        stop()


def test_whose_reports_has_to_be_said(server: Server) -> None:
    with pytest.raises(RequestError, match="whose reports"):
        comtrade(wanted(reporters=()), described(server, 100))
    with pytest.raises(RequestError, match="no quarters"):
        comtrade(wanted(freq="Q"), described(server, 100))


def test_codes_and_periods_are_asked_in_pieces(server: Server) -> None:
    many = tuple(f"{n:06d}" for n in range(10))
    found = comtrade(wanted(codes=many, freq="M", reporters=("RUS", "USA")), described(server, 500))
    assert len(found) == 12 * 2 * 3  # months, reporters, four codes at a time
    asked = parse_qs(urlsplit(found[0].address).query)
    assert (asked["period"], asked["reporterCode"]) == (["202301"], ["643"])
    assert asked["partner2Code"] + asked["motCode"] + asked["customsCode"] == ["0", "0", "C00"]
    everything = comtrade(wanted(codes=()), described(server, 500))
    assert parse_qs(urlsplit(everything[0].address).query)["cmdCode"] == ["AG6"]
