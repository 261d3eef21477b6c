"""Growth of which a text does not say in what money."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.claims import check, parse_document

if TYPE_CHECKING:
    from entrepot.claims.result import Check

# China's customs, 2025 against 2024: exports to Russia -9.9 % in yuan, -10.5 % or so in dollars.


def checked(*claims: str) -> Check:
    listed = "\n".join(f"  - {claim}" for claim in claims)
    return check(parse_document(f"format: 1\nsource: {{title: A text}}\nclaims:\n{listed}\n"))


GROWTH = "{{id: growth, growth: {{exporter: CHN, importer: RUS, period: 2025{0}}}, says: {1}}}"


def test_what_others_bear_out_in_another_money_holds_and_it_is_said() -> None:
    [claim] = checked(GROWTH.format("", "-9.9 %")).claims
    assert claim.verdict == "supported"
    assert "read in CNY" in claim.reason
    assert dict(claim.claim.keys)["currency"] == "CNY"


def test_dollars_that_are_said_stay_dollars() -> None:
    [claim] = checked(GROWTH.format(", currency: USD", "-9.9 %")).claims
    assert claim.verdict != "supported"
    assert "CNY" not in claim.reason


def test_the_money_of_the_text_goes_first_where_nothing_tells() -> None:
    trade = (
        "{id: trade, value: {exporter: CHN, importer: RUS, flow: both, period: 2025}, "
        "says: 1.63 trillion yuan}"
    )
    found = {claim.id: claim for claim in checked(trade, GROWTH.format("", "-77 %")).claims}
    assert dict(found["growth"].claim.keys)["currency"] == "CNY"
    alone = checked(GROWTH.format("", "-77 %")).claims[0]
    assert "currency" not in dict(alone.claim.keys)


def test_a_number_that_fits_no_money_still_differs() -> None:
    [claim] = checked(GROWTH.format("", "+40 %")).claims
    assert claim.verdict in ("differs", "inconsistent")


THERE = "{{id: there, growth: {{exporter: CHN, importer: RUS, period: 2025{0}}}, says: {1}}}"
BACK = "{{id: back, growth: {{exporter: RUS, importer: CHN, period: 2025{0}}}, says: {1}}}"
BOTH = (
    "{{id: both, growth: {{exporter: CHN, importer: RUS, flow: both, period: 2025{0}}}, says: {1}}}"
)


def test_exchanged_rates_are_not_two_moneys() -> None:
    found = checked(
        THERE.format("", "-3.4 %"), BACK.format("", "-9.9 %"), BOTH.format("", "-6.5 %")
    )
    claims = {claim.id: claim for claim in found.claims}
    for name, other in (("there", "back"), ("back", "there")):
        assert claims[name].verdict in ("inconsistent", "differs")
        assert (claims[name].likely_errors[0].kind, claims[name].likely_errors[0].other) == (
            "swapped",
            other,
        )
    assert claims["both"].verdict == "supported"


def test_rates_of_one_text_are_read_in_one_money() -> None:
    found = checked(
        THERE.format("", "-9.9 %"), BACK.format("", "-3.4 %"), BOTH.format("", "-6.5 %")
    )
    assert {dict(claim.claim.keys)["currency"] for claim in found.claims} == {"CNY"}
    assert not found.found_something


def test_where_another_claim_of_the_file_names_its_money_none_is_the_dollar() -> None:
    found = checked(THERE.format("", "-9.9 %"), BACK.format(", currency: CNY", "-3.4 %"))
    there = next(claim for claim in found.claims if claim.id == "there")
    assert "currency" not in dict(there.claim.keys)
    assert "no money is said" not in there.reason


def test_rates_of_one_trade_in_two_currencies_unsaid_get_a_remark() -> None:
    flows = {
        "out": "{exporter: CHN, importer: RUS, period: 2025}",
        "in": "{exporter: RUS, importer: CHN, period: 2025}",
    }
    both = "{exporter: CHN, importer: RUS, flow: both, period: 2025, currency: USD}"
    text = "\n".join(
        [
            "format: 1\nsource: {title: A text}\nclaims:",
            f"  - {{id: out, quote: fell 9.9%, growth: {flows['out']}, says: fell 9.9%}}",
            f"  - {{id: in, quote: declined 3.4%, growth: {flows['in']}, says: declined 3.4%}}",
            f"  - {{id: both, quote: fell 6.9%, growth: {both}, says: fell 6.9%}}",
        ]
    )
    found = check(parse_document(text))
    assert [item.qualifier for item in found.claims] == [
        "only in CNY",
        "only in CNY",
        "only in USD",
    ]
    assert any("“fell 6.9%” in USD" in limit for limit in found.limits)
    in_one = check(parse_document(text.replace("fell 6.9%", "fell 6.5%").replace("USD", "CNY")))
    assert not any("currencies" in limit for limit in in_one.limits)
    assert {item.qualifier for item in in_one.claims} == {""}
