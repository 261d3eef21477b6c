"""Checks of what rows add up to: each finds its fault, and is silent where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from entrepot.lake.checks.files import batches

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lake_files import Put

    from entrepot.lake import Lake
    from entrepot.model.columns import Finding

TOTAL = {"product": "TOTAL", "nomenclature": "NONE"}
QUIET = ("few-products", "partial-source")


@pytest.fixture
def check(lake: Lake) -> Callable[..., dict[str, Finding]]:
    """Return what checks the lake, without what is only small because tests are."""

    def _check(codes: Mapping[str, frozenset[str]] | None = None) -> dict[str, Finding]:
        found = [one for one in lake.check(codes) if one.rule not in QUIET]
        assert len({one.rule for one in found}) == len(found), found
        return {one.rule: one for one in found}

    return _check


def year(number: int, **keys: Any) -> dict[str, Any]:
    return {"period": str(number), **keys}


def test_rows_without_fault(put: Put, check: Callable[..., dict[str, Finding]]) -> None:
    put(
        "comtrade",
        *(year(y, mass_kg=10.0) for y in range(2018, 2023)),
        *(year(y, reported_by="importer", valuation="CIF", value_usd=1.1e6) for y in (2021, 2022)),
        *(year(y, reported_by="importer", value_usd=1e6) for y in range(2018, 2021)),
        *(year(y, product="270900", value_usd=5e8) for y in range(2018, 2023)),
    )
    assert check({"HS2017": frozenset({"850110", "270900"})}).keys() == set()


def test_empty_and_other_tables(lake: Lake, check: Callable[..., dict[str, Finding]]) -> None:
    assert check() == {}


@pytest.mark.parametrize(
    ("keys", "rule", "example"),
    [
        ({"exporter": "CHN", "importer": "CHN"}, "own-trade", "2022 CHN CHN 850110 USD 1000000"),
        ({"value_usd": 0.0, "mass_kg": 5.0}, "mass-without-value", "2022 CHN RUS 850110 USD 0"),
        (
            {"value_usd": None, "value_reported": 0.0, "currency": "EUR", "quantity": 2.0},
            "mass-without-value",
            "2022 CHN RUS 850110 EUR 0",
        ),
    ],
)
def test_odd_rows(
    put: Put,
    check: Callable[..., dict[str, Finding]],
    keys: dict[str, Any],
    rule: str,
    example: str,
) -> None:
    put("comtrade", {"product": "010121"}, keys)
    found = check()
    assert found.keys() == {rule}
    assert (found[rule].level, found[rule].count) == ("warning", 1)
    assert found[rule].example == example
    assert found[rule].place == "comtrade 2022"


PARTNERS = ("RUS", "KAZ", "USA", "DEU", "IND", "JPN")


@pytest.mark.parametrize(
    ("partners", "keys", "found_rows"),
    [
        (5, {}, 5),
        (6, {}, 6),
        (4, {}, 0),
        (5, {"is_estimated": True}, 0),
        (5, {"product": "TOTAL", "nomenclature": "NONE"}, 0),
    ],
)
def test_one_price_for_many_partners(
    put: Put,
    check: Callable[..., dict[str, Finding]],
    partners: int,
    keys: dict[str, Any],
    found_rows: int,
) -> None:
    same = [
        keys | {"importer": area, "value_usd": 3000.0 * at, "mass_kg": round(1000 * at / 7, 3)}
        for at, area in enumerate(PARTNERS[:partners], 1)
    ]
    other = {"importer": "BRA", "value_usd": 5000.0, "mass_kg": 100.0} | keys
    put("comtrade", *same, other)
    found = check()
    assert found.keys() == ({"shared-price"} if found_rows else set())
    if found_rows:
        one = found["shared-price"]
        assert one.count == found_rows
        assert one.example == f"2022 CHN 850110: {found_rows} partners at USD 21 a kg"


def test_small_amounts_have_one_price_by_accident(
    put: Put, check: Callable[..., dict[str, Finding]]
) -> None:
    put("comtrade", *({"importer": a, "value_usd": 50.0, "mass_kg": 10.0} for a in PARTNERS))
    assert check() == {}


@pytest.mark.parametrize(("total", "above"), [(3e6, False), (1.99e6, False), (1.9e6, True)])
def test_goods_against_their_total(
    put: Put, check: Callable[..., dict[str, Finding]], total: float, above: bool
) -> None:
    parts: list[dict[str, Any]] = [{}, {"product": "270900"}]
    put("comtrade", *parts, TOTAL | {"value_usd": total}, TOTAL | {"importer": "KAZ"})
    found = check()
    assert found.keys() == ({"parts-above-total"} if above else set())
    if above:
        one = found["parts-above-total"]
        assert (one.level, one.count) == ("warning", 1)
        assert one.example.replace("\u00a0", " ") == "2022 CHN RUS: USD 2.00 m, total USD 1.90 m"


def test_a_total_goes_before_its_parts(put: Put, check: Callable[..., dict[str, Finding]]) -> None:
    """What one report says twice is added up once, also where another report has no total."""
    goods = {"value_usd": 1.5e7}
    put("comtrade", goods, TOTAL | {"value_usd": 2e7}, goods | {"reported_by": "importer"})
    put("imts", TOTAL | {"value_usd": 3.9e7}, TOTAL | {"value_usd": 2e7, "reported_by": "importer"})
    assert check() == {}


def test_a_heading_beside_its_lines(put: Put, check: Callable[..., dict[str, Finding]]) -> None:
    put("comtrade", {}, {"product": "8504"}, {"product": "85", "importer": "KAZ"})
    assert check() == {}
    put("imts", {}, {"product": "8501"}, {"product": "85"}, {"product": "27"})
    found = check()
    assert found["heading-with-lines"].level == "error"
    assert found["heading-with-lines"].count == 2
    assert found["heading-with-lines"].place == "imts 2022"


MONTHS = [f"2022-{month:02}" for month in range(1, 13)]


@pytest.mark.parametrize(
    ("months", "value", "apart"),
    [
        (MONTHS, 1e6, False),
        (MONTHS, 1.05e6, False),
        (MONTHS, 1.2e6, True),
        (MONTHS[:11], 2e6, False),
    ],
)
def test_a_year_and_its_months(
    put: Put,
    check: Callable[..., dict[str, Finding]],
    months: list[str],
    value: float,
    apart: bool,
) -> None:
    put("comtrade", {"value_usd": 12e6}, *({"period": m, "value_usd": value} for m in months))
    found = check()
    assert found.keys() == ({"year-and-months"} if apart else set())
    if apart:
        assert found["year-and-months"].example.replace("\u00a0", " ") == (
            "2022 CHN RUS: USD 12.0 m, months USD 14.4 m"
        )


def test_who_falls_silent_and_who_is_missing_in_between(
    put: Put, check: Callable[..., dict[str, Finding]]
) -> None:
    there = [year(y, importer=a) for y in range(2018, 2023) for a in ("RUS", "KAZ", "USA")]
    gone = [year(y, exporter="RUS", importer="CHN") for y in (2018, 2019, 2020)]
    hole = [year(y, exporter="KAZ", importer="CHN") for y in (2018, 2020, 2022)]
    put("comtrade", *there, *gone, *hole)
    found = check()
    assert found.keys() == {"stopped-reporting", "gap"}
    assert found["stopped-reporting"].example == "RUS (exports), the last is 2020"
    assert found["stopped-reporting"].place == "comtrade 2018 to 2022"
    assert found["gap"].example == "KAZ (exports), not in 2019, 2021"


def test_where_both_tell_nobody_is_silent_because_one_report_is_missing(
    put: Put, check: Callable[..., dict[str, Finding]]
) -> None:
    put("baci", year(2021, reported_by="both"), year(2022, reported_by="importer"), vintage="V1")
    assert check() == {}


def test_a_year_with_few_rows(put: Put, check: Callable[..., dict[str, Finding]]) -> None:
    codes = [f"85{n:04}" for n in range(10)]
    few = {2020: 4, 2022: 10}
    rows = [
        year(y, product=code) for y in (2019, 2020, 2021, 2022) for code in codes[: few.get(y, 10)]
    ]
    put("comtrade", *rows)
    found = check()
    assert found.keys() == {"few-rows"}
    assert found["few-rows"].example == "4 rows in 2020, 10 in an adjacent period"


@pytest.mark.parametrize(("value", "jumps"), [(9e8, False), (1.1e9, True)])
def test_a_total_that_jumps(
    put: Put, check: Callable[..., dict[str, Finding]], value: float, jumps: bool
) -> None:
    put("comtrade", year(2020, value_usd=1e8), year(2021, value_usd=value))
    found = check()
    assert found.keys() == ({"jump"} if jumps else set())
    if jumps:
        example = found["jump"].example.replace("\u00a0", " ")
        assert example == "CHN (exports) 2020 to 2021: USD 100 m to USD 1.10 bn"


def test_small_totals_may_jump(put: Put, check: Callable[..., dict[str, Finding]]) -> None:
    put("comtrade", year(2020, value_usd=1e3), year(2021, value_usd=5e7))
    assert check() == {}


def partner(year_: int, value: float, **changes: Any) -> dict[str, Any]:
    """Return what Russia reports to buy from Kazakhstan in a year."""
    return (
        year(year_, exporter="KAZ", importer="RUS", reported_by="importer", value_usd=value)
        | changes
    )


WITH_OTHERS = [partner(y, 9e9, exporter="CHN") for y in (2019, 2020, 2021)]


@pytest.mark.parametrize(
    ("before", "after", "odd"),
    [
        (1e7, 2.1e8, True),
        (1e7, 1.9e8, False),  # nineteen times as much
        (4e6, 9e7, False),  # too little to matter
        (1e6, 1.1e8, True),
        (1e5, 1.0001e8, True),
    ],
)
def test_a_partner_out_of_proportion(
    put: Put, check: Callable[..., dict[str, Finding]], before: float, after: float, odd: bool
) -> None:
    rows = [partner(2019, before), partner(2020, before), partner(2021, after)]
    put("comtrade", *WITH_OTHERS, *rows)
    found = check()
    assert found.keys() == ({"partner-jump"} if odd else set())
    if odd:
        assert found["partner-jump"].example.startswith("RUS (imports) with KAZ, 2020 to 2021: ")


@pytest.mark.parametrize(
    ("rows", "odd"),
    [
        ([partner(2019, 1e8), partner(2020, 1e6), partner(2021, 3e8)], False),  # had it before
        ([partner(2019, 1e6), partner(2021, 3e8)], False),  # a year is missing
        ([partner(2020, 1e6), partner(2021, 1e8)], True),
        ([partner(2020, 1e6), partner(2021, 1e8), partner(2021, 11e9, exporter="USA")], False),
    ],
)
def test_what_is_no_partner_out_of_proportion(
    put: Put, check: Callable[..., dict[str, Finding]], rows: list[dict[str, Any]], odd: bool
) -> None:
    """The last has less than a hundredth of all that the reporter buys."""
    put("comtrade", *WITH_OTHERS, *rows)
    assert ("partner-jump" in check()) == odd


@pytest.mark.parametrize(("seller", "odd"), [(4.0, True), (6.0, False)])
def test_a_partner_s_own_report_bears_it_out(
    put: Put, check: Callable[..., dict[str, Finding]], seller: float, odd: bool
) -> None:
    ours = [partner(2020, 1e7), partner(2021, 4e8)]
    theirs = [partner(2020, 6e7, reported_by="exporter")]
    theirs.append(partner(2021, 6e7 * seller, reported_by="exporter"))
    put("comtrade", *WITH_OTHERS, *ours, *theirs)
    assert ("partner-jump" in check()) == odd


def test_mixed_releases_say_which_periods(
    put: Put, check: Callable[..., dict[str, Finding]]
) -> None:
    put("baci", year(2020), year(2021), year(2022), vintage="V1")
    put("baci", year(2022), vintage="V2")
    assert check()["mixed-vintage"].example == "V1 2020 to 2021; V2 2022"


def test_a_release_that_replaces_another_is_not_mixed(
    put: Put, check: Callable[..., dict[str, Finding]]
) -> None:
    put("baci", year(2022), vintage="V1")
    put("baci", year(2022, value_usd=2e6), vintage="V2")
    assert check() == {}


def test_codes_that_an_edition_does_not_have(
    put: Put, check: Callable[..., dict[str, Finding]]
) -> None:
    codes = {"HS2017": frozenset({"850110", "270900"})}
    put(
        "comtrade",
        {},
        {"product": "270900"},
        {"product": "854800", "value_usd": 2e6},
        {"product": "854800", "importer": "KAZ"},
        {"product": "990000"},
        {"product": "999999", "nomenclature": "HS2012"},
    )
    assert check() == {}
    found = check(codes)
    assert found.keys() == {"unknown-code"}
    assert found["unknown-code"].count == 2
    assert found["unknown-code"].example.replace("\u00a0", " ") == "854800 of HS2017, USD 3.00 m"


def test_unknown_codes_are_not_added_up_over_currencies(
    put: Put, check: Callable[..., dict[str, Finding]]
) -> None:
    euros = {"value_usd": None, "currency": "EUR", "value_reported": 5e6}
    strange = {"product": "854800"}
    put("comtrade", {}, {**strange, "value_usd": 2e6}, {**strange, "importer": "KAZ", **euros})
    found = check({"HS2017": frozenset({"850110", "270900"})})["unknown-code"]
    assert found.text.startswith("One product code does not exist")
    assert found.example.replace("\u00a0", " ") == "854800 of HS2017, EUR 5.00 m"


def test_codes_that_nobody_uses(put: Put, check: Callable[..., dict[str, Finding]]) -> None:
    codes = [f"85{n:04}" for n in range(40)]
    put("comtrade", *({"product": code} for code in codes[:39]))
    found = check({"HS2017": frozenset(codes)})
    assert (found["unused-code"].level, found["unused-code"].example) == ("note", "850039")
    assert check({"HS2017": frozenset([*codes, *(str(n) for n in range(100))])}) == {}


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ({"value_usd": 2e7}, {"value_usd": 3.9e7}, False),
        ({"value_usd": 2e7}, {"value_usd": 4.1e7}, True),
        ({"value_usd": 4.1e7}, {"value_usd": 2e7}, True),
        ({"value_usd": 1e6}, {"value_usd": 9e6}, False),
        ({"value_usd": 2e7}, {"value_usd": 9e7, "reported_by": "importer"}, False),
        ({"value_usd": 2e7}, {"value_usd": 9e7, "reported_by": "both"}, True),
        ({"value_usd": 2e7}, {"value_usd": 9e7, "period": "2021"}, False),
        ({"value_usd": 2e7}, {"value_usd": 9e7, "importer": "KAZ"}, False),
        (
            {"value_usd": 2e7},
            {"value_usd": None, "value_reported": 9e7, "currency": "EUR"},
            False,
        ),
    ],
    ids=["near", "above", "below", "small", "the other report", "both", "another year",
         "another partner", "another currency"],
)  # fmt: skip
def test_one_flow_in_two_sources(
    put: Put,
    check: Callable[..., dict[str, Finding]],
    one: dict[str, Any],
    other: dict[str, Any],
    differ: bool,
) -> None:
    put("comtrade", TOTAL | one)
    put("imts", TOTAL | other)
    found = check()
    assert found.keys() == ({"sources-differ"} if differ else set())
    if differ:
        assert found["sources-differ"].place == "comtrade and imts, 2022"
        assert found["sources-differ"].example.startswith("2022 CHN RUS: ")
        assert "1 of 1 flows" in found["sources-differ"].text
        assert "factor of 2" in found["sources-differ"].text


def test_months_are_added_up_only_where_all_are_there(
    put: Put, check: Callable[..., dict[str, Finding]]
) -> None:
    put("comtrade", TOTAL | {"value_usd": 12e7})
    put("imts", *(TOTAL | {"period": month, "value_usd": 1e7} for month in MONTHS[:11]))
    assert check() == {}
    put("imts", TOTAL | {"period": MONTHS[11], "value_usd": 9e8})
    assert check()["sources-differ"].example.replace("\u00a0", " ") == (
        "2022 CHN RUS: USD 120 m and USD 1.01 bn"
    )


def test_some_goods_are_compared_code_by_code(
    put: Put, check: Callable[..., dict[str, Finding]]
) -> None:
    """An extract is not held against a total, and not against codes of another edition."""
    put("comtrade", {"value_usd": 2e7}, {"product": "270900", "value_usd": 9e9})
    put("imts", TOTAL | {"value_usd": 9e10})
    assert check() == {}
    put("baci", {"value_usd": 3e7, "reported_by": "both"}, vintage="V1")
    assert check() == {}
    put("gacc", {"value_usd": 9e7, "nomenclature": "HS2022"})
    assert check() == {}
    put("comext", {"value_usd": 5e7})
    assert check()["sources-differ"].place.startswith("comtrade and comext")


def test_what_is_broken_is_not_added_up(lake: Lake, put: Put) -> None:
    put("comtrade", {"value_usd": 1e8}, year(2021, value_usd=9e9))
    assert "jump" in {one.rule for one in lake.check()}
    next((lake.path / "flows" / "by-importer").rglob("*2021*/*.parquet")).unlink()
    rules = {one.rule for one in lake.check()}
    assert "file-missing" in rules
    assert "jump" not in rules


def test_many_small_ones_together() -> None:
    assert list(batches([], [])) == []
    assert list(batches([1, 2, 3], [5, 5, 5], most=5)) == [[1], [2], [3]]
    assert list(batches([1, 2, 3], [1, 1, 1], most=5)) == [[1, 2, 3]]
