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
    assert claim.verdict == "holds"
    assert "read in CNY" in claim.reason
    assert dict(claim.claim.keys)["currency"] == "CNY"


def test_dollars_that_are_said_stay_dollars() -> None:
    [claim] = checked(GROWTH.format(", currency: USD", "-9.9 %")).claims
    assert claim.verdict != "holds"
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
    assert claim.verdict in ("differs", "cannot_hold")
