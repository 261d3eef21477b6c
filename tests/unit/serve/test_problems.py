"""Wrong requests: what is wrong, why, and what to do, with the right status."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.ask_server import Client

from entrepot.serve import create_app

if TYPE_CHECKING:
    from pathlib import Path

MANY = ",".join(str(code) for code in range(850000, 850150))
SHARE = "measure=import_share&importer=RUS&exporter=CHN&goods=chpl&period=2023"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Client:
    return Client(create_app(tmp_path_factory.mktemp("serve") / "no-lake"))


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/api/ask", 400, "no measure"),
        ("/api/ask?measure=hhi", 422, "period is missing"),
        ("/api/ask?measure=hhii&period=2023", 422, "hhi"),
        ("/api/ask?measure=hhi&period=2023&importer=RSU", 422, "RSU"),
        ("/api/ask?measure=hhi&period=soon&importer=RUS", 422, "soon"),
        ("/api/ask?measure=hhi&period=2023&importr=RUS", 400, "importer"),
        ("/api/ask?measure=hhi&period=2023&period=2022", 400, "twice"),
        ("/api/ask?measure=cr&period=2023&k=three", 400, "three"),
        (f"/api/ask?{SHARE}&curve=maybe", 400, "maybe"),
        (f"/api/ask?{SHARE}&above=0.5", 400, "curve"),
        (f"/api/ask?measure=value&period=2023&goods={MANY}", 400, "characters"),
        (f"/api/measures?{'x' * 5000}", 400, "longer"),
        ("/api/goods/chppl", 404, "chpl"),
        ("/api/goods/..%2F..%2Fetc%2Fpasswd", 404, ""),
        ("/api/brief", 400, "importer"),
        ("/api/brief?importer=XQX", 404, "XQX"),
        ("/api/nothing", 404, "address"),
    ],
)
def test_a_wrong_address_is_told_what_to_do(
    client: Client, path: str, status: int, words: str
) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert {"type", "title", "status", "detail"} <= set(problem)
    assert problem["status"] == status
    assert problem["hint"]
    assert words in answer.text


def test_unknown_goods_are_quoted_and_no_file_is_offered(client: Client) -> None:
    address = "ask?measure=value&importer=RUS&exporter=CHN&goods=chppl&period=2023"
    hint = client.get(f"/api/{address}").json()["hint"]
    assert "a list on a day (chpl@2024-01-01) or codes (8542)" in hint
    assert "Unknown goods: ‘chppl’" in client.get(f"/{address}").text


def test_the_type_of_a_problem_leads_to_its_place(client: Client) -> None:
    page = client.get("/docs").text
    for path in ("/api/ask", "/api/goods/chppl", "/api/ask?measure=hhi"):
        anchor = client.get(path).json()["type"].partition("#")[2]
        assert f'id="{anchor}"' in page


SECRET = "password of somebody"
GOODS = ["{}", "{}:1", "{}@2023-01-01", "chpl,{}", "chpl, {}:4.B@2023", "../../{}", "no-such.CSV"]


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file of the server that looks like a list, so that reading it would show."""
    found = tmp_path / "private.csv"
    found.write_text(f"code,nomenclature,{SECRET}\n854231,HS2017,x\n", encoding="utf-8")
    return found


@pytest.mark.parametrize("goods", GOODS)
@pytest.mark.parametrize("key", ["goods", "listed"])
def test_no_file_of_the_server_is_opened_by_an_address(
    client: Client, secret: Path, goods: str, key: str
) -> None:
    keys = {"measure": "event_study" if key == "listed" else "value", "period": "2023"}
    keys |= {"importer": "RUS", "exporter": "CHN", key: goods.format(secret)}
    answer = client.send("GET", "/api/ask", params=keys)
    assert answer.status_code == 422
    assert SECRET not in answer.text
    told = answer.json()["detail"]
    assert "no file is read here" in told or key == "listed"
    missing = {**keys, key: goods.format(secret.with_name("missing.csv"))}
    other = client.send("GET", "/api/ask", params=missing).json()["detail"]
    assert other.replace("missing", "private") == told, "whether there is such a file is told"


@pytest.mark.parametrize("goods", GOODS)
@pytest.mark.parametrize(
    "beside",
    ["", "    attributed_to: =\n", "    quote: 2026-13-45\n", "    quote: 1:1:1\n", "    <<: x\n"],
    ids=["nothing", "equals", "no-date", "sexagesimal", "merge"],
)
def test_no_file_of_the_server_is_opened_by_claims(
    client: Client, secret: Path, goods: str, beside: str
) -> None:
    """Whatever stands beside it: a guard that read the text by itself was blinded by an =."""
    claims = (
        "format: 1\nsource: {title: t}\nclaims:\n  - id: a\n    says: 5 bn USD\n"
        f"    value: {{importer: RUS, exporter: CHN, period: 2023, goods: 'GOODS'}}\n{beside}"
    )
    told = []
    for path in (secret, secret.with_name("missing.csv")):
        sent = client.send(
            "POST", "/api/check", content=claims.replace("GOODS", goods.format(path)), headers=YAML
        )
        assert sent.status_code == 422
        assert SECRET not in sent.text
        told.append(sent.json()["detail"])
    assert told[0] == told[1].replace("missing", "private")
    assert "no file is read here" in told[0] or "<<" in beside


@pytest.mark.parametrize("place", ["source: {{title: t, date: {}}}", "period: {}", "says: {}"])
@pytest.mark.parametrize(
    "value",
    [
        *("2026-13-45", "2026-02-30", "0000-00-00", "9" * 5000, "9" * 90_000, "1e999", ".inf"),
        *("1:1:1:1", "=", "-0x1p-9999", "0b" + "1" * 5000, "2026-01-01T99:99:99Z", "٢٠٢٣-٩٩"),
        *("~", "!!int x", "!!timestamp 2026-13-45", "99999-01-01", "2026Q9", "2026..2026-13"),
    ],
)
def test_what_is_no_date_or_number_is_told_and_not_a_defect(
    client: Client, place: str, value: str
) -> None:
    lines = {
        "source": "source: {title: t}",
        "period": "period: 2023",
        "says": "says: 5 bn USD",
    }
    kind = place.split(":")[0]
    lines[kind] = place.format(value)
    claims = (
        f"format: 1\n{lines['source']}\nclaims:\n  - id: a\n    {lines['says']}\n"
        f"    value:\n      importer: RUS\n      exporter: CHN\n      {lines['period']}\n"
    )
    answer = client.send("POST", "/api/check", content=claims.encode(), headers=YAML)
    assert answer.status_code == 422, answer.text[:300]
    assert len(answer.text) < 5000, "what is wrong is not sent back whole"


YAML = {"content-type": "application/yaml"}


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"x" * 1_000_001, "text/plain", 413),
        (b"\xff\xfe", "text/plain", 422),
        (b"  ", "text/plain", 422),
        (b"claims: [", "application/yaml", 422),
        (b"format: 1\nsource: {title: t}\nclaims: []\nmore: 1", "application/yaml", 422),
        (b"[" * 5000, "application/yaml", 422),
        (b"[" * 100_000, "application/json", 422),
        (b'{"text": 1}', "application/json", 422),
        (b'{"text": "a", "txt": "b"}', "application/json", 400),
        (b"text=a&kind=poem", "application/x-www-form-urlencoded", 422),
        (b"&".join([b"a=1"] * 50), "application/x-www-form-urlencoded", 400),
        (b"%PDF-1.4", "application/pdf", 415),
    ],
)
def test_a_text_that_cannot_be_read_is_refused(
    client: Client, content: bytes, kind: str, status: int
) -> None:
    answer = client.send("POST", "/api/check", content=content, headers={"content-type": kind})
    assert answer.status_code == status, answer.text[:300]
    assert answer.json()["detail"]


def test_a_body_without_a_length_is_cut_off(client: Client) -> None:
    async def endless() -> object:
        for _ in range(200):
            yield b"x" * 10_000

    answer = client.send("POST", "/api/check", content=endless())
    assert answer.status_code == 413


def test_aliases_that_grow_without_end_are_refused_quickly(client: Client) -> None:
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    answer = client.send("POST", "/api/check", content="\n".join(lines), headers=YAML)
    assert answer.status_code == 422


def test_more_claims_than_can_be_held_against_each_other_are_refused(client: Client) -> None:
    line = "China's exports to Russia fell by {} % in {}."
    text = " ".join(line.format(n % 90 + 1, 2000 + n % 26) for n in range(230))
    answer = client.send("POST", "/api/check", content=text)
    assert answer.status_code == 422
    assert "200" in answer.json()["why"]


HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}'


@pytest.mark.parametrize(
    "path",
    [
        "/search?q={}",
        "/explore?importer=DEU&goods=850511&title={}",
        "/embed?importer=DEU&goods=850511&title={}",
        "/explore?show={}",
        "/goods/850511?period={}",
        "/ask?measure={}&period=2023",
        "/ask?measure=value&period=2023&importer={}",
        "/goods/{}",
        "/measures/{}",
        "/country/{}",
        "/country/RUS?goods={}",
        "/country/RUS/from/{}",
        "/country/RUS/from/CHN?period={}",
        "/go?importer={}",
        "/{}",
    ],
)
def test_hostile_text_is_shown_as_text(client: Client, path: str) -> None:
    from urllib.parse import quote

    answer = client.get(path.format(quote(HOSTILE, safe="")))
    assert answer.status_code in (200, 400, 404, 422)
    assert "<script>alert" not in answer.text
    assert "<img" not in answer.text
    assert "\n" not in str(answer.headers.get("location", ""))


def test_a_hostile_article_is_shown_as_text(client: Client) -> None:
    text = f"China's exports to Russia fell by 3.4 % in 2025. {HOSTILE} And by 5 %."
    answer = client.send("POST", "/check", data={"text": text, "kind": "article"})
    assert answer.status_code == 200
    assert "<script>" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text


def test_the_place_of_the_lake_is_told_to_nobody(tmp_path: Path) -> None:
    folder = tmp_path / "secret-place"
    folder.mkdir()
    (folder / "catalog.json").write_text("{not json", encoding="utf-8")
    answer = Client(create_app(folder)).get("/api/ask?" + SHARE)
    assert answer.status_code >= 400
    assert "secret-place" not in answer.text


@pytest.mark.parametrize("name", ["nothing.csv", "nothing.svg", "brief.RUS.csv", "%2A.svg"])
def test_a_section_that_no_brief_has_is_refused_before_a_brief_is_worked_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Each such name cost a whole brief, half a minute."""
    monkeypatch.setattr("entrepot.serve.views.brief.brief_in", lambda *_: pytest.fail("worked out"))
    answer = Client(create_app(tmp_path / "no-lake")).get(f"/country/RUS/from/CHN/{name}")
    assert answer.status_code == 404
    assert "sections: share" in answer.text


@pytest.mark.parametrize(
    "path", ["/goods", "/compare.csv", "/data", "/scenario", "/script/page.js"]
)
@pytest.mark.parametrize("end", ["%0a", "%0A%0A", "%00", "%0d", "%7f"])
def test_a_control_character_in_a_path_is_no_defect(client: Client, path: str, end: str) -> None:
    """A route fits before a line feed at the end, and its address was then sought in vain: 500."""
    answer = client.get(path + end)
    assert answer.status_code == 400
    assert "control character" in answer.text


@pytest.mark.parametrize(
    ("path", "link"),
    [
        ("/batteries", "/goods/8507"),
        ("/country/Germny", "/country/DEU"),
        ("/goods/magnetts", "/goods/850511"),
    ],
)
def test_a_page_that_does_not_exist_offers_what_its_name_may_mean(
    client: Client, path: str, link: str
) -> None:
    """A reader was told that the API is described elsewhere."""
    text = client.get(path).text
    main = text[text.index("<main") :]
    assert f'href="{link}"' in main
    assert f'value="{path.rpartition("/")[2]}"' in main
    assert "API is described" not in main


def test_for_a_country_that_does_not_exist_no_list_of_goods_is_offered(client: Client) -> None:
    """For XXX three annexes whose numbers begin like it were."""
    text = client.get("/country/XXX").text
    assert "Did you mean" not in text
    assert 'href="/goods/' not in text[text.index("<main") :]


@pytest.mark.parametrize(
    ("path", "where"),
    [
        (
            "/country/Germany/from/China?goods=batteries",
            "/country/DEU/from/CHN?goods=8507",
        ),
        ("/country/DEU?goods=magnets&period=2022", "/country/DEU?goods=850511&period=2022"),
        ("/goods/Lithium-ion%20batteries", "/goods/850760"),
        ("/country/DEU?goods=chpl", ""),
        ("/country/DEU?goods=850511,850519", ""),
        ("/goods/chpl", ""),
    ],
)
def test_goods_named_in_words_lead_to_their_codes(client: Client, path: str, where: str) -> None:
    """A name of goods in an address was an error, though the form beside it reads it."""
    answer = client.get(path)
    assert answer.headers.get("location", "") == where
    assert answer.status_code == (303 if where else 200)


def test_a_damaged_catalog_is_no_fault_of_who_asks(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    lake.mkdir()
    (lake / "catalog.json").write_text("{broken")
    answer = Client(create_app(lake)).get(f"/api/ask?{SHARE}")
    assert answer.status_code == 503
    assert "damaged" in answer.json()["detail"]
    assert "entrepot data rebuild" in answer.json()["hint"]


def test_codes_named_again_and_again_are_no_long_address(client: Client) -> None:
    """Three hundred times Germany was refused for its letters; it is one country."""
    path = f"/explore?show=several&importer={','.join(['DEU', 'FRA'] * 150)}"
    assert client.get(f"{path}&supplier=CHN&goods=850511").status_code == 200


def test_pages_are_packed_for_a_browser(client: Client) -> None:
    plain = client.get("/goods/850511", **{"accept-encoding": "identity"})
    packed = client.get("/goods/850511", **{"accept-encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) * 4 < len(plain.content)
    assert packed.headers["etag"] == plain.headers["etag"]
    assert "accept-encoding" in packed.headers["vary"].lower()


def test_a_page_says_what_a_reader_can_do_there(client: Client) -> None:
    """Commands are for a terminal; what stands between backticks is set as code, and harmless."""
    page = client.get("/country/Atlantis", accept="text/html").text
    assert 'choose among all <a href="/countries">countries</a>' in page
    assert "`" not in page
    assert "area list" not in page
    wrong = client.get("/explore?`<b>x</b>`=1", accept="text/html").text
    assert "<b>x" not in wrong
    assert "use only the keys show, importer" in wrong
