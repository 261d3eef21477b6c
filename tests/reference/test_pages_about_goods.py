"""The pages on goods print real numbers: they are read off the pages and worked out again."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from un_tables import sheet

from entrepot.figures import Definition, Figure
from entrepot.figures.evaluate import evaluate
from entrepot.goods import goods_list
from entrepot.lake import Lake

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGES = Path(__file__).resolve().parents[2] / "docs" / "explanation"
WORKBOOK = "HS 2022 to HS 2017 ConversionAndCorrelationTables.xlsx"
CHINA, RUSSIA = "156", "643"


def rows_of(page: str, first: str) -> dict[str, list[str]]:
    """Return the cells of a table by its first column; the head has `first` in it."""
    lines = (PAGES / f"{page}.md").read_text(encoding="utf-8").splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith(f"| {first}"))
    found = {}
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        head, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        found[head] = cells
    return found


def number(text: str) -> float:
    return float(re.sub(r"[^0-9.]", "", text))


@pytest.fixture(scope="module")
def trade(baci_csv: Path) -> Mapping[tuple[str, str, str, int], float]:
    """Million USD by exporter, importer, code as delivered, and year."""
    found: dict[tuple[str, str, str, int], float] = defaultdict(float)
    with baci_csv.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[row["i"], row["j"], row["k"], int(row["t"])] += float(row["v"]) / 1000
    return found


@pytest.fixture(scope="module")
def lake(baci_csv: Path, shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    opened = Lake.open(tmp_path_factory.mktemp("pages") / "lake")
    opened.add("baci", [baci_csv])
    opened.add("concordance", [shared_data / "hs_concordance" / WORKBOOK])
    return opened


def asked(lake: Lake, goods: str, year: int = 2023, concordance: str = "family") -> Figure:
    sides = {"importer": "RUS", "exporter": "CHN", "source": "baci"}
    return evaluate(
        Definition.build("value", goods=goods, period=year, concordance=concordance, **sides), lake
    )


def test_phones(trade: Mapping[tuple[str, str, str, int], float]) -> None:
    """Of the sheet the page says what it adds to the list; the list is in the next test."""
    rows = rows_of("phones-and-chips", "China to Russia")
    phones, listed, with_sheet, old = rows.values()
    for place, year in enumerate((2021, 2022, 2023)):
        sold = trade[CHINA, RUSSIA, "851712", year]
        assert round(sold) == number(phones[place])
        assert abs(number(listed[place]) + sold - number(with_sheet[place])) < 1
    assert round(trade[CHINA, RUSSIA, "854150", 2021], 1) == number(old[0])
    assert old[1:3] == ["no row", "no row"]
    assert not any(code == "854150" and year > 2021 for _, _, code, year in trade)


def test_ways_to_follow_a_list(lake: Lake) -> None:
    rows = rows_of("editions-and-families", "method")
    assert len(rows) == 7
    for way, cells in rows.items():
        name = way.split("`")[1]
        if name == "weighted":
            continue
        for year, printed in zip((2021, 2023), cells[2:], strict=True):
            figure = asked(lake, "chpl", year, name)
            assert figure.value is not None
            assert round(figure.value / 1e6) == number(printed), (way, year)


def test_what_a_value_rests_on(lake: Lake) -> None:
    rows = rows_of("list-codes", "| 2021")
    for place, year in enumerate((2021, 2023)):
        figure = asked(lake, "eu-xl", year)
        assert figure.value is not None
        assert figure.uncertain_code_shares is not None
        assert f"USD {figure.value / 1e9:.2f} bn" == rows["value"][place]
        assert (
            f"{100 * figure.uncertain_code_shares['split']:.0f} %" == rows["on split codes"][place]
        )
        moved = f"{100 * figure.uncertain_code_shares['new']:.1f} %"
        assert moved == rows["on codes that replace another"][place]
        assert figure.specifications is not None
        ways = [
            one.value / 1e9
            for one in figure.specifications.items
            if (one.choices["window"], one.choices["listed"]) == ("as asked", "as known")
        ]
        ends = f"{min(ways):.2f} to {max(ways):.2f}"
        assert ends == rows["range over conversions of the list"][place]


def test_codes_covered_in_part(lake: Lake) -> None:
    names = ("eu-xxiii", "eu-vii-b", "eu-xviii", "cn-controls")
    rows = rows_of("ex-codes", "China to Russia")
    for name, (value, share) in zip(names, rows.values(), strict=True):
        figure = asked(lake, name)
        assert figure.value is not None
        assert figure.uncertain_code_shares is not None
        assert f"USD {figure.value / 1e9:.1f} bn" == value, name
        assert f"{100 * figure.uncertain_code_shares['ex']:.0f} %" == share, name


def test_lists_on_a_day(lake: Lake) -> None:
    for asked_for, (listed, possible, value) in rows_of("list-day", "list as of").items():
        name, _, day = asked_for.strip("`").partition("@")
        state = goods_list(name).on(date.fromisoformat(day))
        assert (len(state.listed), len(state.possible)) == (int(listed), int(possible))
        figure = asked(lake, f"{name}@{day}")
        assert f"USD {(figure.value or 0) / 1e9:.2f} bn" == value
    history = goods_list("eu-xxiii").history
    served = sum(entry.wind_down is not None for entry in history)
    page = " ".join((PAGES / "list-day.md").read_text(encoding="utf-8").split())
    assert f"Of the {len(history):,} rows of the European Annex XXIII, {served:,} have" in page
    for words, (codes, value) in rows_of("list-day", "as of").items():
        day = datetime.strptime(words, "%d %B %Y").date().isoformat()
        assert len(goods_list("eu-xxiii").on(date.fromisoformat(day)).listed) == number(codes)
        figure = asked(lake, f"eu-xxiii@{day}")
        assert f"USD {(figure.value or 0) / 1e9:.1f} bn" == value, words


def test_codes_that_gather(shared_data: Path) -> None:
    workbook = shared_data / "hs_concordance" / WORKBOOK
    links = {(row[0], row[1]) for row in sheet(workbook, 2)}
    drawn = Counter(new for new, _ in links)
    page = (PAGES / "catch-all-codes.md").read_text(encoding="utf-8")
    assert f"{len(links):,} links" in page
    assert f"{len(drawn):,} new" in page
    assert f"{len({old for _, old in links}):,} old" in page
    rows = rows_of("catch-all-codes", "new codes")
    assert {number(cells[1]) for cells in rows.values()} == {n for n in drawn.values() if n > 10}
    conversion = [row[1] for row in sheet(workbook, 1)]
    page = (PAGES / "forward-and-backward.md").read_text(encoding="utf-8")
    fallen = {old for _, old in links} - set(conversion)
    assert f"{len(fallen)} old codes are in no row" in page
    several = Counter(conversion)
    assert f"{sum(n > 1 for n in several.values())} old codes stand in several" in page
    assert (several["852580"], several["851712"]) == (12, 10)


def test_zeros_that_are_lost(trade: Mapping[tuple[str, str, str, int], float]) -> None:
    sold = {k: v for (i, _, k, year), v in trade.items() if i == RUSSIA and year == 2023}
    short = {code: value for code, value in sold.items() if len(code) == 5}
    page = " ".join((PAGES / "leading-zeros.md").read_text(encoding="utf-8").split())
    assert f"{len(short)} of the {len(sold):,} rows" in page
    assert (
        f"{sum(short.values()) / 1000:.1f} of the {sum(sold.values()) / 1000:.1f} billion" in page
    )
    chapter = {code: value for code, value in sold.items() if code.startswith("30")}
    fish = sum(value for code, value in chapter.items() if len(code) == 5)
    assert f"{fish:,.0f} million of fish" in page
    assert f"was {sum(v for code, v in chapter.items() if len(code) == 6):.1f} million" in page


def test_cameras(trade: Mapping[tuple[str, str, str, int], float]) -> None:
    page = " ".join((PAGES / "cameras-and-drones.md").read_text(encoding="utf-8").split())
    values = [round(trade[CHINA, RUSSIA, "852580", year]) for year in (2021, 2022, 2023)]
    assert "USD {} million in 2021, {} in 2022 and {} in 2023".format(*values) in page
