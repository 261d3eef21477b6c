"""The room of scenarios: the same numbers as a file on a terminal, and refusals in words."""

from __future__ import annotations

import csv
import io
import json
import re
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from tests.ask_server import Client
from tests.made_icio import made_up, text_of, written

from entrepot.figures.scenario import evaluate_scenario, parse_scenario
from entrepot.lake import Lake
from entrepot.report.scenario_tables import answer
from entrepot.serve import create_app
from entrepot.serve.views import scenario

if TYPE_CHECKING:
    from pathlib import Path

ONE = (
    "imposes=DEU%2BUSA&target=RUS&sectors=C26,C29&answer=export_ban&answer_sectors=A01"
    "&leak=0.1&friction=0.3,0.6&inputs=0.5&outer=0.5"
)
FILE = """\
format: 1
title: made
period: 2022
cut: {imposes: DEU+USA, target: RUS, instrument: export_ban, sectors: [C26, C29]}
retaliation: {instrument: export_ban, sectors: [A01]}
economy: {leak: 0.1, friction: {take: 0.3, also: [0.6]}, inputs: 0.5, outer: 0.5}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("scenarios")
    table = made_up(5, ("CHN", "DEU", "HKG", "RUS", "USA"))
    for node in table.nodes:
        bought = sum(table.inputs.get((seller, node), 0.0) for seller in table.nodes)
        table.final[node] = round(table.final[node] + 1.5 * bought, 4)
    Lake.open(place / "lake").add("icio", [written(place, text_of(table))])
    return place / "lake"


@pytest.fixture(scope="module")
def client(folder: Path) -> Client:
    return Client(create_app(folder))


def test_an_address_is_the_file_that_it_shows(client: Client, folder: Path) -> None:
    wanted = evaluate_scenario(parse_scenario(FILE), Lake.open(folder))
    told = client.get(f"/api/scenario?{ONE}").json()
    for name in ("economy", "caveats"):
        assert told[name] == json.loads(json.dumps(wanted.to_dict()[name]))
    assert told["answer"] == answer(wanted)
    page = client.get(f"/scenario?{ONE}").text
    assert answer(wanted) in unescape(page).replace("\u2019", "'")
    [text] = re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", page, re.DOTALL)
    again = evaluate_scenario(parse_scenario(unescape(text)), Lake.open(folder))
    assert again.economy is not None
    assert again.economy.to_dict() == wanted.to_dict()["economy"]
    title = "Germany and the United States stop selling electronics and motor vehicles to Russia"
    assert title in page
    assert page.count("<svg") >= 4  # ladder and map, wide and narrow


def test_fields_take_words_and_show_them(client: Client) -> None:
    """They asked for codes of sectors, and showed codes of countries and goods."""
    in_words = ONE.replace("DEU%2BUSA", "Germany%2BUnited+States").replace("RUS", "Russia")
    in_words = in_words.replace("C26,C29", "Electronics,+motor+vehicles")
    in_words = in_words.replace("A01", "crops+and+animals")
    told = client.get(f"/api/scenario?{in_words}").json()
    assert told["economy"] == client.get(f"/api/scenario?{ONE}").json()["economy"]
    assert 'value="Germany+United States"' in client.get(f"/scenario?{ONE}").text
    form = client.get("/scenario").text
    hints = " ".join(re.findall(r'placeholder="([^"]*)"', form))
    assert not re.search(r"\b(CHN|RUS|EU27|chpl|[A-Z]\d\d|\d{4,6})\b", hints.replace("2022", ""))
    assert 'value="textiles, clothing and leather"' in form


def test_what_is_saved_has_the_numbers_of_the_page(client: Client) -> None:
    told = client.get(f"/api/scenario?{ONE}").json()["economy"]
    answered = client.get(f"/scenario.csv?{ONE}")
    assert answered.headers["content-disposition"] == 'attachment; filename="scenario.csv"'
    rows = list(csv.DictReader(io.StringIO(answered.text)))
    flat = [(of, one) for of in ("sides", "areas", "sectors") for one in told[of]]
    assert len(rows) == len(flat) > 12
    for row, (of, one) in zip(rows, flat, strict=True):
        assert (row["level"], row["of"], row["code"]) == ("inputs", of, one["code"])
        for name in ("lost_usd", "lost_share", "value_added_usd"):
            for end, kind in (("", "value"), ("_low", "low"), ("_high", "high")):
                cell = row[name + end]
                assert (float(cell) if cell else None) == one[name][kind]
    drawn = client.get(f"/scenario.svg?{ONE}")
    assert drawn.headers["content-type"].startswith("image/svg+xml")
    assert "style-src 'sha256-" in drawn.headers["content-security-policy"]
    assert "Russia" in drawn.text


def test_two_side_by_side_differ_in_what_is_named(client: Client) -> None:
    both = client.get(f"/api/scenario?{ONE}&instrument2=embargo&answer2=none").json()["scenarios"]
    cuts = [one["scenario"]["cut"] for one in both]
    assert [one["instrument"] for one in cuts] == ["export_ban", "embargo"]
    assert cuts[1] | {"instrument": "export_ban"} == cuts[0]
    assert [one["scenario"]["retaliation"] is None for one in both] == [False, True]
    page = client.get(f"/scenario?{ONE}&instrument2=embargo").text
    assert "Scenarios side by side" in page
    assert page.count('class="answer small"') == 2
    assert 'name="instrument2"' in page
    assert len({row["scenario"] for row in _rows(client, f"{ONE}&instrument2=embargo")}) == 2


def _rows(client: Client, query: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(f"/api/scenario.csv?{query}").text)))


def test_page_table_and_drawing_are_worked_out_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def counted(*given: Any) -> Any:
        asked.append(given)
        return evaluate_scenario(*given)

    monkeypatch.setattr(scenario, "evaluate_scenario", counted)
    fresh = Client(create_app(folder))
    query = ONE.replace("0.3,0.6", "0.25,0.65")
    for path in ("/scenario", "/scenario.csv", "/scenario.svg", "/api/scenario"):
        assert fresh.get(f"{path}?{query}").status_code == 200
    assert len(asked) == 1


def test_without_an_address_the_form_and_examples(client: Client) -> None:
    page = client.get("/scenario").text
    assert 'name="imposes"' in page
    assert "What if trade stopped?" in page
    links = re.findall(r'href="(/scenario\?imposes=[^"]+)"', page)
    assert len(links) == 3
    for link in links:  # areas and sectors that there are; this table has not all of them
        answered = client.get(unescape(link).replace("/scenario", "/api/scenario"))
        unknown = "no entry of its own", "unknown sector of the economy"
        assert answered.status_code == 200 or any(words in answered.text for words in unknown)


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("imposes=CHN", 400, "target is not named"),
        ("imposes=CHN&target=RUS&sektors=C26", 400, "did you mean sectors"),
        ("imposes=CHN&target=RUS&leak=a", 400, "leak is no number"),
        ("imposes=CHN&target=RUS&leak=0.1,0.2,0.3,0.4,0.5,0.6", 400, "leak has 6 values"),
        ("imposes=CHN&target=RUS&answer_sectors=C26", 400, "sectors of an answer that is none"),
        ("imposes=CHN&target=RUS&sigma=3", 400, "sigma without goods"),
        ("imposes=CHN&target=RUS&sigma=mine.csv", 400, "sigma without goods"),
        ("imposes=CHN&target=RUS&goods=mine.csv", 422, "is a file, and no file is read here"),
        ("imposes=Atlantis&target=RUS", 404, "unknown area"),
        ("imposes=CHN&target=RUS&period=1990", 404, "1990"),
        ("imposes=CHN&target=CHN", 422, "CHN imposes the cut and is its target"),
        ("imposes=CHN&target=RUS&sectors=C62", 422, "unknown sector"),
        ("imposes=CHN&target=RUS&sectors=C20", 422, "sector of the economy"),
        ("imposes=others&target=others", 422, "no area is named"),
        ("imposes=CHN&target=RUS&instrument=war", 422, "export_ban"),
        ("imposes=CHN&target=RUS&outer=0", 422, "an elasticity of zero"),
        ("imposes=CHN&target=RUS&leak=nan", 422, "no part"),
        ("imposes=CHN&target=RUS&imposes2=CHN", 422, "both scenarios are the same"),
    ],
)
def test_what_is_refused(client: Client, query: str, status: int, words: str) -> None:
    told = client.get(f"/api/scenario?{query}")
    assert told.status_code == status, told.text
    assert words in told.text
    assert "the address, line" not in told.text
    page = client.get(f"/scenario?{query}")
    assert page.status_code == status
    assert "Traceback" not in page.text


def test_an_infinite_elasticity_is_json(client: Client) -> None:
    told = client.get(f"/api/scenario?{ONE.replace('inputs=0.5', 'inputs=inf')}")
    assert told.status_code == 200
    assert told.json()["scenario"]["economy"]["inputs"]["take"] == "inf"
