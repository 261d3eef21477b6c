"""Agents: the SDK's own client over both transports, hostile arguments, an analyst's questions."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import pytest
import uvicorn
from tests.ask_server import in_own_loop
from tests.denied import denied

pytest.importorskip("mcp")

from mcp import Client, MCPError, StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

from entrepot.errors import EntrepotError, RequestError
from entrepot.figures import ask
from entrepot.lake import Lake
from entrepot.limits import Limits, step, under
from entrepot.serve import agents, request_body
from entrepot.serve.agent_answers import AgentAccess, explanations
from entrepot.serve.agent_tools import LONGEST_ANSWER, TOOLS, call
from entrepot.serve.agents import _read, http_app
from entrepot.serve.answer import BusyError
from entrepot.serve.apart import TextWork
from entrepot.serve.guard import Access
from entrepot.serve.pool import Pool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PROGRAM = "from entrepot.cli.main import run; run()"
TOKEN = "a token of many characters"
ROOT = Path(__file__).resolve().parents[3]
SHARE: dict[str, Any] = {
    "measure": "import_share",
    "importer": "RUS",
    "exporter": "CHN",
    "goods": "chpl",
    "period": 2023,
}


@pytest.fixture(scope="module")
def access(tmp_path_factory: pytest.TempPathFactory) -> AgentAccess:
    """Tools on a lake that nothing was loaded into."""
    return AgentAccess(Pool(tmp_path_factory.mktemp("agents") / "lake", 60.0), page="http://x")


def environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "ENTREPOT_LAKE": str(folder), "ENTREPOT_TOKEN": ""}


def text_of(found: Any) -> dict[str, Any]:
    [content] = found.content
    return dict(json.loads(content.text))


def test_over_standard_input_and_output(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("code,nomenclature\n854231,HS2017\n", "utf-8")
    words = ["-c", PROGRAM, "mcp", "--page", "http://127.0.0.1:8000/"]
    server = StdioServerParameters(
        command=sys.executable, args=words, env=environment(tmp_path / "no"), cwd=tmp_path
    )

    async def talk() -> tuple[Any, ...]:
        async with Client(stdio_client(server)) as client:
            return (
                await client.list_tools(),
                await client.list_resources(),
                await client.call_tool("ask", SHARE),
                await client.call_tool("ask", SHARE | {"goods": "mine.csv"}),
                await client.call_tool("read_text", {"text": "China has 36 % of imports in 2025."}),
                await client.read_resource("entrepot://caveats/reporter-break"),
                client.instructions,
            )

    tools, resources, share, file, read, page, about = in_own_loop(talk)
    assert [one.name for one in tools.tools] == list(TOOLS)
    assert all(one.annotations.read_only_hint for one in tools.tools)
    assert all(one.input_schema["additionalProperties"] is False for one in tools.tools)
    found = text_of(share)
    figure = ask("import_share", importer="RUS", exporter="CHN", goods="chpl", period=2023,
                 lake=tmp_path / "no")  # fmt: skip
    assert (found["value"], found["low"], found["high"]) == (figure.value, figure.low, figure.high)
    assert found["link"].startswith("http://127.0.0.1:8000/ask?measure=import_share")
    assert share.structured_content == found
    assert {"definition", "evidence", "caveats", "range", "command"} <= found.keys()
    assert file.is_error
    assert "no file is read here" in text_of(file)["error"]
    assert text_of(read)["numbers"][0]["says"] == "36 %"
    assert "# Reporting break" in page.contents[0].text
    assert "entrepot://lists/chpl" in {str(one.uri) for one in resources.resources}
    assert "reason" in about


@contextmanager
def served(folder: Path, *words: str) -> Iterator[str]:
    """Serve over HTTP as it is typed; yield the address."""
    started = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "mcp", "--http", "--port", str(free_port()), *words],
        stderr=subprocess.PIPE,
        text=True,
        env=environment(folder),
    )
    assert started.stderr is not None
    try:
        yield _address(started.stderr)
        started.send_signal(signal.SIGINT)
        assert started.wait(200) == 130
        assert "Traceback" not in started.stderr.read()
    finally:
        started.kill()
        started.wait()
        started.stderr.close()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _address(lines: Any) -> str:
    line = lines.readline()
    assert line.startswith("serving on http://127.0.0.1:"), line
    return str(line.split()[2])


def test_over_http_with_a_token(tmp_path: Path) -> None:
    asked = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    kinds = {"Accept": "application/json, text/event-stream"}
    bearer = kinds | {"Authorization": f"Bearer {TOKEN}"}
    with served(tmp_path / "no", "--token", TOKEN) as address:

        async def talk() -> tuple[Any, Any]:
            client = create_mcp_http_client(headers={"Authorization": f"Bearer {TOKEN}"})
            async with (
                client,
                Client(streamable_http_client(address, http_client=client)) as there,
            ):
                return (
                    await there.call_tool("ask", SHARE),
                    await there.call_tool("data_status", {}),
                )

        share, status = in_own_loop(talk)
        assert text_of(share)["text"] == "56.3 %"
        assert text_of(status)["loaded"] == []

        def post(headers: dict[str, str], body: Any = asked, **more: Any) -> int:
            return httpx.post(address, json=body, headers=headers, timeout=200, **more).status_code

        assert post(bearer) == 200
        assert post(kinds) == 401
        assert post(kinds | {"Authorization": "Bearer wrong"}) == 401
        assert post(bearer | {"Origin": "https://example.org"}) == 403
        assert post(bearer | {"Host": "example.org"}) == 400
        assert post(bearer, {**asked, "more": "x" * 1_100_000}) == 413
        # The library takes it for a notification, and would say 202 and nothing else.
        assert post(bearer, asked | {"id": None}) == 400
        # A stream on which nothing would ever come: the protocol has 405 for a server without one.
        stream = httpx.get(address, headers=bearer, timeout=200)
        assert (stream.status_code, stream.headers["allow"]) == (405, "POST")
        assert httpx.get(address.replace("/mcp", "/healthz")).status_code == 200
        assert httpx.get(address.replace("/mcp", "/etc/passwd"), headers=bearer).status_code == 404


def test_what_is_no_message_is_answered(tmp_path: Path) -> None:
    """The library drops such a line without a word, and a client waits for ever."""
    lines = {
        b"{": (-32700, None),
        b"[" * 100_000: (-32700, None),
        b"\xff\xfe": (-32700, None),
        b'{"jsonrpc": "2.0", "id": "\\ud800", "method": "ping"}': (-32700, None),
        b"[]": (-32600, None),
        b"1": (-32600, None),
        b'{"jsonrpc": "1.0", "id": 3, "method": "ping"}': (-32600, 3),
        b'{"jsonrpc": "2.0", "id": "four"}': (-32600, "four"),
        b'{"jsonrpc": "2.0", "id": 5, "method": "tools/call", "params": [1]}': (-32600, 5),
        b'{"jsonrpc": "2.0", "id": null, "method": "ping"}': (-32600, None),
        b'{"jsonrpc": "2.0", "id": 1.5, "method": "ping"}': (-32600, None),
        b'{"jsonrpc": "2.0", "id": {}, "method": "ping"}': (-32600, None),
        b'{"jsonrpc": "2.0", "id": NaN, "method": "ping"}': (-32600, None),
    }
    hello = b'{"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {"protocolVersion": '
    hello += b'"2025-06-18", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}}'
    last = b'{"jsonrpc": "2.0", "id": "last", "method": "ping"}\n'
    command = [sys.executable, "-c", PROGRAM, "mcp"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    found: list[dict[str, Any]] = []
    with subprocess.Popen(command, env=environment(tmp_path), **pipes) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(b"\n".join([hello, *lines, last]))
        server.stdin.flush()
        # At the end of its input it would give up what it is at.
        while not found or found[-1]["id"] != "last":
            found.append(json.loads(server.stdout.readline()))
        server.stdin.close()
        assert server.wait(60) == 0
    refused = [(one["error"]["code"], one["id"]) for one in found if "error" in one]
    assert sorted(refused, key=str) == sorted(lines.values(), key=str)
    assert {one["id"] for one in found if "result" in one} == {0, "last"}


@pytest.mark.skipif(sys.platform == "win32", reason="signals are a matter of POSIX")
@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_it_ends_while_it_waits_for_its_client(tmp_path: Path, number: str) -> None:
    """It waited for the next line of its input first, which a client that ends does not send."""
    line = b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n'
    command = [sys.executable, "-c", "from entrepot.cli import run; run()", "mcp"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    kept = signal.signal(getattr(signal, number), signal.SIG_DFL)  # under nohup it is ignored
    try:
        server = subprocess.Popen(command, env=environment(tmp_path), **pipes)
    finally:
        signal.signal(getattr(signal, number), kept)
    with server:
        assert server.stdin is not None
        assert server.stdout is not None
        try:
            server.stdin.write(line)
            server.stdin.flush()
            assert server.stdout.readline()
            server.send_signal(getattr(signal, number))
            assert server.wait(30) == -getattr(signal, number)
        finally:
            server.kill()


def test_a_body_that_never_comes_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four of them kept their reader out for good."""
    monkeypatch.setattr(request_body, "PATIENCE", 0.2)
    app = http_app(tmp_path / "no", Access(), seconds=5)
    parts = iter([{"type": "http.request", "body": b"{", "more_body": True}])
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return next(parts, None) or await anyio.sleep_forever()

    async def send(message: Any) -> None:
        sent.append(message)

    async def ask() -> None:
        scope = {"type": "http", "method": "POST", "path": "/mcp", "raw_path": b"/mcp"}
        scope |= {"query_string": b"", "headers": [(b"host", b"127.0.0.1")], "client": None}
        with anyio.fail_after(200):
            await app(scope, receive, send)

    in_own_loop(ask)
    assert sent[0]["status"] == 503
    assert b"did not arrive" in sent[1]["body"]


def test_without_a_token_it_listens_here_only(tmp_path: Path) -> None:
    words = [sys.executable, "-c", PROGRAM, "mcp", "--http", "--host", "0.0.0.0"]
    done = subprocess.run(
        words, capture_output=True, text=True, env=environment(tmp_path), check=False
    )
    assert done.returncode == 2
    assert "--token" in done.stderr


HOSTILE = (
    *("/etc/passwd", "../../etc/passwd", "file:///etc/passwd", "mine.csv", "x.parquet"),
    *("'; DROP TABLE flows; --", "read_csv('/etc/passwd')", "\x00", "%2e%2e%2f", "RUS\nCHN"),
    *("A" * 600, "COPY t TO '/tmp/x'", "~/.ssh/id_rsa", "http://127.0.0.1:1/", "$(id)"),
    *("s3://b/k", "{{7*7}}", "chpl@9999-99"),
)


@pytest.mark.parametrize("tool", list(TOOLS))
def test_hostile_words_open_nothing(
    tool: str, access: AgentAccess, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = TOOLS[tool]
    texts = [name for name, schema in one.arguments.items() if schema["type"] == "string"]
    plain = {name: one.arguments[name]["examples"][0] for name in one.required}
    monkeypatch.setattr(AgentAccess, "check", lambda *_: pytest.skip("in a process apart"))
    explanations()
    reads = (str(access.pool.folder), str(ROOT / "docs" / "explanation"))
    with denied(*reads) as found, under(Limits(files=False)):
        for place, words in enumerate(HOSTILE):
            names = texts[place % len(texts) :][:1] if texts else ["nothing"]
            for name in names:
                with suppress(EntrepotError):
                    answer = call(access, tool, plain | {name: words})
                    assert "root:" not in json.dumps(answer, default=str)
    assert found == []


@pytest.mark.parametrize(
    ("name", "given", "send"),
    [
        ("aks", {}, "ask"),
        ("ask", SHARE | {"importers": "RUS"}, '"importer"'),
        ("ask", SHARE | {"measure": "import_shar"}, '"import_share"'),
        ("ask", {"measure": "hhi"}, '"period": "2023"'),
        ("ask", SHARE | {"rows": 10**9}, "0 to 200"),
        ("ask", SHARE | {"goods": ["chpl"]}, '"goods": "chpl"'),
        ("ask", SHARE | {"k": True}, '"k": 3'),
        ("ask", SHARE | {"goods": "x" * 501}, "500"),
        ("goods_match", {"codes": []}, "1 to 100"),
        ("goods_match", {"codes": ["1"] * 101}, "1 to 100"),
        ("goods_match", {"codes": [7]}, '["854231"'),
        (
            "check_claims",
            {"claims": [{"measure": "hhi", "importer": "RUS", "says": "0.3"}]},
            '{"hhi": {"importer": "RUS"}, "says": "90 %"}',
        ),
        ("goods_list", {"name": "chpll"}, "chpl"),
        ("read_text", {"text": "x" * 100_001}, "cut the text into chapters"),
        ("read_text", {"text": "中" * 33_334}, "cut the text into chapters"),
        ("check_claims", {"claims": [{"says": 3}]}, ""),
        ("series", SHARE | {"period": "1900..2023"}, "period"),
        ("explain", {"id": "reporter-brek"}, "reporter-break"),
        ("screen", {"lines": "nothing"}, "column"),
        ("scenario", {"imposes": "CHN"}, '"target"'),
    ],
)
def test_errors_say_what_to_send(
    name: str, given: dict[str, Any], send: str, access: AgentAccess
) -> None:
    with pytest.raises(RequestError) as found:
        call(access, name, given)
    assert found.value.hint
    assert send in found.value.hint


def test_an_answer_that_is_too_long_is_refused(access: AgentAccess) -> None:
    assert len(call(access, "goods_list", {"name": "eu-xxiii", "most": 5})["entries"]) == 5
    with pytest.raises(RequestError, match="characters") as found:
        call(access, "goods_match", {"codes": ["854231", "845710"] * 50})
    assert "fewer" in found.value.hint
    assert LONGEST_ANSWER < 100_000


def test_descriptions_are_short_enough_for_a_conversation() -> None:
    sizes = {name: len(json.dumps(one.schema) + one.description) for name, one in TOOLS.items()}
    assert sum(sizes.values()) < 25_000
    assert max(sizes, key=lambda name: sizes[name]) == "ask"
    for one in TOOLS.values():
        assert set(one.required) <= set(one.arguments)
        assert all("examples" in schema for schema in one.arguments.values()), one.name


@pytest.mark.parametrize(
    "uri",
    ["file:///etc/passwd", "entrepot://caveats/../../README", "entrepot://lists/../x.csv", ""],
)
def test_resources_are_no_files(uri: str) -> None:
    with under(Limits(files=False)), pytest.raises(EntrepotError):
        _read(uri)


def test_every_resource_can_be_read() -> None:
    from entrepot.serve.agents import _resources

    for one in _resources()[::9]:
        text, kind = _read(str(one.uri))
        assert text
        assert kind == one.mime_type


QUESTIONS: dict[str, list[tuple[str, dict[str, Any], str]]] = {
    "How much of Russia's high-priority goods came from China in 2023?": [("ask", SHARE, "56.3 %")],
    "Which of the two depends more on the other?": [
        (
            "ask",
            {"measure": "asymmetry", "importer": "Russia", "exporter": "China", "period": "2025"},
            "14.4 times",
        )
    ],
    "Who supplies Germany's permanent magnets?": [
        ("suppliers", {"importer": "Germany", "goods": "850511", "period": "2022"}, "Philippines")
    ],
    "Which of six countries buys most of its magnets from China?": [
        (
            "series",
            {
                "measure": "import_share",
                "importers": "DEU; FRA; ITA; POL; USA; JPN",
                "exporter": "CHN",
                "goods": "850511",
                "period": "2022",
            },
            "86.2 %",
        )
    ],
    "How far do German electronics makers depend on Chinese inputs?": [
        (
            "ask",
            {
                "measure": "import_share",
                "importer": "DEU",
                "exporter": "CHN",
                "goods": "inputs",
                "sector": "C26",
                "period": "2022",
            },
            "31.9 %",
        )
    ],
    "When were machining centres listed, and where?": [
        ("goods_history", {"code": "845710"}, "2023-02-25")
    ],
    "Which codes did the Common High Priority List get in early 2024?": [
        ("goods_list", {"name": "chpl", "compared_with": "chpl@2023-12-31"}, "845811")
    ],
    "Can these two numbers of an article both be true?": [
        (
            "read_text",
            {"text": "China's exports to Russia fell by 3.4 % to 103 billion dollars in 2025."},
            "growth",
        ),
        (
            "check_claims",
            {
                "claims": [
                    {
                        "growth": {
                            "exporter": "CHN",
                            "importer": "RUS",
                            "currency": "USD",
                            "period": "2025",
                        },
                        "says": "fell by 3.4 %",
                    },
                    {
                        "value": {"exporter": "CHN", "importer": "RUS", "period": "2025"},
                        "says": "103 billion dollars",
                    },
                ]
            },
            "inconsistent",
        ),
    ],
    "Does Turkey's supply to Russia compare with China's?": [
        ("compare", {"importer": "RUS", "supplier2": "TUR"}, "No available data")
    ],
    "What would be needed to estimate rerouting through Kyrgyzstan?": [
        (
            "ask",
            {
                "measure": "rerouted",
                "importer": "RUS",
                "exporter": "EU27",
                "hubs": "KGZ",
                "goods": "chpl",
                "base": "2021",
                "period": "2023",
            },
            "insufficient_data",
        ),
        ("data_status", {}, "entrepot data add comtrade FILE"),
    ],
}


@pytest.mark.parametrize("question", list(QUESTIONS))
def test_an_analyst_is_answered_in_three_calls(question: str, access: AgentAccess) -> None:
    calls = QUESTIONS[question]
    assert len(calls) <= 3
    for tool, given, words in calls:
        found = call(access, tool, given)
        assert words in json.dumps(found, ensure_ascii=False, default=str), (tool, found)
        assert found["link"].startswith("http://x/") or "link" in found["figure"], tool


def test_without_a_page_a_link_is_the_command_that_makes_it(access: AgentAccess) -> None:
    alone = AgentAccess(access.pool)
    given = {"measure": "import_share", "importer": "DEU", "exporter": "CHN", "goods": "850511"}
    found = call(alone, "ask", given | {"period": "2022"})
    assert found["link"].startswith(f"{found['command']} --")
    assert found["link"].endswith(" --out answer.html")
    found = call(alone, "measures", {"id": "import_share"})
    address = "http://127.0.0.1:8000/measures/import_share"
    assert found["link"] == f"run: entrepot serve; then open {address}"
    assert call(access, "measures", {"id": "import_share"})["link"].startswith("http://x/")


def test_figures_are_those_of_the_command(access: AgentAccess) -> None:
    """What is left out is length, never a caveat."""
    lake = Lake.open(access.pool.folder)
    figure = ask("hhi", importer="DEU", goods="850511", period=2022, lake=lake)
    found = call(
        access, "ask", {"measure": "hhi", "importer": "DEU", "goods": "850511", "period": 2022}
    )
    assert found["value"] == figure.value
    assert found["caveats"] == [
        one.to_dict() | {"resource": f"entrepot://caveats/{one.docs.removeprefix('explanation/')}"}
        for one in figure.caveats
    ]
    assert found["citation"] == figure.cite()
    shares = call(
        access, "suppliers", {"importer": "DEU", "goods": "850511", "period": 2022, "rows": 200}
    )
    of_all = [row["share"] for row in shares["table"]]
    assert sum(share**2 for share in of_all) == pytest.approx(figure.value, rel=1e-3)
    for row in shares["table"][:3]:
        alone = ask("import_share", importer="DEU", exporter=row["exporter"], goods="850511",
                    period=2022, lake=lake)  # fmt: skip
        assert row["share"] == pytest.approx(alone.value, rel=1e-9)


def test_an_unknown_resource_is_an_error_of_the_protocol(tmp_path: Path) -> None:
    server = agents.agent_server(AgentAccess(Pool(tmp_path / "lake", 60.0)))

    async def talk() -> None:
        async with Client(server) as client:
            with pytest.raises(MCPError, match="none-of-these"):
                await client.read_resource("entrepot://caveats/none-of-these")

    in_own_loop(talk)


def test_a_resource_that_breaks_off_names_no_file_of_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Python says of an error has paths of the machine."""

    def broken(_: str) -> tuple[str, str]:
        raise FileNotFoundError(2, "No such file", "/srv/secret/hs_codes.csv")

    monkeypatch.setattr(agents, "_read", broken)
    server = agents.agent_server(AgentAccess(Pool(tmp_path / "lake", 60.0)))

    async def talk() -> None:
        async with Client(server) as client:
            with pytest.raises(MCPError, match="the server broke off") as told:
                await client.read_resource("entrepot://lists")
            assert "/srv" not in str(told.value)

    in_own_loop(talk)


def test_a_question_in_words_is_answered_as_it_was_read_or_asked_back(access: AgentAccess) -> None:
    question = "How much of Germany's magnets came from China in 2022?"
    found = call(access, "ask_in_words", {"question": question})
    keys = {"importer": "DEU", "exporter": "CHN", "goods": "850511", "period": "2022"}
    same = call(access, "ask", {"measure": "import_share", **keys})
    assert found["answered"]
    assert found["read"]["read_as"] == "import_share, DEU, CHN, 850511, 2022"
    assert (found["value"], found["id"]) == (same["value"], same["id"])
    back = call(access, "ask_in_words", {"question": "How much of Korea's coal came from Russia?"})
    assert not back["answered"]
    assert [one["key"] for one in back["read"]["unsaid"]] == ["importer", "period"]
    assert "value" not in back
    series = "How did Germany's dependence on Chinese magnets develop from 2021 to 2022?"
    assert len(call(access, "ask_in_words", {"question": series})["rows"]) == 2
    compared = "Who bought more magnets from China in 2022, Germany or Poland?"
    assert len(call(access, "ask_in_words", {"question": compared})["rows"]) == 2


def test_a_question_without_a_value_is_not_answered(access: AgentAccess) -> None:
    for words in ("in 1999", "develop from 1998 to 1999"):
        question = f"How did Germany's dependence on Chinese magnets {words}?"
        if words.startswith("in"):
            question = "How much of Germany's magnets came from China in 1999?"
        found = call(access, "ask_in_words", {"question": question})
        assert not found["read"]["unsaid"]
        assert found.get("value") is None
        assert all(row["value"] is None for row in found.get("rows", ()))
        assert found["answered"] is False


def test_words_for_goods_are_the_code_that_a_question_in_words_gives_them(
    access: AgentAccess,
) -> None:
    """An agent that sent "magnets" was refused, though the same word in a question is 850511."""
    keys = {"importer": "DEU", "exporter": "CHN", "period": "2022"}
    same = call(access, "ask", {"measure": "import_share", "goods": "850511", **keys})
    found = call(access, "ask", {"measure": "import_share", "goods": "Magnets", **keys})
    assert (found["value"], found["definition"]["goods"]) == (same["value"], "850511")
    assert found["command"] == same["command"]
    series = call(access, "series", {"measure": "import_share", "goods": "magnets", **keys})
    assert series["rows"][0]["value"] == same["value"]


def slow(begun: list[str], ended: list[str]) -> Any:
    """Return a tool that goes on for ever, as a large question would, and says when it ends."""

    def tool(access: AgentAccess, name: str, _: dict[str, Any]) -> dict[str, Any]:
        if name != "measures":
            return {}

        def work(_: Lake) -> dict[str, Any]:
            begun.append(name)
            try:
                while True:
                    step()
                    time.sleep(0.01)
            finally:
                ended.append(name)

        return access.ask(work)

    return tool


async def until(found: Callable[[], bool]) -> None:
    with anyio.fail_after(200):
        while not found():
            await anyio.sleep(0.02)


def test_a_call_that_the_client_gives_up_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It held its place until its time was over."""
    begun: list[str] = []
    ended: list[str] = []
    monkeypatch.setattr(agents, "call", slow(begun, ended))
    server = agents.agent_server(AgentAccess(Pool(tmp_path / "lake", 600.0)))

    async def talk() -> None:
        async with Client(server) as client:
            async with anyio.create_task_group() as asked:
                for _ in range(agents.AT_WORK + 1):
                    asked.start_soon(client.call_tool, "measures", {})
                await until(lambda: len(begun) == 4)  # the questions that a pool works on at once
                asked.cancel_scope.cancel()
            await until(lambda: len(ended) == len(begun))
            with anyio.fail_after(200):
                assert not (await client.call_tool("lists", {})).is_error

    in_own_loop(talk)


def test_calls_of_clients_that_are_gone_keep_no_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four abandoned calls had everything of their reader refused, pings and all."""
    begun: list[str] = []
    ended: list[str] = []
    monkeypatch.setattr(agents, "call", slow(begun, ended))
    app = http_app(tmp_path / "no", Access(), seconds=600)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()

    async def talk() -> None:
        await until(lambda: server.started)
        port = server.servers[0].sockets[0].getsockname()[1]
        accepts = {"Accept": "application/json, text/event-stream"}
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", headers=accepts, timeout=200
        ) as client:

            async def send(method: str, **params: Any) -> httpx.Response:
                body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
                return await client.post("/mcp", json=body)

            async with anyio.create_task_group() as asked:
                for _ in range(agents.CALLS):
                    asked.start_soon(lambda: send("tools/call", name="measures", arguments={}))
                await until(lambda: len(begun) == agents.CALLS)
                refused = await send("tools/call", name="lists", arguments={})
                assert refused.status_code == 503
                assert "4 calls of 127.0.0.1" in refused.json()["detail"]
                assert (await send("ping")).status_code == 200
                asked.cancel_scope.cancel()
            await until(lambda: len(ended) == agents.CALLS)
            assert (await send("tools/call", name="lists", arguments={})).status_code == 200

    try:
        in_own_loop(talk)
    finally:
        server.should_exit = True
        thread.join(200)


def test_a_call_that_waits_and_is_given_up_leaves_room(tmp_path: Path) -> None:
    pool = Pool(tmp_path / "lake", 600.0, workers=1, waiting=2)
    ends = threading.Event()
    first = pool.start(lambda _: ends.wait(200))
    second = pool.start(lambda _: None)
    with pytest.raises(BusyError):
        pool.start(lambda _: None)
    second.leave()
    while not second.is_left and not second._future.cancelled():
        time.sleep(0.01)
    third = None
    for _ in range(2000):  # the room is free as soon as the thread that gives it up has run
        with suppress(BusyError):
            third = pool.start(lambda _: 3)
            break
        time.sleep(0.01)
    ends.set()
    assert first.result()
    assert third is not None
    assert third.result() == 3


def test_a_text_that_nobody_waits_for_ends() -> None:
    """Its process went on to the end of its time."""
    killed: list[str] = []
    process = SimpleNamespace(kill=lambda: killed.append("at work"))
    at_work = TextWork()
    with at_work.by(process):  # type: ignore[arg-type] # what ends is what counts here
        at_work.end()
    assert killed == ["at work"]
    at_work.end()  # another text's by now
    assert killed == ["at work"]
    late = TextWork()
    late.end()
    with late.by(process):  # type: ignore[arg-type] # as above
        assert killed == ["at work", "at work"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"jsonrpc": "2.0", "id": 1, "result": {}}', 202),
        (b'{"jsonrpc": "2.0", "method": "ping", "id": "\xff"}', 400),
    ],
)
def test_messages_without_a_method_or_with_odd_bytes_are_no_defect(
    body: bytes, status: int, tmp_path: Path
) -> None:
    app = http_app(tmp_path / "no", Access(), seconds=5)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    accepts = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
    try:
        found = httpx.post(
            f"http://127.0.0.1:{port}/mcp", content=body, headers=accepts, timeout=200
        )
    finally:
        server.should_exit = True
        thread.join(200)
    assert found.status_code == status
