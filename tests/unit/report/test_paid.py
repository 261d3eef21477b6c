"""What the importer pays, in words and in a table: signs, ranges, columns that nobody fills."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from entrepot.figures import Definition, Figure
from entrepot.lake import Lake
from entrepot.model.period import Period
from entrepot.report.brief_context import BriefContext, Subject
from entrepot.report.sections import prices

if TYPE_CHECKING:
    from pathlib import Path

ASKED = Definition.build(
    "price_premium", importer="RUS", exporter="CHN", goods="all", period=2023, base=2022
)
SUBJECT = Subject("RUS", "CHN", "all", Period.parse(2023), fixed=True)


def told(value: float, low: float | None, high: float | None) -> str:
    figure = Figure(ASKED, status="ok", value=value, unit="relative", low=low, high=high)
    sentence = prices.premium(figure, SUBJECT)
    assert sentence is not None
    return sentence.text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("value", "low", "high", "part"),
    [
        (-0.025, -0.04, -0.01, "prices for Russia fell by 2.5 % (1.0 to 4.0 %) from 2022 to 2023."),
        (0.025, 0.01, 0.04, "prices for Russia rose by 2.5 % (1.0 to 4.0 %) from 2022 to 2023."),
        (-0.025, None, None, "prices for Russia fell by 2.5 % from 2022 to 2023."),
        (0.0003, 0.0001, 0.05, "prices for Russia rose by 0.030 % (0.010 to 5.0 %) from"),
        (-0.0003, -0.05, -0.0001, "prices for Russia fell by 0.030 % (0.010 to 5.0 %) from"),
        (0.01, -0.02, 0.03, "cannot be determined: \u22122.0 to 3.0 %."),
        (0.0003, 0.0001, 0.0004, "Prices for Russia moved as those for others did"),
        (0.0003, None, None, "Prices for Russia moved as those for others did"),
    ],
)
def test_the_ends_have_the_sign_of_the_word(
    value: float, low: float | None, high: float | None, part: str
) -> None:
    text = told(value, low, high)
    assert part in text
    assert "\u2212" not in text or "cannot be determined" in text


def test_a_column_that_nobody_fills_is_left_out_and_small_steps_keep_digits(
    tmp_path: Path,
) -> None:
    """Ten thousand dollars a tonne, then twelve: 2,000 dollars more, all of it prices."""
    lake = Lake.open(tmp_path / "lake")
    for year, value in ((2022, 10), (2023, 12)):
        lines = ["t,i,j,k,v,q", f"{year},156,643,854231,{value},1", f"{year},156,643,840999,2000,9"]
        path = tmp_path / f"BACI_HS17_Y{year}_V202601.csv"
        path.write_text("\n".join([*lines, ""]), encoding="utf-8")
        lake.add("baci", [path])
    part = prices.section(BriefContext(lake), SUBJECT)
    assert part.table is not None
    steps = {row[0]: row[1:] for row in part.table.rows}
    assert part.table.head == ("Step", "Value")
    assert part.table.units == ("", "USD m")
    assert steps["Prices (unit values)"] == ("0.0020",)


def test_a_ratio_of_prices_that_rose_is_not_called_a_price_above_that_of_others() -> None:
    """From 28 % below the price of others to 39 % above it the ratio rises by 93 %."""
    ratios = (1.764 / 2.449, 2.130 / 1.533)
    text = told(ratios[1] / ratios[0] - 1, None, None)
    assert "prices for Russia rose by 93 % from 2022 to 2023." in text
    assert "more in" not in text


def test_the_title_of_prices_counts_in_the_unit_of_its_chart() -> None:
    """Above bars of +0.28 and +1.20 bn stood "Prices added USD 277 m, quantities ... 1.20 bn"."""
    money = {
        "value_base_usd": 3.76e9,
        "value_usd": 5.24e9,
        "price_usd": 0.277e9,
        "quantity_usd": 1.2e9,
    }
    asked = Definition.build(
        "value_change", importer="RUS", exporter="CHN", goods="chpl", period=2023, base=2022
    )
    figure = Figure(asked, status="ok", value=1.48e9, unit="USD", details=money)
    said = prices.title(figure).replace("\u00a0", " ")
    assert said == "Prices added USD 0.28 bn, quantities added USD 1.20 bn from 2022 to 2023"
