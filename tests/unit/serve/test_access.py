"""Who may ask, from where, and what a browser is told."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest
from starlette.datastructures import URL
from starlette.requests import Request
from tests.ask_server import HERE, Client, in_own_loop

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


@pytest.mark.parametrize(
    "header", ["[::1]evil", "[::1]:x", "localhost:80:x", "localhost:evil", "[::1", "::1]", "[]", ""]
)
def test_a_name_is_only_that_and_a_port(header: str) -> None:
    assert not Access().knows_host(header)
    assert not Access(None).knows_host(header)


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
    assert ("another name" if name else "names no host") in answer.text


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
    drawn = client.get("/compare.svg?importer=RUS&supplier=CHN&importer2=CHN&supplier2=RUS")
    assert drawn.headers["content-type"].startswith("image/svg+xml")


@pytest.mark.parametrize("path", ["/docs", "/icon.svg", "/style/page.css", "/script/page.js"])
def test_what_takes_no_keys_refuses_them(client: Client, path: str) -> None:
    assert client.get(path).status_code == 200
    assert client.get(f"{path}?v=1").status_code == 400


def test_a_question_mark_in_a_name_is_not_the_query(client: Client) -> None:
    # It leads to what is nearly called so, and is not that page with an empty query.
    led = client.get("/goods/chpl%3F")
    assert (led.status_code, led.headers["location"]) == (303, "/goods/chpl")
    assert client.get("/measures/hhi%3F").status_code == 404
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


@pytest.mark.parametrize("host", ["evil.example", "page.example.org", "127.0.0.1:8000"])
@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/goods/", "/goods"),
        ("/goods/?a=1&b=%20", "/goods?a=1&b=%20"),
        ("/country/RUS/from/CHN/", "/country/RUS/from/CHN"),
        ("//evil.example/", "/evil.example"),
        ("//evil.example//", "/evil.example"),
        ("/%5Cevil.example/", "/%5Cevil.example"),
        ("/%0d%0aSet-Cookie:x=1/", "/%0D%0ASet-Cookie%3Ax%3D1"),
        ("/%E4%B8%AD/", "/%E4%B8%AD"),
    ],
)
def test_a_redirect_leads_to_this_server_however_it_is_called(
    tmp_path: Path, host: str, path: str, where: str
) -> None:
    access = Access.of("0.0.0.0", None, behind_proxy=True)
    client = Client(create_app(tmp_path / "no-lake", access=access))
    headers = {"host": host, "x-forwarded-proto": "https"}
    answer = client.send("GET", HERE + path, headers=headers)
    assert answer.status_code == 307
    assert answer.headers["location"] == where
    assert "evil" not in answer.headers["location"] or "evil" in path
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize("behind_proxy", [True, False])
def test_others_reach_it_under_the_names_that_are_said_only(
    tmp_path: Path, *, behind_proxy: bool
) -> None:
    names = ["Page.Example.org"]
    access = Access.of("0.0.0.0", TOKEN, behind_proxy=behind_proxy, names=names)
    client = Client(create_app(tmp_path / "no-lake", access=access))
    bearer = {"authorization": f"Bearer {TOKEN}"}
    for host in ("page.example.org", "PAGE.example.org:443", "127.0.0.1:8000"):
        assert client.get("/measures", host=host, **bearer).status_code == 200
    for host in ("evil.example", "page.example.org.evil.example", "192.0.2.7"):
        assert client.get("/measures", host=host, **bearer).status_code == 400
    here = Access.of("127.0.0.1", None, behind_proxy=False, names=names)
    assert here.knows_host("page.example.org")
    assert not here.knows_host("evil.example")


def test_its_health_is_told_to_everybody_and_nothing_else(tmp_path: Path) -> None:
    access = Access.of("0.0.0.0", TOKEN, behind_proxy=False, names=["page.example.org"])
    client = Client(create_app(tmp_path / "no-lake", access=access))
    answer = client.get("/healthz", host="192.0.2.7:8000")
    assert (answer.status_code, answer.text) == (200, "ok\n")
    assert "content-security-policy" in answer.headers
    head = client.send("HEAD", "/healthz")
    assert (head.status_code, head.content) == (200, b"")
    for path in ("/healthz/", "/healthz/x", "/healthz%2f..%2fdata", "/data"):
        assert client.get(path, host="page.example.org").status_code == 401
    assert client.send("POST", "/healthz", headers={"host": "page.example.org"}).status_code == 401


@pytest.mark.parametrize(
    ("client", "headers", "proxied", "reader"),
    [
        ("192.0.2.1", [], False, "192.0.2.1"),
        ("192.0.2.1", ["10.0.0.1"], False, "192.0.2.1"),
        ("10.0.0.9", ["192.0.2.1"], True, "192.0.2.1"),
        ("10.0.0.9", ["1.2.3.4, 192.0.2.1"], True, "192.0.2.1"),
        ("10.0.0.9", ["192.0.2.1", "192.0.2.2"], True, "192.0.2.2"),
        ("10.0.0.9", ["nobody"], True, ""),
        ("10.0.0.9", [], True, ""),
        ("2001:db8:1:2:3:4:5:6", [], False, "2001:db8:1:2::/64"),
        ("2001:db8:1:2:9:9:9:9", [], False, "2001:db8:1:2::/64"),
    ],
)
def test_readers_are_told_apart_as_far_as_is_known(
    client: str, headers: list[str], *, proxied: bool, reader: str
) -> None:
    said = [(b"x-forwarded-for", text.encode()) for text in headers]
    scope = {"client": (client, 1), "headers": said}
    assert Access(behind_proxy=proxied).reader_of(scope) == reader


HEADERS = [
    *(
        ("authorization", text)
        for text in ("Basic \xff", "Basic \xc3(", "Basic =", "\xff", "Basic")
    ),
    *(("authorization", text) for text in ("Bearer \xff", "Basic /////w==", "Basic \u0660" * 9)),
    *(("origin", text) for text in ("http://[", "http://[::1", "http://a]b", "null", "\xff", "//")),
    *(("content-length", text) for text in ("-1", "0x4", "\u0664", "\xb2", "", "9" * 30)),
    *(("content-encoding", text) for text in ("gzip", "br, gzip", "\xff")),
    *(("host", text) for text in ("[", "a@127.0.0.1", "\xff", "127.0.0.1:99999999")),
    *(("x-forwarded-for", text) for text in ("fe80::1%x", "[", "1.2.3.4/8", "\xff", "::ffff:1%2")),
]


@pytest.mark.parametrize(("name", "text"), HEADERS)
def test_no_header_makes_an_error_of_its_own(tmp_path: Path, name: str, text: str) -> None:
    """`Basic ÿ` and `Origin: http://[` were 500, without a header of ours and before any token."""
    access = Access(token=TOKEN, behind_proxy=True)
    client = Client(create_app(tmp_path / "no-lake", access=access))
    bearer = {"authorization": f"Bearer {TOKEN}"}
    raw = {key: value.encode() for key, value in (bearer | {name: text}).items()}
    for path in ("/api/check", "/goods"):
        answer = client.send("POST", path, content=b"5 %", headers=raw)
        assert answer.status_code < 500, answer.text
        assert answer.headers["x-frame-options"] == "DENY"


def test_a_body_with_two_lengths_is_not_read(client: Client) -> None:
    """Who passes it on by the one and reads it by the other takes the rest for a new request."""
    both = {"content-length": "3", "transfer-encoding": "chunked"}
    answer = client.send("POST", "/api/check", content=b"5 %", headers=both)
    assert answer.status_code == 400
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize(("chunks", "read"), [(3, 3), (1000, 8)])
def test_a_refused_body_is_read_to_its_end_or_to_a_bound(
    tmp_path: Path, chunks: int, read: int
) -> None:
    """A connection that is closed over unread bytes is reset, and nobody hears the refusal."""
    got: list[int] = []
    answers: list[Any] = []

    async def receive() -> dict[str, Any]:
        got.append(len(answers))
        more = len(got) < chunks
        return {"type": "http.request", "body": b"x" * 1_000_000, "more_body": more}

    async def send(message: Any) -> None:
        answers.append(message)

    headers = [(b"host", b"127.0.0.1"), (b"content-length", b"1000000000")]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/check",
        "raw_path": b"/api/check",
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "http_version": "1.1",
        "scheme": "http",
        "server": ("127.0.0.1", 80),
        "root_path": "",
    }
    app = create_app(tmp_path / "no-lake")
    in_own_loop(lambda: app(scope, receive, send))
    assert answers[0]["status"] == 413
    assert got == [0] * read, "before the answer"
