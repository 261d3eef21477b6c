"""The artificial data of the Producer Price Index Manual, asked of a lake."""

from __future__ import annotations

import math
from typing import Any

import pytest
from test_prices_printed import PRICES, PRINTED, QUANTITIES

import entrepot as ep
from entrepot.lake import Lake

MAP = """
format: 1
id: manual
nomenclature: HS2017
level: 6
reported_by: both
valuation: FOB
columns:
  year: {role: period}
  seller: {role: exporter, codes: ISO3}
  buyer: {role: importer, codes: ISO3}
  code: {role: product}
  usd: {role: value, currency: USD}
  kg: {role: mass, unit: kg}
"""
CODES = dict(zip(PRICES, ("848210", "848220", "848230", "848240", "848250", "848280"), strict=True))
KEYS: dict[str, Any] = {"exporter": "CHN", "importer": "RUS", "goods": "8482"}
KEYS |= {"period": 2005, "base": 2001, "source": "table.manual"}
FIVE = 5
"""Place, from one, of the last of the manual's periods."""


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    folder = tmp_path_factory.mktemp("manual")
    lines = ["year,seller,buyer,code,usd,kg"]
    for name, code in CODES.items():
        for year, (price, amount) in enumerate(zip(PRICES[name], QUANTITIES[name], strict=True)):
            lines.append(f"{2001 + year},CHN,RUS,{code},{price * amount * 1e6:.6f},{amount * 1e6}")
    (folder / "manual.csv").write_text("\n".join([*lines, ""]))
    held = Lake.open(folder / "lake")
    held.add("table", [folder / "manual.csv"], mapping=MAP)
    return held


def _fisher(names: set[str]) -> float:
    def cost(at: int, of: int) -> float:
        return math.fsum(PRICES[name][at] * QUANTITIES[name][of] for name in names)

    return math.sqrt(cost(4, 0) / cost(0, 0) * cost(4, 4) / cost(0, 4))


def test_every_product_counts_unless_a_bound_is_given(lake: Lake) -> None:
    plain = ep.ask("price_index", lake=lake, **KEYS)
    assert round(plain.required(), 4) == PRINTED[FIVE][2] == 1.0712
    trimmed = ep.ask("price_index", lake=lake, trim=5, **KEYS)
    without = _fisher(set(PRICES) - {"4"})  # a tenth of its price
    assert trimmed.value == pytest.approx(without)
    assert round(without, 2) == 1.51


def test_both_have_one_range_in_which_both_are(lake: Lake) -> None:
    plain = ep.ask("price_index", lake=lake, **KEYS)
    trimmed = ep.ask("price_index", lake=lake, trim=5, **KEYS)
    assert (plain.low, plain.high) == (trimmed.low, trimmed.high)
    for figure in (plain, trimmed):
        assert figure.low is not None
        assert figure.high is not None
        assert figure.low <= 1.0712 < 1.51 <= figure.high
    assert plain.spread["filter"] == pytest.approx((plain.value, _fisher({"1", "2", "3", "5"})))


def test_a_caveat_names_what_moved_too_far_and_what_it_does(lake: Lake) -> None:
    [plain] = _notes(ep.ask("price_index", lake=lake, **KEYS))
    assert "848240 (a 10th)" in plain
    assert "without them the index is 1.51 (--trim 5)" in plain
    [trimmed] = _notes(ep.ask("price_index", lake=lake, trim=5, **KEYS))
    assert "they are left out; with them the index is 1.07" in trimmed.lower()
    assert _notes(ep.ask("price_index", lake=lake, trim=20, **KEYS)) == []
    [split] = _notes(ep.ask("value_change", lake=lake, **KEYS))
    assert "without them the price part is" in split


def _notes(figure: ep.Figure) -> list[str]:
    return [one.text for one in figure.caveats if one.id == "extreme-prices"]


def test_a_bound_that_leaves_nothing_is_refused(lake: Lake) -> None:
    with pytest.raises(ep.errors.RequestError, match="above 1"):
        ep.ask("price_index", lake=lake, trim=1, **KEYS)
