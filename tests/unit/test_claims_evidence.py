"""What counts as evidence, from rows written for each case."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from entrepot.claims.attribution import is_own
from entrepot.claims.comparison import compared, standing
from entrepot.claims.document import Claim, Source
from entrepot.claims.evidence import evidence
from entrepot.claims.quantity import Level, moved_by
from entrepot.claims.read import parse_document
from entrepot.claims.statements import ReferenceLevels, Statements, named_alike
from entrepot.model.interval import Interval
from entrepot.model.period import Period
from entrepot.sources.published.row import Published

NOBODY = Source("A text")


def row(name: str, measure: str, value: float | None, **more: object) -> Published:
    """A row of Chinese customs on exports to Chile in 2019, or as told."""
    half = 0.5e9 if measure == "value" else 0.0005 if "share" in measure else 0.05
    fields: dict[str, object] = {
        "id": name,
        "measure": measure,
        "reporter": "CHN",
        "exporter": "CHN",
        "importer": "CHL",
        "partner_words": "",
        "flow": "one_way",
        "goods": "all",
        "goods_words": "",
        "variant": "",
        "basis": "",
        "period": Period.parse(2019),
        "base": None,
        "per": "",
        "relation": "=",
        "value": value,
        "low": None if value is None else value - half,
        "high": None if value is None else value + half,
        "printed": "",
        "unit": {"value": "USD", "growth": "percent"}.get(measure, "share"),
        "currency": "USD",
        "valuation": "FOB",
        "publisher": "Gazette",
        "origin": "GACC",
        "origin_words": "Chinese customs (GACC)",
        "title": "",
        "url": "https://example.org",
        "published_on": "2020-01-15",
        "second_url": "",
        "confidence": "high",
        "note": "",
    }
    return Published(**(fields | more))


def claim(text: str) -> Claim:
    document = parse_document(f"format: 1\nsource: {{title: A}}\nclaims:\n  - {{id: a, {text}}}")
    return document.claims[0]


def facts(*rows: Published) -> ReferenceLevels:
    return ReferenceLevels(Statements(rows))


FLOW = "exporter: CHN, importer: CHL, period: 2019"
WORLD = {"importer": "WLD"}
LEVEL = Level("CHN", "CHL", "all", Period.parse(2019))


@pytest.mark.parametrize(
    ("says", "exact", "loose", "outcome"),
    [
        ((26.5, 27.5), (26.5, 27.5), None, "supports"),
        ((26.5, 27.5), (27.4, 27.6), None, "supports"),
        ((26.5, 27.5), (27.5, 28.5), None, "contradicts"),  # 27.5 is printed 28
        ((26.5, 27.5), (29.5, 30.5), (25, 35), "allows"),  # "about 30"
        ((26.5, 27.5), (25, 29), None, "allows"),  # too coarse to support
        ((5, math.inf), (4.06, 4.07), None, "contradicts"),
        ((5, math.inf), (5.3, 5.4), None, "supports"),
        ((5, math.inf), None, (6, math.inf), "supports"),
        ((5, math.inf), None, (4, math.inf), "allows"),
        ((26.5, 27.5), None, (20, math.inf), "allows"),
        ((1 / 3, 1), None, (0.36, 1), "supports"),  # "more than 36 %" is over a third
        ((0.4, 1), None, (0.36, 1), "allows"),
        ((0, 0.3), None, (0.36, 1), "contradicts"),
        ((26.5, 27.5), None, (30, math.inf), "contradicts"),
    ],
)
def test_compared(
    says: tuple[float, float],
    exact: tuple[float, float] | None,
    loose: tuple[float, float] | None,
    outcome: str,
) -> None:
    wide = loose or exact
    assert wide is not None
    digits = Interval(*exact) if exact else None
    assert compared(Interval(*says), digits, Interval(*wide)) == outcome


GACC = "China General Administration of Customs (GACC)"


@pytest.mark.parametrize(
    ("named", "origin", "words", "own"),
    [
        ("Gaidar Institute", "GAIDAR", "Gaidar Institute (IEP), Trade Laboratory", True),
        ("the Gaidar Institute for Economic Policy", "X", "Gaidar Institute (IEP)", True),
        ("the Bank for Trade", "BRUEGEL", "Bruegel; Bank of Russia foreign trade data", False),
        ("the World Bank", "X", "World Bank (WITS)", True),
        ("statistics office of Brazil", "X", "Brazil Ministry of Development", False),
        ("BOFIT, the Bank of Finland's institute", "BOFIT", "BOFIT (Korhonen, Simola)", True),
        ("Chinese customs", "GACC", "China General Administration of Customs (GACC)", True),
        ("Bank of Russia", "FCS", "Russian Federal Customs Service (FCS)", False),
        ("Bank of Russia", "BOFIT", "Bank of Finland", False),
        ("Central Institute", "CI", "Central Institute", True),
        ("", "GACC", "China General Administration of Customs (GACC)", False),
        ("General Administration of Customs of Kazakhstan", "GACC", GACC, False),
        ("Taiwan's customs administration", "GACC", GACC, False),
        ("the customs of China and Russia", "GACC", GACC, False),
        ("die chinesische Zollverwaltung", "GACC", GACC, True),
        ("Главная таможенная служба Китая", "GACC", GACC, True),
        ("General Administration of Customs", "GACC", GACC, True),
    ],
)
def test_whose_number_it_is(named: str, origin: str, words: str, own: bool) -> None:
    statement = Statements([row("a", "value", 1e9, origin=origin, origin_words=words)]).all[0]
    assert is_own(named, statement.row) == own


def test_copies_of_one_release_count_once() -> None:
    rows = [row("a", "value", 20e9), row("b", "value", 20e9, publisher="Herald")]
    found = evidence(claim(f"value: {{{FLOW}}}, says: $20 bn"), NOBODY, facts(*rows))
    assert [item.outcome for item in found] == ["supports"]


def test_spot_conversions_and_slips_are_no_evidence() -> None:
    low = row("a", "value", 20e9, confidence="low")
    assert evidence(claim(f"value: {{{FLOW}}}, says: $20 bn"), NOBODY, facts(low)) == ()


@pytest.mark.parametrize(
    "change",
    [
        {"period": Period.parse(2018)},
        {"importer": "PER"},
        {"goods": "8542"},
        {"basis": "origin"},
        {"currency": "EUR"},
        {"flow": "both"},
    ],
)
def test_another_definition_is_not_compared(change: dict[str, object]) -> None:
    other = row("a", "value", 20e9, **change)
    assert evidence(claim(f"value: {{{FLOW}}}, says: $20 bn"), NOBODY, facts(other)) == ()


def test_growth_in_yuan_is_not_compared_with_growth_in_dollars() -> None:
    printed = row("a", "growth", 5.0, base=Period.parse(2018), currency="CNY")
    dollars = claim(f"growth: {{{FLOW}}}, says: 5.0 %")
    yuan = claim(f"growth: {{{FLOW}, currency: CNY}}, says: 5.0 %")
    assert evidence(dollars, NOBODY, facts(printed)) == ()
    assert evidence(yuan, NOBODY, facts(printed))[0].outcome == "supports"


def test_a_share_follows_from_two_levels_of_one_set_of_books() -> None:
    rows = [row("part", "value", 20e9), row("whole", "value", 400e9, **WORLD)]
    share = claim(f"export_share: {{{FLOW}}}, says: 5 %")
    (found,) = evidence(share, NOBODY, facts(*rows))
    assert found.value == pytest.approx(0.05, rel=1e-3)
    assert found.outcome == "supports"
    foreign = replace(rows[1], reporter="CHL")
    (other,) = evidence(share, NOBODY, facts(rows[0], foreign))
    assert other.other_definition == "China’s books over a total of Chile’s"


def test_a_change_follows_from_two_shares_of_one_origin() -> None:
    rows = [
        row("then", "export_share", 0.205, period=Period.parse(2018), printed="20.5 %"),
        row("now", "export_share", 0.213, printed="21.3 %"),
    ]
    change = claim(f"change: {{of: {{export_share: {{{FLOW}}}}}, base: 2018}}, says: 0.8 points")
    (found,) = evidence(change, NOBODY, facts(*rows))
    assert found.value == pytest.approx(0.8)
    assert (found.unit, found.outcome) == ("points", "supports")
    assert found.how.replace("\u00a0", " ") == "21.3 % less 20.5 %"
    assert evidence(change, NOBODY, facts(replace(rows[0], origin="ELSE"), rows[1])) == ()


def test_a_change_in_per_cent_of_a_share_is_one_share_over_the_other() -> None:
    rows = [
        row("then", "export_share", 0.205, period=Period.parse(2018), printed="20.5 %"),
        row("now", "export_share", 0.213, printed="21.3 %"),
    ]
    keys = f"change: {{of: {{export_share: {{{FLOW}}}}}, base: 2018, relative: true}}"
    (found,) = evidence(claim(f"{keys}, says: 4 %"), NOBODY, facts(*rows))
    assert found.value == pytest.approx((21.3 / 20.5 - 1) * 100, abs=0.01)  # 3.9 %
    assert (found.unit, found.outcome) == ("percent", "supports")
    assert found.how.replace("\u00a0", " ") == "21.3 % over 20.5 %"
    (points,) = evidence(claim(f"{keys}, says: 0.8 %"), NOBODY, facts(*rows))
    assert points.outcome == "contradicts"


def test_a_share_that_rose_from_nothing_has_a_change_in_points_only() -> None:
    rows = [
        row("then", "export_share", 0.0, period=Period.parse(2018), printed="0.0 %"),
        row("now", "export_share", 0.213, printed="21.3 %"),
    ]
    keys = f"change: {{of: {{export_share: {{{FLOW}}}}}, base: 2018"
    (points,) = evidence(claim(f"{keys}}}, says: 21.3 points"), NOBODY, facts(*rows))
    assert points.outcome == "supports"
    assert evidence(claim(f"{keys}, relative: true}}, says: 21 %"), NOBODY, facts(*rows)) == ()


def test_what_others_printed_comes_before_our_own_sums() -> None:
    rows = [
        row("ours", "value", 20.1e9, publisher="Entrepôt", origin="BACI", low=20.1e9, high=20.1e9),
        row("theirs", "value", 20e9),
    ]
    found = evidence(claim(f"value: {{{FLOW}}}, says: $20 bn"), NOBODY, facts(*rows))
    assert [item.origins for item in found] == [("GACC",), ("BACI",)]


def test_two_origins_of_one_set_of_books_may_differ_a_little() -> None:
    rows = [row("part", "value", 20.1e9), row("whole", "value", 400e9, origin="COMTRADE", **WORLD)]
    (found,) = evidence(claim(f"export_share: {{{FLOW}}}, says: 4.9 %"), NOBODY, facts(*rows))
    assert found.loose.low < found.exact.low if found.exact else False


def test_levels_that_are_known() -> None:
    both = row("both", "value", 50e9, flow="both")
    back = row("back", "value", 30e9, exporter="CHL", importer="CHN", valuation="CIF")
    (rest,) = facts(both, back).known(LEVEL)
    assert (rest.interval.low, rest.interval.high) == (19e9, 21e9)
    two = row("two", "value", 45e9, period=Period.parse("2018..2019"))
    one = row("one", "value", 21e9, period=Period.parse(2018))
    (rest,) = facts(two, one).known(LEVEL)
    assert (rest.interval.low, rest.interval.high) == (23e9, 25e9)
    whole, share = row("whole", "value", 400e9, **WORLD), row("share", "export_share", 0.05)
    (part,) = facts(whole, share).known(LEVEL)
    assert part.interval.low == pytest.approx(399.5e9 * 0.0495)
    printed = row("printed", "value", 20e9)
    (known,) = facts(both, back, printed).known(LEVEL)
    assert known.how == ""


def test_rates_that_customs_used() -> None:
    dollars = row("d", "value", 100e9)
    yuan = row("y", "value", 700e9, currency="CNY", unit="CNY")
    rate = facts(dollars, yuan).rate("CNY", Period.parse(2019))
    assert rate is not None
    assert rate.holds(7.0)
    assert rate.width < 0.2
    market = row("fx", "exchange_rate", 6.9, unit="CNY per USD", currency="CNY", flow="na")
    rate = facts(market).rate("CNY", Period.parse(2019))
    assert rate is not None
    assert rate.holds(6.9)
    assert facts(dollars).rate("CNY", Period.parse(2019)) is None


def share(value: float, name: str = "a", **more: object) -> Published:
    return row(name, "import_share", value, reporter="", **more)


@pytest.mark.parametrize(
    ("says", "rows", "verdict", "why"),
    [
        ("39.0 %", [share(0.39)], "not_enough_evidence", "as-quoted"),
        ("36.0 %", [share(0.39)], "differs", "misquoted"),
        (
            "36.0 %",
            [share(0.39), share(0.36, "b", origin="B", origin_words="Else")],
            "differs",
            "misquoted",
        ),
        (
            "39.0 %",
            [share(0.39), share(0.39, "b", origin="B", origin_words="Else")],
            "supported",
            "agrees",
        ),
        (
            "39.0 %",
            [share(0.39), share(0.50, "b", origin="B", origin_words="Else")],
            "not_enough_evidence",
            "as-quoted",
        ),
        (
            "39.0 %",
            [share(0.50, "b", origin="B", origin_words="Else")],
            "not_enough_evidence",
            "other-series",
        ),
        ("39.0 %", [], "not_enough_evidence", "nothing"),
    ],
)
def test_a_source_is_no_evidence_for_itself(
    says: str, rows: list[Published], verdict: str, why: str
) -> None:
    quoted = claim(f"import_share: {{{FLOW}}}, says: {says}, attributed_to: Chinese customs")
    held = standing(quoted, evidence(quoted, NOBODY, facts(*rows)))
    assert (held.verdict, held.why) == (verdict, why)


def test_goods_named_in_words_match_by_words() -> None:
    assert named_alike("export-controlled goods", "same export-controlled goods (median)")
    assert not named_alike("sanctioned technology", "export-controlled goods")
    assert not named_alike("the goods", "all goods")


@pytest.mark.parametrize(
    ("period", "before"),
    [
        ("2024", "2023"),
        ("2025-02", "2024-02"),
        ("2024-02", "2023-02"),
        ("2023Q2", "2022Q2"),
        ("2024-02-29", "2023-02-28"),
        ("2025-01..2025-07", "2024-01..2024-07"),
    ],
)
def test_the_same_span_a_year_earlier(period: str, before: str) -> None:
    assert moved_by(Period.parse(period), -1) == Period.parse(before)
