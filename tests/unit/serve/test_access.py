"""Who may ask, from where, and what a browser is told."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from starlette.datastructures import URL
from starlette.requests import Request
from tests.ask_server import Client

from entrepot.errors import RequestError
from entrepot.serve import Access, create_app

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = "a-token-of-some-length"


@pytest.fixture
def client(tmp_path: Path) -> Client:
    return Client(create_app(tmp_path / "no-lake"))


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "example.org"])
def test_others_are_let_in_only_with_a_token_or_a_proxy(host: str) -> None:
    with pytest.raises(RequestError, match="reached by others") as refused:
        Access.of(host, None, behind_proxy=False)
    assert "--token" in refused.value.hint
    assert Access.of(host, TOKEN, behind_proxy=False).token == TOKEN
    assert Access.of(host, None, behind_proxy=True).token is None


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.0.0.9"])
def test_this_machine_needs_no_token(host: str) -> None:
    access = Access.of(host, None, behind_proxy=False)
    assert access.knows_host(f"[{host}]:80" if ":" in host else f"{host}:80")
    assert not access.knows_host("evil.example")


def test_a_token_that_can_be_guessed_is_refused() -> None:
    with pytest.raises(RequestError, match="5 characters"):
        Access.of("127.0.0.1", "12345", behind_proxy=False)


@pytest.mark.parametrize(
    "name",
    [
        *("evil.example", "127.0.0.1.evil.example", "", "[::1", "a b"),
        *("127.0.0.1/goods/chpl#", "127.0.0.1:80/goods?", "127.0.0.1#", "me@127.0.0.1"),
        "127.0.0.1\\goods",
    ],
)
def test_a_foreign_name_that_leads_here_is_refused(client: Client, name: str) -> None:
    answer = client.get("/data", host=name)
    assert answer.status_code == 400
    assert "another name" in answer.text


def test_what_is_answered_does_not_depend_on_the_host_header(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Older libraries read a path out of the header into `request.url`."""
    monkeypatch.setattr(Request, "url", property(lambda _: URL("http://127.0.0.1/goods/chpl")))
    first, other = (client.get(path) for path in ("/measures", "/data"))
    assert first.status_code == other.status_code == 200
    assert first.headers["etag"] != other.headers["etag"]
    assert first.text != other.text
    assert client.get("/api/nothing").json()["status"] == 404
    drawn = client.get("/compare.svg?importer=RUS&supplier=CHN&goods=all&supplier2=TUR")
    assert drawn.headers["content-type"].startswith("image/svg+xml")


@pytest.mark.parametrize("path", ["/docs", "/icon.svg", "/style/page.css", "/script/page.js"])
def test_what_takes_no_keys_refuses_them(client: Client, path: str) -> None:
    assert client.get(path).status_code == 200
    assert client.get(f"{path}?v=1").status_code == 400


def test_a_question_mark_in_a_name_is_not_the_query(client: Client) -> None:
    assert client.get("/goods/chpl%3F").status_code == 404
    assert client.get("/goods/chpl?").status_code == 200


def test_a_token_is_taken_as_bearer_and_as_password(tmp_path: Path) -> None:
    app = create_app(tmp_path, access=Access.of("0.0.0.0", TOKEN, behind_proxy=False))
    client = Client(app)
    refused = client.get("/measures")
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Basic")
    wrong = base64.b64encode(f"me:{TOKEN}x".encode()).decode()
    right = base64.b64encode(f"me:{TOKEN}".encode()).decode()
    for header in (f"Bearer {TOKEN}x", f"Basic {wrong}", "Basic %%%", f"Digest {TOKEN}", ""):
        assert client.get("/measures", authorization=header).status_code == 401
    for header in (f"Bearer {TOKEN}", f"Basic {right}"):
        assert client.get("/measures", authorization=header).status_code == 200
    assert client.get("/style/page.css").status_code == 401


@pytest.mark.parametrize("path", ["/", "/api/measures", "/api/ask", "/nothing", "/style/page.css"])
def test_every_answer_forbids_scripts_frames_and_strangers(client: Client, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize(
    "headers",
    [{"origin": "http://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}],
)
def test_a_form_of_another_site_is_not_taken(client: Client, headers: dict[str, str]) -> None:
    text = {"text": "China's exports fell by 3 %.", "kind": "article"}
    assert client.send("POST", "/check", data=text, headers=headers).status_code == 403
    own = {"origin": client.base}
    assert client.send("POST", "/check", data=text, headers=own).status_code == 200


def test_nothing_can_be_changed(client: Client) -> None:
    for method in ("PUT", "DELETE", "PATCH", "POST"):
        answer = client.send(method, "/data")
        assert answer.status_code == 405
        assert "GET" in answer.headers["allow"]


def test_a_chart_may_use_the_style_inside_it_and_no_other(client: Client) -> None:
    chart = client.get(
        "/ask.svg?measure=import_share&importer=RUS&exporter=CHN&goods=chpl&period=2023"
    )
    assert chart.status_code == 200
    assert "style-src 'sha256-" in chart.headers["content-security-policy"]
    assert chart.headers["content-disposition"] == 'attachment; filename="import_share.svg"'
