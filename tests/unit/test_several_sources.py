"""Hubs whose flows are told in several sources: whose reports are taken, and what is refused."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import narwhals as nw
import polars as pl
import pytest
from tests.made_comtrade import GERMANY, RUSSIA, row, text_of

import entrepot as ep
from entrepot.errors import NoEvidenceError, RequestError, UnknownNameError
from entrepot.figures.definition import Definition
from entrepot.figures.questions.hubs import reporters_in, require_reported
from entrepot.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

KYRGYZSTAN = 417
ASKED: dict[str, Any] = {
    "importer": "RUS",
    "exporter": "DEU",
    "hubs": "KGZ",
    "goods": "854231",
    "period": 2022,
    "base": "2017..2021",
}
YEARS = range(2017, 2023)
MAP = """format: 1
id: {name}
nomenclature: HS2022
columns:
  who: {{role: reporter, codes: ISO3}}
  partner: {{role: partner, codes: ISO3}}
  flow: {{role: flow, import: M, export: X}}
  code: {{role: product}}
  when: {{role: period}}
  worth: {{role: value, currency: {currency}, scale: 1}}
"""


def lake(folder: Path, *, currency: str = "USD", codes: str = "854231") -> Lake:
    """Germany and Russia tell Comtrade, by the year; Kyrgyz books are a table, by the month."""
    lines = [
        row(1000.0 * (now if year == 2022 else then), period=year, reporter=who, partner=other)
        | {"flowCode": flow}
        for who, other, flow, then, now in (
            (GERMANY, KYRGYZSTAN, "X", 10, 610),
            (GERMANY, RUSSIA, "X", 900, 100),
            (RUSSIA, GERMANY, "M", 900, 100),
        )
        for year in YEARS
    ]
    path = folder / "comtrade.csv"
    path.write_text(text_of(lines), encoding="utf-8")
    held = Lake.open(folder / "lake")
    held.add("comtrade", [path])
    books = ["who,partner,flow,code,when,worth"]
    for year in YEARS:
        for month in range(1, 13):
            for partner, flow, then, now in (("DEU", "M", 12, 516), ("RUS", "X", 6, 408)):
                worth = 1000 / 12 * (now if year == 2022 else then)
                books.append(f"KGZ,{partner},{flow},{codes},{year}-{month:02},{worth}")
    table = folder / "kyrgyz.csv"
    table.write_text("\n".join([*books, ""]), encoding="utf-8")
    held.add("table", [table], mapping=MAP.format(name="kyrgyz", currency=currency))
    return held


def test_each_countrys_reports_come_from_where_they_are(tmp_path: Path) -> None:
    """By hand: 504,000 more came in and 402,000 more went out, by Kyrgyz months in years."""
    held = lake(tmp_path)
    found = ep.ask("rerouted", lake=held, **ASKED, source="comtrade+table.kyrgyz")
    assert found.status == "ok", found.reason
    assert found.definition.source == "comtrade+table.kyrgyz"
    assert found.details["excess_in"] == pytest.approx(504_000)
    assert found.details["excess_out"] == pytest.approx(402_000)
    (card,) = found.table
    # The origin's exports are Comtrade's and the hub's imports the table's: 610 of 10 x 1.2 - 516.
    assert card["missing_arrivals"] == pytest.approx(610_000 * 1.2 - 516_000)
    assert card["bought_told_by"] == "the hub (CIF, table.kyrgyz)"
    assert card["sold_told_by"] == "the hub (FOB, table.kyrgyz)"
    by_source = {one.source: one.reported_by for one in found.evidence}
    assert by_source["comtrade"] == {"exporter": 12, "importer": 6}
    assert by_source["table.kyrgyz"] == {"exporter": 6 * 12, "importer": 6 * 12}
    assert "several-sources" in {one.id for one in found.caveats}


def test_who_is_named_first_is_taken_first_and_each_flow_once(tmp_path: Path) -> None:
    """Both sources have Kyrgyz reports; of the second nothing is taken."""
    held = lake(tmp_path)
    more = tmp_path / "more.csv"
    both = (("DEU", "M"), ("RUS", "X"))
    lines = [f"KGZ,{who},{flow},854231,{year},7" for year in YEARS for who, flow in both]
    more.write_text("\n".join(["who,partner,flow,code,when,worth", *lines, ""]), encoding="utf-8")
    held.add("table", [more], mapping=MAP.format(name="other", currency="USD"))
    keys = ASKED | {"source": "comtrade+table.kyrgyz+table.other"}
    found = ep.ask("rerouted", lake=held, **keys)
    assert found.details["excess_in"] == pytest.approx(504_000)
    assert found.definition.source == "comtrade+table.kyrgyz"
    turned = ep.ask("rerouted", lake=held, **(keys | {"source": "table.other+comtrade"}))
    assert turned.details["excess_in"] == pytest.approx(0)


def test_they_are_put_together_where_none_answers_alone(tmp_path: Path) -> None:
    """Lost in transit: the seller's report is in one source, the buyer's in another."""
    held = lake(tmp_path)
    keys: dict[str, Any] = {"importer": "KGZ", "exporter": "DEU", "goods": "854231"}
    found = ep.ask("missing_arrivals", lake=held, period=2022, base=2021, **keys)
    assert found.value == pytest.approx(610_000 * 1.2 - 516_000)
    assert found.definition.source == "comtrade+table.kyrgyz"
    passed = ep.ask("pass_through", lake=held, **(ASKED | {"base": None}),
                    source="comtrade+table.kyrgyz")  # fmt: skip
    assert passed.value == pytest.approx(1)
    assert passed.details["shipped"] == pytest.approx(408_000)


def test_codes_are_as_long_as_the_shortest(tmp_path: Path) -> None:
    held = lake(tmp_path, codes="8542")
    found = ep.ask("rerouted", lake=held, **(ASKED | {"goods": "8542"}),
                   source="comtrade+table.kyrgyz")  # fmt: skip
    assert found.details["excess_in"] == pytest.approx(504_000)
    (card,) = found.table
    assert card["missing_arrivals"] == pytest.approx(610_000 * 1.2 - 516_000)
    assert any("4 digits" in one.text for one in found.caveats)


def test_what_does_not_fit_together_is_refused(tmp_path: Path) -> None:
    held = lake(tmp_path, currency="EUR")
    found = ep.ask("rerouted", lake=held, **ASKED, source="comtrade+table.kyrgyz")
    assert found.value is None
    assert "table.kyrgyz is in EUR, not USD" in (found.reason or "")
    with pytest.raises(RequestError, match="value takes one source, not 2"):
        ep.ask("value", lake=held, importer="RUS", exporter="DEU", goods="854231", period=2022,
               source="comtrade+table.kyrgyz")  # fmt: skip
    for wrong in ("comtrade+nonsense", "comtrade+published", "comtrade+"):
        with pytest.raises(UnknownNameError):
            ep.ask("rerouted", lake=held, **ASKED, source=wrong)


def test_who_tells_what_it_buys_only_is_silent_on_what_it_sells() -> None:
    """Kyrgyz books have imports of all years, exports of the last: no zeros before."""
    days = [dt.date(year, 1, 1) for year in YEARS]
    told = [("importer", "DEU", "KGZ", day) for day in days] + [
        ("exporter", "KGZ", "RUS", days[-1])
    ]
    told += [("exporter", "DEU", "KGZ", day) for day in days]
    schema = ["reported_by", "exporter", "importer", "period"]
    rows: Any = nw.from_native(pl.DataFrame(told, schema=schema, orient="row").lazy())
    asked = Definition.build("rerouted", **ASKED)
    heard = {
        "importer": {("KGZ", day) for day in days},
        "exporter": {("DEU", day) for day in days} | {("KGZ", days[-1])},
    }
    found = reporters_in(rows, asked, heard)
    assert (found.importers, found.exporters) == ({"KGZ"}, {"DEU"})
    with pytest.raises(NoEvidenceError, match="what KGZ sold to RUS") as error:
        require_reported(found, asked)
    assert "does not mean zero" in str(error.value)
    both = heard | {"exporter": heard["exporter"] | {("KGZ", day) for day in days}}
    require_reported(reporters_in(rows, asked, both), asked)  # it sells, only not this


def test_the_hubs_that_can_be_asked_are_named(tmp_path: Path) -> None:
    keys = ASKED | {"hubs": "KGZ+MNG", "source": "comtrade+table.kyrgyz"}
    found = ep.ask("rerouted", lake=lake(tmp_path), **keys)
    assert found.value is None
    # Germany and Russia tell what they trade with Mongolia: nothing. So there is no past of it.
    assert "what MNG traded in 2017 to 2021" in (found.reason or "")
