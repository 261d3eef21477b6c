"""Kinds of claims beyond levels, shares and growth: places, GDP, changes of shares, prices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from entrepot.claims import Check, check, parse_document
from entrepot.claims.numbers import place_of
from entrepot.errors import BadFileError
from entrepot.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path


def checked(*claims: str) -> Check:
    text = "\n".join(f"  - {{{claim}}}" for claim in claims)
    return check(parse_document(f"format: 1\nsource: {{title: A text}}\nclaims:\n{text}"))


def verdicts(found: Check) -> dict[str, str]:
    return {item.id: item.verdict for item in found.claims}


PERU = "exporter: PER, importer: ECU"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("largest", 1),
        ("the second-largest", 2),
        ("Third biggest", 3),
        ("4th", 4),
        ("No. 12", 12),
        ("27 %", None),
        ("large", None),
    ],
)
def test_places_in_words(text: str, place: int | None) -> None:
    assert place_of(text) == place


def test_the_largest_is_not_smaller_than_another() -> None:
    found = checked(
        f"id: a, value: {{{PERU}, period: 2019}}, says: $8.0 billion",
        "id: b, value: {exporter: PER, importer: BOL, period: 2019}, says: $9.0 billion",
        f"id: r, rank: {{{PERU}, period: 2019, among: buyers}}, says: largest",
    )
    assert verdicts(found)["r"] == "inconsistent"
    assert {frozenset(one.claims) for one in found.conflicts} == {frozenset("abr")}


def test_the_third_largest_is_at_most_a_third_of_the_whole() -> None:
    # 40 of 100 can be the second-largest, not the third-largest
    whole = "id: t, value: {exporter: PER, importer: WLD, period: 2019}, says: $100 billion"
    part = f"id: a, value: {{{PERU}, period: 2019}}, says: $40.0 billion"
    for place, fits in (("second-largest", True), ("third-largest", False)):
        rank = f"id: r, rank: {{{PERU}, period: 2019, among: buyers}}, says: {place}"
        assert (not checked(whole, part, rank).conflicts) == fits


def test_a_place_among_levels_in_print() -> None:
    """Chinese customs have 524.9 bn to the United States in 2024, the most of all countries."""
    keys = "exporter: CHN, importer: USA, period: 2024, among: buyers"
    found = checked(
        f"id: a, rank: {{{keys}}}, says: largest", f"id: b, rank: {{{keys}}}, says: 5th"
    )
    assert verdicts(found)["a"] != "differs"
    russia = "exporter: CHN, importer: RUS, period: 2024, among: buyers"
    assert verdicts(checked(f"id: a, rank: {{{russia}}}, says: largest"))["a"] == "differs"


def test_trade_beside_gdp() -> None:
    """3.58 tn of exports are 19 % of a GDP of 18.7 tn."""
    keys = "exporter: CHN, importer: WLD, period: 2024, area: CHN"
    found = checked(
        f"id: right, gdp_share: {{{keys}}}, says: 19 %",
        f"id: wrong, gdp_share: {{{keys}}}, says: 29 %",
    )
    assert verdicts(found) == {"right": "supported", "wrong": "inconsistent"}
    unknown = "exporter: PER, importer: WLD, period: 2019, area: PER"
    alone = checked(f"id: a, gdp_share: {{{unknown}}}, says: 25 %").claims[0]
    assert alone.verdict == "not_enough_evidence"
    assert "GDP of Peru in 2019" in alone.evidence_needed


def test_gdp_of_the_text_itself() -> None:
    keys = "exporter: PER, importer: WLD, period: 2019"
    found = checked(
        "id: g, gdp: {area: PER, period: 2019}, says: $230 billion",
        f"id: x, value: {{{keys}, reporter: PER}}, says: $46.0 billion",
        f"id: s, gdp_share: {{{keys}, area: PER}}, says: 25 %",
    )
    assert {frozenset(one.claims) for one in found.conflicts} == {frozenset("gxs")}


CHANGE = "change: {of: {export_share: {exporter: PER, importer: ECU, period: 2019}}, base: 2018}"
SHARES = (
    f"id: then, export_share: {{{PERU}, period: 2018}}, says: 20.0 %",
    f"id: now, export_share: {{{PERU}, period: 2019}}, says: 25.0 %",
)


def test_a_change_in_points_is_decided_between_totals() -> None:
    """The shares follow from levels: 20 of 100, 30 of 120."""
    sizes = [("ECU", 2018, "20.0"), ("WLD", 2018, "100.0"), ("ECU", 2019, "30.0")]
    sizes.append(("WLD", 2019, "120.0"))
    levels = [
        f"id: l{n}, value: {{exporter: PER, importer: {area}, period: {year}}}, says: ${size} bn"
        for n, (area, year, size) in enumerate(sizes)
    ]
    assert not checked(*levels, f"id: c, {CHANGE}, says: +5.0 points").conflicts
    conflicts = checked(*levels, f"id: c, {CHANGE}, says: +6.0 points").conflicts
    assert [set(one.claims) for one in conflicts] == [{"l0", "l1", "l2", "l3", "c"}]


def test_shares_in_points_and_in_per_cent() -> None:
    relative = CHANGE.replace("base: 2018", "base: 2018, relative: true")
    assert not checked(*SHARES, f"id: c, {CHANGE}, says: +5.0 points").conflicts
    assert not checked(*SHARES, f"id: c, {relative}, says: +25 %").conflicts
    assert checked(*SHARES, f"id: c, {relative}, says: +5 %").conflicts
    with pytest.raises(BadFileError, match="points"):
        checked(*SHARES, f"id: c, {CHANGE}, says: +5 %")


def test_prices_follow_from_levels_and_quantities() -> None:
    """30 over 20 is a half more; with a quarter more in quantity that is a fifth more in price."""
    flow = f"{PERU}, goods: '0901', period: 2019"
    base = flow.replace("2019", "2018")
    fixed = (
        f"id: a, value: {{{flow}}}, says: $30.0 billion",
        f"id: b, value: {{{base}}}, says: $20.0 billion",
        f"id: q, quantity_growth: {{{flow}}}, says: +25 %",
    )
    assert not checked(*fixed, f"id: p, price_growth: {{{flow}}}, says: +20 %").conflicts
    found = checked(*fixed, f"id: p, price_growth: {{{flow}}}, says: +40 %")
    assert [set(one.claims) for one in found.conflicts] == [{"a", "b", "q", "p"}]
    median = f"id: p, price_growth: {{{flow}, statistic: median}}, says: +40 %"
    assert not checked(*fixed, median).conflicts  # the median price is no unit value


def test_months_add_up_to_their_year() -> None:
    halves = [
        f"id: {name}, value: {{{PERU}, period: {period}}}, says: ${size} billion"
        for name, period, size in (
            ("h1", "2019-01..2019-06", "4.0"),
            ("h2", "2019-07..2019-12", "5.0"),
            ("year", "2019", "9.9"),
        )
    ]
    found = checked(*halves)
    assert [set(one.claims) for one in found.conflicts] == [{"h1", "h2", "year"}]
    assert not checked(*halves[:2], halves[2].replace("9.9", "9.0")).conflicts


@pytest.mark.parametrize(
    ("says", "verdict"), [("4.6 times", "supported"), ("1.2 times", "differs")]
)
def test_mutual_shares_are_compared_with_bundled_tables(
    says: str, verdict: str, tmp_path: Path
) -> None:
    """What `ask asymmetry` answers was said to have no data."""
    text = (
        "format: 1\nsource: {title: A text}\nclaims:\n  - {id: a, says: "
        f"{says}, asymmetry: {{importer: DEU, exporter: CHN, goods: '850511', period: 2022}}}}"
    )
    found = check(parse_document(text), Lake.open(tmp_path / "none"))
    assert verdicts(found) == {"a": verdict}
