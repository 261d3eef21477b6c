"""Every kind of slip, in texts and with levels written by hand; sums are in the comments."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any, cast

import pytest

from entrepot.claims import Check, check, explain, parse_document
from entrepot.claims.statements import ReferenceLevels, Statements
from entrepot.model.period import Period
from entrepot.sources.published.row import Published


def row(
    exporter: str, importer: str, period: str, value: float, digits: float, **more: object
) -> Published:
    """A level that the exporter's customs printed, unless told otherwise; `digits` is its step."""
    fields: dict[str, object] = dict.fromkeys(
        (
            *("partner_words", "goods_words", "variant", "basis", "per", "printed", "title"),
            *("second_url", "note"),
        ),
        "",
    )
    currency = str(more.get("currency", "USD"))
    fields |= {
        "id": f"{exporter}-{importer}-{period}-{currency}-{len(more)}-{value}",
        "measure": "value",
        "reporter": exporter,
        "exporter": exporter,
        "importer": importer,
        "flow": "one_way",
        "goods": "all",
        "period": Period.parse(period),
        "base": None,
        "relation": "=",
        "value": value,
        "low": value - digits / 2,
        "high": value + digits / 2,
        "unit": currency,
        "currency": currency,
        "valuation": "FOB",
        "publisher": "Gazette",
        "origin": f"C{more.get('reporter', exporter)}",
        "origin_words": f"Customs of {more.get('reporter', exporter)}",
        "url": "https://example.org",
        "published_on": "2020-02-01",
        "confidence": "high",
    }
    return Published(**(fields | more))


def rate(period: str, value: float) -> Published:
    """Yuan per dollar, by market rates."""
    more = {"measure": "exchange_rate", "unit": "CNY per USD", "currency": "CNY", "flow": "na"}
    return row("CHN", "CHL", period, value, 0.0, **more, origin="RATES", goods="")


def checked(claims: str, *rows: Published, date: str = "2020-06-30") -> Check:
    text = f"format: 1\nsource: {{title: A text, date: {date}}}\nclaims:\n{claims}"
    return check(parse_document(text), facts=ReferenceLevels(Statements(rows)))


def first(found: Check, name: str) -> tuple[str, str]:
    """Return kind of the first slip of a claim, and what it would say, with plain signs."""
    likely_errors = next(item for item in found.claims if item.id == name).likely_errors
    said = (
        likely_errors[0].corrected.replace("\u00a0", " ").replace("−", "-") if likely_errors else ""
    )
    return (likely_errors[0].kind, said) if likely_errors else ("", "")


BILLION = 1e9
CHILE = "exporter: CHN, importer: CHL, period: 2019, reporter: CHN"
LEVELS = (
    row("CHN", "CHL", "2019", 20.13 * BILLION, 1e7),
    row("CHN", "CHL", "2018", 17.42 * BILLION, 1e7),
    row("CHN", "WLD", "2019", 402.6 * BILLION, 1e8),
    row("CHN", "WLD", "2018", 366.0 * BILLION, 1e8),
)


def test_two_numbers_exchanged() -> None:
    found = checked(
        f"  - {{id: a, value: {{{CHILE}}}, says: 17.4 billion dollars}}\n"
        "  - {id: b, value: {exporter: CHN, importer: CHL, period: 2018, reporter: CHN},"
        " says: 20.1 billion dollars}",
        *LEVELS,
    )
    assert first(found, "a") == ("swapped", "20.1 billion dollars")
    assert first(found, "b") == ("swapped", "17.4 billion dollars")


def test_sign() -> None:
    # 20.13 / 17.42 is +15.6 %
    found = checked(f"  - {{id: a, growth: {{{CHILE}}}, says: fell 15.6 %}}", *LEVELS)
    assert first(found, "a") == ("sign", "+15.6 %")


def test_scale_of_the_unit() -> None:
    found = checked(f"  - {{id: a, value: {{{CHILE}}}, says: 20.1 million dollars}}", *LEVELS)
    assert first(found, "a") == ("unit_scale", "USD 20.1 bn")


@pytest.mark.parametrize(("says", "said"), [("20.1亿美元", True), ("2.01 billion dollars", False)])
def test_a_chinese_scale_is_named_for_a_number_in_chinese(says: str, said: bool) -> None:
    found = checked(f"  - {{id: a, value: {{{CHILE}}}, says: {says}}}", *LEVELS)
    [claim] = found.claims
    [tenfold] = [one for one in claim.likely_errors if one.kind == "unit_scale"]
    assert "ten times as much" in tenfold.text
    assert ("亿" in tenfold.text) == said


def test_per_cent_for_points() -> None:
    # 20.13 / 402.6 = 5.000 %, 17.42 / 366 = 4.760 %: +0.24 points, or 5.0 per cent of the share
    found = checked(
        "  - {id: a, change: {of: {export_share: {exporter: CHN, importer: CHL, period: 2019}},"
        " base: 2018}, says: +5.05 percentage points}\n"
        f"  - {{id: b, value: {{{CHILE}}}, says: 20.13 billion dollars}}\n"
        "  - {id: c, value: {exporter: CHN, importer: WLD, period: 2019, reporter: CHN},"
        " says: 402.6 billion dollars}",
        *LEVELS,
    )
    assert first(found, "a") == ("percent_points", "0.24 points")


def test_right_in_another_currency() -> None:
    # 139 bn yuan at 6.9 are the 20.13 bn dollars
    found = checked(
        f"  - {{id: a, value: {{{CHILE}}}, says: 139 billion dollars}}",
        *LEVELS,
        rate("2019", 6.905),
    )
    assert first(found, "a")[0] == "currency"
    (text,) = {slip.text for slip in found.claims[0].likely_errors if slip.kind == "currency"}
    said = "the number is right in CNY, as CNY 139 bn, not in USD; it should read USD 20.1 bn."
    assert text.replace("\u00a0", " ") == said


def test_a_later_days_rate() -> None:
    # 139.0 bn yuan at 7.20, the rate of February 2020, are 19.3 bn dollars
    found = checked(
        f"  - {{id: a, value: {{{CHILE}}}, says: 19.3 billion dollars}}\n"
        "  - {id: b, value: {exporter: CHN, importer: CHL, period: 2019}, says: 139.0 bn yuan}",
        *LEVELS,
        *(rate("2019", 6.905), rate("2020-01", 6.95), rate("2020-02", 7.2), rate("2020-03", 7.05)),
    )
    kind, said = first(found, "a")
    assert (kind, said) == ("spot_rate", "USD 20.1 bn")
    slip = next(item for item in found.claims if item.id == "a").likely_errors[0]
    assert "7.200 to the dollar, the rate of February 2020" in slip.text


def test_the_year_before() -> None:
    found = checked(f"  - {{id: a, value: {{{CHILE}}}, says: 17.42 billion dollars}}", *LEVELS)
    assert first(found, "a") == ("year", "USD 20.13 bn")


def test_parts_of_different_years() -> None:
    # 20.13 / 366.0 = 5.50 %, within 2019 it is 5.00
    share = "export_share: {exporter: CHN, importer: CHL, period: 2019}"
    found = checked(f"  - {{id: a, {share}, says: 5.50 %}}", *LEVELS)
    assert first(found, "a") == ("mixed_years", "5.00 %")


def test_the_other_direction() -> None:
    back = row("CHL", "CHN", "2019", 31.77 * BILLION, 1e7, reporter="CHN")
    found = checked(
        f"  - {{id: a, value: {{{CHILE}}}, says: 31.77 billion dollars}}", *LEVELS, back
    )
    assert first(found, "a") == ("direction", "USD 20.13 bn")


@pytest.mark.parametrize(("said", "meant"), [("mean", "38 %"), ("median", "61 %")])
def test_average_for_median(said: str, meant: str) -> None:
    prices = {"measure": "price_growth", "unit": "percent", "base": Period.parse(2018)}
    rows = [
        row("CHN", "CHL", "2019", value, 1.0, **prices, variant=variant, goods="8482")
        for value, variant in ((61.0, "median"), (38.0, "mean"))
    ]
    printed = {"mean": "61 %", "median": "38 %"}[said]
    keys = f"{CHILE}, goods: '8482', base: 2018, statistic: {said}"
    found = checked(f"  - {{id: a, price_growth: {{{keys}}}, says: +{printed}}}", *rows)
    assert first(found, "a") == ("mean_median", f"+{meant}")


@pytest.mark.parametrize("said", ["21.03", "2.13", "200.13"])
def test_digits(said: str) -> None:
    """Two exchanged, one dropped, one doubled."""
    found = checked(f"  - {{id: a, value: {{{CHILE}}}, says: {said} billion dollars}}", *LEVELS)
    assert first(found, "a") == ("digits", "20.13 billion dollars")


def test_with_freight_for_without() -> None:
    mirror = row("CHN", "CHL", "2019", 21.51 * BILLION, 1e7, reporter="CHL", valuation="CIF")
    quoted = "says: 21.51 billion dollars, attributed_to: Customs of CHN"
    text = f"  - {{id: a, value: {{{CHILE}}}, {quoted}}}"
    assert first(checked(text, *LEVELS, mirror), "a") == ("valuation", "USD 20.13 bn")


def test_months_for_a_year() -> None:
    months = row("CHN", "CHL", "2019-01..2019-08", 12.94 * BILLION, 1e7)
    found = checked(
        f"  - {{id: a, value: {{{CHILE}}}, says: 12.94 billion dollars}}", *LEVELS, months
    )
    assert first(found, "a") == ("partial_period", "USD 20.13 bn")


def test_with_a_territory() -> None:
    # 20.13 with the 1.46 bn of Hong Kong is 21.59
    other = row("HKG", "CHL", "2019", 1.46 * BILLION, 1e7, reporter="CHN")
    found = checked(
        f"  - {{id: a, value: {{{CHILE}}}, says: 21.59 billion dollars}}", *LEVELS, other
    )
    assert first(found, "a") == ("territory", "USD 20.13 bn")


def test_another_total() -> None:
    # 20.13 of the 402.6 bn of exports is 5.00 %, of exports and imports (735.4 bn) 2.74 %
    imports = row("WLD", "CHN", "2019", 332.8 * BILLION, 1e8, reporter="CHN")
    share = "export_share: {exporter: CHN, importer: CHL, period: 2019}"
    found = checked(f"  - {{id: a, {share}, says: 2.74 %}}", *LEVELS, imports)
    assert first(found, "a") == ("denominator", "5.00 %")


def test_a_first_release() -> None:
    early = row("CHN", "CHL", "2019", 19.58 * BILLION, 1e7, published_on="2020-01-14")
    found = checked(
        f"  - {{id: a, value: {{{CHILE}}}, says: 19.58 billion dollars}}", *LEVELS, early
    )
    assert first(found, "a")[0] == "stale"


def test_no_slip_is_named_for_a_number_of_no_kind() -> None:
    found = checked(f"  - {{id: a, value: {{{CHILE}}}, says: 23.77 billion dollars}}", *LEVELS)
    assert found.claims[0].verdict == "differs"
    assert found.claims[0].likely_errors == ()


def test_a_round_number_is_explained_by_nothing() -> None:
    """What nearly any slip could have made is no evidence for one of them."""
    found = checked(
        f"  - {{id: a, value: {{{CHILE}}}, says: more than 30 billion dollars}}", *LEVELS
    )
    assert found.claims[0].verdict == "differs"
    assert found.claims[0].likely_errors == ()


def test_two_slips_are_named_together() -> None:
    """One growth has the wrong sign, one level the wrong scale; one conflict holds both."""
    found = checked(
        "  - {id: old, value: {exporter: PER, importer: ECU, period: 2018}, says: $8.00 billion}\n"
        "  - {id: up, growth: {exporter: PER, importer: ECU, period: 2019}, says: -25.0 %}\n"
        "  - {id: new, value: {exporter: PER, importer: ECU, period: 2019}, says: $10.0 million}\n"
        "  - {id: back, value: {exporter: ECU, importer: PER, period: 2019}, says: $5.00 billion}\n"
        "  - {id: both, value: {exporter: PER, importer: ECU, flow: both, period: 2019},"
        " says: $15.0 billion}\n"
    )
    assert first(found, "up") == ("sign", "+25.0 %")
    assert first(found, "new") == ("unit_scale", "USD 10.0 bn")
    best = found.explanations[0].likely_errors
    assert sorted(best) == [("sign", ("up",)), ("unit_scale", ("new",))]
    assert {item.id: item.verdict for item in found.claims if item.likely_errors} == {
        "up": "inconsistent",
        "new": "inconsistent",
    }


def test_bounds_and_what_would_settle() -> None:
    # 8.00 x 1.25 = 10.0; nothing says what the way back is
    found = checked(
        "  - {id: old, value: {exporter: PER, importer: ECU, period: 2018}, says: $8.00 billion}\n"
        "  - {id: up, growth: {exporter: PER, importer: ECU, period: 2019}, says: +25.0 %}\n"
        "  - {id: new, value: {exporter: PER, importer: ECU, period: 2019}, says: $10.0 billion}\n"
        "  - {id: back, value: {exporter: ECU, importer: PER, period: 2019}, says: $5.00 billion}\n"
    )
    by_id = {item.id: item for item in found.claims}
    implied = by_id["new"].implied
    assert implied is not None
    assert implied.low == pytest.approx(7.995e9 * 1.2495, rel=2e-3)
    assert implied.high == pytest.approx(8.005e9 * 1.2505, rel=2e-3)
    assert by_id["new"].evidence_needed == ""
    assert by_id["back"].implied is None
    assert "Ecuador to Peru in 2019" in by_id["back"].evidence_needed


def test_all_minimal_conflicts_are_listed() -> None:
    found = checked(
        "  - {id: a, value: {exporter: PER, importer: ECU, period: 2019}, says: $8.0 billion}\n"
        "  - {id: b, value: {exporter: PER, importer: ECU, period: 2019}, says: $9.0 billion}\n"
        "  - {id: c, value: {exporter: PER, importer: ECU, period: 2019}, says: $10.0 billion}\n"
    )
    pairs = {frozenset(one.claims) for one in found.conflicts}
    assert pairs == {frozenset("ab"), frozenset("ac"), frozenset("bc")}


def test_two_kinds_that_fit_equally_are_both_named_and_neither_chosen() -> None:
    """Last year's number is also that of the other direction: nothing tells which was taken."""
    claim = f"  - {{id: sold, value: {{{CHILE}}}, says: $31.13 bn}}"
    then = row("CHN", "CHL", "2018", 31.13 * BILLION, 1e7)
    back = row("CHL", "CHN", "2019", 31.13 * BILLION, 1e7, reporter="CHN")
    likely_errors = checked(claim, LEVELS[0], then, back).claims[0].likely_errors
    assert likely_errors[0].kind == "undecided"
    assert likely_errors[0].corrected.replace("\u00a0", " ") == "USD 20.13 bn"
    assert {one.kind for one in likely_errors[1:]} >= {"direction", "year"}
    assert first(checked(claim, LEVELS[0], then), "sold")[0] == "year"
    assert first(checked(claim, LEVELS[0], back), "sold")[0] == "direction"


def test_an_error_of_a_quoted_source_is_found_by_its_own_numbers() -> None:
    """Customs' shares are 5.0 after 4.8 %; the institute's are its own, and leave 1.2 points."""
    share = "export_share: {exporter: CHN, importer: CHL, period: 20"
    by = "attributed_to: Institute of Ports"
    claims = [
        f"  - {{id: now, {share}19}}, says: 6.2 %, {by}}}",
        f"  - {{id: then, {share}18}}, says: 5.0 %, {by}}}",
        f"  - {{id: rise, change: {{of: {{{share}19}}}}, base: 2018}}, says: +24 points, {by}}}",
    ]
    kind = {"measure": "export_share", "unit": "share", "currency": ""}
    rows = [
        row("CHN", "CHL", year, value, 0.001, **kind)
        for year, value in (("2019", 0.05), ("2018", 0.048))
    ]
    found = checked("\n".join(claims), *rows)
    assert found.claims[2].verdict == "inconsistent"
    assert first(found, "rise")[0] == "percent_points"


@pytest.mark.parametrize("seed", range(12))
def test_the_likeliest_ways_are_those_of_all_ways(seed: int) -> None:
    """Some ten thousand ways were made whole and sorted, of which two dozen are looked at."""
    chance = random.Random(seed)
    names = ["a", "b", "c", "d"]
    options = {}
    for name in names:
        options[name] = [
            explain._Option(
                cast("Any", SimpleNamespace(kind=chance.choice(["scale", "year", "digits"]))),
                frozenset({name, chance.choice(names)}) if chance.random() < 0.3 else {name},
                -chance.choice([0.5, 2.0, 2.03, 3.0]) + (0.75 if seed % 3 == 0 else 0.0),
            )
            for _ in range(6)
        ]
        options[name].append(explain._Option(None, frozenset({name}), -chance.random() * 6))

    every: list[tuple[float, tuple[explain._Option, ...]]] = []

    def all_ways(held: tuple[explain._Option, ...]) -> None:
        covered = {name for option in held for name in option.names}
        rest = [name for name in names if name not in covered]
        if not rest:
            kinds = [one.proposal.kind for one in held if one.proposal]
            pairs = [(a, b) for n, a in enumerate(kinds) for b in kinds[n + 1 :]]
            again = sum(a == b != "digits" for a, b in pairs)
            every.append((sum(one.score for one in held) + 0.5 * min(again, 2), held))
            return
        for option in options[rest[0]]:
            if not covered & option.names:
                all_ways((*held, option))

    all_ways(())
    assert len(every) > 200
    every.sort(key=lambda way: -way[0])
    found = explain._likeliest(names, options, 24)
    assert [score for score, _ in found] == [score for score, _ in every[:24]]
    assert [way for _, way in found] == [way for _, way in every[:24]]
