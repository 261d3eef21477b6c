"""The brief as written: every number with its evidence, one file, the same bytes again."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from markdown_it import MarkdownIt

from entrepot.errors import EntrepotError, RequestError, UnknownNameError
from entrepot.figures import Figure
from entrepot.figures.scenario import Scenario
from entrepot.lake import Lake
from entrepot.report import brief, write
from entrepot.report.parts import BriefSentence, Command, Term, plain
from entrepot.report.render_html import render_html
from entrepot.report.render_json import as_dict
from entrepot.report.render_markdown import render_markdown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.report import Brief
    from entrepot.sources.published.row import Published

CLAIMS = Path(__file__).resolve().parents[2] / "examples" / "russia-china-dependence.yaml"
NUMBER = re.compile(r"(?<![\w.])[−-]?\d[\d,]*(?:\.\d+)?")


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return Lake.open(tmp_path_factory.mktemp("lake") / "nothing")


@pytest.fixture(scope="module")
def told(empty: Lake) -> Brief:
    return brief("RUS", "CHN", "chpl", lake=empty, claims=CLAIMS)


@pytest.fixture(scope="module")
def page(told: Brief) -> str:
    return render_html(told)


@pytest.fixture(scope="module")
def silent(empty: Lake) -> Brief:
    """Nobody prints a share of Nepal's, and the tables of inputs have no entry for it."""
    return brief("NPL", "CHN", "chpl", lake=empty)


def sentences(told: Brief) -> Iterator[BriefSentence]:
    yield from told.answer
    for section in told.sections:
        if isinstance(section.title, BriefSentence):
            yield section.title
        for note in section.notes:
            yield from (item for item in note.body if isinstance(item, BriefSentence))


def known(evidence: tuple[Figure | Published, ...]) -> Iterator[float]:
    """Yield every number that the evidence allows a sentence to say, in every usual unit."""
    figures = [item for item in evidence if isinstance(item, Figure)]
    for item in evidence:
        if isinstance(item, Scenario):
            yield from lost(item)
            continue
        if not isinstance(item, Figure):
            yield from (float(part) for part in re.findall(r"\d+\.?\d*", item.printed))
            yield item.period.year
            continue
        asked = item.definition
        yield from (period.year for period in (asked.period, asked.base) if period)
        others = [one.value for one in item.specifications.items] if item.specifications else []
        for value in (item.value, item.low, item.high, *others, *item.details.values()):
            if value is not None:
                yield from (
                    value,
                    abs(value),
                    value * 100,
                    1 + value / 100,
                    value / 1e6,
                    value / 1e9,
                    value / 1e12,
                )
        if item.unit == "ratio" and item.value:
            yield 1 / item.value
        if item.specifications:
            yield len(item.specifications.items)
    if len(figures) == 4:  # a part of a change: two totals, then the same two years of the part
        totals, parts = [f.value or 0.0 for f in figures[:2]], [f.value or 0.0 for f in figures[2:]]
        yield (parts[1] - parts[0]) / (totals[1] - totals[0]) * 100
    if len(figures) == 2 and figures[0].value and figures[1].value:
        yield abs(figures[1].value / figures[0].value - 1) * 100


def lost(found: Scenario) -> Iterator[float]:
    """Yield what a scenario says that anybody loses: per cent of output, and money."""
    assert found.economy is not None
    for loss in (*found.economy.sides, *found.economy.areas):
        for part, scales in ((loss.lost_share, (0.01,)), (loss.lost_usd, (1e6, 1e9, 1e12))):
            for value in (part.value, part.low, part.high):
                yield from (abs(value or 0.0) / scale for scale in scales)


def test_every_number_in_words_is_one_that_its_carriers_hold(told: Brief) -> None:
    checked = 0
    for sentence in sentences(told):
        text = plain(sentence.text).split("; of ")[0]  # counts of claims follow
        allowed = list(known(sentence.evidence))
        for found in NUMBER.findall(text.replace("4.B", "")):
            number = float(found.replace(",", "").replace("−", "-"))
            decimals = len(found.partition(".")[2])
            near = [value for value in allowed if abs(value - number) <= 0.5 * 10**-decimals + 1e-9]
            assert near, f"{found} in {text!r} has no evidence"
            checked += 1
    assert checked > 20


def test_a_number_that_nothing_carries_would_be_noticed(told: Brief) -> None:
    share = told.answer[0]
    assert any(abs(value - 56.3) < 0.05 for value in known(share.evidence))
    assert not any(abs(value - 65.3) < 0.5 for value in known(share.evidence))


def test_the_answer_comes_first_in_two_sentences(told: Brief, page: str) -> None:
    assert len(told.answer) == 2
    first = plain(told.answer[0].text).replace("\u00a0", " ")
    assert first.startswith("In 2023 China dispatched about 56 %")
    assert "38 to 90 %" in first
    assert page.index("about 56") < page.index('class="cards"')


def test_five_cards_each_with_range_definition_and_provenance(told: Brief) -> None:
    assert [card.figure.definition.measure for card in told.cards] == [
        "import_share",
        "value",
        "growth",
        "import_share",
        "asymmetry",
    ]
    for card in told.cards:
        assert card.range
        assert card.definition
        assert card.source
        assert card.tag in ("computed", "published")
        assert card.caveats


def test_figures_that_others_reckoned_too(told: Brief) -> None:
    """Checks of the data folder: USD 5,243 m in 2023, machine tools USD 222 to 813 m."""
    share, value, growth, _, _ = (card.figure for card in told.cards)
    assert share.value == pytest.approx(0.563)
    assert value.value == pytest.approx(5243e6, rel=1e-3)
    assert growth.value == pytest.approx((813 / 222 - 1) * 100, rel=5e-3)
    tiers = next(section for section in told.sections if section.id == "goods").table
    assert tiers is not None
    rows = {row[0].split()[0]: row[1:] for row in tiers.rows}
    assert rows["1"] == ("66", "93", "114", "140", "211", "170", "167")
    assert rows["4.B"] == ("45", "47", "56", "54", "83", "222", "813")


def test_charts_show_what_the_tables_say(told: Brief) -> None:
    panels = next(section for section in told.sections if section.id == "goods")
    assert panels.picture is not None
    assert panels.table is not None
    drawn = [[bar.text for bar in panel.bars] for panel in panels.picture.drawn.panels]
    assert drawn == [list(row[1:]) for row in panels.table.rows]


def test_every_section_shows_evidence_or_says_what_is_missing(told: Brief, silent: Brief) -> None:
    for section in (*told.sections, *silent.sections):
        shown = section.picture or section.claims or section.gaps or section.table
        assert shown or section.gap, section.id
        if section.picture:
            assert section.table, section.id
        if section.gap:
            assert section.gap.command.startswith("entrepot ")


def test_a_country_without_data_gets_gaps_and_no_numbers(silent: Brief) -> None:
    assert all(card.value == "–" and card.bar is None for card in silent.cards)
    assert silent.figures == ()
    assert "cannot be computed" in silent.answer[0].text
    gaps = next(section for section in silent.sections if section.id == "gaps").gaps
    assert any(gap.why.startswith("No data are loaded") for gap in gaps)
    said = "Load data, such as CEPII’s BACI, which is free (how: see Data gaps)"
    assert said in silent.answer[1].text
    assert "entrepot data" not in "".join(one.text for one in silent.answer)
    assert all(section.picture is None for section in silent.sections)
    assert 'svg class="chart' not in render_html(silent)


def test_the_page_is_one_file_without_scripts(page: str) -> None:
    assert not re.search(r"<script|<link|<img|<iframe|@import|url\(|src=|javascript:", page)
    outside = re.findall(r'<(?!a )[^>]+"https?://', page)
    assert outside == []


def test_the_same_brief_gives_the_same_bytes(told: Brief, page: str, empty: Lake) -> None:
    again = brief("RUS", "CHN", "chpl", lake=empty, claims=CLAIMS)
    assert page == render_html(again)
    assert render_markdown(told) == render_markdown(again)
    assert json.dumps(as_dict(told)) == json.dumps(as_dict(again))


def test_caveats_are_numbered_and_every_link_arrives(told: Brief, page: str) -> None:
    targets = set(re.findall(r'id="([^"]+)"', page))
    links = set(re.findall(r'href="#([^"]+)"', page))
    assert links <= targets
    assert {f"caveat-{n}" for n in range(1, len(told.caveats) + 1)} <= targets
    assert len(re.findall(r'id="([^"]+)"', page)) == len(targets)


def test_words_from_data_cannot_become_markup(silent: Brief) -> None:
    nasty = replace(silent, title="<script>alert(1)</script> & 'co'")
    page = render_html(nasty)
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    "name",
    ["<img src=x onerror=alert(1)>", "\\<b>co</b>", "a | [x](javascript:alert(1))", "&lt;b&gt;"],
)
def test_a_name_of_a_publisher_is_text_in_markdown(silent: Brief, name: str) -> None:
    term = Term(name, name, "https://example.org/> <script>alert(1)</script>")
    command = Command(f"{name}\n```\n<script>", "entrepot")
    nasty = replace(
        silent,
        title=name,
        terms=(term,),
        sources=(term,),
        commands=(command,),
        state=((name, name),),
    )
    # Another program than ours reads it.
    read = MarkdownIt("commonmark", {"html": True}).enable("table").parse(render_markdown(nasty))
    inner = [part for token in read for part in (token, *(token.children or ()))]
    assert not [one for one in inner if one.type.startswith("html")]
    links = [one.attrs["href"] for one in inner if one.type == "link_open"]
    assert not [link for link in links if not str(link).startswith("https://")]
    shown = ["".join(part.content for part in token.children or ()) for token in read]
    assert sum(name in text for text in shown) >= 4  # title, state, term, source


HOSTILE = """format: 1
source: {title: "<script>alert(1)</script> | a", publisher: "[x](javascript:alert(1))"}
claims:
  - id: "a<b>"
    quote: "Trade | came\\n\\n# to <img src=x onerror=alert(1)> `1.63 trillion yuan` [y](data:z)"
    value: {exporter: CHN, importer: RUS, flow: both, period: 2025}
    says: 1.63 trillion yuan
    attributed_to: "</td><script>"
"""


def test_words_of_a_claims_file_stay_words(empty: Lake, tmp_path: Path) -> None:
    path = tmp_path / "it's claims.yaml"
    path.write_text(HOSTILE, encoding="utf-8")
    told = brief("RUS", "CHN", "chpl", lake=empty, claims=path)
    page, text = render_html(told), render_markdown(told)
    assert not re.search(r"<script|<img|</td><script|href=\"(javascript|data):", page)
    assert "&lt;script&gt;" in page
    rows = [line for line in text.splitlines() if "1.63 trillion yuan" in line]
    assert rows
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in rows if line[0] == "|"} == {5}
    assert not re.search(r"(?<!\\)(<script|<img|\[x\]|\[y\])", text)
    assert "\n# to" not in text
    assert f"--claims {shlex.quote(str(path))}" in told.commands[1].line


def test_markdown_has_the_same_numbers_and_whole_tables(told: Brief) -> None:
    text = render_markdown(told)
    for card in told.cards:
        assert f"**{card.whole}**" in text
    tables = re.split(r"\n\n+", text)
    for table in (part for part in tables if part.startswith("| ")):
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(widths) == 1, table
    assert text.count("\n## ") >= len(told.sections)


def test_json_holds_the_figures_with_all_digits(told: Brief) -> None:
    data: dict[str, Any] = json.loads(json.dumps(as_dict(told)))
    assert {"title", "answer", "figures", "sections", "claims", "sources", "caveats"} <= data.keys()
    assert {"version", "command"} <= data.keys()
    assert len(data["figures"]) == 5
    for figure in data["figures"]:
        assert {"definition", "status", "value", "unit", "low", "high", "evidence"} <= figure.keys()
    assert data["claims"]["summary"]["claims"] == 18
    assert all(item["evidence"] for item in data["answer"])


def test_verdicts_come_with_what_is_wrong_first(told: Brief) -> None:
    claims = next(section.claims for section in told.sections if section.claims)
    order = ["inconsistent", "differs", "not_enough_evidence", "supported"]
    places = [order.index(row.verdict) for row in claims.rows]
    assert places == sorted(places)
    assert sum(count for _, count in claims.tally) == len(claims.rows) == 18
    assert claims.conflicts[0].lines[0].agrees is False
    assert claims.conflicts[0].lines[1].agrees is True
    exports = next(row for row in claims.rows if row.id == "chinese-exports")
    assert "**3.4\u00a0%**" in exports.claim
    assert "−9.9\u00a0%" in exports.against


def test_a_conflict_without_an_outcome_ends_its_sentence(empty: Lake, tmp_path: Path) -> None:
    """Two numbers of one quantity contradict each other without a sum to redo."""
    flow = "exporter: CHN, importer: RUS, period"
    file = tmp_path / "two.yaml"
    numbers = ((2024, 100), (2024, 150), (2025, 100), (2025, 120))
    file.write_text(
        "format: 1\nsource: {title: Two conflicts}\nclaims:\n"
        + "".join(
            f"  - {{id: c{place}, value: {{{flow}: {year}}}, says: {amount} billion dollars}}\n"
            for place, (year, amount) in enumerate(numbers)
        )
    )
    told = brief("RUS", "CHN", lake=empty, claims=file)
    page, text = render_html(told), render_markdown(told)
    assert page.count("contradict each other") == text.count("contradict each other") == 2
    said = "the text has 100 billion dollars and 1[25]0 billion dollars"
    assert re.search(rf"{said}</dd>\s*</dl>", page)
    assert re.search(rf"{said}\.</p>", page)
    assert len(re.findall(rf"{said}$", text, flags=re.MULTILINE)) == 2


def test_a_claim_under_check_stands_in_the_share_chart(told: Brief) -> None:
    share = next(section for section in told.sections if section.id == "share")
    assert share.picture is not None
    boxes = [item for item in share.picture.drawn.published if item.claim]
    assert [(box.at, box.text) for box in boxes] == [(2025.0, "36")]


@pytest.mark.parametrize("suffix", [".html", ".md", ".json"])
def test_formats_by_suffix(silent: Brief, tmp_path: Path, suffix: str) -> None:
    target = tmp_path / "deep" / f"brief{suffix}"
    assert write(silent, target) == target
    assert target.read_text(encoding="utf-8").strip()
    assert [path.name for path in target.parent.iterdir()] == [target.name]


def test_a_format_that_nobody_writes_is_refused(told: Brief, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"\.docx"):
        write(told, tmp_path / "brief.docx")
    assert list(tmp_path.iterdir()) == []


def test_unknown_words_are_refused_with_a_suggestion(empty: Lake, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="unknown"):
        brief("RUZ", "CHN", lake=empty)
    with pytest.raises(UnknownNameError, match="unknown"):
        brief("RUS", "CHN", "chpll", lake=empty)
    with pytest.raises(EntrepotError):
        brief("RUS", "CHN", lake=empty, claims=tmp_path / "none.yaml")


def test_whiskers_are_other_definitions_and_hold_their_value(told: Brief) -> None:
    weights = next(section for section in told.sections if section.id == "weights")
    assert weights.picture is not None
    flows = weights.picture.drawn.flows
    sides = [side for flow in flows for row in flow.rows for side in (row.left, row.right) if side]
    ranged = [side for side in sides if side.range]
    assert [side.range for side in ranged] == ["39 to 50", "2.7 to 3.0"]
    for side in ranged:
        low, high = (float(end) for end in side.range.split(" to "))
        assert low <= float(side.text.removeprefix("over ")) <= high


@pytest.fixture(scope="module")
def union(empty: Lake) -> Brief:
    return brief("EU27", "CHN", "all", lake=empty)


def test_what_is_printed_of_others_is_said_and_in_their_verb(union: Brief, empty: Lake) -> None:
    """Eurostat prints one share a year, customs a growth without a level, Mexico its imports."""
    moved = plain(union.answer[1].text).replace("\u00a0", " ")
    assert moved == (
        "China’s deliveries rose by 3 % in dollars from 2023 to 2024 "
        "(Chinese customs; the share is from Eurostat)."
    )
    weights = next(section for section in union.sections if section.id == "weights")
    assert weights.table is not None
    assert all(row[3] == "" for row in weights.table.rows)  # digits are no other definitions
    assert all(row[0][0].isupper() for row in weights.table.rows)
    # The first sentence is of imported inputs, since no share of all goods is known.
    mexico = plain(brief("MEX", "CHN", "all", lake=empty).answer[1].text).replace("\u00a0", " ")
    assert mexico.startswith("In 2024 China supplied goods worth USD 130 bn to Mexico;")


def test_the_break_is_named_where_it_is_and_nowhere_else(told: Brief, empty: Lake) -> None:
    """Russia fell silent; what Chinese customs count of it before and after is one voice."""
    goods = next(section for section in told.sections if section.id == "goods")
    assert goods.picture is not None
    assert goods.picture.drawn.broken is not None
    back = brief("CHN", "RUS", "all", lake=empty)
    goods = next(section for section in back.sections if section.id == "goods")
    assert goods.picture is not None
    assert goods.picture.drawn.broken is None
    assert back.answer[1].caveats == ()
    share = plain(back.answer[0].text)
    assert "its published digits allow 4.98 to 5.00" in share


def test_several_suppliers_are_many(empty: Lake) -> None:
    both = brief("RUS", "CHN+HKG", "chpl", lake=empty)
    [share] = both.answer  # how deliveries moved is not known, which is said among the gaps alone
    assert plain(share.text).startswith("In 2023 China and Hong Kong dispatched")
    gaps = [f"{gap.what} {gap.why}" for gap in both.sections[-1].gaps]
    assert any("goods from China and Hong Kong to Russia, by year" in text for text in gaps)


def test_other_goods_and_sums_of_areas(empty: Lake) -> None:
    chips = brief("RUS", "CHN", "8542", lake=empty)
    assert "HS 8542" in chips.title
    everything = brief("RUS", "CHN", "all", 2023, lake=empty)
    assert everything.title == "Russia’s dependence on China"
    assert all(card.figure.definition.period.year == 2023 for card in everything.cards)
    both = brief("RUS", "CHN+HKG", "chpl", lake=empty)
    assert "China and Hong Kong" in both.title
    assert render_html(chips).startswith("<!doctype html>")


def test_a_brief_from_python_prints_and_writes_itself(told: Brief, tmp_path: Path) -> None:
    lines = str(told).splitlines()
    assert lines[0] == told.title
    assert max(map(len, lines)) <= 100
    # Longer lines go on below where they began.
    words = " ".join(" ".join(lines[1:]).split())
    for card in told.cards:
        assert f"{card.name}: {card.whole}".replace("\u00a0", " ") in words
    assert "56.3 %" in words
    page = told.write(tmp_path / "brief.md")
    assert page.read_text(encoding="utf-8").startswith(f"# {told.title}")


def test_numbers_in_print_are_counted_with_those_that_no_figure_uses(told: Brief) -> None:
    table = next(one.table for one in told.sections if one.id == "share")
    assert table is not None
    printed = [row for row in table.rows if row[-1] != "computed"]
    said = next(term.text for term in told.sources if term.name == "Published figures")
    count = re.match(r"(\d+) published figures from (\d+) primary sources", said)
    assert count is not None
    assert int(count[1]) > len(printed)
    assert int(count[2]) >= len({row[-1] for row in printed})
