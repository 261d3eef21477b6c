"""Gaps between the two sides’ reports on a page: made-up reports, checked in plain Python."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from tests.made_comtrade import CHINA, GERMANY, RUSSIA, USA, row, text_of

from entrepot.figures import Definition
from entrepot.figures.mirror import mirror_gap_findings
from entrepot.goods.parse import goods_words
from entrepot.lake import Lake
from entrepot.model.period import Period
from entrepot.reconciliation.mirror_gaps import MirrorPair
from entrepot.report import brief, mirror_comparison
from entrepot.report.brief_context import BriefContext, Subject
from entrepot.report.mirror_comparison import compare
from entrepot.report.parts import BriefSentence, plain
from entrepot.report.render_html import render_html
from entrepot.report.render_json import render_json
from entrepot.report.render_markdown import render_markdown
from entrepot.report.sections import reporting_gaps
from entrepot.report.sections.reporting_gaps import largest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from entrepot.report import Brief
    from entrepot.report.parts import Section

pytestmark = pytest.mark.slow

FRANCE, KAZAKHSTAN = 251, 398
NAMES = {CHINA: "CHN", GERMANY: "DEU", USA: "USA", RUSSIA: "RUS", FRANCE: "FRA", KAZAKHSTAN: "KAZ"}
YEARS = range(2018, 2023)
M = 1e6

# Year, seller, buyer, code, what the seller reports, what the buyer reports (None: no row).
Cell = tuple[int, int, int, str, float | None, float | None]
CELLS: list[Cell] = [
    (2022, CHINA, GERMANY, "854231", 50 * M, 40 * M),
    (2022, CHINA, GERMANY, "847150", 20 * M, None),
    (2022, CHINA, GERMANY, "845710", 1.1 * M, 30 * M),
    (2022, CHINA, GERMANY, "850440", 0.9 * M, None),  # too small
    (2022, CHINA, GERMANY, "852910", 8 * M, 0.9 * M),  # a ninth
    (2022, CHINA, GERMANY, "841330", 12 * M, None),
    (2022, CHINA, GERMANY, "841391", 7 * M, 0.2 * M),
    (2022, CHINA, GERMANY, "848210", 6 * M, 0.1 * M),
    (2022, CHINA, GERMANY, "880730", 9 * M, None),  # which no importer of the lake has
    (2022, USA, GERMANY, "854231", 2 * M, 60 * M),
    (2022, USA, GERMANY, "845710", 55 * M, 45 * M),
    (2022, GERMANY, FRANCE, "854231", 5 * M, 5 * M),
    (2022, USA, FRANCE, "841330", 3 * M, 3 * M),  # so importers have this good
    (2022, FRANCE, GERMANY, "847150", 0.1 * M, 0.1 * M),
    (2022, GERMANY, RUSSIA, "854231", 15 * M, None),  # a buyer who tells nothing
    (2022, FRANCE, KAZAKHSTAN, "854231", 4 * M, 4 * M),
    (2022, CHINA, KAZAKHSTAN, "854231", 4 * M, 5 * M),
    (2022, USA, KAZAKHSTAN, "854231", 30 * M, 12 * M),  # in total more than twice
    (2022, GERMANY, USA, "850440", 1.2 * M, 1.2 * M),
    *((year, CHINA, GERMANY, "853400", 5 * M, 5 * M) for year in range(2018, 2022)),
    (2022, CHINA, GERMANY, "853400", None, 5.5 * M),
    (2022, CHINA, FRANCE, "853400", 2 * M, 2 * M),
]  # fmt: skip


def lake_of(folder: Path, cells: Iterable[Cell]) -> Lake:
    rows: list[dict[str, Any]] = []
    for year, seller, buyer, code, out, into in cells:
        keys = {"period": year, "product": code}
        if out is not None:
            rows.append(row(out, flow="X", reporter=seller, partner=buyer, **keys))
        if into is not None:
            rows.append(row(into, flow="M", reporter=buyer, partner=seller, **keys))
    path = folder / "made.csv"
    path.write_text(text_of(rows), encoding="utf-8")
    lake = Lake.open(folder / "lake")
    lake.add("comtrade", [path])
    return lake


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return lake_of(tmp_path_factory.mktemp("made"), CELLS)


def subject(
    importer: str = "DEU", supplier: str = "CHN", goods: str = "all", year: int = 2022
) -> Subject:
    return Subject(importer, supplier, goods, Period.parse(year), fixed=True)


def shown(lake: Lake, *about: Any, **named: Any) -> Section:
    with lake.reading():
        found = reporting_gaps.section(BriefContext(lake), subject(*about, **named))
    assert found is not None
    return found


def by_hand(
    seller: int, buyer: int, absent: Iterable[str] = ()
) -> list[tuple[float, str, float, float]]:
    """The goods of a flow of which one report is ten times the other, largest gap first."""
    found = []
    for year, exporter, importer, code, out, into in CELLS:
        told = (out or 0.0, into or 0.0)
        asked = (year, exporter, importer) == (2022, seller, buyer) and code not in absent
        if asked and max(told) >= M and max(told) >= 10 * min(told):
            found.append((max(told) - min(told), code, *told))
    return sorted(found, reverse=True)


def words_of(section: Section) -> str:
    said = [section.title, *(item for note in section.notes for item in note.body)]
    return plain(" ".join(item.text for item in said)).replace("\u00a0", " ")


def test_the_table_has_the_five_largest_with_both_reports(lake: Lake) -> None:
    found = by_hand(CHINA, GERMANY, absent=["880730"])
    assert len(found) == 6
    section = shown(lake)
    assert section.table is not None
    assert section.table.head == ("Good", "China reports", "Germany reports", "Difference")
    assert section.table.caption == (
        "The five largest differences from China to Germany in 2022, USD m"
    )
    assert len(section.table.rows) == 5
    for (gap, code, out, into), cells in zip(found, section.table.rows, strict=False):
        values = [float(text.replace("none", "0")) * M for text in cells[1:]]
        assert cells[0] == f"{code} {goods_words(code)}"  # never a code alone
        assert values == pytest.approx([out, into, gap], rel=5e-3)


def test_the_title_counts_what_is_next_to_nothing_and_what_could_be_compared(lake: Lake) -> None:
    """In 2022: two are near enough; 853400 is compared in four years before as well."""
    assert shown(lake).title.text == (
        "One side reports next to nothing of six of the 12 goods and years that can be compared, "
        "2018 to 2022"
    )


def test_what_the_largest_is_and_what_may_lie_behind_it(lake: Lake) -> None:
    text = words_of(shown(lake))
    said = "Germany reports USD 30.0 m of 845710 machining centres from China in 2022, China USD "
    assert f"{said}1.10 m." in text
    assert "its report is a lower bound" in text
    assert "diversion elsewhere" not in text
    assert "One good had been reported by both sides for years before one side stopped." in text


def test_other_main_suppliers_are_looked_at(lake: Lake) -> None:
    text = words_of(shown(lake))
    assert "The United States: one of the two goods, difference USD 58.0 m." in text
    assert "France" not in text


def test_every_number_in_words_is_one_of_its_reports(lake: Lake) -> None:
    section = shown(lake)
    said = [section.title, *(item for note in section.notes for item in note.body)]
    checked = 0
    for item in said:
        if not isinstance(item, BriefSentence):
            continue
        assert item.evidence
        reports = [one for one in item.evidence if isinstance(one, MirrorPair)]
        assert len(reports) == len(item.evidence)
        allowed = {float(len(reports)), 0.0}
        for one in reports:
            allowed |= {float(one.year), float(one.product.replace("TOTAL", "0"))}
            allowed |= {one.exporter_low_usd / M, one.importer_low_usd / M, one.gap_usd / M}
        allowed.add(sum(one.gap_usd for one in reports if one.rules) / M)
        for text in re.findall(r"\d[\d,]*\.?\d*", plain(item.text)):
            digits = text.rstrip(".").replace(",", "")
            half = 0.5 * 10 ** -len(digits.partition(".")[2]) + 1e-9
            assert any(abs(float(digits) - one) <= half for one in allowed), item.text
            checked += 1
    assert checked == len(["12", "2018", "2022", "30.0", "845710", "2022", "1.10", "58.0"])


def test_all_flows_together_are_what_the_check_of_the_lake_finds(lake: Lake) -> None:
    counts: dict[str, int] = defaultdict(int)
    gaps: dict[str, float] = defaultdict(float)
    codes = ",".join(sorted({code for *_, code, _, _ in CELLS}))
    for buyer in sorted({cell[2] for cell in CELLS}):
        seller = next(cell[1] for cell in CELLS if cell[2] == buyer)
        ends = {"importer": NAMES[buyer], "exporter": NAMES[seller]}
        asked = Definition.build("value", goods=codes, period=2022, **ends)
        with lake.reading():
            found = compare(asked, (2018, 2022), lake, others=5)
        for one in (*found.goods, *found.totals):
            for rule in one.rules:
                counts[rule] += 1
                gaps[rule] += one.gap_usd
    checked = {one.rule: one for one in mirror_gap_findings(lake)}
    assert set(checked) == {"lost-in-transit", "missing-export", "hidden-line", "mirror-gap"}
    assert counts == {rule: one.count for rule, one in checked.items()}
    amounts = {
        rule: re.findall(r"USD\u00a0([\d.]+)\u00a0m in all", one.text)[0]
        for rule, one in checked.items()
    }
    for rule, text in amounts.items():
        assert gaps[rule] / M == pytest.approx(float(text), rel=5e-3)


TENGE = """
format: 1
id: tenge
title: Imports of Germany in tenge
reporter: DEU
nomenclature: HS2017
columns:
  year: {role: period}
  partner: {role: partner, codes: names}
  code: {role: product}
  tenge: {role: value, currency: KZT}
flow: import
"""


def test_main_suppliers_are_ranked_by_values_of_one_currency_and_of_one_report(
    tmp_path: Path,
) -> None:
    """2 bn tenge are 4 m dollars; and what both sides report of France is no second delivery."""
    cells: list[Cell] = [
        (2022, CHINA, GERMANY, "854231", 50 * M, 40 * M),
        (2022, USA, GERMANY, "854231", None, 6 * M),
        (2022, FRANCE, GERMANY, "854231", 4 * M, 4 * M),
        (2022, KAZAKHSTAN, GERMANY, "854231", None, 3 * M),
    ]
    lake = lake_of(tmp_path, cells)
    (tmp_path / "tenge.csv").write_text(
        "year,partner,code,tenge\n2022,Kazakhstan,854231,2000000000\n"
    )
    lake.add("table", [tmp_path / "tenge.csv"], mapping=TENGE)
    asked = Definition.build("value", importer="DEU", exporter="CHN", goods="854231", period=2022)
    with lake.reading():
        found = compare(asked, (2022, 2022), lake, others=3)
    assert found.suppliers == ("USA", "FRA", "KAZ")


@pytest.mark.parametrize(("buys_elsewhere", "is_found"), [(False, False), (True, True)])
def test_a_good_that_others_buy_elsewhere_is_one_that_the_source_has(
    tmp_path: Path, buys_elsewhere: bool, is_found: bool
) -> None:
    """Nobody reports to buy it of China; whether France buys it of the USA decides."""
    cells = [cell for cell in CELLS if cell[3] != "841330"]
    cells.append((2022, CHINA, GERMANY, "841330", 12 * M, None))
    if buys_elsewhere:
        cells.append((2022, USA, FRANCE, "841330", 3 * M, 3 * M))
    with lake_of(tmp_path, cells).reading() as lake:
        asked = Definition.build("value", importer="DEU", exporter="CHN", goods="8413", period=2022)
        found = compare(asked, (2018, 2022), lake)
    assert [one.product for one in found.apart] == ["841330", "841391"][not is_found :]


def test_only_the_goods_of_the_brief_are_shown(lake: Lake) -> None:
    """Of the first tier, chips: both tell of China's, and the exporter shows few of the USA's."""
    section = shown(lake, goods="chpl:1")
    assert section.title.text == (
        "Both sides report goods from China; for other suppliers the reports differ, 2022"
    )
    assert section.table is not None
    [(good, *rest)] = section.table.rows
    assert good.startswith("854231 ")
    assert good.partition(" ")[2] in plain(words_of(section))
    assert rest == ["2.00", "60.0", "58.0"]


def test_a_buyer_who_tells_nothing_cannot_be_compared(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any) -> Any:
        raise AssertionError("rows are read where nothing can be compared")

    monkeypatch.setattr(mirror_comparison, "stored", never)
    section = shown(lake, "RUS", "DEU")
    assert section.gap is not None
    assert section.table is None
    assert section.reports is None
    assert section.gap.what == "Germany’s and Russia’s reports of all goods, 2022"
    assert section.gap.why == (
        "no imports that Russia itself reports are available for 2022; Russian customs stopped "
        "publishing trade by partner and product; later data are reports of Russia’s "
        "partners"
    )
    assert section.gap.command == ""  # nothing would bring them


def test_a_year_of_which_nobody_reports(lake: Lake) -> None:
    [note] = [note for note in shown(lake, year=2023).notes if note.title.startswith("What cannot")]
    assert plain(note.body[0].text) == (
        "No individual reports of 2023 are loaded, only UN Comtrade of 2018 to 2022."
    )
    gap = shown(lake, year=2030).gap
    assert gap is not None
    assert gap.command == "entrepot data add comtrade FILE"


def test_a_seller_who_tells_nothing_and_others_who_do(lake: Lake) -> None:
    section = shown(lake, "DEU", "KAZ")
    assert section.title.text == (
        "One side reports next to nothing of seven of the 14 goods, flows and years from "
        "suppliers other than Kazakhstan, 2018 to 2022"
    )
    assert "No exports that Kazakhstan itself reports are available for 2022." in words_of(section)
    assert section.table is not None
    assert section.table.caption.startswith("The five largest differences to Germany in 2022,")
    assert section.table.head == (
        "Good",
        "From",
        "Exporter reports",
        "Germany reports",
        "Difference",
    )
    good, *rest = section.table.rows[0]
    assert good.startswith("854231 processors")
    assert rest == ["United States", "2.00", "60.0", "58.0"]


def test_goods_that_neither_side_tells_of(lake: Lake) -> None:
    section = shown(lake, goods="270900")
    assert section.title.text == "Only sums over the goods in the data can be compared"
    assert "For 2022 both sides report totals, but no large enough flow of these goods" in words_of(
        section
    )
    gap = shown(lake, "FRA", "CHN", goods="270900").gap
    assert gap is not None
    assert gap.why.startswith("both sides report 2022, but no large enough flow of these goods")


def test_two_reports_that_agree_need_no_table(lake: Lake) -> None:
    section = shown(lake, "FRA", "DEU")
    assert section.title.text == "Both sides report the only good that can be compared, 2022"
    assert section.table is None


def test_a_pair_that_agrees_does_not_speak_for_the_other_suppliers(tmp_path: Path) -> None:
    agree = (2022, CHINA, GERMANY, "854231", 5 * M, 5 * M)
    apart = (2022, USA, GERMANY, "854231", None, 60 * M)
    elsewhere = (2022, USA, FRANCE, "854231", 3 * M, 3 * M)  # so the seller reports
    found = shown(lake_of(tmp_path, [agree, apart, elsewhere]))
    assert found.title.text == (
        "Both sides report goods from China; for other suppliers the reports differ, 2022"
    )
    assert found.table is not None
    assert [row[1:3] for row in found.table.rows] == [("none", "60.0")]


def test_totals_that_are_far_apart_are_told(lake: Lake) -> None:
    text = words_of(shown(lake, "KAZ", "USA"))
    assert "Both sides report the only good" in text
    assert (
        "Added up over all goods in the data that both sides report, the United States "
        "reports USD 30.0 m to Kazakhstan in 2022, Kazakhstan USD 12.0 m."
    ) in text
    assert "All goods in the data" not in [note.title for note in shown(lake).notes]


def test_without_single_reports_nothing_is_said_and_nothing_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "BACI_HS17_V202501.csv"
    path.write_text("t,i,j,k,v,q\n2022,156,276,854231,5,1\n", encoding="utf-8")
    lake = Lake.open(tmp_path / "lake")
    lake.add("baci", [path])
    monkeypatch.setattr(Lake, "flows", None)
    with lake.reading():
        assert reporting_gaps.section(BriefContext(lake), subject()) is None
    assert reporting_gaps.commands(None) == ()


def test_a_report_in_euros_is_given_at_both_rates() -> None:
    keys = {"year": 2022, "freq": "A", "exporter": "DEU", "importer": "KGZ", "product": "870323"}
    one = MirrorPair(
        **keys, nomenclature="HS2022", exporter_low_usd=82e6, exporter_high_usd=160e6,
        importer_low_usd=0.0, importer_high_usd=0.0, source_out="comext",
        source_in="comtrade", gap_usd=82e6,
        rules=("lost-in-transit",),
    )  # fmt: skip
    said, why = largest(subject("KGZ", "DEU"), one)
    assert plain(said.text).replace("\u00a0", " ") == (
        "Germany reports USD 82 to 160 m of 870323 petrol cars of 1,500 to 3,000 cc to Kyrgyzstan "
        "in 2022, Kyrgyzstan none."
    )
    assert "diversion elsewhere" in why.text


@pytest.fixture(scope="module")
def page(lake: Lake) -> Brief:
    return brief("DEU", "CHN", "854231,847150,845710", 2022, lake)


def test_every_form_of_the_brief_has_both_reports(page: Brief) -> None:
    title = "One side reports next to nothing of two of the three goods that can be compared, 2022"
    text, html = render_markdown(page), render_html(page)
    assert f"## {title}" in text
    assert "| 845710 machining centres | 1.10 | 30.0 | 28.9 |" in text
    row = r'<tr><th scope="row">845710 machining centres</th>\s*<td class="number">1.10</td>'
    assert re.search(row, html)
    part = html[html.index('id="hidden"') :]
    assert "<details" not in part[: part.index("</section>")]
    assert "published figure or a report" in html
    [data] = [one for one in json.loads(render_json(page))["sections"] if one["id"] == "hidden"]
    assert data["title"] == title
    told = data["reports"]["goods"]
    assert data["reports"]["suppliers"] == ["USA", "FRA"]
    assert [one["exporter"] for one in told] == ["USA", "CHN", "CHN"]
    goods = {one["product"]: one for one in told if one["exporter"] == "CHN"}
    assert set(goods) == {"845710", "847150"}
    assert goods["847150"]["exporter_low_usd"] == 20e6
    assert goods["847150"]["importer_low_usd"] == 0
    assert goods["847150"]["source_in"] == "comtrade"
    assert goods["845710"]["rules"] == ["missing-export"]


def test_the_page_names_the_source_and_the_command(page: Brief) -> None:
    assert any("Comtrade" in term.name for term in page.sources)
    lines = [command.line for command in page.commands]
    assert lines[-1] == "entrepot data check"
    assert lines[-2] == (
        "entrepot ask value --importer DEU --exporter CHN --goods 845710 --period 2022 "
        "--source comtrade --reported-by importer"
    )


def test_the_command_gives_the_number_in_the_table(page: Brief, lake: Lake) -> None:
    from entrepot.figures import ask

    words = page.commands[-2].line.split()[2:]
    keys = {word.strip("-").replace("-", "_"): words[at + 1] for at, word in enumerate(words)
            if word.startswith("--")}  # fmt: skip
    assert ask(words[0], lake=lake, **keys).value == 30 * M


def test_totals_are_told_where_nothing_else_can_be_compared(tmp_path: Path) -> None:
    """A title that says so and no number below it would leave the reader with nothing."""
    cells: list[Cell] = [
        (2021, CHINA, GERMANY, "854231", 50 * M, 40 * M),
        (2020, CHINA, GERMANY, "854231", 50 * M, 45 * M),
    ]
    lake = lake_of(tmp_path, cells)
    told = Subject("DEU", "CHN", "8471", Period.parse(2022), fixed=True)
    with lake.reading():
        section = reporting_gaps.section(BriefContext(lake), told)
    assert section is not None
    assert section.title.text == "Only sums over the goods in the data can be compared"
    assert (
        "Added up over all goods in the data that both sides report, the largest of two "
        "differences is this: China reports USD 50.0 m to Germany in 2021, Germany USD 40.0 m."
    ) in words_of(section)


def test_the_years_are_those_of_the_reports_and_not_all_that_were_looked_through() -> None:
    keys = ("exporter", "importer", "product", "year", "source_out", "source_in")
    one, other = (
        SimpleNamespace(
            **dict(zip(keys, ("CHN", "DEU", "854231", year, "comtrade", "comtrade"), strict=True))
        )
        for year in (2021, 2022)
    )
    alone = mirror_comparison.ComparedReports((2018, 2022), (other,))
    assert "could report, in 2022, with" in reporting_gaps._deck(alone)
    both = mirror_comparison.ComparedReports((2018, 2022), (other, one))
    assert "could report, 2021 to 2022, with" in reporting_gaps._deck(both)
