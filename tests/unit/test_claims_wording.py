"""What a check says of a number, in words that a reader can take at face value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from entrepot.claims import check, parse_document
from entrepot.claims.quantity_text import labels, span, stated
from entrepot.cli.main import app
from entrepot.model.interval import Interval
from entrepot.report.check_report.entries import left_by_others

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.claims.result import Check


def checked(*claims: str) -> Check:
    lines = "\n".join(f"  - {{{claim}}}" for claim in claims)
    text = f"format: 1\nsource: {{title: A text, date: 2026-05-20}}\nclaims:\n{lines}\n"
    return check(parse_document(text))


TRADE = "value: {exporter: CHN, importer: RUS, flow: both, period: 2024}"


@pytest.mark.parametrize(
    ("says", "scales"),
    [
        ("$244.8 trillion", "a thousandth: trillions for billions"),
        ("$244.8 million", "a thousand times as much: millions for billions"),
    ],
)
def test_a_slip_of_scale_names_the_scales_that_were_exchanged(says: str, scales: str) -> None:
    found = checked(f"id: trade, {TRADE}, says: {says}").claims[0]
    assert found.likely_errors[0].kind == "unit_scale"
    assert scales in found.likely_errors[0].text


@pytest.mark.parametrize("measure", ["value", "growth"])
def test_the_order_of_two_names_changes_no_reference(measure: str) -> None:
    says = {"value": "$228.1 billion", "growth": "fell 6.9%"}[measure]
    one, other = (
        checked(
            f"id: a, {measure}: {{exporter: {first}, importer: {second}, flow: both, "
            f"period: 2025}}, says: {says}"
        ).claims[0]
        for first, second in (("CHN", "RUS"), ("RUS", "CHN"))
    )
    assert (one.verdict, one.qualifier) == (other.verdict, other.qualifier) == ("supported", "")
    assert one.against[0].to_dict() == other.against[0].to_dict()


def test_a_rate_far_from_that_of_the_levels_beside_it_is_still_refuted() -> None:
    flow = "exporter: CHN, importer: RUS"
    found = checked(
        f"id: rate, growth: {{{flow}, period: 2025}}, says: fell by 14.4%",
        f"id: now, value: {{{flow}, period: 2025}}, says: $103.3 billion",
        f"id: then, value: {{{flow}, period: 2024}}, says: $115.5 billion",
    )
    assert found.claims[0].verdict == "inconsistent"


def test_what_cannot_hold_stands_beside_a_number_that_refutes_it() -> None:
    flows = ("exporter: CHN, importer: RUS", "exporter: RUS, importer: CHN")
    found = checked(
        f"id: out_rate, growth: {{{flows[0]}, period: 2023}}, says: rose by 12.7 percent",
        f"id: out, value: {{{flows[0]}, period: 2023}}, says: $129.1 billion",
        f"id: in_rate, growth: {{{flows[1]}, period: 2023}}, says: rose by 46.9 percent",
        f"id: in, value: {{{flows[1]}, period: 2023}}, says: $111 billion",
    )
    for item in found.claims:
        assert item.verdict == "inconsistent"
        assert item.against[0].outcome == "contradicts"


def test_an_end_that_more_than_left_open_is_not_printed() -> None:
    flow = "exporter: EU27, importer: KGZ"
    found = checked(
        f"id: rate, growth: {{{flow}, base: 2021, period: 2023, currency: EUR}}, "
        "says: rose more than tenfold",
        f"id: then, value: {{{flow}, period: 2021}}, says: 263 million euros",
        f"id: now, value: {{{flow}, period: 2023}}, says: 2.7 billion euros",
    )
    left = {item.id: left_by_others(item) for item in found.claims}
    assert left["then"].startswith("under EUR\N{NO-BREAK SPACE}27")
    assert left["now"].startswith("over EUR\N{NO-BREAK SPACE}2.6")


def test_both_ends_stay_for_a_number_of_another_scale() -> None:
    trade = "exporter: CHN, importer: RUS, flow: both"
    found = checked(
        f"id: now, value: {{{trade}, period: 2024}}, says: $244.8 trillion",
        f"id: before, value: {{{trade}, period: 2023}}, says: $240.1 billion",
        f"id: rate, growth: {{{trade}, period: 2024}}, says: rose by 1.9%",
    )
    assert " to " in left_by_others(found.claims[0])


def test_drafted_claims_are_named_in_words_and_ids_stay_in_a_claims_file(tmp_path: Path) -> None:
    text = "Trade between Russia and China fell 6.9% to $228.1 billion in 2025."
    article = tmp_path / "article.txt"
    article.write_text(text)
    shown = CliRunner().invoke(app, ["check", str(article), "--date", "2026-05-20"]).stdout
    assert "trade CHN–RUS" in shown
    assert "value-rus-chn" not in shown
    file = tmp_path / "claims.yaml"
    file.write_text(
        "format: 1\nsource: {title: A text}\nclaims:\n  - {id: my-name, value: {exporter: CHN, "
        "importer: RUS, flow: both, period: 2025}, says: $228.1 billion}\n"
    )
    assert "my-name" in CliRunner().invoke(app, ["check", str(file)]).stdout


def test_a_number_with_more_digits_than_the_print_agrees_to_those_of_the_print() -> None:
    """240.11 billion was untestable against a printed 240.1 billion."""
    two_way = "value: {exporter: CHN, importer: RUS, flow: both, period: 2023}"
    found = checked(f"id: a, {two_way}, says: $240.11 billion").claims[0]
    assert found.verdict == "supported"
    assert "agrees to the published digits" in found.reason
    exact = checked(f"id: a, {two_way}, says: $240.1 billion").claims[0]
    assert (exact.verdict, "to the digits" in exact.reason) == ("supported", False)
    off = checked(f"id: a, {two_way}, says: $242.11 billion").claims[0]
    assert off.verdict != "supported"


def test_two_way_trade_is_not_called_exports() -> None:
    two_way = "exporter: KEN, importer: PER, flow: both, period: 2023"
    found = checked(
        f"id: a, value: {{{two_way}}}, says: $4 billion",
        f"id: b, growth: {{{two_way}}}, says: up 5 %",
    )
    assert "trade between Kenya and Peru in 2023" in found.claims[0].reason
    assert not any("exports" in one.reason for one in found.claims)
    whole = "exporter: WLD, importer: KEN, flow: both, period: 2023"
    trade = checked(f"id: a, value: {{{whole}}}, says: $4 billion").claims
    assert list(labels(one.claim for one in trade).values()) == ["trade KEN 2023"]


def test_a_rise_beyond_reading_is_told_as_a_factor_or_not_at_all() -> None:
    """Levels in thousands and in billions made a rise of 6,800,000,000 %."""
    huge = stated(6_800_000_000.0, "percent")
    assert huge == "over 1,000 times"
    assert stated(20_000.0, "percent") == "201 times"
    assert stated(594.0, "percent").replace("\u00a0", " ") == "+594 %"
    open_end = span(Interval(12.0, 107_849_900.0), "percent")
    assert open_end.replace("\u00a0", " ") == "over +12.0 %"
    flow = "exporter: KEN, importer: PER"
    found = checked(
        f"id: a, value: {{{flow}, period: 2023}}, says: $4 thousand",
        f"id: b, value: {{{flow}, period: 2024}}, says: $272 billion",
        f"id: c, growth: {{{flow}, period: 2024, base: 2023}}, says: up 50 %",
    )
    words = " ".join([*(c.because for c in found.conflicts), *(c.arithmetic for c in found.claims)])
    assert "over 1,000 times" in words
    assert not re.search(r"[\d,]{8,}(?:\.\d+)?\s*%", words)


CRUDE = "exporter: KEN, importer: PER, goods: '2709', period: 2023"
SINCE = f"{CRUDE}, base: 2022"
BEFORE = CRUDE.replace("2023", "2022")
WHOLE = CRUDE.replace("KEN", "WLD")


@pytest.mark.parametrize(
    "claims",
    [
        (f"growth: {{{SINCE}, quantity: mass}}, says: up 50 %",
         f"quantity_growth: {{{SINCE}}}, says: fell 10 %"),
        (f"growth: {{{SINCE}, quantity: mass}}, says: up 50 %",
         f"growth: {{{SINCE}}}, says: up 10 %",
         f"price_growth: {{{SINCE}}}, says: up 50 %"),
        (f"value: {{{CRUDE}, quantity: mass}}, says: 120 tonnes",
         f"value: {{{BEFORE}, quantity: mass}}, says: 100 tonnes",
         f"quantity_growth: {{{SINCE}}}, says: up 50 %"),
        (f"value: {{{CRUDE}, quantity: items}}, says: 120 million units",
         f"value: {{{BEFORE}, quantity: items}}, says: 100 million units",
         f"growth: {{{SINCE}, quantity: items}}, says: up 50 %"),
        (f"import_share: {{{CRUDE}, quantity: mass}}, says: 30 %",
         f"value: {{{CRUDE}, quantity: mass}}, says: 100 tonnes",
         f"value: {{{WHOLE}, quantity: mass}}, says: 120 tonnes"),
    ],
)  # fmt: skip
def test_weights_and_pieces_are_tied_to_what_they_are_numbers_of(claims: tuple[str, ...]) -> None:
    """A growth of weight was tied to nothing, a share of it neither; pieces were refused."""
    found = checked(*(f"id: c{n}, {claim}" for n, claim in enumerate(claims)))
    assert {one.verdict for one in found.claims} == {"inconsistent"}
    apart = checked(*(f"id: c{n}, {claim}" for n, claim in enumerate(claims[1:])))
    assert {one.verdict for one in apart.claims} == {"not_enough_evidence"}


def test_the_weight_of_all_goods_is_not_their_quantity() -> None:
    every = "exporter: KEN, importer: PER, period: 2023, base: 2022"
    found = checked(
        f"id: a, growth: {{{every}, quantity: mass}}, says: up 50 %",
        f"id: b, quantity_growth: {{{every}}}, says: fell 10 %",
    )
    assert {one.verdict for one in found.claims} == {"not_enough_evidence"}
    assert not any("price of a unit" in one.reason for one in found.claims)


def test_a_whole_that_may_grow_without_end_makes_no_conflict() -> None:
    """Its bound, a factor of billions, lost the digits of the system: a right text could not be."""
    to_kenya = "exporter: OMN, importer: KEN"
    from_kenya = "exporter: KEN, importer: OMN"
    found = checked(
        f"id: c0, change: {{of: {{import_share: {{{from_kenya}, period: 2015}}}}, base: 2014}}, "
        "says: up 1.3 points",
        f"id: c1, export_share: {{{to_kenya}, period: 2014}}, says: 12.7 %",
        f"id: c2, value: {{{from_kenya}, period: 2015, reporter: OMN}}, says: $248.0 million",
        f"id: c3, value: {{{to_kenya}, period: 2015, reporter: OMN}}, says: $452 million",
        "id: c4, growth: {exporter: OMN, importer: QAT, period: 2015, base: 2014, reporter: OMN, "
        "currency: USD}, says: -9.2 %",
        f"id: c5, growth: {{{to_kenya}, period: 2015-01..2015-07, base: 2014-01..2014-07, "
        "reporter: OMN, currency: USD}, says: fell 20.3 %",
        f"id: c6, change: {{of: {{export_share: {{{to_kenya}, period: 2015}}}}, base: 2014}}, "
        "says: fell 0.1 points",
        f"id: c7, value: {{{from_kenya}, period: 2014, reporter: OMN}}, says: $214.2 million",
        f"id: c8, export_share: {{{to_kenya}, period: 2015}}, says: 12.6 %",
    )
    assert {one.verdict for one in found.claims} == {"not_enough_evidence"}
    assert not found.conflicts


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        (
            "value: {exporter: CHN, importer: RUS, period: 2023}, says: 102.6 billion euros",
            ("No data in EUR; in dollars ", " has USD\N{NO-BREAK SPACE}11", "in 2023, in EUR."),
        ),
        (
            "value: {exporter: CHN, importer: RUS, period: 2023}, says: HK$868 billion",
            ("No data in HKD; in dollars ",),
        ),
        (
            "value: {exporter: CHN, importer: RUS, period: 2023, quantity: mass}, says: 9 m tonnes",
            ("No data by weight; in dollars ", "in 2023, by weight."),
        ),
        (
            "growth: {exporter: CHN, importer: RUS, period: 2023, currency: EUR}, says: 40 %",
            ("No data in EUR; it is known in dollars",),
        ),
        (
            "rank: {exporter: CHN, importer: RUS, period: 2023, among: suppliers}, says: largest",
            ("A rank compares all suppliers", "those of the other suppliers."),
        ),
        (
            "value: {exporter: DEU, importer: KEN, period: 2023}, says: 2 billion euros",
            ("No data available; ",),
        ),
    ],
)
def test_what_is_known_in_dollars_is_not_called_unknown(claim: str, words: tuple[str, ...]) -> None:
    text = f"format: 1\nsource: {{title: a text}}\nclaims:\n  - {{id: a, {claim}}}\n"
    [found] = check(parse_document(text)).claims
    assert found.verdict == "not_enough_evidence"
    assert [one for one in words if one not in found.reason] == []


def test_two_numbers_of_one_flow_are_no_part_and_total() -> None:
    flow = "value: {exporter: CHN, importer: RUS, period: 2023}"
    claims = [f"id: c{n}, {flow}, says: {20 + 3 * n} billion dollars" for n in range(60)]
    found = checked(*claims)
    # Each pair was a conflict of its own, beyond those that were looked for.
    assert len(found.conflicts) < len(claims)
    assert not any("that it is a part of" in one.because for one in found.conflicts)
