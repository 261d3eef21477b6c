"""Who speaks in every step of `ask rerouted`, and what follows where somebody does not."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import narwhals as nw
import polars as pl
import pytest
from tests.made_comtrade import GERMANY, RUSSIA, row, text_of

import entrepot as ep
from entrepot.figures.questions.rerouted import hub_details, margin_words
from entrepot.lake import Lake
from entrepot.model.period import Period

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.figures.figure import Figure

pytestmark = pytest.mark.slow

KYRGYZSTAN, CHINA = 417, 156


def asked_of(folder: Path, told: dict[tuple[int, int, str], dict[int, float]]) -> Figure:
    """Ask of reports: reporter, partner and flow, with the value of each year in thousands."""
    lines = [
        row(1000.0 * value, period=year, reporter=who, partner=other, flow=flow)
        for (who, other, flow), years in told.items()
        for year, value in years.items()
    ]
    path = folder / "comtrade.csv"
    path.write_text(text_of(lines), encoding="utf-8")
    held = Lake.open(folder / "lake")
    held.add("comtrade", [path])
    return ep.ask(
        "rerouted",
        lake=held,
        importer="RUS",
        exporter="DEU",
        hubs="KGZ",
        goods="854231",
        period=2022,
        base="2017..2021",
    )


def test_who_is_silent_in_a_part_of_the_base_is_silent(tmp_path: Path) -> None:
    """The hub's books begin in 2021; nothing changed, so that no more than before came or went."""
    all_years, late = range(2017, 2023), range(2021, 2023)
    found = asked_of(
        tmp_path,
        {
            (GERMANY, KYRGYZSTAN, "X"): dict.fromkeys(all_years, 500),
            (RUSSIA, KYRGYZSTAN, "M"): dict.fromkeys(all_years, 400),
            (KYRGYZSTAN, GERMANY, "M"): dict.fromkeys(late, 500),
            (KYRGYZSTAN, RUSSIA, "X"): dict.fromkeys(late, 400),
        },
    )
    assert found.value == pytest.approx(0)
    assert (found.details["excess_in"], found.details["excess_out"]) == pytest.approx((0, 0))


def test_of_a_silent_hub_nothing_is_sure(tmp_path: Path) -> None:
    """Somebody reports sales to the hub, but who sold what it passed on may be silent too."""
    rising = dict.fromkeys(range(2017, 2022), 100.0)
    found = asked_of(
        tmp_path,
        {
            (GERMANY, KYRGYZSTAN, "X"): rising | {2022: 300},
            (RUSSIA, KYRGYZSTAN, "M"): rising | {2022: 700},
            (CHINA, KYRGYZSTAN, "X"): rising | {2022: 100},
        },
    )
    assert (found.low, found.value) == pytest.approx((0, 200_000))
    assert "alarm" not in found.details
    (card,) = found.table
    assert "others_in" not in card
    assert "alarm" not in card
    assert "no row says what others sold it" in str(found.details["would_change"])


class Asked:
    """The parts of a definition that the card of a hub reads."""

    base, period = Period.parse("2022"), Period.parse("2023")

    def members(self, name: str) -> frozenset[str]:
        """Return the areas of a part."""
        return frozenset({"exporter": ["DEU"], "importer": ["RUS"], "hubs": ["KGZ"]}[name])


@pytest.mark.parametrize(("first", "is_dated"), [(1, True), (7, False)])
def test_a_step_without_a_row_is_no_zero(first: int, *, is_dated: bool) -> None:
    """Sales rise in 2023; where the first half of 2022 is not told, no break is dated."""
    months = [(year, month) for year in (2022, 2023) for month in range(1, 13)]
    rows = [
        ("DEU" if side else "KGZ", "KGZ" if side else "RUS", dt.date(year, month, 1), value)
        for year, month in months
        if (year, month) >= (2022, first)
        for side, value in ((True, 1.0), (False, 80.0 + month % 3 + 300 * (year == 2023)))
    ]
    frame = nw.from_native(
        pl.DataFrame(rows, schema=["exporter", "importer", "period", "value_usd"], orient="row")
        .with_columns(product=pl.lit("A"), mass_kg=pl.lit(None, dtype=pl.Float64))
        .lazy()
    )
    cards = hub_details(frame, frame, Asked(), "value_usd", "M", frozenset())
    assert ("began" in cards["KGZ"]) == is_dated


@pytest.mark.parametrize(("margin", "words"), [(2.2e-16, ""), (-0.1, ""), (0.0312, "0.031 in the")])
def test_a_margin_that_is_lost_in_digits_is_not_told(margin: float, words: str) -> None:
    told = margin_words([{"high": 1.0, "price_margin": margin}])
    assert told.startswith(words)
    assert bool(told) is bool(words)
