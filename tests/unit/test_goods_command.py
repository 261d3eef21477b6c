"""`entrepot goods` and `entrepot measure` on the command line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from entrepot.cli import goods, measure
from entrepot.errors import EntrepotError, RequestError, UnknownNameError

RUN = CliRunner()


def shown(app: Any, *words: str) -> str:
    result = RUN.invoke(app, list(words), catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_lists() -> None:
    assert "Common High Priority List" in shown(goods.app, "list")
    (held,) = json.loads(shown(goods.app, "list", "--json"))
    assert (held["id"], held["codes"]) == ("chpl", 50)


def test_show_a_tier() -> None:
    text = shown(goods.app, "show", "chpl:2")
    assert "854890 stands for it" in text
    assert "854231" not in text
    data = json.loads(shown(goods.app, "show", "chpl:2", "--json"))
    assert len(data["entries"]) == 5
    (new,) = [entry for entry in data["entries"] if entry["code"] == "854800"]
    assert new["HS2017"]["kind"] == "successor"
    assert new["valid_from"] == "2024-02-23"


def test_show_says_why_a_code_is_missing() -> None:
    text = " ".join(shown(goods.app, "show", "chpl").split())
    assert "854151: HS2017 has no code that is mostly this one" in text


def test_show_on_a_day() -> None:
    data = json.loads(shown(goods.app, "show", "chpl", "--on", "2024-01-01", "--json"))
    assert len(data["entries"]) == 45
    assert "None of these codes" in shown(goods.app, "show", "chpl:4.B", "--on", "2024-01-01")


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("show", "chlp"), UnknownNameError),
        (("show", "chpl:9"), UnknownNameError),
        (("show", "chpl", "--on", "yesterday"), RequestError),
        (("show", "chpl", "--on", "2001-01-01"), EntrepotError),
    ],
)
def test_refused(words: tuple[str, ...], error: type[EntrepotError]) -> None:
    with pytest.raises(error):
        shown(goods.app, *words)


def test_measures() -> None:
    text = shown(measure.app, "list")
    for name in ("value", "import_share", "export_share", "growth", "hhi", "cr", "asymmetry"):
        assert name in text
    data = json.loads(shown(measure.app, "show", "hhi", "--json"))
    assert data["unit"] == "index"
    assert "1/hhi" in data["columns"]["effective_suppliers"]
    assert "Hirschman" in shown(measure.app, "show", "hhi")
    with pytest.raises(UnknownNameError) as caught:
        shown(measure.app, "show", "hii")
    assert caught.value.suggestions == ["hhi"]
