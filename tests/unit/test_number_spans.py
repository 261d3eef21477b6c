"""Number phrases in running text: where they are, what they say, and what is no quantity."""

from __future__ import annotations

import pytest

from entrepot.claims.numbers import number_spans

FOUND = [
    # text, phrases
    (
        "In 2025 trade between the two countries fell by 6.5% to 1.63 trillion yuan ($228.1 bn).",
        ["fell by 6.5%", "1.63 trillion yuan", "$228.1 bn"],
    ),
    (
        "Exports grew from $40 billion in 2021 to more than $110 billion in 2023.",
        ["$40 billion", "more than $110 billion"],
    ),
    ("Prices rose from 3.2% to 7.1%.", ["3.2%", "7.1%"]),
    ("Sales rose 5 to 10 % and fell below $3bn.", ["rose 5 to 10 %", "below $3bn"]),
    (
        "About a third of it, between a quarter and a third, one in ten firms.",
        ["About a third", "between a quarter and a third", "one in ten"],
    ),
    ("It was 87 % in 2024 and 9 % elsewhere.", ["87 %", "9 %"]),
    (
        "A 1.5-percentage-point rise, a fivefold increase.",
        ["1.5-percentage-point rise", "fivefold increase"],
    ),
    ("Over $300 million a month, 27 % or more.", ["Over $300 million a month", "27 % or more"]),
    ("27 % more than in 2024; five times smaller.", ["27 % more than", "five times smaller"]),
    # what is no quantity
    ("Under HS 8542 and 8471, the 19th package, Annex 4, note 3.", []),
    ("See [12], page 14 (p. 3), No. 7, Article 5 and (2).", []),
    ("On 14 January 2026, at 10:30, 2026-01-14, 14/01/2026, 24/7, in 2023-2024.", []),
    ("The G7, 5G, Il-76, COVID-19 and F-16.", []),
    ("In the first 11 months, the last five years, a 30-year low, the second half of 2024.", []),
    ("A third package by two countries, one of them the first; the third quarter.", []),
    ("1. First point.\n2) Second point.", []),
    ("May 5, 2025: the same goods.", []),
    # other languages
    (
        "Товарооборот в 2025 году снизился на 6,5 %, до 1,63 трлн юаней, 14 января 2026 года.",
        ["снизился на 6,5 %", "1,63 трлн юаней"],
    ),
    ("Доля выросла с 27% до 34 %, почти вдвое.", ["27%", "34 %", "почти вдвое"]),
    ("Код ТН ВЭД 8542, 19-й пакет, за 11 месяцев, в первой половине года, № 5.", []),
    (
        "Der Handel sank 2025 um 6,5 Prozent auf 1,63 Billionen Yuan (228,1 Mrd. US-Dollar).",
        ["6,5 Prozent", "1,63 Billionen Yuan", "228,1 Mrd. US-Dollar"],
    ),
    ("Am 14. Januar 2026, im 1. Quartal, HS 8542, in der ersten Hälfte, seit 11 Monaten.", []),
    (
        "2025年中俄贸易额为1.63万亿元，同比下降6.5%，占比近九成。",
        ["1.63万亿元", "下降6.5%", "近九成"],
    ),
    ("前11个月，第一批，两国，三家公司，统一，税号8542，1月14日，几千亿元。", []),
    (
        "Доля юаня превысила 95 процентов; рост составил от 5 до 10 процентов.",
        ["превысила 95 процентов", "рост составил от 5 до 10 процентов"],
    ),
    (
        "Imports rose by as much as 40%, and over half of it.",
        ["rose by as much as 40%", "over half"],
    ),
    (
        "5- bis 10-mal so hoch, ein Handelsdefizit von 3 Mrd. Euro.",
        ["5- bis 10-mal so hoch", "Handelsdefizit von 3 Mrd. Euro"],
    ),
    ("86% less than the €258.6bn before.", ["86% less than", "€258.6bn"]),
    ("India's share: 5.2. Turkey's: 4.9.", ["5.2", "4.9"]),
    # what cannot be read together is read in part
    ("Up to about 5 % of it.", ["about 5 %"]),
    ("It was more than nearly $5 bn.", ["nearly $5 bn"]),
    ("增长一倍多，2000多家企业。", ["增长一倍多", "2000多"]),
    ("从27%增至34%，成为25%—55%。", ["27%", "34%", "25%—55%"]),
]


@pytest.mark.parametrize(("text", "phrases"), FOUND)
def test_finds(text: str, phrases: list[str]) -> None:
    assert [text[span.start : span.end] for span in number_spans(text)] == phrases


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Exports fell in 2025 by 6.5 percent.", -6.5),
        ("Exports fell sharply, customs said, by 6.5 percent.", -6.5),
        ("Объем торговли снизился в прошлом году на 6,5%.", -6.5),
        ("Die Exporte gingen um 6,5 Prozent zurück.", -6.5),
        ("Er ist um 6,5 Prozent auf 228 Mrd. Dollar gesunken.", -6.5),
        ("Der Handel nahm um 6,5 Prozent zu.", 6.5),
        ("Imports fell. The share is 6.5 percent.", 6.5),
        ("Imports fell to 6.5 percent.", 6.5),
    ],
)
def test_takes_the_direction_from_the_verb_of_its_clause(text: str, value: float) -> None:
    assert number_spans(text)[0].says.value == value


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Trade fell by 6.5 % to 3 bn.", "en"),
        ("Торговля упала на 6,5 %.", "ru"),
        ("Der Handel sank um 6,5 %.", "de"),
        ("贸易下降6.5%。", "zh"),
    ],
)
def test_tells_the_language(text: str, language: str) -> None:
    assert {span.language for span in number_spans(text)} == {language}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("It went from 27 to 34 percent.", [(27, "percent"), (34, "percent")]),
        ("It went from $1.2 to $1.5 billion.", [(1.2e9, "USD"), (1.5e9, "USD")]),
        ("Поставки сократились с 300 до 200 млн долларов.", [(300e6, "USD"), (200e6, "USD")]),
        ("Der Anteil stieg von 27 auf 34 Prozent.", [(27, "percent"), (34, "percent")]),
        ("贸易从300增至400亿元。", [(300e8, "CNY"), (400e8, "CNY")]),
        ("Shares ranging from 27 to 34 percent.", [(30.5, "percent")]),
    ],
)
def test_from_one_to_another_are_two_levels_with_one_unit(
    text: str, values: list[tuple[float, str]]
) -> None:
    found = [(span.says.value, span.says.unit) for span in number_spans(text)]
    assert found == values
    assert all(span.says.moved == 0 for span in number_spans(text))


def test_paragraphs_may_be_of_different_languages() -> None:
    text = "The trade fell by 1.234 % in the year.\n\nDer Handel stieg um 1,234 % auf 3 Mrd. Euro."
    values = [span.says.value for span in number_spans(text)]
    assert values == [-1.234, 1.234, 3e9]


def test_the_language_of_the_text_decides_about_a_comma() -> None:
    (span,) = number_spans("The share of the 1,234 firms is not known.")
    assert (span.says.value, span.says.other) == (1234, None)


def test_a_text_that_mixes_points_and_commas_leaves_it_open() -> None:
    firms, share = number_spans("Of the 1,234 firms that answered 6,5 % are not in the list.")
    assert [says.value for says in firms.says.readings] == [1234, 1.234]
    assert share.says.value == 6.5


def test_positions_are_those_of_the_text_whatever_is_in_it() -> None:
    text = "<p id='n5'>İn <b>2025</b> es\u00a06,5\u202f%</p><script>var x = 7 %</script>"
    (span,) = number_spans(text, "de")
    assert text[span.start : span.end] == "6,5\u202f%"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no numbers here",
        "\0\x01\x02\xff" * 50,
        "<script>alert(1)</script><a href='x?y=5%'>https://example.org/5%25/7</a>",
        "%%%%% $$$ 分之 点 万亿 - - to and between from",
    ],
)
def test_nothing_is_found_where_nothing_is(text: str) -> None:
    assert number_spans(text) == ()


@pytest.mark.parametrize(
    "text",
    ["9" * 5000, "5-" * 2000, "1.1." * 2000, "五" + "万" * 3000, "up to about " * 500 + "5 %"],
)
def test_strange_text_is_read_without_a_crash(text: str) -> None:
    for span in number_spans(text):
        assert 0 <= span.start < span.end <= len(text)


@pytest.mark.parametrize(
    ("text", "per"),
    [
        ("Es waren 8 Milliarden Euro im Jahr 2023.", ""),
        ("Es waren 8 Milliarden Euro im Monat Mai.", ""),
        ("Es waren 8 Milliarden Euro im Jahr zuvor.", ""),
        ("Es sind 8 Milliarden Euro im Jahr.", "year"),
        ("It was $8 billion a month earlier.", ""),
        ("It was $8 billion a year ago.", ""),
        ("It is $8 billion a month.", "month"),
    ],
)
def test_a_time_behind_an_amount_is_no_rate(text: str, per: str) -> None:
    assert [span.says.per for span in number_spans(text)] == [per]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Sie betrugen 2023 111 Milliarden Dollar.", 111e9),
        ("В 2024 115 млрд долларов.", 115e9),
        ("They cost 12 345 dollars.", 12345.0),
    ],
)
def test_a_year_does_not_group_with_the_number_behind_it(text: str, value: float) -> None:
    assert [span.says.value for span in number_spans(text)] == [value]
