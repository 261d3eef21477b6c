"""`entrepot data check` puts reports side by side, of one source or of two, in a sound lake."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from entrepot.cli.data import app

if TYPE_CHECKING:
    from lake_files import Put

    from entrepot.lake import Lake

BOUGHT = {"reported_by": "importer", "valuation": "CIF"}
AROUND = (
    {"importer": "KAZ"},
    {"exporter": "KAZ"},
    BOUGHT | {"exporter": "KAZ"},
    BOUGHT | {"importer": "KAZ"},
)
"""Both sides of the flow from China to Russia tell of the good and of the partner elsewhere."""
RULES = ("lost-in-transit", "missing-export", "hidden-line", "mirror-gap")


def checked(lake: Lake) -> tuple[int, dict[str, dict[str, Any]]]:
    done = CliRunner().invoke(app, ["check", "--json", "--lake", str(lake.path)])
    found = json.loads(done.stdout)["findings"]
    return done.exit_code, {one["rule"]: one for one in found}


@pytest.mark.parametrize("buyer", ["comtrade", "imts"])
def test_what_one_side_hides_is_a_warning(lake: Lake, put: Put, buyer: str) -> None:
    put("comtrade", *AROUND[:2], {"value_usd": 3e7})
    if buyer == "comtrade":
        put("imts", {"product": "TOTAL", "nomenclature": "NONE"})
    put(buyer, *(row | {"period": "2022"} for row in AROUND[2:]), BOUGHT | {"value_usd": 2e6},
        **({} if buyer == "imts" else {"vintage": "V2"}))  # fmt: skip
    code, found = checked(lake)
    assert code == 0
    one = found["lost-in-transit"]
    assert one["level"] == "warning"
    assert one["example"].replace("\u00a0", " ") == (
        "2022 CHN RUS 850110: USD 30.0 m exported, USD 2.00 m imported"
    )
    assert one["place"] == ("comtrade, 2022" if buyer == "comtrade" else "comtrade and imts, 2022")
    assert "USD 28.0 m in all" in one["text"].replace("\u00a0", " ")
    assert found["mirror-gap"]["count"] == 1


def test_sound_reports_hide_nothing(lake: Lake, put: Put) -> None:
    put("comtrade", *AROUND, {"value_usd": 3e7}, BOUGHT | {"value_usd": 3.2e7})
    code, found = checked(lake)
    assert code == 0
    assert not set(RULES) & set(found)


def test_a_lake_with_an_error_is_not_asked(lake: Lake, put: Put) -> None:
    put("comtrade", *AROUND, {"value_usd": 3e7})
    assert "lost-in-transit" in checked(lake)[1]
    next((lake.path / "flows" / "by-importer").rglob("*.parquet")).unlink()
    code, found = checked(lake)
    assert code == 1
    assert not set(RULES) & set(found)
