"""No request opens a file, a connection, a process or a module: all are denied meanwhile.

The interpreter itself denies (an audit hook), in the server and in the processes for texts,
whatever the code looks like. The fuzz of every operation (`test_openapi.py`) and the hostile corpus
(`test_hostile.py`) run under the same denial.
"""

from __future__ import annotations

import json
import mimetypes
import os
import socket
import subprocess
import sys
from importlib import metadata
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import duckdb
import pytest
from starlette.routing import Route
from tests.ask_server import Client
from tests.denied import CODE, denied
from tests.made_comtrade import CHINA, GERMANY, USA, row, text_of

from entrepot.figures import ask
from entrepot.lake import Lake
from entrepot.limits import Limits, under
from entrepot.model.keys import KEYS
from entrepot.serve import apart, create_app
from entrepot.serve.views.compare import KEYS as COMPARED
from entrepot.serve.views.scenario import KEYS as SCENARIO

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECRET = "a word that stands in private files only"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake, own lists, and beside them what is nobody's business: as list, claims, text."""
    folder = tmp_path_factory.mktemp("denied")
    rows = [
        row(value, period=2022, flow="M", reporter=GERMANY, partner=partner)
        for partner, value in ((CHINA, 3e8), (USA, 1e8))
    ]
    (folder / "made.csv").write_text(text_of(rows), encoding="utf-8")
    Lake.open(folder / "lake").add("comtrade", [folder / "made.csv"])
    (folder / "lists").mkdir()
    (folder / "lists" / "mine.csv").write_text("code,nomenclature\n854231,HS2017\n", "utf-8")
    private = folder / "private"
    private.mkdir()
    for name in ("x.csv", "x.yaml", "x.txt", "x.json", "x.py", "x.parquet"):
        (private / name).write_text(f"code,nomenclature,{SECRET}\n", encoding="utf-8")
    return folder


@pytest.fixture
def client(place: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setenv("ENTREPOT_LISTS", str(place / "lists"))
    monkeypatch.setattr(apart, "CODE", CODE)
    monkeypatch.setattr(apart, "_idle", [])
    apart.get_ready()
    yield Client(create_app(place / "lake", seconds=300))
    apart._end_all()


def paths(place: Path) -> list[str]:
    """Ways to name what is beside the lake."""
    private = place / "private"
    return [
        *(str(private / name) for name in ("x.csv", "x.yaml", "x.py", "missing.csv")),
        *(f"{private / 'x.csv'}:1", "../private/x.csv@2024-01-01", f"chpl,{private / 'x.csv'}"),
        *("file://" + str(private / "x.csv"), "~/x.csv", "/dev/zero.csv", "/etc/passwd", "x.csv"),
        *("http://127.0.0.1:9/x.csv", "s3://bucket/x.csv", "\\\\host\\share\\x.csv", "table.x"),
        *("mine", "lists/mine.csv", "*", "%2e%2e/private/x.csv", "glob('/etc/*')", "os.system"),
        *("' UNION SELECT * FROM read_text('/etc/passwd') --", "private.x", "-", "NUL", "con.csv"),
    ]


def told(answer: object) -> None:
    assert answer.status_code < 500, answer.text[:300]
    assert SECRET not in answer.text
    assert "root:" not in answer.text
    assert "Traceback" not in answer.text


ADDRESSES = [
    *("/goods/{}", "/goods/{}.csv", "/measures/{}", "/country/{}", "/country/DEU/from/{}"),
    *(
        "/script/{}.js",
        "/style/{}.css",
        "/api/goods/{}",
        "/api/goods/{}.csv",
        "/{}",
        "/search?q={}",
    ),
    *("/go?importer=DEU&goods={}", "/country/DEU?goods={}", "/country/DEU/from/CHN?goods={}"),
    *("/country/DEU/from/CHN/brief.md?goods={}", "/country/DEU/from/CHN?period={}"),
    *("/api/brief?importer=DEU&goods={}", "/api/brief?importer={}", "/search.json?q={}"),
]
QUESTION = {"measure": "import_share", "importer": "DEU", "exporter": "CHN", "period": "2022"}
SIDES = {"importer": "DEU", "supplier": "CHN", "supplier2": "USA", "period": "2022"}
CUT = {"imposes": "CHN", "target": "DEU"}
VERBS = [
    *(("/api/ask", QUESTION, name) for name in ("measure", *KEYS)),
    *(("/api/compare", SIDES, name) for name in COMPARED),
    *(("/api/scenario", CUT, name) for name in SCENARIO),
    *((f"/ask{form}", QUESTION, "goods") for form in ("", ".csv", ".svg")),
    *((f"/compare{form}", SIDES, "goods2") for form in ("", ".csv", ".svg")),
    *((f"/scenario{form}", CUT, "goods") for form in ("", ".csv", ".svg")),
]
EXAMPLES = {
    "importer": "DEU",
    "supplier": "CHN",
    "name": "chpl",
    "form": "md",
    "section": "suppliers",
    "cited": "0123456789ab",
}


def routes(client: Client) -> list[Route]:
    """Return every route of the server."""
    # The application stands inside three layers of middleware, which have no type of their own.
    return [one for one in client.app._app._app._app.routes if isinstance(one, Route)]  # type: ignore[attr-defined]


def addresses(client: Client) -> list[str]:
    """Return the addresses of all routes, a place for a path in each word of theirs or a key."""
    found = []
    for one in routes(client):
        words = one.param_convertors
        for word in words if one.methods and "GET" in one.methods else ():
            found.append(one.path.format(**EXAMPLES | {word: "{}"}))
        if one.methods and "GET" in one.methods:
            found.append(one.path.format(**EXAMPLES) + "?goods={}")
    return found


def test_no_word_of_an_address_is_a_path(client: Client, place: Path) -> None:
    ways = paths(place)
    client.get("/api/ask?" + urlencode(QUESTION))  # what is read once
    with denied(place / "lake", place / "lists") as found:
        for number, address in enumerate(addresses(client)):
            told(client.get(address.replace("{}", quote(ways[number % 5], safe="/"))))
        for number, address in enumerate(ADDRESSES):
            for path in (ways[0], *ways[1 + number % 7 :: 7]):
                told(client.get(address.replace("{}", quote(path, safe="/"))))
        for number, (address, keys, name) in enumerate(VERBS):
            for path in (ways[number % 3], ways[3 + number % (len(ways) - 3)]):
                told(client.send("GET", address, params={**keys, name: path}))
    assert found == []


def test_no_word_of_a_text_is_a_path(client: Client, place: Path) -> None:
    value = {"exporter": "CHN", "importer": "DEU", "period": "2022", "goods": "854231"}
    claim = {"id": "a", "quote": "q", "says": "5 bn USD", "value": value}
    source = {"title": "t", "publisher": "p", "date": "2024", "url": "u"}
    texts: list[tuple[str, str]] = []
    for number, path in enumerate(paths(place)):
        for name in value if number < 4 else ["goods"]:
            one = claim | {"value": value | {name: path}}
            texts.append(("claims", json.dumps({"format": 1, "source": source, "claims": [one]})))
        for name in source if number < 1 else ():
            about = source | {name: path}
            texts.append(("claims", json.dumps({"format": 1, "source": about, "claims": [claim]})))
        texts.append(("article", f"China's exports of {path} to Germany fell by 3.4 % in 2022."))
    tags = ["!!python/object/apply:os.system [id]", "!!python/name:os.system", "!include x.yaml"]
    tags += ["!!python/module:x", "&a [*a]", "=", "<<: {goods: x.csv}", "!!binary eA=="]
    line = "format: 1\nsource: {title: t}\nclaims:\n  - id: a\n    says: 5 bn USD\n    quote: "
    rest = f"\n    value: {json.dumps(value | {'goods': str(place / 'private' / 'x.csv')})}\n"
    texts += [("claims", f"{line}{tag}{rest}") for tag in tags]
    mimetypes.init()  # the client looks there what an upload is
    with denied(place / "lake", place / "lists") as found:
        for kind, text in texts:
            told(client.send("POST", "/api/check", json={"text": text, "kind": kind}))
        name = str(place / "private" / "x.txt")
        told(client.send("POST", "/check", data={"text": ""}, files={"file": (name, b"5 %")}))
        told(client.send("POST", "/api/check", json={"text": "5 %", "date": name}))
    assert found == []


def test_no_cell_of_a_list_and_no_claim_of_the_desk_is_a_path(client: Client, place: Path) -> None:
    posts = {one.path for one in routes(client) if one.methods and "POST" in one.methods}
    assert posts == {"/api/check", "/check", "/screen", "/api/desk"}
    mimetypes.init()
    ways = paths(place)[::2]
    head = "Date,HS code,From,To,Origin,Route,Consignee"
    quote_ = "China's exports to Germany fell by 3.4 % in 2022."
    keys = {"exporter": "CHN", "importer": "DEU", "period": "2022"}
    read = 0
    with denied(place / "lake", place / "lists") as found:
        for number, path in enumerate(ways):
            cells = ["2022-01-11", "84099110", "DE", "RU", "CN", "x", "y"]
            cells[number % 7] = path.replace(",", ";")
            text = f"{head}\n{','.join(cells)}\n"
            name = f"{path}.csv" if number % 2 else path
            screened = [
                client.send("POST", "/screen", files={"text": (None, text)}),
                client.send("POST", "/screen", files={"file": (name, text.encode())}),
            ]
            assert {one.status_code for one in screened} <= {200, 422}
            read += sum(one.status_code == 200 for one in screened)
            told(
                client.send(
                    "POST", "/screen", files={"text": (None, text), "edition": (None, path)}
                )
            )
            claim = {"quote": quote_, "growth": {**keys, "goods": path}, "says": "fell by 3.4 %"}
            numbers = [{"index": 0, "claim": claim}]
            about = f"{quote_} It stands in {path}."
            told(client.send("POST", "/api/desk", json={"text": quote_, "numbers": numbers}))
            told(client.send("POST", "/api/desk", json={"text": quote_, "date": path}))
            answer = client.send("POST", "/api/desk", json={"text": about, "date": "2026-01-21"})
            assert answer.status_code == 200, answer.text
    assert found == []
    assert read > len(ways)  # most are lists, whatever stands in a cell


SQL = [
    *("select * from read_text('{}')", "from read_csv('{}')", "from glob('{}')", "from '{}'"),
    *(
        "copy (select 1) to '{}'",
        "copy (select 1) to '{}' (format parquet)",
        "attach '{}' as taken",
    ),
    *("load '{}'", "install httpfs", "from 'http://127.0.0.1:9/x.parquet'", "export database '{}'"),
    *("set enable_external_access = true", "set allowed_directories = ['/']", "reset threads"),
    *("set lock_configuration = false", "set temp_directory = '{}'", "set memory_limit = '1TB'"),
]


@pytest.mark.parametrize("line", SQL)
def test_the_engine_opens_files_of_lake_and_package_only(place: Path, line: str) -> None:
    """The engine reads and writes by itself, which no hook of the interpreter sees."""
    free = Lake.open(place / "lake")
    with under(Limits(files=False)):
        held = Lake.open(place / "lake")
        for target in (place / "private" / "x.csv", place / "lake" / ".." / "made.csv"):
            before = target.read_bytes()
            with pytest.raises(duckdb.Error, match=r"disabled|locked|Cannot"):
                held.connection.execute(line.format(target)).fetchall()
            assert target.read_bytes() == before
    assert free.connection.execute(
        "select 1 from read_text(?)", [str(place / "made.csv")]
    ).fetchall()


def test_a_lake_is_read_by_its_link_and_what_does_not_fit_in_memory_is_put_aside(
    place: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "it's a link").symlink_to(place / "lake")
    monkeypatch.setenv("ENTREPOT_MEMORY", "60MB")
    with under(Limits(files=False)), Lake.open(tmp_path / "it's a link").reading() as held:
        asked = {"importer": "DEU", "exporter": "CHN", "goods": "854231", "period": 2022}
        assert ask("value", lake=held, **asked).value == 3e8
        wide = (
            "select max(n), max(t) from (select repeat('x', 60) || i as t, "
            "row_number() over (order by hash(i)) as n from range(1500000) r(i))"
        )
        [(count, _)] = held.connection.sql(wide).fetchall()
        assert count == 1_500_000


def test_what_is_denied_is_seen(place: Path) -> None:
    """The denial itself: each kind of it is tried, once."""
    private = place / "private"
    with denied(place / "lake") as found:
        for attempt in (
            lambda: (private / "x.csv").open(),
            lambda: (place / "lake" / "new").open("w"),
            lambda: list(private.iterdir()),
            lambda: (place / "made.csv").unlink(),
            lambda: socket.create_connection(("127.0.0.1", 9)),
            lambda: subprocess.run([sys.executable, "-c", ""], check=True),
            lambda: os.system("true"),
        ):
            with pytest.raises(PermissionError):
                attempt()
    assert len(found) == 7
    assert (place / "made.csv").exists()


def test_a_folder_of_imports_is_listed_and_what_stands_in_it_is_not_read(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other libraries put folders of theirs on the path, which the next import then lists."""
    monkeypatch.setenv("ENTREPOT_LISTS", str(place / "lists"))
    monkeypatch.syspath_prepend(str(place / "private"))
    with denied() as found:
        list(metadata.distributions())
        assert found == []
        with pytest.raises(PermissionError):
            (place / "private" / "x.csv").read_text(encoding="utf-8")
    assert len(found) == 1
