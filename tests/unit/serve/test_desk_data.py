"""What the reading desk asks of a server: read and tested apart, and nothing of it is kept."""

from __future__ import annotations

import json
import logging
import shlex
import sys
from typing import TYPE_CHECKING, Any

import pytest
from tests.ask_server import Client

from entrepot.serve import create_app

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "China's exports to Russia fell by 3.4 % in 2025. Everything rose by 12 %."
CLAIM = {
    "quote": "China's exports to Russia fell by 3.4 % in 2025.",
    "growth": {"exporter": "CHN", "importer": "RUS", "period": "2025", "currency": "CNY"},
    "says": "fell by 3.4 %",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("desk")


@pytest.fixture(scope="module")
def client(folder: Path) -> Client:
    return Client(create_app(folder / "no-lake"))


def sent(client: Client, **body: Any) -> Any:
    return client.send("POST", "/api/desk", json=body)


def test_a_text_is_read_and_corrected_claims_of_it_are_tested_all_together(
    client: Client, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    read = sent(client, text=TEXT, date="2026-01-21")
    assert read.status_code == 200, read.text
    assert read.headers["cache-control"] == "no-store"
    found = read.json()
    first, second = found["numbers"]
    assert "3.4 %" in first["says"]
    assert "12 %" in second["says"]
    numbers = [{"index": 1, "claim": CLAIM}]
    dollars = {**CLAIM, "growth": {**CLAIM["growth"], "currency": "USD"}}
    told = sent(
        client, text=TEXT, source=found["source"], numbers=numbers, tries={"1": [CLAIM, dollars]}
    )
    assert told.status_code == 200, told.text
    tested = told.json()
    assert tested["verdicts"]["1"]["verdict"] == tested["tries"]["1"][0]["verdict"]
    assert len(tested["tries"]["1"]) == 2
    assert "3.4" not in caplog.text
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{",
        b"{" * 5000,
        b'{"text": 1}',
        b'{"text": "a", "lake": "/etc"}',
        b'{"text": "a", "source": {}, "numbers": [{"index": 0, "claim": {}}]}',
        b'{"text": "a", "source": {}, "tries": {"1":[],"2":[],"3":[],"4":[],"5":[]}}',
        b'{"text": "a", "source": {"title": "b", "date": "never"}, "numbers": []}',
        b'{"text": "   "}',
        b'{"text": "a", "reader": "openai:http://127.0.0.1"}',
    ],
)
def test_another_form_is_refused_in_words(client: Client, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = client.send("POST", "/api/desk", content=body, headers=headers)
    assert answer.status_code in (400, 422), answer.text
    assert answer.json()["detail"]


def test_only_json_is_taken_and_only_from_here(client: Client) -> None:
    assert client.send("POST", "/api/desk", content=TEXT).status_code == 415
    assert client.send("POST", "/api/desk?text=a", json={"text": TEXT}).status_code == 400
    foreign = {"Origin": "https://example.org"}
    assert client.send("POST", "/api/desk", json={}, headers=foreign).status_code == 403
    assert client.get("/api/desk").status_code == 405


def test_words_open_no_file(client: Client, tmp_path: Path) -> None:
    goods = tmp_path / "mine.csv"
    goods.write_text("code\n854231\n", encoding="utf-8")
    claim = {**CLAIM, "growth": {**CLAIM["growth"], "goods": str(goods)}}
    told = sent(client, text=TEXT, source={"title": "A"}, numbers=[{"index": 1, "claim": claim}])
    assert told.status_code == 200, told.text
    assert "file" in told.json()["refused"]["1"]


def test_the_page_has_a_policy_without_inline_scripts_and_works_without_them(
    client: Client,
) -> None:
    page = client.get("/desk")
    policy = page.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert '<form class="paste" id="paste" action="/check" method="post"' in page.text
    assert client.get("/desk?text=a").status_code == 400
    for path in ("/script/desk.js", "/style/desk.css"):
        assert client.get(path).status_code == 200


def test_a_server_with_a_reader_asks_it_and_says_so_on_its_pages(tmp_path: Path) -> None:
    text = "Germany unloaded and Brazil loaded, so the ministry, 9.1 billion euros last year."
    claim = {
        "quote": text,
        "says": "9.1 billion euros",
        "value": {"exporter": "BRA", "importer": "DEU", "period": "2024"},
    }
    program = tmp_path / "reader.py"
    program.write_text(f"print({json.dumps(json.dumps({'claims': [claim]}))})", encoding="utf-8")
    reader = shlex.join([sys.executable, str(program)])

    def claims(client: Client) -> list[Any]:
        read = sent(client, text=text, date="2025-03-01").json()
        checked = client.send("POST", "/api/check?date=2025-03-01", content=text).json()
        return [
            [one["claim"] for one in read["numbers"]],
            [one["says"] for one in checked["claims"]],
        ]

    with_reader = Client(create_app(tmp_path / "no-lake", reader=reader))
    [[read], checked] = claims(with_reader)
    assert read["value"] == claim["value"]
    assert checked == ["9.1 billion euros"]
    assert claims(Client(create_app(tmp_path / "no-lake")))[1] == []
    asks = "openai:http://name@127.0.0.1:9/v1#model"
    asking = Client(create_app(tmp_path / "no-lake", reader=asks))
    for path in ("/desk", "/check"):
        assert "sent in full" not in with_reader.send("GET", "/data").text
        assert "http://127.0.0.1:9/v1/chat/completions" in asking.send("GET", path).text
        assert str(sys.executable) in with_reader.send("GET", path).text
        assert "name@" not in asking.send("GET", path).text


def test_a_text_with_a_zero_byte_is_none(client: Client) -> None:
    """As at every other door: what is made of it could not be saved as a claims file."""
    assert sent(client, text="a\x00 3 % of exports").status_code == 422
