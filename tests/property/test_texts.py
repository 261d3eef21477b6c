"""Made-up texts about made-up trade: honest ones are left alone, one slip is found."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from made_up import (
    HOME,
    PARTNERS,
    World,
    document,
    facts,
    growth_claim,
    honest,
    ratio_claim,
    row,
    worlds,
)

from entrepot.claims import check
from entrepot.model.period import Period

FEW = settings(deadline=None, max_examples=25)
PARTNER = st.sampled_from(PARTNERS)


@FEW
@given(worlds(), PARTNER)
def test_honest_texts_hold(world: World, partner: str) -> None:
    found = check(document(honest(world, partner)), facts=facts(world.rows()))
    assert not found.conflicts
    assert {item.claim.id: item.verdict for item in found.claims} == dict.fromkeys(
        ("there", "back", "both", "level", "share", "ratio"), "supported"
    )


@FEW
@given(worlds(), PARTNER, st.sets(st.integers(0, 15)))
def test_missing_data_accuse_nobody(world: World, partner: str, gone: set[int]) -> None:
    rows = [one for place, one in enumerate(world.rows()) if place not in gone]
    found = check(document(honest(world, partner)), facts=facts(rows))
    assert not found.conflicts
    assert not found.found_something


@FEW
@given(worlds(), PARTNER)
def test_a_swap_is_found(world: World, partner: str) -> None:
    there, back = world.growth(HOME, partner), world.growth(partner, HOME)
    assume(abs(there - back) > 6)  # more than a revised base year explains
    lines = honest(world, partner)
    lines[0] = growth_claim("there", HOME, partner, back)
    lines[1] = growth_claim("back", partner, HOME, there)
    found = check(document(lines), facts=facts(world.rows()))
    by_id = {item.claim.id: item for item in found.claims}
    for name, other in (("there", "back"), ("back", "there")):
        assert by_id[name].verdict in ("inconsistent", "differs")
        assert (by_id[name].likely_errors[0].kind, by_id[name].likely_errors[0].other) == (
            "swapped",
            other,
        )
    assert all(by_id[name].verdict == "supported" for name in ("both", "level", "share", "ratio"))


@FEW
@given(worlds(), PARTNER)
def test_a_swap_conflicts_with_the_text_alone(world: World, partner: str) -> None:
    """Where only the base year is in print, the text's own change of the total shows it.

    One of the two rates may be enough for that, the other flow not being able to make up for it.
    """
    there, back = world.growth(HOME, partner), world.growth(partner, HOME)
    weight = world.of(HOME, partner, 2016) / world.both(partner, 2016)
    shift = abs((2 * weight - 1) * (there - back))
    assume(shift > 0.5 + 0.04 * abs(there - back))  # more than a revised base year explains
    lines = [
        growth_claim("there", HOME, partner, back),
        growth_claim("back", partner, HOME, there),
        honest(world, partner)[2],
    ]
    rows = [one for one in world.rows() if one.period == Period.parse(2016)]
    found = check(document(lines), facts=facts(rows))
    assert found.conflicts
    assert all("both" in conflict.claims for conflict in found.conflicts)
    named = [{one.kind for one in item.likely_errors} for item in found.claims]
    assert any(named)
    assert all("swapped" in kinds for kinds in named if kinds)  # by chance another fits as well


@FEW
@given(worlds(), PARTNER)
def test_one_wrong_rate_is_no_swap(world: World, partner: str) -> None:
    """A rate that is off by half belongs to nothing else, so no slip is made up for it."""
    there = world.growth(HOME, partner)
    wrong = there * 1.5 + 7.3
    others = [world.growth(*pair) for p in PARTNERS for pair in ((HOME, p), (p, HOME))]
    assume(all(abs(wrong - other) > 0.5 for other in others))
    assume(abs(wrong - there) > 5)  # more than a revised base year explains
    lines = [growth_claim("there", HOME, partner, wrong), *honest(world, partner)[1:]]
    found = check(document(lines), facts=facts(world.rows()))
    by_id = {item.claim.id: item for item in found.claims}
    assert by_id["there"].verdict in ("inconsistent", "differs")
    assert not by_id["there"].likely_errors
    assert all(by_id[name].verdict == "supported" for name in ("back", "both", "level", "share"))


@FEW
@given(worlds(), PARTNER, st.integers(300, 400), st.integers(5, 20))
def test_a_spot_rate_is_found(world: World, partner: str, rate: int, later: int) -> None:
    """Roubles at 3 to 4 a dollar, turned into dollars at a rate some per cent off."""
    own, spot = rate / 100, rate / 100 * (1 + later / 100)
    both = world.both(partner, 2017)
    rows = [
        *world.rows(),
        replace(
            row("value", HOME, partner, 2017, both * own, unit="RUB", currency="RUB"), flow="both"
        ),
        replace(row("value", HOME, partner, 2017, both), id="both", flow="both"),
        row(
            "exchange_rate",
            "",
            "",
            2017,
            spot,
            unit="RUB per USD",
            currency="RUB",
            flow="na",
            period=Period.parse("2018-01"),
            low=spot,
            high=spot,
            goods="",
        ),
    ]
    keys = f"exporter: {HOME}, importer: {partner}, flow: both, period: 2017"
    dollars, roubles = both / spot * own / 1e9, both * own / 1e9
    lines = [
        f"  - {{id: own, value: {{{keys}}}, says: {roubles:.1f} bn roubles}}",
        f"  - {{id: dollars, value: {{{keys}}}, says: {dollars:.1f} bn USD}}",
    ]
    found = check(document(lines), facts=facts(rows))
    by_id = {item.claim.id: item for item in found.claims}
    assert by_id["own"].verdict == "supported"
    assert by_id["dollars"].verdict == "differs"
    assert by_id["dollars"].likely_errors[0].kind == "spot_rate"


@FEW
@given(worlds(), PARTNER, st.sampled_from(["of", "to"]))
def test_mixed_years_are_found(world: World, partner: str, old: str) -> None:
    other = next(p for p in PARTNERS if p != partner)
    years = {"of": 2017, "to": 2017} | {old: 2016}
    mixed = world.of(HOME, partner, years["of"]) / world.of(HOME, other, years["to"])
    right = world.of(HOME, partner, 2017) / world.of(HOME, other, 2017)
    swapped = world.of(HOME, partner, 2016) / world.of(HOME, other, 2016)
    assume(abs(mixed / right - 1) > 0.03)
    assume(abs(mixed / swapped - 1) > 0.03)
    assume(mixed > 0.3)
    line = ratio_claim(partner, other, mixed)
    found = check(document([line]), facts=facts(world.rows()))
    assert found.claims[0].verdict == "differs"
    assert "mixed_years" in {slip.kind for slip in found.claims[0].likely_errors}


@FEW
@given(worlds(), PARTNER, st.integers(130, 300))
def test_another_denominator_is_found(world: World, partner: str, larger: int) -> None:
    """A source has the share of one total; the text gives it as a share of another."""
    part, whole = world.of(HOME, partner, 2017), world.of(HOME, "WLD", 2017)
    other = whole * larger / 100
    rows = [
        *world.rows(),
        replace(row("value", HOME, "WLD", 2017, other), id="bop", origin="BCB", reporter="ARG"),
    ]
    wrong = part / other * 100
    assume(wrong > 2)
    keys = f"exporter: {HOME}, importer: {partner}, period: 2017"
    number = f"says: {wrong:.1f} %, attributed_to: Central Institute"
    line = f"  - {{id: share, export_share: {{{keys}}}, {number}}}"
    share = part / whole
    rows.append(
        row(
            "export_share",
            HOME,
            partner,
            2017,
            share,
            unit="share",
            currency="",
            low=share - 5e-4,
            high=share + 5e-4,
            origin="CI",
            origin_words="Central Institute",
            reporter="",
            printed=f"{share * 100:.1f} %",
        )
    )
    found = check(document([line]), facts=facts(rows))
    assert found.claims[0].verdict == "differs"
    # By chance an old numerator may fit as well; then both are offered.
    assert "denominator" in {slip.kind for slip in found.claims[0].likely_errors}
