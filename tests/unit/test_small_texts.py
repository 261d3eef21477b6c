"""Counts agree with their words, names of packed files lose both ends, and no file is dropped."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from entrepot.cli.main import app
from entrepot.errors import RequestError
from entrepot.figures.citation import source_name
from entrepot.goods import goods_list
from entrepot.goods.match import Matcher
from entrepot.sources import named_source

MAP = "format: 1\nflow: import\ncolumns: {a: {role: value, currency: USD, scale: 1}}\n"


@pytest.mark.parametrize(
    ("file", "source"),
    [("trade.csv.gz", "table.trade"), ("trade.csv", "table.trade"), ("trade.zip", "table.trade")],
)
def test_a_packed_file_is_called_as_the_file_in_it(file: str, source: str) -> None:
    try:
        found, _ = named_source("table", Path(file), MAP)
    except RequestError as error:
        found = error.hint
    assert source in found
    assert f"{source}-" not in found


@pytest.mark.parametrize("words", [["ask", "value"], ["goods", "match", "chpl"], ["reconcile"]])
def test_a_second_file_is_refused_where_one_is_written(words: list[str], tmp_path: Path) -> None:
    files = [f"--out={tmp_path / 'a.csv'}", "--out", str(tmp_path / "b.csv")]
    result = CliRunner().invoke(app, [*words, *files])
    assert isinstance(result.exception, RequestError)
    assert result.exception.what == "--out is given twice"


def test_sources_have_the_names_of_their_publishers() -> None:
    assert [source_name(one) for one in ("comtrade", "comext", "imts")] == [
        *("UN Comtrade", "Comext", "IMTS")
    ]


def test_a_match_names_the_text_that_was_not_read() -> None:
    matcher = Matcher((goods_list("cn-controls"),), "HS2022", None, all_of_them=False)
    assert any("unmanned" in why for why in matcher.unsettled(date(2023, 10, 5), "8806.22"))
    assert not matcher.unsettled(date(2023, 10, 5), "010121")
