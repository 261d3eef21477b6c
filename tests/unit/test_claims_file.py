"""A claims file: what it may hold, and which line an error names."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from entrepot.claims import check, parse_document, read_document
from entrepot.errors import BadFileError, RequestError

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "format: 1\nsource: {title: A text, date: 2026-01-20}\nclaims:\n"
SHARE = "{importer: RUS, exporter: CHN, period: 2025}"


def one(kind: str, says: str, more: str = "") -> str:
    return f"{HEAD}  - id: a\n    {kind}\n    says: {says}\n{more}"


def read(text: str) -> tuple[str, float, float]:
    claim = parse_document(text, name="x.yaml").claims[0]
    return claim.quantity.unit, claim.interval.low, claim.interval.high


@pytest.mark.parametrize(
    ("kind", "says", "unit", "low", "high"),
    [
        (f"import_share: {SHARE}", "27", "share", 0.265, 0.275),
        (f"import_share: {SHARE}", "27 %", "share", 0.265, 0.275),
        (f"import_share: {SHARE}", "27.0", "share", 0.2695, 0.2705),
        (f"import_share: {SHARE}", "0.27", "share", 0.265, 0.275),
        (f"import_share: {SHARE}", "a third", "share", 0.3, 0.36667),
        (f"import_share: {SHARE}", "more than half", "share", 0.5, 1),
        (f"growth: {SHARE}", "-3.4 %", "percent", -3.45, -3.35),
        (f"growth: {SHARE}", "doubled", "percent", 80, 120),
        (f"growth: {SHARE}", "fell by half", "percent", -55, -45),
        (f"value: {SHARE}", "1.63 trillion yuan", "CNY", 1.625e12, 1.635e12),
        (f"value: {SHARE}", "$300 million a month", "USD", 299.5e6 * 12, 300.5e6 * 12),
        (
            "value: {importer: RUS, exporter: CHN, period: 2025, currency: EUR}",
            "5 bn",
            "EUR",
            4.5e9,
            5.5e9,
        ),
        (f"ratio: {{of: {SHARE}, to: {SHARE}}}", "comparable", "ratio", 0.8, 1.25),
        (f"ratio: {{of: {SHARE}, to: {SHARE}}}", "40 %", "ratio", 0.395, 0.405),
        (
            f"change: {{of: {{import_share: {SHARE}}}, base: 2024}}",
            "-5.8 points",
            "points",
            -5.85,
            -5.75,
        ),
        (f"sum: {{of: [{SHARE}, {SHARE.replace('CHN', 'TUR')}]}}", "$5 bn", "USD", 4.5e9, 5.5e9),
    ],
)
def test_reads_numbers_in_the_units_of_the_data(
    kind: str, says: str, unit: str, low: float, high: float
) -> None:
    assert read(one(kind, says)) == (
        unit,
        pytest.approx(low, rel=1e-4),
        pytest.approx(high, rel=1e-4),
    )


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        (one(f"import_share: {SHARE}", "130 %"), 4, "a share above one: '130 %'"),
        (one(f"import_share: {SHARE}", "more than 100 %"), 4, "'more than 100 %'"),
        (one(f"import_share: {SHARE}", "-3 %"), 4, "a share below zero: '-3 %'"),
        (one(f"value: {SHARE}", "-5 billion dollars"), 4, "trade below zero"),
        (one("value: {exporter: RUS, importer: RUS, period: 2025}", "$5 bn"), 4, "with itself"),
        (one(f"import_share: {SHARE}", "-3 %"), 4, "below zero"),
        (one(f"import_share: {SHARE}", "12 bn USD"), 4, "not a number of this kind"),
        (one(f"change: {{of: {{import_share: {SHARE}}}, base: 2024}}", "5 %"), 4, "not a number"),
        (one(f"import_share: {SHARE}", "plenty"), 6, "plenty"),
        (one(f"import_share: {SHARE}", "3.2 % to 2.7 %"), 6, "going down"),
        (one(f"value: {SHARE}", "5 bn"), 4, "no currency"),
        (
            one("value: {exporter: CHN, importer: RUS, period: 2025, currency: CNY}", "$5 bn"),
            4,
            "is in USD",
        ),
        (
            one("import_share: {importer: Rusland X, exporter: CHN, period: 2025}", "5 %"),
            5,
            "unknown area: 'Rusland X'",
        ),
        (
            one("import_share: {importer: RUS, exporter: CHN, period: 2025, goods: cphl}", "5 %"),
            5,
            "unknown goods",
        ),
        (
            one("import_share: {importer: RUS, exporter: CHN, period: 20x5}", "5 %"),
            5,
            "not a period",
        ),
        (one("import_share: {importer: RUS, exporter: CHN}", "5 %"), 5, "missing: 'period'"),
        (
            one("import_share: {importer: RUS, exprter: CHN, period: 2025}", "5 %"),
            5,
            "unknown key: 'exprter'",
        ),
        (
            one("import_share: {importer: RUS, exporter: CHN, period: 2025, flow: both}", "5 %"),
            4,
            "no two-way form",
        ),
        (one("trade_share: {importer: RUS, exporter: CHN, period: 2025}", "5 %"), 4, "whose trade"),
        (
            one(f"ratio: {{of: {{measure: import_share, {SHARE[1:]}, to: {SHARE}}}", "5 times"),
            4,
            "different wholes",
        ),
        (one(f"import_share: {SHARE}", "5 %", f"    growth: {SHARE}\n"), 4, "exactly one"),
        (one("quote: nothing", "5 %"), 4, "exactly one"),
        (
            one(f"import_share: {SHARE}", "5 %", f"  - {{id: a, growth: {SHARE}, says: 1 %}}\n"),
            1,
            "two claims are called 'a'",
        ),
        (HEAD.replace("format: 1", "format: 2") + "  []\n", 1, "format"),
    ],
)
def test_refuses_with_the_line(text: str, line: int, part: str) -> None:
    with pytest.raises(BadFileError) as caught:
        parse_document(text, name="x.yaml")
    error = caught.value
    assert f"x.yaml, line {line}" in f"{error.where} {error.hint}"
    assert part in f"{error.what} {error.where}"


def test_countries_go_by_their_names_as_on_the_command_line() -> None:
    flows = (
        "value: {exporter: China, importer: Россия, period: 2025, currency: USD}",
        "value: {exporter: 中国 + Hong Kong, importer: Russland, period: 2025, currency: USD}",
        "gdp_share: {exporter: China, importer: Russia, period: 2025, area: Russia}",
    )
    said = ("5 bn", "5 bn", "5 %")
    texts = [one(*pair) for pair in zip(flows, said, strict=True)]
    read = [parse_document(text, name="x.yaml").claims[0].quantity for text in texts]
    sides = [{(it.exporter, it.importer) for it in quantity.levels()} for quantity in read]
    assert sides[0] == {("CHN", "RUS")}
    assert sides[1] == {("CHN", "RUS"), ("HKG", "RUS")}
    assert ("CHN", "RUS") in sides[2]
    with pytest.raises(BadFileError, match="two areas are called 'Korea'"):
        parse_document(one("value: {exporter: Korea, period: 2025, currency: USD}", "5 bn"))


def test_nearest_names_are_suggested() -> None:
    for bad, near in (("importer: Chinna", "CHN"), ("goods: cphl", "chpl"), ("basis: orign", "")):
        with pytest.raises(BadFileError) as caught:
            parse_document(one(f"import_share: {{exporter: CHN, period: 2025, {bad}}}", "5 %"))
        assert near in caught.value.hint


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(BadFileError, match="no such file"):
        read_document(tmp_path / "nothing.yaml")


def test_books_follow_from_the_kind_the_currency_or_the_text() -> None:
    flow = "exporter: CHN, importer: RUS, period: 2025"
    text = (
        f"{HEAD}"
        f"  - {{id: share, import_share: {{{flow}}}, says: 36 %}}\n"
        f"  - {{id: yuan, growth: {{{flow}, currency: CNY}}, says: 1 %}}\n"
        f"  - {{id: open, value: {{{flow}}}, says: $100 bn}}\n"
        f"  - {{id: told, value: {{{flow}, reporter: RUS}}, says: $110 bn}}\n"
        "  - {id: mexico, value: {exporter: MEX, importer: CHN, period: 2025}, says: $9 bn}\n"
    )
    document = parse_document(text)
    books = {c.id: next(c.quantity.levels()).reporter for c in document.claims}
    assert books == {"share": "RUS", "yuan": "CHN", "open": "CHN", "told": "RUS", "mexico": "CHN"}
    assert {c.id for c in document.claims if c.reporter_stated} == {"share", "yuan", "told"}


def test_a_sum_of_areas_is_a_sum_of_levels() -> None:
    text = one("value: {exporter: CHN+HKG, importer: RUS, period: 2025}", "$5 bn")
    terms = parse_document(text).claims[0].quantity.of
    assert [(level.exporter, weight) for level, weight in terms] == [("CHN", 1.0), ("HKG", 1.0)]


def test_a_ratio_of_shares_of_one_whole_is_a_ratio_of_levels() -> None:
    part = "measure: export_share, exporter: CHN, period: 2025, importer:"
    text = one(f"ratio: {{of: {{{part} USA}}, to: {{{part} RUS}}}}", "4 times")
    quantity = parse_document(text).claims[0].quantity
    assert [level.importer for level in quantity.levels()] == ["USA", "RUS"]


def test_a_text_that_a_terminal_would_obey_is_refused() -> None:
    text = HEAD + f'  - id: a\n    quote: "\\e[31mred"\n    import_share: {SHARE}\n    says: 27 %\n'
    with pytest.raises(BadFileError, match="control character"):
        parse_document(text, name="x.yaml")


@pytest.mark.parametrize("sign", ["\\uFFFE", "\\uFFFF"])
def test_a_text_that_yaml_could_not_carry_on_is_refused(sign: str) -> None:
    text = HEAD + f'  - id: a\n    quote: "a{sign}b"\n    import_share: {SHARE}\n    says: 27 %\n'
    with pytest.raises(BadFileError, match="control character"):
        parse_document(text, name="x.yaml")


FLOW = "importer: RUS, exporter: CHN, period: 2023"


@pytest.mark.parametrize(
    ("kind", "says", "low", "high"),
    [
        (f"value: {{{FLOW}}}", "$3 bn a week", 2.5e9 * 365 / 7, 3.5e9 * 365 / 7),
        (f"value: {{{FLOW}}}", "$3 bn a day", 2.5e9 * 365, 3.5e9 * 365),
        (f"value: {{{FLOW}Q2}}", "$3 bn per quarter", 2.5e9, 3.5e9),
        (f"value: {{{FLOW}}}", "$3 bn per quarter", 10e9, 14e9),
        (f"growth: {{{FLOW}, base: 2021}}", "10 % annually", (1.095**2 - 1) * 100, 22.1025),
        (f"growth: {{{FLOW}}}", "10 % a year", 9.5, 10.5),
        (f"change: {{of: {{import_share: {{{FLOW}}}}}, base: 2021}}", "2 points a year", 3, 5),
        (f"ratio: {{of: {{{FLOW}}}, to: {{{FLOW}}}}}", "20 % more", 1.195, 1.205),
        (f"ratio: {{of: {{{FLOW}}}, to: {{{FLOW}}}}}", "20 % less", 0.795, 0.805),
        (f"ratio: {{of: {{{FLOW}}}, to: {{{FLOW}}}}}", "a fifth more", 1.18, 1.22),
        (f"hhi: {{{FLOW}}}", "2,500", 0.24995, 0.25005),
        (f"hhi: {{{FLOW}}}", "0.25", 0.245, 0.255),
        (f"cr: {{{FLOW}, k: 3}}", "70", 0.695, 0.705),
        (f"balance: {{{FLOW}}}", "a deficit of $5 bn", -5.5e9, -4.5e9),
        (f"balance: {{{FLOW}}}", "a deficit of more than $5 bn", -math.inf, -5e9),
    ],
)
def test_reads_numbers_per_time_multiples_and_indices(
    kind: str, says: str, low: float, high: float
) -> None:
    _, least, most = read(one(kind, says))
    assert (least, most) == (pytest.approx(low, rel=1e-4), pytest.approx(high, rel=1e-4))


@pytest.mark.parametrize(
    ("kind", "says", "part"),
    [
        (f"import_share: {{{FLOW}}}", "27 % a year", "so much a year"),
        (f"growth: {{{FLOW}}}", "1 % a week", "so much a week"),
        (f"value: {{{FLOW}}}", "rose by $5 bn", "is a change"),
        (f"import_share: {{{FLOW}}}", "rose by 5 %", "is a change"),
        (f"hhi: {{{FLOW}}}", "25000", "between 0 and 10000"),
        (f"hhi: {{{FLOW}}}", "-0.2", "hhi of"),
        (f"growth: {{{FLOW}, base: 2024}}", "5 %", "not before"),
        (f"growth: {{{FLOW}, base: 2023}}", "5 %", "not before"),
        (f"growth: {{{FLOW}, base: 2022-06..2023-05}}", "5 %", "not before"),
        (f"growth: {{{FLOW}, base: 2022-03}}", "5 %", "not as long"),
        (f"change: {{of: {{import_share: {{{FLOW}}}}}, base: 2024}}", "5 points", "not before"),
        (
            f"change: {{of: {{import_share: {{{FLOW}, base: 2021}}}}, base: 2022}}",
            "5 points",
            "next to `of`",
        ),
        (f"value: {{{FLOW}, base: 2022}}", "$5 bn", "value does not read 'base'"),
        (f"value: {{{FLOW}, measure: growth}}", "$5 bn", "value does not read 'measure'"),
        (f"value: {{{FLOW}, k: 3}}", "$5 bn", "or write cr"),
        (f"growth: {{{FLOW}, statistic: median}}", "5 %", "or write price_growth"),
        (f"balance: {{{FLOW}, flow: both}}", "$5 bn", "balance does not read 'flow'"),
    ],
)
def test_what_a_kind_cannot_mean_is_refused(kind: str, says: str, part: str) -> None:
    with pytest.raises(BadFileError) as caught:
        parse_document(one(kind, says), name="x.yaml")
    assert part in f"{caught.value.what} {caught.value.why} {caught.value.hint}"


def test_more_claims_than_can_be_held_against_each_other_are_refused() -> None:
    flow = "exporter: CHN, importer: RUS, period: 2025"
    rows = "".join(f"  - {{id: a{n}, value: {{{flow}}}, says: $100 bn}}\n" for n in range(201))
    with pytest.raises(RequestError, match="more than 200 claims in one text"):
        check(parse_document(HEAD + rows))


def test_a_text_of_many_wrong_claims_says_that_the_search_was_cut_short() -> None:
    flow = "exporter: BRA, importer: CHL, period: 2016, reporter: BRA"
    rows = "".join(f"  - {{id: a{n}, value: {{{flow}}}, says: ${n} bn}}\n" for n in range(1, 21))
    found = check(parse_document(HEAD + rows))
    assert found.conflicts
    assert "more conflicts than those listed" in found.limits[0]
    assert len({claim for one in found.conflicts for claim in one.claims}) >= 19
    assert found.to_dict()["limits"] == list(found.limits)
    assert not check(parse_document(HEAD + rows.splitlines()[0])).limits


def test_a_change_of_no_share_is_refused() -> None:
    with pytest.raises(BadFileError, match="exactly one share"):
        read(one("change: {of: {import_share: null}, base: 2021}", "2 points"))
