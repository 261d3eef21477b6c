"""What the page about R and Excel types: the query of its rows, and its addresses."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
from starlette.testclient import TestClient

from entrepot.cli.main import run
from entrepot.serve import create_app

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "how-to" / "use-from-r-and-excel.md").read_text(encoding="utf-8")


def test_the_query_of_the_page_reads_what_its_command_exports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ENTREPOT_LAKE", str(tmp_path / "lake"))
    [command] = re.findall(r"^    entrepot (data export .*)$", PAGE, flags=re.MULTILINE)
    monkeypatch.setattr("sys.argv", ["entrepot", *command.split()])
    with pytest.raises(SystemExit) as ended:
        run()
    assert ended.value.code == 0
    [query] = re.findall(r'dbGetQuery\(lake, "(.*?)"\)', PAGE, flags=re.DOTALL)
    rows = duckdb.sql(query).fetchall()
    assert (rows[0][0], len(rows)) == ("CHN", 5)


def test_the_addresses_of_the_page_answer(tmp_path: Path) -> None:
    client = TestClient(create_app(tmp_path), base_url="http://127.0.0.1:8000")
    [address] = re.findall(r'"(http://[^"]*/api/ask\?[^"]*)"', PAGE)
    assert round(client.get(address).json()["value"], 3) == 0.825
    [(path, keys)] = re.findall(r'Web\.Contents\("([^"]*)", \[Query = \[(.*?)\]\]', PAGE, re.DOTALL)
    query = dict(re.findall(r'(\w+) = "([^"]*)"', keys))
    table = client.get(path, params=query).text.splitlines()
    assert table[0].startswith("exporter,")
    assert table[1].startswith("CHN,")
