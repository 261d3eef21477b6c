"""What of a source is fit to be put together with others: codes, steps, goods and currencies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.made_comtrade import GERMANY, RUSSIA, row, text_of

import entrepot as ep
from entrepot.lake import Lake, inventory

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from entrepot.figures import Figure

pytestmark = pytest.mark.slow

ARMENIA, CHINA, KYRGYZSTAN = 51, 156, 417
CODES = ("854231", "854232", "854233")
YEARS = range(2017, 2023)
LOST: dict[str, Any] = {"exporter": "DEU", "goods": "854231", "period": 2022, "base": 2021}
CHAIN: dict[str, Any] = LOST | {"importer": "RUS", "hubs": "KGZ", "base": "2017..2021"}
BOTH = "comtrade+table.books"
COLUMNS = """  who: {role: reporter, codes: ISO3}
  partner: {role: partner, codes: ISO3}
  flow: {role: flow, import: M, export: X}
  when: {role: period}
"""
Told = tuple[int, int, str, float, float]
"""Reporter, partner, flow, thousands in each year before, and in the last."""
GERMAN: tuple[Told, ...] = (
    (GERMANY, KYRGYZSTAN, "X", 10, 610),
    (GERMANY, ARMENIA, "X", 10, 610),
    (GERMANY, RUSSIA, "X", 900, 100),
    (RUSSIA, GERMANY, "M", 900, 100),
)


@pytest.fixture(autouse=True)
def _three_codes_are_all_goods(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inventory, "_CODES_OF_ALL_GOODS", {2: 3, 4: 3, 6: 3, 8: 3})


def lake(
    folder: Path, told: Iterable[Told] = GERMAN, without: tuple[int, int] | None = None
) -> Lake:
    """Comtrade by the year, all of it; one reporter's year can have its total `without` goods."""
    lines = [
        row(1000.0 * (now if year == 2022 else then), period=year, reporter=who, partner=other,
            product=code, flow=flow)
        for who, other, flow, then, now in told for year in YEARS
        for code in (("TOTAL",) if (who, year) == without else CODES)
    ]  # fmt: skip
    (folder / "comtrade.csv").write_text(text_of(lines), encoding="utf-8")
    held = Lake.open(folder / "lake")
    held.add("comtrade", [folder / "comtrade.csv"])
    return held


def books(
    held: Lake, folder: Path, lines: Iterable[str], *, name: str = "books", currency: str = "USD"
) -> Lake:
    """Add a table: reporter, partner, flow, time, worth and code; without a code it has totals."""
    rows = list(lines)
    has_codes = rows[0].count(",") == 5
    head = "who,partner,flow,when,worth" + (",code" if has_codes else "")
    path = folder / f"{name}.csv"
    path.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    product = "  code: {role: product}\n" if has_codes else ""
    mapping = (
        f"format: 1\nid: {name}\nnomenclature: {'HS2022' if has_codes else 'NONE'}\n"
        f"{'' if has_codes else 'product: TOTAL' + chr(10)}columns:\n{COLUMNS}{product}"
        f"  worth: {{role: value, currency: {currency}, scale: 1}}\n"
    )
    held.add("table", [path], mapping=mapping)
    return held


def yearly(who: str, *codes: str) -> Iterable[str]:
    """Yield what a hub bought of Germany and sold to Russia, of each code."""
    for year in YEARS:
        for partner, flow, then, now in (("DEU", "M", 12, 516), ("RUS", "X", 6, 408)):
            worth = 1000 * (now if year == 2022 else then)
            for end in [f",{code}" for code in codes] or [""]:
                yield f"{who},{partner},{flow},{year},{worth}{end}"


def why(found: Figure) -> str:
    assert found.value is None
    return found.reason or ""


def test_books_of_headings_tell_nothing_of_a_subheading(tmp_path: Path) -> None:
    """610,000 were sent; the hub's books would say that none arrived."""
    held = books(lake(tmp_path), tmp_path, yearly("KGZ", "8542", "8703", "6109"))
    for measure, keys in (("rerouted", CHAIN), ("missing_arrivals", LOST | {"importer": "KGZ"})):
        assert "too coarse for 854231" in why(ep.ask(measure, lake=held, **keys, source=BOTH))
    assert ep.ask("missing_arrivals", lake=held, **(LOST | {"importer": "KGZ"})).value is None


def test_books_of_totals_tell_nothing_of_all_goods(tmp_path: Path) -> None:
    held = books(lake(tmp_path), tmp_path, yearly("KGZ"))
    for measure, keys in (("rerouted", CHAIN), ("missing_arrivals", LOST | {"importer": "KGZ"})):
        found = ep.ask(measure, lake=held, **(keys | {"goods": "all"}), source=BOTH)
        assert "totals over all goods only" in why(found)


def test_who_tells_totals_only_is_no_teller_beside_who_tells_goods(tmp_path: Path) -> None:
    """In one source Armenia has goods of all years, Kyrgyzstan totals only of the last."""
    hubs = [(hub, GERMANY, "M", 12, 516) for hub in (ARMENIA, KYRGYZSTAN)]
    held = lake(tmp_path, hubs, without=(KYRGYZSTAN, 2022))
    sent = [
        f"DEU,{hub},X,{year},{1000 * (610 if year == 2022 else 10)},{code}"
        for hub in ("ARM", "KGZ") for year in YEARS for code in CODES
    ]  # fmt: skip
    books(held, tmp_path, sent)
    armenia, kyrgyz = (
        ep.ask("missing_arrivals", lake=held, **LOST, importer=hub, source=BOTH)
        for hub in ("ARM", "KGZ")
    )
    assert armenia.value == pytest.approx(610_000 * 1.2 - 516_000)
    assert "too coarse" in why(kyrgyz)


def monthly(who: str, months: int) -> Iterable[str]:
    """Yield the same trade in months of one product, of some months only."""
    for year in YEARS:
        for month in range(1, months + 1):
            for partner, flow, then, now in (("DEU", "M", 12, 516), ("RUS", "X", 6, 408)):
                worth = 1000 / 12 * (now if year == 2022 else then)
                yield f"{who},{partner},{flow},{year}-{month:02},{worth},854231"


def test_one_month_is_no_year_of_another_source(tmp_path: Path) -> None:
    """Armenian books of January are left, and its years in Comtrade taken: 216,000, not 18,000."""
    told = (*GERMAN, (ARMENIA, GERMANY, "M", 12, 516))
    lines = [*monthly("KGZ", 12), *monthly("ARM", 1)]
    held = books(lake(tmp_path, told), tmp_path, lines)
    kyrgyz = ep.ask(
        "missing_arrivals", lake=held, **LOST, importer="KGZ", source="table.books+comtrade"
    )
    assert kyrgyz.value == pytest.approx(610_000 * 1.2 - 516_000)
    both = LOST | {"importer": "ARM", "source": "table.books+comtrade"}
    assert "no two loaded sources" in why(ep.ask("missing_arrivals", lake=held, **both))
    alone = ep.ask("missing_arrivals", lake=held, **LOST, importer="ARM")
    assert alone.value == pytest.approx(610_000 * 1.2 - 516_000)


def test_currencies_are_not_mixed_in_a_part(tmp_path: Path) -> None:
    """610 euros sent and 4,880 yuan sold on would be a part of an eighth; masses have no money."""
    held = Lake.open(tmp_path / "lake")
    sent = [f"DEU,KGZ,X,{year},610000,{code}" for year in YEARS for code in CODES]
    sold = [f"KGZ,RUS,X,{year},4880000,{code}" for year in YEARS for code in CODES]
    books(held, tmp_path, sent, name="german", currency="EUR")
    for name, currency in (("yuan", "CNY"), ("dollars", "USD")):
        books(held, tmp_path, sold, name=name, currency=currency)
        source = f"table.german+table.{name}"
        keys = CHAIN | {"base": None}
        refused = ep.ask("pass_through", lake=held, **keys, source=source)
        assert f"table.german is in EUR, table.{name} is in {currency}" in why(refused)
        assert "name sources in one currency" in why(refused)


def test_a_table_of_some_goods_is_not_heard_on_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that Germany sells the hub grew alike, so that its growth in chips is no alarm."""
    monkeypatch.setattr(inventory, "_CODES_OF_ALL_GOODS", {6: 2})
    told = (*GERMAN, (CHINA, KYRGYZSTAN, "X", 20, 20), (RUSSIA, KYRGYZSTAN, "M", 6, 408))
    held = books(lake(tmp_path, told), tmp_path, [*yearly("KGZ", "854231"), *chinese()])
    for source in ("comtrade", BOTH):
        found = ep.ask("rerouted", lake=held, **CHAIN, source=source)
        assert found.status == "ok", found.reason
        assert found.low == pytest.approx(0), source
        assert not found.table[0].get("alarm"), source


def chinese() -> Iterable[str]:
    for year in YEARS:
        yield f"KGZ,CHN,M,{year},20000,854231"


def test_a_report_without_its_mass_is_not_nothing_that_arrived(tmp_path: Path) -> None:
    told = (*GERMAN, (KYRGYZSTAN, GERMANY, "M", 12, 516))
    lines = [
        row(1000.0 * now, period=year, reporter=who, partner=other, product=code, flow=flow)
        | ({"netWgt": ""} if who == KYRGYZSTAN else {})
        for who, other, flow, _, now in told for code in CODES for year in YEARS
    ]  # fmt: skip
    (tmp_path / "comtrade.csv").write_text(text_of(lines), encoding="utf-8")
    held = Lake.open(tmp_path / "lake")
    held.add("comtrade", [tmp_path / "comtrade.csv"])
    keys = LOST | {"importer": "KGZ", "source": "comtrade"}
    assert ep.ask("missing_arrivals", lake=held, **keys).value == pytest.approx(0)
    found = ep.ask("missing_arrivals", lake=held, **keys, quantity="mass")
    assert "the importer's reports of this flow have no mass" in why(found)
