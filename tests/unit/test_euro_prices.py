"""Prices of trade in euros: what is told in the currency of the data, without asking for it."""

from __future__ import annotations

import pytest

import entrepot as ep
from entrepot.lake import Lake
from made_comext import table

pytestmark = pytest.mark.slow

ASKED = {"importer": "DEU", "exporter": "CHN", "goods": "854231", "period": 2024, "base": 2023}


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """From China 10 for 2 kg and then 30 for 3 kg; a second code is new, a third has a leap."""
    folder = tmp_path_factory.mktemp("euro")
    cells = [("85423111", 2023, 10, 2), ("85423111", 2024, 30, 3), ("85423119", 2024, 7, 1)]
    cells += [("85423190", 2023, 1, 1), ("85423190", 2024, 100, 1)]
    lines = [
        f"A DE {who} {code} 1 {what} {year} {number} "
        for code, year, value, mass in cells
        for what, number in (("VALUE_EUR", value), ("QUANTITY_KG", mass))
        for who in ("CN", "US")
    ]
    (folder / "made.csv").write_text(table(*lines, data="DS-059341"))
    found = Lake.open(folder / "lake")
    found.add("comext", [folder / "made.csv"])
    return found


def test_the_change_of_a_value_is_in_euros(lake: Lake) -> None:
    figure = ep.ask("value_change", lake=lake, **ASKED)
    assert (figure.status, figure.unit, figure.definition.currency) == ("ok", "EUR", "EUR")
    assert figure.value == pytest.approx(137 - 11)
    parts = ("price", "quantity", "new", "gone", "unsplit")
    assert sum(float(figure.details[f"{one}_eur"]) for one in parts) == pytest.approx(126)
    assert not any("usd" in name for name in figure.details)
    assert "value in the period: EUR 137" in str(figure).replace("\xa0", " ")


def test_what_is_trimmed_of_an_index_is_in_euros(lake: Lake) -> None:
    figure = ep.ask("price_index", lake=lake, **ASKED, trim=5)
    assert figure.details["trimmed_eur"] == 100
    assert "EUR 100" in str(figure).replace("\xa0", " ")


def test_another_currency_is_refused_by_name(lake: Lake) -> None:
    figure = ep.ask("value_change", lake=lake, **ASKED, currency="USD")
    assert "is in EUR, not USD" in str(figure.reason)


def test_its_chart_and_section_are_in_euros(lake: Lake) -> None:
    from entrepot.report.charts.split import split_chart
    from entrepot.report.sections.prices import title

    figure = ep.ask("value_change", lake=lake, **ASKED)
    drawn = split_chart(figure)
    assert "EUR" in drawn.title
    assert "USD" not in " ".join((drawn.title, drawn.deck, title(figure)))
    assert {row["unit"] for row in drawn.rows} == {"EUR"}
    assert drawn.rows[-1]["value"] == 137
